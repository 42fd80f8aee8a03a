//! Following changes: announcements at once, and a poll that finds what was not announced.

use std::sync::Arc;
use std::time::Duration;

use thinkwatch_coordination::Subscription;

use super::Publisher;
use crate::task::{Stop, Task};

/// Half of the second within which a revoked key must be refused everywhere.
const POLL: Duration = Duration::from_millis(500);

/// Keeps the snapshot fresh until the task is stopped.
pub fn follow(publisher: Arc<Publisher>, changes: Subscription) -> Task {
    Task::start("snapshot", |stop| run(publisher, changes, stop))
}

async fn run(publisher: Arc<Publisher>, mut changes: Subscription, mut stop: Stop) {
    let mut announcing = true;
    let mut failing = false;
    loop {
        let announced = tokio::select! {
            () = stop.asked() => return,
            () = tokio::time::sleep(POLL) => Vec::new(),
            parts = changes.changed(), if announcing => {
                announcing = parts.is_some();
                parts.unwrap_or_default()
            }
        };
        let mut result = Ok(());
        if announced.is_empty() {
            result = publisher.catch_up().await;
        }
        for part in announced {
            result = result.and(publisher.refresh(part).await.map(|_| ()));
        }
        match result {
            Ok(()) if failing => {
                failing = false;
                tracing::info!("the store answers again; the snapshot is fresh");
            }
            Ok(()) => {}
            Err(error) if !failing => {
                failing = true;
                tracing::error!(%error, "the snapshot cannot be refreshed; the last one stays in force");
            }
            Err(_) => {}
        }
    }
}
