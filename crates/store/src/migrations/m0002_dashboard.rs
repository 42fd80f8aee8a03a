//! Indexes from which the dashboard is answered without reading the wide rows of the ledger.
//!
//! They begin with the hour, so that new rows are added at one end of them.

use sea_orm::{ConnectionTrait, DbErr};
use sea_orm_migration::{MigrationName, MigrationTrait, SchemaManager};

/// Adds the indexes.
pub(crate) struct Dashboard;

impl MigrationName for Dashboard {
    fn name(&self) -> &str {
        "m0002_dashboard"
    }
}

#[async_trait::async_trait]
impl MigrationTrait for Dashboard {
    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        let columns = "hour_us, user_id, key_lineage_id, calls, cost_nano";
        let statement = format!("CREATE INDEX usage_hourly_callers ON usage_hourly ({columns})");
        manager.get_connection().execute_unprepared(&statement).await?;
        Ok(())
    }

    fn use_transaction(&self) -> Option<bool> {
        Some(true)
    }
}
