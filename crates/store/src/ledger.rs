//! The usage ledger: hourly sums, added to in batches that are applied exactly once.

use std::collections::BTreeMap;

use aws_lc_rs::digest;
use sea_orm::sea_query::{Expr, ExprTrait, OnConflict};
use sea_orm::{ColumnTrait, DatabaseTransaction, EntityTrait, IntoActiveModel, QueryFilter, QueryOrder, QuerySelect};
use thinkwatch_policy::ids::KeyId;

use crate::entity::consumer_cursor;
use crate::entity::usage_hourly::{Column, Entity, Model};
use crate::error::StoreError;
use crate::inputs::{Applied, SpoolCursor, UsageDelta, UsageDimensions, UsageSums};
use crate::json::Json;
use crate::keys;
use crate::spent::{self, Purse, Spent};
use crate::store::{Store, save};

/// Rows per statement: 29 values each, and SQLite takes 32,766.
const ROWS: usize = 500;

/// The columns that are added up.
pub(crate) const SUMS: [Column; 13] = [
    Column::Calls,
    Column::Input,
    Column::CacheRead,
    Column::CacheWrite5m,
    Column::CacheWrite1h,
    Column::Output,
    Column::Reasoning,
    Column::AudioIn,
    Column::AudioOut,
    Column::Images,
    Column::CostNano,
    Column::EstimatedCalls,
    Column::UnpricedCalls,
];

impl Store {
    /// Adds a batch to the ledger and moves the consumer's cursor in one transaction. A cursor that does not go
    /// forward means that the batch was applied before (the process died between commit and knowing): nothing is
    /// written. The consumer therefore may repeat any batch, and each record counts once. `spent` is what the batch adds to
    /// the purses of the cursor's writer: a replica is its spool.
    pub async fn apply_usage_batch(
        &self,
        consumer: &str,
        deltas: &[UsageDelta],
        spent: &[(Purse, Spent)],
        cursor: &SpoolCursor,
        key_last_used: &[(KeyId, i64)],
    ) -> Result<Applied, StoreError> {
        let rows = add_up(deltas);
        let txn = self.begin_write().await?;
        if !advance(&txn, consumer, cursor).await? {
            txn.rollback().await?;
            return Ok(Applied::AlreadyApplied);
        }
        for rows in rows.chunks(ROWS) {
            let mut adding = OnConflict::columns([Column::HourUs, Column::DimsHash]);
            for column in SUMS {
                adding.value(column, Expr::col((Entity, column)).add(Expr::col(("excluded", column))));
            }
            Entity::insert_many(rows.iter().cloned().map(IntoActiveModel::into_active_model))
                .on_conflict(adding)
                .exec_without_returning(&txn)
                .await?;
        }
        spent::add(&txn, &cursor.writer, spent).await?;
        keys::touch(&txn, key_last_used).await?;
        txn.commit().await?;
        Ok(Applied::Applied)
    }

    /// How far a consumer has come in one writer's spool.
    pub async fn cursor(&self, consumer: &str, writer: &str) -> Result<Option<SpoolCursor>, StoreError> {
        let row = consumer_cursor::Entity::find_by_id((consumer.to_owned(), writer.to_owned())).one(&self.pools.reader);
        Ok(row.await?.map(position))
    }

    /// How far a consumer has come in every writer's spool.
    pub async fn cursors(&self, consumer: &str) -> Result<Vec<SpoolCursor>, StoreError> {
        let rows = consumer_cursor::Entity::find()
            .filter(consumer_cursor::Column::Consumer.eq(consumer))
            .order_by_asc(consumer_cursor::Column::Writer)
            .all(&self.pools.reader);
        Ok(rows.await?.into_iter().map(position).collect())
    }
}

fn position(row: consumer_cursor::Model) -> SpoolCursor {
    SpoolCursor { writer: row.writer, segment: row.segment, offset: row.offset }
}

/// Moves the cursor under its row's lock; false when it was there or further before.
async fn advance(txn: &DatabaseTransaction, consumer: &str, to: &SpoolCursor) -> Result<bool, StoreError> {
    let id = (consumer.to_owned(), to.writer.clone());
    let found = || consumer_cursor::Entity::find_by_id(id.clone()).lock_exclusive().one(txn);
    let known = match found().await? {
        Some(known) => known,
        None => {
            // Two first batches may race (on PostgreSQL): the row is made before it is locked.
            let nowhere =
                consumer_cursor::Model { consumer: id.0.clone(), writer: id.1.clone(), segment: -1, offset: -1 };
            let columns = [consumer_cursor::Column::Consumer, consumer_cursor::Column::Writer];
            consumer_cursor::Entity::insert(nowhere.into_active_model())
                .on_conflict(OnConflict::columns(columns).do_nothing().to_owned())
                .exec_without_returning(txn)
                .await?;
            found().await?.ok_or(StoreError::Corrupt("cursor"))?
        }
    };
    if (to.segment, to.offset) <= (known.segment, known.offset) {
        return Ok(false);
    }
    save(txn, consumer_cursor::Model { segment: to.segment, offset: to.offset, ..known }).await?;
    Ok(true)
}

/// One row per hour and set of dimensions, in the order of the primary key: one statement may not meet the same row
/// twice, and two writers that meet several rows must meet them in the same order.
fn add_up(deltas: &[UsageDelta]) -> Vec<Model> {
    let mut by_dimensions: BTreeMap<&UsageDimensions, UsageSums> = BTreeMap::new();
    for delta in deltas {
        by_dimensions.entry(&delta.dimensions).or_default().add(&delta.sums);
    }
    let mut rows: Vec<Model> = by_dimensions.into_iter().map(|(dimensions, sums)| row(dimensions, &sums)).collect();
    rows.sort_by(|a, b| (a.hour_us, &a.dims_hash).cmp(&(b.hour_us, &b.dims_hash)));
    rows
}

impl UsageSums {
    /// Adds another's sums.
    pub const fn add(&mut self, other: &Self) {
        let Self {
            calls,
            input,
            cache_read,
            cache_write_5m,
            cache_write_1h,
            output,
            reasoning,
            audio_in,
            audio_out,
            images,
            cost_nano,
            estimated_calls,
            unpriced_calls,
        } = other;
        self.calls = self.calls.saturating_add(*calls);
        self.input = self.input.saturating_add(*input);
        self.cache_read = self.cache_read.saturating_add(*cache_read);
        self.cache_write_5m = self.cache_write_5m.saturating_add(*cache_write_5m);
        self.cache_write_1h = self.cache_write_1h.saturating_add(*cache_write_1h);
        self.output = self.output.saturating_add(*output);
        self.reasoning = self.reasoning.saturating_add(*reasoning);
        self.audio_in = self.audio_in.saturating_add(*audio_in);
        self.audio_out = self.audio_out.saturating_add(*audio_out);
        self.images = self.images.saturating_add(*images);
        self.cost_nano = self.cost_nano.saturating_add(*cost_nano);
        self.estimated_calls = self.estimated_calls.saturating_add(*estimated_calls);
        self.unpriced_calls = self.unpriced_calls.saturating_add(*unpriced_calls);
    }
}

fn row(of: &UsageDimensions, sums: &UsageSums) -> Model {
    let text = |id: Option<&str>| id.map(str::to_owned);
    Model {
        hour_us: of.hour_us,
        dims_hash: dims_hash(of),
        user_id: text(of.user_id.as_ref().map(AsRef::as_ref)),
        user_email: of.user_email.clone(),
        key_id: text(of.key_id.as_ref().map(AsRef::as_ref)),
        key_lineage_id: text(of.key_lineage_id.as_ref().map(AsRef::as_ref)),
        team_id: text(of.team_id.as_ref().map(AsRef::as_ref)),
        model: of.model.clone(),
        provider_id: text(of.provider_id.as_ref().map(AsRef::as_ref)),
        provider_name: of.provider_name.clone(),
        upstream_model: of.upstream_model.clone(),
        route_id: text(of.route_id.as_ref().map(AsRef::as_ref)),
        price_version: text(of.price_version.as_ref().map(AsRef::as_ref)),
        cost_center: of.cost_center.clone(),
        tags: Json(of.tags.clone()),
        outcome: of.outcome.clone(),
        calls: sums.calls,
        input: sums.input,
        cache_read: sums.cache_read,
        cache_write_5m: sums.cache_write_5m,
        cache_write_1h: sums.cache_write_1h,
        output: sums.output,
        reasoning: sums.reasoning,
        audio_in: sums.audio_in,
        audio_out: sums.audio_out,
        images: sums.images,
        cost_nano: sums.cost_nano,
        estimated_calls: sums.estimated_calls,
        unpriced_calls: sums.unpriced_calls,
    }
}

/// Names the dimensions (but for the hour) in sixteen bytes. Each part goes in with its length and none differs from
/// empty, so that no two sets of dimensions read the same. It is stored: changing it needs a migration.
fn dims_hash(of: &UsageDimensions) -> Vec<u8> {
    let mut context = digest::Context::new(&digest::SHA256);
    let mut add = |part: Option<&str>| match part {
        None => context.update(&u64::MAX.to_le_bytes()),
        Some(part) => {
            context.update(&(part.len() as u64).to_le_bytes());
            context.update(part.as_bytes());
        }
    };
    for part in [
        of.user_id.as_ref().map(AsRef::as_ref),
        of.user_email.as_deref(),
        of.key_id.as_ref().map(AsRef::as_ref),
        of.key_lineage_id.as_ref().map(AsRef::as_ref),
        of.team_id.as_ref().map(AsRef::as_ref),
        Some(of.model.as_str()),
        of.provider_id.as_ref().map(AsRef::as_ref),
        of.provider_name.as_deref(),
        of.upstream_model.as_deref(),
        of.route_id.as_ref().map(AsRef::as_ref),
        of.price_version.as_ref().map(AsRef::as_ref),
        of.cost_center.as_deref(),
        Some(of.outcome.as_str()),
    ] {
        add(part);
    }
    for (name, value) in &of.tags {
        add(Some(name));
        add(Some(value));
    }
    context.finish().as_ref().iter().copied().take(16).collect()
}
