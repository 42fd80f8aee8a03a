//! Locks that PostgreSQL keeps for as long as a connection lives.

use sqlx::postgres::{PgConnection, PgPool};
use sqlx::{Connection as _, Executor as _};

use crate::error::StoreError;
use crate::store::Store;

/// Any number will do, as long as nobody else uses it in the same database: "tw-r" and "tw-m".
const REPLICA: i64 = 0x7477_2d72;
const MIGRATING: i64 = 0x7477_2d6d;
/// Locks of two numbers are kept apart from those of one: "tw", and a hash of the job's name.
const JOBS: i32 = 0x7477;

/// Held while this process is the only replica, or one of those that share their counters. Dropping it closes its
/// connection, which gives the lock back.
#[derive(Debug)]
pub struct ReplicaLock(Option<PgConnection>);

impl ReplicaLock {
    /// Whether the connection that holds the lock still lives; if not, another replica may have it.
    pub async fn still_held(&mut self) -> bool {
        match &mut self.0 {
            None => true,
            Some(connection) => connection.ping().await.is_ok(),
        }
    }

    /// Gives the lock back and waits until the server knows.
    pub async fn release(self) {
        let Some(mut connection) = self.0 else { return };
        // Asked for, since the server may notice some time later that a connection was closed.
        let unlock = sqlx::query("SELECT pg_advisory_unlock_all()");
        let released = async {
            unlock.execute(&mut connection).await?;
            connection.close().await
        };
        if let Err(error) = released.await {
            tracing::debug!(%error, "the connection of the replica lock was gone already");
        }
    }
}

/// Held while this process does a piece of upkeep. Dropping it closes its connection, which gives the lock back.
#[derive(Debug)]
pub struct JobLock(Option<PgConnection>);

impl JobLock {
    /// Gives the lock back and waits until the server knows.
    pub async fn release(self) {
        let Some(mut connection) = self.0 else { return };
        let released = async {
            sqlx::query("SELECT pg_advisory_unlock_all()").execute(&mut connection).await?;
            connection.close().await
        };
        if let Err(error) = released.await {
            tracing::debug!(%error, "the connection of a job's lock was gone already");
        }
    }
}

impl Store {
    /// Takes the lock of a job that is not to be done by two replicas at once. None when another one is at it.
    /// On SQLite there is nothing to take: there is one process.
    pub async fn try_lock_job(&self, name: &str) -> Result<Option<JobLock>, StoreError> {
        let Some(pool) = &self.pools.postgres else {
            return Ok(Some(JobLock(None)));
        };
        let mut connection = pool.acquire().await.map_err(lost)?.detach();
        let taken: bool = sqlx::query_scalar("SELECT pg_try_advisory_lock($1, hashtext($2))")
            .bind(JOBS)
            .bind(name)
            .fetch_one(&mut connection)
            .await
            .map_err(lost)?;
        Ok(taken.then_some(JobLock(Some(connection))))
    }

    /// Takes the lock of the only replica (several need a shared counter store). None when another process has it.
    /// On SQLite there is nothing to take: the data directory has a lock of its own.
    pub async fn try_lock_replica(&self) -> Result<Option<ReplicaLock>, StoreError> {
        self.lock_replica("SELECT pg_try_advisory_lock($1)").await
    }

    /// Takes the lock of one of several replicas. None when another process has it for itself, which would count limits
    /// where nobody else sees it.
    pub async fn try_share_replica(&self) -> Result<Option<ReplicaLock>, StoreError> {
        self.lock_replica("SELECT pg_try_advisory_lock_shared($1)").await
    }

    async fn lock_replica(&self, lock: &'static str) -> Result<Option<ReplicaLock>, StoreError> {
        let Some(pool) = &self.pools.postgres else {
            return Ok(Some(ReplicaLock(None)));
        };
        let mut connection = pool.acquire().await.map_err(lost)?.detach();
        let taken: bool = sqlx::query_scalar(lock).bind(REPLICA).fetch_one(&mut connection).await.map_err(lost)?;
        Ok(taken.then_some(ReplicaLock(Some(connection))))
    }
}

/// Keeps others from migrating at the same time; dropping the connection frees it.
pub(crate) async fn lock_migrations(pool: &PgPool) -> Result<PgConnection, StoreError> {
    let mut connection = pool.acquire().await.map_err(lost)?.detach();
    let query = sqlx::query("SELECT pg_advisory_lock($1)").bind(MIGRATING);
    connection.execute(query).await.map_err(lost)?;
    Ok(connection)
}

fn lost(error: sqlx::Error) -> StoreError {
    StoreError::Unavailable(error.to_string())
}
