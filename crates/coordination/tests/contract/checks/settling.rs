//! What becomes of a reservation.

use thinkwatch_policy::limits::{Reserved, Used};

use crate::backends::Subject;
use crate::rules::*;

const fn tokens_used(tokens: u64) -> Used {
    Used { tokens, cost_nano: 0 }
}

pub(crate) async fn puts_tokens_right(of: Subject) {
    let (less, more) = (a_call(), a_call());
    for call in [less, more] {
        reserve(&of, call, START, vec![requests("a", 9), tokens("a", 50, 100)]).await.unwrap();
    }
    assert_eq!(refused_by(&of, START, vec![tokens("a", 1, 100)]).await.as_deref(), Some("a:tokens/1m"));
    of.settle(less, tokens_used(10), START + 1_000_000);
    assert_eq!(used(&of, tokens("a", 0, 0).counter, START + 1_000_000).await, 60);
    of.settle(more, tokens_used(70), START + 2_000_000);
    assert_eq!(used(&of, tokens("a", 0, 0).counter, START + 2_000_000).await, 80);
    assert_eq!(used(&of, requests("a", 0).counter, START + 2_000_000).await, 2, "requests were made");
    // Settled twice, it counts once.
    of.settle(more, tokens_used(70), START + 2_000_000);
    assert_eq!(used(&of, tokens("a", 0, 0).counter, START + 2_000_000).await, 80);
    // It was counted when it was reserved, and leaves the window then.
    assert_eq!(used(&of, tokens("a", 0, 0).counter, START + 60_000_000).await, 80);
    assert_eq!(used(&of, tokens("a", 0, 0).counter, START + 61_000_000).await, 0);
}

pub(crate) async fn gives_nothing_back_once_the_window_has_passed(of: Subject) {
    let (less, more) = (a_call(), a_call());
    for call in [less, more] {
        reserve(&of, call, START, vec![tokens("a", 50, 100)]).await.unwrap();
    }
    let later = START + 90_000_000;
    assert_eq!(refused_by(&of, later, vec![tokens("a", 30, 100)]).await, None);
    of.settle(less, tokens_used(1), later);
    assert_eq!(used(&of, tokens("a", 0, 0).counter, later).await, 30);
    of.settle(more, tokens_used(65), later);
    assert_eq!(used(&of, tokens("a", 0, 0).counter, later).await, 45, "what was used beyond it counts now");
}

pub(crate) async fn frees_calls_at_once(of: Subject) {
    let calls = [a_call(), a_call()];
    for call in calls {
        reserve(&of, call, START, vec![claim(gauge("a"), 1, 2)]).await.unwrap();
    }
    assert_eq!(refused_by(&of, START, vec![claim(gauge("a"), 1, 2)]).await.as_deref(), Some("a:concurrency"));
    of.settle(calls[0], Used::default(), START);
    assert_eq!(used(&of, gauge("a"), START).await, 1);
    assert_eq!(refused_by(&of, START, vec![claim(gauge("a"), 1, 2)]).await, None);
    of.settle(calls[1], Used::default(), START);
    of.settle(calls[1], Used::default(), START);
    assert_eq!(used(&of, gauge("a"), START).await, 1, "given back once");
}

pub(crate) async fn moves_a_share_to_another_route(of: Subject) {
    of.seed(Vec::new()).await.unwrap();
    let route = |id: &str, calls| vec![claim(gauge(id), 1, calls), tokens(id, 20, 100), budget(id, 40, 100)];
    let call = a_call();
    let ask = thinkwatch_policy::limits::Ask {
        call,
        now_us: START,
        always: vec![tokens("key", 20, 100), budget("key", 40, 100)],
        choices: vec![route("one", 1), route("two", 1)],
    };
    of.reserve(ask).get().await.unwrap();
    // The first attempt was billed a little.
    let attempt = Used { tokens: 3, cost_nano: 4 };
    let answer = of.swap(call, attempt, START, vec![route("two", 0), route("three", 1)]).get().await.unwrap();
    assert!(matches!(answer, Reserved::Taken { choice: 1, ref skipped, .. } if skipped.len() == 1), "{answer:?}");
    assert_eq!(used(&of, gauge("one"), START).await, 0);
    assert_eq!(used(&of, gauge("three"), START).await, 1);
    assert_eq!(used(&of, tokens("one", 0, 0).counter, START).await, 3);
    assert_eq!((purse_of(&of, "one").await, purse_of(&of, "three").await), ((0, 4), (0, 40)));
    assert_eq!(purse_of(&of, "key").await, (0, 40));
    // Nothing fits any more: the call ends without a route.
    let answer = of.swap(call, Used::default(), START, vec![route("two", 0)]).get().await.unwrap();
    assert!(matches!(answer, Reserved::Refused { .. }), "{answer:?}");
    assert_eq!(used(&of, gauge("three"), START).await, 0);
    let route_again = of.swap(call, Used::default(), START, vec![route("three", 1)]).get().await.unwrap();
    assert!(matches!(route_again, Reserved::Taken { choice: 0, .. }), "{route_again:?}");
    of.settle(call, Used { tokens: 13, cost_nano: 14 }, START);
    assert_eq!(used(&of, tokens("key", 0, 0).counter, START).await, 13);
    assert_eq!(used(&of, tokens("three", 0, 0).counter, START).await, 10);
    assert_eq!((purse_of(&of, "one").await, purse_of(&of, "three").await), ((0, 4), (0, 10)));
    assert_eq!(purse_of(&of, "key").await, (0, 14));
    of.passed(&[call], &[]).await;
    assert_eq!((purse_of(&of, "one").await, purse_of(&of, "key").await), ((0, 0), (0, 0)));
}

pub(crate) async fn does_nothing_for_calls_that_hold_nothing(of: Subject) {
    let call = a_call();
    of.settle(call, tokens_used(5), START);
    of.passed(&[call], &[]).await;
    let free = of.swap(call, Used::default(), START, vec![vec![]]).get().await.unwrap();
    assert_eq!(free, Reserved::Taken { choice: 0, skipped: vec![], rates: vec![] });
    // It may take its first share when it changes its route.
    of.swap(call, Used::default(), START, vec![vec![claim(gauge("a"), 1, 1)]]).get().await.unwrap();
    assert_eq!(used(&of, gauge("a"), START).await, 1);
    of.settle(call, Used::default(), START);
    assert_eq!(used(&of, gauge("a"), START).await, 0);
}
