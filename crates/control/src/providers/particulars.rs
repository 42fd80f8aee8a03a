//! What only some types of provider have: Azure a version, Bedrock a region and keys.

use std::collections::BTreeMap;

use secrecy::{ExposeSecret, SecretString};
use thinkwatch_policy::catalogue::{AwsKeys, ProviderKind};
use thinkwatch_upstream::bedrock;

use super::{StoredConfig, check};
use crate::error::{ControlError, Result};

/// The names of what is kept encrypted.
pub(super) const SECRET_ACCESS_KEY: &str = "secret_access_key";
pub(super) const SESSION_TOKEN: &str = "session_token";

/// What is kept encrypted, by name.
pub(super) type Secrets = BTreeMap<String, SecretString>;

/// As it is given: what is absent stays, `Some(None)` and an empty text clear.
#[derive(Debug, Default)]
pub struct Particulars {
    /// Azure: the version of its API; the usual one when there is none.
    pub api_version: Option<Option<String>>,
    /// Bedrock: the region.
    pub region: Option<Option<String>>,
    /// Bedrock: where it is instead of the region's own address.
    pub endpoint: Option<Option<String>>,
    /// Bedrock: which key signs.
    pub access_key_id: Option<Option<String>>,
    /// Bedrock: the key; what a view showed in its place changes nothing.
    pub secret_access_key: Option<Option<SecretString>>,
    /// Bedrock: the token of temporary keys; what a view showed in its place changes nothing.
    pub session_token: Option<Option<SecretString>>,
}

/// A text: its name, whose it is, where it is kept, what is given, whether that fits, and what would.
type Text<'a> =
    (&'static str, ProviderKind, &'a mut Option<String>, Option<Option<String>>, fn(&str) -> bool, &'static str);

/// Brings what is given into what is kept, each thing checked by itself. What the type does not have is refused when given and
/// forgotten when kept, so that nothing is stored that has no effect.
pub(super) fn merge(
    kind: ProviderKind,
    given: Particulars,
    config: &mut StoredConfig,
    secrets: &mut Secrets,
) -> Result<()> {
    let of = |owner: ProviderKind, value| if kind == owner { value } else { None };
    config.api_version = of(ProviderKind::Azure, config.api_version.take());
    for kept in [&mut config.region, &mut config.endpoint, &mut config.access_key_id] {
        *kept = of(ProviderKind::Bedrock, kept.take());
    }
    if kind != ProviderKind::Bedrock {
        secrets.clear();
    }
    let texts: [Text<'_>; 4] = [
        ("config.api_version", ProviderKind::Azure, &mut config.api_version, given.api_version, is_version, VERSION),
        ("config.region", ProviderKind::Bedrock, &mut config.region, given.region, is_region, REGION),
        ("config.endpoint", ProviderKind::Bedrock, &mut config.endpoint, given.endpoint, |_| true, ""),
        (
            "config.access_key_id",
            ProviderKind::Bedrock,
            &mut config.access_key_id,
            given.access_key_id,
            is_key_id,
            KEY_ID,
        ),
    ];
    for (field, owner, kept, given, fits, allowed) in texts {
        let Some(given) = given else { continue };
        let given = given.map(|text| text.trim().to_owned()).filter(|text| !text.is_empty());
        if let Some(text) = &given {
            belongs(field, kind, owner)?;
            if !fits(text) {
                return Err(ControlError::invalid(field, allowed));
            }
        }
        *kept = given;
    }
    for (name, given) in [(SECRET_ACCESS_KEY, given.secret_access_key), (SESSION_TOKEN, given.session_token)] {
        let Some(given) = given else { continue };
        let field = format!("config.{name}");
        match given.filter(|secret| !secret.expose_secret().is_empty()) {
            None => drop(secrets.remove(name)),
            Some(secret) => {
                belongs(&field, kind, ProviderKind::Bedrock)?;
                if !check::is_secret_mask(secret.expose_secret()) {
                    check::secret(&field, &secret)?;
                    secrets.insert(name.to_owned(), secret);
                } else if !secrets.contains_key(name) {
                    let message = "is what a view shows in place of a secret, not a secret";
                    return Err(ControlError::invalid(field, message));
                }
            }
        }
    }
    Ok(())
}

/// Whether all is there that the type needs, and nothing twice.
pub(super) fn complete(kind: ProviderKind, config: &StoredConfig, secrets: &Secrets, has_api_key: bool) -> Result<()> {
    if kind != ProviderKind::Bedrock {
        return Ok(());
    }
    let missing = |field: &str, message: &str| Err(ControlError::invalid(field, message));
    if config.region.is_none() && config.endpoint.is_none() {
        return missing("config.region", "is needed for a provider of type `bedrock`, unless `endpoint` is given");
    }
    let (id, key) = (config.access_key_id.is_some(), secrets.contains_key(SECRET_ACCESS_KEY));
    match (id, key, has_api_key) {
        (true, true, true) => missing("api_key", "cannot be used beside an access key: give one of the two"),
        (false, true, _) => missing("config.access_key_id", "is needed with `secret_access_key`"),
        (true, false, _) => missing("config.secret_access_key", "is needed with `access_key_id`"),
        (false, false, _) if secrets.contains_key(SESSION_TOKEN) => {
            missing("config.session_token", "belongs to an access key: give `access_key_id` and `secret_access_key`")
        }
        // With nothing at all calls are signed with the role of the machine.
        _ => Ok(()),
    }
}

/// Where a provider is. Of Bedrock the endpoint decides, then the region.
pub(super) fn address(
    kind: ProviderKind,
    base_url: Option<&str>,
    config: &StoredConfig,
    private: bool,
) -> Result<String> {
    if kind != ProviderKind::Bedrock {
        return check::base_url(kind, base_url, private);
    }
    let region = config.region.as_deref().unwrap_or_default();
    let address = bedrock::base_url(region, config.endpoint.as_deref());
    check::address("config.endpoint", &address, private).map(str::to_owned)
}

/// What signs, if both parts of a key are there.
pub(crate) fn aws_keys(config: &StoredConfig, mut secrets: Secrets) -> Option<AwsKeys> {
    Some(AwsKeys {
        access_key_id: config.access_key_id.clone()?,
        secret_access_key: secrets.remove(SECRET_ACCESS_KEY)?,
        session_token: secrets.remove(SESSION_TOKEN),
    })
}

fn belongs(field: &str, kind: ProviderKind, owner: ProviderKind) -> Result<()> {
    if kind == owner {
        return Ok(());
    }
    let message = format!("is only known to providers of type `{}`", owner.as_str());
    Err(ControlError::invalid(field, message))
}

const VERSION: &str = "must be 1 to 32 letters, digits, `-` and `.`, such as `2026-01-01` or `v1`";
const REGION: &str = "must be 3 to 32 lower-case letters, digits and `-`, such as `eu-central-1`";
const KEY_ID: &str = "must be 1 to 128 letters, digits, `-`, `_` and `.`, such as `AKIAIOSFODNN7EXAMPLE`";

/// `2024-10-21`, `2025-04-01-preview`, `v1`: it becomes a part of an address.
fn is_version(text: &str) -> bool {
    text.len() <= 32 && text.bytes().all(|b| b.is_ascii_alphanumeric() || b"-.".contains(&b))
}

/// `us-gov-west-1`: it becomes a part of a host's name.
fn is_region(text: &str) -> bool {
    (3..=32).contains(&text.len())
        && text.bytes().all(|b| b.is_ascii_lowercase() || b.is_ascii_digit() || b == b'-')
        && !text.starts_with('-')
        && !text.ends_with('-')
}

/// It becomes a part of a header, where slashes and commas part it.
fn is_key_id(text: &str) -> bool {
    text.len() <= 128 && text.bytes().all(|b| b.is_ascii_alphanumeric() || b"-_.".contains(&b))
}
