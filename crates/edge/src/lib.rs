//! What every listener shares: accepting connections, bounds, who the client is, what it presented, draining.
//!
//! The crate must never know what a request means: no dialects, no store, no pages.

pub mod access_log;
pub mod client_address;
pub mod credential;
pub mod headers;
pub mod listener;
mod patience;
pub mod request_id;

pub use client_address::{ClientAddress, TrustedProxies};
pub use listener::{Listener, ListenerConfig, Peer};
