//! From the access channel into the log store, in batches.

use std::sync::Arc;
use std::time::Duration;

use thinkwatch_edge::access_log::AccessEntry;
use thinkwatch_logs::{AccessRecord, LogStore};
use tokio::sync::mpsc::Receiver;

const BATCH: usize = 500;
const GATHER: Duration = Duration::from_millis(500);

fn record(entry: AccessEntry) -> AccessRecord {
    AccessRecord {
        timestamp_us: entry.timestamp_us,
        request_id: entry.request_id,
        port: entry.port.as_str().to_owned(),
        method: entry.method,
        path: entry.path,
        status: entry.status,
        duration_us: entry.duration_us,
        ip: entry.ip.to_string(),
        user_agent: entry.user_agent,
        user_id: entry.user_id,
        key_id: entry.key_id,
        bytes_in: 0,
        bytes_out: 0,
        reason: entry.reason.unwrap_or_default().to_owned(),
    }
}

/// Writes entries until every sender is gone.
pub(crate) async fn consume(mut entries: Receiver<AccessEntry>, logs: Arc<dyn LogStore>) {
    let dropped = metrics::counter!("audit_log_dropped_total", "reason" => "access_failed");
    let mut batch = Vec::with_capacity(BATCH);
    while entries.recv_many(&mut batch, BATCH).await > 0 {
        let count = batch.len();
        let records = batch.drain(..).map(record).collect();
        if let Err(error) = logs.append_access(records).await {
            // Lossy by design: a full disk must not fill the memory.
            tracing::warn!(%error, count, "access log rows were lost");
            dropped.increment(count as u64);
        }
        if count < BATCH {
            tokio::time::sleep(GATHER).await;
        }
    }
}
