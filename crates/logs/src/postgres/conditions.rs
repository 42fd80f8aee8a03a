//! From a question to SQL. Values are always bound, never part of the text.

use sqlx::{Postgres, QueryBuilder};
use thinkwatch_policy::ids::RequestId;

use crate::matches::ids_beginning_with;
use crate::query::{CallFilter, Order, Place, Scope};

use super::call_columns::kept;

/// A row's time may differ from the time in its id by this much, because the id is made first.
const SLACK_US: i64 = 10_000_000;

/// What `min_tokens` and `max_tokens` bound. Not summed as BIGINT, which ends with an error where it ends.
const ALL_TOKENS: &str = "(input_tokens::NUMERIC + cache_read_tokens + cache_write_5m_tokens + cache_write_1h_tokens \
                          + output_tokens)";

/// A statement that grows by conditions.
pub(super) struct Sql {
    builder: QueryBuilder<Postgres>,
    next: &'static str,
}

/// An id as its column keeps it.
pub(super) fn bytes(id: u128) -> Vec<u8> {
    id.to_be_bytes().to_vec()
}

impl Sql {
    /// Begins with all that stands before the conditions.
    pub(super) fn new(select: impl Into<String>) -> Self {
        Self { builder: QueryBuilder::new(select), next: " WHERE " }
    }

    /// One more condition, to be completed by the caller.
    pub(super) fn and(&mut self) -> &mut QueryBuilder<Postgres> {
        self.builder.push(self.next);
        self.next = " AND ";
        &mut self.builder
    }

    /// What comes behind the conditions.
    pub(super) fn end(&mut self) -> &mut QueryBuilder<Postgres> {
        &mut self.builder
    }

    pub(super) fn equal(&mut self, column: &str, value: Option<&String>) {
        if let Some(value) = value {
            self.and().push(column).push(" = ").push_bind(kept(value).into_owned());
        }
    }

    pub(super) fn within(&mut self, column: &str, least: Option<i64>, most: Option<i64>) {
        for (sign, bound) in [(" >= ", least), (" <= ", most)] {
            if let Some(bound) = bound {
                self.and().push(column).push(sign).push_bind(bound);
            }
        }
    }

    pub(super) fn scope(&mut self, scope: &Scope) {
        if let Scope::Own(user) = scope {
            self.equal("user_id", Some(&user.as_str().to_owned()));
        }
    }

    /// Rows accepted at or after `from_us` and before `to_us`. The bounds of the id are what leaves partitions out.
    pub(super) fn accepted(&mut self, from_us: i64, to_us: i64) {
        let low = id_bound(from_us.saturating_sub(SLACK_US), 0);
        let high = id_bound(to_us.saturating_add(SLACK_US), u128::MAX);
        self.and().push("id >= ").push_bind(bytes(low)).push(" AND id <= ").push_bind(bytes(high));
        self.and().push("timestamp >= ").push_bind(from_us).push(" AND timestamp < ").push_bind(to_us);
    }

    /// Leaves out what pages before have shown.
    pub(super) fn beyond(&mut self, order: Order, after: Option<Place>) {
        if let Some(Place(id)) = after {
            let sign = if order == Order::NewestFirst { "id < " } else { "id > " };
            self.and().push(sign).push_bind(bytes(id));
        }
    }

    /// The order of a page, and one row more than asked for, which tells whether there is a next one.
    pub(super) fn page(&mut self, order: Order, limit: usize) {
        let direction = if order == Order::NewestFirst { "DESC" } else { "ASC" };
        self.end().push(format_args!(" ORDER BY id {direction} LIMIT {}", limit + 1));
    }

    /// All conditions of a question for calls.
    pub(super) fn filter(&mut self, filter: &CallFilter) {
        for (column, value) in [
            ("user_id", &filter.user_id),
            ("key_id", &filter.key_id),
            ("key_lineage_id", &filter.key_lineage_id),
            ("team_id", &filter.team_id),
            ("client", &filter.client),
            ("model", &filter.model),
            ("provider", &filter.provider),
            ("session_id", &filter.session_id),
        ] {
            self.equal(column, value.as_ref());
        }
        if let Some((name, value)) = &filter.tag {
            let wanted = serde_json::json!([{ "name": kept(name), "value": kept(value) }]);
            self.and().push("tags @> ").push_bind(wanted.to_string()).push("::JSONB");
        }
        if let Some((low, high)) = filter.status_code {
            self.within("status_code", Some(low.into()), Some(high.into()));
        }
        if let Some(outcome) = filter.outcome {
            self.and().push("outcome = ").push_bind(outcome as i32);
        }
        if let Some(stream) = filter.stream {
            self.and().push("stream = ").push_bind(stream);
        }
        self.within("cost_nano", filter.min_cost_nano, filter.max_cost_nano);
        self.within("duration_us", filter.min_duration_us, filter.max_duration_us);
        self.within(ALL_TOKENS, filter.min_tokens, filter.max_tokens);
        if let Some(trace) = &filter.trace_id {
            self.trace_is(trace);
        }
        if let Some(words) = filter.text.as_deref().map(str::trim).filter(|t| !t.is_empty()) {
            self.contains(&words.to_ascii_lowercase());
        }
    }

    /// The client's trace id, or ours, which is the request id's digits when the client gave none.
    fn trace_is(&mut self, trace: &str) {
        let given = self.and();
        given.push("((client_trace_id <> '' AND client_trace_id = ").push_bind(kept(trace).into_owned()).push(")");
        if let Some(id) = RequestId::parse(trace).filter(|_| !trace.starts_with("req_")) {
            given.push(" OR (client_trace_id = '' AND id = ").push_bind(bytes(id.0)).push(")");
        }
        given.push(")");
    }

    /// Free text: a part of a name, or the beginning of a request id.
    fn contains(&mut self, words: &str) {
        let ids = ids_beginning_with(words);
        let all = self.and();
        all.push("(");
        if let Some((low, high)) = ids {
            all.push("(id >= ").push_bind(bytes(low)).push(" AND id <= ").push_bind(bytes(high)).push(")");
            if words.starts_with("req_") {
                all.push(")");
                return;
            }
            all.push(" OR ");
        }
        part_of(all, &["user_email", "model", "error_class"], words);
        all.push(")");
    }
}

/// Whether one of the columns has this text in it; case is ignored for ASCII, since the columns are in "C".
pub(super) fn part_of(sql: &mut QueryBuilder<Postgres>, columns: &[&str], words: &str) {
    for (at, column) in columns.iter().enumerate() {
        sql.push(if at == 0 { "strpos(lower(" } else { " OR strpos(lower(" });
        sql.push(column).push("), ").push_bind(kept(words).into_owned()).push(") > 0");
    }
}

/// The smallest or largest id of a time.
fn id_bound(micros: i64, random: u128) -> u128 {
    const LAST: i64 = ((1 << 48) - 1) * 1000;
    RequestId::from_parts(micros.clamp(0, LAST), random).0
}
