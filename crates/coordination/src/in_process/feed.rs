//! The change feed of a single process.

use async_trait::async_trait;
use tokio::sync::watch;

use crate::feed::{ChangeFeed, FeedError, Part, Subscription, Versions};

/// Announcements within this process only.
#[derive(Debug)]
pub struct InProcessFeed {
    newest: watch::Sender<Versions>,
}

impl InProcessFeed {
    /// A feed on which nothing was announced yet.
    pub fn new() -> Self {
        Self { newest: watch::Sender::new(Versions::default()) }
    }
}

impl Default for InProcessFeed {
    fn default() -> Self {
        Self::new()
    }
}

#[async_trait]
impl ChangeFeed for InProcessFeed {
    async fn announce(&self, part: Part, version: i64) -> Result<(), FeedError> {
        self.newest.send_if_modified(|versions| versions.raise(part, version));
        Ok(())
    }

    fn subscribe(&self) -> Subscription {
        Subscription::new(self.newest.subscribe())
    }
}
