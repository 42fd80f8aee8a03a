//! The process's own log: JSON lines, or plain lines on a terminal.

use std::io::IsTerminal;

use anyhow::{Context, Result};
use tracing_subscriber::EnvFilter;
use tracing_subscriber::fmt::format::FmtSpan;

/// Sets the log up, once.
pub(crate) fn start(filter: &str) -> Result<()> {
    let filter = EnvFilter::try_new(filter).with_context(|| {
        format!("RUST_LOG is not a list of log filters such as `info,thinkwatch=debug`: `{filter}`")
    })?;
    let builder = tracing_subscriber::fmt().with_env_filter(filter).with_span_events(FmtSpan::NONE);
    let started = if std::io::stdout().is_terminal() {
        builder.with_writer(std::io::stderr).compact().try_init()
    } else {
        builder.json().flatten_event(true).with_current_span(false).with_span_list(false).try_init()
    };
    started.map_err(|error| anyhow::anyhow!("the log could not be set up: {error}"))
}
