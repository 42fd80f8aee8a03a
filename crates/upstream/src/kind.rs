//! The one place where a provider's type chooses its folder.

use http::{HeaderMap, HeaderName, HeaderValue, Method, Uri};
use thinkwatch_policy::catalogue::ProviderKind;
use thinkwatch_policy::dialect::{Dialect, Endpoint};

use crate::failure::Row;
use crate::probe::ModelsPage;
use crate::report::ErrorReport;
use crate::{anthropic, azure, bedrock, custom, google, openai};

/// Headers with a credential in them; no value where the credential cannot be one.
pub(crate) type Credentials = Vec<(HeaderName, Option<HeaderValue>)>;

/// What addresses are made of.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Place<'a> {
    /// The provider's base address.
    pub(crate) base: &'a str,
    /// The version that its addresses name, where they name one and the operator said which.
    pub(crate) api_version: Option<&'a str>,
}

/// Where an endpoint is.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Address {
    /// In the same place for all models.
    Fixed(String),
    /// The model stands between the two, percent-encoded.
    OfModel(String, String),
}

/// What every folder answers.
#[derive(Clone, Copy)]
pub(crate) struct Kind {
    /// Where an endpoint is; nowhere if providers of this type have no such thing.
    pub(crate) address: fn(place: Place<'_>, endpoint: Endpoint) -> Option<Address>,
    /// The URL of its list of models.
    pub(crate) models_url: fn(place: Place<'_>) -> String,
    /// Reads a page of that list.
    pub(crate) models: fn(body: &[u8]) -> Option<ModelsPage>,
    /// The headers that carry the credential, for a dialect.
    pub(crate) credentials: fn(secret: &str, dialect: Dialect) -> Credentials,
    /// Reads an error answer.
    pub(crate) report: fn(headers: &HeaderMap, body: &[u8]) -> ErrorReport,
    /// What its errors mean, before the status alone is looked at.
    pub(crate) errors: &'static [&'static [Row]],
}

impl Kind {
    pub(crate) const fn of(kind: ProviderKind) -> Self {
        match kind {
            ProviderKind::Openai => openai::KIND,
            ProviderKind::Anthropic => anthropic::KIND,
            ProviderKind::Google => google::KIND,
            ProviderKind::Azure => azure::KIND,
            ProviderKind::Bedrock => bedrock::KIND,
            ProviderKind::Custom => custom::KIND,
        }
    }
}

/// What is signed of a request.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Outgoing<'a> {
    /// How it is asked.
    pub(crate) method: &'a Method,
    /// Where it goes, percent-encoded as it will be sent.
    pub(crate) url: &'a Uri,
    /// Its `content-type`, if it has one.
    pub(crate) content_type: Option<&'a str>,
    /// All of its body.
    pub(crate) body: &'a [u8],
}

/// The request cannot be signed. Never repeats a secret.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum Unsignable {
    /// There is nothing to sign with: credentials of the machine were not obtained, or ended meanwhile.
    #[error("there are no credentials of the machine to sign with")]
    NoCredentials,
    /// There is no host to sign.
    #[error("the address to sign has no host")]
    NoHost,
    /// Something in it cannot be part of a signature or a header.
    #[error("the request cannot be signed: {0}")]
    Refused(String),
}

/// An endpoint that is called the same everywhere below the version; those with a model in the path are of other kinds.
pub(crate) fn below(versioned: &str, endpoint: Endpoint) -> Option<Address> {
    (!endpoint.has_model_in_path()).then(|| Address::Fixed(format!("{versioned}{}", endpoint.path())))
}

/// A base address without trailing slashes and without the version, whichever way it was written down.
pub(crate) fn bare(base: &str) -> &str {
    let base = base.trim().trim_end_matches('/');
    base.strip_suffix("/v1").unwrap_or(base).trim_end_matches('/')
}

/// A segment of a path. Everything but letters, digits and `-._~` is percent-encoded: names hold colons, slashes (ARNs) and
/// whatever an operator wrote. None for what is no name but a way up or nowhere.
pub(crate) fn segment(name: &str) -> Option<String> {
    if matches!(name, "" | "." | "..") {
        return None;
    }
    const HEX: &[u8; 16] = b"0123456789ABCDEF";
    let mut encoded = String::with_capacity(name.len() + 8);
    for byte in name.bytes() {
        if byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'.' | b'_' | b'~') {
            encoded.push(char::from(byte));
        } else {
            encoded.push('%');
            encoded.extend([byte >> 4, byte & 15].map(|digit| char::from(HEX[usize::from(digit)])));
        }
    }
    Some(encoded)
}

/// A header with a secret in it, which is never printed.
pub(crate) fn secret_header(text: &str) -> Option<HeaderValue> {
    let mut value = HeaderValue::from_str(text).ok()?;
    value.set_sensitive(true);
    Some(value)
}

#[cfg(test)]
mod tests {
    use super::segment;

    #[test]
    fn names_become_one_segment() {
        for (name, expected) in [
            ("a.b-c_d~1:0", Some("a.b-c_d~1%3A0")),
            ("arn:aws:x/y z%é", Some("arn%3Aaws%3Ax%2Fy%20z%25%C3%A9")),
            ("../up", Some("..%2Fup")),
            ("a?b#c\r\n", Some("a%3Fb%23c%0D%0A")),
            ("...", Some("...")),
            ("..", None),
            (".", None),
            ("", None),
        ] {
            assert_eq!(segment(name).as_deref(), expected, "{name:?}");
        }
    }
}
