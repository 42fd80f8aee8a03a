//! Upstream providers. Their secrets arrive encrypted and leave encrypted.

use sea_orm::{ColumnTrait, ConnectionTrait, EntityTrait, PaginatorTrait, QueryFilter, QueryOrder};
use thinkwatch_policy::ids::ProviderId;

use crate::entity::provider::{Column, Entity, Model};
use crate::entity::{model, route};
use crate::error::{StoreError, unique};
use crate::inputs::{AuditEntry, ProviderPatch};
use crate::json::Json;
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

    /// Deletes a provider softly. Refused while a model has a route to it.
    pub async fn delete_provider(
        &self,
        id: &ProviderId,
        expected_version: Option<i64>,
        entry: &AuditEntry,
    ) -> Result<(), StoreError> {
        let txn = self.begin_change(entry, &[Part::Catalogue]).await?;
        let mut provider = live(&txn, id).await?;
        same_version("provider", provider.version, expected_version)?;
        let models = route::Entity::find().filter(route::Column::ProviderId.eq(id.as_str())).all(&txn).await?;
        let used = model::Entity::find()
            .filter(model::Column::Id.is_in(models.into_iter().map(|r| r.model_id)))
            .filter(model::Column::DeletedAtUs.is_null())
            .count(&txn)
            .await?;
        if used > 0 {
            return Err(StoreError::InUse { resource: "provider", used_by: "routes of models" });
        }
        provider.version += 1;
        provider.enabled = false;
        // A deleted provider needs its secrets no more.
        provider.credential_encrypted = None;
        provider.headers_encrypted = None;
        provider.deleted_at_us = Some(entry.timestamp_us);
        provider.updated_at_us = entry.timestamp_us;
        save(&txn, provider).await?;
        Ok(txn.commit().await?)
    }
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
