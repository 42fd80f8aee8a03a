//! Fills an embedded log store and prints what that cost and how fast it answers.
//!
//! `cargo run --release -p thinkwatch-logs --example fill -- <folder> [rows] [batch] [days] [end]`
//!
//! `end` is the second since 1970 at which the rows end; `$(date +%s)` makes a log that a server beside it finds current
//! (`<data>/logs`, while the server is not running).

#![expect(clippy::print_stdout, reason = "it is a program whose purpose is to print")]

use std::error::Error;
use std::path::Path;
use std::sync::Arc;
use std::time::Instant;

use thinkwatch_logs::{
    CallFilter, CallQuery, Dimension, EmbeddedLogs, LogStore, Options, Retention, Scope, UsageQuery,
};
use thinkwatch_policy::ids::{RequestId, UserId};
use thinkwatch_records::call::TokenCounts;
use thinkwatch_records::{Attempt, CallRecord, Outcome, Tag};

const DAY_US: i64 = 86_400_000_000;
/// 30 November 2026: the same rows every time.
const END_S: i64 = 1_795_996_800;

fn main() -> Result<(), Box<dyn Error>> {
    let mut arguments = std::env::args().skip(1);
    let folder = arguments.next().ok_or("give an empty folder")?;
    let mut number = |default: i64| arguments.next().map_or(Ok(default), |a| a.parse());
    let (rows, batch, days) = (number(1_000_000)?, number(1000)?, number(7)?);
    let start = (number(END_S)? * 1_000_000) - DAY_US * days;
    tokio::runtime::Builder::new_current_thread().build()?.block_on(run(folder.as_ref(), rows, batch, days, start))
}

async fn run(folder: &Path, rows: i64, batch: i64, days: i64, start: i64) -> Result<(), Box<dyn Error>> {
    let logs = EmbeddedLogs::open(Options::new(folder))?;
    let step = DAY_US * days / rows.max(1);
    let (mut cpu, mut writing, mut batches) = (0.0, 0.0, 0);
    for first in (0..rows).step_by(usize::try_from(batch)?) {
        let calls: Vec<_> = (first..rows.min(first + batch)).map(|n| call(n, start + n * step)).collect();
        let calls = Arc::new(calls);
        let (cpu_before, began) = (cpu_seconds()?, Instant::now());
        logs.append_calls(Arc::clone(&calls)).await?;
        cpu += cpu_seconds()? - cpu_before;
        writing += began.elapsed().as_secs_f64();
        batches += 1;
    }
    let stats = logs.stats().await?;
    println!(
        "{rows} rows in batches of {batch} over {days} days: {:.2} µs CPU and {:.2} µs elapsed per row, \
         {:.0} commits/s, {:.0} bytes per row, peak memory {}",
        cpu / rows as f64 * 1e6,
        writing / rows as f64 * 1e6,
        f64::from(batches) / writing,
        stats.bytes as f64 / rows as f64,
        peak_memory()?,
    );

    let end = start + DAY_US * days;
    let (cpu_before, began) = (cpu_seconds()?, Instant::now());
    logs.apply_retention(end - 1, Retention::default()).await?;
    println!(
        "sealing the days that are over: {:.2} µs CPU per row, {:.0} ms, then {:.0} bytes per row",
        (cpu_seconds()? - cpu_before) / rows as f64 * 1e6,
        began.elapsed().as_secs_f64() * 1e3,
        logs.stats().await?.bytes as f64 / rows as f64,
    );
    let query =
        |filter: CallFilter| CallQuery { from_us: start, to_us: end, filter, ..CallQuery::last_day(Scope::All, end) };
    let rare = CallFilter { key_id: Some("key_rare".to_owned()), ..CallFilter::default() };
    let failed = CallFilter { status_code: Some((500, 599)), ..CallFilter::default() };
    let dear = CallFilter { min_cost_nano: Some(i64::MAX), ..CallFilter::default() };
    let words = CallFilter { text: Some("no such words".to_owned()), ..CallFilter::default() };
    let tagged = CallFilter { tag: Some(("project".to_owned(), "p3".to_owned())), ..CallFilter::default() };
    for (name, filter) in [
        ("latest 100", CallFilter::default()),
        ("latest 100 of a rare key", rare),
        ("latest 100 with status 5xx", failed),
        ("latest 100 with a tag", tagged),
        ("full scan that finds nothing", dear),
        ("free text that finds nothing", words),
    ] {
        for turn in ["first", "again"] {
            let began = Instant::now();
            let found = logs.query_calls(query(filter.clone())).await?.items.len();
            println!("{name} ({turn}): {found} rows in {:.1} ms", began.elapsed().as_secs_f64() * 1e3);
        }
    }
    let began = Instant::now();
    let id = call(rows / 2, start + rows / 2 * step).request_id().to_string();
    let found = logs.get_call(Scope::All, &id).await?.is_some();
    println!("by request id: {found} in {:.2} ms", began.elapsed().as_secs_f64() * 1e3);

    let usage = |scope, group_by: &[Dimension]| UsageQuery {
        scope,
        from_us: start,
        to_us: end,
        step_us: Some(3_600_000_000),
        group_by: group_by.to_vec(),
        filter: CallFilter::default(),
    };
    for (name, question) in [
        ("dashboard by model and outcome", usage(Scope::All, &[Dimension::Model, Dimension::Outcome])),
        ("usage by user, from rows", usage(Scope::All, &[Dimension::User])),
        ("own usage by model, from rows", usage(Scope::Own(UserId::new("usr_7")), &[Dimension::Model])),
    ] {
        let began = Instant::now();
        let report = logs.usage_over_time(question).await?;
        let calls: u64 = report.points.iter().map(|p| p.totals.calls).sum();
        let points = report.points.len();
        println!("{name}: {points} points over {calls} calls in {:.1} ms", began.elapsed().as_secs_f64() * 1e3);
    }
    logs.close().await;
    Ok(())
}

/// A call like real ones: 300 users with two keys each, 8 models, a few failures and second attempts.
fn call(n: i64, timestamp: i64) -> CallRecord {
    let mixed = n.cast_unsigned().wrapping_mul(0x9e37_79b9_7f4a_7c15).rotate_left(17);
    let (user, model) = (mixed % 300, mixed / 300 % 8);
    let failed = mixed.is_multiple_of(97);
    let usage =
        TokenCounts { input: mixed % 9000, output: mixed % 1200, cache_read: mixed % 20_000, ..Default::default() };
    let key = if n % 100_000 == 7 { "key_rare".to_owned() } else { format!("key_{:032x}", user * 2 + mixed % 2) };
    let mut call = CallRecord {
        timestamp,
        session_id: format!("session-{}", mixed % 5000),
        user_id: format!("usr_{user}"),
        user_email: format!("developer.{user}@example.com"),
        key_id: key,
        key_lineage_id: format!("lin_{:032x}", user * 2 + mixed % 2),
        team_id: format!("team_{:032x}", user % 20),
        dialect: "messages".to_owned(),
        endpoint: "messages".to_owned(),
        model: format!("claude-sonnet-4-{model}"),
        provider: format!("anthropic-{}", model % 2),
        provider_id: format!("prov_{:032x}", model % 2),
        route_id: format!("rte_{model:032x}"),
        upstream_model: format!("claude-sonnet-4-{model}-20260101"),
        upstream_request_id: format!("req_{mixed:024x}"),
        stream: !mixed.is_multiple_of(3),
        status_code: if failed { 529 } else { 200 },
        outcome: if failed { Outcome::UpstreamError } else { Outcome::Ok } as i32,
        error_class: if failed { "overloaded".to_owned() } else { String::new() },
        usage: (!failed).then_some(usage),
        cost_nano: (mixed % 50_000_000).cast_signed(),
        price_version: format!("prc_{model:032x}"),
        duration_us: (500_000 + mixed % 20_000_000).cast_signed(),
        ttft_us: (200_000 + mixed % 2_000_000).cast_signed(),
        gateway_us: (mixed % 300).cast_signed(),
        tags: vec![Tag { name: "project".to_owned(), value: format!("p{}", user % 10) }],
        cost_center: format!("cc-{}", user % 12),
        ip_address: format!("10.0.{}.{}", user / 250, user % 250),
        user_agent: "claude-cli/2.0.14 (external, cli)".to_owned(),
        client: "claude-code".to_owned(),
        request_bytes: mixed % 200_000,
        response_bytes: mixed % 30_000,
        ..CallRecord::default()
    };
    call.set_request_id(RequestId::from_parts(timestamp, u128::from(mixed) << 7 | 5));
    let attempt = |call: &CallRecord| Attempt {
        provider: call.provider.clone(),
        provider_id: call.provider_id.clone(),
        route_id: call.route_id.clone(),
        upstream_model: call.upstream_model.clone(),
        status_code: call.status_code,
        error_class: call.error_class.clone(),
        upstream_request_id: call.upstream_request_id.clone(),
        started_at: timestamp + call.gateway_us,
        duration_us: call.duration_us - call.gateway_us,
        cost_nano: call.cost_nano,
        price_version: call.price_version.clone(),
        usage: call.usage,
    };
    if mixed.is_multiple_of(50) {
        call.attempts.push(Attempt { status_code: 503, error_class: "server_error".to_owned(), ..attempt(&call) });
    }
    call.attempts.push(attempt(&call));
    call
}

/// User and system time of this process.
fn cpu_seconds() -> Result<f64, Box<dyn Error>> {
    // Every thread's time on a processor; finer than the clock ticks of /proc/self/stat.
    let mut nanos = 0_u64;
    for task in std::fs::read_dir("/proc/self/task")? {
        let text = std::fs::read_to_string(task?.path().join("schedstat"))?;
        nanos += text.split(' ').next().ok_or("schedstat")?.parse::<u64>()?;
    }
    Ok(nanos as f64 / 1e9)
}

fn peak_memory() -> Result<String, Box<dyn Error>> {
    let status = std::fs::read_to_string("/proc/self/status")?;
    let line = status.lines().find(|l| l.starts_with("VmHWM:")).ok_or("VmHWM")?;
    Ok(line.trim_start_matches("VmHWM:").trim().to_owned())
}
