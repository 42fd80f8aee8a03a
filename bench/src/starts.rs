//! How long ThinkWatch takes from its start until it is ready, and what it holds in memory.

use std::path::Path;
use std::process::Command;
use std::time::{Duration, Instant};

use anyhow::bail;
use serde::Serialize;

use crate::targets::{Gateway, Kind, Setting};

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

/// Measures all of it.
pub(crate) async fn measure_starts(
    setting: &Setting,
    catch_up: Option<&Path>,
    missing: &mut Vec<String>,
) -> anyhow::Result<Starts> {
    let mut starts = Starts { first_ms: f64::MAX, usual_ms: f64::MAX, catch_up_ms: None };
    for number in 0..3 {
        let data = setting.dir.join(format!("start-{number}"));
        starts.first_ms = starts.first_ms.min(once(setting, &data, true).await?);
        for _ in 0..3 {
            starts.usual_ms = starts.usual_ms.min(once(setting, &data, false).await?);
        }
    }
    match catch_up {
        None => missing.push("start with a spool to catch up: give --catch-up-data".to_owned()),
        Some(from) => {
            let data = setting.dir.join("start-catch-up");
            // A copy, because catching up changes it; and what is measured is a disk cache that is warm.
            let status = Command::new("cp").arg("-a").arg(from).arg(&data).status()?;
            if !status.success() {
                bail!("{} could not be copied", from.display());
            }
            starts.catch_up_ms = Some(once(setting, &data, false).await?);
        }
    }
    Ok(starts)
}

async fn once(setting: &Setting, data: &Path, set_up: bool) -> anyhow::Result<f64> {
    let log = setting.dir.join("start.log");
    let begun = Instant::now();
    let mut gateway = Gateway::start(Kind::ThinkWatch, setting, data, &log)?;
    gateway.ready(Duration::from_secs(30)).await?;
    let took = begun.elapsed().as_secs_f64() * 1000.0;
    if set_up {
        gateway.initialize(setting.upstream).await?;
    }
    Ok(took)
}
