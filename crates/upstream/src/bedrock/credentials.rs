//! What Bedrock takes as a credential: keys, which sign each call, or an API key, which is sent as it is.

use http::header;
use secrecy::{ExposeSecret as _, SecretString};
use thinkwatch_policy::catalogue::AwsKeys;
use thinkwatch_policy::dialect::Dialect;

use crate::kind::{Credentials, secret_header};

/// The headers that carry an API key. Keys have none of their own: see [`super::sign()`].
pub(crate) fn headers(secret: &str, _: Dialect) -> Credentials {
    vec![(header::AUTHORIZATION, secret_header(&format!("Bearer {secret}")))]
}

/// The parts of keys that must never be repeated, for instance in an error that echoes them.
pub(crate) fn secrets(keys: &AwsKeys) -> impl Iterator<Item = &SecretString> {
    [Some(&keys.secret_access_key), keys.session_token.as_ref()].into_iter().flatten()
}

/// Whether keys can be sent: a signature names the key's id, and the token is a header.
pub(crate) fn are_sendable(keys: &AwsKeys) -> bool {
    let id = &keys.access_key_id;
    let token = keys.session_token.as_ref().map(|token| token.expose_secret());
    !id.is_empty()
        && id.bytes().all(|byte| byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'_' | b'.'))
        && !keys.secret_access_key.expose_secret().is_empty()
        && token.is_none_or(|token| !token.is_empty() && secret_header(token).is_some())
}
