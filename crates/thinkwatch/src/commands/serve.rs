//! `thinkwatch serve`.

use std::process::ExitCode;

use anyhow::{Context, Result};
use std::io::IsTerminal;
use thinkwatch_config::DataDir;

use super::configuration;
use crate::cli::say;
use crate::server::Server;
use crate::{logging, metrics_page};

pub(crate) fn run() -> Result<ExitCode> {
    let config = configuration()?;
    logging::start(&config.log_filter)?;
    let metrics = metrics_page::install()?;
    let data_dir = DataDir::open(&config.data_dir)?;
    let runtime = server_runtime()?;
    runtime.block_on(async {
        let server = Server::start(&config, data_dir, metrics).await?;
        if std::io::stdout().is_terminal() {
            greet(&config, &server).await;
        }
        server.run().await
    })?;
    // Blocking work that hangs (a dead disk) must not hold the exit.
    runtime.shutdown_timeout(std::time::Duration::from_secs(5));
    Ok(ExitCode::SUCCESS)
}

/// What somebody who has just started it wants to know.
async fn greet(config: &thinkwatch_config::Config, server: &Server) {
    say(format!("\n  gateway  {}   (listens on {})", config.gateway_url(), server.gateway_address));
    say(format!("  console  {}   (listens on {})\n", config.console_url(), server.console_address));
    if let Ok(false) = thinkwatch_control::setup::is_initialized(&server.assembly.control).await {
        say("  Nobody can sign in yet: run `thinkwatch setup` in another terminal, in this folder.\n");
    }
}

/// On one core there is nobody to share work with: a runtime without that machinery costs less per request.
fn server_runtime() -> Result<tokio::runtime::Runtime> {
    let one_core = std::thread::available_parallelism().is_ok_and(|cores| cores.get() == 1);
    let mut builder = match one_core {
        true => tokio::runtime::Builder::new_current_thread(),
        false => tokio::runtime::Builder::new_multi_thread(),
    };
    builder.enable_all().thread_name("thinkwatch").build().context("the runtime could not be started")
}
