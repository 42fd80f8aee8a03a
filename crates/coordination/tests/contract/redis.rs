//! What only Redis can go through: several replicas, and faults.

use std::sync::Arc;
use std::time::{Duration, Instant};

use thinkwatch_coordination::redis::{RedisCounters, RedisOptions, RedisTask, Server, check};
use thinkwatch_policy::limits::{Claim, Reserved, Unit, Used};
use thinkwatch_policy::ports::Unavailable;
use thinkwatch_testkit::redis::Redis;

use crate::backends::{Subject, at, patient};
use crate::rules::*;

/// Far more than anything here takes.
pub(crate) const GENEROUS: Duration = Duration::from_secs(60);

/// A replica, and the task that has to be stopped.
pub(crate) struct Replica {
    pub(crate) of: Subject,
    pub(crate) task: RedisTask,
}

pub(crate) async fn replica(options: RedisOptions) -> Replica {
    let (counters, task) = RedisCounters::start(options).await.unwrap();
    Replica { of: Arc::new(counters), task }
}

/// A replica in a hurry: faults must be noticed.
pub(crate) fn hasty(server: &Redis, name: &str) -> RedisOptions {
    RedisOptions { time_limit: Duration::from_secs(3), ..patient(server, name) }
}

/// Asks until the counters answer.
async fn when_up(of: &Subject, always: impl Fn() -> Vec<Claim>) -> Reserved {
    let began = Instant::now();
    loop {
        match reserve(of, a_call(), START, always()).await {
            Ok(answer) => return answer,
            Err(_) => assert!(began.elapsed() < GENEROUS, "the counters did not come back"),
        }
        tokio::time::sleep(Duration::from_millis(20)).await;
    }
}

/// Waits until a budget stands so.
async fn until(of: &Subject, id: &str, expected: (u64, u64)) {
    let began = Instant::now();
    loop {
        let standing = of.peek(vec![usd(id)], START).get().await;
        let is = standing.map(|all| (all[0].used, all[0].reserved));
        if is == Ok(expected) {
            return;
        }
        assert!(began.elapsed() < GENEROUS, "{is:?}, not {expected:?}");
        tokio::time::sleep(Duration::from_millis(20)).await;
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn two_replicas_never_spend_more_than_a_hard_budget() {
    let server = Redis::start().unwrap();
    let (one, two) = (replica(patient(&server, "one")).await, replica(patient(&server, "two")).await);
    let mut callers = tokio::task::JoinSet::new();
    for of in [&one.of, &two.of] {
        of.seed(Vec::new()).await.unwrap();
    }
    for of in [&one.of, &two.of] {
        until_budgets(of).await;
    }
    for n in 0..1_000u64 {
        let of = Arc::clone(if n % 2 == 0 { &one.of } else { &two.of });
        callers.spawn(async move {
            let call = a_call();
            let rules = vec![budget("team", 100, 10_000), requests("team", 600), budget("all", 100, 1_000_000)];
            let taken = matches!(reserve(&of, call, START, rules).await.unwrap(), Reserved::Taken { .. });
            let (spent, reserved) = purse_of(&of, "team").await;
            assert!(spent + reserved <= 10_000, "{spent} {reserved}");
            if taken && n % 3 == 0 {
                // What it did not need others may spend.
                of.settle(call, Used { tokens: 0, cost_nano: 50 }, START);
            }
            taken.then_some(if n % 3 == 0 { 50 } else { 100 })
        });
    }
    let (mut taken, mut holds) = (0, 0);
    while let Some(done) = callers.join_next().await {
        if let Some(amount) = done.unwrap() {
            taken += 1;
            holds += amount;
        }
    }
    assert!((100..=200).contains(&taken), "{taken}: as many as fit, and no more than would if all settled");
    until(&two.of, "team", (0, holds)).await;
    assert_eq!(purse_of(&one.of, "team").await, (0, holds), "exact over both");
    assert_eq!(used(&one.of, requests("team", 0).counter, START).await, taken);
    one.task.stop(GENEROUS).await;
    two.task.stop(GENEROUS).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn an_emptied_server_is_told_everything_again() {
    let mut server = Redis::start().unwrap();
    let one = replica(RedisOptions { lease: Duration::from_secs(5), ..hasty(&server, "one") }).await;
    let store = |spent| vec![(purse("a", Unit::Usd), "one".into(), spent), (purse("a", Unit::Usd), "gone".into(), 30)];
    one.of.seed(store(10)).await.unwrap();
    // The store knows of a replica that may be there: budgets wait for it, for no longer than a lease.
    until_budgets(&one.of).await;
    let (open, closed, passed) = (a_call(), a_call(), a_call());
    for call in [open, closed, passed] {
        reserve(&one.of, call, START, vec![budget("a", 20, 500), claim(gauge("a"), 1, 9)]).await.unwrap();
    }
    one.of.settle(closed, Used { tokens: 0, cost_nano: 5 }, START);
    until(&one.of, "a", (40, 45)).await;
    server.kill();
    // While it is away: one call ends, one reaches the ledger.
    let refused = reserve(&one.of, a_call(), START, vec![requests("a", 9)]).await;
    assert_eq!(refused, Err(Unavailable::All));
    one.of.settle(passed, Used { tokens: 0, cost_nano: 7 }, START);
    one.of.passed(&[passed], &[(purse("a", Unit::Usd), 17)]).await;
    server.restart().unwrap();
    assert!(matches!(when_up(&one.of, || vec![requests("b", 9)]).await, Reserved::Taken { .. }));
    // Rates answer, budgets not before the store was asked.
    one.of.wants_seed().await;
    let with_budget = reserve(&one.of, a_call(), START, vec![budget("a", 1, 500)]).await;
    assert_eq!(with_budget, Err(Unavailable::Budgets));
    one.of.seed(store(17)).await.unwrap();
    until_budgets(&one.of).await;
    assert_eq!(purse_of(&one.of, "a").await, (47, 25), "spent by both; one call on its way, one not in the ledger");
    assert_eq!(used(&one.of, gauge("a"), START).await, 1);
    one.of.passed(&[closed], &[(purse("a", Unit::Usd), 22)]).await;
    one.of.settle(open, Used::default(), START);
    assert_eq!(purse_of(&one.of, "a").await, (52, 0));
    one.task.stop(GENEROUS).await;
}

/// Waits until budgets answer.
pub(crate) async fn until_budgets(of: &Subject) {
    let began = Instant::now();
    while !of.ready() {
        assert!(began.elapsed() < GENEROUS, "budgets do not answer");
        tokio::time::sleep(Duration::from_millis(20)).await;
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_server_that_stops_in_the_middle_leaves_nothing_held() {
    let server = Redis::start().unwrap();
    let (one, two) = (replica(hasty(&server, "one")).await, replica(patient(&server, "two")).await);
    one.of.seed(Vec::new()).await.unwrap();
    two.of.seed(Vec::new()).await.unwrap();
    until_budgets(&one.of).await;
    until_budgets(&two.of).await;
    let kept = a_call();
    reserve(&one.of, kept, START, vec![budget("a", 20, 1_000)]).await.unwrap();
    server.pause().unwrap();
    // It is in the server's socket, and will be done when the server goes on. Whoever asked is told that it was not.
    let doubtful = reserve(&one.of, a_call(), START, vec![budget("a", 300, 1_000), claim(gauge("a"), 1, 9)]).await;
    assert_eq!(doubtful, Err(Unavailable::All));
    // From now on nobody waits.
    let asked = Arc::clone(&one.of);
    let many = tokio::time::timeout(GENEROUS, async move {
        for _ in 0..10_000 {
            let answer = reserve(&asked, a_call(), START, vec![requests("a", 9)]).await;
            assert_eq!(answer, Err(Unavailable::All));
        }
    });
    many.await.unwrap();
    server.resume().unwrap();
    assert!(matches!(when_up(&one.of, || vec![requests("b", 9)]).await, Reserved::Taken { .. }));
    until(&two.of, "a", (0, 20)).await;
    assert_eq!(used(&two.of, gauge("a"), START).await, 0);
    until_budgets(&one.of).await;
    one.of.settle(kept, Used { tokens: 0, cost_nano: 20 }, START);
    one.of.passed(&[kept], &[(purse("a", Unit::Usd), 20)]).await;
    until(&two.of, "a", (20, 0)).await;
    one.task.stop(GENEROUS).await;
    two.task.stop(GENEROUS).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_replica_that_is_gone_holds_nothing_after_its_lease() {
    let server = Redis::start().unwrap();
    let short = |name| RedisOptions { lease: Duration::from_secs(5), ..patient(&server, name) };
    let (one, two) = (replica(short("one")).await, replica(short("two")).await);
    one.of.seed(Vec::new()).await.unwrap();
    two.of.seed(Vec::new()).await.unwrap();
    until_budgets(&one.of).await;
    one.of.passed(&[], &[(purse("a", Unit::Usd), 7)]).await;
    reserve(&one.of, a_call(), START, vec![budget("a", 20, 1_000), claim(gauge("a"), 1, 9)]).await.unwrap();
    until(&two.of, "a", (7, 20)).await;
    assert_eq!(used(&two.of, gauge("a"), START).await, 1);
    one.task.stop(GENEROUS).await;
    until(&two.of, "a", (7, 0)).await;
    assert_eq!(used(&two.of, gauge("a"), START).await, 0);
    assert_eq!(reserve(&one.of, a_call(), START, vec![requests("a", 1)]).await, Err(Unavailable::All));
    two.task.stop(GENEROUS).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn an_emptied_server_waits_for_every_replica_it_had() {
    let server = Redis::start().unwrap();
    let mut server = server;
    let lease = Duration::from_secs(3_600);
    let (one, two) = (
        replica(RedisOptions { lease, ..hasty(&server, "one") }).await,
        replica(RedisOptions { lease, ..hasty(&server, "two") }).await,
    );
    one.of.seed(Vec::new()).await.unwrap();
    two.of.seed(Vec::new()).await.unwrap();
    until_budgets(&one.of).await;
    until_budgets(&two.of).await;
    server.restart().unwrap();
    // Both have spent by now, so the store has a row of each.
    let store = || vec![(purse("a", Unit::Usd), "one".into(), 1), (purse("a", Unit::Usd), "two".into(), 2)];
    let seeds = |of: Subject| async move {
        let began = Instant::now();
        when_up(&of, || vec![requests("b", 9_999)]).await;
        of.wants_seed().await;
        while of.seed(store()).await.is_err() {
            assert!(began.elapsed() < GENEROUS);
            tokio::time::sleep(Duration::from_millis(20)).await;
        }
    };
    // The leases are long, so only the other's word can open it.
    tokio::join!(seeds(Arc::clone(&one.of)), seeds(Arc::clone(&two.of)));
    until_budgets(&one.of).await;
    until_budgets(&two.of).await;
    assert_eq!(purse_of(&one.of, "a").await, (3, 0));
    one.task.stop(GENEROUS).await;
    two.task.stop(GENEROUS).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn who_stops_waiting_holds_nothing() {
    let server = Redis::start().unwrap();
    let one = replica(patient(&server, "one")).await;
    for _ in 0..20 {
        let asked = one.of.reserve(thinkwatch_policy::limits::Ask {
            call: a_call(),
            now_us: START,
            always: vec![claim(gauge("a"), 1, 1_000)],
            choices: vec![],
        });
        drop(asked);
    }
    assert_eq!(used(&one.of, gauge("a"), START).await, 0);
    one.task.stop(GENEROUS).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_replica_whose_clock_is_wrong_counts_within_a_second() {
    let server = Redis::start().unwrap();
    let options = |name| RedisOptions { max_skew: Duration::from_secs(1), ..patient(&server, name) };
    let (right, wrong) = (replica(options("right")).await, replica(options("wrong")).await);
    let now_us = || {
        let since = std::time::SystemTime::now().duration_since(std::time::UNIX_EPOCH).unwrap();
        i64::try_from(since.as_micros()).unwrap()
    };
    let rule = || {
        vec![claim(
            ring("a", thinkwatch_policy::limits::Metric::Requests, thinkwatch_policy::limits::Window::Week),
            1,
            3,
        )]
    };
    let hour = 3_600_000_000;
    for (of, off) in [(&right.of, 0), (&wrong.of, 1_000 * hour), (&wrong.of, -1_000 * hour)] {
        assert_eq!(refused_by(of, now_us() + off, rule()).await, None);
    }
    // Nothing was pushed out of the window, and nothing is outside it.
    assert!(refused_by(&right.of, now_us(), rule()).await.is_some());
    assert!(refused_by(&wrong.of, now_us() + 1_000 * hour, rule()).await.is_some());
    right.task.stop(GENEROUS).await;
    wrong.task.stop(GENEROUS).await;
}

#[tokio::test]
async fn a_server_tells_what_the_doctor_wants_to_know() {
    let server = Redis::start().unwrap();
    let report = check(&at(&server)).await.unwrap();
    assert!(report.primary && report.eviction.as_deref() == Some("noeviction"), "{report:?}");
    assert!(report.version.split('.').count() == 3, "{report:?}");
    let bad = check(&Server::default()).await.unwrap_err().to_string();
    assert!(bad.contains("not the address"), "{bad}");
}
