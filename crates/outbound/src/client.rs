//! One pool of connections and the way a request takes through it.

use std::error::Error as _;
use std::net::IpAddr;
use std::time::Duration;

use futures_util::TryFutureExt as _;
use futures_util::future::Either;
use http::uri::Scheme;
use http::{Request, Response};
use hyper_util::client::legacy;
use hyper_util::rt::{TokioExecutor, TokioTimer};

use crate::address::Guard;
use crate::body::SegmentedBody;
use crate::dial::Dialer;
use crate::error::CallError;
use crate::h1::{Http1, IDLE, IDLE_PER_HOST};
use crate::incoming::Incoming;
use crate::proxy::ProxyRules;
use crate::tls::Tls;

/// What a client is made of.
#[derive(Clone, Debug)]
pub struct ClientConfig {
    /// Whether loopback and private addresses may be connected to.
    pub allow_private_network: bool,
    /// The one address that may be connected to, of whatever kind it is, and no other. Never what an API user wrote.
    pub only: Option<IpAddr>,
    /// Longest wait for a connection: name lookup, TCP, proxy and TLS together.
    pub connect_timeout: Duration,
    /// Trusted authorities; clone one [`Tls`] into every client.
    pub tls: Tls,
    /// Which hosts are reached through a proxy.
    pub proxy: ProxyRules,
    /// Whether HTTP/2 is offered to `https` hosts.
    pub http2: bool,
}

impl ClientConfig {
    /// The strictest one: no private addresses, 3 s to connect, no proxy, HTTP/1.1.
    pub fn new(tls: Tls) -> Self {
        Self {
            allow_private_network: false,
            only: None,
            connect_timeout: Duration::from_secs(3),
            tls,
            proxy: ProxyRules::none(),
            http2: false,
        }
    }
}

/// Pools of connections. Cheap to clone; clones share the pools, and the last one dropped closes idle connections.
///
/// HTTP/1.1 needs no tasks: who calls polls the connection. The task of each HTTP/2 connection belongs to its pool: it
/// ends with its connection, at the latest when the peer closes or the runtime stops. Nothing durable happens in it,
/// so nobody waits for it at shutdown.
#[derive(Clone, Debug)]
pub struct Client {
    http1: Http1,
    /// Where HTTP/2 is offered: which of the two is spoken is found out when connecting, so it dials for both.
    http2: Option<legacy::Client<Dialer, SegmentedBody>>,
}

impl Client {
    /// A client with empty pools. Must be called (and used) inside a tokio runtime.
    pub fn new(config: &ClientConfig) -> Self {
        let dialer = |http2| {
            Dialer::new(
                Guard { allow_private_network: config.allow_private_network, only: config.only },
                config.connect_timeout,
                config.tls.config(http2),
                config.proxy.clone(),
            )
        };
        let http2 = config.http2.then(|| {
            legacy::Client::builder(TokioExecutor::new())
                .pool_idle_timeout(IDLE)
                .pool_max_idle_per_host(IDLE_PER_HOST)
                .pool_timer(TokioTimer::new())
                .timer(TokioTimer::new())
                .http2_adaptive_window(true)
                .http2_keep_alive_interval(Duration::from_secs(30))
                .http2_keep_alive_while_idle(false)
                .build(dialer(true))
        });
        Self { http1: Http1::new(dialer(false)), http2 }
    }

    /// Sends a request and waits for the head of the answer, however long that takes: the first-byte limit is the
    /// caller's. Dropping the future, or the body of the answer, cancels the call at the other side.
    ///
    /// A pooled connection that turns out to be closed before anything was written is replaced without a word.
    // Not `async`: the future would hold the request a second time, and it is part of what each call takes.
    pub fn send(
        &self,
        request: Request<SegmentedBody>,
    ) -> impl Future<Output = Result<Response<Incoming>, CallError>> + Send {
        match &self.http2 {
            Some(pool) if request.uri().scheme() == Some(&Scheme::HTTPS) => {
                let answer = pool.request(request).map_ok(|answer| answer.map(Incoming::from)).map_err(explain);
                Either::Left(Box::pin(answer))
            }
            _ => {
                let (head, body) = request.into_parts();
                Either::Right(self.http1.send(head, body).map_ok(|answer| answer.map(Incoming::from)))
            }
        }
    }
}

/// Finds the typed reason in what the pool reports.
fn explain(error: legacy::Error) -> CallError {
    let mut cause: Option<&(dyn std::error::Error + 'static)> = error.source();
    while let Some(inner) = cause {
        if let Some(dial) = inner.downcast_ref::<CallError>() {
            return dial.clone();
        }
        if let Some(hyper) = inner.downcast_ref::<hyper::Error>() {
            return explain_hyper(hyper);
        }
        cause = inner.source();
    }
    CallError::Invalid { reason: error.to_string() }
}

fn explain_hyper(error: &hyper::Error) -> CallError {
    if error.is_canceled() {
        return CallError::NotSent;
    }
    let reason = match error.source() {
        Some(cause) => format!("{error}: {cause}"),
        None => error.to_string(),
    };
    if error.is_parse() {
        CallError::Http { reason }
    } else if error.is_user() {
        CallError::Invalid { reason }
    } else {
        CallError::BeforeHeaders { reason }
    }
}
