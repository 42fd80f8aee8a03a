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

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use super::*;

    /// Announces all of it, then says what a follower that subscribed before hears in one go.
    async fn check(announced: &[(Part, i64)], expected: &[Part]) {
        let feed = InProcessFeed::new();
        feed.announce(Part::Catalogue, 3).await.expect("in process");
        let mut follower = feed.subscribe();
        for (part, version) in announced {
            feed.announce(*part, *version).await.expect("in process");
        }
        let heard = tokio::time::timeout(Duration::from_millis(50), follower.changed()).await;
        assert_eq!(heard.ok().flatten().unwrap_or_default(), expected, "{announced:?}");
    }

    #[tokio::test]
    async fn a_follower_hears_each_changed_part_once() {
        check(&[], &[]).await;
        check(&[(Part::Principals, 1)], &[Part::Principals]).await;
        check(&[(Part::Principals, 1), (Part::Principals, 2)], &[Part::Principals]).await;
        check(&[(Part::Settings, 1), (Part::Catalogue, 4)], &[Part::Catalogue, Part::Settings]).await;
        // What was known when it subscribed, and what is older than that, is no news.
        check(&[(Part::Catalogue, 3), (Part::Catalogue, 2)], &[]).await;
    }

    #[tokio::test]
    async fn the_end_of_the_feed_is_told() {
        let feed = InProcessFeed::new();
        let mut follower = feed.subscribe();
        drop(feed);
        assert_eq!(follower.changed().await, None);
    }
}
