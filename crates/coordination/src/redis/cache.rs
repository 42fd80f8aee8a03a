//! The response cache that replicas share. One step in Redis finds an answer, one keeps it.
//!
//! Nobody waits for a Redis that is away: a call finds nothing then, and the next answer that is to be kept connects again,
//! beside its call.

use std::sync::Arc;
use std::time::{Duration, Instant};

use ::redis::aio::MultiplexedConnection;
use ::redis::{Cmd, Script, cmd};
use parking_lot::Mutex;
use thinkwatch_policy::ports::{Answer, Answering, CacheKey, CacheUnavailable, Kept, ResponseCache, Stay};

use super::link::{RedisError, within};
use super::server::Server;

const PREFIX: &str = "{tw}:cache:answer:";
const USED: &str = "{tw}:cache:used";
const ENDS: &str = "{tw}:cache:ends";
const SIZES: &str = "{tw}:cache:sizes";
const FIND: &str = include_str!("cache_find.lua");
const KEEP: &str = include_str!("cache_keep.lua");

/// For what is no call's business: connecting, keeping, purging.
const PATIENCE: Duration = Duration::from_secs(3);
/// How long is waited before Redis is tried again.
const AGAIN_AFTER: Duration = Duration::from_millis(250);
/// Answers that are purged in one step: the counters wait for it.
const PURGED_AT_ONCE: u64 = 500;

/// Kept answers in Redis.
#[derive(Debug)]
pub struct RedisCache {
    server: Server,
    time_limit: Duration,
    find: String,
    keep: String,
    link: Mutex<Link>,
}

/// The connection, while it is not in doubt.
#[derive(Debug)]
struct Link {
    connection: Option<MultiplexedConnection>,
    /// Without one: not tried again before.
    retry_at: Instant,
}

impl RedisCache {
    /// Connects. A call waits for an answer for at most `time_limit`.
    pub async fn start(server: Server, time_limit: Duration) -> Result<Self, RedisError> {
        let connection = Some(connect(&server).await?);
        let [find, keep] = [FIND, KEEP].map(|script| Script::new(script).get_hash().to_owned());
        let link = Mutex::new(Link { connection, retry_at: Instant::now() });
        Ok(Self { server, time_limit, find, keep, link })
    }

    /// Whether there is a connection that is not in doubt.
    pub fn is_up(&self) -> bool {
        self.link.lock().connection.is_some()
    }

    /// The connection; a new one, if there is none and it is time to try.
    async fn connected(&self) -> Option<MultiplexedConnection> {
        {
            let mut link = self.link.lock();
            if link.connection.is_some() {
                return link.connection.clone();
            }
            let now = Instant::now();
            if now < link.retry_at {
                return None;
            }
            // Whoever comes meanwhile does not try as well.
            link.retry_at = now + PATIENCE * 2;
        }
        let made = tokio::time::timeout(PATIENCE, connect(&self.server)).await.unwrap_or(Err(RedisError::Late));
        let mut link = self.link.lock();
        link.retry_at = Instant::now() + AGAIN_AFTER;
        match made {
            Ok(connection) => link.connection = Some(connection),
            Err(error) => count(&error),
        }
        link.connection.clone()
    }

    /// What went wrong is counted. A connection that is in doubt is not used again.
    fn failed(&self, error: &RedisError) {
        count(error);
        let scripts_gone = matches!(error, RedisError::Refused(why) if why.contains("NOSCRIPT"));
        if scripts_gone || matches!(error, RedisError::Late | RedisError::Unreachable(_)) {
            let mut link = self.link.lock();
            link.connection = None;
            link.retry_at = Instant::now() + AGAIN_AFTER;
        }
    }

    fn keep_command(&self, step: &str) -> Cmd {
        let mut command = cmd("EVALSHA");
        command.arg(&self.keep).arg(3).arg(USED).arg(ENDS).arg(SIZES).arg(PREFIX).arg(step);
        command
    }
}

fn count(error: &RedisError) {
    metrics::counter!("thinkwatch_cache_redis_errors_total", "reason" => error.reason()).increment(1);
}

/// A connection with the scripts loaded.
async fn connect(server: &Server) -> Result<MultiplexedConnection, RedisError> {
    let mut connection = server.connect().await?;
    for script in [FIND, KEEP] {
        let mut load = cmd("SCRIPT");
        load.arg("LOAD").arg(script);
        let _: String = within(PATIENCE, &load, &mut connection).await?;
    }
    Ok(connection)
}

impl ResponseCache for RedisCache {
    fn find<'a>(&'a self, key: &'a CacheKey, _now_us: i64) -> Answer<'a, Option<Arc<[u8]>>> {
        let Some(mut connection) = self.link.lock().connection.clone() else { return Answer::Ready(None) };
        Answer::Waiting(Box::pin(async move {
            let name = key.to_string();
            let mut command = cmd("EVALSHA");
            command.arg(&self.find).arg(2).arg(format!("{PREFIX}{name}")).arg(USED).arg(name);
            match within::<Option<Vec<u8>>>(self.time_limit, &command, &mut connection).await {
                Ok(found) => found.map(Into::into),
                Err(error) => {
                    self.failed(&error);
                    None
                }
            }
        }))
    }

    fn keep<'a>(&'a self, key: &'a CacheKey, answer: Arc<[u8]>, stay: Stay) -> Answering<'a, Kept> {
        Box::pin(async move {
            let Some(mut connection) = self.connected().await else { return Kept::Failed };
            let mut command = self.keep_command("keep");
            let ttl_ms = (stay.ttl_us / 1000).max(1);
            command.arg(key.to_string()).arg(&*answer).arg(ttl_ms).arg(stay.room);
            match within::<i64>(PATIENCE, &command, &mut connection).await {
                Ok(1) => Kept::Kept,
                Ok(0) => Kept::TooLarge,
                Ok(_) => Kept::Failed,
                Err(error) => {
                    self.failed(&error);
                    Kept::Failed
                }
            }
        })
    }

    fn purge(&self) -> Answering<'_, Result<u64, CacheUnavailable>> {
        Box::pin(async move {
            let mut all = 0;
            loop {
                let mut connection = self.connected().await.ok_or(CacheUnavailable)?;
                let mut command = self.keep_command("purge");
                command.arg(PURGED_AT_ONCE);
                let purged = within::<u64>(PATIENCE, &command, &mut connection).await.map_err(|error| {
                    self.failed(&error);
                    CacheUnavailable
                })?;
                all += purged;
                if purged < PURGED_AT_ONCE {
                    return Ok(all);
                }
            }
        })
    }
}
