//! HTTP/1.1 as the gateway needs it: no task and no channel between the caller and the socket. The future (and later
//! the body) of a call owns its connection and polls it itself, so that a call costs one write and few reads, a slow
//! reader slows the other side, and dropping either closes the connection at once.

mod body;
mod chunked;
mod connection;
mod exchange;
mod framing;
mod head;
mod pool;

use std::sync::Arc;
use std::time::Instant;

use http::uri::{Authority, Scheme};
use http::{Method, Response, Uri, request};

pub(crate) use self::body::Http1Body;
pub use self::chunked::ChunkError;
use self::connection::Connection;
use self::exchange::{Exchange, Failed};
pub(crate) use self::pool::{IDLE, IDLE_PER_HOST};
use self::pool::{Key, Pool};
use crate::body::SegmentedBody;
use crate::dial::Dialer;
use crate::error::CallError;

/// Connections that speak HTTP/1.1, and the way a request takes through one of them.
#[derive(Clone, Debug)]
pub(crate) struct Http1 {
    dialer: Dialer,
    pool: Arc<Pool>,
}

impl Http1 {
    pub(crate) fn new(dialer: Dialer) -> Self {
        Self { dialer, pool: Arc::default() }
    }

    /// Sends a request and waits for the head of the answer.
    ///
    /// A pooled connection that takes not one byte is replaced without a word; once something was written the request
    /// may have been worked on, and is not written a second time.
    pub(crate) async fn send(
        &self,
        head: request::Parts,
        body: SegmentedBody,
    ) -> Result<Response<Http1Body>, CallError> {
        if head.method == Method::CONNECT {
            return Err(CallError::Invalid { reason: "CONNECT is not a request for an answer".to_owned() });
        }
        let key = key_of(&head.uri)?;
        let mut exchange = Exchange::new(body);
        loop {
            let (mut connection, used_before) = match self.pool.take(&key, Instant::now()) {
                Some(connection) => (connection, true),
                // Boxed: dialling is rare and its future is large, this one is moved for each call.
                None => (Box::new(Connection::new(Box::pin(self.dialer.dial(&head.uri)).await?)), false),
            };
            connection.prepare(&head, exchange.unsent());
            match std::future::poll_fn(|context| exchange.poll(&mut connection, context)).await {
                Ok(answer) => return Ok(exchange.into_response(&head.method, answer, connection, key, &self.pool)?),
                Err(Failed::Unwritten) if used_before => {}
                Err(Failed::Unwritten) => return Err(CallError::NotSent),
                Err(Failed::Ended(reason)) => return Err(CallError::BeforeHeaders { reason }),
                Err(Failed::NotHttp(error)) => return Err(CallError::from(error)),
            }
        }
    }
}

/// What connections are shared by: scheme, host and port.
fn key_of(uri: &Uri) -> Result<Key, CallError> {
    let invalid = |reason: &str| CallError::Invalid { reason: reason.to_owned() };
    let https = match uri.scheme() {
        Some(scheme) if *scheme == Scheme::HTTPS => true,
        Some(scheme) if *scheme == Scheme::HTTP => false,
        _ => return Err(invalid("the URL is neither http nor https")),
    };
    let authority: &Authority = uri.authority().ok_or_else(|| invalid("the URL names no host"))?;
    Ok(Key { https, authority: authority.clone() })
}
