//! Responses that calls can go on from: whose they are, which provider made them, and what the gateway keeps itself.

use sea_orm::{ConnectionTrait, DbBackend, DbErr};
use sea_orm_migration::{MigrationName, MigrationTrait, SchemaManager};

/// Adds the table.
pub(crate) struct Responses;

impl MigrationName for Responses {
    fn name(&self) -> &str {
        "m0005_responses"
    }
}

#[async_trait::async_trait]
impl MigrationTrait for Responses {
    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        let db = manager.get_connection();
        let blob = match db.get_database_backend() {
            DbBackend::Postgres => "BYTEA",
            _ => "BLOB",
        };
        for statement in SCHEMA {
            db.execute_unprepared(&statement.replace("{blob}", blob)).await?;
        }
        Ok(())
    }

    fn use_transaction(&self) -> Option<bool> {
        Some(true)
    }
}

const SCHEMA: &[&str] = &[
    "CREATE TABLE responses (
        user_id TEXT NOT NULL,
        id TEXT NOT NULL,
        provider_id TEXT NOT NULL,
        model TEXT NOT NULL,
        upstream_model TEXT NOT NULL,
        created_at_us BIGINT NOT NULL,
        expires_at_us BIGINT NOT NULL,
        bytes BIGINT NOT NULL,
        state_encrypted {blob},
        PRIMARY KEY (user_id, id)
    )",
    "CREATE INDEX responses_expiry ON responses (expires_at_us)",
    // Answers how much there is, and which are the oldest, without reading what they hold.
    "CREATE INDEX responses_oldest ON responses (created_at_us, bytes)",
];
