//! Where Google's endpoints are: `/v1beta/models/{model}:verb`. The stable version lacks most of what models can do.

use thinkwatch_policy::dialect::{Dialect, Endpoint};

use crate::kind::{Address, Place, bare};

/// Where an endpoint is.
pub(crate) fn address(place: Place<'_>, endpoint: Endpoint) -> Option<Address> {
    if endpoint.dialect() != Dialect::Gemini {
        return None;
    }
    // Without it a stream comes as a list, which nobody can read before its end.
    let query = if endpoint == Endpoint::StreamGenerateContent { "?alt=sse" } else { "" };
    Some(Address::OfModel(format!("{}/models/", versioned(place)), format!("{}{query}", endpoint.path())))
}

/// The URL of the list of models.
pub(crate) fn models_url(place: Place<'_>) -> String {
    format!("{}/models?pageSize=1000", versioned(place))
}

fn versioned(place: Place<'_>) -> String {
    let base = bare(place.base);
    format!("{}/v1beta", base.strip_suffix("/v1beta").unwrap_or(base).trim_end_matches('/'))
}
