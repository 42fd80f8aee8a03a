//! What budgets have spent and what calls hold of them.

use thinkwatch_policy::limits::{Reserved, Unit, Used};
use thinkwatch_policy::ports::Unavailable;

use crate::backends::{ME, Subject};
use crate::rules::*;

const fn cost(cost_nano: u64) -> Used {
    Used { tokens: 0, cost_nano }
}

pub(crate) async fn wait_until_the_ledger_has_spoken(of: Subject) {
    of.wants_seed().await;
    assert!(!of.ready());
    let with_budget = || vec![requests("a", 9), budget("a", 1, 100)];
    assert_eq!(reserve(&of, a_call(), START, with_budget()).await, Err(Unavailable::Budgets));
    assert_eq!(refused_by(&of, START, vec![requests("a", 9)]).await, None);
    assert_eq!(used(&of, requests("a", 0).counter, START).await, 1, "the first took nothing");
    of.seed(vec![(purse("a", Unit::Usd), ME.into(), 99)]).await.unwrap();
    assert!(of.ready());
    assert_eq!(refused_by(&of, START, with_budget()).await, None);
    assert_eq!(refused_by(&of, START, with_budget()).await.as_deref(), Some("a:usd/monthly"));
}

pub(crate) async fn count_a_call_once_at_every_moment(of: Subject) {
    of.seed(vec![(purse("a", Unit::Usd), ME.into(), 100)]).await.unwrap();
    let (first, second) = (a_call(), a_call());
    for call in [first, second] {
        let answer = reserve(&of, call, START, vec![budget("a", 40, 180)]).await.unwrap();
        assert!(matches!(answer, Reserved::Taken { .. }));
    }
    assert_eq!(purse_of(&of, "a").await, (100, 80));
    of.settle(first, cost(25), START);
    assert_eq!(purse_of(&of, "a").await, (100, 65), "closed, and not in the ledger");
    of.passed(&[first], &[(purse("a", Unit::Usd), 125)]).await;
    assert_eq!(purse_of(&of, "a").await, (125, 40));
    // A provider that bills more than was reserved.
    of.settle(second, cost(70), START);
    assert_eq!(purse_of(&of, "a").await, (125, 70));
    assert!(refused_by(&of, START, vec![budget("a", 0, 180)]).await.is_some());
    of.passed(&[second], &[(purse("a", Unit::Usd), 195)]).await;
    assert_eq!(purse_of(&of, "a").await, (195, 0));
    // An operator resets it: what was spent by then is forgiven, which only the claim knows.
    assert_eq!(refused_by(&of, START, vec![budget("a", 10, 180 + 195)]).await, None);
}

pub(crate) async fn are_told_twice_without_harm(of: Subject) {
    of.seed(Vec::new()).await.unwrap();
    let (call, other) = (a_call(), a_call());
    for call in [call, other] {
        reserve(&of, call, START, vec![budget("a", 10, 100)]).await.unwrap();
    }
    of.settle(call, cost(8), START);
    for spent in [8, 8, 5] {
        of.passed(&[call], &[(purse("a", Unit::Usd), spent)]).await;
        assert_eq!(purse_of(&of, "a").await, (8, 10));
    }
    of.seed(vec![(purse("a", Unit::Usd), ME.into(), 7)]).await.unwrap();
    assert_eq!(purse_of(&of, "a").await, (8, 10));
    of.settle(call, cost(8), START);
    assert_eq!(purse_of(&of, "a").await, (8, 10));
}

pub(crate) async fn add_up_what_replicas_spent(of: Subject) {
    let part = |replica: &str, spent| (purse("a", Unit::Usd), replica.into(), spent);
    of.seed(vec![part(ME, 10), part("rep_gone", 30), part("rep_lost", 20)]).await.unwrap();
    assert_eq!(purse_of(&of, "a").await, (60, 0));
    of.passed(&[], &[(purse("a", Unit::Usd), 15), (purse("b", Unit::Usd), 5)]).await;
    assert_eq!((purse_of(&of, "a").await, purse_of(&of, "b").await), ((65, 0), (5, 0)));
    let tokens = thinkwatch_policy::limits::Counter::Purse(purse("a", Unit::Tokens));
    assert_eq!(standing(&of, tokens, START).await.used, 0, "another purse");
}

pub(crate) async fn hold_nothing_for_calls_the_ledger_had_first(of: Subject) {
    of.seed(Vec::new()).await.unwrap();
    let call = a_call();
    reserve(&of, call, START, vec![budget("a", 50, 100), claim(gauge("a"), 1, 1)]).await.unwrap();
    of.passed(&[call], &[(purse("a", Unit::Usd), 20)]).await;
    assert_eq!(purse_of(&of, "a").await, (20, 0));
    assert_eq!(used(&of, gauge("a"), START).await, 1);
    of.settle(call, cost(20), START);
    assert_eq!(purse_of(&of, "a").await, (20, 0));
    assert_eq!(used(&of, gauge("a"), START).await, 0);
}
