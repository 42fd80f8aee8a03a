//! Where the suite runs.

use std::future::Future;

use thinkwatch_store::{Backend, ConnectOptions, Store};
use thinkwatch_testkit::postgres::Postgres;

/// An empty database of one check.
pub(crate) struct Database {
    pub(crate) store: Store,
    pub(crate) options: ConnectOptions,
    _folder: Option<tempfile::TempDir>,
}

impl Database {
    async fn sqlite() -> Self {
        let folder = tempfile::tempdir().unwrap();
        let options = ConnectOptions::Sqlite { path: folder.path().join("store.db") };
        let store = Store::open(&options).await.unwrap();
        assert_eq!(store.backend(), Backend::Sqlite);
        Self { store, options, _folder: Some(folder) }
    }

    async fn postgres(server: &Postgres) -> Self {
        let url = server.create_database().unwrap();
        let options = ConnectOptions::Postgres { url, tls: None, max_connections: 8 };
        let store = Store::open(&options).await.unwrap();
        assert_eq!(store.backend(), Backend::Postgres);
        Self { store, options, _folder: None }
    }
}

fn runtime() -> tokio::runtime::Runtime {
    tokio::runtime::Builder::new_multi_thread().worker_threads(2).enable_all().build().unwrap()
}

/// Runs one check on SQLite.
pub(crate) fn on_sqlite<F: Future<Output = ()>>(check: impl FnOnce(Database) -> F) {
    runtime().block_on(async { check(Database::sqlite().await).await });
}

/// Runs one check on a database of its own and says whether it held.
pub(crate) fn on_postgres<F: Future<Output = ()>>(server: &Postgres, check: impl FnOnce(Database) -> F) -> bool {
    let held = std::panic::catch_unwind(std::panic::AssertUnwindSafe(|| {
        runtime().block_on(async {
            let database = Database::postgres(server).await;
            let store = database.store.clone();
            check(database).await;
            store.close().await;
        });
    }));
    held.is_ok()
}

/// Makes a test per check on SQLite, and one test of all checks on PostgreSQL: a server takes a second to make, and
/// tests may run in a process each.
macro_rules! on_both {
    ($($module:ident :: $check:ident,)*) => {
        mod sqlite {
            $(mod $check {
                #[test]
                fn $module() {
                    crate::backends::on_sqlite(crate::checks::$module::$check);
                }
            })*
        }

        #[test]
        fn postgres_passes_every_check() {
            let server = thinkwatch_testkit::postgres::Postgres::start().unwrap();
            let mut failed: Vec<&str> = Vec::new();
            $(
                if !crate::backends::on_postgres(&server, crate::checks::$module::$check) {
                    failed.push(concat!(stringify!($module), "::", stringify!($check)));
                }
            )*
            assert!(failed.is_empty(), "failed on PostgreSQL: {failed:?}");
        }
    };
}
pub(crate) use on_both;
