//! The request log, within what the caller may see. The scope is applied in the log store.

pub use thinkwatch_logs::Order;
pub use thinkwatch_logs::{CallFilter as Filter, CallPage as Page};
use thinkwatch_logs::{CallFilter, CallPage, CallQuery, Scope};
use thinkwatch_policy::access::Action;
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

/// A page of calls.
pub async fn list(control: &Control, caller: &Caller, question: Question) -> Result<CallPage> {
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
    Ok(control.logs.query_calls(query).await?)
}

/// One call by request id or trace id.
pub async fn get(control: &Control, caller: &Caller, id: &str) -> Result<CallRecord> {
    control.logs.get_call(scope(caller)?, id).await?.ok_or(ControlError::NotFound("call"))
}

pub(crate) fn scope(caller: &Caller) -> Result<Scope> {
    if caller.allows(Action::LogsReadAll) {
        return Ok(Scope::All);
    }
    caller.may(Action::LogsReadOwn)?;
    Ok(Scope::Own(caller.user_id()))
}
