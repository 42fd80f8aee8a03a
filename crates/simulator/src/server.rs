//! Listens, and owns every connection it has taken.

use std::net::SocketAddr;
use std::sync::Arc;

use hyper::server::conn::http1;
use hyper::service::service_fn;
use hyper_util::rt::{TokioIo, TokioTimer};
use tokio::net::{TcpListener, TcpStream};
use tokio_util::sync::CancellationToken;
use tokio_util::task::TaskTracker;

use crate::config::SimulatorConfig;
use crate::fast::Fast;
use crate::fault::Faults;
use crate::handle::Handler;
use crate::journal::Journal;

/// Why a simulator did not start.
#[derive(Debug, thiserror::Error)]
pub enum StartError {
    /// The address could not be listened on.
    #[error("cannot listen on {addr}: {source}")]
    Listen {
        /// The address.
        addr: SocketAddr,
        /// What the system said.
        source: std::io::Error,
    },
}

/// A set of simulated providers behind one address.
#[derive(Debug)]
pub struct Simulator;

impl Simulator {
    /// Starts listening; requests are answered from now on.
    pub async fn start(config: SimulatorConfig) -> Result<Running, StartError> {
        let failed = |source| StartError::Listen { addr: config.addr, source };
        let listener = TcpListener::bind(config.addr).await.map_err(failed)?;
        let addr = listener.local_addr().map_err(failed)?;
        let journal = Journal::new(config.journal);
        let faults = Faults::default();
        let service = if config.fast {
            Service::Fast(Arc::new(Fast::new()))
        } else {
            Service::Strict(Arc::new(Handler::new(config, journal.clone(), faults.clone())))
        };
        let stopping = CancellationToken::new();
        let tasks = TaskTracker::new();
        tasks.spawn(accept(listener, service, stopping.clone()));
        tasks.close();
        Ok(Running { addr, journal, faults, stopping, tasks })
    }
}

/// A simulator at work. Dropping it stops it without waiting.
#[derive(Debug)]
pub struct Running {
    /// Where it listens.
    pub addr: SocketAddr,
    /// What reached it.
    pub journal: Journal,
    /// Faults for coming calls.
    pub faults: Faults,
    stopping: CancellationToken,
    tasks: TaskTracker,
}

impl Running {
    /// `http://…`, for a provider's base URL.
    pub fn url(&self) -> String {
        format!("http://{}", self.addr)
    }

    /// Closes every connection and waits until all is over.
    pub async fn stop(self) {
        self.stopping.cancel();
        self.tasks.wait().await;
    }

    /// Waits until it ends, which by itself it never does.
    pub async fn wait(self) {
        self.tasks.wait().await;
    }
}

impl Drop for Running {
    fn drop(&mut self) {
        self.stopping.cancel();
    }
}

#[derive(Clone)]
enum Service {
    Strict(Arc<Handler>),
    Fast(Arc<Fast>),
}

async fn accept(listener: TcpListener, service: Service, stopping: CancellationToken) {
    let connections = TaskTracker::new();
    loop {
        let accepted = tokio::select! {
            () = stopping.cancelled() => break,
            accepted = listener.accept() => accepted,
        };
        match accepted {
            Ok((stream, _)) => {
                let (service, stopping) = (service.clone(), stopping.clone());
                connections.spawn(async move {
                    tokio::select! {
                        () = stopping.cancelled() => {}
                        () = serve(stream, service) => {}
                    }
                });
            }
            // Out of file descriptors, or the peer is gone already: neither ends the simulator.
            Err(_) => tokio::time::sleep(std::time::Duration::from_millis(10)).await,
        }
    }
    connections.close();
    connections.wait().await;
}

async fn serve(stream: TcpStream, service: Service) {
    if stream.set_nodelay(true).is_err() {
        return;
    }
    let mut server = http1::Builder::new();
    server.timer(TokioTimer::new()).max_buf_size(1 << 20);
    let io = TokioIo::new(stream);
    // A connection that ends in an error was cut, by the client or on purpose; the journal knows which.
    match service {
        Service::Strict(handler) => {
            let answer = service_fn(move |request| {
                let handler = handler.clone();
                async move { handler.answer(request).await }
            });
            drop(server.serve_connection(io, answer).await);
        }
        Service::Fast(fast) => {
            let answer = service_fn(move |request| {
                let fast = fast.clone();
                async move { fast.answer(request).await }
            });
            drop(server.serve_connection(io, answer).await);
        }
    }
}
