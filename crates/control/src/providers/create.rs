//! Making a provider.

use std::collections::BTreeMap;

use secrecy::{ExposeSecret, SecretString};
use serde_json::json;
use thinkwatch_coordination::Part;
use thinkwatch_policy::access::Action;
use thinkwatch_policy::catalogue::ProviderKind;
use thinkwatch_policy::ids::ProviderId;
use thinkwatch_store::{Json, ProviderRow};

use super::particulars::{self, Particulars, Secrets};
use super::sealed::{seal_credential, seal_headers, seal_secrets};
use super::{Provider, StoredConfig, check, view};
use crate::caller::Caller;
use crate::clock::now_us;
use crate::control::Control;
use crate::error::{ControlError, Result};
use crate::users::read_label;

/// Where providers stand among equals when nothing is said.
const USUAL_PRIORITY: i32 = 100;

/// What a new provider is made of.
#[derive(Debug, Default)]
pub struct NewProvider {
    /// Its unique name.
    pub name: String,
    /// For people; the name when absent.
    pub display_name: Option<String>,
    /// `openai`, `anthropic`, `google`, `azure`, `bedrock` or `custom`.
    pub provider_type: String,
    /// Where it is; the public address of its type when absent.
    pub base_url: Option<String>,
    /// The credential.
    pub api_key: Option<SecretString>,
    /// Whether private and loopback addresses may be connected to.
    pub allow_private_network: bool,
    /// Extra headers.
    pub headers: BTreeMap<String, SecretString>,
    /// What it speaks; the usual of its type when absent.
    pub dialects: Option<Vec<String>>,
    /// Whether it accepts being asked for usage.
    pub ask_usage: Option<bool>,
    /// Whether, where it speaks Responses, it keeps them; yes when absent.
    pub keeps_responses: Option<bool>,
    /// What only some types have.
    pub particulars: Particulars,
    /// Lower is preferred for default prefixes.
    pub priority: Option<i32>,
    /// Whether it is used.
    pub enabled: Option<bool>,
}

/// Makes a provider.
pub async fn create(control: &Control, caller: &Caller, new: NewProvider) -> Result<Provider> {
    caller.may(Action::ProvidersWrite)?;
    let row = prepare(control, new)?;
    let entry = caller.audit("provider.create", ("provider", Some(&row.id)), described(&row));
    control.store.create_provider(row.clone(), &entry).await?;
    control.announce(&[Part::Catalogue]).await;
    view(control, row)
}

/// What the audit trail says of a provider: everything but secrets.
pub(crate) fn described(row: &ProviderRow) -> serde_json::Value {
    json!({ "name": row.name, "provider_type": row.provider_type, "base_url": row.base_url,
        "allow_private_network": row.allow_private_network, "has_api_key": row.credential_encrypted.is_some(),
        "has_secrets": row.secrets_encrypted.is_some() })
}

/// Checks the input and makes the row; writes nothing.
pub(crate) fn prepare(control: &Control, new: NewProvider) -> Result<ProviderRow> {
    let cipher = &control.credentials.cipher;
    let id = ProviderId::from_bits(rand::random()).to_string();
    let name = check::name(&new.name)?;
    let kind = check::kind(&new.provider_type)?;
    let display_name = match new.display_name.filter(|text| !text.trim().is_empty()) {
        Some(text) => read_label("display_name", &text, false)?,
        None => name.clone(),
    };
    let credential = new.api_key.filter(|secret| !secret.expose_secret().is_empty());
    let headers = check::headers(new.headers)?;
    for (field, secret) in
        credential.iter().map(|s| ("api_key", s)).chain(headers.values().map(|s| ("config.headers", s)))
    {
        if check::is_secret_mask(secret.expose_secret()) {
            return Err(ControlError::invalid(field, "is what a view shows in place of a secret, not a secret"));
        }
    }
    if let Some(secret) = &credential {
        check::secret("api_key", secret)?;
    }
    let dialects = new.dialects.map(|names| check::dialects(kind, &names)).transpose()?;
    let (ask_usage, keeps_responses) = (new.ask_usage, new.keeps_responses);
    let mut config = StoredConfig { dialects, ask_usage, keeps_responses, ..StoredConfig::default() };
    let mut secrets = Secrets::new();
    particulars::merge(kind, new.particulars, &mut config, &mut secrets)?;
    if kind == ProviderKind::Bedrock && config.endpoint.is_none() {
        config.endpoint = new.base_url.clone().filter(|text| !text.trim().is_empty());
    }
    particulars::complete(kind, &config, &secrets, credential.is_some())?;
    let base_url = particulars::address(kind, new.base_url.as_deref(), &config, new.allow_private_network)?;
    let config = serde_json::to_value(config).map_err(|error| ControlError::Internal(error.to_string()))?;
    let now = now_us();
    Ok(ProviderRow {
        credential_encrypted: credential.map(|secret| seal_credential(cipher, &id, &secret)).transpose()?,
        headers_encrypted: seal_headers(cipher, &id, &headers)?,
        secrets_encrypted: seal_secrets(cipher, &id, &secrets)?,
        id,
        name,
        display_name,
        provider_type: kind.as_str().to_owned(),
        base_url,
        config: Json(config),
        allow_private_network: new.allow_private_network,
        priority: new.priority.unwrap_or(USUAL_PRIORITY),
        enabled: new.enabled.unwrap_or(true),
        version: 1,
        created_at_us: now,
        updated_at_us: now,
        deleted_at_us: None,
    })
}
