//! The console on the edge's accept loop: what the edge knows goes into the request's extensions, and every request
//! leaves a row in the access log and its mark in the metrics.

use std::net::SocketAddr;
use std::sync::Arc;
use std::time::Instant;

use http::header::USER_AGENT;
use http::{Request, Response};
use hyper::body::Incoming;
use thinkwatch_config::Config;
use thinkwatch_console::{AnsweredBy, ConsoleState, Options};
use thinkwatch_edge::access_log::{AccessEntry, AccessSink, Port};
use thinkwatch_edge::headers::{bounded, bounded_text};
use thinkwatch_edge::request_id::mint;
use thinkwatch_edge::{Listener, ListenerConfig, Peer, TrustedProxies};
use tokio_util::sync::CancellationToken;
use tower::Service;

use crate::assembly::Assembly;

/// Serves the console until `stop`.
pub(crate) fn serve(
    config: &Config,
    assembly: &Assembly,
    gateway: SocketAddr,
    listener: Listener,
    sink: AccessSink,
    limits: ListenerConfig,
    stop: CancellationToken,
) -> impl Future<Output = usize> + Send + use<> {
    let options = Options {
        public_url: config.public_console_url.as_ref().map(|url| url.as_str().trim_end_matches('/').to_owned()),
        allowed_origins: config.cors_origins.clone(),
        public_gateway_url: config.public_gateway_url.as_ref().map(ToString::to_string),
        gateway_port: gateway.port(),
        ..Options::default()
    };
    let router = thinkwatch_console::router(ConsoleState { control: Arc::clone(&assembly.control), options });
    let proxies = Arc::new(TrustedProxies::new(config.trusted_proxies.clone()));
    let handler = move |mut request: Request<Incoming>, peer: Peer| {
        let client = proxies.client(peer.0.ip(), request.headers());
        let now = std::time::SystemTime::now().duration_since(std::time::UNIX_EPOCH).unwrap_or_default();
        let timestamp_us = i64::try_from(now.as_micros()).unwrap_or(i64::MAX);
        let request_id = mint(timestamp_us);
        request.extensions_mut().insert(client);
        request.extensions_mut().insert(request_id);
        let entry = AccessEntry {
            timestamp_us,
            request_id,
            port: Port::Console,
            method: bounded(request.method().as_str(), 16),
            path: bounded(request.uri().path(), 256),
            status: 0,
            duration_us: 0,
            ip: client.0,
            user_agent: bounded_text(request.headers(), &USER_AGENT, 256),
            user_id: None,
            key_id: None,
            reason: None,
        };
        let (mut router, sink, started) = (router.clone(), sink.clone(), Instant::now());
        async move {
            let answer: Response<_> = match router.call(request).await {
                Ok(response) => response,
                Err(never) => match never {},
            };
            finished(&sink, entry, &answer, started);
            answer
        }
    };
    listener.serve(limits, handler, stop)
}

/// Labels are route templates and known methods, so that nobody can make up new ones.
fn finished<B>(sink: &AccessSink, entry: AccessEntry, answer: &Response<B>, started: Instant) {
    let route = answer.extensions().get::<AnsweredBy>().map_or("none", |matched| &matched.0).to_owned();
    let method = match entry.method.as_str() {
        "GET" | "POST" | "PATCH" | "DELETE" | "OPTIONS" | "HEAD" | "PUT" => entry.method.clone(),
        _ => "other".to_owned(),
    };
    let status = answer.status().as_u16();
    let labels = [("route", route), ("method", method)];
    metrics::histogram!("watchgrid_http_request_duration_seconds", &labels).record(started.elapsed().as_secs_f64());
    let [route, method] = labels;
    let labels = [route, method, ("status", status.to_string())];
    metrics::counter!("watchgrid_http_requests_total", &labels).increment(1);
    let duration_us = i64::try_from(started.elapsed().as_micros()).unwrap_or(i64::MAX);
    sink.log(AccessEntry { status, duration_us, ..entry });
}
