use std::sync::Arc;
use std::time::{Duration, Instant};

use thinkwatch_policy::catalogue::{Provider, ProviderKind::Openai};

use crate::{pools, provider};

fn version(hash: u64) -> Arc<Provider> {
    Arc::new(Provider { config_hash: hash, ..provider(Openai, "https://p.example") })
}

#[tokio::test]
async fn a_configuration_keeps_its_pool_across_snapshots() {
    let pools = pools();
    let first = pools.upstream_for(&version(1)).unwrap();
    assert!(Arc::ptr_eq(&first, &pools.upstream_for(&version(1)).unwrap()), "another snapshot, the same pool");
    assert!(!Arc::ptr_eq(&first, &pools.upstream_for(&version(2)).unwrap()), "an edit, another pool");
    let mut other = provider(Openai, "https://p.example");
    other.id = "prov_2".into();
    assert!(!Arc::ptr_eq(&first, &pools.upstream_for(&other).unwrap()), "the same hash of another provider");
    assert_eq!(pools.len(), 3);
}

#[tokio::test]
async fn a_configuration_that_is_gone_for_a_while_is_forgotten() {
    let pools = pools();
    let (old, new) = (version(1), version(2));
    let kept = pools.upstream_for(&old).unwrap();
    pools.upstream_for(&new).unwrap();
    let start = Instant::now();
    let minutes = |n: u64| start + Duration::from_secs(60 * n);
    pools.sweep([&new], minutes(0));
    pools.sweep([&new], minutes(4));
    assert_eq!(pools.len(), 2, "not yet: calls of the old snapshot may still look for it");
    pools.sweep([&old], minutes(4));
    pools.sweep([&new], minutes(6));
    assert_eq!(pools.len(), 2, "it came back in between, so the wait begins anew");
    pools.sweep([&new], minutes(11));
    assert_eq!(pools.len(), 1);
    assert!(!Arc::ptr_eq(&kept, &pools.upstream_for(&old).unwrap()));
    pools.sweep([], minutes(20));
    pools.sweep([], minutes(30));
    assert!(pools.is_empty());
}

#[test]
fn first_calls_at_once_share_one_pool() {
    let runtime = tokio::runtime::Builder::new_multi_thread().worker_threads(2).enable_all().build().unwrap();
    let _inside = runtime.enter();
    let (pools, barrier) = (pools(), std::sync::Barrier::new(4));
    let made: Vec<_> = std::thread::scope(|scope| {
        let one = || {
            barrier.wait();
            pools.upstream_for(&version(1)).unwrap()
        };
        let threads: Vec<_> = (0..4).map(|_| scope.spawn(one)).collect();
        threads.into_iter().map(|t| t.join().unwrap()).collect()
    });
    assert!(made.iter().all(|u| Arc::ptr_eq(u, &made[0])));
    assert_eq!(pools.len(), 1);
}
