//! Open loop: requests start at a constant rate whether or not earlier ones were answered, and each is timed from when
//! it should have started, so that a stall shows in every request it held up.

use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::{Duration, Instant};

use tokio::task::JoinSet;
use tokio::time::sleep_until;

use super::closed::micros;
use super::connection::Connection;
use super::{Outcome, Work};

/// Loads at a rate.
pub(crate) async fn load(work: &Work, workers: usize, per_second: u64, lasting: Duration) -> Outcome {
    let start = Instant::now() + Duration::from_millis(20);
    let plan = Arc::new(Plan {
        start,
        gap: Duration::from_nanos(1_000_000_000 / per_second),
        count: per_second * u64::try_from(lasting.as_millis()).unwrap_or(0) / 1000,
        next: AtomicU64::new(0),
    });
    let mut tasks = JoinSet::new();
    for _ in 0..workers {
        tasks.spawn(one(work.clone(), plan.clone()));
    }
    let mut all = Outcome::default();
    while let Some(done) = tasks.join_next().await {
        match done {
            Ok(outcome) => all.add(outcome),
            Err(why) => all.fail(why),
        }
    }
    all.took = start.elapsed();
    all
}

struct Plan {
    start: Instant,
    gap: Duration,
    count: u64,
    next: AtomicU64,
}

async fn one(work: Work, plan: Arc<Plan>) -> Outcome {
    let mut outcome = Outcome::default();
    let mut connection = None;
    loop {
        let number = plan.next.fetch_add(1, Ordering::Relaxed);
        if number >= plan.count {
            return outcome;
        }
        let due = plan.start + plan.gap * u32::try_from(number).unwrap_or(u32::MAX);
        // Timers wake up to a millisecond late. That is this program's own fault and not the target's, so a request
        // whose worker was waiting for its time counts from the wake; one that was held up counts from when it was due.
        let held_up = Instant::now() > due;
        sleep_until(due.into()).await;
        let begun = if held_up { due } else { Instant::now() };
        let mut open = match connection.take() {
            Some(open) => open,
            None => match Connection::open(&work).await {
                Ok(open) => open,
                Err(why) => {
                    outcome.fail(format!("{why:#}"));
                    continue;
                }
            },
        };
        match open.ask(&work).await {
            Ok(first) => {
                outcome.completed += 1;
                outcome.first.push(micros(first.saturating_duration_since(begun)));
                outcome.latencies.push(micros(begun.elapsed()));
                connection = Some(open);
            }
            Err(why) => outcome.fail(format!("{why:#}")),
        }
    }
}
