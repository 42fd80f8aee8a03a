//! Figures of the spool: `cargo run --release -p thinkwatch-records --example measure -- FOLDER [PAIRS]`.
//!
//! Prints the cost of an open and close, the cost of the sync thread at a steady rate, and the time of a start with
//! 1 GB of segments that nobody has read. FOLDER should be on the disk that is to be judged; it is left empty.

#![expect(clippy::print_stdout, clippy::unwrap_used, reason = "a measuring program")]

use std::fs;
use std::path::Path;
use std::time::{Duration, Instant};

use thinkwatch_records::call::TokenCounts;
use thinkwatch_records::spool::{Spool, SpoolConfig};
use thinkwatch_records::{Attempt, CallRecord, Outcome, Tag};

fn record(n: u64) -> CallRecord {
    let attempt = Attempt {
        provider: "openai-main".to_owned(),
        provider_id: "prv_0123456789abcdef".to_owned(),
        route_id: "rte_0123456789abcdef".to_owned(),
        upstream_model: "gpt-4.1-mini-2025-04-14".to_owned(),
        started_at: 1_760_000_000_000_000,
        ..Attempt::default()
    };
    CallRecord {
        id_high: 0x0199_0000_0000_7000,
        id_low: n.wrapping_mul(0x9e37_79b9_7f4a_7c15),
        timestamp: 1_760_000_000_000_000,
        user_id: "usr_0123456789abcdef".to_owned(),
        user_email: "someone@example.com".to_owned(),
        key_id: "key_0123456789abcdef".to_owned(),
        key_lineage_id: "lin_0123456789abcdef".to_owned(),
        team_id: "tea_0123456789abcdef".to_owned(),
        dialect: "chat".to_owned(),
        endpoint: "chat.completions".to_owned(),
        model: "gpt-4.1-mini".to_owned(),
        provider: attempt.provider.clone(),
        provider_id: attempt.provider_id.clone(),
        route_id: attempt.route_id.clone(),
        upstream_model: attempt.upstream_model.clone(),
        attempts: vec![attempt],
        tags: vec![Tag { name: "app".to_owned(), value: "measure".to_owned() }],
        ip_address: "10.1.2.3".to_owned(),
        user_agent: "OpenAI/Python 1.99.0".to_owned(),
        client: "openai-python".to_owned(),
        request_bytes: 1024,
        ..CallRecord::default()
    }
}

fn close_of(open: &CallRecord) -> CallRecord {
    CallRecord {
        status_code: 200,
        outcome: Outcome::Ok as i32,
        usage: Some(TokenCounts { input: 200, output: 50, ..TokenCounts::default() }),
        cost_nano: 160_000,
        duration_us: 900_000,
        ttft_us: 300_000,
        gateway_us: 80,
        response_bytes: 1024,
        upstream_request_id: "req_0123456789abcdef0123".to_owned(),
        ..open.clone()
    }
}

fn config(folder: &Path) -> SpoolConfig {
    fs::remove_dir_all(folder).ok();
    SpoolConfig::new(folder)
}

/// Nanoseconds on a CPU of the threads of this process whose name begins so.
fn cpu(name: &str) -> u64 {
    let tasks = fs::read_dir("/proc/self/task").unwrap().flatten();
    tasks
        .filter(|task| fs::read_to_string(task.path().join("comm")).is_ok_and(|comm| comm.starts_with(name)))
        .filter_map(|task| {
            fs::read_to_string(task.path().join("schedstat")).ok()?.split(' ').next()?.parse::<u64>().ok()
        })
        .sum()
}

fn pairs(folder: &Path, threads: u64, each: u64) {
    let spool = Spool::start(config(folder)).unwrap();
    let open = record(1);
    let close = close_of(&open);
    let begun = Instant::now();
    let on_cpu: u64 = std::thread::scope(|scope| {
        let workers: Vec<_> = (0..threads)
            .map(|thread| {
                let (spool, mut open, mut close) = (spool.clone(), open.clone(), close.clone());
                let work = move || {
                    for n in 0..each {
                        (open.id_low, close.id_low) = (thread << 40 | n, thread << 40 | n);
                        let (call, receipt) = spool.open(&open).unwrap();
                        drop(receipt);
                        drop(call.close(&close).unwrap());
                    }
                    cpu(&format!("pairs-{thread}"))
                };
                std::thread::Builder::new().name(format!("pairs-{thread}")).spawn_scoped(scope, work).unwrap()
            })
            .collect();
        workers.into_iter().map(|worker| worker.join().unwrap()).sum()
    });
    let wall = begun.elapsed();
    let count = threads * each;
    println!(
        "{threads} thread(s): {:.0} ns of wall time and {:.0} ns of CPU per open+close pair; {} bytes each",
        wall.as_nanos() as f64 / count as f64,
        on_cpu as f64 / count as f64,
        spool.report().bytes / count
    );
    spool.shutdown();
}

fn steady(folder: &Path, rate: u64, seconds: u64) {
    let spool = Spool::start(config(folder)).unwrap();
    let open = record(1);
    let close = close_of(&open);
    let begun = Instant::now();
    let (before, mut done) = (cpu("spool-sync"), 0);
    while begun.elapsed() < Duration::from_secs(seconds) {
        let due = begun.elapsed().as_micros() as u64 * rate / 1_000_000;
        while done < due {
            let open = CallRecord { id_low: done, ..open.clone() };
            let (call, _receipt) = spool.open(&open).unwrap();
            drop(call.close(&CallRecord { id_low: done, ..close.clone() }).unwrap());
            done += 1;
        }
        std::thread::sleep(Duration::from_millis(1));
    }
    let sync = cpu("spool-sync") - before;
    println!(
        "{rate} calls/s for {seconds} s ({done} calls): the sync thread used {:.2} % of a core, {:.0} ns per call",
        sync as f64 / begun.elapsed().as_nanos() as f64 * 100.0,
        sync as f64 / done as f64
    );
    spool.shutdown();
}

fn recover(folder: &Path, bytes: u64) {
    let spool = Spool::start(config(folder)).unwrap();
    let open = record(1);
    let close = close_of(&open);
    let mut calls = Vec::new();
    for n in 0.. {
        let (call, _receipt) = spool.open(&CallRecord { id_low: n, ..open.clone() }).unwrap();
        if n % 1000 == 0 {
            calls.push(call);
        } else {
            drop(call.close(&CallRecord { id_low: n, ..close.clone() }).unwrap());
        }
        if n % 1000 == 0 && spool.report().bytes >= bytes {
            break;
        }
    }
    // What a killed process leaves: the files as they are, with calls open.
    let copy = folder.with_extension("copy");
    fs::remove_dir_all(&copy).ok();
    fs::create_dir_all(&copy).unwrap();
    for file in fs::read_dir(folder).unwrap().flatten() {
        fs::copy(file.path(), copy.join(file.file_name())).unwrap();
    }
    let open_calls = calls.len();
    drop(calls);
    spool.shutdown();
    let begun = Instant::now();
    let spool = Spool::start(SpoolConfig::new(&copy)).unwrap();
    println!("start with {bytes} bytes of spool and {open_calls} open calls: {:?}", begun.elapsed());
    spool.shutdown();
    fs::remove_dir_all(&copy).unwrap();
}

fn main() {
    let mut arguments = std::env::args().skip(1);
    let folder = arguments.next().expect("the folder to use");
    let folder = Path::new(&folder).join("spool");
    let each: u64 = arguments.next().map_or(200_000, |n| n.parse().expect("a number"));
    for threads in [1, 4] {
        pairs(&folder, threads, each / threads);
    }
    steady(&folder, 20_000, 5);
    recover(&folder, 1 << 30);
    fs::remove_dir_all(&folder).unwrap();
}
