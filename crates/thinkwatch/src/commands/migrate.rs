//! `thinkwatch migrate`.

use std::process::ExitCode;

use anyhow::{Context, Result};
use thinkwatch_config::DataDir;
use thinkwatch_store::Store;

use super::{configuration, runtime};
use crate::assembly::{connect_options, log_store};
use crate::cli::say;

pub(crate) fn run() -> Result<ExitCode> {
    let config = configuration()?;
    let data_dir = DataDir::open(&config.data_dir)?;
    runtime()?.block_on(async {
        let store = Store::open(&connect_options(&config)).await.context("the store cannot be migrated")?;
        store.close().await;
        let logs = log_store(&config, &data_dir).await.context("the log store cannot be migrated")?;
        logs.close().await;
        say("the store's schema is up to date");
        Ok(ExitCode::SUCCESS)
    })
}
