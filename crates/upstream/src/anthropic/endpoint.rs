//! Where Anthropic's endpoints are.

use thinkwatch_policy::dialect::Endpoint;

use crate::kind::bare;

/// The URL of an endpoint.
pub(crate) fn url(base: &str, endpoint: Endpoint) -> String {
    format!("{}/v1{}", bare(base), endpoint.path())
}

/// The URL of the list of models.
pub(crate) fn models_url(base: &str) -> String {
    format!("{}/v1/models?limit=1000", bare(base))
}
