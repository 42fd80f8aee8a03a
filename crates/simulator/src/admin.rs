//! The simulator's own endpoints, for whoever drives it from outside.

use http::{Method, StatusCode};

use crate::fault::{Fault, Faults};
use crate::journal::Journal;

/// Answers `/_sim/…` with a status and a JSON text.
pub(crate) fn answer(
    method: &Method,
    path: &str,
    query: &str,
    body: &[u8],
    journal: &Journal,
    faults: &Faults,
) -> (StatusCode, String) {
    match (method, path) {
        (&Method::GET, "/_sim/journal") => {
            let since = query.split('&').find_map(|pair| pair.strip_prefix("since=")?.parse().ok()).unwrap_or(0);
            shown(&journal.since(since))
        }
        (&Method::DELETE, "/_sim/journal") => {
            journal.clear();
            (StatusCode::OK, "{}".to_owned())
        }
        (&Method::GET, "/_sim/stats") => shown(&journal.stats()),
        (&Method::POST, "/_sim/fault") => match serde_json::from_slice::<Fault>(body) {
            Ok(fault) => {
                faults.inject(fault);
                (StatusCode::OK, "{}".to_owned())
            }
            Err(why) => (StatusCode::BAD_REQUEST, serde_json::json!({"error": why.to_string()}).to_string()),
        },
        _ => (StatusCode::NOT_FOUND, "{\"error\":\"no such endpoint\"}".to_owned()),
    }
}

fn shown(what: &impl serde::Serialize) -> (StatusCode, String) {
    match serde_json::to_string(what) {
        Ok(text) => (StatusCode::OK, text),
        Err(why) => (StatusCode::INTERNAL_SERVER_ERROR, serde_json::json!({"error": why.to_string()}).to_string()),
    }
}
