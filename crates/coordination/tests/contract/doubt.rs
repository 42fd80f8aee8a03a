//! When Redis may not have all that it was told: nobody takes what others hold.

use std::sync::Arc;
use std::time::{Duration, Instant};

use thinkwatch_coordination::redis::RedisOptions;
use thinkwatch_policy::limits::{Reserved, Unit};
use thinkwatch_policy::ports::Unavailable;
use thinkwatch_testkit::redis::Redis;

use crate::backends::Subject;
use crate::redis::{GENEROUS, Replica, hasty, replica, until_budgets};
use crate::rules::*;

/// What the ledgers of both have, of a budget of 100.
fn store() -> Vec<(thinkwatch_policy::limits::PurseKey, thinkwatch_policy::ids::ReplicaId, u64)> {
    vec![(purse("a", Unit::Usd), "one".into(), 1), (purse("a", Unit::Usd), "two".into(), 2)]
}

/// Two that have told what the ledger has, and budgets answer.
async fn both(server: &Redis, lease: Duration) -> (Replica, Replica) {
    let options = |name| RedisOptions { lease, ..hasty(server, name) };
    let (one, two) = (replica(options("one")).await, replica(options("two")).await);
    one.of.seed(store()).await.unwrap();
    two.of.seed(store()).await.unwrap();
    until_budgets(&one.of).await;
    until_budgets(&two.of).await;
    (one, two)
}

/// Tells what the ledger has whenever that is wanted.
async fn keeps_telling(of: Subject) {
    loop {
        of.wants_seed().await;
        of.seed(store()).await.ok();
        tokio::time::sleep(Duration::from_millis(20)).await;
    }
}

/// Asks for more than there is until it is refused for that; until then nobody may say anything but that he does not know.
async fn is_refused(of: &Subject, amount: u64) {
    let began = Instant::now();
    loop {
        match reserve(of, a_call(), START, vec![budget("a", amount, 100)]).await {
            Ok(Reserved::Taken { .. }) => panic!("what another replica holds was given away"),
            Ok(_) => return,
            Err(_) => assert!(began.elapsed() < GENEROUS, "the counters did not come back"),
        }
        tokio::time::sleep(Duration::from_millis(2)).await;
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_server_that_is_halted_for_longer_than_a_lease_gives_nothing_away() {
    let server = Redis::start().unwrap();
    let lease = Duration::from_secs(5);
    let (one, two) = both(&server, lease).await;
    reserve(&two.of, a_call(), START, vec![budget("a", 60, 100)]).await.unwrap();
    server.pause().unwrap();
    tokio::time::sleep(lease + Duration::from_secs(1)).await;
    server.resume().unwrap();
    tokio::select! {
        () = is_refused(&one.of, 40) => {}
        () = keeps_telling(Arc::clone(&one.of)) => {}
        () = keeps_telling(Arc::clone(&two.of)) => {}
    }
    assert_eq!(purse_of(&one.of, "a").await, (3, 60));
    one.task.stop(GENEROUS).await;
    two.task.stop(GENEROUS).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_server_that_comes_back_with_an_old_state_gives_nothing_away() {
    let mut server = Redis::start().unwrap();
    let (one, two) = both(&server, Duration::from_secs(20)).await;
    reserve(&two.of, a_call(), START, vec![budget("a", 30, 100)]).await.unwrap();
    server.save().unwrap();
    // This is not in what it keeps.
    reserve(&two.of, a_call(), START, vec![budget("a", 30, 100)]).await.unwrap();
    server.restart().unwrap();
    tokio::select! {
        () = is_refused(&one.of, 40) => {}
        () = keeps_telling(Arc::clone(&one.of)) => {}
        () = keeps_telling(Arc::clone(&two.of)) => {}
    }
    assert_eq!(purse_of(&one.of, "a").await, (3, 60));
    one.task.stop(GENEROUS).await;
    two.task.stop(GENEROUS).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_replica_that_only_the_ledger_knows_of_is_waited_for() {
    let mut server = Redis::start().unwrap();
    let options = |name| RedisOptions { lease: Duration::from_secs(3_600), ..hasty(&server, name) };
    // When they came in nothing had been spent, so nobody knows of the other.
    let (one, two) = (replica(options("one")).await, replica(options("two")).await);
    one.of.seed(Vec::new()).await.unwrap();
    two.of.seed(Vec::new()).await.unwrap();
    until_budgets(&one.of).await;
    until_budgets(&two.of).await;
    let again = options("two");
    two.task.stop(GENEROUS).await;
    server.restart().unwrap();
    let began = Instant::now();
    while one.of.seed(store()).await.is_err() {
        assert!(began.elapsed() < GENEROUS, "the counters did not come back");
        tokio::time::sleep(Duration::from_millis(20)).await;
    }
    assert!(!one.of.ready(), "the other may hold something");
    let refused = reserve(&one.of, a_call(), START, vec![budget("a", 1, 100)]).await;
    assert_eq!(refused, Err(Unavailable::Budgets));
    let two = replica(again).await;
    two.of.seed(store()).await.unwrap();
    until_budgets(&one.of).await;
    one.task.stop(GENEROUS).await;
    two.task.stop(GENEROUS).await;
}
