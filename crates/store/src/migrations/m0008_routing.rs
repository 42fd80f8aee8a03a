//! What models and routes say of routing for themselves, and the further names of models.

use sea_orm::{ConnectionTrait, DbErr};
use sea_orm_migration::{MigrationName, MigrationTrait, SchemaManager};

/// Adds the columns.
pub(crate) struct Routing;

impl MigrationName for Routing {
    fn name(&self) -> &str {
        "m0008_routing"
    }
}

#[async_trait::async_trait]
impl MigrationTrait for Routing {
    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        let db = manager.get_connection();
        for statement in SCHEMA {
            db.execute_unprepared(statement).await?;
        }
        Ok(())
    }

    fn use_transaction(&self) -> Option<bool> {
        Some(true)
    }
}

const SCHEMA: &[&str] = &[
    "ALTER TABLE models ADD COLUMN aliases TEXT NOT NULL DEFAULT '[]'",
    "ALTER TABLE models ADD COLUMN routing TEXT NOT NULL DEFAULT '{}'",
    "ALTER TABLE routes ADD COLUMN routing TEXT NOT NULL DEFAULT '{}'",
];
