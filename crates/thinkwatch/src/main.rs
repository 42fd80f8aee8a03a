//! The binary: commands and wiring. The only place that chooses backends, spawns consumers and waits for them.

mod access;
mod assembly;
mod caching;
mod cli;
mod commands;
mod console;
mod counting;
mod logging;
mod metrics_page;
mod old_logs;
mod server;
mod upkeep;

use std::process::ExitCode;

use clap::Parser;

// Many small buffers that live for a moment: see docs/adr for what was measured.
#[global_allocator]
static ALLOCATOR: mimalloc::MiMalloc = mimalloc::MiMalloc;

fn main() -> ExitCode {
    // What is written is for the owner alone, wherever the data directory lies.
    rustix::process::umask(rustix::fs::Mode::RWXG | rustix::fs::Mode::RWXO);
    let cli = cli::Cli::parse();
    match commands::run(cli) {
        Ok(code) => code,
        Err(error) => {
            cli::complain(&error);
            ExitCode::FAILURE
        }
    }
}
