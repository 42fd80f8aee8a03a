//! The commands.

mod demo;
mod doctor;
mod explain;
mod health;
mod migrate;
mod password;
mod serve;
mod setup;
mod usage;
mod user;

use std::process::ExitCode;

use anyhow::{Context, Result};
use thinkwatch_config::{Config, Environment};

use crate::cli::{Cli, Command, say};

/// Runs a command.
pub(crate) fn run(cli: Cli) -> Result<ExitCode> {
    match cli.command.unwrap_or(Command::Serve) {
        Command::Serve => serve::run(),
        Command::Demo => demo::run(),
        Command::Migrate => migrate::run(),
        Command::Doctor => doctor::run(),
        Command::Setup(wish) => setup::run(*wish),
        Command::Usage(question) => usage::run(&question),
        Command::Explain(what) => explain::run(&what),
        Command::User(what) => user::run(what),
        Command::Health(how) => health::run(&how),
        Command::Openapi => {
            say(thinkwatch_console::document());
            Ok(ExitCode::SUCCESS)
        }
        Command::Settings => {
            say(thinkwatch_config::documentation());
            Ok(ExitCode::SUCCESS)
        }
        Command::Apply(_) => refuse("apply"),
        Command::Export(_) => refuse("export"),
        Command::Backup(_) => refuse("backup"),
        Command::Secrets(_) => refuse("secrets"),
        Command::Audit(_) => refuse("audit"),
        Command::Store(_) => refuse("store"),
    }
}

/// A command that is planned is refused, never ignored.
fn refuse(name: &str) -> Result<ExitCode> {
    anyhow::bail!("`thinkwatch {name}` is not in this version; `thinkwatch --help` lists what is")
}

/// The configuration of this process.
fn configuration() -> Result<Config> {
    let here = std::env::current_dir().context("the working directory cannot be read")?;
    let environment = Environment::read(&here)?;
    Ok(Config::load(&environment)?)
}

/// A small runtime for commands that are no server.
fn runtime() -> Result<tokio::runtime::Runtime> {
    tokio::runtime::Builder::new_current_thread().enable_all().build().context("the runtime could not be started")
}
