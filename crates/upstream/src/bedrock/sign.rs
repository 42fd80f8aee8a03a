//! Signature Version 4. The signature covers the address, the type and the whole body, and is good for some minutes: it is
//! made once per attempt, by the time of that attempt.

use std::time::SystemTime;

use aws_sigv4::http_request::{self, SignableBody, SignableRequest, SigningSettings};
use aws_sigv4::sign::v4;
use http::{HeaderName, HeaderValue, header};
use secrecy::ExposeSecret as _;
use thinkwatch_policy::catalogue::AwsKeys;

use crate::kind::{Outgoing, Unsignable};

/// The service's name in signatures, which is not the one in its host names.
const SERVICE: &str = "bedrock";

/// The headers that make a request the account's: `authorization`, `x-amz-date` and perhaps `x-amz-security-token`. The
/// request must be sent with exactly this address, type and body; other headers may be added or changed afterwards.
pub(crate) fn sign(
    request: &Outgoing<'_>,
    keys: &AwsKeys,
    region: &str,
    time: SystemTime,
) -> Result<Vec<(HeaderName, HeaderValue)>, Unsignable> {
    // The signer takes the host for granted.
    if request.url.host().is_none_or(str::is_empty) {
        return Err(Unsignable::NoHost);
    }
    let refused = |error: &dyn std::error::Error| Unsignable::Refused(error.to_string());
    let identity = aws_credential_types::Credentials::from_keys(
        keys.access_key_id.clone(),
        keys.secret_access_key.expose_secret(),
        keys.session_token.as_ref().map(|token| token.expose_secret().to_owned()),
    )
    .into();
    let parameters = v4::SigningParams::builder()
        .identity(&identity)
        .region(region)
        .name(SERVICE)
        .time(time)
        .settings(SigningSettings::default())
        .build()
        .map_err(|error| refused(&error))?
        .into();
    let headers = request.content_type.map(|kind| (header::CONTENT_TYPE.as_str(), kind));
    let signable = SignableRequest::new(
        request.method.as_str(),
        request.url.to_string(),
        headers.into_iter(),
        SignableBody::Bytes(request.body),
    );
    let signed = signable.and_then(|signable| http_request::sign(signable, &parameters));
    let (instructions, _) = signed.map_err(|error| refused(&error))?.into_parts();
    let (headers, _) = instructions.into_parts();
    headers
        .iter()
        .map(|header| {
            let mut value = HeaderValue::from_str(header.value()).map_err(|error| refused(&error))?;
            // The date is none; the signature is good for its own body only, but needs no reader either.
            value.set_sensitive(header.name() != "x-amz-date");
            Ok((HeaderName::from_static(header.name()), value))
        })
        .collect()
}

#[cfg(test)]
mod tests {
    use http::{Method, Uri};

    use super::*;

    #[test]
    fn an_address_without_a_host_is_refused() {
        let url = Uri::from_static("/model/m/converse");
        let request =
            Outgoing { method: &Method::POST, url: &url, content_type: Some("application/json"), body: b"{}" };
        let keys = AwsKeys {
            access_key_id: "AKIDEXAMPLE".to_owned(),
            secret_access_key: "secret".into(),
            session_token: None,
        };
        assert_eq!(sign(&request, &keys, "us-east-1", SystemTime::UNIX_EPOCH), Err(Unsignable::NoHost));
    }
}
