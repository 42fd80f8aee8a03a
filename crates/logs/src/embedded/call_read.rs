//! Pages of calls, and one call by its id.

use rusqlite::types::Value;
use rusqlite::{Connection, OptionalExtension, params_from_iter};
use thinkwatch_policy::ids::RequestId;
use thinkwatch_records::CallRecord;

use crate::day::Day;
use crate::port::LogError;
use crate::query::{CallPage, CallQuery, MAX_LIMIT, Order, Place, Scope};

use super::call_columns::{COLUMNS, JOINS, read};
use super::conditions::{Conditions, Sql, days_within};
use super::files::LogKind;
use super::partition::halves;
use super::readers::{Enough, Readers};

/// Up to so many callers are looked up one by one in the index; with more a walk through the rows is cheaper.
const FEW_CALLERS: usize = 32;

pub(super) fn page(readers: &Readers, query: &CallQuery) -> Result<CallPage, LogError> {
    let limit = query.limit.clamp(1, MAX_LIMIT);
    let after = query.cursor.as_deref().map(Place::decode).transpose()?;
    let mut conditions = Conditions::of(&query.scope, query.from_us, query.to_us, &query.filter);
    let mut days = days_within(readers.days(LogKind::Gateway)?, query.from_us, query.to_us);
    beyond(&mut conditions.calls, &mut days, query.order, after);
    let order = match query.order {
        Order::NewestFirst => "c.id_high DESC, c.id_low DESC",
        Order::OldestFirst => "c.id_high, c.id_low",
    };

    // One more than asked for tells whether there is a next page.
    let mut items = Vec::new();
    let unreadable = readers.each(LogKind::Gateway, days, |conn| {
        let want = limit + 1 - items.len();
        items.extend(select(conn, &conditions, order, query.order, want)?);
        Ok(if items.len() > limit { Enough::Yes } else { Enough::No })
    })?;
    let more = items.len() > limit;
    items.truncate(limit);
    let last = items.last().map(|call: &CallRecord| Place(call.request_id().0).encode());
    Ok(CallPage { next_cursor: last.filter(|_| more), items, unreadable })
}

/// Leaves out what pages before have shown, and puts the days in the order of the page.
pub(super) fn beyond(calls: &mut Sql, days: &mut Vec<Day>, order: Order, after: Option<Place>) {
    if let Some(Place(id)) = after {
        let (high, low) = halves(id);
        let sign = if order == Order::NewestFirst { "<" } else { ">" };
        let condition = format!("(c.id_high, c.id_low) {sign} (?, ?)");
        calls.and(&condition, [Value::Integer(high), Value::Integer(low)]);
        let day = Day::of_id(id);
        days.retain(|d| day.is_none_or(|day| if order == Order::NewestFirst { *d <= day } else { *d >= day }));
    }
    if order == Order::NewestFirst {
        days.reverse();
    }
}

/// The first rows of one partition.
fn select(
    conn: &Connection,
    conditions: &Conditions,
    order_by: &str,
    order: Order,
    want: usize,
) -> rusqlite::Result<Vec<CallRecord>> {
    let mut rest = conditions.calls.clone();
    if !conditions.paths.text.is_empty() {
        let paths = format!("c.path IN (SELECT id FROM paths WHERE {})", conditions.paths.text);
        rest.and(&paths, conditions.paths.values.iter().cloned());
    }
    if conditions.callers.text.is_empty() {
        return rows(conn, "calls c", &rest, order_by, want);
    }

    let callers = callers(conn, &conditions.callers, FEW_CALLERS + 1)?;
    if callers.is_empty() {
        return Ok(Vec::new());
    }
    if callers.len() > FEW_CALLERS || !is_sealed(conn)? {
        // The plus keeps SQLite from the index, which would have it sort all rows of these callers.
        let condition = format!("+c.caller IN (SELECT id FROM callers WHERE {})", conditions.callers.text);
        rest.and(&condition, conditions.callers.values.iter().cloned());
        return rows(conn, "calls c", &rest, order_by, want);
    }
    let mut found = Vec::new();
    for caller in callers {
        let mut of_caller = Sql::default();
        of_caller.and("c.caller = ?", [Value::Integer(caller)]);
        of_caller.and_all(&rest);
        found.extend(rows(conn, "calls c INDEXED BY calls_caller", &of_caller, order_by, want)?);
    }
    found.sort_unstable_by_key(CallRecord::request_id);
    if order == Order::NewestFirst {
        found.reverse();
    }
    found.truncate(want);
    Ok(found)
}

/// Whether the day is over and its index there.
fn is_sealed(conn: &Connection) -> rusqlite::Result<bool> {
    conn.prepare_cached("SELECT 1 FROM sqlite_schema WHERE name = 'calls_caller'")?.exists([])
}

/// Numbers of the callers that fit, at most `limit`.
fn callers(conn: &Connection, conditions: &Sql, limit: usize) -> rusqlite::Result<Vec<i64>> {
    let sql = format!("SELECT id FROM callers WHERE {} LIMIT {limit}", conditions.text);
    conn.prepare_cached(&sql)?.query_map(params_from_iter(&conditions.values), |row| row.get(0))?.collect()
}

fn rows(
    conn: &Connection,
    from: &str,
    conditions: &Sql,
    order: &str,
    want: usize,
) -> rusqlite::Result<Vec<CallRecord>> {
    let sql = format!("SELECT {COLUMNS} FROM {from} {JOINS} WHERE {} ORDER BY {order} LIMIT {want}", conditions.text);
    conn.prepare(&sql)?.query_map(params_from_iter(&conditions.values), read)?.collect()
}

/// One call. The time in a request id names its partition; a client's trace id is looked for from the newest day on.
pub(super) fn find(readers: &Readers, scope: &Scope, id: &str) -> Result<Option<CallRecord>, LogError> {
    if let Some(request_id) = RequestId::parse(id) {
        let (high, low) = halves(request_id.0);
        let values = [Value::Integer(high), Value::Integer(low)];
        let found = Day::of_id(request_id.0).map_or(Ok(None), |day| {
            readers.read(LogKind::Gateway, day, |conn| one(conn, scope, "c.id_high = ? AND c.id_low = ?", &values))
        })?;
        if let Some(call) = found.flatten() {
            return Ok(Some(call));
        }
    }
    if id.starts_with("req_") || id.is_empty() {
        return Ok(None);
    }
    let mut found = None;
    let days = readers.days(LogKind::Gateway)?.into_iter().rev();
    readers.each(LogKind::Gateway, days, |conn| {
        let given = "c.client_trace_id <> '' AND c.client_trace_id = ?";
        found = one(conn, scope, given, &[Value::Text(id.to_owned())])?;
        Ok(if found.is_some() { Enough::Yes } else { Enough::No })
    })?;
    Ok(found)
}

fn one(conn: &Connection, scope: &Scope, condition: &str, values: &[Value]) -> rusqlite::Result<Option<CallRecord>> {
    let mut all = Sql::default();
    all.and(condition, values.iter().cloned());
    if let Scope::Own(user) = scope {
        all.and("u.user_id = ?", [Value::Text(user.as_str().to_owned())]);
    }
    let sql = format!(
        "SELECT {COLUMNS} FROM calls c {JOINS} WHERE {} ORDER BY c.id_high DESC, c.id_low DESC LIMIT 1",
        all.text
    );
    conn.prepare(&sql)?.query_row(params_from_iter(&all.values), read).optional()
}
