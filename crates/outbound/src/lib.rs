//! Every outgoing connection of ThinkWatch: pools, connect timeout, TLS, proxy, and the guard that looks at the
//! resolved address at the moment of connecting.
//!
//! This crate knows nothing of providers, models or records, and reads no environment: who builds a [`ClientConfig`]
//! passes everything in. Redirects are never followed: a redirect is an answer like any other.

mod address;
mod body;
mod client;
mod dial;
mod error;
mod fetch;
mod h1;
mod incoming;
mod proxy;
mod stream;
mod tls;

pub use address::{AddressClass, Guard, Verdict, judge};
pub use body::SegmentedBody;
pub use client::{Client, ClientConfig};
pub use error::{CallError, ConnectStage, Reached};
pub use fetch::{FetchError, FetchLimits, Fetched};
pub use incoming::{BodyError, ChunkError, Incoming};
pub use proxy::{ProxyError, ProxyRules};
pub use tls::{Tls, TlsError};
