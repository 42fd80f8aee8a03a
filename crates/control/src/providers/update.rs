//! Editing a provider.

use std::collections::BTreeMap;

use secrecy::{ExposeSecret, SecretString};
use serde_json::json;
use thinkwatch_coordination::Part;
use thinkwatch_policy::access::Action;
use thinkwatch_policy::catalogue::ProviderKind;
use thinkwatch_policy::dialect::Dialect;
use thinkwatch_policy::ids::ProviderId;
use thinkwatch_store::{Json, ProviderPatch, ProviderRow};

use super::particulars::{self, Particulars};
use super::sealed::{seal_credential, seal_headers, seal_secrets};
use super::{Provider, StoredConfig, check, kind_of, open_headers, open_secrets, view};
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
    /// `openai`, `anthropic`, `google`, `azure`, `bedrock` or `custom`.
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
    /// Whether, where it speaks Responses, it keeps them.
    pub keeps_responses: Option<bool>,
    /// What only some types have.
    pub particulars: Particulars,
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
    routes_still_fit(control, &before, &patch).await?;
    let details = json!({ "name": patch.name, "display_name": patch.display_name, "base_url": patch.base_url,
        "provider_type": patch.provider_type, "allow_private_network": patch.allow_private_network,
        "config": patch.config, "priority": patch.priority, "enabled": patch.enabled,
        "api_key_changed": patch.credential_encrypted.is_some(), "headers_changed": patch.headers_encrypted.is_some(),
        "secrets_changed": patch.secrets_encrypted.is_some() });
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
    row.secrets_encrypted = patch.secrets_encrypted.unwrap_or(row.secrets_encrypted);
    row.config = patch.config.map_or(row.config, Json);
    row.allow_private_network = patch.allow_private_network.unwrap_or(row.allow_private_network);
    Ok(row)
}

/// A route that says in what the provider is asked would lead nowhere if the provider did not speak that any more.
async fn routes_still_fit(control: &Control, before: &ProviderRow, patch: &ProviderPatch) -> Result<()> {
    let mut after = before.clone();
    after.provider_type = patch.provider_type.clone().unwrap_or(after.provider_type);
    after.config = patch.config.clone().map_or(after.config, Json);
    let spoken = StoredConfig::read(&after).dialects(kind_of(&after)?);
    if spoken == StoredConfig::read(before).dialects(kind_of(before)?) {
        return Ok(());
    }
    for known in control.store.list_models().await? {
        let said = known.routes.iter().filter(|route| route.provider_id == before.id);
        for name in said.filter_map(|route| route.dialect.as_deref()) {
            if !Dialect::parse(name).is_some_and(|dialect| spoken.contains(dialect)) {
                let message = format!(
                    "must have `{name}`: a route of model `{}` says that this provider is asked in it; change the route first",
                    known.model.model_id
                );
                return Err(ControlError::invalid("config.dialects", message));
            }
        }
    }
    Ok(())
}

fn patch(control: &Control, before: &ProviderRow, edit: ProviderEdit) -> Result<ProviderPatch> {
    let cipher = &control.credentials.cipher;
    let kind = match &edit.provider_type {
        Some(text) => check::kind(text)?,
        None => kind_of(before)?,
    };
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
    let was = kind_of(before)?;
    let mut config = StoredConfig::read(before);
    match edit.dialects {
        Some(dialects) => config.dialects = dialects.map(|names| check::dialects(kind, &names)).transpose()?,
        // What another type spoke says nothing of this one.
        None if was != kind => config.dialects = None,
        None => {}
    }
    config.ask_usage = edit.ask_usage.or(config.ask_usage);
    config.keeps_responses = edit.keeps_responses.or(config.keeps_responses);
    let old_secrets = open_secrets(cipher, before)?;
    let mut secrets = old_secrets.clone();
    let endpoint_given = edit.particulars.endpoint.is_some();
    particulars::merge(kind, edit.particulars, &mut config, &mut secrets)?;
    // A form sends the address back as it was shown: of Bedrock that is made of the region, and nothing to keep.
    let new_address = edit.base_url.as_deref().map(str::trim).filter(|text| *text != before.base_url);
    if let Some(text) = new_address.filter(|_| kind == ProviderKind::Bedrock && !endpoint_given) {
        config.endpoint = Some(text.to_owned()).filter(|text| !text.is_empty());
    }
    let has_api_key = credential_encrypted.as_ref().unwrap_or(&before.credential_encrypted).is_some();
    particulars::complete(kind, &config, &secrets, has_api_key)?;
    let private = edit.allow_private_network.unwrap_or(before.allow_private_network);
    // Taking the permission back must not leave an address behind that needs it. Nor is one of Bedrock another type's.
    let kept = Some(before.base_url.as_str()).filter(|_| was == kind || was != ProviderKind::Bedrock);
    let base_url = particulars::address(kind, edit.base_url.as_deref().or(kept), &config, private)?;
    let config = serde_json::to_value(config).map_err(|error| ControlError::Internal(error.to_string()))?;
    let same = secrets.len() == old_secrets.len()
        && secrets
            .iter()
            .zip(&old_secrets)
            .all(|(new, old)| new.0 == old.0 && new.1.expose_secret() == old.1.expose_secret());
    let secrets_encrypted = if same { None } else { Some(seal_secrets(cipher, &before.id, &secrets)?) };
    Ok(ProviderPatch {
        name: edit.name.as_deref().map(check::name).transpose()?,
        display_name: edit.display_name.map(|text| read_label("display_name", &text, false)).transpose()?,
        provider_type: edit.provider_type.map(|_| kind.as_str().to_owned()),
        base_url: (base_url != before.base_url).then_some(base_url),
        credential_encrypted,
        headers_encrypted,
        secrets_encrypted,
        config: (config != before.config.0).then_some(config),
        allow_private_network: edit.allow_private_network,
        priority: edit.priority,
        enabled: edit.enabled,
    })
}
