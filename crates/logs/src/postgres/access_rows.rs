//! Access rows: one narrow table, written and read here.

use std::collections::{BTreeMap, BTreeSet};

use sqlx::Row as _;
use sqlx::postgres::{PgPool, PgRow};
use thinkwatch_policy::ids::RequestId;

use crate::access::{AccessPage, AccessQuery, AccessRecord};
use crate::kind::LogKind;
use crate::port::{Appended, LogError};
use crate::query::{MAX_LIMIT, Place};

use super::call_columns::{count, id, kept, stored};
use super::conditions::{Sql, bytes, part_of};
use super::connect::failed;
use super::partitions::Partitions;

const INSERT: &str = "
INSERT INTO access_logs (id, timestamp, port, method, path, status_code, duration_us, ip_address, user_agent, user_id,
  key_id, request_bytes, response_bytes, reason)
SELECT * FROM UNNEST($1::BYTEA[], $2::BIGINT[], $3::TEXT[], $4::TEXT[], $5::TEXT[], $6::INTEGER[], $7::BIGINT[],
  $8::TEXT[], $9::TEXT[], $10::TEXT[], $11::TEXT[], $12::BIGINT[], $13::BIGINT[], $14::TEXT[]) AS row (a)
ORDER BY a
ON CONFLICT DO NOTHING";

pub(super) async fn append(
    pool: &PgPool,
    partitions: &Partitions,
    rows: &[AccessRecord],
) -> Result<Appended, LogError> {
    let mut appended = Appended::default();
    let (mut days, mut kept) = (BTreeSet::new(), BTreeMap::new());
    for row in rows {
        match partitions.day_of(LogKind::Access, row.request_id.0) {
            Some(day) => {
                days.insert(day);
                kept.entry(row.request_id.0).or_insert(row);
                appended.repeated += 1;
            }
            None => appended.expired += 1,
        }
    }
    if kept.is_empty() {
        return if pool.is_closed() { Err(LogError::Closed) } else { Ok(appended) };
    }
    partitions.make(pool, LogKind::Access, &days).await?;
    let inserted = insert(pool, &kept.into_values().collect::<Vec<_>>()).await.map_err(|error| {
        partitions.forget();
        failed("access_logs")(error)
    })?;
    appended.inserted = inserted;
    appended.repeated -= inserted;
    Ok(appended)
}

async fn insert(pool: &PgPool, rows: &[&AccessRecord]) -> Result<u64, sqlx::Error> {
    fn column<T>(rows: &[&AccessRecord], of: impl Fn(&AccessRecord) -> T) -> Vec<T> {
        rows.iter().map(|row| of(row)).collect()
    }
    let text = |of: fn(&AccessRecord) -> &str| column(rows, |row| kept(of(row)).into_owned());
    let maybe = |of: fn(&AccessRecord) -> Option<&str>| column(rows, |row| of(row).map(|t| kept(t).into_owned()));
    let done = sqlx::query(INSERT)
        .bind(column(rows, |row| bytes(row.request_id.0)))
        .bind(column(rows, |row| row.timestamp_us))
        .bind(text(|row| &row.port))
        .bind(text(|row| &row.method))
        .bind(text(|row| &row.path))
        .bind(column(rows, |row| i32::from(row.status)))
        .bind(column(rows, |row| row.duration_us))
        .bind(text(|row| &row.ip))
        .bind(text(|row| &row.user_agent))
        .bind(maybe(|row| row.user_id.as_deref()))
        .bind(maybe(|row| row.key_id.as_deref()))
        .bind(column(rows, |row| stored(row.bytes_in)))
        .bind(column(rows, |row| stored(row.bytes_out)))
        .bind(text(|row| &row.reason))
        .execute(pool)
        .await?;
    Ok(done.rows_affected())
}

pub(super) async fn page(pool: &PgPool, query: &AccessQuery) -> Result<AccessPage, LogError> {
    let limit = query.limit.clamp(1, MAX_LIMIT);
    let after = query.cursor.as_deref().map(Place::decode).transpose()?;
    let mut sql = Sql::new(
        "SELECT id, timestamp, port, method, path, status_code, duration_us, ip_address, user_agent, user_id, key_id,
           request_bytes, response_bytes, reason
         FROM access_logs",
    );
    sql.scope(&query.scope);
    sql.accepted(query.from_us, query.to_us);
    sql.equal("port", query.port.as_ref());
    sql.equal("key_id", query.key_id.as_ref());
    if let Some((low, high)) = query.status {
        sql.within("status_code", Some(low.into()), Some(high.into()));
    }
    if let Some(words) = query.text.as_deref().map(str::trim).filter(|t| !t.is_empty()) {
        let all = sql.and();
        all.push("(");
        part_of(all, &["path", "ip_address", "reason"], &words.to_ascii_lowercase());
        all.push(")");
    }
    sql.beyond(query.order, after);
    sql.page(query.order, limit);
    let found = sql.end().build().persistent(false).fetch_all(pool).await.map_err(failed("access_logs"))?;
    let mut items = found.iter().map(read).collect::<Result<Vec<_>, _>>().map_err(failed("access_logs"))?;
    let more = items.len() > limit;
    items.truncate(limit);
    let last = items.last().map(|row| Place(row.request_id.0).encode());
    Ok(AccessPage { next_cursor: last.filter(|_| more), items, unreadable: Vec::new() })
}

fn read(row: &PgRow) -> Result<AccessRecord, sqlx::Error> {
    Ok(AccessRecord {
        request_id: RequestId(id(row, 0)?),
        timestamp_us: row.try_get(1)?,
        port: row.try_get(2)?,
        method: row.try_get(3)?,
        path: row.try_get(4)?,
        status: row.try_get::<i32, _>(5).map(|status| u16::try_from(status).unwrap_or(0))?,
        duration_us: row.try_get(6)?,
        ip: row.try_get(7)?,
        user_agent: row.try_get(8)?,
        user_id: row.try_get(9)?,
        key_id: row.try_get(10)?,
        bytes_in: row.try_get(11).map(count)?,
        bytes_out: row.try_get(12).map(count)?,
        reason: row.try_get(13)?,
    })
}
