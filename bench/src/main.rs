//! Measures what ThinkWatch costs, beside nginx and beside a do-nothing proxy on the same HTTP stack.
//!
//! `run` prints the table; `simulate` and `forward` are the processes that `run` starts.

mod forward;
mod load;
mod measure;
mod process;
mod run;
mod scenarios;
mod shared;
mod starts;
mod table;
mod targets;
mod usage;

use std::net::SocketAddr;
use std::path::PathBuf;
use std::process::ExitCode;

use clap::{Args, Parser, Subcommand};

#[derive(Parser)]
#[command(about = "Measures what ThinkWatch costs beside plain proxies")]
struct Command {
    #[command(subcommand)]
    what: What,
}

#[derive(Subcommand)]
enum What {
    /// Measure every scenario and print the table.
    Run(RunArgs),
    /// The do-nothing proxy.
    Forward {
        /// Where to listen.
        #[arg(long)]
        addr: SocketAddr,
        /// Where everything goes.
        #[arg(long)]
        upstream: SocketAddr,
    },
    /// The simulated provider in its fast mode.
    Simulate {
        /// Where to listen.
        #[arg(long)]
        addr: SocketAddr,
    },
}

/// What `run` can be told.
#[derive(Args, Clone, Debug)]
struct RunArgs {
    /// Short loads and three rounds: to see that everything works, not to compare.
    #[arg(long)]
    quick: bool,
    /// Rounds per scenario and target.
    #[arg(long)]
    rounds: Option<usize>,
    /// Only scenarios whose name contains this; may be given more than once.
    #[arg(long)]
    only: Vec<String>,
    /// Only targets whose name contains this; may be given more than once.
    #[arg(long)]
    target: Vec<String>,
    /// The release binary of ThinkWatch; without it, the one beside this program if it is there.
    #[arg(long)]
    gateway_bin: Option<PathBuf>,
    /// MB of records that wait in the spool for the start row; 0 leaves that out. Default 1024, quick 64.
    #[arg(long)]
    catch_up_mb: Option<u64>,
    /// nginx's `client_body_buffer_size`. Its own default (16k) writes larger bodies to a file, which makes nginx five
    /// times as dear and the row easy; so the yardstick here keeps them in memory.
    #[arg(long, default_value = "512k")]
    nginx_body_buffer: String,
    /// Share of the target's core that others may use before a round is repeated.
    #[arg(long, default_value_t = 0.05)]
    foreign: f64,
    /// Where results are written.
    #[arg(long, default_value = "bench/results")]
    results: PathBuf,
    /// Leave the memory and start rows out.
    #[arg(long)]
    skip_process_rows: bool,
}

fn main() -> ExitCode {
    let outcome = match Command::parse().what {
        What::Run(args) => run::run(&args),
        What::Forward { addr, upstream } => forward::serve(addr, upstream),
        What::Simulate { addr } => forward::simulate(addr),
    };
    match outcome {
        Ok(()) => ExitCode::SUCCESS,
        Err(why) => {
            process::say(&format!("bench: {why:#}"));
            ExitCode::FAILURE
        }
    }
}
