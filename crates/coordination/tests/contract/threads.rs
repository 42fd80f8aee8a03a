//! Counters of one process under threads that all want the same, and what is left of counters that are over.

use std::sync::atomic::{AtomicU64, Ordering};

use thinkwatch_coordination::InProcessCounters;
use thinkwatch_policy::limits::{Ask, Metric, Reserved, Unit, Used, Window};
use thinkwatch_policy::ports::{Answer, Counters as _, SpentFeed as _};

use crate::backends::ME;
use crate::rules::*;

const THREADS: u64 = 8;
const CALLS: u64 = 3_000;

#[test]
fn threads_never_go_above_and_leave_nothing_held() {
    let counters = InProcessCounters::new(ME.into());
    drop(counters.seed(Vec::new()));
    let (at_once, let_in, refused) = (AtomicU64::new(0), AtomicU64::new(0), AtomicU64::new(0));
    std::thread::scope(|scope| {
        for thread in 0..THREADS {
            let (counters, at_once, let_in, refused) = (&counters, &at_once, &let_in, &refused);
            scope.spawn(move || {
                for n in 0..CALLS {
                    // The same counters in every order, so that a wrong order of locks would show.
                    let mut always: Vec<_> = (0..6).map(|at| tokens(&format!("key{at}"), 1, u64::MAX)).collect();
                    always.push(claim(gauge("all"), 1, 3));
                    always.push(budget("all", 10, 25_000));
                    always.push(budget(&format!("key{}", n % 6), 10, 1_000_000));
                    let turn = usize::try_from((n + thread) % always.len() as u64).unwrap();
                    always.rotate_left(turn);
                    let call = a_call();
                    let choices = vec![vec![claim(gauge("full"), 1, 0)], vec![claim(gauge("route"), 1, 3)]];
                    match counters.reserve(Ask { call, now_us: START, always, choices }) {
                        Answer::Ready(Ok(Reserved::Taken { choice: 1, .. })) => {
                            assert!(at_once.fetch_add(1, Ordering::SeqCst) < 3);
                            let_in.fetch_add(1, Ordering::SeqCst);
                            at_once.fetch_sub(1, Ordering::SeqCst);
                            counters.settle(call, Used { tokens: 1, cost_nano: 10 }, START);
                            if n % 2 == 0 {
                                drop(counters.passed(&[call], &[]));
                            }
                        }
                        Answer::Ready(Ok(Reserved::Refused { .. })) => {
                            refused.fetch_add(1, Ordering::SeqCst);
                        }
                        other => panic!("{other:?}"),
                    }
                }
            });
        }
    });
    let (let_in, refused) = (let_in.into_inner(), refused.into_inner());
    assert_eq!(let_in + refused, THREADS * CALLS);
    let peek = |counter| match counters.peek(vec![counter], START) {
        Answer::Ready(Ok(standing)) => standing[0],
        other => panic!("{other:?}"),
    };
    assert_eq!(peek(tokens("key0", 0, 0).counter).used, let_in);
    assert_eq!((peek(gauge("all")).used, peek(gauge("route")).used, peek(gauge("full")).used), (0, 0, 0));
    let held = peek(usd("all"));
    assert!(held.used == 0 && held.reserved <= 25_000, "{held:?}");
    assert_eq!(held.reserved, counters.calls() as u64 * 10, "only what the ledger has not passed");
    assert_eq!(counters.count().gauges, 0);
}

#[test]
fn counters_that_say_nothing_any_more_go() {
    let counters = InProcessCounters::new(ME.into());
    drop(counters.seed(vec![(purse("old", Unit::Usd), ME.into(), 5)]));
    let (open, closed) = (a_call(), a_call());
    for (call, id) in [(open, "open"), (closed, "closed")] {
        let always = vec![
            claim(ring(id, Metric::Requests, Window::Minute), 1, 9),
            claim(ring(id, Metric::Requests, Window::Week), 1, 9),
            budget(id, 1, 9),
            claim(gauge(id), 1, 9),
        ];
        drop(counters.reserve(Ask { call, now_us: START, always, choices: Vec::new() }));
    }
    counters.settle(closed, Used::default(), START);
    let left = |now_us| {
        counters.prune(now_us);
        let count = counters.count();
        (count.rings, count.gauges, count.purses)
    };
    assert_eq!(left(START), (4, 1, 3));
    assert_eq!(left(START + 61_000_000), (2, 1, 3), "those of a minute after it");
    let month = 33 * 86_400_000_000;
    assert_eq!(left(START + month), (0, 1, 1), "a purse that a call still holds stays");
    // Its record was lost: the ledger never passes it, and the period is over.
    counters.settle(open, Used { tokens: 0, cost_nano: 1 }, START + month);
    assert_eq!(left(START + month), (0, 0, 0));
    assert_eq!(counters.calls(), 0);
}
