//! Where answers are kept that may be given again.

use std::fmt::{self, Write as _};
use std::sync::Arc;

use super::{Answer, Answering};

/// The name of an answer: a keyed hash of everything that it depends on, and of whose it is. It says nothing of either.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct CacheKey(pub [u8; 32]);

impl fmt::Display for CacheKey {
    /// 64 hexadecimal digits.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let mut digits = String::with_capacity(64);
        for byte in self.0 {
            write!(digits, "{byte:02x}")?;
        }
        f.write_str(&digits)
    }
}

/// How long an answer is kept, and in how much room.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Stay {
    /// Now, in microseconds since the epoch.
    pub now_us: i64,
    /// It is forgotten after this long, in microseconds.
    pub ttl_us: i64,
    /// The most bytes that all kept answers may take together. Those go first that were asked for longest ago.
    pub room: u64,
}

/// What became of an answer that was to be kept.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Kept {
    /// It is kept.
    Kept,
    /// It does not fit, even when all others go.
    TooLarge,
    /// Where it would be kept does not answer.
    Failed,
}

/// The kept answers cannot be reached.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("the response cache cannot be reached at the moment")]
pub struct CacheUnavailable;

/// Answers that were given once, by their key. What is kept is sealed by who keeps it: nobody behind this port can read it.
///
/// Losing an answer does no harm, so nothing here is an error to a call: what cannot be found in time is not there.
pub trait ResponseCache: fmt::Debug + Send + Sync {
    /// The answer of this name, unless it is over by `now_us`. Never waits longer than its backend's time limit.
    fn find<'a>(&'a self, key: &'a CacheKey, now_us: i64) -> Answer<'a, Option<Arc<[u8]>>>;

    /// Keeps an answer in place of the one before.
    fn keep<'a>(&'a self, key: &'a CacheKey, answer: Arc<[u8]>, stay: Stay) -> Answering<'a, Kept>;

    /// Forgets all of them, and says how many they were.
    fn purge(&self) -> Answering<'_, Result<u64, CacheUnavailable>>;
}
