//! Sums of a partition by five minutes, model, provider, outcome and status class, written with the rows they count.

use std::collections::HashMap;

use rusqlite::{Connection, OptionalExtension, Row, params};
use thinkwatch_policy::usage::Usage;
use thinkwatch_records::CallRecord;

use crate::histogram::Histogram;
use crate::summing::{add_call, status_class, step_of};
use crate::usage::Totals;

use super::partition::{count, stored};

/// The sums of one batch. Counted by the path's number, which stands for model and provider and is cheaper to compare.
#[derive(Default)]
pub(super) struct Rollups<'c> {
    sums: HashMap<(i64, i64, i32, u32), (&'c CallRecord, Totals)>,
}

impl<'c> Rollups<'c> {
    pub(super) fn count(&mut self, call: &'c CallRecord, path: i64) {
        let key = (step_of(call.timestamp), path, call.outcome, status_class(call.status_code));
        let (_, totals) = self.sums.entry(key).or_insert_with(|| (call, Totals::default()));
        add_call(totals, call);
    }

    /// Adds the batch's sums to those of the partition.
    pub(super) fn save(self, conn: &Connection) -> rusqlite::Result<()> {
        if self.sums.is_empty() {
            return Ok(());
        }
        let mut select = conn.prepare_cached(
            "SELECT calls, estimated, cache_hits, input_tokens, cache_read_tokens, cache_write_5m_tokens,
               cache_write_1h_tokens, output_tokens, reasoning_tokens, audio_input_tokens, audio_output_tokens,
               image_units, cost_nano, duration, ttft
             FROM rollups WHERE step=? AND model=? AND provider=? AND outcome=? AND status_class=?",
        )?;
        let mut replace =
            conn.prepare_cached("INSERT OR REPLACE INTO rollups VALUES (?,?,?,?,?,?,?,?,?,?,?,?,?,?,?,?,?,?,?,?)")?;
        for ((step, _, outcome, class), (call, mut totals)) in self.sums {
            let (model, provider) = (&call.model, &call.provider);
            let before = select.query_row(params![step, model, provider, outcome, class], |row| totals_at(row, 0));
            if let Some(before) = before.optional()? {
                totals.add(&before);
            }
            let u = &totals.usage;
            replace.execute(params![
                step,
                model,
                provider,
                outcome,
                class,
                stored(totals.calls),
                stored(totals.estimated),
                stored(totals.cache_hits),
                stored(u.input),
                stored(u.cache_read),
                stored(u.cache_write_5m),
                stored(u.cache_write_1h),
                stored(u.output),
                stored(u.reasoning),
                stored(u.audio_input),
                stored(u.audio_output),
                stored(u.image_units),
                totals.cost_nano,
                totals.duration.encode(),
                totals.ttft.encode(),
            ])?;
        }
        Ok(())
    }
}

/// Reads sums from the columns beginning at `first`, in the order of the table.
pub(super) fn totals_at(row: &Row<'_>, first: usize) -> rusqlite::Result<Totals> {
    let mut totals = Totals::default();
    add_at(&mut totals, row, first)?;
    Ok(totals)
}

/// Adds the sums in the columns beginning at `first`. A dashboard adds tens of thousands of rows.
pub(super) fn add_at(totals: &mut Totals, row: &Row<'_>, first: usize) -> rusqlite::Result<()> {
    let number = |at: usize| row.get::<_, i64>(first + at).map(count);
    let add = |histogram: &mut Histogram, at: usize| {
        let bytes = row.get_ref(first + at)?.as_blob()?;
        let added = histogram.add_encoded(bytes);
        added.ok_or_else(|| super::call_columns::damaged(std::io::Error::other("histogram")))
    };
    totals.calls = totals.calls.saturating_add(number(0)?);
    totals.estimated = totals.estimated.saturating_add(number(1)?);
    totals.cache_hits = totals.cache_hits.saturating_add(number(2)?);
    totals.usage.add(&Usage {
        input: number(3)?,
        cache_read: number(4)?,
        cache_write_5m: number(5)?,
        cache_write_1h: number(6)?,
        output: number(7)?,
        reasoning: number(8)?,
        audio_input: number(9)?,
        audio_output: number(10)?,
        image_units: number(11)?,
    });
    totals.cost_nano = totals.cost_nano.saturating_add(row.get(first + 12)?);
    add(&mut totals.duration, 13)?;
    add(&mut totals.ttft, 14)
}
