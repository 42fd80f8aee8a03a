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
use thinkwatch_policy::ids::UserId;
use thinkwatch_records::CallRecord;
use thinkwatch_testkit::calls::{self, Caller};

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
    let callers = callers();
    let (mut cpu, mut writing, mut batches) = (0.0, 0.0, 0);
    for first in (0..rows).step_by(usize::try_from(batch)?) {
        let calls: Vec<_> = (first..rows.min(first + batch)).map(|n| call(n, start + n * step, &callers)).collect();
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
    let id = call(rows / 2, start + rows / 2 * step, &callers).request_id().to_string();
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

/// 300 users with two keys each.
fn callers() -> Vec<Caller> {
    let caller = |n: u64| {
        let user = n / 2;
        Caller {
            user_id: format!("usr_{user}"),
            user_email: format!("developer.{user}@example.com"),
            key_id: format!("key_{n:032x}"),
            key_lineage_id: format!("lin_{n:032x}"),
            team_id: format!("team_{:032x}", user % 20),
            cost_center: format!("cc-{}", user % 12),
            project: format!("p{}", user % 10),
        }
    };
    (0..600).map(caller).collect()
}

/// One of them; a key that is hardly used is among them.
fn call(n: i64, timestamp: i64, callers: &[Caller]) -> CallRecord {
    let mut call = calls::call(n, timestamp, callers);
    if n % 100_000 == 7 {
        "key_rare".clone_into(&mut call.key_id);
    }
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
