//! Writing calls: the texts that repeat are kept once, sums are made in memory and written once per batch.

use std::collections::HashMap;

use prost::Message;
use rusqlite::{Connection, Statement};
use thinkwatch_records::CallRecord;

use super::call_columns::{self, Attempts, flag, list_text, plain_attempt, tags_text};
use super::partition::{Rows, halves, stored};
use super::rollups::Rollups;

/// Callers or paths that are remembered per partition. Beyond that all are forgotten and, when they come again, kept
/// again under another number: that costs bytes, never a wrong answer.
const REMEMBER: usize = 4096;

pub(super) struct CallRows;

/// Numbers of the callers and paths seen, by the bytes of their texts.
#[derive(Default)]
pub(super) struct Memory {
    callers: HashMap<Box<[u8]>, i64>,
    paths: HashMap<Box<[u8]>, i64>,
    /// Texts of the row at hand, each with its length before it.
    key: Vec<u8>,
}

impl Rows for CallRows {
    type Row = CallRecord;
    type Memory = Memory;
    const SCHEMA: &'static str = call_columns::SCHEMA;
    const SEAL: &'static str = call_columns::INDEX_OF_CALLERS;

    fn id(row: &CallRecord) -> u128 {
        row.request_id().0
    }

    fn insert(conn: &Connection, memory: &mut Memory, rows: &[&CallRecord]) -> rusqlite::Result<u64> {
        let mut statement = conn.prepare_cached(
            "INSERT INTO calls VALUES (?,?,?,?,?,?,?,?,?,?,?,?,?,?,?,?,?,?,?,?,?,?,?,?,?,?,?,?,?) ON CONFLICT DO NOTHING",
        )?;
        let mut rollups = Rollups::default();
        let mut inserted = 0;
        for call in rows {
            let caller = memory.caller(conn, call)?;
            let path = memory.path(conn, call)?;
            if insert_row(&mut statement, call, caller, path)? == 1 {
                inserted += 1;
                rollups.count(call, path);
            }
        }
        rollups.save(conn)?;
        Ok(inserted)
    }
}

impl Memory {
    fn caller(&mut self, conn: &Connection, call: &CallRecord) -> rusqlite::Result<i64> {
        let texts = [
            call.user_id.as_str(),
            &call.user_email,
            &call.key_id,
            &call.key_lineage_id,
            &call.team_id,
            &call.cost_center,
            &call.ip_address,
            &call.user_agent,
            &call.client,
        ];
        start_key(&mut self.key, &texts);
        for tag in &call.tags {
            extend_key(&mut self.key, &tag.name);
            extend_key(&mut self.key, &tag.value);
        }
        remembered(&mut self.callers, &self.key, || {
            let mut statement = conn.prepare_cached("INSERT INTO callers VALUES (NULL,?,?,?,?,?,?,?,?,?,?)")?;
            for (at, text) in texts.iter().enumerate() {
                statement.raw_bind_parameter(at + 1, text)?;
            }
            statement.raw_bind_parameter(10, tags_text(&call.tags))?;
            statement.raw_execute()?;
            Ok(conn.last_insert_rowid())
        })
    }

    fn path(&mut self, conn: &Connection, call: &CallRecord) -> rusqlite::Result<i64> {
        let texts = [
            call.dialect.as_str(),
            &call.endpoint,
            &call.model,
            &call.provider,
            &call.provider_id,
            &call.route_id,
            &call.upstream_model,
            &call.price_version,
            &call.error_class,
        ];
        start_key(&mut self.key, &texts);
        // The number keeps apart what is dropped and what is excluded.
        self.key.extend_from_slice(&call.dropped_fields.len().to_le_bytes());
        for text in call.dropped_fields.iter().chain(&call.plan_excluded) {
            extend_key(&mut self.key, text);
        }
        remembered(&mut self.paths, &self.key, || {
            let mut statement = conn.prepare_cached("INSERT INTO paths VALUES (NULL,?,?,?,?,?,?,?,?,?,?,?)")?;
            for (at, text) in texts.iter().enumerate() {
                statement.raw_bind_parameter(at + 1, text)?;
            }
            statement.raw_bind_parameter(10, list_text(&call.dropped_fields))?;
            statement.raw_bind_parameter(11, list_text(&call.plan_excluded))?;
            statement.raw_execute()?;
            Ok(conn.last_insert_rowid())
        })
    }
}

fn start_key(key: &mut Vec<u8>, texts: &[&str]) {
    key.clear();
    for text in texts {
        extend_key(key, text);
    }
}

fn extend_key(key: &mut Vec<u8>, text: &str) {
    key.extend_from_slice(&text.len().to_le_bytes());
    key.extend_from_slice(text.as_bytes());
}

fn remembered(
    known: &mut HashMap<Box<[u8]>, i64>,
    key: &[u8],
    insert: impl FnOnce() -> rusqlite::Result<i64>,
) -> rusqlite::Result<i64> {
    if let Some(number) = known.get(key) {
        return Ok(*number);
    }
    let number = insert()?;
    if known.len() >= REMEMBER {
        known.clear();
    }
    known.insert(key.into(), number);
    Ok(number)
}

/// Binds in the order of the table's columns; 1 when the row is new, 0 when its id is there already.
fn insert_row(statement: &mut Statement<'_>, call: &CallRecord, caller: i64, path: i64) -> rusqlite::Result<usize> {
    let (high, low) = halves(call.request_id().0);
    let usage = call.usage.unwrap_or_default();
    let plain = plain_attempt(call);
    let plain_without_usage = plain.is_some_and(|a| a.usage.is_none() && call.usage.is_some());
    let flags = [
        (call.usage.is_some(), flag::HAS_USAGE),
        (call.usage_estimated, flag::ESTIMATED),
        (call.cache_hit, flag::CACHE_HIT),
        (call.stream, flag::STREAM),
        (plain.is_some(), flag::PLAIN_ATTEMPT),
        (plain_without_usage, flag::PLAIN_WITHOUT_USAGE),
    ];
    let flags = flags.into_iter().filter(|(set, _)| *set).fold(0, |all, (_, bit)| all | bit);

    for (at, number) in [high, low, call.timestamp, caller, path].into_iter().enumerate() {
        statement.raw_bind_parameter(at + 1, number)?;
    }
    statement.raw_bind_parameter(6, call.session_id.as_str())?;
    statement.raw_bind_parameter(7, call.client_trace_id.as_str())?;
    statement.raw_bind_parameter(8, call.upstream_request_id.as_str())?;
    let numbers = [
        i64::from(call.status_code),
        i64::from(call.outcome),
        flags,
        stored(usage.input),
        stored(usage.cache_read),
        stored(usage.cache_write_5m),
        stored(usage.cache_write_1h),
        stored(usage.output),
        stored(usage.reasoning),
        stored(usage.audio_input),
        stored(usage.audio_output),
        stored(usage.image_units),
        call.cost_nano,
        call.duration_us,
        call.ttft_us,
        call.gateway_us,
        stored(call.request_bytes),
        stored(call.response_bytes),
        plain.map_or(0, |a| a.started_at.wrapping_sub(call.timestamp)),
        plain.map_or(0, |a| a.duration_us),
    ];
    for (at, number) in numbers.into_iter().enumerate() {
        statement.raw_bind_parameter(at + 9, number)?;
    }
    if plain.is_some() || (call.attempts.is_empty() && call.plan.is_none() && call.saved.is_none()) {
        statement.raw_bind_parameter(29, rusqlite::types::Null)?;
    } else {
        let (attempts, plan) = (call.attempts.clone(), call.plan.clone());
        let rest = Attempts { attempts, plan, saved: call.saved, saved_nano: call.saved_nano };
        statement.raw_bind_parameter(29, rest.encode_to_vec())?;
    }
    statement.raw_execute()
}
