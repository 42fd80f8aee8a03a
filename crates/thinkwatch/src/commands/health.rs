//! `thinkwatch health`: for container probes, where there is no shell and no curl.

use std::net::{IpAddr, Ipv4Addr, Ipv6Addr, SocketAddr};
use std::process::ExitCode;
use std::time::Duration;

use anyhow::{Context, Result};
use thinkwatch_outbound::{Client, ClientConfig, FetchLimits, Tls};

use super::{configuration, runtime};
use crate::cli::{Health, say};

pub(crate) fn run(how: &Health) -> Result<ExitCode> {
    let config = configuration()?;
    let address = reachable(config.gateway);
    let strict = if how.strict { "?strict=1" } else { "" };
    let uri = format!("http://{address}/health/ready{strict}").parse().context("the gateway's address")?;
    runtime()?.block_on(async {
        let client = Client::new(&ClientConfig { allow_private_network: true, ..ClientConfig::new(Tls::new(None)?) });
        let limits = FetchLimits { total: Duration::from_secs(5), max_bytes: 64 << 10 };
        let answer = client.get_json(uri, http::HeaderMap::new(), limits).await;
        let answer = answer.with_context(|| format!("the gateway at {address} does not answer"))?;
        say(String::from_utf8_lossy(&answer.body));
        Ok(if answer.status.is_success() { ExitCode::SUCCESS } else { ExitCode::FAILURE })
    })
}

/// Where to find on this machine what listens on `address`.
pub(crate) fn reachable(address: SocketAddr) -> SocketAddr {
    let ip = match address.ip() {
        IpAddr::V4(ip) if ip.is_unspecified() => IpAddr::V4(Ipv4Addr::LOCALHOST),
        IpAddr::V6(ip) if ip.is_unspecified() => IpAddr::V6(Ipv6Addr::LOCALHOST),
        ip => ip,
    };
    SocketAddr::new(ip, address.port())
}
