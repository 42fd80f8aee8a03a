//! The change feed, in process and on Redis.

use std::sync::Arc;
use std::time::{Duration, Instant};

use thinkwatch_coordination::redis::RedisFeed;
use thinkwatch_coordination::{ChangeFeed, InProcessFeed, Part, Subscription};
use thinkwatch_testkit::redis::Redis;

use crate::backends::at;

const GENEROUS: Duration = Duration::from_secs(60);

/// Announced by one, heard by the other; on one replica both are the same.
struct Feeds {
    one: Arc<dyn ChangeFeed>,
    two: Arc<dyn ChangeFeed>,
}

/// All that a follower hears until this part.
async fn until(follower: &mut Subscription, last: Part) -> Vec<Part> {
    let mut heard = Vec::new();
    while !heard.contains(&last) {
        let parts = tokio::time::timeout(GENEROUS, follower.changed()).await.expect("heard in time").unwrap();
        heard.extend(parts.into_iter().filter(|part| *part == last || !heard.contains(part)).collect::<Vec<_>>());
    }
    heard
}

/// What was announced in order is heard in order, so the last one heard says that no more will come.
async fn followers_hear_what_is_new(feeds: Feeds) {
    let Feeds { one, two } = feeds;
    one.announce(Part::Catalogue, 3).await.unwrap();
    let mut first = two.subscribe();
    one.announce(Part::Settings, 1).await.unwrap();
    until(&mut first, Part::Settings).await;
    let mut follower = two.subscribe();
    // What was known when it subscribed, and what is older than that, is no news.
    for (part, version) in [
        (Part::Catalogue, 3),
        (Part::Catalogue, 2),
        (Part::Principals, 1),
        (Part::Principals, 2),
        (Part::Settings, 1),
        (Part::Revocations, 9),
    ] {
        one.announce(part, version).await.unwrap();
    }
    let heard = until(&mut follower, Part::Revocations).await;
    assert_eq!(heard, [Part::Principals, Part::Revocations]);
    two.announce(Part::Catalogue, 4).await.unwrap();
    let mut other = one.subscribe();
    two.announce(Part::Settings, 2).await.unwrap();
    assert!(until(&mut other, Part::Settings).await.contains(&Part::Settings));
}

#[tokio::test]
async fn in_process() {
    let feed: Arc<dyn ChangeFeed> = Arc::new(InProcessFeed::new());
    followers_hear_what_is_new(Feeds { one: Arc::clone(&feed), two: feed }).await;
    let feed = InProcessFeed::new();
    let mut follower = feed.subscribe();
    drop(feed);
    assert_eq!(follower.changed().await, None, "its end is told");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn on_redis() {
    let mut server = Redis::start().unwrap();
    let url = at(&server);
    let ((one, first), (two, second)) = (RedisFeed::start(&url).await.unwrap(), RedisFeed::start(&url).await.unwrap());
    let (one, two): (Arc<dyn ChangeFeed>, Arc<dyn ChangeFeed>) = (Arc::new(one), Arc::new(two));
    followers_hear_what_is_new(Feeds { one: Arc::clone(&one), two: Arc::clone(&two) }).await;
    let (mut here, mut there) = (one.subscribe(), two.subscribe());
    server.kill();
    assert!(one.announce(Part::Catalogue, 50).await.is_err(), "it is said that others were not told");
    assert_eq!(until(&mut here, Part::Catalogue).await, [Part::Catalogue], "who announces knows all the same");
    server.restart().unwrap();
    // It follows again by itself; what was announced meanwhile is found by the poll of versions.
    let began = Instant::now();
    for version in 60.. {
        drop(one.announce(Part::Principals, version).await);
        if tokio::time::timeout(Duration::from_millis(100), there.changed()).await.is_ok() {
            break;
        }
        assert!(began.elapsed() < GENEROUS, "nothing is heard any more");
    }
    first.stop().await;
    second.stop().await;
}
