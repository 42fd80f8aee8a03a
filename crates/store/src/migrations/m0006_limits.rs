//! Rate limits and budgets, what was spent per period, and what models weigh.

use sea_orm::{ConnectionTrait, DbErr};
use sea_orm_migration::{MigrationName, MigrationTrait, SchemaManager};

/// Adds the tables and columns.
pub(crate) struct Limits;

impl MigrationName for Limits {
    fn name(&self) -> &str {
        "m0006_limits"
    }
}

#[async_trait::async_trait]
impl MigrationTrait for Limits {
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
    "ALTER TABLE models ADD COLUMN token_weight_milli BIGINT NOT NULL DEFAULT 1000",
    "ALTER TABLE models ADD COLUMN max_output_tokens BIGINT",
    // A limit of calls at once has no window: an empty text and not NULL, which a unique index would take twice.
    r#"CREATE TABLE rate_limits (
        id TEXT NOT NULL PRIMARY KEY,
        subject_kind TEXT NOT NULL,
        subject_id TEXT NOT NULL,
        surface TEXT NOT NULL,
        metric TEXT NOT NULL,
        "window" TEXT NOT NULL,
        max BIGINT NOT NULL,
        version BIGINT NOT NULL,
        created_at_us BIGINT NOT NULL,
        updated_at_us BIGINT NOT NULL
    )"#,
    r#"CREATE UNIQUE INDEX rate_limits_of_subject ON rate_limits (subject_kind, subject_id, surface, metric, "window")"#,
    "CREATE TABLE budgets (
        id TEXT NOT NULL PRIMARY KEY,
        subject_kind TEXT NOT NULL,
        subject_id TEXT NOT NULL,
        period_kind TEXT NOT NULL,
        unit TEXT NOT NULL,
        max BIGINT NOT NULL,
        hard BOOLEAN NOT NULL,
        version BIGINT NOT NULL,
        created_at_us BIGINT NOT NULL,
        updated_at_us BIGINT NOT NULL
    )",
    "CREATE UNIQUE INDEX budgets_of_subject ON budgets (subject_kind, subject_id, period_kind, unit)",
    "CREATE TABLE limit_overrides (
        target_id TEXT NOT NULL PRIMARY KEY,
        max BIGINT NOT NULL,
        reason TEXT NOT NULL,
        user_id TEXT,
        user_email TEXT,
        created_at_us BIGINT NOT NULL,
        expires_at_us BIGINT NOT NULL
    )",
    "CREATE TABLE budget_resets (
        budget_id TEXT NOT NULL,
        period_start_us BIGINT NOT NULL,
        forgiven BIGINT NOT NULL,
        reset_at_us BIGINT NOT NULL,
        PRIMARY KEY (budget_id, period_start_us)
    )",
    "CREATE TABLE subject_spent (
        subject_kind TEXT NOT NULL,
        subject_id TEXT NOT NULL,
        period_kind TEXT NOT NULL,
        period_start_us BIGINT NOT NULL,
        replica TEXT NOT NULL,
        cost_nano BIGINT NOT NULL,
        tokens BIGINT NOT NULL,
        calls BIGINT NOT NULL,
        PRIMARY KEY (subject_kind, subject_id, period_kind, period_start_us, replica)
    )",
    // For dropping what is too old to be shown.
    "CREATE INDEX subject_spent_age ON subject_spent (period_start_us)",
    "CREATE TABLE budget_alerts (
        id TEXT NOT NULL PRIMARY KEY,
        budget_id TEXT NOT NULL,
        period_start_us BIGINT NOT NULL,
        threshold INTEGER NOT NULL,
        subject_kind TEXT NOT NULL,
        subject_id TEXT NOT NULL,
        period_kind TEXT NOT NULL,
        unit TEXT NOT NULL,
        used BIGINT NOT NULL,
        max BIGINT NOT NULL,
        raised_at_us BIGINT NOT NULL
    )",
    "CREATE UNIQUE INDEX budget_alerts_once ON budget_alerts (budget_id, period_start_us, threshold)",
    "CREATE INDEX budget_alerts_time ON budget_alerts (raised_at_us)",
    "INSERT INTO change_log (part, version) VALUES ('limits', 1)",
];
