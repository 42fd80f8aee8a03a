//! How the server is doing, for operators.

use std::time::{Duration, Instant};

use thinkwatch_policy::access::Action;
pub use thinkwatch_records::spool::SpoolReport;
use thinkwatch_store::Backend;

use crate::caller::Caller;
use crate::clock::now_us;
use crate::control::Control;
use crate::error::Result;

/// A part of the server.
#[derive(Clone, Debug)]
pub struct PartHealth {
    /// `store`, `logs`.
    pub name: &'static str,
    /// Which backend it is.
    pub backend: &'static str,
    /// How long an answer took, or why there was none.
    pub result: std::result::Result<Duration, String>,
}

/// The whole server.
#[derive(Clone, Debug)]
pub struct Health {
    /// Running for.
    pub uptime_us: i64,
    /// Its parts.
    pub parts: Vec<PartHealth>,
    /// Bytes of the request log.
    pub log_bytes: u64,
    /// The record spool, where this process has one.
    pub spool: Option<SpoolHealth>,
    /// Providers, models, keys and users in the snapshot.
    pub loaded: [usize; 4],
}

/// The record spool.
#[derive(Clone, Debug)]
pub struct SpoolHealth {
    /// What it says of itself.
    pub report: SpoolReport,
    /// Bytes it may take.
    pub max_bytes: u64,
}

/// Asks every part.
pub async fn get(control: &Control, caller: &Caller) -> Result<Health> {
    caller.may(Action::HealthRead)?;
    let backend = match control.store.backend() {
        Backend::Sqlite => "sqlite",
        Backend::Postgres => "postgresql",
    };
    let store = PartHealth { name: "store", backend, result: control.store.ping().await.map_err(|e| e.to_string()) };
    let asked = Instant::now();
    let stats = control.logs.stats().await;
    let logs = PartHealth {
        name: "logs",
        backend: control.logs.backend(),
        result: stats.as_ref().map(|_| asked.elapsed()).map_err(ToString::to_string),
    };
    let max_bytes = u64::try_from(control.settings().spool_max_bytes).unwrap_or(u64::MAX);
    let spool = control.spool.get().map(|spool| SpoolHealth { report: spool.report(), max_bytes });
    let snapshot = control.publisher.handle();
    let (catalogue, principals) = (snapshot.catalogue.load(), snapshot.principals.load());
    Ok(Health {
        uptime_us: now_us() - control.started_at_us,
        parts: vec![store, logs],
        spool,
        log_bytes: stats.map_or(0, |stats| stats.bytes),
        loaded: [catalogue.providers.len(), catalogue.models.len(), principals.keys.len(), principals.users.len()],
    })
}

/// What a look at one provider found.
#[derive(Clone, Debug)]
pub struct Finding {
    /// The provider's name.
    pub name: String,
    /// How many models it lists, or why it does not answer.
    pub result: std::result::Result<usize, String>,
}

/// Asks every enabled provider for its models. For the doctor, who has no caller: whoever can open the data may look.
pub async fn inspect(control: &Control, limits: thinkwatch_outbound::FetchLimits) -> Vec<Finding> {
    let catalogue = control.publisher.handle().catalogue.load_full();
    let mut findings = Vec::with_capacity(catalogue.providers.len());
    for provider in &catalogue.providers {
        let result = match control.upstream.upstream_for(provider) {
            Ok(upstream) => upstream.probe(limits).await.result.map_err(|failure| failure.message),
            Err(error) => Err(error.to_string()),
        };
        findings.push(Finding { name: provider.name.to_string(), result });
    }
    findings
}
