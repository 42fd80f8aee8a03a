//! Providers as the gateway uses them: what is sent, what failures mean, what is kept between calls.
#![expect(clippy::unwrap_used, reason = "tests")]
#![expect(clippy::disallowed_methods, reason = "each test waits for (or aborts) the servers it spawns")]

mod failing;
mod instance;
mod pooling;
mod probing;
mod sending;
mod signing;

use std::time::Duration;

use secrecy::SecretString;
use thinkwatch_outbound::{ProxyRules, Tls};
use thinkwatch_policy::catalogue::{Provider, ProviderKind};
use thinkwatch_policy::dialect::{Dialect, DialectSet};
use thinkwatch_upstream::{Network, Pools};

fn provider(kind: ProviderKind, base_url: &str) -> Provider {
    Provider {
        id: "prov_1".into(),
        name: "one".into(),
        kind,
        base_url: base_url.into(),
        credential: Some(SecretString::from("sk-secret-0123456789")),
        api_version: None,
        region: None,
        aws_keys: None,
        headers: Vec::new(),
        dialects: DialectSet::of(Dialect::ALL),
        ask_usage: true,
        keeps_responses: true,
        allow_private_network: true,
        priority: 0,
        created_at_us: 0,
        config_hash: 1,
    }
}

fn pools() -> Pools {
    Pools::new(Network {
        tls: Tls::new(None).unwrap(),
        proxy: ProxyRules::none(),
        connect_timeout: Duration::from_secs(3),
        http2: false,
    })
}
