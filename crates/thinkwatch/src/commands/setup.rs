//! `thinkwatch setup`: the first administrator, from a terminal. Asks the running server, else opens the data itself.

mod provider;

use std::net::{IpAddr, Ipv4Addr};
use std::process::ExitCode;
use std::time::Duration;

use anyhow::{Context, Result, bail};
use secrecy::{ExposeSecret, SecretString};
use serde_json::{Value, json};
use thinkwatch_config::{Config, DataDir, DataDirError};
use thinkwatch_control::Client as Origin;
use thinkwatch_control::setup::{Wish, initialize, is_initialized};
use thinkwatch_outbound::{Client, ClientConfig, FetchLimits, Tls};

use super::health::reachable;
use super::{configuration, password, runtime};
use crate::assembly::assemble;
use crate::cli::{Setup, say};

/// What was made, for printing.
struct Made {
    email: String,
    key: Option<SecretString>,
}

pub(crate) fn run(given: Setup) -> Result<ExitCode> {
    let config = configuration()?;
    runtime()?.block_on(async {
        let made = match DataDir::open(&config.data_dir) {
            Ok(data_dir) => in_place(&config, data_dir, given).await?,
            Err(DataDirError::Locked { .. }) => over_api(&config, given).await?,
            Err(error) => return Err(error.into()),
        };
        say(format!("{} is the administrator of this ThinkWatch.", made.email));
        if let Some(key) = made.key {
            say(format!("API key (shown this once): {}", key.expose_secret()));
            say(format!(
                "Try it:\n  curl {}/v1/models -H 'authorization: Bearer {}'",
                config.gateway_url(),
                key.expose_secret()
            ));
        }
        Ok(ExitCode::SUCCESS)
    })
}

/// Asks for what was not given.
fn wish(given: Setup) -> Result<Wish> {
    let email = given.email.map_or_else(|| password::ask("E-mail of the administrator: ", "--email"), Ok)?;
    let display_name = given.display_name.map_or_else(|| password::ask("Name: ", "--display-name"), Ok)?;
    let secret = password::password(given.password_file.as_deref(), "Password")?;
    let provider = provider::wish(given.first)?;
    Ok(Wish { email, display_name, password: secret, site_name: given.site_name, provider, key_name: given.key })
}

async fn in_place(config: &Config, data_dir: DataDir, given: Setup) -> Result<Made> {
    let assembly = assemble(config, &data_dir).await?;
    if is_initialized(&assembly.control).await? {
        assembly.close().await;
        bail!("this ThinkWatch is set up already; `thinkwatch user` helps who is locked out");
    }
    let wish = wish(given)?;
    let origin = Origin {
        address: IpAddr::V4(Ipv4Addr::LOCALHOST),
        user_agent: format!("thinkwatch setup {}", env!("CARGO_PKG_VERSION")),
        request_id: String::new(),
    };
    let made = initialize(&assembly.control, origin, wish).await;
    let made = made.map(|made| Made { email: made.user.email.clone(), key: made.key.map(|issued| issued.secret) });
    assembly.close().await;
    Ok(made?)
}

async fn over_api(config: &Config, given: Setup) -> Result<Made> {
    let console = format!("http://{}", reachable(config.console));
    let client = Client::new(&ClientConfig { allow_private_network: true, ..ClientConfig::new(Tls::new(None)?) });
    let limits = FetchLimits { total: Duration::from_secs(30), max_bytes: 1 << 20 };
    let status = client
        .get_json(format!("{console}/api/setup/status").parse()?, http::HeaderMap::new(), limits)
        .await
        .with_context(|| format!("the data directory is in use, but no console answers at {console}"))?;
    if status.json::<Value>()?.get("needs_setup") != Some(&Value::Bool(true)) {
        bail!("this ThinkWatch is set up already; `thinkwatch user` helps who is locked out");
    }
    let wish = wish(given)?;
    let mut body = json!({"admin": {
        "email": wish.email, "display_name": wish.display_name, "password": wish.password.expose_secret()}});
    if let Some(name) = wish.site_name {
        body["site_name"] = name.into();
    }
    if let Some(new) = &wish.provider {
        body["provider"] = provider::body(new);
    }
    if let Some(name) = wish.key_name {
        body["api_key"] = json!({"name": name});
    }
    let uri = format!("{console}/api/setup/initialize").parse()?;
    let answer = client.post_json(uri, http::HeaderMap::new(), &body, limits).await?;
    let value: Value = answer.json()?;
    if !answer.status.is_success() {
        let error = &value["error"];
        let field = error["field"].as_str().map(|field| format!("{field}: ")).unwrap_or_default();
        bail!("{field}{}", error["message"].as_str().unwrap_or("the server refused"));
    }
    Ok(Made {
        email: value["user"]["email"].as_str().unwrap_or_default().to_owned(),
        key: value["api_key"]["key"].as_str().map(|key| key.to_owned().into()),
    })
}
