//! The change feed over Redis: announcements are published on one channel, and a task follows it on a connection of its
//! own, for as long as the feed is there.
//!
//! While Redis is away nothing is heard. The poll of versions behind every follower finds what was missed.

use std::time::Duration;

use ::redis::aio::MultiplexedConnection;
use ::redis::cmd;
use async_trait::async_trait;
use futures_util::StreamExt as _;
use tokio::sync::{Mutex, oneshot, watch};
use tokio::task::JoinHandle;
use tokio::time::timeout;

use super::link::{RedisError, within};
use super::server::Server;
use crate::feed::{ChangeFeed, FeedError, Part, Subscription, Versions};

const CHANNEL: &str = "{tw}:changes";
/// How long an announcement may take: somebody waits for it who changed something.
const PATIENCE: Duration = Duration::from_millis(500);
/// How long is waited before the channel is followed again.
const AGAIN_AFTER: Duration = Duration::from_millis(250);
/// The connection is asked this often whether it still is one.
const ALIVE_EVERY: Duration = Duration::from_secs(5);

/// Announcements among all replicas.
#[derive(Debug)]
pub struct RedisFeed {
    server: Server,
    publisher: Mutex<Option<MultiplexedConnection>>,
    newest: watch::Sender<Versions>,
}

/// The owner's end of the task that follows.
#[derive(Debug)]
pub struct RedisFeedTask {
    task: JoinHandle<()>,
    stop: oneshot::Sender<()>,
}

impl RedisFeedTask {
    /// Ends it.
    pub async fn stop(self) {
        // It may have ended by itself.
        self.stop.send(()).ok();
        drop(self.task.await);
    }
}

impl RedisFeed {
    /// A feed over this server, and the task that follows it. It is followed by the time this returns.
    pub async fn start(server: &Server) -> Result<(Self, RedisFeedTask), RedisError> {
        let newest = watch::Sender::new(Versions::default());
        let followed = follow(server).await?;
        let (stop, stopped) = oneshot::channel();
        let listen = listen(server.clone(), followed, newest.clone(), stopped);
        #[expect(clippy::disallowed_methods, reason = "its owner has the handle and waits for it")]
        let task = tokio::spawn(listen);
        Ok((Self { server: server.clone(), publisher: Mutex::default(), newest }, RedisFeedTask { task, stop }))
    }
}

#[async_trait]
impl ChangeFeed for RedisFeed {
    async fn announce(&self, part: Part, version: i64) -> Result<(), FeedError> {
        // Here it is known whatever becomes of Redis.
        self.newest.send_if_modified(|versions| versions.raise(part, version));
        let told = timeout(PATIENCE, async {
            let mut publisher = self.publisher.lock().await;
            // A connection that fails, or that somebody stopped waiting on, is not used again.
            let mut connection = match publisher.take() {
                Some(connection) => connection,
                None => self.server.connect().await?,
            };
            let mut publish = cmd("PUBLISH");
            publish.arg(CHANNEL).arg(format!("{} {version}", part.as_str()));
            let _: i64 = within(PATIENCE, &publish, &mut connection).await?;
            *publisher = Some(connection);
            Ok(())
        });
        told.await.unwrap_or(Err(RedisError::Late)).map_err(|error| FeedError::Unreachable(error.to_string()))
    }

    fn subscribe(&self) -> Subscription {
        Subscription::new(self.newest.subscribe())
    }
}

async fn follow(server: &Server) -> Result<::redis::aio::PubSub, RedisError> {
    let followed = timeout(Duration::from_secs(3), async {
        let mut channel = server.listen().await?;
        channel.subscribe(CHANNEL).await?;
        Ok(channel)
    });
    followed.await.unwrap_or(Err(RedisError::Late))
}

/// Hears announcements until it is stopped, and follows again whenever the connection is lost.
async fn listen(
    server: Server,
    first: ::redis::aio::PubSub,
    newest: watch::Sender<Versions>,
    mut stopped: oneshot::Receiver<()>,
) {
    let mut channel = Some(first);
    loop {
        let hearing = async {
            match channel.take() {
                Some(channel) => hear(channel, &newest).await,
                None => {
                    tokio::time::sleep(AGAIN_AFTER).await;
                    if let Ok(again) = follow(&server).await {
                        hear(again, &newest).await;
                    }
                }
            }
        };
        tokio::select! {
            () = hearing => {}
            _ = &mut stopped => return,
        }
    }
}

/// Until the connection is lost.
async fn hear(channel: ::redis::aio::PubSub, newest: &watch::Sender<Versions>) {
    let (mut sink, mut messages) = channel.split();
    loop {
        match timeout(ALIVE_EVERY, messages.next()).await {
            Ok(Some(message)) => {
                let text: String = message.get_payload().unwrap_or_default();
                if let Some((part, version)) = read(&text) {
                    newest.send_if_modified(|versions| versions.raise(part, version));
                }
            }
            Ok(None) => return,
            // A connection that is lost without a word would stay silent for ever.
            Err(_) => match timeout(ALIVE_EVERY, sink.ping::<::redis::Value>()).await {
                Ok(Ok(_)) => {}
                _ => return,
            },
        }
    }
}

/// `catalogue 17`. Parts that this version does not know are other replicas' business.
fn read(text: &str) -> Option<(Part, i64)> {
    let (part, version) = text.split_once(' ')?;
    let part = Part::ALL.into_iter().find(|known| known.as_str() == part)?;
    Some((part, version.parse().ok()?))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn announcements_are_read_and_what_is_none_is_not() {
        for part in Part::ALL {
            assert_eq!(read(&format!("{} 17", part.as_str())), Some((part, 17)));
        }
        for bad in ["", "catalogue", "catalogue x", "tomorrow 3", " 3"] {
            assert_eq!(read(bad), None, "{bad}");
        }
    }
}
