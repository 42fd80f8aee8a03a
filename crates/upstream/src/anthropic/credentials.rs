//! Anthropic takes API keys in `x-api-key`, and OAuth tokens (`sk-ant-oat…`) as bearer tokens only.

use http::{HeaderName, header};
use thinkwatch_policy::dialect::Dialect;

use crate::kind::{Credentials, secret_header};

const X_API_KEY: HeaderName = HeaderName::from_static("x-api-key");

/// The headers that carry the credential.
pub(crate) fn headers(secret: &str, _: Dialect) -> Credentials {
    if secret.starts_with("sk-ant-oat") {
        vec![(header::AUTHORIZATION, secret_header(&format!("Bearer {secret}")))]
    } else {
        vec![(X_API_KEY, secret_header(secret))]
    }
}
