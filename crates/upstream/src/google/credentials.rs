//! Google takes API keys in `x-goog-api-key`. It also takes them in the query, where every log on the way would show them.

use http::HeaderName;
use thinkwatch_policy::dialect::Dialect;

use crate::kind::{Credentials, secret_header};

const X_GOOG_API_KEY: HeaderName = HeaderName::from_static("x-goog-api-key");

/// The headers that carry the credential.
pub(crate) fn headers(secret: &str, _: Dialect) -> Credentials {
    vec![(X_GOOG_API_KEY, secret_header(secret))]
}
