//! Bringing the schema up to date before anything else may use the store.

use sea_orm::{ConnectionTrait, DatabaseConnection};
use sea_orm_migration::{MigrationTrait, MigratorTraitSelf};

use crate::error::StoreError;

#[path = "migrations/m0001_first_release.rs"]
mod m0001_first_release;

/// The migrations of this binary, oldest first. Never edit one that was released; add another.
pub(crate) fn released() -> Vec<Box<dyn MigrationTrait>> {
    vec![Box::new(m0001_first_release::FirstRelease)]
}

/// A list of migrations that is made anew each time it is asked for.
pub(crate) struct Migrations(pub(crate) fn() -> Vec<Box<dyn MigrationTrait>>);

impl MigratorTraitSelf for Migrations {
    fn migrations(&self) -> Vec<Box<dyn MigrationTrait>> {
        (self.0)()
    }
}

/// Applies what is missing, each migration in a transaction with its own mark. An error means: do not open the store.
pub(crate) async fn migrate(db: &DatabaseConnection, migrations: &Migrations) -> Result<(), StoreError> {
    let failed = |error: sea_orm::DbErr| match crate::error::from_db(error) {
        unavailable @ StoreError::Unavailable(_) => unavailable,
        other => StoreError::Migration(other.to_string()),
    };
    db.execute_unprepared("SELECT 1").await.map_err(crate::error::from_db)?;
    let known: Vec<String> = migrations.migrations().iter().map(|m| m.name().to_owned()).collect();
    for applied in migrations.get_migration_models(db).await.map_err(failed)? {
        if !known.contains(&applied.version) {
            return Err(StoreError::TooNew(applied.version));
        }
    }
    migrations.up(db, None).await.map_err(failed)
}
