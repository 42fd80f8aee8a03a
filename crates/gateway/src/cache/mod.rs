//! The response cache: an answer that was given once is given again to whoever may ask the same, where a key or a model wants
//! that. How it is decided what is the same, and what is kept: `docs/RESPONSE-CACHE.md`.

mod entry;
mod hit;
mod key;
mod storing;
mod wish;

use std::sync::Arc;
use std::time::Duration;

use http::header::{HeaderName, HeaderValue};
use http::{HeaderMap, request};
use metrics::counter;
use thinkwatch_identity::encryption::{Cipher, HashKey};
use thinkwatch_policy::catalogue::Catalogue;
use thinkwatch_policy::dialect::Endpoint;
use thinkwatch_policy::ports::{CacheKey, ResponseCache};
use thinkwatch_policy::routing::Plan;
use thinkwatch_policy::settings::Settings;
use thinkwatch_wire::request::Peek;
use tokio::sync::Semaphore;
use tokio_util::task::TaskTracker;

use crate::caller::Caller;
use crate::continuation::Turn;
use crate::pipeline::Arrival;
use crate::refusal::Refusal;

pub(crate) use entry::Entry;
pub(crate) use hit::answer;
pub(crate) use storing::Storing;

/// Says whether an answer came from the cache. Only there where one is wanted.
const CACHE: HeaderName = HeaderName::from_static("x-thinkwatch-cache");
/// Kilobytes of answers that may be on their way into the cache at once. Further ones are not kept, and counted.
const MOST_WAITING_KB: usize = 64 << 10;

/// Where answers are kept, and what they are sealed with.
#[derive(Debug)]
pub(crate) struct Cache {
    store: Arc<dyn ResponseCache>,
    cipher: Cipher,
    names: HashKey,
    /// Answers on their way into it. Waited for when the server stops.
    storing: TaskTracker,
    room: Arc<Semaphore>,
}

impl Cache {
    pub(crate) fn new(store: Arc<dyn ResponseCache>, cipher: Cipher) -> Self {
        let names = cipher.hash_key("response cache");
        let room = Arc::new(Semaphore::new(MOST_WAITING_KB));
        Self { store, cipher, names, storing: TaskTracker::new(), room }
    }

    /// Waits until the answers on their way into it are there, but not longer than `patience`.
    pub(crate) async fn settled(&self, patience: Duration) {
        self.storing.close();
        if tokio::time::timeout(patience, self.storing.wait()).await.is_err() {
            tracing::debug!("some answers were not put into the response cache in time");
        }
    }
}

/// A call that asks whether there is an answer already.
pub(crate) struct Asking<'a> {
    pub(crate) endpoint: Endpoint,
    pub(crate) caller: &'a Caller,
    pub(crate) head: &'a request::Parts,
    pub(crate) body: &'a [u8],
    pub(crate) peek: &'a Peek,
    pub(crate) turn: Option<&'a Turn>,
    pub(crate) plan: &'a Plan,
    pub(crate) catalogue: &'a Catalogue,
    pub(crate) settings: &'a Settings,
    pub(crate) arrival: &'a Arrival,
}

/// A call whose answers are kept.
#[derive(Clone, Debug)]
pub(crate) struct Cached {
    cache: Arc<Cache>,
    /// `None` for a call that has no answer which could be given again.
    key: Option<CacheKey>,
    wish: wish::Wish,
    ttl_s: u32,
    endpoint: Endpoint,
    max_bytes: usize,
    room: u64,
}

/// Whether answers are kept for this caller and this model; `None`, at once, where nobody asks for that.
pub(crate) fn of(cache: Option<&Arc<Cache>>, asking: &Asking<'_>) -> Option<Cached> {
    let cache = cache?;
    let key = match asking.caller {
        Caller::Key(key) => Some(key.as_ref()),
        Caller::Session(_) => None,
    };
    let ttl_s = asking.catalogue.cache_ttl_s(key, &asking.peek.model)?;
    let bytes = |value: i64, unit: u64| u64::try_from(value).unwrap_or(0).saturating_mul(unit);
    let settings = asking.settings;
    Some(Cached {
        cache: Arc::clone(cache),
        key: key::of(&cache.names, asking),
        wish: wish::read(&asking.head.headers),
        ttl_s,
        endpoint: asking.endpoint,
        max_bytes: usize::try_from(bytes(settings.cache_max_entry_kb, 1 << 10)).unwrap_or(usize::MAX),
        room: bytes(settings.cache_max_mb, 1 << 20),
    })
}

impl Cached {
    /// The answer, if there is one that the call takes. An error if the call takes no other.
    pub(crate) async fn find(&self, now_us: i64) -> Result<Option<Entry>, Refusal> {
        let (entry, result) = match &self.key {
            Some(key) if self.wish.reads() => match self.cache.store.find(key, now_us).get().await {
                None => (None, "miss"),
                Some(sealed) => match Entry::open(&self.cache.cipher, key, &sealed) {
                    None => (None, "unreadable"),
                    Some(entry) if self.takes(entry.age_s(now_us)) => (Some(entry), "hit"),
                    Some(_) => (None, "too_old"),
                },
            },
            Some(_) => (None, "not_wanted"),
            None => (None, "not_cacheable"),
        };
        counter!("gateway_cache_total", "result" => result).increment(1);
        if entry.is_none() && self.wish.only_if_cached() {
            return Err(Refusal::NotCached);
        }
        Ok(entry)
    }

    /// What was kept for a caller with a longer time is too old for one with a shorter.
    fn takes(&self, age_s: u64) -> bool {
        age_s < u64::from(self.ttl_s) && self.wish.takes(age_s)
    }

    /// Begins to keep an answer with these headers, if it is to be kept.
    pub(crate) fn storing(&self, headers: &HeaderMap) -> Option<Storing> {
        self.key.filter(|_| self.wish.writes()).map(|key| Storing::new(self.clone(), key, headers))
    }
}

/// Tells that the answer is a new one.
pub(crate) fn tell_miss(headers: &mut HeaderMap) {
    headers.insert(CACHE, HeaderValue::from_static("MISS"));
}
