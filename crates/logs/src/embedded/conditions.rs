//! From a question to SQL. Values are always bound, never part of the text.

use rusqlite::types::Value;
use thinkwatch_policy::ids::RequestId;

use crate::day::Day;
use crate::matches::ids_beginning_with;
use crate::query::{CallFilter, Scope};

use super::call_columns::flag;
use super::partition::halves;

/// A row's time may differ from the time in its id by this much, because the id is made first.
const SLACK_US: i64 = 10_000_000;

/// What `min_tokens` and `max_tokens` bound.
const ALL_TOKENS: &str = "(c.input_tokens + c.cache_read_tokens + c.cache_write_5m_tokens + c.cache_write_1h_tokens \
                          + c.output_tokens)";

/// Conditions joined by AND, with their values in order.
#[derive(Clone, Debug, Default)]
pub(super) struct Sql {
    pub(super) text: String,
    pub(super) values: Vec<Value>,
}

impl Sql {
    pub(super) fn and(&mut self, condition: &str, values: impl IntoIterator<Item = Value>) {
        if !self.text.is_empty() {
            self.text.push_str(" AND ");
        }
        self.text.push_str(condition);
        self.values.extend(values);
    }

    pub(super) fn and_all(&mut self, other: &Self) {
        if !other.text.is_empty() {
            self.and(&other.text, other.values.iter().cloned());
        }
    }

    fn and_equal(&mut self, column: &str, value: Option<&String>) {
        if let Some(value) = value {
            self.and(&format!("{column} = ?"), [Value::Text(value.clone())]);
        }
    }
}

/// The conditions of a question, apart by table.
#[derive(Clone, Debug, Default)]
pub(super) struct Conditions {
    /// On `callers`, without a prefix.
    pub(super) callers: Sql,
    /// On `paths`, without a prefix.
    pub(super) paths: Sql,
    /// On `calls c`.
    pub(super) calls: Sql,
}

impl Conditions {
    pub(super) fn of(scope: &Scope, from_us: i64, to_us: i64, filter: &CallFilter) -> Self {
        let mut all = Self::default();
        let text = |t: &str| Value::Text(t.to_owned());

        if let Scope::Own(user) = scope {
            all.callers.and("user_id = ?", [text(user.as_str())]);
        }
        all.callers.and_equal("user_id", filter.user_id.as_ref());
        all.callers.and_equal("key_id", filter.key_id.as_ref());
        all.callers.and_equal("key_lineage_id", filter.key_lineage_id.as_ref());
        all.callers.and_equal("team_id", filter.team_id.as_ref());
        all.callers.and_equal("client", filter.client.as_ref());
        if let Some((name, value)) = &filter.tag {
            let has = "EXISTS (SELECT 1 FROM json_each(tags) t WHERE t.value ->> 0 = ? AND t.value ->> 1 = ?)";
            all.callers.and(has, [text(name), text(value)]);
        }
        all.paths.and_equal("model", filter.model.as_ref());
        all.paths.and_equal("provider", filter.provider.as_ref());

        let calls = &mut all.calls;
        let (low, high) =
            (id_bound(from_us.saturating_sub(SLACK_US), 0), id_bound(to_us.saturating_add(SLACK_US), u128::MAX));
        calls.and("c.id_high BETWEEN ? AND ?", [Value::Integer(halves(low).0), Value::Integer(halves(high).0)]);
        calls.and("c.timestamp >= ? AND c.timestamp < ?", [Value::Integer(from_us), Value::Integer(to_us)]);
        calls.and_equal("c.session_id", filter.session_id.as_ref());
        if let Some((low, high)) = filter.status_code {
            calls.and("c.status_code BETWEEN ? AND ?", [Value::Integer(low.into()), Value::Integer(high.into())]);
        }
        if let Some(outcome) = filter.outcome {
            calls.and("c.outcome = ?", [Value::Integer(i64::from(outcome as i32))]);
        }
        if let Some(stream) = filter.stream {
            let condition = format!("(c.flags & {} <> 0) = ?", flag::STREAM);
            calls.and(&condition, [Value::Integer(stream.into())]);
        }
        for (column, least, most) in [
            ("c.cost_nano", filter.min_cost_nano, filter.max_cost_nano),
            ("c.duration_us", filter.min_duration_us, filter.max_duration_us),
            (ALL_TOKENS, filter.min_tokens, filter.max_tokens),
        ] {
            for (sign, bound) in [(">=", least), ("<=", most)] {
                if let Some(bound) = bound {
                    calls.and(&format!("{column} {sign} ?"), [Value::Integer(bound)]);
                }
            }
        }
        if let Some(trace) = &filter.trace_id {
            trace_is(calls, trace);
        }
        if let Some(words) = filter.text.as_deref().map(str::trim).filter(|t| !t.is_empty()) {
            contains(calls, &words.to_ascii_lowercase());
        }
        all
    }
}

/// The client's trace id, or ours, which is the request id's digits when the client gave none.
fn trace_is(calls: &mut Sql, trace: &str) {
    let given = "(c.client_trace_id <> '' AND c.client_trace_id = ?)";
    let text = Value::Text(trace.to_owned());
    match RequestId::parse(trace).filter(|_| !trace.starts_with("req_")) {
        Some(id) => {
            let (high, low) = halves(id.0);
            let condition = format!("({given} OR (c.client_trace_id = '' AND c.id_high = ? AND c.id_low = ?))");
            calls.and(&condition, [text, Value::Integer(high), Value::Integer(low)]);
        }
        None => calls.and(given, [text]),
    }
}

/// Free text: a part of a name, or the beginning of a request id.
fn contains(calls: &mut Sql, words: &str) {
    let names = "c.caller IN (SELECT id FROM callers WHERE instr(lower(user_email), ?) > 0) \
                 OR c.path IN (SELECT id FROM paths WHERE instr(lower(model), ?) > 0 OR instr(lower(error_class), ?) > 0)";
    let values = std::iter::repeat_n(Value::Text(words.to_owned()), 3);
    let ids = "((c.id_high, c.id_low) >= (?, ?) AND (c.id_high, c.id_low) <= (?, ?))";
    match id_range(words) {
        Some(range) if words.starts_with("req_") => calls.and(ids, range),
        Some(range) => calls.and(&format!("({names} OR {ids})"), values.chain(range)),
        None => calls.and(&format!("({names})"), values),
    }
}

/// The ids that begin with these digits. Without `req_` fewer than eight digits are taken for a word.
fn id_range(words: &str) -> Option<[Value; 4]> {
    let (low, high) = ids_beginning_with(words)?;
    let ((a, b), (c, d)) = (halves(low), halves(high));
    Some([a, b, c, d].map(Value::Integer))
}

/// The smallest or largest id of a time.
fn id_bound(micros: i64, random: u128) -> u128 {
    const LAST: i64 = ((1 << 48) - 1) * 1000;
    RequestId::from_parts(micros.clamp(0, LAST), random).0
}

/// The days in which rows of a time range can lie, of those that exist.
pub(super) fn days_within(mut days: Vec<Day>, from_us: i64, to_us: i64) -> Vec<Day> {
    let (first, last) = (from_us.saturating_sub(SLACK_US), to_us.saturating_add(SLACK_US));
    days.retain(|day| *day >= Day::of_micros(first) && *day <= Day::of_micros(last));
    days
}
