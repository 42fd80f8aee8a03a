//! Calls that share a round: each is answered as if it had been alone, and what they leave is the same as in process.

use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Duration;

use proptest::prelude::*;
use proptest::test_runner::{Config, TestRunner};
use thinkwatch_coordination::InProcessCounters;
use thinkwatch_coordination::redis::{RedisCounters, RedisOptions};
use thinkwatch_policy::ids::RequestId;
use thinkwatch_policy::limits::{Ask, Claim, Counter, Metric, PurseKey, Unit, Used, Window};
use thinkwatch_policy::ports::{Answer, Counters as _, SpentFeed as _};
use thinkwatch_testkit::redis::Redis;

use crate::backends::{ME, patient};
use crate::redis::GENEROUS;
use crate::rules::*;

/// What one call asks for: when, after the group's time; and claims as which counter, amount, maximum.
#[derive(Clone, Debug)]
struct Call {
    after_us: i64,
    always: Vec<(usize, u64, u64)>,
    choices: Vec<Vec<(usize, u64, u64)>>,
}

/// Calls that ask at once, and which of the earlier ones have ended before them with what.
#[derive(Clone, Debug)]
struct Group {
    after_us: i64,
    ended: Vec<(prop::sample::Index, u64)>,
    passed: bool,
    calls: Vec<Call>,
}

/// Those of one subject that calls have always, then those of two routes.
fn counters(case: &str) -> Vec<Counter> {
    let of = |id: &str| {
        let id = format!("{case}{id}");
        [
            ring(&id, Metric::Requests, Window::Hour),
            ring(&id, Metric::Tokens, Window::Minute),
            gauge(&id),
            usd(&id),
            Counter::Purse(purse(&id, Unit::Tokens)),
        ]
    };
    ["a", "b", "c"].into_iter().flat_map(of).collect()
}

/// Some of the counters of one subject, each once. Maxima are few, so that calls have claims in common, and small, so that
/// many are refused.
fn claims(subject: usize) -> impl Strategy<Value = Vec<(usize, u64, u64)>> {
    let amount = prop_oneof![4 => 1u64..8, 1 => Just(0), 1 => 8u64..60];
    let max = prop_oneof![1 => Just(5u64), 3 => Just(40), 3 => Just(1_000)];
    let each = prop::option::weighted(0.6, (amount, max));
    prop::collection::vec(each, 5).prop_map(move |claims| {
        let named =
            claims.into_iter().enumerate().filter_map(|(at, claim)| claim.map(|(amount, max)| (at, amount, max)));
        named.map(|(at, amount, max)| (5 * subject + at, amount, max)).collect()
    })
}

fn groups() -> impl Strategy<Value = Vec<Group>> {
    let choice = (1usize..3).prop_flat_map(claims);
    let call = (0i64..4_000_000, claims(0), prop::collection::vec(choice, 0..4))
        .prop_map(|(after_us, always, choices)| Call { after_us, always, choices });
    // Often within a sub-window, at times past some, at times past all.
    let after_us = prop_oneof![3 => 0i64..900_000, 2 => 0i64..30_000_000, 1 => 0i64..5_000_000_000];
    let ended = prop::collection::vec((any::<prop::sample::Index>(), 0u64..20), 0..12);
    let group = (after_us, ended, any::<bool>(), prop::collection::vec(call, 1..30))
        .prop_map(|(after_us, ended, passed, calls)| Group { after_us, ended, passed, calls });
    prop::collection::vec(group, 1..8)
}

#[test]
fn calls_that_share_a_round_are_answered_as_in_process() {
    static CASES: AtomicU64 = AtomicU64::new(0);
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
    let server = Redis::start().unwrap();
    let options = RedisOptions { lease: Duration::from_secs(3_600), ..patient(&server, ME) };
    let (shared, task) = runtime.block_on(RedisCounters::start(options)).unwrap();
    runtime.block_on(async {
        shared.seed(Vec::new()).await.unwrap();
        while !shared.ready() {
            tokio::time::sleep(Duration::from_millis(5)).await;
        }
    });
    let mut runner = TestRunner::new(Config { cases: 64, failure_persistence: None, ..Config::default() });
    let tried = runner.run(&groups(), |groups| {
        let case = format!("{}-", CASES.fetch_add(1, Ordering::Relaxed));
        runtime.block_on(both_answer_the_same(&shared, &counters(&case), groups))
    });
    runtime.block_on(task.stop(GENEROUS));
    tried.unwrap();
}

async fn both_answer_the_same(
    shared: &RedisCounters,
    counters: &[Counter],
    groups: Vec<Group>,
) -> Result<(), TestCaseError> {
    let alone = InProcessCounters::new(ME.into());
    drop(alone.seed(Vec::new()));
    let (mut now_us, mut open, mut closed) = (START, Vec::<RequestId>::new(), Vec::new());
    let mut spent = vec![(purse_key(&counters[3]), 0u64), (purse_key(&counters[4]), 0)];
    for Group { after_us, ended, passed, calls } in groups {
        // Clocks go back and forth within a round only: in process a ring also moves on for who is refused.
        now_us += after_us;
        let began_us = now_us;
        for (which, tokens) in ended {
            if open.is_empty() {
                break;
            }
            let (call, used) = (open.swap_remove(which.index(open.len())), Used { tokens, cost_nano: tokens / 2 });
            shared.settle(call, used, now_us);
            alone.settle(call, used, now_us);
            closed.push((call, used));
        }
        if passed {
            for (_, used) in &closed {
                spent[0].1 += used.cost_nano;
                spent[1].1 += used.tokens;
            }
            let calls: Vec<_> = closed.drain(..).map(|(call, _)| call).collect();
            shared.passed(&calls, &spent).await;
            alone.passed(&calls, &spent).await;
        }
        // All are in the queue before the task that talks to Redis gets to run.
        let mut asked = Vec::new();
        for Call { after_us, always, choices } in &calls {
            let part = |claims: &[(usize, u64, u64)]| -> Vec<Claim> {
                claims.iter().map(|(at, amount, max)| claim(counters[*at].clone(), *amount, *max)).collect()
            };
            let choices: Vec<_> = choices.iter().map(|choice| part(choice)).collect();
            let ask = Ask { call: a_call(), now_us: began_us + after_us, always: part(always), choices };
            now_us = now_us.max(ask.now_us);
            asked.push((ask.clone(), shared.reserve(ask)));
        }
        let stands = shared.peek(counters.to_vec(), now_us);
        for (ask, answer) in asked {
            let call = ask.call;
            let Answer::Ready(expected) = alone.reserve(ask.clone()) else { panic!("in process nobody waits") };
            prop_assert_eq!(answer.get().await, expected, "{:?}", ask);
            open.push(call);
        }
        let Answer::Ready(expected) = alone.peek(counters.to_vec(), now_us) else { panic!("in process nobody waits") };
        prop_assert_eq!(stands.get().await, expected);
    }
    Ok(())
}

fn purse_key(counter: &Counter) -> PurseKey {
    match counter {
        Counter::Purse(key) => key.clone(),
        other => panic!("{other:?} is no purse"),
    }
}
