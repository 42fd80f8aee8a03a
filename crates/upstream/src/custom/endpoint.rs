//! Where a compatible server's endpoints are: below `/v1`, unless its base address carries a version of its own.

use thinkwatch_policy::dialect::Endpoint;

use crate::kind::{Address, Place, bare, below};

/// Where an endpoint is.
pub(crate) fn address(place: Place<'_>, endpoint: Endpoint) -> Option<Address> {
    below(&versioned(place.base), endpoint)
}

/// The URL of the list of models.
pub(crate) fn models_url(place: Place<'_>) -> String {
    format!("{}/models", versioned(place.base))
}

/// Some servers live below another version (`/api/paas/v4`, `/v1beta/openai`): adding `/v1` would miss them.
fn versioned(base: &str) -> String {
    let base = bare(base);
    let path = base.split_once("://").map_or("", |(_, rest)| rest.split_once('/').map_or("", |(_, path)| path));
    if path.split('/').any(is_version) { base.to_owned() } else { format!("{base}/v1") }
}

/// `v2`, `v4`, `v1beta`.
fn is_version(segment: &str) -> bool {
    let Some(rest) = segment.strip_prefix('v') else { return false };
    let word = rest.trim_start_matches(|c: char| c.is_ascii_digit());
    word.len() < rest.len() && (word.is_empty() || word.starts_with("alpha") || word.starts_with("beta"))
}
