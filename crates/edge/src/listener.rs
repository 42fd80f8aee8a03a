//! Accepting connections and serving HTTP/1.1 and HTTP/2 on them, until told to stop; then draining.

use std::convert::Infallible;
use std::io;
use std::net::SocketAddr;
use std::sync::Arc;
use std::time::Duration;

use http::{Request, Response};
use hyper::body::{Body, Incoming};
use hyper::service::service_fn;
use hyper_util::rt::{TokioExecutor, TokioIo, TokioTimer};
use hyper_util::server::conn::auto;
use hyper_util::server::graceful::GracefulShutdown;
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::Semaphore;
use tokio_util::sync::CancellationToken;
use tokio_util::task::TaskTracker;

use crate::access_log::Port;
use crate::patience::{Activity, Counted};

/// The other end of a connection.
#[derive(Clone, Copy, Debug)]
pub struct Peer(pub SocketAddr);

/// Bounds of a listener.
#[derive(Clone, Copy, Debug)]
pub struct ListenerConfig {
    /// Connections at once; further ones wait in the system's queue.
    pub max_connections: usize,
    /// Longest wait for a request head, also between two requests on one connection.
    pub header_timeout: Duration,
    /// How long connections may go on after the stop signal.
    pub drain: Duration,
}

impl Default for ListenerConfig {
    fn default() -> Self {
        Self { max_connections: 16_384, header_timeout: Duration::from_secs(75), drain: Duration::from_secs(600) }
    }
}

/// A bound port.
#[derive(Debug)]
pub struct Listener {
    socket: TcpListener,
    address: SocketAddr,
    port: Port,
}

impl Listener {
    /// Binds the address. Nothing is accepted before [`Self::serve`].
    pub fn bind(address: SocketAddr, port: Port) -> io::Result<Self> {
        let socket = socket2::Socket::new(socket2::Domain::for_address(address), socket2::Type::STREAM, None)?;
        socket.set_reuse_address(true)?;
        socket.set_nonblocking(true)?;
        if address.is_ipv6() {
            // An address of `::` means both families, as people expect.
            socket.set_only_v6(false)?;
        }
        socket.bind(&address.into())?;
        socket.listen(4096)?;
        let socket = TcpListener::from_std(socket.into())?;
        let address = socket.local_addr()?;
        Ok(Self { socket, address, port })
    }

    /// The address, with the port that the system chose if 0 was asked for.
    pub fn address(&self) -> SocketAddr {
        self.address
    }

    /// Serves until `stop`, then waits for the requests in progress (at most `config.drain`).
    ///
    /// Returns how many connections had to be cut.
    pub async fn serve<H, F, B>(self, config: ListenerConfig, handler: H, stop: CancellationToken) -> usize
    where
        H: Fn(Request<Incoming>, Peer) -> F + Clone + Send + 'static,
        F: Future<Output = Response<B>> + Send + 'static,
        B: Body + Unpin + Send + 'static,
        B::Data: Send,
        B::Error: std::error::Error + Send + Sync,
    {
        let mut http = auto::Builder::new(TokioExecutor::new());
        http.http1().max_buf_size(1 << 20);
        http.http2()
            .timer(TokioTimer::new())
            .max_concurrent_streams(1024)
            .max_header_list_size(1 << 20)
            .keep_alive_interval(Duration::from_secs(30));
        let http = Arc::new(http);
        let graceful = GracefulShutdown::new();
        let places = Arc::new(Semaphore::new(config.max_connections));
        let tracker = TaskTracker::new();
        let cut = CancellationToken::new();
        let active = metrics::gauge!("http_active_connections", "port" => self.port.as_str());

        loop {
            let accepted = tokio::select! {
                biased;
                () = stop.cancelled() => break,
                accepted = accept(&self.socket, &places) => accepted,
            };
            let (stream, peer, place) = accepted;
            let (http, handler, cut) = (Arc::clone(&http), handler.clone(), cut.clone());
            let watcher = graceful.watcher();
            let active = active.clone();
            tracker.spawn(async move {
                active.increment(1.0);
                let activity = Arc::new(Activity::new());
                let arriving = Arc::clone(&activity);
                let service = service_fn(move |request: Request<Incoming>| {
                    let in_flight = arriving.begin(request.version());
                    let answer = handler(request, Peer(peer));
                    async move { Ok::<_, Infallible>(answer.await.map(|body| Counted { body, _in_flight: in_flight })) }
                });
                let connection = watcher.watch(http.serve_connection(TokioIo::new(stream), service));
                tokio::select! {
                    biased;
                    // A client that hangs up, stalls or speaks nonsense is its own affair.
                    _ = connection => {}
                    () = cut.cancelled() => {}
                    () = activity.overdue(config.header_timeout) => {}
                }
                active.decrement(1.0);
                drop(place);
            });
        }
        drop(self.socket);
        tracker.close();
        let drained = async {
            graceful.shutdown().await;
            tracker.wait().await;
        };
        if tokio::time::timeout(config.drain, drained).await.is_ok() {
            return 0;
        }
        let left = tracker.len();
        cut.cancel();
        tracker.wait().await;
        left
    }
}

/// The next connection, with its place among the permitted ones.
async fn accept(
    socket: &TcpListener,
    places: &Arc<Semaphore>,
) -> (TcpStream, SocketAddr, tokio::sync::OwnedSemaphorePermit) {
    loop {
        let Ok(place) = Arc::clone(places).acquire_owned().await else {
            std::future::pending::<()>().await;
            continue;
        };
        match socket.accept().await {
            Ok((stream, peer)) => {
                // Small events must leave at once.
                if let Err(error) = stream.set_nodelay(true) {
                    tracing::debug!(%error, "could not switch off Nagle's algorithm");
                }
                return (stream, peer, place);
            }
            Err(error) => {
                // Out of file descriptors, or the peer was gone already: neither is worth a loop at full speed.
                tracing::warn!(%error, "could not accept a connection");
                tokio::time::sleep(Duration::from_millis(20)).await;
            }
        }
    }
}
