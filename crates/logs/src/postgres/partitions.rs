//! The partitions of a day: made when the first row comes for it, and found by their names.

use std::collections::BTreeSet;

use parking_lot::Mutex;
use sqlx::postgres::PgPool;
use sqlx::{AssertSqlSafe, Row as _};

use crate::day::Day;
use crate::kind::{LogKind, partition_name};
use crate::port::LogError;

use super::connect::failed;

/// Held while a partition is made, so that two replicas do not make the same one ("tw-p").
const MAKING: i64 = 0x7477_2d70;

/// What this process knows of the partitions.
#[derive(Default)]
pub(super) struct Partitions {
    /// Those that are known to be there.
    there: Mutex<BTreeSet<(LogKind, Day)>>,
    /// Days before this one are beyond the retention, by kind.
    oldest: Mutex<[Option<Day>; LogKind::ALL.len()]>,
}

/// The table of all days.
pub(super) const fn parent(kind: LogKind) -> &'static str {
    match kind {
        LogKind::Gateway => "gateway_logs",
        LogKind::Access => "access_logs",
    }
}

/// The table of one day: `gateway_logs_2026_11_22`.
pub(super) fn table(kind: LogKind, day: Day) -> String {
    format!("{}_{}", parent(kind), day.to_string().replace('-', "_"))
}

impl Partitions {
    /// From now on rows of earlier days are dropped.
    pub(super) fn keep_from(&self, kind: LogKind, oldest: Day) {
        self.oldest.lock()[kind as usize] = Some(oldest);
    }

    /// The day a row belongs to; `None` when it is not kept.
    pub(super) fn day_of(&self, kind: LogKind, id: u128) -> Option<Day> {
        let oldest = self.oldest.lock()[kind as usize];
        Day::of_id(id).filter(|day| oldest.is_none_or(|oldest| *day >= oldest))
    }

    /// Forgets what is known: a row found no partition, or one was removed.
    pub(super) fn forget(&self) {
        self.there.lock().clear();
    }

    /// Sees to it that these days have a partition.
    pub(super) async fn make(&self, pool: &PgPool, kind: LogKind, days: &BTreeSet<Day>) -> Result<(), LogError> {
        for day in days {
            if self.there.lock().contains(&(kind, *day)) {
                continue;
            }
            make(pool, kind, *day).await.map_err(failed(parent(kind)))?;
            self.there.lock().insert((kind, *day));
        }
        Ok(())
    }
}

/// Made beside the table and then attached: that waits for nobody and nobody waits for it, where `PARTITION OF` would lock
/// out every reader and writer of all days. One that retention of another replica has just detached is attached again:
/// this one keeps its rows longer.
async fn make(pool: &PgPool, kind: LogKind, day: Day) -> Result<(), sqlx::Error> {
    let (parent, table) = (parent(kind), table(kind, day));
    let mut transaction = pool.begin().await?;
    sqlx::query("SELECT pg_advisory_xact_lock($1)").bind(MAKING).execute(&mut *transaction).await?;
    let detaching: Option<bool> =
        sqlx::query_scalar("SELECT inhdetachpending FROM pg_inherits WHERE inhrelid = to_regclass($1)")
            .bind(&table)
            .fetch_optional(&mut *transaction)
            .await?;
    if detaching == Some(false) {
        return transaction.rollback().await;
    }
    let (first, end) = (day.first_id(), day.next().first_id());
    let finalize = if detaching == Some(true) {
        format!("ALTER TABLE {parent} DETACH PARTITION {table} FINALIZE;")
    } else {
        String::new()
    };
    let statements = format!(
        "{finalize} CREATE TABLE IF NOT EXISTS {table} (LIKE {parent} INCLUDING DEFAULTS INCLUDING CONSTRAINTS);
         ALTER TABLE {parent} ATTACH PARTITION {table} FOR VALUES FROM ('\\x{first:032x}') TO ('\\x{end:032x}')"
    );
    sqlx::raw_sql(AssertSqlSafe(statements)).execute(&mut *transaction).await?;
    transaction.commit().await
}

/// A table of one day.
pub(super) struct Found {
    pub(super) kind: LogKind,
    pub(super) day: Day,
    /// Part of the whole; otherwise on its way out.
    pub(super) attached: bool,
    /// Its detaching was begun and not finished.
    pub(super) detaching: bool,
    pub(super) bytes: u64,
}

impl Found {
    pub(super) fn name(&self) -> String {
        partition_name(self.kind, self.day)
    }
}

/// All tables of days, by kind and day.
pub(super) async fn list<'c>(pool: impl sqlx::PgExecutor<'c>) -> Result<Vec<Found>, LogError> {
    let rows = sqlx::query(
        "SELECT c.relname::TEXT, i.inhrelid IS NOT NULL, COALESCE(i.inhdetachpending, FALSE),
           COALESCE(pg_total_relation_size(c.oid), 0)
         FROM pg_class c LEFT JOIN pg_inherits i ON i.inhrelid = c.oid
         WHERE c.relkind = 'r' AND c.relname ~ '^(gateway|access)_logs_[0-9]{4}_[0-9]{2}_[0-9]{2}$'
           AND c.relnamespace = (SELECT relnamespace FROM pg_class WHERE oid = to_regclass('gateway_logs'))",
    )
    .fetch_all(pool)
    .await
    .map_err(failed("pg_class"))?;
    let mut found = Vec::with_capacity(rows.len());
    for row in rows {
        let name: String = row.try_get(0).map_err(failed("pg_class"))?;
        let kind = LogKind::ALL.into_iter().find_map(|kind| Some((kind, name.strip_prefix(parent(kind))?)));
        let Some((kind, day)) = kind else { continue };
        let Some(day) = Day::parse(&day.trim_start_matches('_').replace('_', "-")) else { continue };
        let detaching: bool = row.try_get(2).map_err(failed("pg_class"))?;
        let attached: bool = row.try_get(1).map_err(failed("pg_class"))?;
        let bytes: i64 = row.try_get(3).map_err(failed("pg_class"))?;
        let attached = attached && !detaching;
        found.push(Found { kind, day, attached, detaching, bytes: u64::try_from(bytes).unwrap_or(0) });
    }
    found.sort_by_key(|partition| (partition.kind, partition.day));
    Ok(found)
}
