//! The PostgreSQL store: a partition per kind and UTC day, in the database of the relational store.
//!
//! Every replica writes the calls of its own spool, and reads those of all. A batch is one transaction: its rows, and the
//! sums of those among them that were new. That and nothing else is why a batch may be offered again by whoever is in
//! doubt. Writing has connections of its own, so that no question, however long, holds it up.

mod access_rows;
mod call_columns;
mod call_read;
mod call_rows;
mod conditions;
mod connect;
mod partitions;
mod retention;
mod rollups;
mod schema;
mod usage_read;

use std::fmt;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Duration;

use async_trait::async_trait;
use thinkwatch_records::CallRecord;

use crate::access::{AccessPage, AccessQuery, AccessRecord};
use crate::kind::check_consumer;
use crate::port::{Appended, LogError, LogStats, LogStore, PartitionStats, Removed, Retention};
use crate::query::{CallPage, CallQuery, Scope};
use crate::usage::{UsageQuery, UsageReport};

use self::connect::{Pools, failed};
use self::partitions::Partitions;

/// A batch that takes longer is given up and offered again: the server hangs, or the way to it does.
const WRITE_WITHIN: Duration = Duration::from_secs(60);
/// A question that takes longer is given up.
const READ_WITHIN: Duration = Duration::from_secs(60);

/// How the store is reached.
#[derive(Clone)]
pub struct PostgresOptions {
    /// `postgres://user:password@host:port/database`. Never logged.
    pub url: String,
    /// Questions answered at the same time, each with a connection; more wait.
    pub readers: u32,
}

impl PostgresOptions {
    /// The usual sizes: four connections for questions, beside three for writing.
    pub fn new(url: impl Into<String>) -> Self {
        Self { url: url.into(), readers: 4 }
    }
}

impl fmt::Debug for PostgresOptions {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        // The address holds the password.
        f.debug_struct("PostgresOptions").field("readers", &self.readers).finish_non_exhaustive()
    }
}

/// The PostgreSQL store. [`LogStore::close`] it at shutdown.
pub struct PostgresLogs {
    pools: Pools,
    partitions: Partitions,
    counted: Counted,
}

/// What was written since the process started.
#[derive(Default)]
struct Counted {
    inserted: AtomicU64,
    repeated: AtomicU64,
    expired: AtomicU64,
}

impl Counted {
    fn add(&self, appended: Appended) -> Appended {
        self.inserted.fetch_add(appended.inserted, Ordering::Relaxed);
        self.repeated.fetch_add(appended.repeated, Ordering::Relaxed);
        self.expired.fetch_add(appended.expired, Ordering::Relaxed);
        appended
    }
}

impl PostgresLogs {
    /// Connects and brings the tables up to date. When that fails there is no store.
    pub async fn open(options: &PostgresOptions) -> Result<Self, LogError> {
        let pools = connect::open(options).await?;
        if let Err(error) = schema::migrate(&pools.writers).await {
            pools.close().await;
            return Err(error);
        }
        Ok(Self { pools, partitions: Partitions::default(), counted: Counted::default() })
    }
}

/// Gives up after a while. A dropped transaction is rolled back, by the server if not by us.
async fn within<T>(limit: Duration, work: impl Future<Output = Result<T, LogError>>) -> Result<T, LogError> {
    match tokio::time::timeout(limit, work).await {
        Ok(done) => done,
        Err(_) => Err(LogError::Unavailable(format!("PostgreSQL gave no answer within {limit:?}"))),
    }
}

#[async_trait]
impl LogStore for PostgresLogs {
    fn backend(&self) -> &'static str {
        "postgresql"
    }

    async fn append_calls(&self, calls: Arc<Vec<CallRecord>>) -> Result<Appended, LogError> {
        let appended = within(WRITE_WITHIN, call_rows::append(&self.pools.writers, &self.partitions, &calls)).await?;
        Ok(self.counted.add(appended))
    }

    async fn append_access(&self, rows: Vec<AccessRecord>) -> Result<Appended, LogError> {
        let appended = within(WRITE_WITHIN, access_rows::append(&self.pools.writers, &self.partitions, &rows)).await?;
        Ok(self.counted.add(appended))
    }

    async fn cursor(&self, consumer: &str) -> Result<Option<Vec<u8>>, LogError> {
        check_consumer(consumer)?;
        let query = sqlx::query_scalar("SELECT position FROM log_cursors WHERE consumer = $1").bind(consumer);
        within(READ_WITHIN, async { query.fetch_optional(&self.pools.readers).await.map_err(failed("log_cursors")) })
            .await
    }

    async fn save_cursor(&self, consumer: &str, position: Vec<u8>) -> Result<(), LogError> {
        check_consumer(consumer)?;
        let query = sqlx::query(
            "INSERT INTO log_cursors (consumer, position) VALUES ($1, $2)
             ON CONFLICT (consumer) DO UPDATE SET position = excluded.position",
        );
        let query = query.bind(consumer).bind(position);
        within(WRITE_WITHIN, async { query.execute(&self.pools.writers).await.map_err(failed("log_cursors")) }).await?;
        Ok(())
    }

    async fn query_calls(&self, query: CallQuery) -> Result<CallPage, LogError> {
        within(READ_WITHIN, call_read::page(&self.pools.readers, &query)).await
    }

    async fn get_call(&self, scope: Scope, id: &str) -> Result<Option<CallRecord>, LogError> {
        within(READ_WITHIN, call_read::find(&self.pools.readers, &scope, id)).await
    }

    async fn usage_over_time(&self, query: UsageQuery) -> Result<UsageReport, LogError> {
        within(READ_WITHIN, usage_read::report(&self.pools.readers, &query)).await
    }

    async fn query_access(&self, query: AccessQuery) -> Result<AccessPage, LogError> {
        within(READ_WITHIN, access_rows::page(&self.pools.readers, &query)).await
    }

    async fn apply_retention(&self, now_us: i64, keep: Retention) -> Result<Removed, LogError> {
        retention::apply(&self.pools.writers, &self.partitions, now_us, keep).await
    }

    async fn stats(&self) -> Result<LogStats, LogError> {
        let found = within(READ_WITHIN, partitions::list(&self.pools.readers)).await?;
        let partitions: Vec<_> = found
            .into_iter()
            .filter(|p| p.attached)
            .map(|p| PartitionStats { name: p.name(), bytes: p.bytes })
            .collect();
        Ok(LogStats {
            bytes: partitions.iter().map(|p| p.bytes).sum(),
            partitions,
            inserted: self.counted.inserted.load(Ordering::Relaxed),
            repeated: self.counted.repeated.load(Ordering::Relaxed),
            expired: self.counted.expired.load(Ordering::Relaxed),
            set_aside: 0,
        })
    }

    async fn close(&self) {
        self.pools.close().await;
    }
}
