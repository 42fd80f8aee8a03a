//! The counters as calls see them: a queue to the task that talks to Redis.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::time::Duration;

use thinkwatch_policy::ids::{ReplicaId, RequestId};
use thinkwatch_policy::limits::{Ask, Claim, Counter, PurseKey, Reserved, Standing, Used};
use thinkwatch_policy::ports::{Answer, Answering, Counters, Reserving, SpentFeed, Unavailable};
use tokio::sync::{mpsc, oneshot, watch};

use super::link::RedisError;
use super::server::Server;
use super::task::{self, RedisTask};

/// Calls that may wait for an answer; more are told that the counters do not answer, and counted.
const MAX_WAITING: usize = 8_192;

/// How counters are kept in Redis.
#[derive(Clone, Debug)]
pub struct RedisOptions {
    /// Where.
    pub server: Server,
    /// Who we are: the spool's id.
    pub replica: ReplicaId,
    /// How long a call's step may take. A call waits for at most two: the one under way, and its own.
    pub time_limit: Duration,
    /// How long what a replica holds counts after it was last heard of.
    pub lease: Duration,
    /// How far a caller's clock may be from Redis'. A time further away is taken as the nearest that is not, so that a
    /// replica whose clock is wrong counts into the wrong sub-window by this much at most.
    pub max_skew: Duration,
}

impl RedisOptions {
    /// The usual: 50 ms for a step, leases of 10 s, clocks within a second of each other.
    pub const fn new(server: Server, replica: ReplicaId) -> Self {
        Self {
            server,
            replica,
            time_limit: Duration::from_millis(50),
            lease: Duration::from_secs(10),
            max_skew: Duration::from_secs(1),
        }
    }

    pub(super) fn max_skew_us(&self) -> i64 {
        i64::try_from(self.max_skew.as_micros()).unwrap_or(i64::MAX)
    }
}

/// What the task is asked for. Answers that nobody waits for any more are lost.
#[derive(Debug)]
pub(super) enum Message {
    Reserve { ask: Ask, leaving: Option<Used>, tell: oneshot::Sender<Result<Reserved, Unavailable>> },
    Leave { call: RequestId, used: Used, now_us: i64 },
    Settle { call: RequestId, used: Used, now_us: i64 },
    Passed { calls: Vec<RequestId>, spent: Vec<(PurseKey, u64)> },
    Seed { spent: Vec<(PurseKey, ReplicaId, u64)>, tell: oneshot::Sender<Result<(), Unavailable>> },
    Peek { counters: Vec<Counter>, now_us: i64, tell: oneshot::Sender<Result<Vec<Standing>, Unavailable>> },
    Reset { counter: Counter, tell: oneshot::Sender<Result<(), Unavailable>> },
}

/// What the task lets everyone see.
#[derive(Debug)]
pub(super) struct Shared {
    /// Whether Redis answers. While it does not, nobody waits for it.
    pub(super) up: AtomicBool,
    /// Whether budgets answer.
    pub(super) budgets: AtomicBool,
    /// Whether what the store has must be told again.
    pub(super) wants_seed: watch::Sender<bool>,
    /// Calls that wait for an answer.
    pub(super) waiting: AtomicUsize,
}

/// Counters that replicas share.
#[derive(Debug)]
pub struct RedisCounters {
    queue: mpsc::UnboundedSender<Message>,
    shared: Arc<Shared>,
}

impl RedisCounters {
    /// Connects and comes in. The task goes on until it is stopped, whatever becomes of Redis.
    pub async fn start(options: RedisOptions) -> Result<(Self, RedisTask), RedisError> {
        // Unbounded, because a settlement must not get lost. There is at most one per call in progress, and reservations
        // are bounded.
        let (queue, messages) = mpsc::unbounded_channel();
        let shared = Arc::new(Shared {
            up: AtomicBool::new(false),
            budgets: AtomicBool::new(false),
            wants_seed: watch::Sender::new(true),
            waiting: AtomicUsize::new(0),
        });
        let task = task::start(options, messages, Arc::clone(&shared)).await?;
        Ok((Self { queue, shared }, task))
    }

    /// Whether Redis answers.
    pub fn is_up(&self) -> bool {
        self.shared.up.load(Ordering::Acquire)
    }

    fn ask(&self, ask: Ask, leaving: Option<Used>) -> Reserving<'_> {
        if !self.is_up() {
            if let Some(used) = leaving {
                self.send(Message::Leave { call: ask.call, used, now_us: ask.now_us });
            }
            return Answer::Ready(Err(Unavailable::All));
        }
        if leaving.is_none() && ask.has_budget() && !self.ready() {
            return Answer::Ready(Err(Unavailable::Budgets));
        }
        if leaving.is_none() && self.shared.waiting.load(Ordering::Relaxed) >= MAX_WAITING {
            metrics::counter!("thinkwatch_counters_turned_away_total").increment(1);
            return Answer::Ready(Err(Unavailable::All));
        }
        self.shared.waiting.fetch_add(1, Ordering::Relaxed);
        let (tell, answer) = oneshot::channel();
        let call = leaving.is_none().then_some((ask.call, ask.now_us));
        let mut abandoned = Abandoned { queue: self.queue.clone(), call };
        self.send(Message::Reserve { ask, leaving, tell });
        Answer::Waiting(Box::pin(async move {
            let answer = answer.await.unwrap_or(Err(Unavailable::All));
            abandoned.no_more();
            answer
        }))
    }

    fn send(&self, message: Message) {
        // Once the task has ended nobody counts any more.
        drop(self.queue.send(message));
    }
}

/// Whoever stops waiting for a reservation would hold it for ever: it is given back.
struct Abandoned {
    queue: mpsc::UnboundedSender<Message>,
    /// `None` once it was answered.
    call: Option<(RequestId, i64)>,
}

impl Abandoned {
    const fn no_more(&mut self) {
        self.call = None;
    }
}

impl Drop for Abandoned {
    fn drop(&mut self) {
        if let Some((call, now_us)) = self.call {
            drop(self.queue.send(Message::Settle { call, used: Used::default(), now_us }));
        }
    }
}

impl Counters for RedisCounters {
    fn reserve(&self, ask: Ask) -> Reserving<'_> {
        if ask.is_empty() {
            return Answer::Ready(Ok(Reserved::Taken { choice: 0, skipped: Vec::new(), rates: Vec::new() }));
        }
        self.ask(ask, None)
    }

    fn swap(&self, call: RequestId, used: Used, now_us: i64, choices: Vec<Vec<Claim>>) -> Reserving<'_> {
        self.ask(Ask { call, now_us, always: Vec::new(), choices }, Some(used))
    }

    fn settle(&self, call: RequestId, used: Used, now_us: i64) {
        self.send(Message::Settle { call, used, now_us });
    }

    fn peek(&self, counters: Vec<Counter>, now_us: i64) -> Answer<'_, Result<Vec<Standing>, Unavailable>> {
        if !self.is_up() {
            return Answer::Ready(Err(Unavailable::All));
        }
        let (tell, answer) = oneshot::channel();
        self.send(Message::Peek { counters, now_us, tell });
        Answer::Waiting(Box::pin(async move { answer.await.unwrap_or(Err(Unavailable::All)) }))
    }
}

impl SpentFeed for RedisCounters {
    fn seed(&self, spent: Vec<(PurseKey, ReplicaId, u64)>) -> Answering<'_, Result<(), Unavailable>> {
        let (tell, answer) = oneshot::channel();
        self.send(Message::Seed { spent, tell });
        Box::pin(async move { answer.await.unwrap_or(Err(Unavailable::All)) })
    }

    fn wants_seed(&self) -> Answering<'_, ()> {
        let mut wants = self.shared.wants_seed.subscribe();
        Box::pin(async move {
            if wants.wait_for(|wants| *wants).await.is_err() {
                std::future::pending::<()>().await;
            }
        })
    }

    fn passed<'a>(&'a self, calls: &'a [RequestId], spent: &'a [(PurseKey, u64)]) -> Answering<'a, ()> {
        self.send(Message::Passed { calls: calls.to_vec(), spent: spent.to_vec() });
        Box::pin(std::future::ready(()))
    }

    fn reset(&self, counter: Counter) -> Answering<'_, Result<(), Unavailable>> {
        let (tell, answer) = oneshot::channel();
        self.send(Message::Reset { counter, tell });
        Box::pin(async move { answer.await.unwrap_or(Err(Unavailable::All)) })
    }

    fn ready(&self) -> bool {
        self.shared.budgets.load(Ordering::Acquire)
    }
}
