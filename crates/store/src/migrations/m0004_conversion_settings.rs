//! What an operator decides about conversion: whether a key's calls may lose something, and in which dialect a route's
//! provider is asked.

use sea_orm::{ConnectionTrait, DbErr};
use sea_orm_migration::{MigrationName, MigrationTrait, SchemaManager};

/// Adds the columns.
pub(crate) struct ConversionSettings;

impl MigrationName for ConversionSettings {
    fn name(&self) -> &str {
        "m0004_conversion_settings"
    }
}

#[async_trait::async_trait]
impl MigrationTrait for ConversionSettings {
    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        let db = manager.get_connection();
        db.execute_unprepared("ALTER TABLE api_keys ADD COLUMN strict_conversion BOOLEAN NOT NULL DEFAULT FALSE")
            .await?;
        db.execute_unprepared("ALTER TABLE routes ADD COLUMN dialect TEXT").await?;
        Ok(())
    }

    fn use_transaction(&self) -> Option<bool> {
        Some(true)
    }
}
