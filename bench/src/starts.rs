//! How long ThinkWatch takes from its start until it is ready, what it holds in memory, and what its first count of tokens
//! adds to that.

use std::path::Path;
use std::time::{Duration, Instant, SystemTime, UNIX_EPOCH};

use http::{Method, StatusCode};
use serde::Serialize;
use serde_json::json;
use thinkwatch_records::CallRecord;
use thinkwatch_records::call::TokenCounts;
use thinkwatch_records::spool::{Spool, SpoolConfig};

use crate::targets::{Gateway, Kind, Setting, call};
use crate::usage::memory;

/// Resident memory of a target's tree.
#[derive(Clone, Debug, Serialize)]
pub(crate) struct Memory {
    pub(crate) target: &'static str,
    /// 10 s after the start.
    pub(crate) idle_kb: u64,
    /// The most during the whole run.
    pub(crate) peak_kb: u64,
    /// 30 s after the load.
    pub(crate) after_kb: u64,
}

/// Milliseconds from start to ready, the best of a few.
#[derive(Clone, Debug, Default, Serialize)]
pub(crate) struct Starts {
    /// On an empty directory, with migrations.
    pub(crate) first_ms: f64,
    /// On a directory that has been used.
    pub(crate) usual_ms: f64,
    /// On a directory whose spool waits.
    pub(crate) catch_up_ms: Option<f64>,
}

/// What the first count of tokens costs: it reads a vocabulary, half of which stays a part of the binary's file.
#[derive(Clone, Debug, Serialize)]
pub(crate) struct FirstCount {
    /// Resident before it.
    pub(crate) before_kb: u64,
    /// Resident after it.
    pub(crate) after_kb: u64,
    /// How long it took.
    pub(crate) first_ms: f64,
    /// How long the next one took.
    pub(crate) next_ms: f64,
}

/// Asks a gateway that has been idle since its start to count the tokens of 1 KB.
pub(crate) async fn measure_first_count(setting: &Setting) -> anyhow::Result<FirstCount> {
    let data = setting.dir.join("count");
    let log = setting.dir.join("count.log");
    let mut gateway = Gateway::start(Kind::ThinkWatch, setting, &data, &log, None)?;
    gateway.ready(Duration::from_secs(30)).await?;
    let key = gateway.initialize(setting.upstream).await?;
    gateway.process.stop();
    let mut gateway = Gateway::start(Kind::ThinkWatch, setting, &data, &log, None)?;
    gateway.ready(Duration::from_secs(30)).await?;
    gateway.serves(&key).await?;
    tokio::time::sleep(Duration::from_secs(2)).await;
    let before_kb = memory(gateway.process.pid()).0;
    let first_ms = count(&gateway, &key).await?;
    let after_kb = memory(gateway.process.pid()).0;
    let next_ms = count(&gateway, &key).await?;
    Ok(FirstCount { before_kb, after_kb, first_ms, next_ms })
}

/// Milliseconds of one count.
async fn count(gateway: &Gateway, key: &str) -> anyhow::Result<f64> {
    let text = "All work and no play makes a dull benchmark. ".repeat(22);
    let body = json!({"model": "gpt-bench", "messages": [{"role": "user", "content": text}]}).to_string();
    let begun = Instant::now();
    let (status, answer) = call(gateway.addr, Method::POST, "/v1/messages/count_tokens", Some(key), Some(body)).await?;
    anyhow::ensure!(status == StatusCode::OK, "a count answered {status}: {}", String::from_utf8_lossy(&answer));
    Ok(begun.elapsed().as_secs_f64() * 1000.0)
}

/// Measures all of it.
pub(crate) async fn measure_starts(setting: &Setting, waiting_bytes: u64) -> anyhow::Result<Starts> {
    let mut starts = Starts { first_ms: f64::MAX, usual_ms: f64::MAX, catch_up_ms: None };
    for number in 0..3 {
        let data = setting.dir.join(format!("start-{number}"));
        starts.first_ms = starts.first_ms.min(once(setting, &data, true).await?);
        for _ in 0..3 {
            starts.usual_ms = starts.usual_ms.min(once(setting, &data, false).await?);
        }
    }
    if waiting_bytes > 0 {
        let data = setting.dir.join("start-0");
        fill(&data.join("spool"), waiting_bytes)?;
        starts.catch_up_ms = Some(once(setting, &data, false).await?);
    }
    Ok(starts)
}

/// Puts finished calls into the spool of a stopped gateway, as if its consumers had not run for long.
fn fill(folder: &Path, bytes: u64) -> anyhow::Result<()> {
    let spool = Spool::start(SpoolConfig::new(folder))?;
    let mut record = CallRecord {
        timestamp: i64::try_from(SystemTime::now().duration_since(UNIX_EPOCH)?.as_micros())?,
        id_high: SystemTime::now().duration_since(UNIX_EPOCH)?.as_millis() as u64,
        user_id: "bench".to_owned(),
        user_email: "bench@example.com".to_owned(),
        key_id: "bench".to_owned(),
        dialect: "chat".to_owned(),
        endpoint: "chat.completions".to_owned(),
        model: "gpt-bench".to_owned(),
        provider: "simulator".to_owned(),
        upstream_model: "gpt-bench".to_owned(),
        user_agent: "x".repeat(200),
        status_code: 200,
        usage: Some(TokenCounts { input: 256, output: 200, ..TokenCounts::default() }),
        duration_us: 1_000,
        request_bytes: 1024,
        response_bytes: 1024,
        ..CallRecord::default()
    };
    let already = spool.report().bytes;
    loop {
        for _ in 0..10_000 {
            record.id_low += 1;
            // Nobody waits for the disk here; `shutdown` does once at the end.
            drop(spool.record_closed(&record)?);
        }
        if spool.report().bytes - already >= bytes {
            break;
        }
    }
    spool.shutdown();
    Ok(())
}

async fn once(setting: &Setting, data: &Path, set_up: bool) -> anyhow::Result<f64> {
    let log = setting.dir.join("start.log");
    let begun = Instant::now();
    let mut gateway = Gateway::start(Kind::ThinkWatch, setting, data, &log, None)?;
    gateway.ready(Duration::from_secs(30)).await?;
    let took = begun.elapsed().as_secs_f64() * 1000.0;
    if set_up {
        gateway.initialize(setting.upstream).await?;
    }
    Ok(took)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_spool_is_filled_as_far_as_asked() {
        let folder = std::env::temp_dir().join(format!("thinkwatch-bench-fill-{}", std::process::id()));
        fill(&folder, 3 << 20).expect("filled");
        let held = Spool::start(SpoolConfig::new(&folder)).expect("still readable").report().bytes;
        std::fs::remove_dir_all(&folder).expect("there");
        assert!(held >= 3 << 20, "{held}");
    }
}
