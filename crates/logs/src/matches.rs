//! The conditions of a question, asked of a record at hand: what the live feed shows must be what the list shows. A test
//! compares both on the same rows.

use thinkwatch_policy::ids::RequestId;
use thinkwatch_records::CallRecord;

use crate::query::{CallFilter, Scope};

impl Scope {
    /// Whether the call may be seen.
    pub fn covers(&self, call: &CallRecord) -> bool {
        match self {
            Self::All => true,
            Self::Own(user) => user.as_str() == call.user_id,
        }
    }
}

impl CallFilter {
    /// Whether the call meets every condition.
    pub fn matches(&self, call: &CallRecord) -> bool {
        self.names(call) && self.numbers(call)
    }

    fn names(&self, call: &CallRecord) -> bool {
        let equal = [
            (&self.user_id, &call.user_id),
            (&self.key_id, &call.key_id),
            (&self.key_lineage_id, &call.key_lineage_id),
            (&self.team_id, &call.team_id),
            (&self.model, &call.model),
            (&self.provider, &call.provider),
            (&self.client, &call.client),
            (&self.session_id, &call.session_id),
        ];
        equal.into_iter().all(|(wanted, have)| wanted.as_ref().is_none_or(|wanted| wanted == have))
            && self
                .tag
                .as_ref()
                .is_none_or(|(name, value)| call.tags.iter().any(|tag| tag.name == *name && tag.value == *value))
            && self.trace_id.as_ref().is_none_or(|trace| trace_is(call, trace))
            && self.text.as_ref().is_none_or(|text| contains(call, text))
    }

    fn numbers(&self, call: &CallRecord) -> bool {
        let u = call.tokens();
        let tokens = u.input + u.cache_read + u.cache_write_5m + u.cache_write_1h + u.output;
        let tokens = i64::try_from(tokens).unwrap_or(i64::MAX);
        let within = |value: i64, least: Option<i64>, most: Option<i64>| {
            least.is_none_or(|least| value >= least) && most.is_none_or(|most| value <= most)
        };
        self.status_code.is_none_or(|(low, high)| (low..=high).contains(&call.status_code))
            && self.outcome.is_none_or(|outcome| outcome as i32 == call.outcome)
            && self.stream.is_none_or(|stream| stream == call.stream)
            && within(call.cost_nano, self.min_cost_nano, self.max_cost_nano)
            && within(call.duration_us, self.min_duration_us, self.max_duration_us)
            && within(tokens, self.min_tokens, self.max_tokens)
    }
}

/// The client's trace id, or ours, which is the request id's digits when the client gave none.
fn trace_is(call: &CallRecord, trace: &str) -> bool {
    if !call.client_trace_id.is_empty() {
        return call.client_trace_id == trace;
    }
    !trace.starts_with("req_") && RequestId::parse(trace) == Some(call.request_id())
}

/// Free text: a part of a name, or the beginning of a request id.
fn contains(call: &CallRecord, text: &str) -> bool {
    let words = text.trim().to_ascii_lowercase();
    if words.is_empty() {
        return true;
    }
    let id = ids_beginning_with(&words).map(|(low, high)| (low..=high).contains(&call.request_id().0));
    if words.starts_with("req_")
        && let Some(id) = id
    {
        return id;
    }
    id.unwrap_or(false)
        || [&call.user_email, &call.model, &call.error_class]
            .into_iter()
            .any(|name| name.to_ascii_lowercase().contains(&words))
}

/// The lowest and highest id that begin with these digits. Without `req_` fewer than eight digits are taken for a word.
pub(crate) fn ids_beginning_with(words: &str) -> Option<(u128, u128)> {
    let digits = words.strip_prefix("req_");
    let least = if digits.is_some() { 1 } else { 8 };
    let digits = digits.unwrap_or(words);
    if digits.len() < least || digits.len() > 32 || !digits.bytes().all(|b| b.is_ascii_hexdigit()) {
        return None;
    }
    let low = u128::from_str_radix(&format!("{digits:0<32}"), 16).ok()?;
    let high = u128::from_str_radix(&format!("{digits:f<32}"), 16).ok()?;
    Some((low, high))
}
