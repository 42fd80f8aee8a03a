//! What reached the simulator and what it answered, to the byte, in the order of arrival.

use std::collections::VecDeque;
use std::sync::Arc;
use std::time::{SystemTime, UNIX_EPOCH};

use base64::Engine;
use base64::prelude::BASE64_STANDARD;
use bytes::Bytes;
use http::request::Parts;
use parking_lot::Mutex;
use serde::Serialize;

/// One request and its answer.
#[derive(Clone, Debug, Default, Serialize)]
pub struct Entry {
    /// Order of arrival, from 1.
    pub seq: u64,
    /// When its head had arrived, microseconds UTC.
    pub arrived_us: i64,
    /// `POST`, ….
    pub method: String,
    /// Path and query as received.
    pub target: String,
    /// Headers as received, names in lower case, in order.
    pub headers: Vec<(String, String)>,
    /// The `traceparent` header.
    pub traceparent: Option<String>,
    /// The body as received (base64 in JSON).
    #[serde(serialize_with = "as_base64")]
    pub body: Bytes,
    /// Its model, once read.
    pub model: Option<String>,
    /// Whether it asked for a stream.
    pub stream: bool,
    /// Accepted, but worth a look: unknown fields and kinds.
    pub notes: Vec<String>,
    /// Why it was refused by the simulator's own strictness; faults that were asked for are not here.
    pub refused: Option<String>,
    /// Names of headers that must not have reached a provider.
    pub leaked: Vec<String>,
    /// The status answered; 0 while none was.
    pub status: u16,
    /// The answer's body as far as it was given to the connection (base64 in JSON).
    #[serde(serialize_with = "as_base64")]
    pub answer: Vec<u8>,
    /// The whole answer was given to the connection.
    pub complete: bool,
    /// The simulator cut the connection on purpose.
    pub cut: bool,
    /// When it was over, one way or another, microseconds UTC.
    pub finished_us: Option<i64>,
    /// When the client was seen to be gone before the answer was complete, microseconds UTC.
    pub disconnected_us: Option<i64>,
}

fn as_base64<S: serde::Serializer>(bytes: &impl AsRef<[u8]>, serializer: S) -> Result<S::Ok, S::Error> {
    serializer.serialize_str(&BASE64_STANDARD.encode(bytes))
}

/// Totals since the start; clearing the journal does not reset them.
#[derive(Clone, Copy, Debug, Default, Serialize)]
pub struct Stats {
    /// Requests that arrived.
    pub arrived: u64,
    /// Answers given completely.
    pub completed: u64,
    /// Answers that the client did not wait for.
    pub disconnected: u64,
    /// Requests refused by strictness.
    pub refused: u64,
    /// Requests with a header that must not have come.
    pub leaked: u64,
    /// Exchanges going on.
    pub open: u64,
}

#[derive(Debug, Default)]
struct Inner {
    kept: VecDeque<Entry>,
    room: usize,
    stats: Stats,
}

/// A bounded ring of exchanges.
#[derive(Clone, Debug, Default)]
pub struct Journal(Arc<Mutex<Inner>>);

impl Journal {
    pub(crate) fn new(room: usize) -> Self {
        Self(Arc::new(Mutex::new(Inner { room, ..Inner::default() })))
    }

    /// The exchanges after a number, oldest first; those going on are shown as far as they came.
    pub fn since(&self, seq: u64) -> Vec<Entry> {
        self.0.lock().kept.iter().filter(|entry| entry.seq > seq).cloned().collect()
    }

    /// Forgets all exchanges (numbers and totals go on).
    pub fn clear(&self) {
        self.0.lock().kept.clear();
    }

    /// Totals since the start.
    pub fn stats(&self) -> Stats {
        self.0.lock().stats
    }

    pub(crate) fn open(&self, head: &Parts) -> Exchange {
        let mut inner = self.0.lock();
        inner.stats.arrived += 1;
        inner.stats.open += 1;
        let seq = inner.stats.arrived;
        if inner.room > 0 {
            if inner.kept.len() >= inner.room {
                inner.kept.pop_front();
            }
            let text = |value: &http::HeaderValue| String::from_utf8_lossy(value.as_bytes()).into_owned();
            inner.kept.push_back(Entry {
                seq,
                arrived_us: now_us(),
                method: head.method.to_string(),
                target: head.uri.to_string(),
                headers: head.headers.iter().map(|(name, value)| (name.to_string(), text(value))).collect(),
                traceparent: head.headers.get("traceparent").map(text),
                ..Entry::default()
            });
        }
        drop(inner);
        Exchange { journal: self.clone(), seq, over: false }
    }
}

/// An exchange going on. Dropping it before it is complete means that the client went away.
pub(crate) struct Exchange {
    journal: Journal,
    seq: u64,
    over: bool,
}

impl Exchange {
    pub(crate) fn seq(&self) -> u64 {
        self.seq
    }

    /// Changes the entry, unless the ring has moved on.
    pub(crate) fn note(&self, change: impl FnOnce(&mut Entry)) {
        let mut inner = self.journal.0.lock();
        if let Some(entry) = inner.kept.iter_mut().rev().find(|entry| entry.seq == self.seq) {
            change(entry);
        }
    }

    pub(crate) fn refused(&self, why: &str) {
        self.journal.0.lock().stats.refused += 1;
        self.note(|entry| entry.refused = Some(why.to_owned()));
    }

    pub(crate) fn leaked(&self, names: &[String]) {
        self.journal.0.lock().stats.leaked += 1;
        self.note(|entry| entry.leaked = names.to_vec());
    }

    pub(crate) fn sent(&self, bytes: &[u8]) {
        self.note(|entry| entry.answer.extend_from_slice(bytes));
    }

    pub(crate) fn complete(&mut self) {
        if !std::mem::replace(&mut self.over, true) {
            let mut inner = self.journal.0.lock();
            inner.stats.completed += 1;
            inner.stats.open -= 1;
            drop(inner);
            self.note(|entry| {
                entry.complete = true;
                entry.finished_us = Some(now_us());
            });
        }
    }

    pub(crate) fn cut(&mut self) {
        if !std::mem::replace(&mut self.over, true) {
            self.journal.0.lock().stats.open -= 1;
            self.note(|entry| {
                entry.cut = true;
                entry.finished_us = Some(now_us());
            });
        }
    }
}

impl Drop for Exchange {
    fn drop(&mut self) {
        if !self.over {
            let mut inner = self.journal.0.lock();
            inner.stats.disconnected += 1;
            inner.stats.open -= 1;
            drop(inner);
            self.note(|entry| {
                let now = now_us();
                entry.finished_us = Some(now);
                entry.disconnected_us = Some(now);
            });
        }
    }
}

/// The wall clock, microseconds UTC.
pub(crate) fn now_us() -> i64 {
    let since = SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default();
    i64::try_from(since.as_micros()).unwrap_or(i64::MAX)
}
