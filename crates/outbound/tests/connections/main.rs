//! Outgoing connections against real sockets on loopback.
#![expect(clippy::unwrap_used, reason = "tests")]
#![expect(clippy::disallowed_methods, reason = "each test waits for (or aborts) the servers it spawns")]

mod answering;
mod cancelling;
mod failing;
mod fetching;
mod guarding;
mod peer;
mod pooling;
mod proxying;
mod tls;

use std::time::Duration;

use bytes::Bytes;
use http::{Method, Request};
use thinkwatch_outbound::{Client, ClientConfig, SegmentedBody, Tls};

/// A configuration that may reach loopback.
fn open() -> ClientConfig {
    ClientConfig {
        allow_private_network: true,
        connect_timeout: Duration::from_secs(5),
        ..ClientConfig::new(Tls::new(None).unwrap())
    }
}

fn open_client() -> Client {
    Client::new(&open())
}

fn post(uri: &str, segments: &[&'static str]) -> Request<SegmentedBody> {
    let segments: Vec<_> = segments.iter().map(|s| Bytes::from_static(s.as_bytes())).collect();
    Request::builder().method(Method::POST).uri(uri).body(segments.into()).unwrap()
}

fn get(uri: &str) -> Request<SegmentedBody> {
    Request::builder().uri(uri).body(SegmentedBody::empty()).unwrap()
}
