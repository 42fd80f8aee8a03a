//! Making one connection: resolve, guard, connect, tunnel, TLS.

use std::future::Future;
use std::net::{IpAddr, SocketAddr};
use std::pin::Pin;
use std::sync::Arc;
use std::sync::atomic::{AtomicU8, Ordering};
use std::task::{Context, Poll};
use std::time::Duration;

use http::Uri;
use hyper_util::rt::TokioIo;
use rustls::pki_types::ServerName;
use socket2::{SockRef, TcpKeepalive};
use tokio::net::{TcpSocket, TcpStream};
use tokio::time::{Instant, timeout, timeout_at};
use tokio_rustls::TlsConnector;
use tower_service::Service;

use crate::address::Guard;
use crate::error::{CallError, ConnectStage};
use crate::proxy::{self, Proxy, ProxyRules};
use crate::stream::Stream;

/// Names that only mean something inside a cloud. A proxy would resolve them for us, unseen by the guard.
const METADATA_NAMES: [&str; 3] = ["metadata", "metadata.google.internal", "instance-data.ec2.internal"];

/// When several addresses are left, none may use up all the time: the next one may be alive.
const LEAST_PER_ADDRESS: Duration = Duration::from_millis(250);

/// Makes connections for the pool. Clones share everything.
#[derive(Clone)]
pub(crate) struct Dialer {
    plan: Arc<Plan>,
}

struct Plan {
    guard: Guard,
    connect_timeout: Duration,
    tls: TlsConnector,
    proxy: ProxyRules,
}

impl std::fmt::Debug for Dialer {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Dialer").field("guard", &self.plan.guard).finish_non_exhaustive()
    }
}

impl Dialer {
    pub(crate) fn new(
        guard: Guard,
        connect_timeout: Duration,
        tls: Arc<rustls::ClientConfig>,
        proxy: ProxyRules,
    ) -> Self {
        Self { plan: Arc::new(Plan { guard, connect_timeout, tls: TlsConnector::from(tls), proxy }) }
    }
}

impl Dialer {
    /// Makes one connection.
    pub(crate) async fn dial(&self, uri: &Uri) -> Result<Stream, CallError> {
        self.plan.dial(uri).await
    }
}

/// For the pool of HTTP/2 connections.
impl Service<Uri> for Dialer {
    type Response = TokioIo<Stream>;
    type Error = CallError;
    type Future = Pin<Box<dyn Future<Output = Result<TokioIo<Stream>, CallError>> + Send>>;

    fn poll_ready(&mut self, _: &mut Context<'_>) -> Poll<Result<(), CallError>> {
        Poll::Ready(Ok(()))
    }

    fn call(&mut self, uri: Uri) -> Self::Future {
        let plan = Arc::clone(&self.plan);
        Box::pin(async move { plan.dial(&uri).await.map(TokioIo::new) })
    }
}

/// Where a connection goes.
struct Target<'a> {
    host: &'a str,
    port: u16,
    https: bool,
}

impl<'a> Target<'a> {
    fn of(uri: &'a Uri) -> Result<Self, CallError> {
        let https = match uri.scheme_str() {
            Some("https") => true,
            Some("http") => false,
            _ => return Err(CallError::Invalid { reason: "the URL is neither http nor https".to_owned() }),
        };
        let host = uri.host().unwrap_or_default().trim_start_matches('[').trim_end_matches(']');
        if host.is_empty() {
            return Err(CallError::Invalid { reason: "the URL names no host".to_owned() });
        }
        Ok(Self { host, port: uri.port_u16().unwrap_or(if https { 443 } else { 80 }), https })
    }

    /// Host and port, as messages and CONNECT write them.
    fn authority(&self) -> String {
        if self.host.contains(':') {
            format!("[{}]:{}", self.host, self.port)
        } else {
            format!("{}:{}", self.host, self.port)
        }
    }
}

impl Plan {
    async fn dial(&self, uri: &Uri) -> Result<Stream, CallError> {
        let target = Target::of(uri)?;
        let progress = Progress::default();
        let deadline = Instant::now() + self.connect_timeout;
        match timeout_at(deadline, self.connect(&target, deadline, &progress)).await {
            Ok(result) => result,
            Err(_) => Err(CallError::ConnectTimeout { host: target.authority(), stage: progress.stage() }),
        }
    }

    async fn connect(&self, target: &Target<'_>, deadline: Instant, at: &Progress) -> Result<Stream, CallError> {
        let tcp = match self.proxy.for_target(target.https, target.host, target.port) {
            Some(proxy) => self.through(proxy, target, deadline, at).await?,
            None => {
                at.reach(ConnectStage::Dns);
                let addresses = resolve(target.host, target.port).await?;
                let allowed = self.admit(target.host, addresses)?;
                at.reach(ConnectStage::Tcp);
                open(&target.authority(), &allowed, deadline).await?
            }
        };
        if !target.https {
            return Ok(Stream::Plain(tcp));
        }
        at.reach(ConnectStage::Tls);
        let failed = |reason: String| CallError::Tls { host: target.authority(), reason };
        let name = ServerName::try_from(target.host.to_owned()).map_err(|error| failed(error.to_string()))?;
        let session = self.tls.connect(name, tcp).await.map_err(|error| failed(error.to_string()))?;
        Ok(Stream::Tls(Box::new(session)))
    }

    /// The addresses that may be connected to. A name with good and bad addresses is used with the good ones only.
    fn admit(&self, host: &str, addresses: Vec<SocketAddr>) -> Result<Vec<SocketAddr>, CallError> {
        let mut refused = None;
        let mut allowed = Vec::with_capacity(addresses.len());
        for address in addresses {
            match self.guard.check(address.ip()) {
                Ok(()) => allowed.push(address),
                Err(class) => {
                    refused.get_or_insert((address.ip(), class));
                }
            }
        }
        match refused {
            Some((address, class)) if allowed.is_empty() => {
                Err(CallError::Refused { host: host.to_owned(), address, class })
            }
            _ => Ok(allowed),
        }
    }

    /// A tunnel through the proxy. The proxy itself comes from the environment and is trusted; its target is judged
    /// as far as we can see it: by its address, or by what its name means to us. A name that only the proxy can
    /// resolve is the proxy's to judge.
    async fn through(
        &self,
        proxy: &Proxy,
        target: &Target<'_>,
        deadline: Instant,
        at: &Progress,
    ) -> Result<TcpStream, CallError> {
        at.reach(ConnectStage::Dns);
        if METADATA_NAMES.contains(&target.host.trim_end_matches('.').to_ascii_lowercase().as_str()) {
            let address = IpAddr::from([169, 254, 169, 254]);
            let class = crate::address::judge(address);
            return Err(CallError::Refused { host: target.host.to_owned(), address, class });
        }
        match resolve(target.host, target.port).await {
            Ok(addresses) => drop(self.admit(target.host, addresses)?),
            Err(error) => tracing::debug!(%error, "left to the proxy to resolve"),
        }
        let failed = |error: &CallError| CallError::Proxy { host: target.authority(), reason: error.to_string() };
        let addresses = resolve(&proxy.host, proxy.port).await.map_err(|error| failed(&error))?;
        at.reach(ConnectStage::Proxy);
        let tcp = open(&proxy.authority(), &addresses, deadline).await.map_err(|error| failed(&error))?;
        proxy::tunnel(tcp, proxy, &target.authority()).await
    }
}

/// The addresses of a host. An address written out needs no resolver (and must not be sent to one).
async fn resolve(host: &str, port: u16) -> Result<Vec<SocketAddr>, CallError> {
    if let Ok(ip) = host.parse::<IpAddr>() {
        return Ok(vec![SocketAddr::new(ip, port)]);
    }
    let dns = |reason: String| CallError::Dns { host: host.to_owned(), reason };
    let found: Vec<_> = tokio::net::lookup_host((host, port)).await.map_err(|e| dns(e.to_string()))?.collect();
    if found.is_empty() { Err(dns("the name has no address".to_owned())) } else { Ok(found) }
}

/// Tries the addresses in order until one takes the connection.
async fn open(authority: &str, addresses: &[SocketAddr], deadline: Instant) -> Result<TcpStream, CallError> {
    let mut last = std::io::ErrorKind::AddrNotAvailable;
    for (tried, &address) in addresses.iter().enumerate() {
        let left = deadline.saturating_duration_since(Instant::now());
        let shares = u32::try_from(addresses.len() - tried).unwrap_or(u32::MAX);
        let share = if shares == 1 { left } else { (left / shares).max(LEAST_PER_ADDRESS) };
        match timeout(share, open_one(address)).await {
            Ok(Ok(stream)) => return Ok(stream),
            Ok(Err(error)) => last = error.kind(),
            Err(_) => last = std::io::ErrorKind::TimedOut,
        }
    }
    if last == std::io::ErrorKind::TimedOut {
        return Err(CallError::ConnectTimeout { host: authority.to_owned(), stage: ConnectStage::Tcp });
    }
    Err(CallError::Connect { host: authority.to_owned(), kind: last })
}

async fn open_one(address: SocketAddr) -> std::io::Result<TcpStream> {
    let socket = if address.is_ipv4() { TcpSocket::new_v4()? } else { TcpSocket::new_v6()? };
    // Without it, small writes of a request wait for the acknowledgement of the one before.
    socket.set_nodelay(true)?;
    let keepalive = TcpKeepalive::new().with_time(Duration::from_secs(30)).with_interval(Duration::from_secs(10));
    SockRef::from(&socket).set_tcp_keepalive(&keepalive)?;
    socket.connect(address).await
}

/// How far a connection has come, read when its time runs out.
#[derive(Default)]
struct Progress(AtomicU8);

impl Progress {
    fn reach(&self, stage: ConnectStage) {
        self.0.store(stage as u8, Ordering::Relaxed);
    }

    fn stage(&self) -> ConnectStage {
        [ConnectStage::Dns, ConnectStage::Tcp, ConnectStage::Proxy, ConnectStage::Tls]
            .into_iter()
            .find(|s| *s as u8 == self.0.load(Ordering::Relaxed))
            .unwrap_or(ConnectStage::Dns)
    }
}
