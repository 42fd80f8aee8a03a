//! For how long answers are kept to be given again: by model, and by key.

use sea_orm::{ConnectionTrait, DbErr};
use sea_orm_migration::{MigrationName, MigrationTrait, SchemaManager};

/// Adds the columns.
pub(crate) struct ResponseCache;

impl MigrationName for ResponseCache {
    fn name(&self) -> &str {
        "m0007_response_cache"
    }
}

#[async_trait::async_trait]
impl MigrationTrait for ResponseCache {
    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        let db = manager.get_connection();
        db.execute_unprepared("ALTER TABLE models ADD COLUMN cache_ttl_s BIGINT").await?;
        db.execute_unprepared("ALTER TABLE api_keys ADD COLUMN cache_ttl_s BIGINT").await?;
        Ok(())
    }

    fn use_transaction(&self) -> Option<bool> {
        Some(true)
    }
}
