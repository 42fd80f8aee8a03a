//! Connecting: how each database is opened.

use std::fmt;
use std::path::{Path, PathBuf};
use std::str::FromStr;
use std::time::Duration;

use sea_orm::{DatabaseConnection, SqlxPostgresConnector, SqlxSqliteConnector};
use sqlx::postgres::{PgConnectOptions, PgConnection, PgPool, PgPoolOptions, PgSslMode};
use sqlx::sqlite::{SqliteConnectOptions, SqliteConnection, SqliteJournalMode, SqlitePoolOptions, SqliteSynchronous};

use sqlx::{ConnectOptions as _, Connection as _};

use crate::error::StoreError;

/// Which database, and how to reach it.
#[derive(Clone)]
pub enum ConnectOptions {
    /// The embedded default.
    Sqlite {
        /// The file; made when it is missing.
        path: PathBuf,
    },
    /// A server.
    Postgres {
        /// `postgres://user:password@host:port/database`. Never logged.
        url: String,
        /// Wins over what the URL says; none leaves it to the URL.
        tls: Option<TlsMode>,
        /// Most connections of this process.
        max_connections: u32,
    },
}

impl fmt::Debug for ConnectOptions {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Sqlite { path } => f.debug_struct("Sqlite").field("path", path).finish(),
            // The URL holds the password.
            Self::Postgres { tls, max_connections, .. } => f
                .debug_struct("Postgres")
                .field("tls", tls)
                .field("max_connections", max_connections)
                .finish_non_exhaustive(),
        }
    }
}

/// How a PostgreSQL connection is protected: `sslmode`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum TlsMode {
    /// No TLS.
    Disable,
    /// TLS when the server has it.
    Prefer,
    /// TLS, whoever answers.
    Require,
    /// TLS with a certificate signed by the given (or a built-in) authority.
    VerifyCa(Option<PathBuf>),
    /// And for this host name.
    VerifyFull(Option<PathBuf>),
}

/// Which database is in use.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Backend {
    /// Embedded.
    Sqlite,
    /// A server.
    Postgres,
}

/// Open pools.
#[derive(Debug, Clone)]
pub(crate) struct Pools {
    /// For transactions that write.
    pub(crate) writer: DatabaseConnection,
    /// For everything else.
    pub(crate) reader: DatabaseConnection,
    /// For locks that live as long as a connection.
    pub(crate) postgres: Option<PgPool>,
}

/// How long a writer waits for its turn before it gives up.
const SQLITE_TURN: Duration = Duration::from_secs(30);
/// How long SQLite itself waits for a lock that another process (a backup, a command) holds.
const SQLITE_BUSY: Duration = Duration::from_secs(10);
const SQLITE_READERS: u32 = 4;
const POSTGRES_TURN: Duration = Duration::from_secs(10);

pub(crate) async fn connect(options: &ConnectOptions) -> Result<Pools, StoreError> {
    match options {
        ConnectOptions::Sqlite { path } => connect_sqlite(path).await,
        ConnectOptions::Postgres { url, tls, max_connections } => {
            connect_postgres(url, tls.as_ref(), *max_connections).await
        }
    }
}

/// One connection writes (a second could only wait for it), several read. Pragmas are connect options: set by a
/// statement they would hold for one connection of the pool only.
async fn connect_sqlite(path: &Path) -> Result<Pools, StoreError> {
    let options = SqliteConnectOptions::new()
        .filename(path)
        .create_if_missing(true)
        .journal_mode(SqliteJournalMode::Wal)
        .synchronous(SqliteSynchronous::Full)
        .busy_timeout(SQLITE_BUSY)
        .foreign_keys(true)
        .pragma("journal_size_limit", "67108864")
        .disable_statement_logging();
    let open = |e: sqlx::Error| StoreError::Unavailable(format!("SQLite file cannot be opened: {e}"));
    let writer = SqlitePoolOptions::new()
        .min_connections(1)
        .max_connections(1)
        .acquire_timeout(SQLITE_TURN)
        .idle_timeout(None)
        .max_lifetime(None)
        .test_before_acquire(false)
        .before_acquire(|connection, _| Box::pin(outside_transactions(connection)))
        .connect_with(options.clone())
        .await
        .map_err(open)?;
    let reader = SqlitePoolOptions::new()
        .max_connections(SQLITE_READERS)
        .acquire_timeout(SQLITE_TURN)
        .max_lifetime(None)
        .test_before_acquire(false)
        .before_acquire(|connection, _| Box::pin(outside_transactions(connection)))
        // A write that goes astray fails here instead of meeting the writer.
        .connect_lazy_with(options.pragma("query_only", "1"));
    Ok(Pools {
        writer: SqlxSqliteConnector::from_sqlx_sqlite_pool(writer),
        reader: SqlxSqliteConnector::from_sqlx_sqlite_pool(reader),
        postgres: None,
    })
}

/// Whether a connection is fit for its next use; else the pool closes it, which undoes what was not committed.
///
/// After some failures (a full disk) SQLite has already rolled back when the driver wants to. The driver's own rollback
/// then fails, and it would go on to make every later transaction a part of one that is never committed.
async fn outside_transactions(connection: &mut SqliteConnection) -> Result<bool, sqlx::Error> {
    // A dropped transaction is rolled back before the connection's next command: this one.
    connection.ping().await?;
    Ok(!connection.is_in_transaction())
}

async fn connect_postgres(url: &str, tls: Option<&TlsMode>, max_connections: u32) -> Result<Pools, StoreError> {
    // The parser's own message may quote the URL, password and all.
    let mut options = PgConnectOptions::from_str(url)
        .map_err(|_| StoreError::BadOptions("not a postgres:// address".to_owned()))?
        .application_name("thinkwatch")
        .disable_statement_logging();
    if let Some(tls) = tls {
        let (mode, root) = match tls {
            TlsMode::Disable => (PgSslMode::Disable, None),
            TlsMode::Prefer => (PgSslMode::Prefer, None),
            TlsMode::Require => (PgSslMode::Require, None),
            TlsMode::VerifyCa(root) => (PgSslMode::VerifyCa, root.as_ref()),
            TlsMode::VerifyFull(root) => (PgSslMode::VerifyFull, root.as_ref()),
        };
        options = options.ssl_mode(mode);
        if let Some(root) = root {
            options = options.ssl_root_cert(root);
        }
    }
    // A pool tries again until its own time is up and then only says that it was; one connection says why, at once.
    let unreachable = |why: &dyn fmt::Display| StoreError::Unavailable(format!("PostgreSQL cannot be reached: {why}"));
    match tokio::time::timeout(POSTGRES_TURN, PgConnection::connect_with(&options)).await {
        Ok(Ok(connection)) => drop(connection.close().await),
        Ok(Err(error)) => return Err(unreachable(&error)),
        Err(_) => return Err(unreachable(&"no answer within 10 seconds")),
    }
    let pool = PgPoolOptions::new()
        .max_connections(max_connections.max(2))
        .acquire_timeout(POSTGRES_TURN)
        .connect_with(options)
        .await
        .map_err(|e| unreachable(&e))?;
    let connection = SqlxPostgresConnector::from_sqlx_postgres_pool(pool.clone());
    Ok(Pools { writer: connection.clone(), reader: connection, postgres: Some(pool) })
}

#[cfg(test)]
mod tests {
    use sea_orm::{ConnectionTrait as _, SqliteTransactionMode, TransactionOptions, TransactionTrait as _};

    use super::*;

    #[tokio::test]
    async fn a_commit_counts_after_transactions_that_found_no_space() {
        let folder = tempfile::tempdir().expect("a folder");
        let path = folder.path().join("test.db");
        let pools = connect_sqlite(&path).await.expect("opened");
        let run = async |statements: &[&str]| {
            let mode = Some(SqliteTransactionMode::Immediate);
            let options = TransactionOptions { sqlite_transaction_mode: mode, ..TransactionOptions::default() };
            let transaction = pools.writer.begin_with_options(options).await?;
            for statement in statements {
                transaction.execute_unprepared(statement).await?;
            }
            transaction.commit().await
        };
        run(&["CREATE TABLE t (x BLOB)"]).await.expect("made");
        pools.writer.execute_unprepared("PRAGMA max_page_count = 20").await.expect("limited");
        let large = "INSERT INTO t VALUES (randomblob(1000000))";
        run(&[large]).await.expect_err("no space");
        run(&["INSERT INTO t VALUES (1)", "nonsense"]).await.expect_err("not SQL");
        pools.writer.execute_unprepared("PRAGMA max_page_count = 100000").await.expect("unlimited");
        run(&["INSERT INTO t VALUES (2)", large]).await.expect("there is space");

        // As another process sees it: what was committed, and nothing else.
        let other = connect_sqlite(&path).await.expect("opened");
        let rows =
            sqlx::query_scalar::<_, i64>("SELECT count(*) FROM t").fetch_one(other.writer.get_sqlite_connection_pool());
        assert_eq!(rows.await.expect("counted"), 2);
    }
}
