//! Compatible servers take a bearer token. On the Messages surface some read only `x-api-key`, as Anthropic does, and
//! some only the bearer token: they get both, with the same secret.

use http::{HeaderName, header};
use thinkwatch_policy::dialect::Dialect;

use crate::kind::{Credentials, secret_header};

const X_API_KEY: HeaderName = HeaderName::from_static("x-api-key");

/// The headers that carry the credential.
pub(crate) fn headers(secret: &str, dialect: Dialect) -> Credentials {
    let mut headers = vec![(header::AUTHORIZATION, secret_header(&format!("Bearer {secret}")))];
    if dialect == Dialect::Messages {
        headers.push((X_API_KEY, secret_header(secret)));
    }
    headers
}
