//! OpenAI takes a bearer token.

use http::{HeaderName, HeaderValue, header};
use thinkwatch_policy::dialect::Dialect;

use crate::kind::secret_header;

/// The headers that carry the credential.
pub(crate) fn headers(secret: &str, _: Dialect) -> Vec<(HeaderName, Option<HeaderValue>)> {
    vec![(header::AUTHORIZATION, secret_header(&format!("Bearer {secret}")))]
}
