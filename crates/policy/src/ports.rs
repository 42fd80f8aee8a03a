//! What the data plane needs of others, as small traits: it holds them without knowing who is behind.

mod counters;
mod response_cache;

use std::fmt;
use std::pin::Pin;
use std::sync::Arc;

pub use self::counters::{Answer, Counters, Reserving, SpentFeed, Unavailable};
pub use self::response_cache::{CacheKey, CacheUnavailable, Kept, ResponseCache, Stay};
use crate::breaker::Shown;
use crate::ids::{ProviderId, RouteId, UserId};

/// How a route stands in this replica.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct RouteStanding {
    /// Its breaker.
    pub breaker: Shown,
    /// Tries within the breaker's window that went well.
    pub good: u64,
    /// Tries within it that failed, and not by the caller's fault.
    pub bad: u64,
    /// Average time to the first token, microseconds; `None` before one was measured.
    pub first_token_us: Option<i64>,
    /// How many tries it was measured by.
    pub samples: u32,
    /// When a try last failed (microseconds since the epoch), and the class of the failure.
    pub last_failure: Option<(i64, &'static str)>,
}

/// Who knows how routes stand.
pub trait RouteStandings: fmt::Debug + Send + Sync {
    /// How a route stands; `None` if no call has tried it since the start.
    fn standing(&self, route: &RouteId) -> Option<RouteStanding>;
}

/// What an asynchronous port answers with.
pub type Answering<'a, T> = Pin<Box<dyn Future<Output = T> + Send + 'a>>;

/// A response of the Responses API that can be gone on from: who may, and where it is kept.
///
/// It belongs to the user whose key (or session) made it, and not to the key alone: keys are rotated, and a person goes on
/// with one key where another began. Ids are looked up together with their user, so that somebody else's id is the same
/// as one that never was, and no provider can put an id of its own in the place of another user's.
#[derive(Clone)]
pub struct BoundResponse {
    /// The id that the client knows.
    pub id: Arc<str>,
    /// Whose it is.
    pub user: UserId,
    /// The provider that made it.
    pub provider: ProviderId,
    /// The model as the client named it: who may no longer use it may not read the response either.
    pub model: Arc<str>,
    /// The model as the provider knows it.
    pub upstream_model: Arc<str>,
    /// Made at (microseconds since the epoch).
    pub created_at_us: i64,
    /// Unknown from then on (microseconds since the epoch).
    pub expires_at_us: i64,
    /// What the gateway keeps of it. `None`: the provider keeps it itself.
    pub state: Option<Arc<ResponseState>>,
}

/// What the gateway keeps of a response whose provider keeps nothing.
#[derive(Clone, PartialEq, Eq)]
pub struct ResponseState {
    /// All that was said before the answer: a JSON list of items.
    pub items: Box<str>,
    /// The response as the client got it: a JSON object.
    pub response: Box<str>,
}

impl ResponseState {
    /// Bytes it takes.
    pub const fn len(&self) -> usize {
        self.items.len() + self.response.len()
    }

    /// Whether there is nothing in it.
    pub const fn is_empty(&self) -> bool {
        self.len() == 0
    }
}

impl fmt::Debug for ResponseState {
    /// Never what it holds.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("ResponseState").field("bytes", &self.len()).finish()
    }
}

impl fmt::Debug for BoundResponse {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { id, user, provider, state, .. } = self;
        f.debug_struct("BoundResponse")
            .field("id", id)
            .field("user", user)
            .field("provider", provider)
            .field("state", state)
            .finish_non_exhaustive()
    }
}

/// Whether an id is known cannot be said: where it would be kept does not answer in time.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("the kept responses cannot be looked up at the moment")]
pub struct StatesUnavailable;

/// Where responses are bound to who made them and, for providers that keep none, kept.
pub trait ResponseStates: fmt::Debug + Send + Sync {
    /// Whether one more can be kept. Asked before a call whose client insists on it.
    fn has_room(&self) -> bool;

    /// Keeps it. It can be found at once; it is made durable a moment later. Never waits: where there is no room it is
    /// counted as lost, and its id stays unknown.
    fn keep(&self, response: BoundResponse);

    /// The user's response of this id, unless it has expired by `now_us`. What is in memory is found without waiting.
    fn find<'a>(
        &'a self,
        user: &'a UserId,
        id: &'a str,
        now_us: i64,
    ) -> Answering<'a, Result<Option<Arc<BoundResponse>>, StatesUnavailable>>;

    /// Forgets it for good.
    fn forget<'a>(&'a self, user: &'a UserId, id: &'a str) -> Answering<'a, Result<(), StatesUnavailable>>;
}
