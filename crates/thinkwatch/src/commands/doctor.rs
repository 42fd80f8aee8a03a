//! `thinkwatch doctor`: checks what a server needs, and says what to do about what is wrong.

use std::process::ExitCode;
use std::time::Duration;

use anyhow::Result;
use thinkwatch_config::{Config, DataDir, DataDirError, Environment};
use thinkwatch_control::health::{Finding, inspect};
use thinkwatch_outbound::FetchLimits;

use super::runtime;
use crate::assembly::{Assembly, assemble, connect_options, network};
use crate::cli::say;
use crate::counting;

/// One line of the report.
enum Verdict {
    Good,
    Warning,
    Bad,
}

struct Report {
    bad: usize,
}

impl Report {
    fn line(&mut self, verdict: Verdict, text: impl std::fmt::Display) {
        let mark = match verdict {
            Verdict::Good => "ok   ",
            Verdict::Warning => "warn ",
            Verdict::Bad => {
                self.bad += 1;
                "FAIL "
            }
        };
        say(format!("{mark} {text}"));
    }
}

pub(crate) fn run() -> Result<ExitCode> {
    let mut report = Report { bad: 0 };
    let config = match Environment::read(&std::env::current_dir()?).and_then(|env| Config::load(&env)) {
        Ok(config) => config,
        Err(errors) => {
            for problem in &errors.0 {
                report.line(Verdict::Bad, problem);
            }
            return Ok(ExitCode::FAILURE);
        }
    };
    report.line(Verdict::Good, "configuration: every variable and setting is valid");
    runtime()?.block_on(examine(&config, &mut report))?;
    say(match report.bad {
        0 => "\nNothing is wrong.".to_owned(),
        1 => "\nOne thing needs mending.".to_owned(),
        n => format!("\n{n} things need mending."),
    });
    Ok(if report.bad == 0 { ExitCode::SUCCESS } else { ExitCode::FAILURE })
}

async fn examine(config: &Config, report: &mut Report) -> Result<()> {
    match network(config, &config.settings) {
        Ok(_) => report.line(Verdict::Good, "network: trusted authorities and proxy can be used"),
        Err(error) => report.line(Verdict::Bad, format!("network: {error:#}")),
    }
    clock(report);
    if let Some(at) = &config.redis {
        redis(at, report).await;
    }
    match DataDir::open(&config.data_dir) {
        Ok(data_dir) => {
            data_directory(&data_dir, report);
            match assemble(config, &data_dir).await {
                Ok(assembly) => {
                    report.line(Verdict::Good, "store: reachable, schema up to date, secrets fit");
                    providers(&assembly, report).await;
                    assembly.close().await;
                }
                Err(error) => report.line(Verdict::Bad, format!("store: {error:#}")),
            }
        }
        Err(DataDirError::Locked { .. }) => {
            report.line(Verdict::Good, "data directory: in use by a running ThinkWatch");
            match thinkwatch_store::Store::open(&connect_options(config)).await {
                Ok(store) => {
                    report.line(Verdict::Good, "store: reachable, schema up to date");
                    store.close().await;
                }
                Err(error) => report.line(Verdict::Bad, format!("store: {error}")),
            }
            running(config, report).await;
        }
        Err(error) => report.line(Verdict::Bad, format!("data directory: {error}")),
    }
    Ok(())
}

/// Limits and budgets are in it: it must not forget them when its memory is full.
async fn redis(at: &thinkwatch_config::Redis, report: &mut Report) {
    use thinkwatch_coordination::redis::check;
    let server = match counting::server(at) {
        Ok(server) => server,
        Err(error) => return report.line(Verdict::Bad, format!("redis: {error:#}")),
    };
    let found = match check(&server).await {
        Ok(found) => found,
        Err(error) => return report.line(Verdict::Bad, format!("redis: {error}; check REDIS_URL")),
    };
    let (version, latency_ms) = (&found.version, found.latency.as_secs_f64() * 1e3);
    let old = version.split('.').next().and_then(|major| major.parse::<u32>().ok()).is_none_or(|major| major < 7);
    let mut faults = Vec::new();
    if !found.primary {
        faults.push((
            Verdict::Bad,
            "redis: it is not the primary and cannot be written to; give the primary's address".to_owned(),
        ));
    }
    if old {
        faults.push((Verdict::Warning, format!("redis: version {version} was not tried; 7.0 and newer were")));
    }
    match found.eviction.as_deref() {
        Some("noeviction") => {}
        Some(other) => {
            let text = format!("redis: maxmemory-policy is {other}: it may forget limits; set it to noeviction");
            faults.push((Verdict::Bad, text));
        }
        None => {
            let text = "redis: it does not say its maxmemory-policy; make sure that it is noeviction";
            faults.push((Verdict::Warning, text.to_owned()));
        }
    }
    if found.latency > Duration::from_millis(10) {
        let text = format!("redis: it took {latency_ms:.1} ms to answer, and each call with limits waits for it");
        faults.push((Verdict::Warning, text));
    }
    if faults.is_empty() {
        let how = match (&at.sentinel, at.tls) {
            (None, false) => "",
            (None, true) => " over TLS",
            (Some(_), false) => " (found by sentinels)",
            (Some(_), true) => " over TLS (found by sentinels)",
        };
        report.line(Verdict::Good, format!("redis: {version}, answers in {latency_ms:.1} ms{how}, forgets nothing"));
    }
    for (verdict, text) in faults {
        report.line(verdict, text);
    }
}

/// A clock before the release of this version breaks tokens and the order of records.
fn clock(report: &mut Report) {
    const RELEASE: u64 = 1_795_305_600;
    let now = std::time::SystemTime::now().duration_since(std::time::UNIX_EPOCH).map_or(0, |d| d.as_secs());
    if now < RELEASE {
        report.line(Verdict::Bad, "clock: it is set to a time before this version was made; set it (NTP)");
    } else {
        report.line(Verdict::Good, "clock: plausible");
    }
}

fn data_directory(data_dir: &DataDir, report: &mut Report) {
    let shown = data_dir.path().display();
    if data_dir.is_private() {
        report.line(Verdict::Good, format!("data directory: {shown} can be written and is private"));
    } else {
        report.line(Verdict::Warning, format!("data directory: others may read {shown}; run `chmod 700 {shown}`"));
    }
    let Ok(space) = rustix::fs::statvfs(data_dir.path()) else { return };
    let free = space.f_bavail.saturating_mul(space.f_frsize);
    let text = format!("disk: {} MB free for records and logs", free >> 20);
    let verdict = if free < 1 << 30 { Verdict::Warning } else { Verdict::Good };
    report.line(verdict, text);
}

async fn providers(assembly: &Assembly, report: &mut Report) {
    let limits = FetchLimits { total: Duration::from_secs(10), max_bytes: 4 << 20 };
    let findings = inspect(&assembly.control, limits).await;
    if findings.is_empty() {
        report.line(Verdict::Warning, "providers: none is configured; add one in the console");
    }
    for Finding { name, result } in findings {
        match result {
            Ok(models) => report.line(Verdict::Good, format!("provider {name}: answers, {models} models")),
            Err(why) => report.line(Verdict::Bad, format!("provider {name}: {why}")),
        }
    }
}

async fn running(config: &Config, report: &mut Report) {
    let address = super::health::reachable(config.gateway);
    match tokio::net::TcpStream::connect(address).await {
        Ok(_) => report.line(Verdict::Good, format!("gateway: listens on {address}")),
        Err(error) => report.line(Verdict::Bad, format!("gateway: nothing answers on {address}: {error}")),
    }
}
