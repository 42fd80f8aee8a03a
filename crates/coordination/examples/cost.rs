//! What limits cost a call in process: three rate limits and two budgets, reserved, settled and passed by the ledger.
//!
//! `cargo run --release -p thinkwatch-coordination --example cost -- [calls]`, or under
//! `valgrind --tool=callgrind --toggle-collect='*call_with_rules*'` for instructions.

#![expect(clippy::print_stdout, reason = "it answers whoever runs it")]

use std::sync::Arc;
use std::time::Instant;

use thinkwatch_coordination::InProcessCounters;
use thinkwatch_policy::ids::RequestId;
use thinkwatch_policy::limits::{
    Ask, Claim, Counter, Metric, PeriodKind, PurseKey, Reserved, Subject, SubjectKind, Unit, Used, Window,
};
use thinkwatch_policy::ports::{Answer, Counters as _, SpentFeed as _};
use thinkwatch_policy::principal::Surface;

const NOW_US: i64 = 1_790_000_000_000_000;

fn rules() -> Vec<Claim> {
    let subject = |kind, id: &str| Subject { kind, id: id.into() };
    let ring = |kind, id, metric, window| Counter::Ring {
        subject: subject(kind, id),
        surface: Surface::AiGateway,
        metric,
        window,
    };
    let purse = |kind, id, period| {
        Counter::Purse(PurseKey { subject: subject(kind, id), unit: Unit::Usd, period, start_us: NOW_US })
    };
    let key = "lin_0123456789abcdef0123456789abcdef";
    [
        (ring(SubjectKind::Key, key, Metric::Requests, Window::Minute), 1),
        (ring(SubjectKind::Key, key, Metric::Tokens, Window::Minute), 1_000),
        (ring(SubjectKind::User, "usr_0123456789abcdef0123456789abcdef", Metric::Requests, Window::Hour), 1),
        (purse(SubjectKind::Team, "team_0123456789abcdef0123456789abcdef", PeriodKind::Daily), 5_000_000),
        (purse(SubjectKind::Organisation, "", PeriodKind::Monthly), 5_000_000),
    ]
    .into_iter()
    .map(|(counter, amount)| Claim { counter, amount, max: u64::MAX / 2, name: Arc::from("rule"), ends_us: None })
    .collect()
}

#[inline(never)]
fn call_with_rules(counters: &InProcessCounters, call: RequestId, now_us: i64, always: Vec<Claim>) -> bool {
    let asked = counters.reserve(Ask { call, now_us, always, choices: Vec::new() });
    let taken = matches!(asked, Answer::Ready(Ok(Reserved::Taken { .. })));
    counters.settle(call, Used { tokens: 700, cost_nano: 1_000_000 }, now_us);
    drop(counters.passed(&[call], &[]));
    taken
}

fn main() {
    let calls: u32 = std::env::args().nth(1).and_then(|n| n.parse().ok()).unwrap_or(1_000_000);
    let counters = InProcessCounters::new("rep_1".into());
    drop(counters.seed(Vec::new()));
    let rules = rules();
    // As many lists as one batch, so that making them is not measured.
    let (mut spent, mut taken, mut made) = (std::time::Duration::ZERO, 0u32, 0u32);
    while made < calls {
        let batch: Vec<_> = (0..1_000.min(calls - made)).map(|_| rules.clone()).collect();
        let began = Instant::now();
        for always in batch {
            made += 1;
            let now_us = NOW_US + i64::from(made) * 20;
            taken += u32::from(call_with_rules(&counters, RequestId(u128::from(made)), now_us, always));
        }
        spent += began.elapsed();
    }
    let each = spent.as_nanos() / u128::from(made.max(1));
    println!(
        "{made} calls, {taken} let in, {each} ns each for reserving, settling and passing; {} held",
        counters.calls()
    );
}
