//! What limits cost a call: three rate limits and two budgets, reserved, settled and passed by the ledger.
//!
//! `cargo run --release -p thinkwatch-coordination --example cost -- [calls] [callers]`. Without callers in process, where it
//! also runs under `valgrind --tool=callgrind --toggle-collect='*call_with_rules*'` for instructions. With callers over a
//! private Redis: processor time of both sides and how long a call waits.

#![expect(clippy::print_stdout, reason = "it answers whoever runs it")]

use std::sync::Arc;
use std::time::{Duration, Instant};

use thinkwatch_coordination::InProcessCounters;
use thinkwatch_coordination::redis::{RedisCounters, RedisOptions};
use thinkwatch_policy::ids::RequestId;
use thinkwatch_policy::limits::{
    Ask, Claim, Counter, Metric, PeriodKind, PurseKey, Reserved, Subject, SubjectKind, Unit, Used, Window,
};
use thinkwatch_policy::ports::{Answer, Counters as _, SpentFeed as _};
use thinkwatch_policy::principal::Surface;
use thinkwatch_testkit::redis::Redis;

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
    if let Some(callers) = std::env::args().nth(2).and_then(|n| n.parse().ok()) {
        return over_redis(calls, callers);
    }
    let counters = InProcessCounters::new("rep_1".into());
    drop(counters.seed(Vec::new()));
    let rules = rules();
    // As many lists as one batch, so that making them is not measured.
    let (mut spent, mut taken, mut made) = (Duration::ZERO, 0u32, 0u32);
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

/// Processor time of a process so far.
fn processor_time(pid: &str) -> Duration {
    let stat = std::fs::read_to_string(format!("/proc/{pid}/stat")).unwrap_or_default();
    let fields = stat.rsplit_once(')').map_or("", |(_, rest)| rest).split_whitespace();
    let ticks: u64 = fields.skip(11).take(2).filter_map(|n| n.parse::<u64>().ok()).sum();
    Duration::from_millis(ticks * 10)
}

fn over_redis(calls: u32, callers: u32) {
    let Ok(runtime) = tokio::runtime::Builder::new_multi_thread().worker_threads(1).enable_all().build() else {
        return;
    };
    let server = match Redis::start() {
        Ok(server) => server,
        Err(error) => return println!("{error:#}"),
    };
    let options = RedisOptions::new(server.url(0).into(), "rep_1".into());
    let options = RedisOptions { time_limit: Duration::from_secs(10), ..options };
    runtime.block_on(async {
        let (counters, task) = match RedisCounters::start(options).await {
            Ok(started) => started,
            Err(error) => return println!("{error}"),
        };
        let counters = Arc::new(counters);
        drop(counters.seed(Vec::new()).await);
        let pid = server.pid().to_string();
        let (ours, theirs, began) = (processor_time("self"), processor_time(&pid), Instant::now());
        let mut tasks = tokio::task::JoinSet::new();
        for caller in 0..callers {
            let counters = Arc::clone(&counters);
            tasks.spawn(async move {
                let (rules, mut waited, mut taken) = (rules(), Duration::ZERO, 0u32);
                for n in 0..calls / callers {
                    let call = RequestId(u128::from(caller) << 64 | u128::from(n));
                    let since = std::time::SystemTime::now().duration_since(std::time::UNIX_EPOCH).unwrap_or_default();
                    let now_us = i64::try_from(since.as_micros()).unwrap_or_default();
                    let asked = Instant::now();
                    let ask = Ask { call, now_us, always: rules.clone(), choices: Vec::new() };
                    taken += u32::from(matches!(counters.reserve(ask).get().await, Ok(Reserved::Taken { .. })));
                    waited += asked.elapsed();
                    counters.settle(call, Used { tokens: 700, cost_nano: 1_000_000 }, now_us);
                    if n % 32 == 0 {
                        counters.passed(&[call], &[]).await;
                    }
                }
                (taken, waited)
            });
        }
        let (mut taken, mut waited) = (0, Duration::ZERO);
        while let Some(Ok((let_in, time))) = tasks.join_next().await {
            taken += let_in;
            waited += time;
        }
        let (ours, theirs) = (processor_time("self") - ours, processor_time(&pid) - theirs);
        let each = |time: Duration| time.as_nanos() / u128::from(taken.max(1)) / 100;
        let tenths = |time| format!("{}.{}", each(time) / 10, each(time) % 10);
        println!(
            "{taken} calls of {callers} callers in {:?}: {} us of processor here, {} in Redis, {} waited",
            began.elapsed(),
            tenths(ours),
            tenths(theirs),
            tenths(waited)
        );
        task.stop(Duration::from_secs(10)).await;
    });
}
