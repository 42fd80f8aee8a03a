//! `thinkwatch migrate`.

use std::process::ExitCode;

use anyhow::{Context, Result};
use thinkwatch_config::DataDir;
use thinkwatch_store::Store;

use super::{configuration, runtime};
use crate::assembly::connect_options;
use crate::cli::say;

pub(crate) fn run() -> Result<ExitCode> {
    let config = configuration()?;
    let _lock = DataDir::open(&config.data_dir)?;
    runtime()?.block_on(async {
        let store = Store::open(&connect_options(&config)).await.context("the store cannot be migrated")?;
        store.close().await;
        say("the store's schema is up to date");
        Ok(ExitCode::SUCCESS)
    })
}
