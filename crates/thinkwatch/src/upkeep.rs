//! Small periodic work of the process itself.

use std::sync::Arc;
use std::time::{Duration, Instant, SystemTime};

use thinkwatch_gateway::{Readiness, Standings};
use thinkwatch_policy::ports::SpentFeed;
use thinkwatch_policy::snapshot::SnapshotHandle;
use thinkwatch_store::Store;
use thinkwatch_upstream::Pools;

/// Forgets connection pools of providers, and the standing of routes, that are gone.
pub(crate) async fn sweep_pools(pools: Arc<Pools>, standings: Arc<Standings>, snapshot: Arc<SnapshotHandle>) {
    loop {
        tokio::time::sleep(Duration::from_secs(60)).await;
        let catalogue = snapshot.catalogue.load();
        pools.sweep(&catalogue.providers, Instant::now());
        let live = catalogue.route_ids();
        standings.sweep(|route| live.contains(route));
    }
}

/// Renews the machine's AWS credentials before they end.
pub(crate) async fn tend_credentials(pools: Arc<Pools>) {
    loop {
        tokio::time::sleep(Duration::from_secs(5)).await;
        pools.tend_credentials(SystemTime::now()).await;
    }
}

/// Lets the readiness probe say yes once budgets, where there are any, answer: calls under one would be refused until the
/// ledger has read what the last process left. When that takes long, calls without budgets should not have to wait for it.
pub(crate) async fn say_loaded(spent: Arc<dyn SpentFeed>, snapshot: Arc<SnapshotHandle>, readiness: Arc<Readiness>) {
    const PATIENCE: Duration = Duration::from_secs(5);
    let began = Instant::now();
    let has_budgets = || snapshot.limits.load().budgets().next().is_some();
    while has_budgets() && !spent.ready() && began.elapsed() < PATIENCE {
        tokio::time::sleep(Duration::from_millis(10)).await;
    }
    readiness.set_loaded();
}

/// Keeps the readiness probe informed about the store.
pub(crate) async fn watch_store(store: Arc<Store>, readiness: Arc<Readiness>) {
    loop {
        readiness.set_store_down(store.ping().await.is_err());
        tokio::time::sleep(Duration::from_secs(5)).await;
    }
}

/// Keeps the runtime's next wake-up near. A timer that is set for earlier than that costs a system call, and each
/// request sets some that are far away: with this they never are the earliest.
pub(crate) async fn tick() {
    let mut ticks = tokio::time::interval(Duration::from_millis(200));
    loop {
        ticks.tick().await;
    }
}

/// Lets the allocator give freed memory back. It does so only when something large is freed a while later, which in an
/// idle gateway never happens: without this, one sign-in (19 MiB for the password) would stay resident for good.
pub(crate) async fn give_memory_back() {
    loop {
        tokio::time::sleep(Duration::from_secs(2)).await;
        // Never touched, so it costs no page.
        drop(std::hint::black_box(Vec::<u8>::with_capacity(4 << 20)));
    }
}
