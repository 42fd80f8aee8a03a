//! Closed loop: so many connections, each asks again as soon as it is answered.

use std::time::{Duration, Instant};

use tokio::task::JoinSet;

use super::connection::Connection;
use super::{Outcome, Work};

/// Loads for a while; requests under way at its end are waited for and count.
pub(crate) async fn load(work: &Work, connections: usize, lasting: Duration) -> Outcome {
    let start = Instant::now();
    let mut tasks = JoinSet::new();
    for _ in 0..connections {
        tasks.spawn(one(work.clone(), start + lasting));
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

async fn one(work: Work, until: Instant) -> Outcome {
    let mut outcome = Outcome::default();
    let mut connection = None;
    while Instant::now() < until {
        let mut open = match connection.take() {
            Some(open) => open,
            None => match Connection::open(&work).await {
                Ok(open) => open,
                Err(why) => {
                    outcome.fail(format!("{why:#}"));
                    tokio::time::sleep(Duration::from_millis(50)).await;
                    continue;
                }
            },
        };
        let asked = Instant::now();
        match open.ask(&work).await {
            Ok(first) => {
                outcome.completed += 1;
                outcome.first.push(micros(first - asked));
                outcome.latencies.push(micros(asked.elapsed()));
                connection = Some(open);
            }
            Err(why) => outcome.fail(format!("{why:#}")),
        }
    }
    outcome
}

pub(crate) fn micros(time: Duration) -> u32 {
    u32::try_from(time.as_micros()).unwrap_or(u32::MAX)
}
