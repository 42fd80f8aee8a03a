//! Bringing the schema up to date before anything else may use the store.

use sea_orm::{ConnectionTrait, DatabaseConnection};
use sea_orm_migration::{MigrationTrait, MigratorTraitSelf};

use crate::error::StoreError;

#[path = "migrations/m0001_first_release.rs"]
mod m0001_first_release;
#[path = "migrations/m0002_dashboard.rs"]
mod m0002_dashboard;
#[path = "migrations/m0003_provider_secrets.rs"]
mod m0003_provider_secrets;
#[path = "migrations/m0004_conversion_settings.rs"]
mod m0004_conversion_settings;
#[path = "migrations/m0005_responses.rs"]
mod m0005_responses;
#[path = "migrations/m0006_limits.rs"]
mod m0006_limits;
#[path = "migrations/m0007_response_cache.rs"]
mod m0007_response_cache;
#[path = "migrations/m0008_routing.rs"]
mod m0008_routing;

/// The migrations of this binary, oldest first. Never edit one that was released; add another.
pub(crate) fn released() -> Vec<Box<dyn MigrationTrait>> {
    vec![
        Box::new(m0001_first_release::FirstRelease),
        Box::new(m0002_dashboard::Dashboard),
        Box::new(m0003_provider_secrets::ProviderSecrets),
        Box::new(m0004_conversion_settings::ConversionSettings),
        Box::new(m0005_responses::Responses),
        Box::new(m0006_limits::Limits),
        Box::new(m0007_response_cache::ResponseCache),
        Box::new(m0008_routing::Routing),
    ]
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

#[cfg(test)]
mod tests {
    use sea_orm::{ConnectionTrait, DbErr, Statement};
    use sea_orm_migration::{MigrationName, MigrationTrait, SchemaManager};
    use thinkwatch_testkit::postgres::Postgres;

    use super::{Migrations, released};
    use crate::{ConnectOptions, Store, StoreError};

    /// A second migration that adds a table and a column, then fails or not.
    struct Second {
        fails: bool,
    }

    impl MigrationName for Second {
        fn name(&self) -> &str {
            "m9999_second"
        }
    }

    #[async_trait::async_trait]
    impl MigrationTrait for Second {
        async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
            let db = manager.get_connection();
            db.execute_unprepared("CREATE TABLE later (id TEXT NOT NULL PRIMARY KEY)").await?;
            db.execute_unprepared("ALTER TABLE users ADD COLUMN later TEXT").await?;
            if self.fails {
                db.execute_unprepared("INSERT INTO no_such_table VALUES (1)").await?;
            }
            Ok(())
        }

        fn use_transaction(&self) -> Option<bool> {
            Some(true)
        }
    }

    fn with(second: Second) -> Vec<Box<dyn MigrationTrait>> {
        let mut all = released();
        all.push(Box::new(second));
        all
    }

    async fn has_later(store: &Store) -> bool {
        let asked = Statement::from_string(store.pools.reader.get_database_backend(), "SELECT count(later) FROM users");
        store.pools.reader.query_one_raw(asked).await.is_ok()
    }

    /// From nothing to the first release with data in it, through a failure, to the second, and not back.
    async fn upgrade(options: &ConnectOptions) {
        let first = Store::open(options).await.unwrap();
        first.put_secret_if_absent("kept", b"value", 1).await.unwrap();
        assert!(!has_later(&first).await);
        first.close().await;

        let failed = Store::open_with(options, &Migrations(|| with(Second { fails: true }))).await;
        assert!(matches!(&failed, Err(StoreError::Migration(why)) if why.contains("no_such_table")), "{failed:?}");
        // Nothing of the failed one is left, and the old version still runs.
        let first = Store::open(options).await.unwrap();
        assert!(!has_later(&first).await);
        first.close().await;

        for _ in 0..2 {
            let second = Store::open_with(options, &Migrations(|| with(Second { fails: false }))).await.unwrap();
            assert!(has_later(&second).await);
            assert_eq!(second.get_secret("kept").await.unwrap().as_deref(), Some(b"value".as_slice()));
            second.close().await;
        }
        let back = Store::open(options).await;
        assert!(matches!(&back, Err(StoreError::TooNew(name)) if name == "m9999_second"), "{back:?}");
    }

    #[tokio::test]
    async fn sqlite_is_upgraded_or_left_alone() {
        let folder = tempfile::tempdir().unwrap();
        upgrade(&ConnectOptions::Sqlite { path: folder.path().join("store.db") }).await;
    }

    #[tokio::test(flavor = "multi_thread")]
    async fn postgres_is_upgraded_or_left_alone_even_by_many_at_once() {
        let server = Postgres::start().unwrap();
        let postgres = |url| ConnectOptions::Postgres { url, tls: None, max_connections: 2 };
        upgrade(&postgres(server.create_database().unwrap())).await;
        let empty = postgres(server.create_database().unwrap());
        let mut replicas = tokio::task::JoinSet::new();
        for _ in 0..5 {
            let options = empty.clone();
            replicas.spawn(async move { Store::open(&options).await.unwrap().close().await });
        }
        while let Some(done) = replicas.join_next().await {
            done.unwrap();
        }
    }

    #[tokio::test]
    async fn what_cannot_be_opened_says_why_without_the_password() {
        let folder = tempfile::tempdir().unwrap();
        let garbage = folder.path().join("garbage.db");
        std::fs::write(&garbage, vec![b'x'; 10_000]).unwrap();
        for options in [
            ConnectOptions::Sqlite { path: folder.path().join("no/such/folder/store.db") },
            ConnectOptions::Sqlite { path: garbage },
            ConnectOptions::Postgres {
                url: "postgres://me:hunter2@127.0.0.1:1/x".to_owned(),
                tls: None,
                max_connections: 2,
            },
            ConnectOptions::Postgres { url: "postgres://me:hunter2@[::/x".to_owned(), tls: None, max_connections: 2 },
            ConnectOptions::Postgres {
                url: "mysql://me:hunter2@localhost/x".to_owned(),
                tls: None,
                max_connections: 2,
            },
        ] {
            let error = Store::open(&options).await.unwrap_err();
            assert!(matches!(error, StoreError::Unavailable(_) | StoreError::BadOptions(_)), "{options:?}: {error}");
            let text = format!("{error} {error:?} {options:?}");
            assert!(!text.contains("hunter2"), "{text}");
        }
    }
}
