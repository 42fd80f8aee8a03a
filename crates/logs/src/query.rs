//! What can be asked of the request log, as data.

use thinkwatch_policy::ids::UserId;
use thinkwatch_records::{CallRecord, Outcome};

use crate::port::LogError;

/// The most rows a page can have.
pub const MAX_LIMIT: usize = 1000;
/// The time range when none is given.
pub const DEFAULT_RANGE_US: i64 = 24 * 3600 * 1_000_000;

/// Whose rows may be seen. Applied inside the store, so that no caller can forget it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Scope {
    /// Everyone's.
    All,
    /// Only this user's.
    Own(UserId),
}

/// The order of a page.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Order {
    /// Newest first.
    #[default]
    NewestFirst,
    /// Oldest first.
    OldestFirst,
}

/// Conditions; all that are given must hold.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct CallFilter {
    /// Exactly this user.
    pub user_id: Option<String>,
    /// Exactly this key.
    pub key_id: Option<String>,
    /// Any key of this lineage.
    pub key_lineage_id: Option<String>,
    /// Exactly this team.
    pub team_id: Option<String>,
    /// The model the client named.
    pub model: Option<String>,
    /// The provider's name.
    pub provider: Option<String>,
    /// Recognised client program.
    pub client: Option<String>,
    /// This tag has this value.
    pub tag: Option<(String, String)>,
    /// The session.
    pub session_id: Option<String>,
    /// The client's trace id, or the digits of a request id.
    pub trace_id: Option<String>,
    /// Lowest and highest status, both included: `(500, 599)` is the class.
    pub status_code: Option<(u32, u32)>,
    /// How it ended.
    pub outcome: Option<Outcome>,
    /// Whether a stream was asked for.
    pub stream: Option<bool>,
    /// At least this cost.
    pub min_cost_nano: Option<i64>,
    /// At most this cost.
    pub max_cost_nano: Option<i64>,
    /// At least this long.
    pub min_duration_us: Option<i64>,
    /// At most this long.
    pub max_duration_us: Option<i64>,
    /// At least so many tokens, input (cached or not) and output together.
    pub min_tokens: Option<i64>,
    /// At most so many tokens.
    pub max_tokens: Option<i64>,
    /// Part of model, user_email or error_class (case ignored for ASCII), or the beginning of a request id.
    pub text: Option<String>,
}

/// A question for a page of calls.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct CallQuery {
    /// Whose.
    pub scope: Scope,
    /// Accepted at or after, microseconds.
    pub from_us: i64,
    /// Accepted before, microseconds.
    pub to_us: i64,
    /// Conditions.
    pub filter: CallFilter,
    /// Order.
    pub order: Order,
    /// `next_cursor` of the page before.
    pub cursor: Option<String>,
    /// Rows wanted; kept within 1 and [`MAX_LIMIT`].
    pub limit: usize,
}

impl CallQuery {
    /// The last 24 hours, newest first, 100 rows, no conditions.
    pub fn last_day(scope: Scope, now_us: i64) -> Self {
        Self {
            scope,
            from_us: now_us.saturating_sub(DEFAULT_RANGE_US),
            // A call accepted in this very microsecond is part of "until now".
            to_us: now_us.saturating_add(1),
            filter: CallFilter::default(),
            order: Order::NewestFirst,
            cursor: None,
            limit: 100,
        }
    }
}

/// A page of calls.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct CallPage {
    /// The rows in the order asked for (by request id, which is by the millisecond of acceptance).
    pub items: Vec<CallRecord>,
    /// Give it back for the next page; `None` when there is nothing more.
    pub next_cursor: Option<String>,
    /// Partitions (`kind/day`) that could not be read and are missing from the answer.
    pub unreadable: Vec<String>,
}

/// The place after which a page goes on: the id of its last row.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Place(pub(crate) u128);

impl Place {
    pub(crate) fn encode(self) -> String {
        format!("c1{:032x}", self.0)
    }

    pub(crate) fn decode(text: &str) -> Result<Self, LogError> {
        let digits = text.strip_prefix("c1").filter(|d| d.len() == 32).ok_or(LogError::BadCursor)?;
        u128::from_str_radix(digits, 16).map(Self).map_err(|_| LogError::BadCursor)
    }
}
