//! Where the suite runs.

use std::future::Future;
use std::sync::Arc;
use std::time::Duration;

use thinkwatch_coordination::InProcessCounters;
use thinkwatch_coordination::redis::{RedisCounters, RedisOptions, RedisTask, Server};
use thinkwatch_policy::ports::{Counters, SpentFeed};
use thinkwatch_testkit::redis::Redis;

/// Counters and what their ledger tells.
pub(crate) trait Backend: Counters + SpentFeed {}
impl<T: Counters + SpentFeed> Backend for T {}

/// What a check works on.
pub(crate) type Subject = Arc<dyn Backend>;

/// The replica of single checks.
pub(crate) const ME: &str = "rep_me";

/// How it is reached.
pub(crate) fn at(server: &Redis) -> Server {
    Server::at("127.0.0.1", server.port(), 0)
}

/// Any clock will do, and nobody is in a hurry: a loaded machine must not look like a dead server.
pub(crate) fn patient(server: &Redis, replica: &str) -> RedisOptions {
    let options = RedisOptions::new(at(server), replica.into());
    RedisOptions { time_limit: Duration::from_secs(20), max_skew: Duration::from_secs(10_000_000_000), ..options }
}

fn runtime() -> tokio::runtime::Runtime {
    tokio::runtime::Builder::new_multi_thread().worker_threads(2).enable_all().build().unwrap()
}

/// Runs one check in process.
pub(crate) fn in_process<F: Future<Output = ()>>(check: impl FnOnce(Subject) -> F) {
    runtime().block_on(check(Arc::new(InProcessCounters::new(ME.into()))));
}

/// Runs one check on an empty server and says whether it held.
pub(crate) fn on_redis<F: Future<Output = ()>>(server: &mut Redis, check: impl FnOnce(Subject) -> F) -> bool {
    server.restart().unwrap();
    let held = std::panic::catch_unwind(std::panic::AssertUnwindSafe(|| {
        runtime().block_on(async {
            let (counters, task): (RedisCounters, RedisTask) = RedisCounters::start(patient(server, ME)).await.unwrap();
            check(Arc::new(counters)).await;
            task.stop(Duration::from_secs(20)).await;
        });
    }));
    held.is_ok()
}

/// Makes a test per check in process, and one test of all checks on Redis.
macro_rules! on_both {
    ($($module:ident :: $check:ident,)*) => {
        mod in_process {
            $(mod $check {
                #[test]
                fn $module() {
                    crate::backends::in_process(crate::checks::$module::$check);
                }
            })*
        }

        #[test]
        fn redis_passes_every_check() {
            let mut server = thinkwatch_testkit::redis::Redis::start().unwrap();
            let mut failed: Vec<&str> = Vec::new();
            $(
                if !crate::backends::on_redis(&mut server, crate::checks::$module::$check) {
                    failed.push(concat!(stringify!($module), "::", stringify!($check)));
                }
            )*
            assert!(failed.is_empty(), "failed on Redis: {failed:?}");
        }
    };
}
pub(crate) use on_both;
