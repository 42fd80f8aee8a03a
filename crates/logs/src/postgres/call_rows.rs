//! Writing calls: a batch is one transaction of a few statements, however many rows it has.

use std::collections::{BTreeMap, BTreeSet, HashSet};

use sqlx::postgres::PgPool;
use thinkwatch_records::{CallRecord, Tag};

use crate::histogram::Histogram;
use crate::kind::LogKind;
use crate::port::{Appended, LogError};

use super::call_columns::{self, TEXTS, kept, split, stored};
use super::connect::failed;
use super::partitions::Partitions;
use super::rollups::Rollups;

/// The columns of a batch, each an array.
#[derive(Default)]
struct Columns {
    ids: Vec<Vec<u8>>,
    timestamps: Vec<i64>,
    texts: [Vec<String>; TEXTS.len()],
    tags: Vec<Option<String>>,
    status_codes: Vec<i32>,
    outcomes: Vec<i32>,
    flags: [Vec<bool>; 3],
    /// Tokens by class, then cost, duration, time to first token.
    numbers: [Vec<i64>; 12],
    buckets: [Vec<i16>; 2],
    records: Vec<Vec<u8>>,
}

impl Columns {
    fn push(&mut self, call: &CallRecord) {
        self.ids.push(call.request_id().0.to_be_bytes().to_vec());
        self.timestamps.push(call.timestamp);
        let (texts, record) = split(call);
        for (column, text) in self.texts.iter_mut().zip(texts) {
            column.push(text);
        }
        self.records.push(record);
        self.tags.push(tags_json(&call.tags));
        self.status_codes.push(i32::try_from(call.status_code).unwrap_or(i32::MAX));
        self.outcomes.push(call.outcome);
        for (column, flag) in self.flags.iter_mut().zip([call.stream, call.usage_estimated, call.cache_hit]) {
            column.push(flag);
        }
        let usage = call.tokens();
        let numbers = [
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
        ];
        for (column, number) in self.numbers.iter_mut().zip(numbers) {
            column.push(number);
        }
        for (column, time) in self.buckets.iter_mut().zip([call.duration_us, call.ttft_us]) {
            column.push(Histogram::bucket_of(time).into());
        }
    }
}

/// Tags as PostgreSQL can look into them; `None` when there are none. Read back they are from `record`.
fn tags_json(tags: &[Tag]) -> Option<String> {
    if tags.is_empty() {
        return None;
    }
    let shown = |tag: &Tag| serde_json::json!({ "name": kept(&tag.name), "value": kept(&tag.value) });
    Some(serde_json::Value::from(tags.iter().map(shown).collect::<Vec<_>>()).to_string())
}

/// Rows of ids that are there already are left alone, and are not told. They are inserted in the order of their ids, so that
/// two batches with the same rows cannot wait for each other in a circle.
const INSERT: &str = "
INSERT INTO gateway_logs (id, timestamp, user_id, user_email, key_id, key_lineage_id, team_id, cost_center, client,
  session_id, client_trace_id, model, provider, error_class, tags, status_code, outcome, stream, usage_estimated,
  cache_hit, input_tokens, cache_read_tokens, cache_write_5m_tokens, cache_write_1h_tokens, output_tokens,
  reasoning_tokens, audio_input_tokens, audio_output_tokens, image_units, cost_nano, duration_us, ttft_us,
  duration_bucket, ttft_bucket, record)
SELECT a, b, c, d, e, f, g, h, i, j, k, l, m, n, o::JSONB, p, q, r, s, t, u, v, w, x, y, z, aa, ab, ac, ad, ae, af, ag,
  ah, ai
FROM UNNEST($1::BYTEA[], $2::BIGINT[], $3::TEXT[], $4::TEXT[], $5::TEXT[], $6::TEXT[], $7::TEXT[], $8::TEXT[],
  $9::TEXT[], $10::TEXT[], $11::TEXT[], $12::TEXT[], $13::TEXT[], $14::TEXT[], $15::TEXT[], $16::INTEGER[],
  $17::INTEGER[], $18::BOOLEAN[], $19::BOOLEAN[], $20::BOOLEAN[], $21::BIGINT[], $22::BIGINT[], $23::BIGINT[],
  $24::BIGINT[], $25::BIGINT[], $26::BIGINT[], $27::BIGINT[], $28::BIGINT[], $29::BIGINT[], $30::BIGINT[],
  $31::BIGINT[], $32::BIGINT[], $33::SMALLINT[], $34::SMALLINT[], $35::BYTEA[])
  AS row (a, b, c, d, e, f, g, h, i, j, k, l, m, n, o, p, q, r, s, t, u, v, w, x, y, z, aa, ab, ac, ad, ae, af, ag, ah, ai)
ORDER BY a
ON CONFLICT DO NOTHING RETURNING id";

pub(super) async fn append(pool: &PgPool, partitions: &Partitions, calls: &[CallRecord]) -> Result<Appended, LogError> {
    let mut appended = Appended::default();
    let (mut days, mut rows) = (BTreeSet::new(), BTreeMap::new());
    for call in calls {
        let id = call.request_id().0;
        match partitions.day_of(LogKind::Gateway, id) {
            Some(day) => {
                days.insert(day);
                // The first of a batch counts, as it would if they came one after the other.
                rows.entry(id).or_insert(call);
                appended.repeated += 1;
            }
            None => appended.expired += 1,
        }
    }
    if rows.is_empty() {
        return if pool.is_closed() { Err(LogError::Closed) } else { Ok(appended) };
    }
    partitions.make(pool, LogKind::Gateway, &days).await?;
    let inserted = insert(pool, &rows).await.map_err(|error| {
        partitions.forget();
        failed("gateway_logs")(error)
    })?;
    appended.inserted = inserted;
    appended.repeated -= inserted;
    Ok(appended)
}

async fn insert(pool: &PgPool, rows: &BTreeMap<u128, &CallRecord>) -> Result<u64, sqlx::Error> {
    let mut columns = Columns::default();
    for call in rows.values() {
        columns.push(call);
    }
    let mut transaction = pool.begin().await?;
    let mut query = sqlx::query(INSERT).bind(columns.ids).bind(columns.timestamps);
    for texts in columns.texts {
        query = query.bind(texts);
    }
    query = query.bind(columns.tags).bind(columns.status_codes).bind(columns.outcomes);
    for flags in columns.flags {
        query = query.bind(flags);
    }
    for numbers in columns.numbers {
        query = query.bind(numbers);
    }
    for buckets in columns.buckets {
        query = query.bind(buckets);
    }
    let inserted = query.bind(columns.records).fetch_all(&mut *transaction).await?;
    let mut new = HashSet::with_capacity(inserted.len());
    for row in &inserted {
        new.insert(call_columns::id(row, 0)?);
    }
    let mut rollups = Rollups::default();
    for (_, call) in rows.iter().filter(|(id, _)| new.contains(id)) {
        rollups.count(call);
    }
    rollups.save(&mut transaction).await?;
    transaction.commit().await?;
    Ok(inserted.len() as u64)
}
