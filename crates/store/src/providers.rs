//! Upstream providers. Their secrets arrive encrypted and leave encrypted.

use sea_orm::{
    ColumnTrait, ConnectionTrait, DatabaseTransaction, EntityTrait, PaginatorTrait, QueryFilter, QueryOrder,
};
use thinkwatch_policy::ids::{AuditId, ProviderId};
use thinkwatch_policy::limits::SubjectKind;

use crate::audit;
use crate::entity::provider::{Column, Entity, Model};
use crate::entity::{model, route};
use crate::error::{StoreError, unique};
use crate::inputs::{AuditEntry, ProviderPatch, RoutesThere};
use crate::json::Json;
use crate::{limits, models};
use crate::store::{Part, Store, insert, save};

impl Store {
    /// Adds a provider.
    pub async fn create_provider(&self, provider: Model, entry: &AuditEntry) -> Result<(), StoreError> {
        let txn = self.begin_change(entry, &[Part::Catalogue]).await?;
        insert(&txn, provider).await.map_err(unique("provider", "name"))?;
        Ok(txn.commit().await?)
    }

    /// A provider that is not deleted.
    pub async fn get_provider(&self, id: &ProviderId) -> Result<Model, StoreError> {
        live(&self.pools.reader, id).await
    }

    /// All providers that are not deleted, by name.
    pub async fn list_providers(&self) -> Result<Vec<Model>, StoreError> {
        Ok(Entity::find()
            .filter(Column::DeletedAtUs.is_null())
            .order_by_asc(Column::Name)
            .all(&self.pools.reader)
            .await?)
    }

    /// Changes a provider, if it still has the version the caller saw.
    pub async fn update_provider(
        &self,
        id: &ProviderId,
        expected_version: Option<i64>,
        patch: ProviderPatch,
        entry: &AuditEntry,
    ) -> Result<Model, StoreError> {
        let txn = self.begin_change(entry, &[Part::Catalogue]).await?;
        let mut provider = live(&txn, id).await?;
        same_version("provider", provider.version, expected_version)?;
        apply(&mut provider, patch);
        provider.version += 1;
        provider.updated_at_us = entry.timestamp_us;
        save(&txn, provider.clone()).await.map_err(unique("provider", "name"))?;
        txn.commit().await?;
        Ok(provider)
    }

    /// Deletes a provider softly. `routes` says what becomes of the routes that lead to it.
    pub async fn delete_provider(
        &self,
        id: &ProviderId,
        expected_version: Option<i64>,
        routes: RoutesThere<'_>,
        entry: &AuditEntry,
    ) -> Result<(), StoreError> {
        let txn = self.begin_change(entry, &[Part::Catalogue]).await?;
        let mut provider = live(&txn, id).await?;
        same_version("provider", provider.version, expected_version)?;
        let there = route::Entity::find().filter(route::Column::ProviderId.eq(id.as_str())).all(&txn).await?;
        let models = model::Entity::find()
            .filter(model::Column::Id.is_in(there.into_iter().map(|route| route.model_id)))
            .filter(model::Column::DeletedAtUs.is_null())
            .order_by_asc(model::Column::ModelId)
            .all(&txn)
            .await?;
        match routes {
            RoutesThere::Refuse if !models.is_empty() => {
                return Err(StoreError::InUse { resource: "provider", used_by: "routes of models" });
            }
            RoutesThere::Refuse => (),
            RoutesThere::Remove { of_model, last_of_model } => {
                for model in models {
                    cut_off(&txn, id, model, of_model, last_of_model).await?;
                }
            }
        }
        provider.version += 1;
        provider.enabled = false;
        limits::forget(&txn, SubjectKind::Provider, &[id.as_str()]).await?;
        // A deleted provider needs its secrets no more.
        provider.credential_encrypted = None;
        provider.headers_encrypted = None;
        provider.secrets_encrypted = None;
        provider.deleted_at_us = Some(entry.timestamp_us);
        provider.updated_at_us = entry.timestamp_us;
        save(&txn, provider).await?;
        Ok(txn.commit().await?)
    }
}

/// Takes a model's routes to a provider away; a model that has no other is deleted. Either is told in the trail.
async fn cut_off(
    txn: &DatabaseTransaction,
    provider: &ProviderId,
    mut model: model::Model,
    of_model: &AuditEntry,
    last_of_model: &AuditEntry,
) -> Result<(), StoreError> {
    let its_routes = || route::Entity::find().filter(route::Column::ModelId.eq(model.id.as_str()));
    let others = its_routes().filter(route::Column::ProviderId.ne(provider.as_str())).count(txn).await?;
    let template = if others == 0 { last_of_model } else { of_model };
    if others == 0 {
        // As with any deleted model, its routes stay with it and lead nowhere.
        models::forget_limits(txn, &model).await?;
        model.enabled = false;
        model.deleted_at_us = Some(template.timestamp_us);
    } else {
        let gone = its_routes().filter(route::Column::ProviderId.eq(provider.as_str())).all(txn).await?;
        limits::forget(txn, SubjectKind::Route, &gone.into_iter().map(|row| row.id).collect::<Vec<_>>()).await?;
        route::Entity::delete_many()
            .filter(route::Column::ModelId.eq(model.id.as_str()))
            .filter(route::Column::ProviderId.eq(provider.as_str()))
            .exec(txn)
            .await?;
    }
    let entry = AuditEntry {
        id: AuditId::from(format!("{}_{}", template.id, model.id)),
        resource_id: Some(model.id.clone()),
        ..template.clone()
    };
    model.version += 1;
    model.updated_at_us = template.timestamp_us;
    save(txn, model).await?;
    audit::write(txn, &entry).await
}

pub(crate) async fn live<C: ConnectionTrait>(db: &C, id: &ProviderId) -> Result<Model, StoreError> {
    Entity::find_by_id(id.as_str())
        .filter(Column::DeletedAtUs.is_null())
        .one(db)
        .await?
        .ok_or(StoreError::NotFound("provider"))
}

/// What `If-Match` asks for.
pub(crate) fn same_version(resource: &'static str, version: i64, expected: Option<i64>) -> Result<(), StoreError> {
    match expected {
        Some(expected) if expected != version => Err(StoreError::VersionMismatch(resource)),
        _ => Ok(()),
    }
}

fn apply(provider: &mut Model, patch: ProviderPatch) {
    let ProviderPatch {
        name,
        display_name,
        provider_type,
        base_url,
        credential_encrypted,
        headers_encrypted,
        secrets_encrypted,
        config,
        allow_private_network,
        priority,
        enabled,
    } = patch;
    for (column, value) in [
        (&mut provider.name, name),
        (&mut provider.display_name, display_name),
        (&mut provider.provider_type, provider_type),
        (&mut provider.base_url, base_url),
    ] {
        if let Some(value) = value {
            *column = value;
        }
    }
    if let Some(credential) = credential_encrypted {
        provider.credential_encrypted = credential;
    }
    if let Some(headers) = headers_encrypted {
        provider.headers_encrypted = headers;
    }
    if let Some(secrets) = secrets_encrypted {
        provider.secrets_encrypted = secrets;
    }
    if let Some(config) = config {
        provider.config = Json(config);
    }
    if let Some(allow) = allow_private_network {
        provider.allow_private_network = allow;
    }
    if let Some(priority) = priority {
        provider.priority = priority;
    }
    if let Some(enabled) = enabled {
        provider.enabled = enabled;
    }
}
