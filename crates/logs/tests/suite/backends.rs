//! Where the suite runs.

use std::future::Future;

use tempfile::TempDir;
use thinkwatch_logs::{EmbeddedLogs, LogStore, Options, PostgresLogs, PostgresOptions};
use thinkwatch_testkit::postgres::Postgres;

/// The home of a store that can be closed and opened again.
pub(crate) enum Place {
    Folder(TempDir),
    Database(String),
}

impl Place {
    pub(crate) async fn open(&self) -> Box<dyn LogStore> {
        match self {
            Self::Folder(folder) => Box::new(EmbeddedLogs::open(Options::new(folder.path().join("logs"))).unwrap()),
            Self::Database(url) => Box::new(PostgresLogs::open(&PostgresOptions::new(url)).await.unwrap()),
        }
    }
}

pub(crate) fn runtime() -> tokio::runtime::Runtime {
    tokio::runtime::Builder::new_multi_thread().worker_threads(2).enable_all().build().unwrap()
}

/// Runs one check on files.
pub(crate) fn on_files<F: Future<Output = ()>>(check: impl FnOnce(Place) -> F) {
    runtime().block_on(check(Place::Folder(TempDir::new().unwrap())));
}

/// Runs one check on a database of its own and says whether it held.
pub(crate) fn on_postgres<F: Future<Output = ()>>(server: &Postgres, check: impl FnOnce(Place) -> F) -> bool {
    let held = std::panic::catch_unwind(std::panic::AssertUnwindSafe(|| {
        runtime().block_on(check(Place::Database(server.create_database().unwrap())));
    }));
    held.is_ok()
}

/// Makes a test per check on files, and one test of all checks on PostgreSQL: a server takes a second to make, and tests
/// may run in a process each.
macro_rules! on_both {
    ($($check:ident,)*) => {
        mod files {
            $(#[test]
            fn $check() {
                crate::backends::on_files(crate::contract::$check);
            })*
        }

        #[test]
        fn postgres_passes_every_check() {
            let server = thinkwatch_testkit::postgres::Postgres::start().unwrap();
            let mut failed: Vec<&str> = Vec::new();
            $(
                if !crate::backends::on_postgres(&server, crate::contract::$check) {
                    failed.push(stringify!($check));
                }
            )*
            assert!(failed.is_empty(), "failed on PostgreSQL: {failed:?}");
        }
    };
}
pub(crate) use on_both;
