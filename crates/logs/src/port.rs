//! The port: what every log store can do. Backends are chosen in the binary.

use std::sync::Arc;

use async_trait::async_trait;
use thinkwatch_records::CallRecord;

use crate::access::{AccessPage, AccessQuery, AccessRecord};
use crate::query::{CallPage, CallQuery, Scope};
use crate::usage::{UsageQuery, UsageReport};

/// What can go wrong in a log store. Never holds content of a row.
#[derive(Debug, thiserror::Error)]
pub enum LogError {
    /// A partition could not be opened or read; the others still answer.
    #[error("log partition {partition} cannot be read: {reason}")]
    Unreadable {
        /// `kind/day`.
        partition: String,
        /// What the engine said.
        reason: String,
    },
    /// Rows could not be written; nothing of this batch counts for that partition.
    #[error("log partition {partition} cannot be written: {reason}")]
    Unwritable {
        /// `kind/day`.
        partition: String,
        /// What the engine said.
        reason: String,
    },
    /// A file or folder beside the partitions failed.
    #[error("log folder {path}: {source}")]
    Folder {
        /// The path.
        path: String,
        /// The cause.
        source: std::io::Error,
    },
    /// The page cursor was not made by this store.
    #[error("the page cursor is not valid")]
    BadCursor,
    /// The name of a consumer is not usable.
    #[error("consumer name {0:?} must be 1 to 64 of a-z, 0-9, '-' and '_'")]
    BadConsumer(String),
    /// The database does not answer; trying again later may help.
    #[error("the log store is not available: {0}")]
    Unavailable(String),
    /// The connection options do not make sense.
    #[error("the address of the log store is not usable: {0}")]
    BadOptions(String),
    /// The tables could not be brought up to date; the store is not opened.
    #[error("a migration of the log store failed: {0}")]
    Migration(String),
    /// The tables are newer than this binary knows.
    #[error("the log store was written by a newer version (schema {0})")]
    TooNew(i32),
    /// The store was closed.
    #[error("the log store is closed")]
    Closed,
}

/// What became of a batch.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Appended {
    /// New rows.
    pub inserted: u64,
    /// Rows that were there already; they changed nothing.
    pub repeated: u64,
    /// Rows older than the retention, dropped.
    pub expired: u64,
}

/// How many days each kind is kept.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Retention {
    /// `gateway_logs`.
    pub gateway_days: u32,
    /// `access_logs`.
    pub access_days: u32,
}

impl Default for Retention {
    fn default() -> Self {
        Self { gateway_days: 90, access_days: 30 }
    }
}

/// What a retention run removed.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Removed {
    /// Names (`kind/day`) of the partitions that are gone.
    pub partitions: Vec<String>,
    /// Bytes given back.
    pub bytes: u64,
}

/// One partition.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PartitionStats {
    /// `kind/day`.
    pub name: String,
    /// Bytes on disk, write-ahead log included.
    pub bytes: u64,
}

/// The state of the store.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct LogStats {
    /// Partitions, oldest first within a kind.
    pub partitions: Vec<PartitionStats>,
    /// Bytes of all of them.
    pub bytes: u64,
    /// Rows inserted since the process started.
    pub inserted: u64,
    /// Rows that were repeated since then.
    pub repeated: u64,
    /// Rows dropped since then because they were older than the retention.
    pub expired: u64,
    /// Partitions set aside since then because they were damaged.
    pub set_aside: u64,
}

/// A store of log rows.
///
/// Writes are durable when they return, and idempotent: a record id that is there already inserts nothing and counts
/// nothing. A consumer therefore saves its cursor after the append, and a replay is harmless.
#[async_trait]
pub trait LogStore: Send + Sync + 'static {
    /// What it is called in health reports: `embedded` or `postgresql`.
    fn backend(&self) -> &'static str;

    /// Adds calls. The batch is shared, so that a failed one can be tried again without copying it.
    async fn append_calls(&self, calls: Arc<Vec<CallRecord>>) -> Result<Appended, LogError>;

    /// Adds access rows.
    async fn append_access(&self, rows: Vec<AccessRecord>) -> Result<Appended, LogError>;

    /// Where a consumer of records had got to; `None` when it never saved (or the file is damaged: replay).
    async fn cursor(&self, consumer: &str) -> Result<Option<Vec<u8>>, LogError>;

    /// Saves where a consumer has got to. Call it after the append has returned.
    async fn save_cursor(&self, consumer: &str, position: Vec<u8>) -> Result<(), LogError>;

    /// A page of calls.
    async fn query_calls(&self, query: CallQuery) -> Result<CallPage, LogError>;

    /// One call by `req_…`, by the 32 digits of a request id, or by the client's trace id (then the newest of them).
    async fn get_call(&self, scope: Scope, id: &str) -> Result<Option<CallRecord>, LogError>;

    /// Calls, tokens, cost and latency over time, for dashboards.
    async fn usage_over_time(&self, query: UsageQuery) -> Result<UsageReport, LogError>;

    /// A page of access rows.
    async fn query_access(&self, query: AccessQuery) -> Result<AccessPage, LogError>;

    /// Removes what is older than the retention; later rows of those days are dropped and counted. Also does what is
    /// put off until a day is over (indexes). To be called at the start and then about every hour.
    async fn apply_retention(&self, now_us: i64, keep: Retention) -> Result<Removed, LogError>;

    /// Sizes and counters.
    async fn stats(&self) -> Result<LogStats, LogError>;

    /// Finishes what was accepted, closes the files and waits for the writer. Later calls fail with `Closed`.
    async fn close(&self);
}
