//! The whole measurement: start everything, interleave the targets, keep the quiet rounds, print the table.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::time::{Duration, Instant};

use anyhow::{Context, bail};
use http::Method;

use crate::RunArgs;
use crate::load::percentile;
use crate::measure::{Round, round};
use crate::process::{LOAD_CORE, Running, free_addr, pin_self, say};
use crate::scenarios::{ALL, Scenario};
use crate::starts::{FirstCount, Memory, Starts, measure_first_count, measure_starts};
use crate::table;
use crate::targets::{Kind, Setting, Target, call, start};
use crate::usage::memory;

/// Everything measured.
#[derive(Default)]
pub(crate) struct Results {
    pub(crate) rounds: Vec<Round>,
    /// Latencies of the open loop without anything between, p50 and p99.
    pub(crate) direct: BTreeMap<&'static str, (u32, u32)>,
    pub(crate) memory: Vec<Memory>,
    pub(crate) starts: Option<Starts>,
    pub(crate) first_count: Option<FirstCount>,
    /// What could not be measured, and why.
    pub(crate) missing: Vec<String>,
}

/// A directory that goes away.
struct Scratch(PathBuf);

impl Drop for Scratch {
    fn drop(&mut self) {
        if std::fs::remove_dir_all(&self.0).is_err() {
            say(&format!("bench: {} could not be removed", self.0.display()));
        }
    }
}

/// Runs it, until it is done or told to stop.
pub(crate) fn run(args: &RunArgs) -> anyhow::Result<()> {
    pin_self()?;
    let scratch = Scratch(std::env::temp_dir().join(format!("thinkwatch-bench-{}", std::process::id())));
    std::fs::create_dir_all(&scratch.0)?;
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build()?;
    runtime.block_on(async {
        let mut asked_to_end = tokio::signal::unix::signal(tokio::signal::unix::SignalKind::terminate())?;
        tokio::select! {
            outcome = everything(args, &scratch.0) => outcome,
            _ = tokio::signal::ctrl_c() => bail!("interrupted"),
            _ = asked_to_end.recv() => bail!("told to end"),
            () = tokio::time::sleep(Duration::from_secs(3600)) => bail!("an hour has passed"),
        }
    })
}

async fn everything(args: &RunArgs, dir: &Path) -> anyhow::Result<()> {
    let upstream = free_addr()?;
    let own = std::env::current_exe()?;
    let simulate = ["simulate".to_owned(), "--addr".to_owned(), upstream.to_string()];
    let log = dir.join("simulator.log");
    let mut simulator = Running::start("the simulator", LOAD_CORE, &own, &simulate, &log)?;
    simulator.wait_for(upstream, Duration::from_secs(10))?;
    let setting = Setting {
        upstream,
        dir: dir.to_owned(),
        gateway_bin: gateway_bin(args)?,
        nginx_body_buffer: args.nginx_body_buffer.clone(),
    };
    let mut results = Results::default();
    if setting.gateway_bin.is_none() {
        results.missing.push("ThinkWatch: no release binary (build it, or give --gateway-bin)".to_owned());
    }
    let scenarios: Vec<&Scenario> = ALL
        .iter()
        .filter(|scenario| args.only.is_empty() || args.only.iter().any(|part| scenario.name.contains(part.as_str())))
        .collect();
    let mut targets = Vec::new();
    for kind in Kind::STARTED {
        let left_out = !args.target.is_empty() && !args.target.iter().any(|part| kind.name().contains(part));
        let idle = scenarios.iter().all(|scenario| kind.measured_as(scenario).is_empty());
        if left_out || idle || (kind.is_ours() && setting.gateway_bin.is_none()) {
            continue;
        }
        say(&format!("starting {}", kind.name()));
        let target = start(kind, &setting).await?;
        if !args.skip_process_rows {
            let wait = Duration::from_secs(if args.quick { 2 } else { 10 }).saturating_sub(target.started.elapsed());
            tokio::time::sleep(wait).await;
            let idle = memory(target.process.pid()).0;
            results.memory.push(Memory { target: kind.name(), idle_kb: idle, peak_kb: 0, after_kb: 0 });
        }
        targets.push(target);
    }
    if targets.is_empty() {
        bail!("no target to measure");
    }
    let answer = call(upstream, Method::POST, "/v1/chat/completions", None, Some("{}".to_owned())).await?.1.len();
    for scenario in scenarios {
        if let Err(why) = measure(scenario, &mut targets, args, answer, upstream, &mut results).await {
            // What was measured until now is still worth its minutes.
            results.missing.push(format!("the run ended here: {why:#}"));
            table::write(&results, &args.results)?;
            return Err(why);
        }
    }
    if !args.skip_process_rows {
        say("memory after the load");
        tokio::time::sleep(Duration::from_secs(if args.quick { 3 } else { 30 })).await;
        for (target, row) in targets.iter().zip(&mut results.memory) {
            (row.after_kb, row.peak_kb) = memory(target.process.pid());
        }
    }
    drop(targets);
    if !args.skip_process_rows && setting.gateway_bin.is_some() {
        say("start times");
        let waiting = args.catch_up_mb.unwrap_or(if args.quick { 64 } else { 1024 }) << 20;
        match measure_starts(&setting, waiting).await {
            Ok(starts) => results.starts = Some(starts),
            Err(why) => results.missing.push(format!("start times: {why:#}")),
        }
        match measure_first_count(&setting).await {
            Ok(count) => results.first_count = Some(count),
            Err(why) => results.missing.push(format!("first count of tokens: {why:#}")),
        }
    }
    table::write(&results, &args.results)
}

fn gateway_bin(args: &RunArgs) -> anyhow::Result<Option<PathBuf>> {
    if let Some(given) = &args.gateway_bin {
        let found = given.canonicalize().with_context(|| format!("--gateway-bin {}", given.display()))?;
        return Ok(Some(found));
    }
    let beside = std::env::current_exe()?.with_file_name("thinkwatch");
    Ok(beside.exists().then_some(beside))
}

/// Who takes part in a row.
struct Entrant {
    /// Which of the targets.
    target: usize,
    /// As what it is measured.
    kind: Kind,
    /// Rounds in which nobody else was busy.
    quiet: usize,
    /// The others.
    noisy: Vec<Round>,
}

impl Entrant {
    const fn new(target: usize, kind: Kind) -> Self {
        Self { target, kind, quiet: 0, noisy: Vec::new() }
    }
}

/// A B A B …; a round in which others were busy on the core is done again, a bounded number of times.
async fn measure(
    scenario: &Scenario,
    targets: &mut [Target],
    args: &RunArgs,
    answer: usize,
    upstream: std::net::SocketAddr,
    results: &mut Results,
) -> anyhow::Result<()> {
    let rounds = args.rounds.unwrap_or(if args.quick { 3 } else { 5 });
    let lasting = Duration::from_secs(if args.quick { 1 } else { scenario.seconds });
    say(&format!("{} ({rounds} rounds)", scenario.title));
    let begun = Instant::now();
    let of_target =
        |(at, target): (usize, &Target)| target.kind.measured_as(scenario).iter().map(move |kind| (at, *kind));
    let mut entrants: Vec<Entrant> =
        targets.iter().enumerate().flat_map(of_target).map(|(target, kind)| Entrant::new(target, kind)).collect();
    for _ in 0..rounds * 2 {
        for entrant in entrants.iter_mut().filter(|entrant| entrant.quiet < rounds) {
            let round = round(&mut targets[entrant.target], entrant.kind, scenario, answer, lasting).await?;
            if round.foreign <= args.foreign {
                entrant.quiet += 1;
                results.rounds.push(round);
            } else {
                entrant.noisy.push(round);
            }
        }
        let direct = scenario.drive(&scenario.work(upstream, "sk-sim-openai", answer, false), lasting / 2).await;
        let now = (percentile(&direct.latencies, 0.5), percentile(&direct.latencies, 0.99));
        let best = results.direct.entry(scenario.name).or_insert(now);
        *best = (best.0.min(now.0), best.1.min(now.1));
        if entrants.iter().all(|entrant| entrant.quiet >= rounds) {
            break;
        }
    }
    for Entrant { kind, quiet, mut noisy, .. } in entrants {
        let lacking = rounds.saturating_sub(quiet);
        if lacking > 0 {
            // Better a loud round than none, but it is told.
            noisy.sort_by(|a, b| a.foreign.total_cmp(&b.foreign));
            let name = kind.name();
            results.missing.push(format!("{}: {lacking} of {rounds} rounds of {name} had foreign load", scenario.name));
            results.rounds.extend(noisy.into_iter().take(lacking));
        }
    }
    say(&format!("  took {:.0} s", begun.elapsed().as_secs_f64()));
    Ok(())
}
