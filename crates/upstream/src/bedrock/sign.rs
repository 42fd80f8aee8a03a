//! Signature Version 4. The signature covers the address, the type and the whole body, and is good for some minutes: it is
//! made once per attempt, by the time of that attempt.

use std::time::SystemTime;

use aws_sigv4::http_request::{self, SignableBody, SignableRequest, SigningSettings};
use aws_sigv4::sign::v4;
use http::{HeaderName, HeaderValue, Uri, header};
use secrecy::ExposeSecret as _;

use super::Credentials;
use crate::kind::secret_header;

/// The service's name in signatures, which is not the one in its host names.
const SERVICE: &str = "bedrock";

/// What is signed of a request. Other headers may be added or changed afterwards.
#[derive(Clone, Copy, Debug)]
pub struct Outgoing<'a> {
    /// Where it goes, percent-encoded as it will be sent.
    pub url: &'a Uri,
    /// Its `content-type`.
    pub content_type: &'a str,
    /// All of its body.
    pub body: &'a [u8],
}

/// The request cannot be signed. Never repeats a secret.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum Unsignable {
    /// There is no host to sign.
    #[error("the address to sign has no host")]
    NoHost,
    /// Something in it cannot be part of a signature or a header.
    #[error("the request cannot be signed: {0}")]
    Refused(String),
}

/// The headers that make a POST request the account's: `authorization`, and for keys `x-amz-date` and perhaps
/// `x-amz-security-token`. The request must be sent with exactly this address, type and body.
pub fn sign(
    request: &Outgoing<'_>,
    credentials: &Credentials,
    region: &str,
    time: SystemTime,
) -> Result<Vec<(HeaderName, HeaderValue)>, Unsignable> {
    let (access_key_id, secret, token) = match credentials {
        Credentials::ApiKey(key) => {
            let value = secret_header(&format!("Bearer {}", key.expose_secret()));
            let value = value.ok_or_else(|| Unsignable::Refused("the API key is no header".to_owned()))?;
            return Ok(vec![(header::AUTHORIZATION, value)]);
        }
        Credentials::Keys { access_key_id, secret_access_key, session_token } => {
            (access_key_id, secret_access_key, session_token)
        }
    };
    // The signer takes the host for granted.
    if request.url.host().is_none_or(str::is_empty) {
        return Err(Unsignable::NoHost);
    }
    let identity = aws_credential_types::Credentials::from_keys(
        access_key_id,
        secret.expose_secret(),
        token.as_ref().map(|token| token.expose_secret().to_owned()),
    )
    .into();
    let parameters = v4::SigningParams::builder()
        .identity(&identity)
        .region(region)
        .name(SERVICE)
        .time(time)
        .settings(SigningSettings::default())
        .build()
        .map_err(|error| Unsignable::Refused(error.to_string()))?
        .into();
    let headers = [(header::CONTENT_TYPE.as_str(), request.content_type)];
    let signable =
        SignableRequest::new("POST", request.url.to_string(), headers.into_iter(), SignableBody::Bytes(request.body));
    let signed = signable.and_then(|signable| http_request::sign(signable, &parameters));
    let (instructions, _) = signed.map_err(|error| Unsignable::Refused(error.to_string()))?.into_parts();
    let (headers, _) = instructions.into_parts();
    headers
        .iter()
        .map(|header| {
            let value = HeaderValue::from_str(header.value()).map_err(|error| Unsignable::Refused(error.to_string()));
            value.map(|mut value| {
                // The date is none; the signature is good for its own body only, but needs no reader either.
                value.set_sensitive(header.name() != "x-amz-date");
                (HeaderName::from_static(header.name()), value)
            })
        })
        .collect()
}
