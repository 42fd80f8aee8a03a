//! A place for the secrets of providers that need more than one: what signs calls to AWS.

use sea_orm::{ConnectionTrait, DbBackend, DbErr};
use sea_orm_migration::{MigrationName, MigrationTrait, SchemaManager};

/// Adds the column.
pub(crate) struct ProviderSecrets;

impl MigrationName for ProviderSecrets {
    fn name(&self) -> &str {
        "m0003_provider_secrets"
    }
}

#[async_trait::async_trait]
impl MigrationTrait for ProviderSecrets {
    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        let db = manager.get_connection();
        let blob = match db.get_database_backend() {
            DbBackend::Postgres => "BYTEA",
            _ => "BLOB",
        };
        db.execute_unprepared(&format!("ALTER TABLE providers ADD COLUMN secrets_encrypted {blob}")).await?;
        Ok(())
    }

    fn use_transaction(&self) -> Option<bool> {
        Some(true)
    }
}
