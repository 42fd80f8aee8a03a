//! Retention: whole days go, and nobody who reads or writes waits for that.

use sqlx::postgres::{PgConnection, PgPool};
use sqlx::{AssertSqlSafe, Connection as _};

use crate::day::Day;
use crate::kind::LogKind;
use crate::port::{LogError, Removed, Retention};

use super::connect::failed;
use super::partitions::{Found, Partitions, list, parent, table};

/// Held by the replica that removes ("tw-d").
const REMOVING: i64 = 0x7477_2d64;

/// Every replica calls this; one removes, the others only learn what they need not write any more.
pub(super) async fn apply(
    pool: &PgPool,
    partitions: &Partitions,
    now_us: i64,
    keep: Retention,
) -> Result<Removed, LogError> {
    let today = Day::of_micros(now_us);
    let oldest = |kind| {
        today.minus(match kind {
            LogKind::Gateway => keep.gateway_days,
            LogKind::Access => keep.access_days,
        })
    };
    for kind in LogKind::ALL {
        partitions.keep_from(kind, oldest(kind));
    }
    // Its own connection: closing it gives the lock back, whatever has happened.
    let mut connection = pool.acquire().await.map_err(failed("gateway_logs"))?.detach();
    let removed = remove(&mut connection, oldest).await;
    drop(connection.close().await);
    partitions.forget();
    removed
}

async fn remove(connection: &mut PgConnection, oldest: impl Fn(LogKind) -> Day) -> Result<Removed, LogError> {
    let mut removed = Removed::default();
    let alone: bool = sqlx::query_scalar("SELECT pg_try_advisory_lock($1)")
        .bind(REMOVING)
        .fetch_one(&mut *connection)
        .await
        .map_err(failed("gateway_logs"))?;
    if !alone {
        return Ok(removed);
    }
    for partition in list(&mut *connection).await? {
        if partition.day >= oldest(partition.kind) {
            continue;
        }
        drop_one(connection, &partition).await.map_err(failed(parent(partition.kind)))?;
        removed.bytes += partition.bytes;
        removed.partitions.push(partition.name());
    }
    sqlx::query("DELETE FROM gateway_rollups WHERE step < $1")
        .bind(oldest(LogKind::Gateway).start_us())
        .execute(connection)
        .await
        .map_err(failed("gateway_rollups"))?;
    Ok(removed)
}

/// Dropping a partition would wait for every question that is being answered, and have all others wait behind it.
/// Detached concurrently it waits by itself, and what is dropped then is a table that nobody asks. When a question takes
/// longer than a statement may, the next run finishes what this one has begun.
async fn drop_one(connection: &mut PgConnection, partition: &Found) -> Result<(), sqlx::Error> {
    let (parent, table) = (parent(partition.kind), table(partition.kind, partition.day));
    let how = match (partition.detaching, partition.attached) {
        (true, _) => Some("FINALIZE"),
        (false, true) => Some("CONCURRENTLY"),
        (false, false) => None,
    };
    if let Some(how) = how {
        let detach = format!("ALTER TABLE {parent} DETACH PARTITION {table} {how}");
        sqlx::raw_sql(AssertSqlSafe(detach)).execute(&mut *connection).await?;
    }
    sqlx::raw_sql(AssertSqlSafe(format!("DROP TABLE IF EXISTS {table}"))).execute(connection).await?;
    Ok(())
}
