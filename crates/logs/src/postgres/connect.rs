//! Connecting, and what the driver's errors mean.

use std::fmt::Display;
use std::str::FromStr;
use std::time::Duration;

use sqlx::postgres::{PgConnectOptions, PgConnection, PgPool, PgPoolOptions};
use sqlx::{ConnectOptions as _, Connection as _};

use crate::port::LogError;

use super::PostgresOptions;

/// Calls, access rows and cursors, and the work on partitions: each may have a connection at the same time.
const WRITERS: u32 = 3;
const TURN: Duration = Duration::from_secs(10);
/// The server stops a question that nobody waits for any more.
const STATEMENT_TIMEOUT: &str = "60s";
/// The first version that can take a partition away without stopping everyone.
const OLDEST_SERVER: i32 = 140_000;

/// Open pools.
pub(super) struct Pools {
    pub(super) writers: PgPool,
    pub(super) readers: PgPool,
}

impl Pools {
    pub(super) async fn close(&self) {
        self.readers.close().await;
        self.writers.close().await;
    }
}

pub(super) async fn open(options: &PostgresOptions) -> Result<Pools, LogError> {
    // The parser's own message may quote the address, password and all.
    let target = PgConnectOptions::from_str(&options.url)
        .map_err(|_| LogError::BadOptions("not a postgres:// address".to_owned()))?
        .application_name("thinkwatch-logs")
        .options([("statement_timeout", STATEMENT_TIMEOUT)])
        .disable_statement_logging();
    // A pool tries again until its own time is up and then only says that it was; one connection says why, at once.
    let unreachable = |why: &dyn Display| LogError::Unavailable(format!("PostgreSQL cannot be reached: {why}"));
    let looking = async {
        let mut connection = PgConnection::connect_with(&target).await?;
        let version: i32 = sqlx::query_scalar("SELECT current_setting('server_version_num')::INTEGER")
            .fetch_one(&mut connection)
            .await?;
        connection.close().await?;
        Ok::<_, sqlx::Error>(version)
    };
    let version = match tokio::time::timeout(TURN, looking).await {
        Ok(Ok(version)) => version,
        Ok(Err(error)) => return Err(unreachable(&error)),
        Err(_) => return Err(unreachable(&"no answer within 10 seconds")),
    };
    if version < OLDEST_SERVER {
        return Err(LogError::BadOptions(format!(
            "the server is PostgreSQL {}; the log store needs 14 or later",
            version / 10_000
        )));
    }
    let pool = |most: u32| PgPoolOptions::new().max_connections(most).acquire_timeout(TURN);
    Ok(Pools {
        writers: pool(WRITERS).connect_lazy_with(target.clone()),
        readers: pool(options.readers.max(1)).connect_lazy_with(target),
    })
}

/// What a failure to write or read this table means. The server's details are left out: they may quote a row.
pub(super) fn failed(table: &'static str) -> impl Fn(sqlx::Error) -> LogError {
    move |error| match error {
        sqlx::Error::PoolClosed => LogError::Closed,
        sqlx::Error::Database(error) => {
            let code = error.code().unwrap_or_default().into_owned();
            let reason = format!("{} ({code})", error.message());
            // Shutting down, starting up, too many connections, a statement that took too long, a deadlock.
            let passing = ["57", "53", "40", "08"].iter().any(|class| code.starts_with(class));
            if passing {
                LogError::Unavailable(reason)
            } else {
                LogError::Unwritable { partition: table.to_owned(), reason }
            }
        }
        sqlx::Error::ColumnDecode { .. } | sqlx::Error::Decode(_) | sqlx::Error::ColumnNotFound(_) => {
            LogError::Unreadable { partition: table.to_owned(), reason: error.to_string() }
        }
        other => LogError::Unavailable(other.to_string()),
    }
}
