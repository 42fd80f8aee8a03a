//! How a call lies in its partition, and how it is read back, exactly as it was.
//!
//! Most of a wide row is the same from call to call: who calls (user, key, program, ...) and which way it goes (model,
//! provider, route, ...). Those texts are kept once, in `callers` and `paths`, and the row has two numbers. That makes
//! rows a third as long, which is a third of the bytes to write, sync, copy and scan. The view `gateway_logs` shows
//! the columns under their documented names to whoever opens the file by hand.

use prost::Message;
use rusqlite::Row;
use thinkwatch_policy::ids::RequestId;
use thinkwatch_records::call::{Plan, TokenCounts};
use thinkwatch_records::{Attempt, CallRecord, Tag};

use super::partition::{count, whole};

pub(super) const SCHEMA: &str = "
CREATE TABLE callers (
  id INTEGER PRIMARY KEY, user_id TEXT, user_email TEXT, key_id TEXT, key_lineage_id TEXT, team_id TEXT,
  cost_center TEXT, ip_address TEXT, user_agent TEXT, client TEXT, tags TEXT);
CREATE TABLE paths (
  id INTEGER PRIMARY KEY, dialect TEXT, endpoint TEXT, model TEXT, provider TEXT, provider_id TEXT, route_id TEXT,
  upstream_model TEXT, price_version TEXT, error_class TEXT, dropped_fields TEXT, plan_excluded TEXT);
CREATE TABLE calls (
  id_high INTEGER NOT NULL, id_low INTEGER NOT NULL, timestamp INTEGER NOT NULL,
  caller INTEGER NOT NULL, path INTEGER NOT NULL,
  session_id TEXT NOT NULL, client_trace_id TEXT NOT NULL, upstream_request_id TEXT NOT NULL,
  status_code INTEGER NOT NULL, outcome INTEGER NOT NULL, flags INTEGER NOT NULL,
  input_tokens INTEGER NOT NULL, cache_read_tokens INTEGER NOT NULL, cache_write_5m_tokens INTEGER NOT NULL,
  cache_write_1h_tokens INTEGER NOT NULL, output_tokens INTEGER NOT NULL, reasoning_tokens INTEGER NOT NULL,
  audio_input_tokens INTEGER NOT NULL, audio_output_tokens INTEGER NOT NULL, image_units INTEGER NOT NULL,
  cost_nano INTEGER NOT NULL, duration_us INTEGER NOT NULL, ttft_us INTEGER NOT NULL, gateway_us INTEGER NOT NULL,
  request_bytes INTEGER NOT NULL, response_bytes INTEGER NOT NULL,
  attempt_started INTEGER NOT NULL, attempt_us INTEGER NOT NULL, attempts BLOB,
  PRIMARY KEY (id_high, id_low)) WITHOUT ROWID;
CREATE INDEX calls_trace ON calls (client_trace_id) WHERE client_trace_id <> '';
CREATE TABLE rollups (
  step INTEGER NOT NULL, model TEXT NOT NULL, provider TEXT NOT NULL, outcome INTEGER NOT NULL,
  status_class INTEGER NOT NULL, calls INTEGER NOT NULL, estimated INTEGER NOT NULL, cache_hits INTEGER NOT NULL,
  input_tokens INTEGER NOT NULL, cache_read_tokens INTEGER NOT NULL, cache_write_5m_tokens INTEGER NOT NULL,
  cache_write_1h_tokens INTEGER NOT NULL, output_tokens INTEGER NOT NULL, reasoning_tokens INTEGER NOT NULL,
  audio_input_tokens INTEGER NOT NULL, audio_output_tokens INTEGER NOT NULL, image_units INTEGER NOT NULL,
  cost_nano INTEGER NOT NULL, duration BLOB NOT NULL, ttft BLOB NOT NULL,
  PRIMARY KEY (step, model, provider, outcome, status_class)) WITHOUT ROWID;
CREATE VIEW gateway_logs AS SELECT
  printf('%016x%016x', (id_high | -9223372036854775808) - (id_high & -9223372036854775808),
    (id_low | -9223372036854775808) - (id_low & -9223372036854775808)) AS id,
  timestamp, session_id, client_trace_id, user_id, user_email, key_id, key_lineage_id, team_id, dialect, endpoint,
  model, provider, route_id, upstream_model, upstream_request_id, (flags & 8) <> 0 AS stream, status_code,
  CASE outcome WHEN 0 THEN 'ok' WHEN 1 THEN 'client_error' WHEN 2 THEN 'refused' WHEN 3 THEN 'upstream_error'
    WHEN 4 THEN 'cancelled' WHEN 5 THEN 'interrupted' END AS outcome,
  error_class, input_tokens, cache_read_tokens, cache_write_5m_tokens, cache_write_1h_tokens, output_tokens,
  reasoning_tokens, audio_input_tokens, audio_output_tokens, image_units, (flags & 2) <> 0 AS usage_estimated,
  cost_nano / 1e9 AS cost_usd, price_version, duration_us / 1e3 AS duration_ms, ttft_us / 1e3 AS ttft_ms, gateway_us,
  dropped_fields, (flags & 4) <> 0 AS cache_hit, tags, cost_center, ip_address, user_agent, client
  FROM calls JOIN callers ON callers.id = caller JOIN paths ON paths.id = path;
";

/// What a day gets when it is over. While rows come in, an index by caller would touch a page for nearly every row: it
/// tripled what is written and doubled the time. Until then a question about one caller walks through the day.
pub(super) const INDEX_OF_CALLERS: &str = "CREATE INDEX IF NOT EXISTS calls_caller ON calls (caller)";

/// Bits of `flags`.
pub(super) mod flag {
    pub(in super::super) const HAS_USAGE: i64 = 1;
    pub(in super::super) const ESTIMATED: i64 = 2;
    pub(in super::super) const CACHE_HIT: i64 = 4;
    pub(in super::super) const STREAM: i64 = 8;
    /// The one attempt says what the row says, except for its times.
    pub(in super::super) const PLAIN_ATTEMPT: i64 = 16;
    /// ... and it has no usage of its own.
    pub(in super::super) const PLAIN_WITHOUT_USAGE: i64 = 32;
}

/// The attempts, the plan they came from, and what others have not, as a message, which is the cheapest exact encoding at hand.
#[derive(Clone, PartialEq, Message)]
pub(super) struct Attempts {
    #[prost(message, repeated, tag = "1")]
    pub(super) attempts: Vec<Attempt>,
    #[prost(message, optional, tag = "2")]
    pub(super) plan: Option<Plan>,
    #[prost(message, optional, tag = "3")]
    pub(super) saved: Option<TokenCounts>,
    #[prost(int64, tag = "4")]
    pub(super) saved_nano: i64,
}

/// The only attempt, if nothing but its times differs from the row.
pub(super) fn plain_attempt(call: &CallRecord) -> Option<&Attempt> {
    let [attempt] = call.attempts.as_slice() else { return None };
    if call.plan.is_some() {
        return None;
    }
    let same = attempt.status_code == call.status_code
        && attempt.cost_nano == call.cost_nano
        && (attempt.usage == call.usage || attempt.usage.is_none())
        && attempt.provider == call.provider
        && attempt.provider_id == call.provider_id
        && attempt.route_id == call.route_id
        && attempt.upstream_model == call.upstream_model
        && attempt.error_class == call.error_class
        && attempt.upstream_request_id == call.upstream_request_id
        && attempt.price_version == call.price_version;
    same.then_some(attempt)
}

/// Tags as text that SQLite can look into: `[["name","value"]]`; `None` when there are none.
pub(super) fn tags_text(tags: &[Tag]) -> Option<String> {
    let pairs: Vec<_> = tags.iter().map(|t| (&t.name, &t.value)).collect();
    if pairs.is_empty() { None } else { serde_json::to_string(&pairs).ok() }
}

/// A list as text; `None` when it is empty.
pub(super) fn list_text(list: &[String]) -> Option<String> {
    if list.is_empty() { None } else { serde_json::to_string(list).ok() }
}

/// What [`read`] expects, in its order. `c`, `u` and `p` are calls, callers and paths.
pub(super) const COLUMNS: &str = "c.id_high, c.id_low, c.timestamp, c.session_id, c.client_trace_id, \
    c.upstream_request_id, c.status_code, c.outcome, c.flags, c.input_tokens, c.cache_read_tokens, \
    c.cache_write_5m_tokens, c.cache_write_1h_tokens, c.output_tokens, c.reasoning_tokens, c.audio_input_tokens, \
    c.audio_output_tokens, c.image_units, c.cost_nano, c.duration_us, c.ttft_us, c.gateway_us, c.request_bytes, \
    c.response_bytes, c.attempt_started, c.attempt_us, c.attempts, u.user_id, u.user_email, u.key_id, \
    u.key_lineage_id, u.team_id, u.cost_center, u.ip_address, u.user_agent, u.client, u.tags, p.dialect, p.endpoint, \
    p.model, p.provider, p.provider_id, p.route_id, p.upstream_model, p.price_version, p.error_class, \
    p.dropped_fields, p.plan_excluded";

/// The joins that go with [`COLUMNS`]. CROSS keeps `calls` outermost, so that its order is the order of the answer.
pub(super) const JOINS: &str = "CROSS JOIN callers u ON u.id = c.caller CROSS JOIN paths p ON p.id = c.path";

/// Builds the record from a row of [`COLUMNS`].
pub(super) fn read(row: &Row<'_>) -> rusqlite::Result<CallRecord> {
    let mut columns = Columns { row, next: 0 };
    let id = RequestId(whole(columns.get()?, columns.get()?));
    let mut call = CallRecord { timestamp: columns.get()?, ..CallRecord::default() };
    call.set_request_id(id);
    call.session_id = columns.get()?;
    call.client_trace_id = columns.get()?;
    call.upstream_request_id = columns.get()?;
    call.status_code = columns.get()?;
    call.outcome = columns.get()?;
    let flags: i64 = columns.get()?;
    let usage = TokenCounts {
        input: columns.count()?,
        cache_read: columns.count()?,
        cache_write_5m: columns.count()?,
        cache_write_1h: columns.count()?,
        output: columns.count()?,
        reasoning: columns.count()?,
        audio_input: columns.count()?,
        audio_output: columns.count()?,
        image_units: columns.count()?,
    };
    call.usage = (flags & flag::HAS_USAGE != 0).then_some(usage);
    call.usage_estimated = flags & flag::ESTIMATED != 0;
    call.cache_hit = flags & flag::CACHE_HIT != 0;
    call.stream = flags & flag::STREAM != 0;
    call.cost_nano = columns.get()?;
    call.duration_us = columns.get()?;
    call.ttft_us = columns.get()?;
    call.gateway_us = columns.get()?;
    call.request_bytes = columns.count()?;
    call.response_bytes = columns.count()?;
    let (started, took): (i64, i64) = (columns.get()?, columns.get()?);
    let attempts: Option<Vec<u8>> = columns.get()?;
    for text in [
        &mut call.user_id,
        &mut call.user_email,
        &mut call.key_id,
        &mut call.key_lineage_id,
        &mut call.team_id,
        &mut call.cost_center,
        &mut call.ip_address,
        &mut call.user_agent,
        &mut call.client,
    ] {
        *text = columns.get()?;
    }
    let tags: Vec<(String, String)> = columns.list()?;
    call.tags = tags.into_iter().map(|(name, value)| Tag { name, value }).collect();
    for text in [
        &mut call.dialect,
        &mut call.endpoint,
        &mut call.model,
        &mut call.provider,
        &mut call.provider_id,
        &mut call.route_id,
        &mut call.upstream_model,
        &mut call.price_version,
        &mut call.error_class,
    ] {
        *text = columns.get()?;
    }
    call.dropped_fields = columns.list()?;
    call.plan_excluded = columns.list()?;
    call.attempts = match attempts {
        Some(bytes) => {
            let read = Attempts::decode(bytes.as_slice()).map_err(damaged)?;
            call.plan = read.plan;
            call.saved = read.saved;
            call.saved_nano = read.saved_nano;
            read.attempts
        }
        None if flags & flag::PLAIN_ATTEMPT != 0 => vec![Attempt {
            provider: call.provider.clone(),
            provider_id: call.provider_id.clone(),
            route_id: call.route_id.clone(),
            upstream_model: call.upstream_model.clone(),
            status_code: call.status_code,
            error_class: call.error_class.clone(),
            upstream_request_id: call.upstream_request_id.clone(),
            started_at: call.timestamp.wrapping_add(started),
            duration_us: took,
            cost_nano: call.cost_nano,
            price_version: call.price_version.clone(),
            usage: call.usage.filter(|_| flags & flag::PLAIN_WITHOUT_USAGE == 0),
        }],
        None => Vec::new(),
    };
    Ok(call)
}

/// Reads column after column.
struct Columns<'r> {
    row: &'r Row<'r>,
    next: usize,
}

impl Columns<'_> {
    fn get<T: rusqlite::types::FromSql>(&mut self) -> rusqlite::Result<T> {
        self.next += 1;
        self.row.get(self.next - 1)
    }

    fn count(&mut self) -> rusqlite::Result<u64> {
        self.get().map(count)
    }

    fn list<T: serde::de::DeserializeOwned>(&mut self) -> rusqlite::Result<Vec<T>> {
        let text: Option<String> = self.get()?;
        text.map_or_else(|| Ok(Vec::new()), |text| serde_json::from_str(&text).map_err(damaged))
    }
}

/// A value that we did not write like this.
pub(super) fn damaged(error: impl std::error::Error + Send + Sync + 'static) -> rusqlite::Error {
    rusqlite::Error::FromSqlConversionFailure(0, rusqlite::types::Type::Blob, Box::new(error))
}
