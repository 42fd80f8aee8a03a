//! The store itself: opening, closing, and the frame of every change.

use std::time::{Duration, Instant};

use sea_orm::sea_query::{Expr, ExprTrait};
use sea_orm::{
    ActiveModelBehavior, ActiveModelTrait, ColumnTrait, ConnectionTrait, DatabaseTransaction, DbErr, EntityTrait,
    IntoActiveModel, IsolationLevel, QueryFilter, SqliteTransactionMode, TransactionOptions, TransactionTrait,
};

use crate::connect::{Backend, ConnectOptions, Pools, connect};
use crate::entity::part_version;
use crate::error::StoreError;
use crate::inputs::{AuditEntry, Versions};
use crate::lock::lock_migrations;
use crate::migrate::{Migrations, migrate, released};

const SIGN_OF_LIFE: Duration = Duration::from_secs(2);

/// An open store. Cheap to clone; all clones share the same connections.
#[derive(Clone, Debug)]
pub struct Store {
    pub(crate) pools: Pools,
    backend: Backend,
}

/// A part of the state that has a version of its own.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Part {
    Catalogue,
    Principals,
    Revocations,
    Settings,
    Limits,
}

impl Part {
    pub(crate) const fn as_str(self) -> &'static str {
        match self {
            Self::Catalogue => "catalogue",
            Self::Principals => "principals",
            Self::Revocations => "revocations",
            Self::Settings => "settings",
            Self::Limits => "limits",
        }
    }
}

impl Store {
    /// Connects and brings the schema up to date. When a migration fails there is no store.
    pub async fn open(options: &ConnectOptions) -> Result<Self, StoreError> {
        Self::open_with(options, &Migrations(released)).await
    }

    pub(crate) async fn open_with(options: &ConnectOptions, migrations: &Migrations) -> Result<Self, StoreError> {
        let backend = match options {
            ConnectOptions::Sqlite { .. } => Backend::Sqlite,
            ConnectOptions::Postgres { .. } => Backend::Postgres,
        };
        let store = Self { pools: connect(options).await?, backend };
        let lock = match &store.pools.postgres {
            Some(pool) => Some(lock_migrations(pool).await?),
            None => None,
        };
        let migrated = migrate(&store.pools.writer, migrations).await;
        drop(lock);
        if let Err(error) = migrated {
            store.close().await;
            return Err(error);
        }
        Ok(store)
    }

    /// Which database this is.
    pub const fn backend(&self) -> Backend {
        self.backend
    }

    /// Asks the database for a sign of life and says how long it took.
    pub async fn ping(&self) -> Result<Duration, StoreError> {
        let start = Instant::now();
        // Whoever asks for a sign of life cannot wait as long as a change that has to get through.
        match tokio::time::timeout(SIGN_OF_LIFE, self.pools.reader.execute_unprepared("SELECT 1")).await {
            Ok(answer) => answer.map(|_| start.elapsed()).map_err(StoreError::from),
            Err(_) => Err(StoreError::Unavailable(format!("no answer within {SIGN_OF_LIFE:?}"))),
        }
    }

    /// Waits for running transactions and closes every connection. Methods called later fail.
    pub async fn close(&self) {
        for pool in [&self.pools.reader, &self.pools.writer] {
            if let Err(error) = pool.close_by_ref().await {
                tracing::warn!(%error, "the store did not close cleanly");
            }
        }
    }

    /// How often each part has changed.
    pub async fn versions(&self) -> Result<Versions, StoreError> {
        let mut versions = Versions::default();
        for row in part_version::Entity::find().all(&self.pools.reader).await? {
            match row.part.as_str() {
                "catalogue" => versions.catalogue = row.version,
                "principals" => versions.principals = row.version,
                "revocations" => versions.revocations = row.version,
                "settings" => versions.settings = row.version,
                "limits" => versions.limits = row.version,
                _ => {}
            }
        }
        Ok(versions)
    }

    /// Begins a transaction that writes.
    pub(crate) async fn begin_write(&self) -> Result<DatabaseTransaction, StoreError> {
        // A deferred transaction that turns into a writer can only fail with SQLITE_BUSY when another wrote meanwhile.
        let options = TransactionOptions {
            sqlite_transaction_mode: (self.backend == Backend::Sqlite).then_some(SqliteTransactionMode::Immediate),
            ..TransactionOptions::default()
        };
        Ok(self.pools.writer.begin_with_options(options).await?)
    }

    /// Begins a transaction in which all reads see one state.
    pub(crate) async fn begin_read(&self) -> Result<DatabaseTransaction, StoreError> {
        let options = TransactionOptions {
            isolation_level: (self.backend == Backend::Postgres).then_some(IsolationLevel::RepeatableRead),
            ..TransactionOptions::default()
        };
        Ok(self.pools.reader.begin_with_options(options).await?)
    }

    /// Begins an audited change: takes the lock of the trail, writes the entry, bumps the parts.
    pub(crate) async fn begin_change(
        &self,
        entry: &AuditEntry,
        parts: &[Part],
    ) -> Result<DatabaseTransaction, StoreError> {
        let txn = self.begin_write().await?;
        lock_trail(&txn).await?;
        crate::audit::write(&txn, entry).await?;
        bump(&txn, parts).await?;
        Ok(txn)
    }
}

/// Makes audited changes wait for each other, so that the trail's order is the order of commits (PostgreSQL numbers
/// rows before they are committed) and so that rules over many rows ("the last super admin") hold without gaps.
/// It is always the first lock taken: no two changes can wait for each other in a circle.
pub(crate) async fn lock_trail(txn: &DatabaseTransaction) -> Result<(), StoreError> {
    add_one(txn, "audit").await
}

/// Tells everyone who follows these parts that they have changed (once the transaction commits).
pub(crate) async fn bump(txn: &DatabaseTransaction, parts: &[Part]) -> Result<(), StoreError> {
    for part in parts {
        add_one(txn, part.as_str()).await?;
    }
    Ok(())
}

async fn add_one(txn: &DatabaseTransaction, part: &str) -> Result<(), StoreError> {
    let done = part_version::Entity::update_many()
        .col_expr(part_version::Column::Version, Expr::col(part_version::Column::Version).add(1))
        .filter(part_version::Column::Part.eq(part))
        .exec(txn)
        .await?;
    if done.rows_affected == 1 { Ok(()) } else { Err(StoreError::Corrupt("change log")) }
}

/// Writes a new row as it is.
pub(crate) async fn insert<M, A, C>(db: &C, row: M) -> Result<(), DbErr>
where
    M: IntoActiveModel<A>,
    A: ActiveModelTrait + ActiveModelBehavior + Send,
    C: ConnectionTrait,
{
    <A::Entity as EntityTrait>::insert(row.into_active_model()).exec_without_returning(db).await.map(|_| ())
}

/// Writes all columns of a row that exists.
pub(crate) async fn save<M, A, C>(db: &C, row: M) -> Result<(), DbErr>
where
    M: IntoActiveModel<A>,
    A: ActiveModelTrait + ActiveModelBehavior + Send,
    <A::Entity as EntityTrait>::Model: IntoActiveModel<A>,
    C: ConnectionTrait,
{
    row.into_active_model().reset_all().update(db).await.map(|_| ())
}
