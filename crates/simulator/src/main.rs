//! `thinkwatch-simulator`: simulated providers as a process of their own, for tests and the bench.

use std::io::Write;
use std::process::ExitCode;

use thinkwatch_simulator::{Simulator, SimulatorConfig};

const USAGE: &str = "usage: thinkwatch-simulator [--addr HOST:PORT] [--config FILE.json] [--fast] [--direct] \
                     [--no-journal] [--threads N]\n";

struct Arguments {
    config: SimulatorConfig,
    threads: usize,
}

fn read(mut given: impl Iterator<Item = String>) -> Result<Arguments, String> {
    let mut arguments = Arguments { config: SimulatorConfig::default(), threads: 1 };
    while let Some(flag) = given.next() {
        let mut value = || given.next().ok_or_else(|| format!("{flag} needs a value"));
        match flag.as_str() {
            "--addr" => arguments.config.addr = value()?.parse().map_err(|why| format!("--addr: {why}"))?,
            "--config" => {
                let path = value()?;
                let text = std::fs::read(&path).map_err(|why| format!("{path}: {why}"))?;
                arguments.config = serde_json::from_slice(&text).map_err(|why| format!("{path}: {why}"))?;
            }
            "--fast" => arguments.config.fast = true,
            "--direct" => arguments.config.direct = true,
            "--no-journal" => arguments.config.journal = 0,
            "--threads" => arguments.threads = value()?.parse().map_err(|why| format!("--threads: {why}"))?,
            other => return Err(format!("unknown argument {other}")),
        }
    }
    Ok(arguments)
}

fn run(arguments: Arguments) -> Result<(), String> {
    let mut builder = match arguments.threads {
        0 | 1 => tokio::runtime::Builder::new_current_thread(),
        _ => tokio::runtime::Builder::new_multi_thread(),
    };
    let runtime =
        builder.worker_threads(arguments.threads.max(1)).enable_all().build().map_err(|why| why.to_string())?;
    runtime.block_on(async {
        let running = Simulator::start(arguments.config).await.map_err(|why| why.to_string())?;
        writeln!(std::io::stdout(), "listening on {}", running.url()).map_err(|why| why.to_string())?;
        // Ends by a signal to the process; there is nothing to save.
        running.wait().await;
        Ok(())
    })
}

fn main() -> ExitCode {
    let outcome = read(std::env::args().skip(1)).map_err(|why| format!("{why}\n{USAGE}")).and_then(run);
    match outcome {
        Ok(()) => ExitCode::SUCCESS,
        Err(why) => {
            // If even the error channel is closed, the exit code has to do.
            drop(writeln!(std::io::stderr(), "{why}"));
            ExitCode::FAILURE
        }
    }
}
