//! The do-nothing proxy: the HTTP stack that ThinkWatch stands on, and nothing else. What a request costs here is the
//! floor for ThinkWatch.

use std::net::SocketAddr;
use std::time::Duration;

use anyhow::Context;
use bytes::Bytes;
use http::header::{CONNECTION, HOST};
use http::uri::{Authority, PathAndQuery, Scheme};
use http::{HeaderValue, Request, Response, StatusCode, Uri};
use http_body_util::combinators::UnsyncBoxBody;
use http_body_util::{BodyExt, Empty};
use hyper::body::Incoming;
use hyper::server::conn::http1;
use hyper::service::service_fn;
use hyper_util::client::legacy::Client;
use hyper_util::client::legacy::connect::HttpConnector;
use hyper_util::rt::{TokioExecutor, TokioIo, TokioTimer};
use thinkwatch_simulator::{Simulator, SimulatorConfig};
use tokio::net::TcpListener;
use tokio_util::task::TaskTracker;

type Upstream = Client<HttpConnector, Incoming>;

/// Forwards everything, until it is killed.
pub(crate) fn serve(addr: SocketAddr, upstream: SocketAddr) -> anyhow::Result<()> {
    // One worker thread, as nginx has one worker: both have one core.
    let runtime = tokio::runtime::Builder::new_multi_thread().worker_threads(1).enable_all().build()?;
    runtime.block_on(runtime.spawn(forward(addr, upstream)))?
}

/// The provider as a process of its own.
pub(crate) fn simulate(addr: SocketAddr) -> anyhow::Result<()> {
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build()?;
    runtime.block_on(async {
        let config = SimulatorConfig { addr, fast: true, journal: 0, ..SimulatorConfig::default() };
        Simulator::start(config).await?.wait().await;
        Ok(())
    })
}

async fn forward(addr: SocketAddr, upstream: SocketAddr) -> anyhow::Result<()> {
    let listener = TcpListener::bind(addr).await.with_context(|| format!("listening on {addr}"))?;
    let mut connector = HttpConnector::new();
    connector.set_nodelay(true);
    let client: Upstream = Client::builder(TokioExecutor::new())
        .pool_max_idle_per_host(256)
        .pool_idle_timeout(Duration::from_secs(60))
        .pool_timer(TokioTimer::new())
        .build(connector);
    let authority = Authority::try_from(upstream.to_string())?;
    let connections = TaskTracker::new();
    loop {
        let (stream, _) = listener.accept().await?;
        stream.set_nodelay(true)?;
        let (client, authority) = (client.clone(), authority.clone());
        connections.spawn(async move {
            let answer = service_fn(move |request| pass(client.clone(), authority.clone(), request));
            // A connection that breaks is the other side's business.
            drop(http1::Builder::new().timer(TokioTimer::new()).serve_connection(TokioIo::new(stream), answer).await);
        });
    }
}

async fn pass(
    client: Upstream,
    authority: Authority,
    mut request: Request<Incoming>,
) -> Result<Response<UnsyncBoxBody<Bytes, hyper::Error>>, http::Error> {
    let path = request.uri().path_and_query().cloned().unwrap_or_else(|| PathAndQuery::from_static("/"));
    request.headers_mut().remove(CONNECTION);
    request.headers_mut().insert(HOST, HeaderValue::try_from(authority.as_str())?);
    *request.uri_mut() = Uri::builder().scheme(Scheme::HTTP).authority(authority).path_and_query(path).build()?;
    match client.request(request).await {
        Ok(response) => Ok(response.map(BodyExt::boxed_unsync)),
        Err(_) => {
            let nothing = Empty::new().map_err(|never| match never {}).boxed_unsync();
            Response::builder().status(StatusCode::BAD_GATEWAY).body(nothing)
        }
    }
}
