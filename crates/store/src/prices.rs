//! Prices: versions are only ever added, so that a past call can always be explained.

use std::collections::HashMap;

use sea_orm::{ColumnTrait, EntityTrait, IntoActiveModel, QueryFilter, QueryOrder};
use thinkwatch_policy::ids::ProviderId;

use crate::entity::price::{Column, Entity, Model};
use crate::error::{StoreError, unique};
use crate::inputs::{AuditEntry, PriceFilter};
use crate::providers;
use crate::store::{Part, Store, bump, insert, lock_trail};

/// Rows per statement: far below the number of bound values either database takes.
const ROWS: usize = 500;

impl Store {
    /// Adds a version of a price. An own entry needs its provider.
    pub async fn add_price(&self, price: Model, entry: &AuditEntry) -> Result<(), StoreError> {
        let txn = self.begin_change(entry, &[Part::Catalogue]).await?;
        if let Some(provider) = &price.provider_id {
            providers::live(&txn, &ProviderId::from(provider.as_str())).await?;
        }
        insert(&txn, price).await.map_err(unique("price", "effective_from"))?;
        Ok(txn.commit().await?)
    }

    /// Versions of prices, newest first within a model.
    pub async fn list_prices(&self, filter: &PriceFilter) -> Result<Vec<Model>, StoreError> {
        let mut query = Entity::find();
        if let Some(provider) = &filter.provider_id {
            query = query.filter(Column::ProviderId.eq(provider.as_str()));
        }
        if let Some(model) = &filter.upstream_model {
            query = query.filter(Column::UpstreamModel.eq(model.as_str()));
        }
        let rows = query
            .order_by_asc(Column::ProviderKind)
            .order_by_asc(Column::UpstreamModel)
            .order_by_desc(Column::EffectiveFromUs)
            .order_by_asc(Column::Id)
            .all(&self.pools.reader);
        Ok(rows.await?)
    }

    /// Takes over the bundled list: for each model whose newest listed price says something else, a new version. Says
    /// how many were new; with none nothing is written, so that importing at every start costs no version.
    pub async fn import_prices(&self, list: &[Model], entry: &AuditEntry) -> Result<u64, StoreError> {
        let txn = self.begin_write().await?;
        lock_trail(&txn).await?;
        let mut newest: HashMap<(String, String), Model> = HashMap::new();
        let listed = Entity::find().filter(Column::ProviderId.is_null());
        for row in listed.order_by_asc(Column::EffectiveFromUs).order_by_asc(Column::CreatedAtUs).all(&txn).await? {
            newest.insert((row.provider_kind.clone(), row.upstream_model.clone()), row);
        }
        let mut new = Vec::new();
        for row in list {
            let known = newest.insert((row.provider_kind.clone(), row.upstream_model.clone()), row.clone());
            let same = known.is_some_and(|k| k.rates == row.rates && k.tiers == row.tiers);
            if !same {
                new.push(Model { provider_id: None, ..row.clone() });
            }
        }
        if new.is_empty() {
            txn.rollback().await?;
            return Ok(0);
        }
        crate::audit::write(&txn, entry).await?;
        bump(&txn, &[Part::Catalogue]).await?;
        for rows in new.chunks(ROWS) {
            let rows = rows.iter().cloned().map(IntoActiveModel::into_active_model);
            Entity::insert_many(rows).exec_without_returning(&txn).await.map_err(unique("price", "id"))?;
        }
        txn.commit().await?;
        Ok(new.len() as u64)
    }
}
