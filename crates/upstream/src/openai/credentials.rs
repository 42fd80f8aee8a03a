//! OpenAI takes a bearer token.

use http::header;
use thinkwatch_policy::dialect::Dialect;

use crate::kind::{Credentials, secret_header};

/// The headers that carry the credential.
pub(crate) fn headers(secret: &str, _: Dialect) -> Credentials {
    vec![(header::AUTHORIZATION, secret_header(&format!("Bearer {secret}")))]
}
