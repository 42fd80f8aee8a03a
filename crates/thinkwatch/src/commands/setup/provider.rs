//! The first provider, from flags and, on a terminal, from questions. Secrets are typed unseen or read from files: what
//! stands on a command line is seen by everybody on the machine.

use std::io::IsTerminal as _;
use std::path::Path;

use anyhow::{Result, bail};
use secrecy::{ExposeSecret as _, SecretString};
use serde_json::{Value, json};
use thinkwatch_control::providers::{NewProvider, Particulars};
use thinkwatch_policy::catalogue::ProviderKind;

use crate::cli::FirstProvider;
use crate::commands::password;

/// Asks for what was not given, as far as the type has it; none when no provider is wanted.
pub(super) fn wish(given: FirstProvider) -> Result<Option<NewProvider>> {
    let Some(name) = given.provider.as_deref() else { return Ok(None) };
    let Some(kind) = ProviderKind::parse(name) else {
        let known: Vec<_> = ProviderKind::ALL.iter().map(|kind| kind.as_str()).collect();
        bail!("--provider: `{name}` is not one of {}", known.join(", "));
    };
    belongs(kind, &given)?;
    let base_url = match (kind, given.provider_url) {
        (ProviderKind::Azure | ProviderKind::Custom, None) => {
            Some(password::ask("Address of the provider: ", "--provider-url")?)
        }
        (_, url) => url,
    };
    let mut particulars = Particulars { api_version: given.provider_api_version.map(Some), ..Particulars::default() };
    let mut api_key = given.provider_key_file.as_deref().map(password::from_file).transpose()?;
    if kind == ProviderKind::Bedrock {
        particulars.region = match (given.provider_region, &base_url) {
            (None, None) => Some(Some(password::ask("Region (such as us-east-1): ", "--provider-region")?)),
            (region, _) => region.map(Some),
        };
        let id = match given.provider_access_key_id {
            None if api_key.is_none() => optional("Access key ID (empty: the role of this machine): ")?,
            id => id,
        };
        if id.is_some() {
            let file = given.provider_secret_key_file.as_deref();
            particulars.secret_access_key =
                Some(Some(secret(file, "Secret access key", "--provider-secret-key-file")?));
        }
        particulars.access_key_id = id.map(Some);
        let token = given.provider_session_token_file.as_deref().map(password::from_file).transpose()?;
        particulars.session_token = token.map(Some);
    } else if api_key.is_none() && std::io::stdin().is_terminal() {
        api_key = Some(password::hidden("API key of the provider (empty for none): ")?)
            .filter(|text| !text.is_empty())
            .map(SecretString::from);
    }
    Ok(Some(NewProvider {
        name: kind.as_str().to_owned(),
        provider_type: kind.as_str().to_owned(),
        base_url,
        api_key,
        allow_private_network: given.allow_private_network,
        particulars,
        ..NewProvider::default()
    }))
}

/// What a type does not have is not silently left out.
fn belongs(kind: ProviderKind, given: &FirstProvider) -> Result<()> {
    let of_bedrock = [
        ("--provider-region", given.provider_region.is_some()),
        ("--provider-access-key-id", given.provider_access_key_id.is_some()),
        ("--provider-secret-key-file", given.provider_secret_key_file.is_some()),
        ("--provider-session-token-file", given.provider_session_token_file.is_some()),
    ];
    let of_azure = [("--provider-api-version", given.provider_api_version.is_some())];
    for (owner, flags) in [(ProviderKind::Bedrock, of_bedrock.as_slice()), (ProviderKind::Azure, of_azure.as_slice())] {
        let stray = flags.iter().find(|(_, there)| *there && owner != kind);
        if let Some((flag, _)) = stray {
            bail!("{flag} is only for --provider {}", owner.as_str());
        }
    }
    Ok(())
}

/// A line, if there is somebody to ask.
fn optional(prompt: &str) -> Result<Option<String>> {
    if !std::io::stdin().is_terminal() {
        return Ok(None);
    }
    let line = password::ask(prompt, "")?;
    Ok(Some(line.trim().to_owned()).filter(|text| !text.is_empty()))
}

fn secret(file: Option<&Path>, what: &str, flag: &str) -> Result<SecretString> {
    match file {
        Some(file) => password::from_file(file),
        None if std::io::stdin().is_terminal() => Ok(password::hidden(&format!("{what}: "))?.into()),
        None => bail!("there is no terminal to ask on: use {flag}"),
    }
}

/// The same as the API takes it.
pub(super) fn body(new: &NewProvider) -> Value {
    let Particulars { api_version, region, access_key_id, secret_access_key, session_token, .. } = &new.particulars;
    let text = |value: &Option<Option<String>>| value.clone().flatten();
    let secret = |value: &Option<Option<SecretString>>| value.clone().flatten().map(|s| s.expose_secret().to_owned());
    let all = [
        ("api_version", text(api_version)),
        ("region", text(region)),
        ("access_key_id", text(access_key_id)),
        ("secret_access_key", secret(secret_access_key)),
        ("session_token", secret(session_token)),
    ];
    let config: serde_json::Map<String, Value> =
        all.into_iter().filter_map(|(name, value)| Some((name.to_owned(), value?.into()))).collect();
    let mut body = json!({ "name": new.name, "provider_type": new.provider_type,
        "allow_private_network": new.allow_private_network, "config": config });
    if let Some(url) = &new.base_url {
        body["base_url"] = url.as_str().into();
    }
    if let Some(key) = &new.api_key {
        body["api_key"] = key.expose_secret().into();
    }
    body
}
