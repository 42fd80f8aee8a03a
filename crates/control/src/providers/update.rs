//! Editing a provider.

use std::collections::BTreeMap;

use secrecy::{ExposeSecret, SecretString};
use serde_json::json;
use thinkwatch_coordination::Part;
use thinkwatch_policy::access::Action;
use thinkwatch_policy::ids::ProviderId;
use thinkwatch_store::{Json, ProviderPatch, ProviderRow};

use super::sealed::{seal_credential, seal_headers};
use super::{Provider, StoredConfig, check, kind_of, open_headers, view};
use crate::caller::Caller;
use crate::control::Control;
use crate::error::{ControlError, Result};
use crate::users::read_label;

/// What is to change; absent fields stay, `Some(None)` clears.
#[derive(Debug, Default)]
pub struct ProviderEdit {
    /// Its unique name.
    pub name: Option<String>,
    /// For people.
    pub display_name: Option<String>,
    /// `openai`, `anthropic` or `custom`.
    pub provider_type: Option<String>,
    /// Where it is.
    pub base_url: Option<String>,
    /// The credential; what a view showed in its place changes nothing.
    pub api_key: Option<Option<SecretString>>,
    /// Whether private and loopback addresses may be connected to.
    pub allow_private_network: Option<bool>,
    /// All extra headers; values as a view showed them stay as they are.
    pub headers: Option<BTreeMap<String, SecretString>>,
    /// What it speaks; `None` inside is the usual of its type.
    pub dialects: Option<Option<Vec<String>>>,
    /// Whether it accepts being asked for usage.
    pub ask_usage: Option<bool>,
    /// Lower is preferred for default prefixes.
    pub priority: Option<i32>,
    /// Whether it is used.
    pub enabled: Option<bool>,
}

/// Edits a provider.
pub async fn update(
    control: &Control,
    caller: &Caller,
    id: &ProviderId,
    seen: Option<i64>,
    edit: ProviderEdit,
) -> Result<Provider> {
    caller.may(Action::ProvidersWrite)?;
    let before = control.store.get_provider(id).await?;
    let patch = patch(control, &before, edit)?;
    let details = json!({ "name": patch.name, "display_name": patch.display_name, "base_url": patch.base_url,
        "provider_type": patch.provider_type, "allow_private_network": patch.allow_private_network,
        "config": patch.config, "priority": patch.priority, "enabled": patch.enabled,
        "api_key_changed": patch.credential_encrypted.is_some(), "headers_changed": patch.headers_encrypted.is_some() });
    let entry = caller.audit("provider.update", ("provider", Some(id.as_str())), details);
    let after = control.store.update_provider(id, seen, patch, &entry).await?;
    control.announce(&[Part::Catalogue]).await;
    view(control, after)
}

/// The row as the edit would leave it; writes nothing.
pub(super) fn patched(control: &Control, mut row: ProviderRow, edit: ProviderEdit) -> Result<ProviderRow> {
    let patch = patch(control, &row, edit)?;
    row.provider_type = patch.provider_type.unwrap_or(row.provider_type);
    row.base_url = patch.base_url.unwrap_or(row.base_url);
    row.credential_encrypted = patch.credential_encrypted.unwrap_or(row.credential_encrypted);
    row.headers_encrypted = patch.headers_encrypted.unwrap_or(row.headers_encrypted);
    row.config = patch.config.map_or(row.config, Json);
    row.allow_private_network = patch.allow_private_network.unwrap_or(row.allow_private_network);
    Ok(row)
}

fn patch(control: &Control, before: &ProviderRow, edit: ProviderEdit) -> Result<ProviderPatch> {
    let cipher = &control.credentials.cipher;
    let kind = match &edit.provider_type {
        Some(text) => check::kind(text)?,
        None => kind_of(before)?,
    };
    let private = edit.allow_private_network.unwrap_or(before.allow_private_network);
    // Taking the permission back must not leave an address behind that needs it.
    let address = edit.base_url.as_deref().unwrap_or(&before.base_url);
    let base_url = check::base_url(kind, Some(address), private)?;
    let credential_encrypted = match edit.api_key {
        None => None,
        Some(None) => Some(None),
        Some(Some(secret)) if secret.expose_secret().is_empty() => Some(None),
        Some(Some(secret)) if check::is_secret_mask(secret.expose_secret()) => None,
        Some(Some(secret)) => {
            check::secret("api_key", &secret)?;
            Some(Some(seal_credential(cipher, &before.id, &secret)?))
        }
    };
    let headers_encrypted = match edit.headers {
        None => None,
        Some(given) => {
            let old: BTreeMap<_, _> = open_headers(cipher, before)?.into_iter().collect();
            let mut headers = check::headers(given)?;
            for (name, value) in &mut headers {
                if check::is_secret_mask(value.expose_secret()) {
                    *value = old.get(name).cloned().ok_or_else(|| {
                        ControlError::invalid("config.headers", format!("`{name}` has no value that could be kept"))
                    })?;
                }
            }
            Some(seal_headers(cipher, &before.id, &headers)?)
        }
    };
    let mut config = StoredConfig::read(before);
    let config_changes = edit.dialects.is_some() || edit.ask_usage.is_some();
    if let Some(dialects) = edit.dialects {
        config.dialects = dialects.map(|names| check::dialects(&names)).transpose()?;
    }
    config.ask_usage = edit.ask_usage.or(config.ask_usage);
    let config = serde_json::to_value(config).map_err(|error| ControlError::Internal(error.to_string()))?;
    Ok(ProviderPatch {
        name: edit.name.as_deref().map(check::name).transpose()?,
        display_name: edit.display_name.map(|text| read_label("display_name", &text, false)).transpose()?,
        provider_type: edit.provider_type.map(|_| kind.as_str().to_owned()),
        base_url: edit.base_url.map(|_| base_url),
        credential_encrypted,
        headers_encrypted,
        config: config_changes.then_some(config),
        allow_private_network: edit.allow_private_network,
        priority: edit.priority,
        enabled: edit.enabled,
    })
}
