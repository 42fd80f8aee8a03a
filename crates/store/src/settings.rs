//! Settings that were changed in the console.

use std::collections::BTreeMap;

use sea_orm::sea_query::OnConflict;
use sea_orm::{EntityTrait, IntoActiveModel};

use crate::entity::setting::{Column, Entity, Model};
use crate::error::StoreError;
use crate::inputs::AuditEntry;
use crate::load::version_of;
use crate::store::{Part, Store};

/// The settings that are kept.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct SettingRows {
    /// Of the part.
    pub version: i64,
    /// Values as text, by name. The name of the installation is among them.
    pub values: BTreeMap<String, String>,
}

impl Store {
    /// All settings that are kept, as text by their names.
    pub async fn load_settings(&self) -> Result<SettingRows, StoreError> {
        let txn = self.begin_read().await?;
        let version = version_of(&txn, Part::Settings).await?;
        let rows = Entity::find().all(&txn).await?;
        txn.commit().await?;
        Ok(SettingRows { version, values: rows.into_iter().map(|row| (row.name, row.value)).collect() })
    }

    /// Keeps values, or forgets them (`None`). All or none; refused when `seen` is not the version that is there.
    pub async fn change_settings(
        &self,
        changes: &BTreeMap<String, Option<String>>,
        seen: Option<i64>,
        entry: &AuditEntry,
    ) -> Result<(), StoreError> {
        let txn = self.begin_change(entry, &[Part::Settings]).await?;
        // The change has counted itself already.
        let before = version_of(&txn, Part::Settings).await? - 1;
        if seen.is_some_and(|seen| seen != before) {
            return Err(StoreError::VersionMismatch("settings"));
        }
        for (name, value) in changes {
            let Some(value) = value else {
                Entity::delete_by_id(name.as_str()).exec(&txn).await?;
                continue;
            };
            let row = Model { name: name.clone(), value: value.clone(), updated_at_us: entry.timestamp_us };
            let mut replace = OnConflict::column(Column::Name);
            replace.update_columns([Column::Value, Column::UpdatedAtUs]);
            Entity::insert(row.into_active_model()).on_conflict(replace).exec_without_returning(&txn).await?;
        }
        Ok(txn.commit().await?)
    }
}
