//! One connection to Redis with the scripts on it. Whatever goes wrong ends it: the one who has it makes another.

use std::time::{Duration, Instant};

use ::redis::aio::MultiplexedConnection;
use ::redis::{Cmd, FromRedisValue, Script, cmd};
use thinkwatch_policy::ids::ReplicaId;

use super::parts::Part;
use super::round::{Round, push, time};
use super::server::Server;
use super::text;

/// For what is no call's business: connecting, and telling everything anew.
pub(super) const PATIENCE: Duration = Duration::from_secs(3);

/// Why Redis did not do what it was asked.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum RedisError {
    /// What was given is no address of a Redis server.
    #[error("not the address of a Redis server")]
    Address,
    /// It cannot be reached, or the connection broke.
    #[error("not reachable: {0}")]
    Unreachable(String),
    /// It did not answer in time. What it was asked may yet be done.
    #[error("no answer in time")]
    Late,
    /// It refused.
    #[error("refused: {0}")]
    Refused(String),
    /// What this replica was in it is gone: its lease ended, or Redis was emptied.
    #[error("it does not know this replica any more")]
    Forgotten,
}

impl RedisError {
    /// For metrics.
    pub(super) const fn reason(&self) -> &'static str {
        match self {
            Self::Address | Self::Unreachable(_) => "unreachable",
            Self::Late => "late",
            Self::Refused(_) => "refused",
            Self::Forgotten => "forgotten",
        }
    }
}

impl From<::redis::RedisError> for RedisError {
    fn from(error: ::redis::RedisError) -> Self {
        if error.is_timeout() {
            Self::Late
        } else if error.is_io_error() || error.is_connection_dropped() {
            Self::Unreachable(error.to_string())
        } else {
            Self::Refused(error.to_string())
        }
    }
}

/// What a command answers, if it does so in time.
pub(super) async fn within<T: FromRedisValue>(
    limit: Duration,
    command: &Cmd,
    connection: &mut MultiplexedConnection,
) -> Result<T, RedisError> {
    match tokio::time::timeout(limit, command.query_async(connection)).await {
        Ok(answer) => Ok(answer?),
        Err(_) => Err(RedisError::Late),
    }
}

/// What a replica is to Redis.
#[derive(Clone, Debug)]
pub(super) struct Membership {
    pub(super) replica: ReplicaId,
    /// Of this connection. A late command of an older one does nothing.
    pub(super) session: String,
    pub(super) lease: Duration,
    /// How far a caller's clock may be from Redis'.
    pub(super) max_skew: Duration,
}

/// A connection with the scripts loaded.
#[derive(Debug)]
pub(super) struct Link {
    connection: MultiplexedConnection,
    batch: String,
    join: String,
    member: Membership,
}

impl Link {
    pub(super) async fn connect(server: &Server, member: Membership) -> Result<Self, RedisError> {
        let mut connection = server.connect().await?;
        let (batch, join) = (Script::new(include_str!("batch.lua")), Script::new(include_str!("join.lua")));
        for script in [include_str!("batch.lua"), include_str!("join.lua")] {
            let mut load = cmd("SCRIPT");
            load.arg("LOAD").arg(script);
            let _: String = within(PATIENCE, &load, &mut connection).await?;
        }
        let (batch, join) = (batch.get_hash().to_owned(), join.get_hash().to_owned());
        Ok(Self { connection, batch, join, member })
    }

    /// One round.
    pub(super) async fn round(&mut self, round: &Round, renew: bool, limit: Duration) -> Result<Vec<u8>, RedisError> {
        let Membership { session, replica, lease, max_skew } = &self.member;
        let mut head = Vec::with_capacity(24);
        push(&mut head, &[micros(*max_skew), micros(*lease), if renew { 1.0 } else { 0.0 }]);
        let mut command = cmd("EVALSHA");
        command.arg(&self.batch).arg(round.keys().len()).arg(round.keys());
        command.arg(session).arg(replica.as_str()).arg(head);
        command.arg(&round.blobs());
        within(limit, &command, &mut self.connection).await
    }

    /// Comes in beside the session before. Answers the epoch.
    pub(super) async fn open(&mut self, fresh: &str, others: &[&str]) -> Result<String, RedisError> {
        let lease = self.member.lease.as_micros().to_string();
        let mut command = self.join_command("open", &[]);
        command.arg(lease).arg(fresh).arg(others);
        within(PATIENCE, &command, &mut self.connection).await
    }

    /// Tells a part of what this replica has.
    pub(super) async fn write(&mut self, part: &Part) -> Result<(), RedisError> {
        let mut command = self.join_command("write", &part.keys);
        command.arg(part.changes.as_slice()).arg(&part.replicas);
        self.known(&command).await
    }

    /// The session before is over; `delivered`: all that the store has was told, and these are the others that it knows of.
    pub(super) async fn close(&mut self, before: &str, delivered: Option<&[&str]>) -> Result<(), RedisError> {
        let mut command = self.join_command("close", &[]);
        command.arg(before).arg(if delivered.is_some() { "1" } else { "0" }).arg(delivered.unwrap_or_default());
        self.known(&command).await
    }

    fn join_command(&self, step: &str, keys: &[String]) -> Cmd {
        let mut command = cmd("EVALSHA");
        command.arg(&self.join).arg(keys.len() + 1).arg(text::WHO).arg(keys);
        command.arg(step).arg(&self.member.session).arg(self.member.replica.as_str());
        command
    }

    async fn known(&mut self, command: &Cmd) -> Result<(), RedisError> {
        let session: String = within(PATIENCE, command, &mut self.connection).await?;
        if session == self.member.session { Ok(()) } else { Err(RedisError::Forgotten) }
    }
}

fn micros(duration: Duration) -> f64 {
    time(i64::try_from(duration.as_micros()).unwrap_or(i64::MAX))
}

/// What `thinkwatch doctor` asks a server.
#[derive(Clone, Debug)]
pub struct Report {
    /// `7.0.15`.
    pub version: String,
    /// Whether it is the one that is written to.
    pub primary: bool,
    /// What it does when its memory is full: `noeviction`, or it forgets limits. `None`: it does not say.
    pub eviction: Option<String>,
    /// How long it took to answer once connected.
    pub latency: Duration,
}

/// Asks a server what it is.
pub async fn check(server: &Server) -> Result<Report, RedisError> {
    let mut connection = server.connect().await?;
    let mut info = cmd("INFO");
    info.arg("all");
    let info: String = within(PATIENCE, &info, &mut connection).await?;
    let field = |name: &str| {
        info.lines().find_map(|line| line.strip_prefix(name)?.strip_prefix(':')).unwrap_or_default().trim().to_owned()
    };
    let asked = Instant::now();
    let _: ::redis::Value = within(PATIENCE, &cmd("PING"), &mut connection).await?;
    let latency = asked.elapsed();
    let eviction = Some(field("maxmemory_policy")).filter(|policy| !policy.is_empty());
    Ok(Report { version: field("redis_version"), primary: field("role") == "master", eviction, latency })
}
