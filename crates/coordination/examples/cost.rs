//! What limits cost a call: three rate limits and two budgets, reserved, settled and passed by the ledger.
//!
//! `cargo run --release -p thinkwatch-coordination --example cost -- [calls] [callers]`. Without callers in process, where it
//! also runs under `valgrind --tool=callgrind --toggle-collect='*call_with_rules*'` for instructions. With callers over a
//! private Redis, all for one key: processor time of both sides, how much of it in the script, how many calls share a round, and
//! how long a call waits.

#![expect(clippy::print_stdout, reason = "it answers whoever runs it")]

use std::io::{Read as _, Write as _};
use std::sync::Arc;
use std::time::{Duration, Instant};

use thinkwatch_coordination::InProcessCounters;
use thinkwatch_coordination::redis::{RedisCounters, RedisOptions, Server};
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

/// Five rules of one key, as the comparison with other gateways has them.
fn rules_of_a_key(now_us: i64) -> Vec<Claim> {
    let subject = Subject { kind: SubjectKind::Key, id: "lin_0123456789abcdef0123456789abcdef".into() };
    let ring = |metric, window| Counter::Ring { subject: subject.clone(), surface: Surface::AiGateway, metric, window };
    let (day, subject) = (now_us - now_us % 86_400_000_000, &subject);
    let purse = |unit, period| Counter::Purse(PurseKey { subject: subject.clone(), unit, period, start_us: day });
    [
        (ring(Metric::Requests, Window::Minute), 1),
        (ring(Metric::Tokens, Window::Hour), 1_000),
        (ring(Metric::Requests, Window::Day), 1),
        (purse(Unit::Usd, PeriodKind::Monthly), 5_000_000),
        (purse(Unit::Tokens, PeriodKind::Daily), 1_000),
    ]
    .into_iter()
    .map(|(counter, amount)| Claim { counter, amount, max: 1 << 50, name: Arc::from("rule"), ends_us: None })
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

/// What the server says of its script so far: how often it was run, and its microseconds.
fn in_script(port: u16) -> (u64, u64) {
    let told = || -> std::io::Result<String> {
        let mut connection = std::net::TcpStream::connect(("127.0.0.1", port))?;
        connection.write_all(b"INFO commandstats\r\nQUIT\r\n")?;
        let mut told = String::new();
        connection.read_to_string(&mut told).map(|_| told)
    };
    let told = told().unwrap_or_default();
    let line = told.lines().find_map(|line| line.strip_prefix("cmdstat_evalsha:")).unwrap_or_default();
    let field = |name| line.split(',').find_map(|field| field.strip_prefix(name)?.parse().ok()).unwrap_or_default();
    (field("calls="), field("usec="))
}

fn now_us() -> i64 {
    let since = std::time::SystemTime::now().duration_since(std::time::UNIX_EPOCH).unwrap_or_default();
    i64::try_from(since.as_micros()).unwrap_or_default()
}

/// One caller's calls, and what the ledger makes of them. Answers how many were let in and how long they waited.
async fn calls_in_turn(counters: Arc<RedisCounters>, rules: Vec<Claim>, caller: u32, calls: u32) -> (u32, Duration) {
    let used = Used { tokens: 700, cost_nano: 1_000_000 };
    let purses: Vec<_> = rules
        .iter()
        .filter_map(|rule| match &rule.counter {
            Counter::Purse(key) => Some((key.clone(), used.of(&rule.counter))),
            _ => None,
        })
        .collect();
    let (mut waited, mut taken, mut closed) = (Duration::ZERO, 0u32, Vec::new());
    for n in 0..calls {
        let (call, now_us) = (RequestId(u128::from(caller) << 64 | u128::from(n)), now_us());
        let asked = Instant::now();
        let ask = Ask { call, now_us, always: rules.clone(), choices: Vec::new() };
        taken += u32::from(matches!(counters.reserve(ask).get().await, Ok(Reserved::Taken { .. })));
        waited += asked.elapsed();
        counters.settle(call, used, now_us);
        closed.push(call);
        if closed.len() >= 32 {
            let spent: Vec<_> = purses.iter().map(|(key, each)| (key.clone(), each * u64::from(n + 1))).collect();
            counters.passed(&closed, &spent).await;
            closed.clear();
        }
    }
    (taken, waited)
}

fn over_redis(calls: u32, callers: u32) {
    let Ok(runtime) = tokio::runtime::Builder::new_multi_thread().worker_threads(1).enable_all().build() else {
        return;
    };
    let server = match Redis::start() {
        Ok(server) => server,
        Err(error) => return println!("{error:#}"),
    };
    let options = RedisOptions::new(Server::at("127.0.0.1", server.port(), 0), "rep_1".into());
    let options = RedisOptions { time_limit: Duration::from_secs(10), ..options };
    runtime.block_on(async {
        let (counters, task) = match RedisCounters::start(options).await {
            Ok(started) => started,
            Err(error) => return println!("{error}"),
        };
        let counters = Arc::new(counters);
        if let Err(error) = counters.seed(Vec::new()).await {
            return println!("{error}");
        }
        let pid = server.pid().to_string();
        let rules = rules_of_a_key(now_us());
        let script = in_script(server.port());
        let (ours, theirs, began) = (processor_time("self"), processor_time(&pid), Instant::now());
        let mut tasks = tokio::task::JoinSet::new();
        for caller in 0..callers {
            tasks.spawn(calls_in_turn(Arc::clone(&counters), rules.clone(), caller, calls / callers));
        }
        let (mut taken, mut waited) = (0, Duration::ZERO);
        while let Some(Ok((let_in, time))) = tasks.join_next().await {
            taken += let_in;
            waited += time;
        }
        let (ours, theirs) = (processor_time("self") - ours, processor_time(&pid) - theirs);
        let (rounds, micros) = in_script(server.port());
        let (rounds, in_script) = (rounds - script.0, Duration::from_micros(micros - script.1));
        let each = |time: Duration| time.as_nanos() / u128::from(taken.max(1)) / 100;
        let tenths = |time| format!("{}.{}", each(time) / 10, each(time) % 10);
        println!(
            "{taken} calls of {callers} callers in {:?}: {} us of processor here, {} in Redis ({} in its script), {} waited; {} calls a round",
            began.elapsed(),
            tenths(ours),
            tenths(theirs),
            tenths(in_script),
            tenths(waited),
            u64::from(taken) / rounds.max(1)
        );
        task.stop(Duration::from_secs(10)).await;
    });
}
