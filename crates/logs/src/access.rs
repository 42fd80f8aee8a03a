//! One row per HTTP request that is not an AI call's own row: both ports, refused and shed ones included.

use thinkwatch_policy::ids::RequestId;

use crate::query::{Order, Scope};

/// One HTTP request as the access log keeps it. Its id is the request id.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct AccessRecord {
    /// When it was accepted, microseconds since the epoch.
    pub timestamp_us: i64,
    /// The request id, which identifies the row.
    pub request_id: RequestId,
    /// `gateway` or `console`.
    pub port: String,
    /// The method.
    pub method: String,
    /// The route's template where one matched, else the bounded path.
    pub path: String,
    /// The status sent.
    pub status: u16,
    /// How long it took.
    pub duration_us: i64,
    /// The client's address.
    pub ip: String,
    /// The client's `user-agent`, bounded.
    pub user_agent: String,
    /// Who, when known.
    pub user_id: Option<String>,
    /// With which key, when known.
    pub key_id: Option<String>,
    /// Body bytes received.
    pub bytes_in: u64,
    /// Body bytes sent.
    pub bytes_out: u64,
    /// Why it was refused (`shed`, `unauthenticated`, ...); empty when it was served.
    pub reason: String,
}

/// A question for a page of access rows.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct AccessQuery {
    /// Whose.
    pub scope: Scope,
    /// Accepted at or after, microseconds.
    pub from_us: i64,
    /// Accepted before, microseconds.
    pub to_us: i64,
    /// `gateway` or `console`.
    pub port: Option<String>,
    /// Lowest and highest status, both included.
    pub status: Option<(u16, u16)>,
    /// The key.
    pub key_id: Option<String>,
    /// Part of path, address or reason.
    pub text: Option<String>,
    /// Order.
    pub order: Order,
    /// `next_cursor` of the page before.
    pub cursor: Option<String>,
    /// Rows wanted; kept within 1 and 1000.
    pub limit: usize,
}

/// A page of access rows.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct AccessPage {
    /// The rows in the order asked for.
    pub items: Vec<AccessRecord>,
    /// Give it back for the next page.
    pub next_cursor: Option<String>,
    /// Partitions (`kind/day`) that could not be read and are missing from the answer.
    pub unreadable: Vec<String>,
}
