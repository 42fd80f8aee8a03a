//! What can go wrong between handing over a request and holding the head of its answer.

use std::io;
use std::net::IpAddr;

use crate::address::AddressClass;

/// Whether the other side may have seen the request. Only `Never` may be repeated without thought.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Reached {
    /// Not one byte of it left this process.
    Never,
    /// Some of it was, or may have been, sent.
    Maybe,
}

/// A step of making a connection.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ConnectStage {
    /// Asking for the addresses of a name.
    Dns,
    /// The TCP handshake.
    Tcp,
    /// Asking a proxy for a tunnel.
    Proxy,
    /// The TLS handshake.
    Tls,
}

impl ConnectStage {
    /// The name in messages.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Dns => "name lookup",
            Self::Tcp => "tcp connect",
            Self::Proxy => "proxy tunnel",
            Self::Tls => "tls handshake",
        }
    }
}

/// Why a call has no answer. Messages name hosts, never paths, headers or content.
#[derive(Clone, Debug, thiserror::Error)]
pub enum CallError {
    /// The guard refused every address of the host.
    #[error("{host} leads to a {class} address ({address}), which may not be connected to")]
    Refused {
        /// The host as it was asked for.
        host: String,
        /// The first address that was refused.
        address: IpAddr,
        /// What kind of address that is.
        class: AddressClass,
    },
    /// The name has no address.
    #[error("{host} cannot be resolved: {reason}")]
    Dns {
        /// The host as it was asked for.
        host: String,
        /// What the resolver said.
        reason: String,
    },
    /// No address took the connection.
    #[error("cannot connect to {host}: {kind}")]
    Connect {
        /// Host and port.
        host: String,
        /// What the last address answered.
        kind: io::ErrorKind,
    },
    /// The connection did not stand in time.
    #[error("no connection to {host} in time ({})", .stage.as_str())]
    ConnectTimeout {
        /// Host and port.
        host: String,
        /// What was going on when time ran out.
        stage: ConnectStage,
    },
    /// The proxy gave no tunnel.
    #[error("the proxy gave no tunnel to {host}: {reason}")]
    Proxy {
        /// Host and port.
        host: String,
        /// What the proxy said.
        reason: String,
    },
    /// No TLS session: an unknown issuer, a wrong name, an expired certificate, not TLS at all.
    #[error("no TLS session with {host}: {reason}")]
    Tls {
        /// Host and port.
        host: String,
        /// What was wrong.
        reason: String,
    },
    /// The connection ended after the request was (partly) sent and before the head of an answer came.
    #[error("the connection ended before an answer came: {reason}")]
    BeforeHeaders {
        /// What was seen.
        reason: String,
    },
    /// The connection was gone before the request could be written, again and again.
    #[error("the connection was closed before the request was sent")]
    NotSent,
    /// What came back is not HTTP.
    #[error("the answer is not HTTP: {reason}")]
    Http {
        /// What was seen.
        reason: String,
    },
    /// The request itself cannot be sent (a URI without a host, for example).
    #[error("the request cannot be sent: {reason}")]
    Invalid {
        /// Why.
        reason: String,
    },
}

impl CallError {
    /// Whether the other side may have seen the request.
    pub const fn reached(&self) -> Reached {
        match self {
            Self::BeforeHeaders { .. } | Self::Http { .. } => Reached::Maybe,
            _ => Reached::Never,
        }
    }

    /// A stable word for logs, metrics and answers.
    pub const fn code(&self) -> &'static str {
        match self {
            Self::Refused { .. } => "private_address",
            Self::Dns { .. } => "dns",
            Self::Connect { .. } => "connect",
            Self::ConnectTimeout { .. } => "connect_timeout",
            Self::Proxy { .. } => "proxy",
            Self::Tls { .. } => "tls",
            Self::BeforeHeaders { .. } => "broken",
            Self::NotSent => "not_sent",
            Self::Http { .. } => "protocol",
            Self::Invalid { .. } => "invalid_request",
        }
    }
}
