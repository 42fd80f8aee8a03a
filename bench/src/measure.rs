//! One round: warm up, drain, load, read the CPU, drain, read it again.

use std::time::{Duration, Instant};

use anyhow::bail;
use serde::Serialize;

use crate::load::{Outcome, percentile};
use crate::process::TARGET_CORE;
use crate::scenarios::Scenario;
use crate::targets::{Kind, Target};
use crate::usage::{core_busy, cpu};

/// What a round gave.
#[derive(Clone, Debug, Serialize)]
pub(crate) struct Round {
    pub(crate) scenario: &'static str,
    pub(crate) target: &'static str,
    pub(crate) requests: u64,
    pub(crate) per_second: f64,
    /// CPU per request at the end of the load, microseconds.
    pub(crate) path_us: f64,
    /// CPU per request once the put-off work is done, microseconds.
    pub(crate) drained_us: f64,
    pub(crate) p50_us: u32,
    pub(crate) p99_us: u32,
    pub(crate) first_p50_us: u32,
    pub(crate) first_p99_us: u32,
    /// Share of the target's core that others used during the load.
    pub(crate) foreign: f64,
}

/// Measures a target once, as this.
pub(crate) async fn round(
    target: &mut Target,
    kind: Kind,
    scenario: &Scenario,
    answer: usize,
    lasting: Duration,
) -> anyhow::Result<Round> {
    let addr = if scenario.stream.is_some() { target.stream_addr } else { target.addr };
    let work =
        scenario.work(addr, target.key_for(scenario.limited && kind != Kind::Unlimited), answer, target.kind.is_ours());
    right(target, scenario, &scenario.drive(&work, lasting / 4).await)?;
    target.drain().await?;

    let pids = target.pids();
    let (begun, before, busy) = (Instant::now(), cpu(&pids), core_busy(TARGET_CORE));
    let outcome = scenario.drive(&work, lasting).await;
    let (after, busy) = (cpu(&pids), core_busy(TARGET_CORE) - busy);
    let took = begun.elapsed().as_micros() as f64;
    right(target, scenario, &outcome)?;
    target.drain().await?;
    let drained = cpu(&pids);

    let requests = outcome.completed as f64;
    let used = after.since(&before);
    Ok(Round {
        scenario: scenario.name,
        target: kind.name(),
        requests: outcome.completed,
        per_second: requests / outcome.took.as_secs_f64(),
        path_us: used / requests,
        drained_us: drained.since(&before) / requests,
        p50_us: percentile(&outcome.latencies, 0.5),
        p99_us: percentile(&outcome.latencies, 0.99),
        first_p50_us: percentile(&outcome.first, 0.5),
        first_p99_us: percentile(&outcome.first, 0.99),
        foreign: ((busy - used) / took).max(0.0),
    })
}

/// A wrong answer spoils a measurement: a proxy that refuses is cheap.
fn right(target: &mut Target, scenario: &Scenario, outcome: &Outcome) -> anyhow::Result<()> {
    target.process.still_there()?;
    if outcome.failed > 0 || outcome.completed == 0 {
        let why = outcome.reason.as_deref().unwrap_or("no answer at all");
        bail!("{} in {}: {} wrong answers: {why}", target.kind.name(), scenario.name, outcome.failed);
    }
    Ok(())
}
