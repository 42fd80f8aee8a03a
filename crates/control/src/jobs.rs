//! Upkeep: what is old goes, what is not used is switched off.

use std::sync::Arc;
use std::time::Duration;

use serde_json::json;
use thinkwatch_coordination::Part;
use thinkwatch_logs::Retention;

use crate::caller::system_audit;
use crate::clock::{days, now_us};
use crate::control::Control;
use crate::error::Result;
use crate::task::{Stop, Task};

/// The first run comes soon after the start, so that a server that is restarted daily still does its upkeep.
const FIRST: Duration = Duration::from_secs(60);
const HOURLY: Duration = Duration::from_secs(3600);
/// Expired responses are refused anyway; this only gives their room back.
const MINUTELY: Duration = Duration::from_secs(60);
/// Keys are promised to be switched off by the day, and nobody notices a quarter of an hour.
const QUARTERLY: Duration = Duration::from_secs(900);

/// What each subject has spent per day, week and month is kept for two years and the running one.
const SPENDING_DAYS: i64 = 3 * 366;

/// Starts all upkeep. The caller stops the tasks.
pub fn start(control: &Arc<Control>) -> Vec<Task> {
    let job = |name, every, who, work: fn(Arc<Control>) -> BoxedJob| {
        let control = Arc::clone(control);
        Task::start(name, move |stop| repeat(Job { name, every, who, work }, control, stop))
    };
    vec![
        job("log retention", HOURLY, Who::Everyone, |control| Box::pin(async move { drop_old_logs(&control).await })),
        job("audit retention", HOURLY, Who::OneAtATime, |control| {
            Box::pin(async move { drop_old_audit(&control).await })
        }),
        job("kept responses", MINUTELY, Who::OneAtATime, |control| {
            Box::pin(async move { tidy_responses(&control).await })
        }),
        job("spending history", HOURLY, Who::OneAtATime, |control| {
            Box::pin(async move { drop_old_spending(&control).await })
        }),
        job("purge", HOURLY, Who::OneAtATime, |control| Box::pin(async move { purge(&control).await })),
        job("key inactivity", QUARTERLY, Who::OneAtATime, |control| {
            Box::pin(async move { disable_inactive_keys(&control).await })
        }),
    ]
}

type BoxedJob = std::pin::Pin<Box<dyn Future<Output = Result<()>> + Send>>;

/// Which of several replicas do a job when its time has come.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Who {
    /// Each: it also changes what a replica has in memory.
    Everyone,
    /// Whoever comes first; one that finds another at it leaves it to that one.
    OneAtATime,
}

struct Job {
    name: &'static str,
    every: Duration,
    who: Who,
    work: fn(Arc<Control>) -> BoxedJob,
}

async fn repeat(job: Job, control: Arc<Control>, mut stop: Stop) {
    let mut wait = FIRST;
    while stop.sleep(wait).await {
        if let Err(error) = turn(&job, &control).await {
            tracing::error!(job = job.name, %error, "upkeep failed; it is tried again later");
        }
        wait = job.every;
    }
}

async fn turn(job: &Job, control: &Arc<Control>) -> Result<()> {
    if job.who == Who::Everyone {
        return (job.work)(Arc::clone(control)).await;
    }
    let Some(lock) = control.store.try_lock_job(job.name).await? else { return Ok(()) };
    let done = (job.work)(Arc::clone(control)).await;
    lock.release().await;
    done
}

/// Drops log partitions that are past their retention.
pub async fn drop_old_logs(control: &Control) -> Result<()> {
    let settings = control.settings();
    let keep = Retention {
        gateway_days: u32::try_from(settings.retention_gateway_days).unwrap_or(u32::MAX),
        access_days: u32::try_from(settings.retention_access_days).unwrap_or(u32::MAX),
    };
    let removed = control.logs.apply_retention(now_us(), keep).await?;
    if !removed.partitions.is_empty() {
        tracing::info!(partitions = removed.partitions.len(), bytes = removed.bytes, "old logs dropped");
    }
    Ok(())
}

/// Drops audit entries that are past their retention.
pub async fn drop_old_audit(control: &Control) -> Result<()> {
    let before = now_us().saturating_sub(days(control.settings().retention_audit_days));
    let dropped = control.store.drop_audit_before(before).await?;
    if dropped > 0 {
        tracing::info!(entries = dropped, "old audit entries dropped");
    }
    Ok(())
}

/// Drops what was spent in periods that are too long past to be asked for.
pub async fn drop_old_spending(control: &Control) -> Result<()> {
    let dropped = control.store.drop_spent_before(now_us().saturating_sub(days(SPENDING_DAYS))).await?;
    if dropped > 0 {
        tracing::info!(rows = dropped, "old sums of spending dropped");
    }
    Ok(())
}

/// Removes for good what was deleted long ago.
pub async fn purge(control: &Control) -> Result<()> {
    let before = now_us().saturating_sub(days(control.settings().purge_days));
    let purged = control.store.purge_deleted(before).await?;
    tracing::debug!(?purged, "purge done");
    Ok(())
}

/// Removes kept responses that have expired, and the oldest of too many.
pub async fn tidy_responses(control: &Control) -> Result<()> {
    Ok(control.responses().tidy(now_us()).await?)
}

/// Switches off keys that were not used for as long as their owners said.
pub async fn disable_inactive_keys(control: &Control) -> Result<()> {
    let entry = system_audit("api_key.disable", ("api_key", None), json!({ "reason": "inactive" }));
    let disabled = control.store.disable_inactive_api_keys(&entry).await?;
    if !disabled.is_empty() {
        tracing::info!(keys = disabled.len(), "inactive keys disabled");
        control.announce(&[Part::Principals]).await;
    }
    Ok(())
}
