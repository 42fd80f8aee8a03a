//! Moving rows from one log store to another, as when an installation goes from files to PostgreSQL.

use std::sync::Arc;

use crate::access::AccessQuery;
use crate::port::{LogError, LogStore};
use crate::query::{CallFilter, CallQuery, MAX_LIMIT, Order, Scope};

/// What was moved.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Moved {
    /// Calls that are now in the other store and were not before.
    pub calls: u64,
    /// Access rows that are now in the other store and were not before.
    pub access: u64,
    /// Partitions (`kind/day`) that could not be read, of which nothing was moved.
    pub unreadable: Vec<String>,
}

/// Copies every row that the other store does not have, the newest first. What both have is known by its id, so a run that
/// was cut short is simply repeated. Rows beyond the retention of the other store are left out.
pub async fn move_over(from: &dyn LogStore, to: &dyn LogStore) -> Result<Moved, LogError> {
    let mut moved = Moved::default();
    let (from_us, to_us) = (0, i64::MAX);
    let mut cursor = None;
    loop {
        let (scope, filter) = (Scope::All, CallFilter::default());
        let order = Order::NewestFirst;
        let page =
            from.query_calls(CallQuery { scope, from_us, to_us, filter, order, cursor, limit: MAX_LIMIT }).await?;
        merge(&mut moved.unreadable, page.unreadable);
        if !page.items.is_empty() {
            moved.calls += to.append_calls(Arc::new(page.items)).await?.inserted;
        }
        cursor = page.next_cursor;
        if cursor.is_none() {
            break;
        }
    }
    loop {
        let query = AccessQuery {
            scope: Scope::All,
            from_us,
            to_us,
            port: None,
            status: None,
            key_id: None,
            text: None,
            order: Order::NewestFirst,
            cursor,
            limit: MAX_LIMIT,
        };
        let page = from.query_access(query).await?;
        merge(&mut moved.unreadable, page.unreadable);
        if !page.items.is_empty() {
            moved.access += to.append_access(page.items).await?.inserted;
        }
        cursor = page.next_cursor;
        if cursor.is_none() {
            return Ok(moved);
        }
    }
}

fn merge(all: &mut Vec<String>, more: Vec<String>) {
    for name in more {
        if !all.contains(&name) {
            all.push(name);
        }
    }
}
