//! The first run: everything at once, and once only.

use sea_orm::{ColumnTrait, EntityTrait, PaginatorTrait, QueryFilter};
use thinkwatch_policy::principal::Role;

use crate::entity::{secret, setting};
use crate::error::{StoreError, unique};
use crate::inputs::{AuditEntry, Initialisation, RoleGrant};
use crate::keys::add_key;
use crate::store::{Part, Store, insert};
use crate::users::add_user;

/// The row that says that the installation is initialised: the primary key makes one winner.
const MARKER: &str = "initialised";
/// The setting that setting up writes.
const SITE_NAME: &str = "site_name";

impl Store {
    /// Whether somebody has set up this installation.
    pub async fn is_initialised(&self) -> Result<bool, StoreError> {
        let marker = secret::Entity::find().filter(secret::Column::Name.eq(MARKER));
        Ok(marker.count(&self.pools.reader).await? > 0)
    }

    /// Writes the first admin and, if given, site name, provider and key. Of any number of callers exactly one wins.
    pub async fn initialise(&self, first: Initialisation, entry: &AuditEntry) -> Result<(), StoreError> {
        let txn = self.begin_change(entry, &[Part::Principals, Part::Catalogue, Part::Settings]).await?;
        let now = entry.timestamp_us;
        let marker = secret::Model { name: MARKER.to_owned(), value: b"1".to_vec(), created_at_us: now };
        insert(&txn, marker).await.map_err(|error| match unique("installation", "marker")(error) {
            StoreError::Conflict { .. } => StoreError::AlreadyInitialised,
            other => other,
        })?;
        add_user(&txn, first.admin, &[RoleGrant { role: Role::SuperAdmin, team: None }]).await?;
        if let Some(value) = first.site_name {
            insert(&txn, setting::Model { name: SITE_NAME.to_owned(), value, updated_at_us: now }).await?;
        }
        if let Some(provider) = first.provider {
            insert(&txn, provider).await.map_err(unique("provider", "name"))?;
        }
        if let Some(key) = first.key {
            add_key(&txn, key).await?;
        }
        Ok(txn.commit().await?)
    }

    /// The name given when setting up.
    pub async fn site_name(&self) -> Result<Option<String>, StoreError> {
        Ok(setting::Entity::find_by_id(SITE_NAME).one(&self.pools.reader).await?.map(|row| row.value))
    }
}
