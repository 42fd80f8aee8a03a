//! Sums over time: from the roll-ups where they know the answer, else from the rows.

use std::collections::HashMap;

use rusqlite::types::ValueRef;
use rusqlite::{Connection, Row, params_from_iter};
use thinkwatch_policy::usage::Usage;

use crate::port::LogError;
use crate::query::CallFilter;
use crate::summing::{Range, Sums, class_name, from_rollups, outcome_name, points, status_class};
use crate::usage::{Dimension, Totals, UsageQuery, UsageReport};

use super::call_columns::flag;
use super::conditions::{Conditions, Sql, days_within};
use super::files::LogKind;
use super::partition::count;
use super::readers::{Enough, Readers};
use super::rollups::{add_at, totals_at};

pub(super) fn report(readers: &Readers, query: &UsageQuery) -> Result<UsageReport, LogError> {
    let range = Range::of(query);
    let from_rollups = from_rollups(query);
    let mut sums = Sums::new();
    let days = days_within(readers.days(LogKind::Gateway)?, range.from, range.to);
    let unreadable = readers.each(LogKind::Gateway, days, |conn| {
        if from_rollups {
            add_rollups(conn, query, &range, &mut sums)
        } else {
            add_rows(conn, query, &range, &mut sums)
        }?;
        Ok(Enough::No)
    })?;
    Ok(UsageReport { points: points(sums), unreadable })
}

fn add_rollups(conn: &Connection, query: &UsageQuery, range: &Range, sums: &mut Sums) -> rusqlite::Result<()> {
    let mut conditions = Sql::default();
    conditions.and("step >= ? AND step < ?", [range.from.into(), range.to.into()]);
    let CallFilter { model, provider, outcome, .. } = &query.filter;
    for (column, value) in [("model = ?", model), ("provider = ?", provider)] {
        if let Some(value) = value {
            conditions.and(column, [value.clone().into()]);
        }
    }
    if let Some(outcome) = outcome {
        conditions.and("outcome = ?", [i64::from(*outcome as i32).into()]);
    }
    let sql = format!(
        "SELECT step, model, provider, outcome, status_class, calls, estimated, cache_hits, input_tokens,
           cache_read_tokens, cache_write_5m_tokens, cache_write_1h_tokens, output_tokens, reasoning_tokens,
           audio_input_tokens, audio_output_tokens, image_units, cost_nano, duration, ttft
         FROM rollups WHERE {}",
        conditions.text
    );
    let mut statement = conn.prepare_cached(&sql)?;
    let mut rows = statement.query(params_from_iter(&conditions.values))?;
    // Many rows meet in one group: its texts are made once, and found by their bytes.
    let mut groups = HashMap::<Box<[u8]>, (i64, Vec<String>, Totals)>::new();
    let mut key = Vec::new();
    while let Some(row) = rows.next()? {
        let start = range.start(row.get(0)?);
        key.clear();
        key.extend_from_slice(&start.to_le_bytes());
        for dimension in &query.group_by {
            extend_key(&mut key, row.get_ref(rollup_column(*dimension))?);
        }
        if let Some((_, _, totals)) = groups.get_mut(key.as_slice()) {
            add_at(totals, row, 5)?;
            continue;
        }
        let group = query.group_by.iter().map(|dimension| match dimension {
            Dimension::Model | Dimension::Provider => row.get(rollup_column(*dimension)),
            Dimension::Outcome => row.get(rollup_column(*dimension)).map(outcome_name),
            _ => row.get(rollup_column(*dimension)).map(class_name),
        });
        let group = group.collect::<rusqlite::Result<_>>()?;
        groups.insert(key.as_slice().into(), (start, group, totals_at(row, 5)?));
    }
    for (start, group, totals) in groups.into_values() {
        sums.entry((start, group)).or_default().add(&totals);
    }
    Ok(())
}

/// Where a dimension stands in the question for roll-ups.
const fn rollup_column(dimension: Dimension) -> usize {
    match dimension {
        Dimension::Model => 1,
        Dimension::Provider => 2,
        Dimension::Outcome => 3,
        _ => 4,
    }
}

/// A value with its length before it, so that no two lists of values look alike.
fn extend_key(key: &mut Vec<u8>, value: ValueRef<'_>) {
    match value {
        ValueRef::Integer(number) => key.extend_from_slice(&number.to_le_bytes()),
        ValueRef::Text(text) => {
            key.extend_from_slice(&text.len().to_le_bytes());
            key.extend_from_slice(text);
        }
        _ => key.push(0),
    }
}

/// What rows are summed by before their texts are looked up.
type Numbers = (i64, i64, i64, i32, u32);

fn add_rows(conn: &Connection, query: &UsageQuery, range: &Range, sums: &mut Sums) -> rusqlite::Result<()> {
    let conditions = Conditions::of(&query.scope, range.from, range.to, &query.filter);
    let mut calls = conditions.calls;
    for (column, table, of_table) in [("caller", "callers", &conditions.callers), ("path", "paths", &conditions.paths)]
    {
        if !of_table.text.is_empty() {
            let condition = format!("c.{column} IN (SELECT id FROM {table} WHERE {})", of_table.text);
            calls.and(&condition, of_table.values.iter().cloned());
        }
    }
    let sql = format!(
        "SELECT c.timestamp, c.caller, c.path, c.outcome, c.status_code, c.flags, c.input_tokens, c.cache_read_tokens,
           c.cache_write_5m_tokens, c.cache_write_1h_tokens, c.output_tokens, c.reasoning_tokens, c.audio_input_tokens,
           c.audio_output_tokens, c.image_units, c.cost_nano, c.duration_us, c.ttft_us
         FROM calls c WHERE {}",
        calls.text
    );
    let mut by_numbers = HashMap::<Numbers, Totals>::new();
    let mut statement = conn.prepare(&sql)?;
    let mut rows = statement.query(params_from_iter(&calls.values))?;
    while let Some(row) = rows.next()? {
        let start = range.start(row.get(0)?);
        let key = (start, row.get(1)?, row.get(2)?, row.get(3)?, status_class(row.get(4)?));
        add_row(by_numbers.entry(key).or_default(), row)?;
    }

    let callers = texts(conn, "callers", &query.group_by, caller_column)?;
    let paths = texts(conn, "paths", &query.group_by, path_column)?;
    for ((start, caller, path, outcome, class), totals) in by_numbers {
        let (mut of_caller, mut of_path) =
            (callers.get(&caller).into_iter().flatten(), paths.get(&path).into_iter().flatten());
        let group = query.group_by.iter().map(|dimension| match dimension {
            Dimension::Outcome => outcome_name(outcome),
            Dimension::StatusClass => class_name(class),
            Dimension::Model | Dimension::Provider => of_path.next().cloned().unwrap_or_default(),
            _ => of_caller.next().cloned().unwrap_or_default(),
        });
        sums.entry((start, group.collect())).or_default().add(&totals);
    }
    Ok(())
}

fn add_row(totals: &mut Totals, row: &Row<'_>) -> rusqlite::Result<()> {
    let number = |at: usize| row.get::<_, i64>(at).map(count);
    let flags: i64 = row.get(5)?;
    totals.calls += 1;
    totals.estimated += u64::from(flags & flag::ESTIMATED != 0);
    totals.cache_hits += u64::from(flags & flag::CACHE_HIT != 0);
    totals.usage.add(&Usage {
        input: number(6)?,
        cache_read: number(7)?,
        cache_write_5m: number(8)?,
        cache_write_1h: number(9)?,
        output: number(10)?,
        reasoning: number(11)?,
        audio_input: number(12)?,
        audio_output: number(13)?,
        image_units: number(14)?,
    });
    totals.cost_nano = totals.cost_nano.saturating_add(row.get(15)?);
    totals.duration.record(row.get(16)?);
    let ttft: i64 = row.get(17)?;
    if ttft > 0 {
        totals.ttft.record(ttft);
    }
    Ok(())
}

/// The texts asked for of each caller or path, in the order of the question.
fn texts(
    conn: &Connection,
    table: &str,
    group_by: &[Dimension],
    column: fn(Dimension) -> Option<&'static str>,
) -> rusqlite::Result<HashMap<i64, Vec<String>>> {
    let columns: Vec<_> = group_by.iter().filter_map(|d| column(*d)).collect();
    if columns.is_empty() {
        return Ok(HashMap::new());
    }
    let mut statement = conn.prepare(&format!("SELECT id, {} FROM {table}", columns.join(", ")))?;
    let read = |row: &Row<'_>| {
        let texts = (1..=columns.len()).map(|at| row.get(at)).collect::<rusqlite::Result<Vec<String>>>()?;
        Ok((row.get(0)?, texts))
    };
    statement.query_map([], read)?.collect()
}

const fn caller_column(dimension: Dimension) -> Option<&'static str> {
    match dimension {
        Dimension::User => Some("user_id"),
        Dimension::Key => Some("key_id"),
        Dimension::KeyLineage => Some("key_lineage_id"),
        Dimension::Team => Some("team_id"),
        Dimension::Client => Some("client"),
        Dimension::CostCenter => Some("cost_center"),
        Dimension::Model | Dimension::Provider | Dimension::Outcome | Dimension::StatusClass => None,
    }
}

const fn path_column(dimension: Dimension) -> Option<&'static str> {
    match dimension {
        Dimension::Model => Some("model"),
        Dimension::Provider => Some("provider"),
        _ => None,
    }
}
