//! Where Anthropic's endpoints are.

use thinkwatch_policy::dialect::Endpoint;

use crate::kind::{Address, Place, bare, below};

/// Where an endpoint is.
pub(crate) fn address(place: Place<'_>, endpoint: Endpoint) -> Option<Address> {
    below(&format!("{}/v1", bare(place.base)), endpoint)
}

/// The URL of the list of models.
pub(crate) fn models_url(place: Place<'_>) -> String {
    format!("{}/v1/models?limit=1000", bare(place.base))
}
