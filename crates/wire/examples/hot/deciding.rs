//! What is decided about a call: its limits and budgets, its route, its price.

use std::hint::black_box;

use thinkwatch_policy::ids::{BudgetId, ReplicaId, RuleId};
use thinkwatch_policy::limits::{
    Budget, BudgetRule, Demand, Estimate, LimitBook, LimitRule, Metric, PeriodKind, Purse, RateLimit, Ring, Subject,
    SubjectKind, Unit, Way, Who, Window, Zone, claims,
};
use thinkwatch_policy::principal::Surface;
use thinkwatch_policy::strategy::{Candidate, Picks, Strategy, order};

use crate::Work;

const NOW_US: i64 = 1_795_305_600_000_000;

pub(crate) fn works() -> Vec<Work> {
    let book = book();
    let claiming = Work::new("claims-3-limits-2-budgets", move || {
        black_box(claims(&book, black_box(&DEMAND)));
    });
    vec![claiming, counting(), spending(), ordering()]
}

const WAYS: [Way<'_>; 2] = [
    Way { provider: "prov_a", route: "rte_a", cost_nano: 70, tokens: 1000, stand_in: None },
    Way { provider: "prov_b", route: "rte_b", cost_nano: 300, tokens: 1000, stand_in: None },
];

const DEMAND: Demand<'_> = Demand {
    surface: Surface::AiGateway,
    who: Who { user: "usr_1", team: None, key: Some("lin_1") },
    model: "gpt-5",
    tokens: Some(1000),
    usual: Some(Estimate { tokens: 40, cost_nano: 9 }),
    ways: &WAYS,
    now_us: NOW_US,
};

/// Three limits and two budgets of the caller's key, and as many of a thousand others.
fn book() -> LimitBook {
    let (mut limits, mut budgets) = (Vec::new(), Vec::new());
    for n in 0..1000 {
        let subject = || Subject { kind: SubjectKind::Key, id: format!("lin_{n}").into() };
        for (metric, window) in
            [(Metric::Requests, Window::Minute), (Metric::Tokens, Window::Hour), (Metric::Requests, Window::Day)]
        {
            let (id, surface, window) = (RuleId::new(format!("rul_{n}")), Surface::AiGateway, Some(window));
            let limit = RateLimit { id, subject: subject(), surface, metric, window, max: 1 << 40 };
            limits.push(LimitRule::new(limit, None));
        }
        for (period, unit) in [(PeriodKind::Monthly, Unit::Usd), (PeriodKind::Daily, Unit::Tokens)] {
            let id = BudgetId::new(format!("bud_{n}"));
            let budget = Budget { id, subject: subject(), period, unit, max: 1 << 40, hard: true };
            budgets.push(BudgetRule::new(budget, None, None));
        }
    }
    LimitBook::build(Zone::utc(), limits, budgets)
}

/// A call that is counted and settled, a millisecond after the one before.
fn counting() -> Work {
    let mut ring = Ring::new(Window::Minute);
    let mut now_us = NOW_US;
    Work::new("ring-ask-add-settle", move || {
        now_us += 1000;
        let fits = ring.ask(now_us, 100, 1 << 40).is_ok();
        let slot = ring.add(now_us, 100);
        ring.settle(now_us, slot, 100, 60);
        black_box(fits);
    })
}

/// A call that holds, and is told by the ledger.
fn spending() -> Work {
    let replica = ReplicaId::new("rep_1");
    let (mut purse, mut spent) = (Purse::default(), 0);
    Work::new("purse-ask-hold-release-tell", move || {
        let fits = purse.ask(100, 1 << 60).is_ok();
        purse.hold(&replica, 100);
        spent += 60;
        purse.tell(&replica, spent);
        purse.release(&replica, 100);
        black_box(fits);
    })
}

struct Way5 {
    id: &'static str,
    priority: i32,
    latency_us: i64,
}

impl Candidate for Way5 {
    fn id(&self) -> &str {
        self.id
    }

    fn priority(&self) -> i32 {
        self.priority
    }

    fn weight(&self) -> u32 {
        100
    }

    fn place(&self) -> u32 {
        0
    }
}

/// Five routes put in order, by the strategy that looks at most.
fn ordering() -> Work {
    let mut call = 0_u64;
    Work::new("order-5-routes-by-latency", move || {
        call += 1;
        let route = |(id, latency_us)| Way5 { id, priority: 0, latency_us };
        let mut routes = [("rte_a", 900), ("rte_b", 400), ("rte_c", 800), ("rte_d", 410), ("rte_e", 2000)].map(route);
        // The same draws in every run.
        let picks = Picks { call: call.wrapping_mul(0x9e37_79b9_7f4a_7c15), conversation: None };
        order(Strategy::Latency, &mut routes, |route| Some(route.latency_us), picks);
        black_box(routes[0].priority);
    })
}
