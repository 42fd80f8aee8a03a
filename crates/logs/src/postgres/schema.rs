//! The tables, and bringing them up to date before anything else may use them.

use sqlx::postgres::{PgConnection, PgPool};
use sqlx::{AssertSqlSafe, Connection as _};

use crate::port::LogError;

use super::connect::failed;

/// Held while tables are changed ("tw-l").
const MIGRATING: i64 = 0x7477_2d6c;

/// What each version of the schema adds, oldest first. Never edit one that was released; add another.
///
/// The key is the request id as sixteen bytes, whose order is the order of the ids, which is by time. What is asked for has
/// a column; `record` is the rest of the call as the spool has it, so a field that is added to calls needs no column here.
/// Names sort and fold by their bytes ("C"), as they do in the embedded store.
const VERSIONS: [&str; 1] = [r#"
CREATE TABLE gateway_logs (
  id BYTEA NOT NULL,
  timestamp BIGINT NOT NULL,
  user_id TEXT COLLATE "C" NOT NULL,
  user_email TEXT COLLATE "C" NOT NULL,
  key_id TEXT COLLATE "C" NOT NULL,
  key_lineage_id TEXT COLLATE "C" NOT NULL,
  team_id TEXT COLLATE "C" NOT NULL,
  cost_center TEXT COLLATE "C" NOT NULL,
  client TEXT COLLATE "C" NOT NULL,
  session_id TEXT COLLATE "C" NOT NULL,
  client_trace_id TEXT COLLATE "C" NOT NULL,
  model TEXT COLLATE "C" NOT NULL,
  provider TEXT COLLATE "C" NOT NULL,
  error_class TEXT COLLATE "C" NOT NULL,
  tags JSONB,
  status_code INTEGER NOT NULL,
  outcome INTEGER NOT NULL,
  stream BOOLEAN NOT NULL,
  usage_estimated BOOLEAN NOT NULL,
  cache_hit BOOLEAN NOT NULL,
  input_tokens BIGINT NOT NULL,
  cache_read_tokens BIGINT NOT NULL,
  cache_write_5m_tokens BIGINT NOT NULL,
  cache_write_1h_tokens BIGINT NOT NULL,
  output_tokens BIGINT NOT NULL,
  reasoning_tokens BIGINT NOT NULL,
  audio_input_tokens BIGINT NOT NULL,
  audio_output_tokens BIGINT NOT NULL,
  image_units BIGINT NOT NULL,
  cost_nano BIGINT NOT NULL,
  duration_us BIGINT NOT NULL,
  ttft_us BIGINT NOT NULL,
  duration_bucket SMALLINT NOT NULL,
  ttft_bucket SMALLINT NOT NULL,
  record BYTEA NOT NULL,
  PRIMARY KEY (id)
) PARTITION BY RANGE (id);
CREATE INDEX gateway_logs_trace ON gateway_logs (client_trace_id) WHERE client_trace_id <> '';
CREATE INDEX gateway_logs_user ON gateway_logs (user_id, id);
CREATE TABLE gateway_rollups (
  step BIGINT NOT NULL,
  model TEXT COLLATE "C" NOT NULL,
  provider TEXT COLLATE "C" NOT NULL,
  outcome INTEGER NOT NULL,
  status_class INTEGER NOT NULL,
  calls BIGINT NOT NULL DEFAULT 0,
  estimated BIGINT NOT NULL DEFAULT 0,
  cache_hits BIGINT NOT NULL DEFAULT 0,
  input_tokens BIGINT NOT NULL DEFAULT 0,
  cache_read_tokens BIGINT NOT NULL DEFAULT 0,
  cache_write_5m_tokens BIGINT NOT NULL DEFAULT 0,
  cache_write_1h_tokens BIGINT NOT NULL DEFAULT 0,
  output_tokens BIGINT NOT NULL DEFAULT 0,
  reasoning_tokens BIGINT NOT NULL DEFAULT 0,
  audio_input_tokens BIGINT NOT NULL DEFAULT 0,
  audio_output_tokens BIGINT NOT NULL DEFAULT 0,
  image_units BIGINT NOT NULL DEFAULT 0,
  cost_nano BIGINT NOT NULL DEFAULT 0,
  duration BYTEA NOT NULL DEFAULT '\x00',
  ttft BYTEA NOT NULL DEFAULT '\x00',
  PRIMARY KEY (step, model, provider, outcome, status_class)
) WITH (fillfactor = 50);
CREATE TABLE access_logs (
  id BYTEA NOT NULL,
  timestamp BIGINT NOT NULL,
  port TEXT COLLATE "C" NOT NULL,
  method TEXT COLLATE "C" NOT NULL,
  path TEXT COLLATE "C" NOT NULL,
  status_code INTEGER NOT NULL,
  duration_us BIGINT NOT NULL,
  ip_address TEXT COLLATE "C" NOT NULL,
  user_agent TEXT COLLATE "C" NOT NULL,
  user_id TEXT COLLATE "C",
  key_id TEXT COLLATE "C",
  request_bytes BIGINT NOT NULL,
  response_bytes BIGINT NOT NULL,
  reason TEXT COLLATE "C" NOT NULL,
  PRIMARY KEY (id)
) PARTITION BY RANGE (id);
CREATE TABLE log_cursors (
  consumer TEXT COLLATE "C" NOT NULL PRIMARY KEY,
  position BYTEA NOT NULL
);
"#];

/// Applies what is missing, each version in a transaction with its own mark. Replicas that start together do it one after
/// the other.
pub(super) async fn migrate(pool: &PgPool) -> Result<(), LogError> {
    let broken = |error: sqlx::Error| match failed("log_schema")(error) {
        LogError::Unwritable { reason, .. } | LogError::Unreadable { reason, .. } => LogError::Migration(reason),
        other => other,
    };
    // Its own connection: closing it gives the lock back, whatever has happened.
    let mut connection = pool.acquire().await.map_err(broken)?.detach();
    let done = apply(&mut connection).await;
    drop(connection.close().await);
    done.map_err(|error| match error {
        Failed::Driver(error) => broken(error),
        Failed::TooNew(version) => LogError::TooNew(version),
    })
}

enum Failed {
    Driver(sqlx::Error),
    TooNew(i32),
}

impl From<sqlx::Error> for Failed {
    fn from(error: sqlx::Error) -> Self {
        Self::Driver(error)
    }
}

async fn apply(connection: &mut PgConnection) -> Result<(), Failed> {
    sqlx::query("SELECT pg_advisory_lock($1)").bind(MIGRATING).execute(&mut *connection).await?;
    // Asked first: `IF NOT EXISTS` has the server say at every start that it does.
    let missing: bool =
        sqlx::query_scalar("SELECT to_regclass('log_schema') IS NULL").fetch_one(&mut *connection).await?;
    if missing {
        sqlx::query("CREATE TABLE log_schema (version INTEGER NOT NULL)").execute(&mut *connection).await?;
    }
    let found: Option<i32> =
        sqlx::query_scalar("SELECT MAX(version) FROM log_schema").fetch_one(&mut *connection).await?;
    let found = found.unwrap_or(0);
    let known = i32::try_from(VERSIONS.len()).unwrap_or(i32::MAX);
    if found > known {
        return Err(Failed::TooNew(found));
    }
    for (version, statements) in (1..).zip(VERSIONS) {
        if version <= found {
            continue;
        }
        let mut transaction = connection.begin().await?;
        // Several statements at once: not a prepared one.
        sqlx::raw_sql(AssertSqlSafe(statements)).execute(&mut *transaction).await?;
        sqlx::query("INSERT INTO log_schema VALUES ($1)").bind(version).execute(&mut *transaction).await?;
        transaction.commit().await?;
    }
    Ok(())
}
