//! `thinkwatch demo`: everything on throw-away data with a simulated provider, and calls to paste.

use std::io::Write;
use std::net::{IpAddr, Ipv4Addr};
use std::process::ExitCode;

use anyhow::{Context, Result};
use secrecy::ExposeSecret;
use thinkwatch_config::{Config, DataDir, Environment};
use thinkwatch_control::setup::{Wish, initialize};
use thinkwatch_control::{Caller, Client, auth, providers};
use thinkwatch_simulator::{Simulator, SimulatorConfig};

use crate::cli::say;
use crate::server::Server;
use crate::{logging, metrics_page};

const EMAIL: &str = "admin@example.com";

pub(crate) fn run() -> Result<ExitCode> {
    let folder = std::env::temp_dir().join(format!("thinkwatch-demo-{}", std::process::id()));
    let outcome = run_in(&folder);
    if let Err(error) = std::fs::remove_dir_all(&folder)
        && error.kind() != std::io::ErrorKind::NotFound
    {
        say(format!("the demo's data could not be removed from {}: {error}", folder.display()));
    }
    outcome.map(|()| ExitCode::SUCCESS)
}

fn run_in(folder: &std::path::Path) -> Result<()> {
    // Only ports and hosts are taken over: a demo must not touch a real installation's data or secrets.
    let real = Environment::read(folder.parent().unwrap_or(folder))?;
    let kept = ["GATEWAY_PORT", "CONSOLE_PORT", "GATEWAY_HOST", "CONSOLE_HOST", "SERVER_HOST"];
    let mut pairs: Vec<(String, String)> =
        kept.iter().filter_map(|name| Some(((*name).to_owned(), real.get(name)?.to_owned()))).collect();
    pairs.push(("THINKWATCH_DATA_DIR".to_owned(), folder.display().to_string()));
    pairs.push(("RUST_LOG".to_owned(), "warn".to_owned()));
    let config = Config::load(&Environment::from_pairs(pairs))?;
    logging::start(&config.log_filter)?;
    let metrics = metrics_page::install()?;
    let data_dir = DataDir::open(&config.data_dir)?;
    let runtime = tokio::runtime::Builder::new_multi_thread().enable_all().build()?;
    runtime.block_on(async {
        let simulator = Simulator::start(SimulatorConfig { delay_ms: 40, ..SimulatorConfig::default() })
            .await
            .context("the simulated provider could not be started")?;
        let server = Server::start(&config, data_dir, metrics).await?;
        let (password, key) = furnish(&server, &simulator.url()).await?;
        introduce(&server, &password, &key);
        server.run().await?;
        simulator.stop().await;
        Ok(())
    })
}

/// An administrator, the two simulated providers and a key. Returns the password and the key.
async fn furnish(server: &Server, simulator: &str) -> Result<(String, String)> {
    let control = &server.assembly.control;
    let here = Client {
        address: IpAddr::V4(Ipv4Addr::LOCALHOST),
        user_agent: "thinkwatch demo".to_owned(),
        request_id: String::new(),
    };
    let simulated = SimulatorConfig::default();
    let provider = |kind: &str, secret: String| providers::NewProvider {
        name: format!("simulated-{kind}"),
        display_name: Some(format!("Simulated {kind}")),
        provider_type: kind.to_owned(),
        base_url: Some(simulator.to_owned()),
        api_key: Some(secret.into()),
        allow_private_network: true,
        ..providers::NewProvider::default()
    };
    let password = format!("Demo-{}", &thinkwatch_identity::random::hex64()?[..10]);
    let wish = Wish {
        email: EMAIL.to_owned(),
        display_name: "Demo".to_owned(),
        password: password.clone().into(),
        site_name: Some("ThinkWatch demo".to_owned()),
        provider: Some(provider("openai", simulated.openai_key)),
        key_name: Some("demo".to_owned()),
    };
    let made = initialize(control, here.clone(), wish).await?;
    let tokens = auth::login(control, &here, EMAIL, &password.clone().into()).await?;
    let caller: Caller = auth::authenticate(control, tokens.access.expose_secret(), here)?;
    providers::create(control, &caller, provider("anthropic", simulated.anthropic_key)).await?;
    let key = made.key.context("no key was made")?;
    Ok((password, key.secret.expose_secret().to_owned()))
}

fn introduce(server: &Server, password: &str, key: &str) {
    let gateway = format!("http://localhost:{}", server.gateway_address.port());
    let console = format!("http://localhost:{}", server.console_address.port());
    say(format!(
        r#"
ThinkWatch demo: a simulated provider answers, nothing leaves this machine, nothing is kept.

  gateway   {gateway}
  console   {console}   (sign in as {EMAIL} with {password})
  key       {key}

Watch an answer stream:

  curl -N {gateway}/v1/chat/completions -H 'authorization: Bearer {key}' -H 'content-type: application/json' \
    -d '{{"model": "gpt-4o-mini", "stream": true, "messages": [{{"role": "user", "content": "Hello!"}}]}}'

Python (pip install openai):

  python3 -c '
from openai import OpenAI
client = OpenAI(base_url="{gateway}/v1", api_key="{key}")
for event in client.chat.completions.create(model="gpt-4o-mini", stream=True,
        messages=[{{"role": "user", "content": "Hello!"}}]):
    print(event.choices[0].delta.content or "", end="", flush=True)
print()'

Claude Code:

  ANTHROPIC_BASE_URL={gateway} ANTHROPIC_AUTH_TOKEN={key} ANTHROPIC_MODEL=claude-sonnet-4-5 claude -p 'Hello!'

Who used what (each call is in there within a second):

  curl -s '{console}/api/analytics/usage?group_by=model' -H "authorization: Bearer $(curl -s {console}/api/auth/login \
    -H 'content-type: application/json' -d '{{"email": "{EMAIL}", "password": "{password}"}}' \
    | sed 's/.*"access_token":"\([^"]*\)".*/\1/')"

Stop with Ctrl-C."#
    ));
    drop(std::io::stdout().flush());
}
