//! The change feed: announce that a part of the configuration has a new version, follow what others announce.
//!
//! Announcements are hints, not data: who hears one reads the store. That is why only the newest version per part is
//! kept, a slow follower loses nothing, and a lost announcement is mended by the poll of versions behind it.

use async_trait::async_trait;
use tokio::sync::watch;

/// A part of the configuration that is rebuilt and swapped on its own.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Part {
    /// Providers, models, routes, prices.
    Catalogue,
    /// Users and keys.
    Principals,
    /// Ended sessions.
    Revocations,
    /// Typed settings.
    Settings,
    /// Limits and budgets.
    Limits,
}

impl Part {
    /// All parts, in the order of [`Versions`].
    pub const ALL: [Self; 5] = [Self::Catalogue, Self::Principals, Self::Revocations, Self::Settings, Self::Limits];

    /// The name in announcements, logs and metrics.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Catalogue => "catalogue",
            Self::Principals => "principals",
            Self::Revocations => "revocations",
            Self::Settings => "settings",
            Self::Limits => "limits",
        }
    }
}

/// The newest version announced of each part.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Versions([i64; Part::ALL.len()]);

impl Versions {
    /// The version of a part; 0 when none was announced.
    pub const fn of(&self, part: Part) -> i64 {
        self.0[part as usize]
    }

    /// Takes over a version unless a newer one is known. Says whether anything changed.
    pub fn raise(&mut self, part: Part, version: i64) -> bool {
        let known = &mut self.0[part as usize];
        let newer = version > *known;
        if newer {
            *known = version;
        }
        newer
    }
}

/// Why an announcement did not get through. The change itself is safe in the store.
#[derive(Debug, thiserror::Error)]
pub enum FeedError {
    /// The backend cannot be reached; followers find the change when they next poll.
    #[error("the change feed is not reachable: {0}")]
    Unreachable(String),
}

/// Where changes are announced and followed.
#[async_trait]
pub trait ChangeFeed: Send + Sync {
    /// Tells every follower, on every replica, that a part has reached a version.
    async fn announce(&self, part: Part, version: i64) -> Result<(), FeedError>;

    /// Follows announcements from now on.
    fn subscribe(&self) -> Subscription;
}

/// A follower's end of the feed.
#[derive(Debug)]
pub struct Subscription {
    newest: watch::Receiver<Versions>,
    seen: Versions,
}

impl Subscription {
    /// For backends: a subscription that follows this channel; what is announced in it by now counts as seen.
    pub fn new(mut newest: watch::Receiver<Versions>) -> Self {
        let seen = *newest.borrow_and_update();
        Self { newest, seen }
    }

    /// Waits for announcements and returns the parts that changed since the last call, each once however often it was
    /// announced. `None` when the feed has ended. May be dropped while waiting: nothing is lost.
    pub async fn changed(&mut self) -> Option<Vec<Part>> {
        loop {
            self.newest.changed().await.ok()?;
            let newest = *self.newest.borrow_and_update();
            let parts: Vec<Part> = Part::ALL.into_iter().filter(|p| newest.of(*p) > self.seen.of(*p)).collect();
            self.seen = newest;
            if !parts.is_empty() {
                return Some(parts);
            }
        }
    }
}
