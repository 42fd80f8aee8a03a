//! Upstream providers. Their secrets go in and never come out: views show that there is one, and how it ends.

mod check;
mod create;
mod delete;
mod impact;
mod particulars;
mod probe;
mod recent;
mod sealed;
mod update;

use std::collections::BTreeMap;

use secrecy::SecretString;
use serde::{Deserialize, Serialize};
use thinkwatch_policy::access::Action;
use thinkwatch_policy::catalogue::ProviderKind;
use thinkwatch_policy::dialect::{Dialect, DialectSet};
use thinkwatch_policy::ids::ProviderId;
use thinkwatch_store::ProviderRow;

pub(crate) use create::prepare;
pub use create::{NewProvider, create};
pub use delete::delete;
pub use impact::{Dependent, impact};
pub use particulars::Particulars;
pub(crate) use particulars::aws_keys;
pub use probe::{Failure, OfferedModel, ProbeReport, remote_models, test, test_edited, test_new};
pub use recent::{Lately, Recent, recent};
pub(crate) use sealed::{open_credential, open_headers, open_secrets};
pub use update::{ProviderEdit, update};

use crate::caller::Caller;
use crate::control::Control;
use crate::error::{ControlError, Result};

/// A provider without its secrets.
#[derive(Clone, Debug)]
pub struct Provider {
    /// The row.
    pub id: ProviderId,
    /// Its unique name.
    pub name: String,
    /// For people.
    pub display_name: String,
    /// What API it has.
    pub kind: ProviderKind,
    /// Where it is, without the version.
    pub base_url: String,
    /// The credential, masked; `None` when there is none.
    pub masked_api_key: Option<String>,
    /// Extra headers, values masked.
    pub masked_headers: BTreeMap<String, String>,
    /// What it speaks.
    pub dialects: DialectSet,
    /// Whether it accepts being asked for usage.
    pub ask_usage: bool,
    /// Whether, where it speaks Responses, it keeps them.
    pub keeps_responses: bool,
    /// What only some types have.
    pub particulars: Shown,
    /// Whether private and loopback addresses may be connected to.
    pub allow_private_network: bool,
    /// Lower is preferred for default prefixes.
    pub priority: i32,
    /// Whether it is used.
    pub enabled: bool,
    /// Made at.
    pub created_at_us: i64,
    /// Last changed at.
    pub updated_at_us: i64,
    /// For edits.
    pub version: i64,
}

/// What only some types of provider have, secrets masked.
#[derive(Clone, Debug, Default)]
pub struct Shown {
    /// Azure: the version of its API.
    pub api_version: Option<String>,
    /// Bedrock: the region.
    pub region: Option<String>,
    /// Bedrock: where it is instead of the region's own address.
    pub endpoint: Option<String>,
    /// Bedrock: which key signs.
    pub access_key_id: Option<String>,
    /// Bedrock: the key, masked.
    pub masked_secret_access_key: Option<String>,
    /// Bedrock: the token of temporary keys, masked.
    pub masked_session_token: Option<String>,
}

/// What has no column of its own.
#[derive(Clone, Debug, Default, Serialize, Deserialize)]
#[serde(default)]
pub(crate) struct StoredConfig {
    /// What it speaks; the default of its type when absent.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) dialects: Option<Vec<Dialect>>,
    /// Whether it accepts being asked for usage; yes when absent.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) ask_usage: Option<bool>,
    /// Whether, where it speaks Responses, it keeps them; yes when absent.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) keeps_responses: Option<bool>,
    /// Azure: the version of its API; the usual one when absent.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) api_version: Option<String>,
    /// Bedrock: the region.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) region: Option<String>,
    /// Bedrock: where it is instead of the region's own address.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) endpoint: Option<String>,
    /// Bedrock: which key signs. Not a secret.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) access_key_id: Option<String>,
}

impl StoredConfig {
    pub(crate) fn read(row: &ProviderRow) -> Self {
        serde_json::from_value(row.config.0.clone()).unwrap_or_default()
    }

    pub(crate) fn dialects(&self, kind: ProviderKind) -> DialectSet {
        // Rows that were written before this was checked may name what the type has no address for.
        let chosen = self.dialects.as_deref().unwrap_or_default().iter().filter(|one| kind.speakable().contains(one));
        let mut chosen = chosen.copied().peekable();
        match chosen.peek() {
            Some(_) => DialectSet::of(chosen),
            None => DialectSet::of(kind.usual().iter().copied()),
        }
    }

    pub(crate) fn ask_usage(&self) -> bool {
        self.ask_usage.unwrap_or(true)
    }

    pub(crate) fn keeps_responses(&self) -> bool {
        self.keeps_responses.unwrap_or(true)
    }
}

/// The type in a row. Rows of a newer version may have types that this one cannot call.
pub(crate) fn kind_of(row: &ProviderRow) -> Result<ProviderKind> {
    ProviderKind::parse(&row.provider_type)
        .ok_or_else(|| ControlError::Internal(format!("provider {} has a type of a newer version", row.id)))
}

fn view(control: &Control, row: ProviderRow) -> Result<Provider> {
    let kind = kind_of(&row)?;
    let config = StoredConfig::read(&row);
    let cipher = &control.credentials.cipher;
    let credential = open_credential(cipher, &row)?;
    let headers = open_headers(cipher, &row)?;
    let secrets = open_secrets(cipher, &row)?;
    let masked = |name: &str| secrets.get(name).map(check::mask);
    Ok(Provider {
        masked_api_key: credential.as_ref().map(check::mask),
        masked_headers: headers
            .iter()
            .map(|(name, value): &(String, SecretString)| (name.clone(), check::mask(value)))
            .collect(),
        dialects: config.dialects(kind),
        ask_usage: config.ask_usage(),
        keeps_responses: config.keeps_responses(),
        particulars: Shown {
            masked_secret_access_key: masked(particulars::SECRET_ACCESS_KEY),
            masked_session_token: masked(particulars::SESSION_TOKEN),
            api_version: config.api_version,
            region: config.region,
            endpoint: config.endpoint,
            access_key_id: config.access_key_id,
        },
        kind,
        id: row.id.into(),
        name: row.name,
        display_name: row.display_name,
        base_url: row.base_url,
        allow_private_network: row.allow_private_network,
        priority: row.priority,
        enabled: row.enabled,
        created_at_us: row.created_at_us,
        updated_at_us: row.updated_at_us,
        version: row.version,
    })
}

/// All providers.
pub async fn list(control: &Control, caller: &Caller) -> Result<Vec<Provider>> {
    caller.may(Action::ProvidersRead)?;
    let rows = control.store.list_providers().await?;
    rows.into_iter().map(|row| view(control, row)).collect()
}

/// One provider.
pub async fn get(control: &Control, caller: &Caller, id: &ProviderId) -> Result<Provider> {
    caller.may(Action::ProvidersRead)?;
    view(control, control.store.get_provider(id).await?)
}
