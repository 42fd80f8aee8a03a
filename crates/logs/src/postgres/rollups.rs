//! Sums by five minutes, model, provider, outcome and status class, written with the rows they count.
//!
//! All replicas add to the same sums. A batch first makes or locks its sums, in the order of their key, so that two batches
//! wait for each other only one way round; then it adds to what it found and writes that.

use std::borrow::Cow;
use std::collections::BTreeMap;

use sqlx::Row as _;
use sqlx::postgres::{PgConnection, PgRow};
use thinkwatch_policy::usage::Usage;
use thinkwatch_records::CallRecord;

use crate::histogram::Histogram;
use crate::summing::{add_call, status_class, step_of};
use crate::usage::Totals;

use super::call_columns::{count, kept, stored};

/// Step, model, provider, outcome, status class.
type Key<'c> = (i64, Cow<'c, str>, Cow<'c, str>, i32, i32);

/// The sums, in the order in which [`totals_at`] reads them.
pub(super) const SUMS: &str = "calls, estimated, cache_hits, input_tokens, cache_read_tokens, cache_write_5m_tokens, \
                               cache_write_1h_tokens, output_tokens, reasoning_tokens, audio_input_tokens, \
                               audio_output_tokens, image_units, cost_nano, duration, ttft";

/// The sums of one batch, in the order of their key.
#[derive(Default)]
pub(super) struct Rollups<'c>(BTreeMap<Key<'c>, Totals>);

const LOCK: &str = "
INSERT INTO gateway_rollups AS r (step, model, provider, outcome, status_class)
SELECT a, b, c, d, e FROM UNNEST($1::BIGINT[], $2::TEXT[], $3::TEXT[], $4::INTEGER[], $5::INTEGER[]) AS row (a, b, c, d, e)
ORDER BY a, b COLLATE \"C\", c COLLATE \"C\", d, e
ON CONFLICT (step, model, provider, outcome, status_class) DO UPDATE SET calls = r.calls
RETURNING step, model, provider, outcome, status_class, calls, estimated, cache_hits, input_tokens, cache_read_tokens,
  cache_write_5m_tokens, cache_write_1h_tokens, output_tokens, reasoning_tokens, audio_input_tokens, audio_output_tokens,
  image_units, cost_nano, duration, ttft";

const WRITE: &str = "
UPDATE gateway_rollups r SET calls = f, estimated = g, cache_hits = h, input_tokens = i, cache_read_tokens = j,
  cache_write_5m_tokens = k, cache_write_1h_tokens = l, output_tokens = m, reasoning_tokens = n, audio_input_tokens = o,
  audio_output_tokens = p, image_units = q, cost_nano = s, duration = t, ttft = u
FROM UNNEST($1::BIGINT[], $2::TEXT[], $3::TEXT[], $4::INTEGER[], $5::INTEGER[], $6::BIGINT[], $7::BIGINT[], $8::BIGINT[],
  $9::BIGINT[], $10::BIGINT[], $11::BIGINT[], $12::BIGINT[], $13::BIGINT[], $14::BIGINT[], $15::BIGINT[], $16::BIGINT[],
  $17::BIGINT[], $18::BIGINT[], $19::BYTEA[], $20::BYTEA[])
  AS row (a, b, c, d, e, f, g, h, i, j, k, l, m, n, o, p, q, s, t, u)
WHERE r.step = a AND r.model = b AND r.provider = c AND r.outcome = d AND r.status_class = e";

impl<'c> Rollups<'c> {
    pub(super) fn count(&mut self, call: &'c CallRecord) {
        let class = i32::try_from(status_class(call.status_code)).unwrap_or(i32::MAX);
        let key = (step_of(call.timestamp), kept(&call.model), kept(&call.provider), call.outcome, class);
        add_call(self.0.entry(key).or_default(), call);
    }

    /// Adds the batch's sums to those of all.
    pub(super) async fn save(mut self, transaction: &mut PgConnection) -> Result<(), sqlx::Error> {
        if self.0.is_empty() {
            return Ok(());
        }
        let (steps, models, providers, outcomes, classes) = self.keys();
        let found = sqlx::query(LOCK)
            .bind(&steps)
            .bind(&models)
            .bind(&providers)
            .bind(&outcomes)
            .bind(&classes)
            .fetch_all(&mut *transaction)
            .await?;
        for row in &found {
            let (model, provider): (String, String) = (row.try_get(1)?, row.try_get(2)?);
            let key = (row.try_get(0)?, model.into(), provider.into(), row.try_get(3)?, row.try_get(4)?);
            if let Some(totals) = self.0.get_mut(&key) {
                add_at(totals, row, 5)?;
            }
        }
        let mut query = sqlx::query(WRITE).bind(&steps).bind(&models).bind(&providers).bind(&outcomes).bind(&classes);
        for numbers in self.numbers() {
            query = query.bind(numbers);
        }
        let durations: Vec<_> = self.0.values().map(|totals| totals.duration.encode()).collect();
        let ttfts: Vec<_> = self.0.values().map(|totals| totals.ttft.encode()).collect();
        query.bind(durations).bind(ttfts).execute(transaction).await?;
        Ok(())
    }

    #[expect(clippy::type_complexity, reason = "the five columns of the key")]
    fn keys(&self) -> (Vec<i64>, Vec<String>, Vec<String>, Vec<i32>, Vec<i32>) {
        let mut keys = (vec![], vec![], vec![], vec![], vec![]);
        for (step, model, provider, outcome, class) in self.0.keys() {
            keys.0.push(*step);
            keys.1.push(model.clone().into_owned());
            keys.2.push(provider.clone().into_owned());
            keys.3.push(*outcome);
            keys.4.push(*class);
        }
        keys
    }

    /// The numbers before the histograms, in the order of [`SUMS`].
    fn numbers(&self) -> [Vec<i64>; 13] {
        let mut columns: [Vec<i64>; 13] = Default::default();
        for totals in self.0.values() {
            let u = &totals.usage;
            let numbers = [
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
            ];
            for (column, number) in columns.iter_mut().zip(numbers) {
                column.push(number);
            }
        }
        columns
    }
}

/// Adds the numbers of [`SUMS`] in the columns beginning at `first`, but not the histograms.
pub(super) fn add_numbers_at(totals: &mut Totals, row: &PgRow, first: usize) -> Result<(), sqlx::Error> {
    let number = |at: usize| row.try_get::<i64, _>(first + at).map(count);
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
    totals.cost_nano = totals.cost_nano.saturating_add(row.try_get(first + 12)?);
    Ok(())
}

/// Adds the sums in the columns beginning at `first`.
pub(super) fn add_at(totals: &mut Totals, row: &PgRow, first: usize) -> Result<(), sqlx::Error> {
    add_numbers_at(totals, row, first)?;
    let add = |histogram: &mut Histogram, at: usize| {
        let bytes: &[u8] = row.try_get(first + at)?;
        let damaged = || sqlx::Error::Decode("a histogram is damaged".into());
        histogram.add_encoded(bytes).ok_or_else(damaged)
    };
    add(&mut totals.duration, 13)?;
    add(&mut totals.ttft, 14)
}
