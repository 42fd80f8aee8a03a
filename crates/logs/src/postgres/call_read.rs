//! Pages of calls, and one call by its id.

use sqlx::postgres::PgPool;
use thinkwatch_policy::ids::RequestId;
use thinkwatch_records::CallRecord;

use crate::port::LogError;
use crate::query::{CallPage, CallQuery, MAX_LIMIT, Place, Scope};

use super::call_columns::{COLUMNS, kept, read};
use super::conditions::{Sql, bytes};
use super::connect::failed;

pub(super) async fn page(pool: &PgPool, query: &CallQuery) -> Result<CallPage, LogError> {
    let limit = query.limit.clamp(1, MAX_LIMIT);
    let after = query.cursor.as_deref().map(Place::decode).transpose()?;
    let mut sql = Sql::new(format!("SELECT {COLUMNS} FROM gateway_logs"));
    sql.scope(&query.scope);
    sql.accepted(query.from_us, query.to_us);
    sql.filter(&query.filter);
    sql.beyond(query.order, after);
    sql.page(query.order, limit);
    let mut items = rows(pool, sql).await?;
    let more = items.len() > limit;
    items.truncate(limit);
    let last = items.last().map(|call: &CallRecord| Place(call.request_id().0).encode());
    Ok(CallPage { next_cursor: last.filter(|_| more), items, unreadable: Vec::new() })
}

/// One call. The time in a request id names its partition; a client's trace id is looked for in the index of every day.
pub(super) async fn find(pool: &PgPool, scope: &Scope, id: &str) -> Result<Option<CallRecord>, LogError> {
    if let Some(request_id) = RequestId::parse(id) {
        let mut sql = Sql::new(format!("SELECT {COLUMNS} FROM gateway_logs"));
        sql.and().push("id = ").push_bind(bytes(request_id.0));
        sql.scope(scope);
        if let Some(call) = rows(pool, sql).await?.pop() {
            return Ok(Some(call));
        }
    }
    if id.starts_with("req_") || id.is_empty() {
        return Ok(None);
    }
    let mut sql = Sql::new(format!("SELECT {COLUMNS} FROM gateway_logs"));
    sql.and().push("client_trace_id <> '' AND client_trace_id = ").push_bind(kept(id).into_owned());
    sql.scope(scope);
    sql.end().push(" ORDER BY id DESC LIMIT 1");
    Ok(rows(pool, sql).await?.pop())
}

async fn rows(pool: &PgPool, mut sql: Sql) -> Result<Vec<CallRecord>, LogError> {
    // Questions differ too much for a plan to be kept.
    let found = sql.end().build().persistent(false).fetch_all(pool).await.map_err(failed("gateway_logs"))?;
    found.iter().map(read).collect::<Result<_, _>>().map_err(failed("gateway_logs"))
}
