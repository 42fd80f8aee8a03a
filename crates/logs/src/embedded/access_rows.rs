//! Access rows: one narrow table, written and read here.

use rusqlite::types::Value;
use rusqlite::{Connection, Row, params, params_from_iter};
use thinkwatch_policy::ids::RequestId;

use crate::access::{AccessPage, AccessQuery, AccessRecord};
use crate::port::LogError;
use crate::query::{CallFilter, MAX_LIMIT, Order, Place, Scope};

use super::call_read::beyond;
use super::conditions::{Conditions, days_within};
use super::files::LogKind;
use super::partition::{Rows, count, halves, stored, whole};
use super::readers::{Enough, Readers};

pub(super) struct AccessRows;

impl Rows for AccessRows {
    type Row = AccessRecord;
    type Memory = ();
    const SCHEMA: &'static str = "
CREATE TABLE access_logs (
  id_high INTEGER NOT NULL, id_low INTEGER NOT NULL, timestamp INTEGER NOT NULL, port TEXT NOT NULL,
  method TEXT NOT NULL, path TEXT NOT NULL, status_code INTEGER NOT NULL, duration_us INTEGER NOT NULL,
  ip_address TEXT NOT NULL, user_agent TEXT NOT NULL, user_id TEXT, key_id TEXT, request_bytes INTEGER NOT NULL,
  response_bytes INTEGER NOT NULL, reason TEXT NOT NULL, PRIMARY KEY (id_high, id_low)) WITHOUT ROWID;";
    // Access rows are few and short-lived, and asked for by time.
    const SEAL: &'static str = "";

    fn id(row: &AccessRecord) -> u128 {
        row.request_id.0
    }

    fn insert(conn: &Connection, _memory: &mut (), rows: &[&AccessRecord]) -> rusqlite::Result<u64> {
        let mut statement = conn
            .prepare_cached("INSERT INTO access_logs VALUES (?,?,?,?,?,?,?,?,?,?,?,?,?,?,?) ON CONFLICT DO NOTHING")?;
        let mut inserted = 0;
        for row in rows {
            let (high, low) = halves(row.request_id.0);
            inserted += statement.execute(params![
                high,
                low,
                row.timestamp_us,
                row.port,
                row.method,
                row.path,
                row.status,
                row.duration_us,
                row.ip,
                row.user_agent,
                row.user_id,
                row.key_id,
                stored(row.bytes_in),
                stored(row.bytes_out),
                row.reason,
            ])? as u64;
        }
        Ok(inserted)
    }
}

pub(super) fn page(readers: &Readers, query: &AccessQuery) -> Result<AccessPage, LogError> {
    let limit = query.limit.clamp(1, MAX_LIMIT);
    let after = query.cursor.as_deref().map(Place::decode).transpose()?;
    // The time range is the same as for calls; everything else is of this table.
    let mut all = Conditions::of(&Scope::All, query.from_us, query.to_us, &CallFilter::default()).calls;
    if let Scope::Own(user) = &query.scope {
        all.and("c.user_id = ?", [Value::Text(user.as_str().to_owned())]);
    }
    for (condition, value) in [("c.port = ?", &query.port), ("c.key_id = ?", &query.key_id)] {
        if let Some(value) = value {
            all.and(condition, [Value::Text(value.clone())]);
        }
    }
    if let Some((low, high)) = query.status {
        all.and("c.status_code BETWEEN ? AND ?", [Value::Integer(low.into()), Value::Integer(high.into())]);
    }
    if let Some(text) = query.text.as_deref().map(str::trim).filter(|t| !t.is_empty()) {
        let parts = "(instr(lower(c.path), ?) > 0 OR instr(lower(c.ip_address), ?) > 0 OR instr(c.reason, ?) > 0)";
        all.and(parts, std::iter::repeat_n(Value::Text(text.to_ascii_lowercase()), 3));
    }
    let mut days = days_within(readers.days(LogKind::Access)?, query.from_us, query.to_us);
    beyond(&mut all, &mut days, query.order, after);
    let direction = if query.order == Order::NewestFirst { "DESC" } else { "ASC" };

    let mut items = Vec::new();
    let unreadable = readers.each(LogKind::Access, days, |conn| {
        let sql = format!(
            "SELECT * FROM access_logs c WHERE {} ORDER BY c.id_high {direction}, c.id_low {direction} LIMIT {}",
            all.text,
            limit + 1 - items.len()
        );
        let mut statement = conn.prepare(&sql)?;
        for row in statement.query_map(params_from_iter(&all.values), read)? {
            items.push(row?);
        }
        Ok(if items.len() > limit { Enough::Yes } else { Enough::No })
    })?;
    let more = items.len() > limit;
    items.truncate(limit);
    let last = items.last().map(|row: &AccessRecord| Place(row.request_id.0).encode());
    Ok(AccessPage { next_cursor: last.filter(|_| more), items, unreadable })
}

fn read(row: &Row<'_>) -> rusqlite::Result<AccessRecord> {
    Ok(AccessRecord {
        request_id: RequestId(whole(row.get(0)?, row.get(1)?)),
        timestamp_us: row.get(2)?,
        port: row.get(3)?,
        method: row.get(4)?,
        path: row.get(5)?,
        status: row.get(6)?,
        duration_us: row.get(7)?,
        ip: row.get(8)?,
        user_agent: row.get(9)?,
        user_id: row.get(10)?,
        key_id: row.get(11)?,
        bytes_in: row.get(12).map(count)?,
        bytes_out: row.get(13).map(count)?,
        reason: row.get(14)?,
    })
}
