//! Models and the routes that belong to them: edited together, replaced together.

use std::collections::HashMap;

use sea_orm::{ColumnTrait, ConnectionTrait, DatabaseTransaction, EntityTrait, QueryFilter, QueryOrder};
use thinkwatch_policy::ids::{ModelId, ProviderId};
use thinkwatch_policy::limits::SubjectKind;

use crate::entity::model::{Column, Entity, Model};
use crate::entity::route;
use crate::error::{StoreError, unique};
use crate::inputs::{AuditEntry, ModelPatch, ModelWithRoutes};
use crate::json::Json;
use crate::limits;
use crate::model_names;
use crate::providers::{self, same_version};
use crate::store::{Part, Store, insert, save};

impl Store {
    /// Adds a model with its routes.
    pub async fn create_model(
        &self,
        model: Model,
        routes: &[route::Model],
        entry: &AuditEntry,
    ) -> Result<(), StoreError> {
        let txn = self.begin_change(entry, &[Part::Catalogue]).await?;
        let id = model.id.clone();
        model_names::check(&txn, &model).await?;
        insert(&txn, model).await.map_err(unique("model", "model_id"))?;
        replace_routes(&txn, &id, routes).await?;
        Ok(txn.commit().await?)
    }

    /// A model that is not deleted.
    pub async fn get_model(&self, id: &ModelId) -> Result<ModelWithRoutes, StoreError> {
        let txn = self.begin_read().await?;
        let model = live(&txn, id).await?;
        let found = with_routes(&txn, vec![model]).await?.pop().ok_or(StoreError::NotFound("model"));
        txn.commit().await?;
        found
    }

    /// All models that are not deleted, by name.
    pub async fn list_models(&self) -> Result<Vec<ModelWithRoutes>, StoreError> {
        let txn = self.begin_read().await?;
        let models =
            Entity::find().filter(Column::DeletedAtUs.is_null()).order_by_asc(Column::ModelId).all(&txn).await?;
        let found = with_routes(&txn, models).await?;
        txn.commit().await?;
        Ok(found)
    }

    /// Changes a model and, when given, replaces all its routes, if it still has the version the caller saw.
    pub async fn update_model(
        &self,
        id: &ModelId,
        expected_version: Option<i64>,
        patch: ModelPatch,
        entry: &AuditEntry,
    ) -> Result<ModelWithRoutes, StoreError> {
        let txn = self.begin_change(entry, &[Part::Catalogue]).await?;
        let mut model = live(&txn, id).await?;
        same_version("model", model.version, expected_version)?;
        let name_before = model.model_id.clone();
        if let Some(name) = patch.model_id {
            model.model_id = name;
        }
        if let Some(name) = patch.display_name {
            model.display_name = name;
        }
        if let Some(enabled) = patch.enabled {
            model.enabled = enabled;
        }
        if let Some(weight) = patch.token_weight_milli {
            model.token_weight_milli = weight;
        }
        if let Some(most) = patch.max_output_tokens {
            model.max_output_tokens = most;
        }
        if let Some(ttl_s) = patch.cache_ttl_s {
            model.cache_ttl_s = ttl_s;
        }
        if let Some(aliases) = patch.aliases {
            model.aliases = Json(aliases);
        }
        if let Some(routing) = patch.routing {
            model.routing = Json(routing);
        }
        model.version += 1;
        model.updated_at_us = entry.timestamp_us;
        model_names::check(&txn, &model).await?;
        save(&txn, model.clone()).await.map_err(unique("model", "model_id"))?;
        if model.model_id != name_before {
            limits::rename(&txn, SubjectKind::Model, &name_before, &model.model_id).await?;
        }
        if let Some(routes) = patch.routes {
            replace_routes(&txn, &model.id, &routes).await?;
        }
        let changed = with_routes(&txn, vec![model]).await?.pop().ok_or(StoreError::NotFound("model"))?;
        txn.commit().await?;
        Ok(changed)
    }

    /// Deletes a model softly; its routes stay with it and lead nowhere.
    pub async fn delete_model(
        &self,
        id: &ModelId,
        expected_version: Option<i64>,
        entry: &AuditEntry,
    ) -> Result<(), StoreError> {
        let txn = self.begin_change(entry, &[Part::Catalogue]).await?;
        let mut model = live(&txn, id).await?;
        same_version("model", model.version, expected_version)?;
        model.version += 1;
        model.enabled = false;
        model.deleted_at_us = Some(entry.timestamp_us);
        model.updated_at_us = entry.timestamp_us;
        forget_limits(&txn, &model).await?;
        save(&txn, model).await?;
        Ok(txn.commit().await?)
    }
}

async fn live<C: ConnectionTrait>(db: &C, id: &ModelId) -> Result<Model, StoreError> {
    Entity::find_by_id(id.as_str())
        .filter(Column::DeletedAtUs.is_null())
        .one(db)
        .await?
        .ok_or(StoreError::NotFound("model"))
}

/// The limits of a model that is deleted, and of its routes, go with it.
pub(crate) async fn forget_limits(txn: &DatabaseTransaction, model: &Model) -> Result<(), StoreError> {
    limits::forget(txn, SubjectKind::Model, &[&model.model_id]).await?;
    let routes = route::Entity::find().filter(route::Column::ModelId.eq(model.id.as_str())).all(txn).await?;
    limits::forget(txn, SubjectKind::Route, &routes.into_iter().map(|row| row.id).collect::<Vec<_>>()).await
}

/// The routes' `model_id` is set here: a route can only be written as part of its model.
async fn replace_routes(txn: &DatabaseTransaction, model: &str, routes: &[route::Model]) -> Result<(), StoreError> {
    let there = route::Entity::find().filter(route::Column::ModelId.eq(model)).all(txn).await?;
    let gone = there.into_iter().map(|row| row.id).filter(|id| routes.iter().all(|route| route.id != *id));
    limits::forget(txn, SubjectKind::Route, &gone.collect::<Vec<_>>()).await?;
    route::Entity::delete_many().filter(route::Column::ModelId.eq(model)).exec(txn).await?;
    for row in routes {
        providers::live(txn, &ProviderId::from(row.provider_id.as_str())).await?;
        let row = route::Model { model_id: model.to_owned(), ..row.clone() };
        insert(txn, row).await.map_err(unique("route", "id"))?;
    }
    Ok(())
}

async fn with_routes(txn: &DatabaseTransaction, models: Vec<Model>) -> Result<Vec<ModelWithRoutes>, StoreError> {
    let mut query = route::Entity::find();
    if let [only] = models.as_slice() {
        query = query.filter(route::Column::ModelId.eq(only.id.as_str()));
    }
    let mut by_model: HashMap<String, Vec<route::Model>> = HashMap::new();
    for row in query.order_by_asc(route::Column::Priority).order_by_asc(route::Column::Id).all(txn).await? {
        by_model.entry(row.model_id.clone()).or_default().push(row);
    }
    Ok(models
        .into_iter()
        .map(|model| {
            let routes = by_model.remove(&model.id).unwrap_or_default();
            ModelWithRoutes { model, routes }
        })
        .collect())
}
