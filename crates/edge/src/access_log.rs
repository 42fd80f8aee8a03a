//! The access channel: bounded, lossy, counted. For requests that have no record of their own (refused before a call
//! began, health checks excepted) and for the console.

use std::net::IpAddr;

use thinkwatch_policy::ids::RequestId;
use tokio::sync::mpsc;

/// Which listener.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Port {
    /// `:3000`
    Gateway,
    /// `:3001`
    Console,
}

impl Port {
    /// The name in logs and metrics.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Gateway => "gateway",
            Self::Console => "console",
        }
    }
}

/// One request, without anything secret: never a query string, a credential or a body.
#[derive(Clone, Debug)]
pub struct AccessEntry {
    /// When it was accepted (microseconds).
    pub timestamp_us: i64,
    /// Its id.
    pub request_id: RequestId,
    /// Where.
    pub port: Port,
    /// The method.
    pub method: String,
    /// The path, bounded, without the query.
    pub path: String,
    /// The status that was answered.
    pub status: u16,
    /// How long it took (microseconds).
    pub duration_us: i64,
    /// From where.
    pub ip: IpAddr,
    /// The program, bounded.
    pub user_agent: String,
    /// Who, if known.
    pub user_id: Option<String>,
    /// With which key, if any.
    pub key_id: Option<String>,
    /// Why it was refused, if it was.
    pub reason: Option<&'static str>,
}

/// Where entries go. Never waits: a full channel drops and counts.
#[derive(Clone, Debug)]
pub struct AccessSink {
    sender: mpsc::Sender<AccessEntry>,
    dropped: metrics::Counter,
}

impl AccessSink {
    /// A sink for at most `capacity` entries that nobody has read yet, and where they are read.
    pub fn new(capacity: usize) -> (Self, mpsc::Receiver<AccessEntry>) {
        let (sender, receiver) = mpsc::channel(capacity);
        (Self { sender, dropped: metrics::counter!("audit_log_dropped_total", "reason" => "access_full") }, receiver)
    }

    /// Hands over an entry, or counts that it was dropped.
    pub fn log(&self, entry: AccessEntry) {
        if self.sender.try_send(entry).is_err() {
            self.dropped.increment(1);
        }
    }
}
