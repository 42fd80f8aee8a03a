//! Health details and the version.

use axum::Json;
use axum::extract::State;
use serde::Serialize;
use thinkwatch_control::health;
use utoipa::ToSchema;

use crate::error::{Answer, ErrorBody};
use crate::signed::Signed;
use crate::state::App;

/// How the server is doing.
#[derive(Serialize, ToSchema)]
pub(crate) struct HealthBody {
    /// `ok`, or `degraded` when a part does not answer.
    status: &'static str,
    /// Running for.
    uptime_secs: i64,
    /// Its parts.
    parts: Vec<PartBody>,
    /// Bytes of the request log.
    log_bytes: u64,
    /// The record spool; `null` where this process has none.
    spool: Option<SpoolBody>,
    /// Providers in use.
    providers: usize,
    /// Models.
    models: usize,
    /// Keys.
    keys: usize,
    /// Active users.
    users: usize,
}

/// The record spool: where calls are on file before they are in the request log and the ledger.
#[derive(Serialize, ToSchema)]
pub(crate) struct SpoolBody {
    /// Whether new calls are admitted.
    ok: bool,
    /// Why not.
    message: Option<String>,
    /// Bytes on disk.
    bytes: u64,
    /// Bytes it may take.
    max_bytes: u64,
    /// Calls in progress.
    open_calls: usize,
    /// Who reads it, and how far behind they are.
    consumers: Vec<ConsumerBody>,
}

/// A reader of the spool.
#[derive(Serialize, ToSchema)]
pub(crate) struct ConsumerBody {
    /// `request-log`, `ledger`.
    name: String,
    /// Bytes it has not read yet.
    lag_bytes: u64,
}

impl From<health::SpoolHealth> for SpoolBody {
    fn from(spool: health::SpoolHealth) -> Self {
        let report = spool.report;
        Self {
            ok: report.admits.is_ok(),
            message: report.admits.err(),
            bytes: report.bytes,
            max_bytes: spool.max_bytes,
            open_calls: report.open_calls,
            consumers: report.lag_bytes.into_iter().map(|(name, lag_bytes)| ConsumerBody { name, lag_bytes }).collect(),
        }
    }
}

/// A part of the server.
#[derive(Serialize, ToSchema)]
pub(crate) struct PartBody {
    /// Its name.
    name: &'static str,
    /// Which backend it is.
    backend: &'static str,
    /// Whether it answers.
    ok: bool,
    /// How long that took.
    latency_us: Option<u64>,
    /// Why it does not.
    message: Option<String>,
}

/// The version.
#[derive(Serialize, ToSchema)]
pub(crate) struct VersionBody {
    /// Always `thinkwatch`.
    name: &'static str,
    /// The version.
    version: String,
}

/// How the server is doing.
#[utoipa::path(get, path = "/api/health", tag = "system",
    responses((status = 200, body = HealthBody), (status = 401, body = ErrorBody), (status = 403, body = ErrorBody)))]
pub(crate) async fn health(State(app): State<App>, Signed(caller): Signed) -> Answer<Json<HealthBody>> {
    let health = health::get(&app.control, &caller).await?;
    let [providers, models, keys, users] = health.loaded;
    let parts: Vec<_> = health
        .parts
        .into_iter()
        .map(|part| PartBody {
            name: part.name,
            backend: part.backend,
            ok: part.result.is_ok(),
            latency_us: part.result.as_ref().ok().map(|took| u64::try_from(took.as_micros()).unwrap_or(u64::MAX)),
            message: part.result.err(),
        })
        .collect();
    let spool = health.spool.map(SpoolBody::from);
    let status =
        if parts.iter().all(|part| part.ok) && spool.as_ref().is_none_or(|spool| spool.ok) { "ok" } else { "degraded" };
    let uptime_secs = health.uptime_us / 1_000_000;
    Ok(Json(HealthBody {
        status,
        uptime_secs,
        parts,
        log_bytes: health.log_bytes,
        spool,
        providers,
        models,
        keys,
        users,
    }))
}

/// The version.
#[utoipa::path(get, path = "/api/version", tag = "system", responses((status = 200, body = VersionBody)))]
pub(crate) async fn version(State(app): State<App>) -> Json<VersionBody> {
    Json(VersionBody { name: "thinkwatch", version: app.options.version.clone() })
}
