//! Where Azure's endpoints are. There are two ways to ask, see
//! <https://learn.microsoft.com/azure/ai-foundry/openai/api-version-lifecycle>:
//!
//! * With the date of a version, the deployment stands in the path: `/openai/deployments/{deployment}/chat/completions`.
//!   That is the usual one, which every resource and every gateway before one knows.
//! * Below `/openai/v1` the deployment is the body's `model`, and no version is needed. Responses is always asked so: by date
//!   it was only ever a preview. With `v1` or `preview` as the version, all else is too.

use thinkwatch_policy::catalogue::ProviderKind;
use thinkwatch_policy::dialect::{Dialect, Endpoint};

use crate::kind::{Address, Place, bare};

/// The newest version by date that is not a preview.
const USUAL_VERSION: &str = "2024-10-21";

/// Where an endpoint is.
pub(crate) fn address(place: Place<'_>, endpoint: Endpoint) -> Option<Address> {
    let base = resource(place.base);
    let (path, version) = (endpoint.path(), version(place));
    if !has(endpoint) {
        return None;
    }
    match undated_query(version) {
        None if endpoint != Endpoint::Responses => {
            Some(Address::OfModel(format!("{base}/openai/deployments/"), format!("{path}?api-version={version}")))
        }
        query => Some(Address::Fixed(format!("{base}/openai/v1{path}{}", query.unwrap_or_default()))),
    }
}

/// Azure has neither moderations, which are a service of their own there, nor variations of images, nor counts.
const fn has(endpoint: Endpoint) -> bool {
    use Dialect::{Audio, Chat, Completions, Embeddings, Images, Responses};
    matches!(endpoint.dialect(), Chat | Responses | Embeddings | Completions | Images | Audio)
        && !endpoint.only_counts()
        && ProviderKind::Azure.has(endpoint)
}

/// The URL of the list of models: of those the resource could deploy. Only Azure's management, with other credentials, tells
/// which deployments there are.
pub(crate) fn models_url(place: Place<'_>) -> String {
    let (base, version) = (resource(place.base), version(place));
    match undated_query(version) {
        None => format!("{base}/openai/models?api-version={version}"),
        Some(query) => format!("{base}/openai/v1/models{query}"),
    }
}

fn version(place: Place<'_>) -> &str {
    place.api_version.unwrap_or(USUAL_VERSION)
}

/// The query of calls below `/openai/v1`, if that is what the version means.
fn undated_query(version: &str) -> Option<&'static str> {
    match version {
        "v1" => Some(""),
        "preview" => Some("?api-version=preview"),
        _ => None,
    }
}

/// The resource's address, also if it was written down as libraries take it (`…/openai/v1/`).
fn resource(base: &str) -> &str {
    let base = bare(base);
    base.strip_suffix("/openai").unwrap_or(base).trim_end_matches('/')
}
