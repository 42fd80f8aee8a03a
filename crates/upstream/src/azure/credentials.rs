//! Azure takes the keys of a resource in `api-key`.

use http::HeaderName;
use thinkwatch_policy::dialect::Dialect;

use crate::kind::{Credentials, secret_header};

const API_KEY: HeaderName = HeaderName::from_static("api-key");

/// The headers that carry the credential.
pub(crate) fn headers(secret: &str, _: Dialect) -> Credentials {
    vec![(API_KEY, secret_header(secret))]
}
