//! The one place where a provider's type chooses its folder.

use http::{HeaderName, HeaderValue};
use thinkwatch_policy::catalogue::ProviderKind;
use thinkwatch_policy::dialect::{Dialect, Endpoint};

use crate::failure::Row;
use crate::{anthropic, custom, openai};

/// Headers with a credential in them; no value where the credential cannot be one.
pub(crate) type Credentials = Vec<(HeaderName, Option<HeaderValue>)>;

/// What every folder answers.
#[derive(Clone, Copy)]
pub(crate) struct Kind {
    /// The URL of an endpoint below the provider's base address.
    pub(crate) url: fn(base: &str, endpoint: Endpoint) -> String,
    /// The URL of its list of models.
    pub(crate) models_url: fn(base: &str) -> String,
    /// The headers that carry the credential, for a dialect.
    pub(crate) credentials: fn(secret: &str, dialect: Dialect) -> Credentials,
    /// What its errors mean, before the status alone is looked at.
    pub(crate) errors: &'static [&'static [Row]],
}

impl Kind {
    pub(crate) const fn of(kind: ProviderKind) -> Self {
        match kind {
            ProviderKind::Openai => openai::KIND,
            ProviderKind::Anthropic => anthropic::KIND,
            ProviderKind::Custom => custom::KIND,
        }
    }
}

/// A base address without trailing slashes and without the version, whichever way it was written down.
pub(crate) fn bare(base: &str) -> &str {
    let base = base.trim().trim_end_matches('/');
    base.strip_suffix("/v1").unwrap_or(base).trim_end_matches('/')
}

/// A header with a secret in it, which is never printed.
pub(crate) fn secret_header(text: &str) -> Option<HeaderValue> {
    let mut value = HeaderValue::from_str(text).ok()?;
    value.set_sensitive(true);
    Some(value)
}
