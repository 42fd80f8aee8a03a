//! Taking: all or nothing, and never above.

use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

use thinkwatch_policy::limits::ring::Full;
use thinkwatch_policy::limits::{Ask, Metric, Refusal, RefusalKind, Reserved, Ring, Standing, Used, Window};

use crate::backends::{ME, Subject};
use crate::rules::*;

pub(crate) async fn takes_all_or_nothing(of: Subject) {
    of.seed(Vec::new()).await.unwrap();
    let rules = |last| vec![requests("a", 5), claim(gauge("a"), 1, 5), budget("a", 10, 100), requests("b", last)];
    assert_eq!(refused_by(&of, START, rules(0)).await.as_deref(), Some("b:requests/1m"));
    for counter in rules(0).into_iter().map(|claim| claim.counter) {
        assert_eq!(standing(&of, counter, START).await, Standing::default());
    }
    assert_eq!(refused_by(&of, START, rules(1)).await, None);
    let mut held = Vec::new();
    for counter in rules(0).into_iter().map(|claim| claim.counter) {
        let standing = standing(&of, counter, START).await;
        held.push((standing.used, standing.reserved));
    }
    assert_eq!(held, [(1, 0), (1, 0), (0, 10), (1, 0)]);
}

pub(crate) async fn takes_the_first_choice_that_fits(of: Subject) {
    let ask = || Ask {
        call: a_call(),
        now_us: START,
        always: vec![requests("key", 4)],
        choices: vec![vec![requests("first", 1)], vec![], vec![requests("third", 9)]],
    };
    let taken = |answer| match answer {
        Reserved::Taken { choice, skipped, .. } => {
            (choice, skipped.into_iter().map(|(at, r): (usize, Refusal)| (at, r.name.to_string())).collect::<Vec<_>>())
        }
        Reserved::Refused { .. } => panic!("{answer:?}"),
    };
    assert_eq!(taken(of.reserve(ask()).get().await.unwrap()), (0, vec![]));
    let skipped = vec![(0, "first:requests/1m".to_owned())];
    assert_eq!(taken(of.reserve(ask()).get().await.unwrap()), (1, skipped));
    let mut full = ask();
    full.choices[1] = vec![claim(gauge("second"), 1, 0)];
    full.choices[2] = vec![requests("third", 0)];
    let Reserved::Refused { refusal, skipped } = of.reserve(full).get().await.unwrap() else { panic!() };
    assert_eq!(&*refusal.name, "first:requests/1m", "the one that is free again first");
    let names: Vec<_> = skipped.iter().map(|(at, refusal)| (*at, &*refusal.name)).collect();
    assert_eq!(names, [(0, "first:requests/1m"), (1, "second:concurrency"), (2, "third:requests/1m")]);
    assert_eq!(used(&of, requests("key", 0).counter, START).await, 2);
    let nothing = Ask { call: a_call(), now_us: START, always: vec![], choices: vec![] };
    assert_eq!(taken(of.reserve(nothing).get().await.unwrap()), (0, vec![]));
}

pub(crate) async fn tells_how_rates_stand(of: Subject) {
    of.seed(Vec::new()).await.unwrap();
    let ask = |call, now_us| Ask {
        call,
        now_us,
        always: vec![requests("key", 9), claim(gauge("key"), 1, 9), tokens("key", 30, 1000), budget("key", 5, 100)],
        choices: vec![vec![requests("full", 0)], vec![requests("route", 9)]],
    };
    let rates = async |call, now_us| match of.reserve(ask(call, now_us)).get().await.unwrap() {
        Reserved::Taken { rates, .. } => rates,
        refused => panic!("{refused:?}"),
    };
    let first = a_call();
    assert_eq!(rates(first, START).await, [1, 30, 1]);
    assert_eq!(rates(a_call(), START).await, [2, 60, 2]);
    of.settle(first, Used { tokens: 4, cost_nano: 0 }, START);
    assert_eq!(rates(a_call(), START + 1_000_000).await, [3, 64, 3], "what is settled counts as what it was");
}

pub(crate) async fn tells_who_refused_and_when_to_come_again(of: Subject) {
    of.seed(vec![(purse("a", thinkwatch_policy::limits::Unit::Usd), ME.into(), 60)]).await.unwrap();
    let call = a_call();
    reserve(&of, call, START, vec![requests("a", 1), claim(gauge("a"), 1, 1), budget("a", 30, 100)]).await.unwrap();
    for (claim, used, retry_after_us, kind) in [
        (requests("a", 1), 1, Some(60_500_000), RefusalKind::Rate),
        (requests("a", 0), 1, None, RefusalKind::Rate),
        (claim(gauge("a"), 1, 1), 1, None, RefusalKind::Concurrency),
        (budget("a", 11, 100), 90, Some(86_400_000_000), RefusalKind::Budget { ends_us: Some(START + 86_400_000_000) }),
        (budget("a", 101, 100), 90, None, RefusalKind::Budget { ends_us: Some(START + 86_400_000_000) }),
        (budget("a", 0, 90), 90, Some(86_400_000_000), RefusalKind::Budget { ends_us: Some(START + 86_400_000_000) }),
    ] {
        let expected = Refusal { name: claim.name.clone(), used, max: claim.max, retry_after_us, kind };
        let answer = reserve(&of, a_call(), START, vec![claim]).await.unwrap();
        assert_eq!(answer, Reserved::Refused { refusal: expected, skipped: vec![] });
    }
    assert_eq!(refused_by(&of, START, vec![budget("a", 10, 100)]).await, None);
}

/// Numbers that look random and are always the same.
struct Dice(u64);

impl Dice {
    fn below(&mut self, n: u64) -> u64 {
        self.0 = self.0.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        (self.0 >> 33) % n
    }
}

pub(crate) async fn answers_as_the_arithmetic_does(of: Subject) {
    for window in [Window::Minute, Window::FiveHours] {
        let mut dice = Dice(7 + window.seconds().unsigned_abs());
        let (mut reference, mut now, mut open) = (Ring::new(window), START, Vec::new());
        let counter = ring("a", Metric::Tokens, window);
        for _ in 0..300 {
            // Mostly small steps, now and then past the whole window; sometimes back.
            let scale = window.slot_us() / 2;
            now += match dice.below(20) {
                0 => 50 * scale,
                1 => 130 * scale,
                2 => -scale,
                _ => dice.below(scale.unsigned_abs() * 4).cast_signed(),
            };
            if dice.below(3) == 0
                && let Some((call, slot, reserved)) = (!open.is_empty()).then(|| {
                    let at = dice.below(open.len() as u64);
                    open.remove(usize::try_from(at).unwrap())
                })
            {
                let tokens = dice.below(40);
                of.settle(call, Used { tokens, cost_nano: 0 }, now);
                if tokens != reserved {
                    reference.settle(now, slot, reserved, tokens);
                }
            }
            let (call, amount, max) = (a_call(), 1 + dice.below(30), 60 + dice.below(60));
            let expected = reference.ask(now, amount, max);
            let answer = reserve(&of, call, now, vec![claim(counter.clone(), amount, max)]).await.unwrap();
            match (answer, expected) {
                (Reserved::Taken { .. }, Ok(())) => open.push((call, reference.add(now, amount), amount)),
                (Reserved::Refused { refusal, .. }, Err(full)) => {
                    assert_eq!(Full { used: refusal.used, retry_after_us: refusal.retry_after_us }, full);
                }
                (answer, expected) => panic!("{answer:?}, but {expected:?}"),
            }
            assert_eq!(used(&of, counter.clone(), now).await, reference.used(now));
        }
    }
}

pub(crate) async fn never_lets_more_in_than_the_limits(of: Subject) {
    of.seed(Vec::new()).await.unwrap();
    let (let_in, at_once) = (Arc::new(AtomicU64::new(0)), Arc::new(AtomicU64::new(0)));
    let mut callers = tokio::task::JoinSet::new();
    for n in 0..400u64 {
        let (of, let_in, at_once) = (Arc::clone(&of), Arc::clone(&let_in), Arc::clone(&at_once));
        callers.spawn(async move {
            let call = a_call();
            let key = format!("key{}", n % 7);
            let always = vec![
                budget("team", 7, 700),
                requests(&key, 40),
                claim(gauge("team"), 1, 30),
                budget(&key, 7, 5_000),
                requests("team", 90),
            ];
            if let Reserved::Taken { .. } = reserve(&of, call, START, always).await.unwrap() {
                assert!(at_once.fetch_add(1, Ordering::SeqCst) < 30, "calls at once");
                tokio::task::yield_now().await;
                let_in.fetch_add(1, Ordering::SeqCst);
                at_once.fetch_sub(1, Ordering::SeqCst);
                of.settle(call, Used { tokens: 0, cost_nano: 5 }, START);
                let (spent, reserved) = purse_of(&of, "team").await;
                assert!(spent + reserved <= 700, "{spent} {reserved}");
            }
        });
    }
    while let Some(done) = callers.join_next().await {
        done.unwrap();
    }
    let let_in = let_in.load(Ordering::SeqCst);
    assert!((1..=90).contains(&let_in), "{let_in}");
    assert_eq!(used(&of, requests("team", 0).counter, START).await, let_in);
    assert_eq!(used(&of, gauge("team"), START).await, 0, "nothing is left");
    assert_eq!(purse_of(&of, "team").await, (0, let_in * 5), "all of it waits for the ledger");
}

pub(crate) async fn resets_a_rate_limit(of: Subject) {
    assert_eq!(refused_by(&of, START, vec![requests("a", 1)]).await, None);
    assert!(refused_by(&of, START, vec![requests("a", 1)]).await.is_some());
    of.reset(requests("a", 1).counter).await.unwrap();
    assert_eq!(refused_by(&of, START, vec![requests("a", 1)]).await, None);
    assert!(refused_by(&of, START, vec![requests("a", 1)]).await.is_some());
}
