//! Puts finished calls into the spool of a stopped gateway: `backlog FOLDER MEGABYTES`.
//!
//! As if its consumers had not run for long. Prints what was written as JSON, so that a test can compare it with what
//! the consumers make of it.

#![expect(clippy::print_stdout, clippy::unwrap_used, reason = "a tool of the tests")]

use std::time::{SystemTime, UNIX_EPOCH};

use thinkwatch_records::call::TokenCounts;
use thinkwatch_records::spool::{Spool, SpoolConfig};
use thinkwatch_records::{Attempt, CallProgress, CallRecord, Outcome};

fn main() {
    let mut arguments = std::env::args().skip(1);
    let (Some(folder), Some(megabytes)) = (arguments.next(), arguments.next()) else {
        panic!("usage: backlog FOLDER MEGABYTES");
    };
    let wanted = megabytes.parse::<u64>().unwrap() << 20;
    let now = SystemTime::now().duration_since(UNIX_EPOCH).unwrap();
    let spool = Spool::start(SpoolConfig::new(folder)).unwrap();
    let before = spool.report().bytes;
    let (mut calls, mut input, mut output, mut cost) = (0_u64, 0, 0, 0_i64);
    while spool.report().bytes - before < wanted {
        for _ in 0..1000 {
            calls += 1;
            let usage = TokenCounts { input: calls % 5000, output: calls % 900, ..TokenCounts::default() };
            let nano = i64::try_from(usage.input * 1370 + usage.output * 7910).unwrap();
            write(&spool, i64::try_from(now.as_micros()).unwrap(), calls, usage, nano);
            (input, output, cost) = (input + usage.input, output + usage.output, cost + nano);
        }
    }
    let bytes = spool.report().bytes - before;
    spool.shutdown();
    println!(
        "{{\"calls\": {calls}, \"input_tokens\": {input}, \"output_tokens\": {output}, \"cost_nano\": {cost}, \"bytes\": {bytes}}}"
    );
}

/// A stream of some seconds: opened, reported on, closed.
fn write(spool: &Spool, now_us: i64, number: u64, usage: TokenCounts, cost_nano: i64) {
    let attempt = Attempt {
        provider: "house".to_owned(),
        provider_id: "prv_0123456789abcdef".to_owned(),
        route_id: "rte_0123456789abcdef".to_owned(),
        upstream_model: "gpt-sim".to_owned(),
        started_at: now_us,
        ..Attempt::default()
    };
    let mut record = CallRecord {
        // The first 48 bits of an id are its time in milliseconds: it decides the day's file.
        id_high: ((u64::try_from(now_us).unwrap() / 1000) << 16) | 0x7000,
        id_low: (0b10 << 62) | number,
        timestamp: now_us,
        user_id: "usr_0123456789abcdef".to_owned(),
        user_email: "someone@example.com".to_owned(),
        key_id: "key_0123456789abcdef".to_owned(),
        key_lineage_id: "lin_0123456789abcdef".to_owned(),
        dialect: "chat".to_owned(),
        endpoint: "chat.completions".to_owned(),
        model: "backlog".to_owned(),
        provider: attempt.provider.clone(),
        provider_id: attempt.provider_id.clone(),
        route_id: attempt.route_id.clone(),
        upstream_model: attempt.upstream_model.clone(),
        attempts: vec![attempt],
        session_id: "0199aaaa-bbbb-7ccc-8ddd-eeeeffff0000".to_owned(),
        user_agent: "OpenAI/Python 3.54.0".to_owned(),
        request_bytes: 1024,
        stream: true,
        ..CallRecord::default()
    };
    let (open, receipt) = spool.open(&record).unwrap();
    drop(receipt);
    for elapsed_us in (1..5).map(|second| second * 1_000_000) {
        let progress = CallProgress {
            id_high: record.id_high,
            id_low: record.id_low,
            usage: Some(usage),
            cost_nano,
            response_bytes: 4096,
            elapsed_us,
            ttft_us: 300_000,
        };
        open.progress(&progress).unwrap();
    }
    record.set_outcome(Outcome::Ok);
    record.status_code = 200;
    record.usage = Some(usage);
    record.cost_nano = cost_nano;
    "prc_0123456789abcdef".clone_into(&mut record.price_version);
    record.duration_us = 5_000_000;
    drop(open.close(&record).unwrap());
}
