//! The request log, within what the caller may see. The scope is applied in the log store.

use std::collections::HashMap;

pub use thinkwatch_logs::CallFilter as Filter;
pub use thinkwatch_logs::Order;
use thinkwatch_logs::{CallFilter, CallQuery, Scope};
use thinkwatch_policy::access::Action;
pub use thinkwatch_records::call::{Plan, PlannedRoute};
pub use thinkwatch_records::{Attempt, CallRecord, Outcome};

use crate::caller::Caller;
use crate::clock::now_us;
use crate::control::Control;
use crate::error::{ControlError, Result};

/// A question.
#[derive(Clone, Debug, Default)]
pub struct Question {
    /// From; a day ago when absent.
    pub from_us: Option<i64>,
    /// Until, not included; now when absent.
    pub to_us: Option<i64>,
    /// Conditions.
    pub filter: CallFilter,
    /// Newest or oldest first.
    pub order: Order,
    /// From an earlier page.
    pub cursor: Option<String>,
    /// Page size.
    pub limit: usize,
}

/// A call, with what it does not say itself.
#[derive(Clone, Debug)]
pub struct Seen {
    /// The call.
    pub call: CallRecord,
    /// The name that its key has now; none when the key is gone.
    pub key_name: Option<String>,
}

/// A page of calls.
#[derive(Clone, Debug)]
pub struct Page {
    /// In the order asked for.
    pub items: Vec<Seen>,
    /// Give it back for the next page; none on the last one.
    pub next_cursor: Option<String>,
    /// Partitions of the log that could not be read and are missing.
    pub unreadable: Vec<String>,
}

/// A page of calls.
pub async fn list(control: &Control, caller: &Caller, question: Question) -> Result<Page> {
    let usual = CallQuery::last_day(scope(caller)?, now_us());
    let query = CallQuery {
        from_us: question.from_us.unwrap_or(usual.from_us),
        to_us: question.to_us.unwrap_or(usual.to_us),
        filter: question.filter,
        order: question.order,
        cursor: question.cursor,
        limit: question.limit,
        ..usual
    };
    let page = control.logs.query_calls(query).await?;
    let items = with_key_names(control, page.items).await;
    Ok(Page { items, next_cursor: page.next_cursor, unreadable: page.unreadable })
}

/// One call by request id or trace id.
pub async fn get(control: &Control, caller: &Caller, id: &str) -> Result<Seen> {
    let call = control.logs.get_call(scope(caller)?, id).await?;
    with_key_names(control, call.into_iter().collect()).await.pop().ok_or(ControlError::NotFound("call"))
}

/// Looks the names of all keys up at once. They are a help to the reader: without the store the log is still there.
async fn with_key_names(control: &Control, calls: Vec<CallRecord>) -> Vec<Seen> {
    let mut ids: Vec<_> = calls.iter().map(|call| call.key_id.clone()).filter(|id| !id.is_empty()).collect();
    ids.sort();
    ids.dedup();
    let names = if ids.is_empty() { Ok(HashMap::new()) } else { control.store.names_of_keys(&ids).await };
    let names = names.unwrap_or_else(|error| {
        tracing::warn!(%error, "the request log is shown without the names of keys");
        HashMap::new()
    });
    calls.into_iter().map(|call| Seen { key_name: names.get(&call.key_id).cloned(), call }).collect()
}

pub(crate) fn scope(caller: &Caller) -> Result<Scope> {
    if caller.allows(Action::LogsReadAll) {
        return Ok(Scope::All);
    }
    caller.may(Action::LogsReadOwn)?;
    Ok(Scope::Own(caller.user_id()))
}
