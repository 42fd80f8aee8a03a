//! The task that talks to Redis, for all calls of this replica, one round at a time: what waits when a round comes back goes
//! with the next. So all is done in the order it was asked for, and the busier it is, the more calls share a round.
//!
//! When a round fails nobody knows whether it was done. The link is given up, whoever waits is told that nothing was taken,
//! and the replica comes in anew under another session, which voids what the old one held. Until then no call waits.

use std::sync::Arc;
use std::sync::atomic::Ordering;
use std::time::Duration;

use thinkwatch_policy::ids::RequestId;
use thinkwatch_policy::limits::{Ask, Counter, Reserved, Standing};
use thinkwatch_policy::ports::Unavailable;
use tokio::sync::{mpsc, oneshot};
use tokio::task::JoinHandle;
use tokio::time::{Instant, timeout};

use super::counters::{Message, RedisOptions, Shared};
use super::link::{Link, Membership, RedisError};
use super::memory::{Memory, Set};
use super::parts::parts;
use super::reply::{Outcome, Reply};
use super::round::{Round, whole};

/// Calls that share a round at most: a script holds everybody up.
const MAX_JOINED: usize = 64;
/// How long settlements wait for company when no call waits.
const LINGER: Duration = Duration::from_millis(5);
/// How often it is looked whether budgets answer again.
const LOOK_EVERY: Duration = Duration::from_millis(200);
/// How long is waited before Redis is tried again: first, and at most.
const BACK_OFF: (Duration, Duration) = (Duration::from_millis(50), Duration::from_secs(1));
/// How often what is over is forgotten.
const PRUNE_EVERY: Duration = Duration::from_secs(60);

/// The owner's end of the task.
#[derive(Debug)]
pub struct RedisTask {
    task: JoinHandle<()>,
    stop: oneshot::Sender<()>,
}

impl RedisTask {
    /// Tells Redis what waits to be told and ends the task; cuts it off when that takes longer than `patience`. To be called
    /// when no call settles any more and the ledger is at rest.
    pub async fn stop(mut self, patience: Duration) {
        // It may have ended by itself.
        self.stop.send(()).ok();
        if timeout(patience, &mut self.task).await.is_err() {
            self.task.abort();
            drop(self.task.await);
        }
    }
}

/// Comes in, and starts the task.
pub(super) async fn start(
    options: RedisOptions,
    messages: mpsc::UnboundedReceiver<Message>,
    shared: Arc<Shared>,
) -> Result<RedisTask, RedisError> {
    let now = Instant::now();
    let mut worker = Worker {
        memory: Memory::new(options.replica.clone()),
        options,
        messages,
        shared,
        asked: Round::default(),
        calls: Set::default(),
        waiting: Vec::new(),
        link: None,
        session: String::new(),
        epoch: String::new(),
        seeded_in: None,
        seeded: false,
        budgets: false,
        carried: None,
        retry: (now, BACK_OFF.0),
        last_round: now,
        renewed: now,
        pruned: now,
    };
    worker.come_in().await?;
    let (stop, stopped) = oneshot::channel();
    #[expect(clippy::disallowed_methods, reason = "its owner has the handle and waits for it")]
    let task = tokio::spawn(worker.run(stopped));
    Ok(RedisTask { task, stop })
}

struct Worker {
    options: RedisOptions,
    messages: mpsc::UnboundedReceiver<Message>,
    shared: Arc<Shared>,
    memory: Memory,
    /// Of the round under way or the last; its room is used again.
    asked: Round,
    /// The calls that ask in the round that is gathered; its room, too.
    calls: Set<RequestId>,
    /// Who waits for it, in their order.
    waiting: Vec<Waiting>,
    link: Option<Link>,
    /// The last one that came in.
    session: String,
    /// The epoch that was found then.
    epoch: String,
    /// The epoch in which it was told what the store has.
    seeded_in: Option<String>,
    /// Whether that was ever told.
    seeded: bool,
    /// Whether budgets answer, as Redis says.
    budgets: bool,
    /// A settlement of a call that asks in the same round: for the next.
    carried: Option<Message>,
    /// When Redis is tried again, and how long after that.
    retry: (Instant, Duration),
    last_round: Instant,
    renewed: Instant,
    pruned: Instant,
}

/// Somebody who waits for this round.
enum Waiting {
    Reserve(Ask, oneshot::Sender<Result<Reserved, Unavailable>>),
    Peek(Vec<Counter>, i64, oneshot::Sender<Result<Vec<Standing>, Unavailable>>),
    Reset(oneshot::Sender<Result<(), Unavailable>>),
}

impl Worker {
    async fn run(mut self, mut stopped: oneshot::Receiver<()>) {
        loop {
            let due = self.due();
            let first = match self.carried.take() {
                Some(carried) => Some(carried),
                None => tokio::select! {
                    biased;
                    message = self.messages.recv() => match message {
                        Some(message) => Some(message),
                        None => break,
                    },
                    () = tokio::time::sleep_until(due) => None,
                    _ = &mut stopped => break,
                },
            };
            self.step(first).await;
        }
        self.messages.close();
        while let Some(message) = self.messages.recv().await {
            self.step(Some(message)).await;
        }
        if !self.memory.pending().is_empty() {
            self.round().await;
        }
        self.shared.up.store(false, Ordering::Release);
        self.shared.budgets.store(false, Ordering::Release);
    }

    /// When something has to be done even if nobody asks.
    fn due(&self) -> Instant {
        if self.link.is_none() {
            return self.retry.0;
        }
        let renewal = self.renewed + self.options.lease * 3 / 10;
        let look = self.last_round + LOOK_EVERY;
        let told = self.last_round + LINGER;
        let mut due = renewal;
        if !self.budgets {
            due = due.min(look);
        }
        if !self.memory.pending().is_empty() {
            due = due.min(told);
        }
        due
    }

    async fn step(&mut self, first: Option<Message>) {
        let seeds = self.gather(first);
        if self.link.is_none()
            && Instant::now() >= self.retry.0
            && let Err(error) = self.come_in().await
        {
            self.gone(&error);
        }
        if !seeds.is_empty() {
            let delivered = self.deliver().await;
            for tell in seeds {
                tell.send(delivered).ok();
            }
        }
        if self.link.is_some() && (!self.waiting.is_empty() || Instant::now() >= self.due()) {
            self.round().await;
        } else {
            self.refuse();
        }
        self.tell_state();
    }

    /// Takes what waits in the queue: what only concerns our own memory is done, the rest is for the round.
    /// Answers who has told what the store has.
    fn gather(&mut self, first: Option<Message>) -> Vec<oneshot::Sender<Result<(), Unavailable>>> {
        let mut seeds = Vec::new();
        let mut next = first;
        self.calls.clear();
        while let Some(message) = next.take() {
            match message {
                Message::Settle { call, .. } if self.calls.contains(&call) => {
                    self.carried = Some(message);
                    break;
                }
                Message::Settle { call, used, now_us } => self.memory.settle(call, used, now_us),
                Message::Leave { call, used, now_us } => self.memory.leave_route(call, used, now_us),
                Message::Passed { calls, spent } => self.memory.passed(&calls, spent),
                Message::Seed { spent, tell } => {
                    for (key, replica, spent) in spent {
                        self.memory.tell(key, replica, spent);
                    }
                    seeds.push(tell);
                }
                Message::Reserve { ask, leaving, tell } => {
                    if let Some(used) = leaving {
                        self.memory.leave_route(ask.call, used, ask.now_us);
                    }
                    self.calls.insert(ask.call);
                    self.waiting.push(Waiting::Reserve(ask, tell));
                }
                Message::Peek { counters, now_us, tell } => {
                    self.waiting.push(Waiting::Peek(counters, now_us, tell));
                }
                Message::Reset { counter, tell } => {
                    self.memory.reset(counter);
                    self.waiting.push(Waiting::Reset(tell));
                }
            }
            if self.waiting.len() < MAX_JOINED {
                next = self.messages.try_recv().ok();
            }
        }
        seeds
    }

    async fn round(&mut self) {
        let Some(link) = &mut self.link else { return self.refuse() };
        let pending = self.memory.take_pending();
        let round = &mut self.asked;
        round.begin(&pending, &self.memory);
        let mut calls = 0;
        for waits in &self.waiting {
            match waits {
                Waiting::Reserve(ask, _) => {
                    calls += 1;
                    round.ask(ask.now_us, &ask.always, &ask.choices);
                }
                Waiting::Peek(counters, now_us, _) => round.peek(*now_us, counters),
                Waiting::Reset(_) => {}
            }
        }
        let now = Instant::now();
        let renew = now >= self.renewed + self.options.lease * 3 / 10;
        let answer = link.round(round, renew, self.options.time_limit).await;
        metrics::histogram!("thinkwatch_counters_round_seconds").record(now.elapsed().as_secs_f64());
        metrics::counter!("thinkwatch_counters_calls_total").increment(calls);
        self.last_round = Instant::now();
        if renew {
            self.renewed = now;
        }
        let max_skew_us = self.options.max_skew_us();
        let read = answer.and_then(|bytes| {
            let reply = Reply::read(&bytes, max_skew_us).map_err(|garbled| RedisError::Refused(garbled.to_string()))?;
            if reply.alive { Ok(bytes) } else { Err(RedisError::Forgotten) }
        });
        match read {
            Ok(bytes) => self.answer(&bytes),
            Err(error) => {
                self.memory.in_doubt(pending);
                self.refuse();
                self.gone(&error);
            }
        }
    }

    /// Hands out what Redis answered, and notes what was taken.
    fn answer(&mut self, bytes: &[u8]) {
        let Ok(mut reply) = Reply::read(bytes, self.options.max_skew_us()) else { return self.refuse() };
        self.budgets = reply.budgets;
        if Instant::now() >= self.pruned + PRUNE_EVERY {
            self.memory.prune(reply.real_us);
            self.pruned = Instant::now();
        }
        let mut garbled = false;
        for waits in self.waiting.drain(..) {
            match waits {
                Waiting::Reserve(ask, tell) => {
                    let call = ask.call;
                    let answer = match reply.outcome(ask) {
                        Ok(Outcome::Answered(reserved, taken)) => {
                            if let Some((always, route)) = taken {
                                self.memory.took(call, always, route);
                            }
                            Ok(reserved)
                        }
                        Ok(Outcome::NoBudgets) => Err(Unavailable::Budgets),
                        Err(_) => {
                            garbled = true;
                            Err(Unavailable::All)
                        }
                    };
                    self.shared.waiting.fetch_sub(1, Ordering::Relaxed);
                    tell.send(answer).ok();
                }
                Waiting::Peek(counters, _, tell) => {
                    let standing: Result<Vec<_>, _> = counters.iter().map(|_| reply.standing()).collect();
                    garbled |= standing.is_err();
                    tell.send(standing.map_err(|_| Unavailable::All)).ok();
                }
                Waiting::Reset(tell) => drop(tell.send(Ok(()))),
            }
        }
        if garbled {
            self.gone(&RedisError::Refused("the counters' script answered something else".to_owned()));
        }
    }

    /// Whoever waits hears that nothing was taken.
    fn refuse(&mut self) {
        for waits in self.waiting.drain(..) {
            match waits {
                Waiting::Reserve(_, tell) => {
                    self.shared.waiting.fetch_sub(1, Ordering::Relaxed);
                    drop(tell.send(Err(Unavailable::All)));
                }
                Waiting::Peek(_, _, tell) => drop(tell.send(Err(Unavailable::All))),
                Waiting::Reset(tell) => drop(tell.send(Err(Unavailable::All))),
            }
        }
    }

    /// The link is no good any more.
    fn gone(&mut self, error: &RedisError) {
        metrics::counter!("thinkwatch_counters_failures_total", "reason" => error.reason()).increment(1);
        let now = Instant::now();
        if self.link.take().is_some() {
            tracing::warn!(%error, "limits and budgets cannot be counted in Redis; it is tried again");
            // Whoever was merely forgotten comes in again at once.
            self.retry = (now, BACK_OFF.0);
        } else {
            self.retry = (now + self.retry.1, (self.retry.1 * 2).min(BACK_OFF.1));
        }
        self.budgets = false;
        self.tell_state();
    }

    fn tell_state(&mut self) {
        let (up, budgets) = (self.link.is_some(), self.budgets && self.seeded);
        self.shared.up.store(up, Ordering::Release);
        self.shared.budgets.store(up && budgets, Ordering::Release);
        let unseeded = !self.budgets && self.seeded_in.as_deref() != Some(self.epoch.as_str());
        let wants = !self.seeded || (up && unseeded);
        self.shared.wants_seed.send_if_modified(|told| std::mem::replace(told, wants) != wants);
        let lost = self.memory.lost();
        if lost > 0 {
            metrics::counter!("thinkwatch_counters_lost_corrections_total").increment(lost);
        }
        metrics::gauge!("thinkwatch_counters_up").set(if up { 1.0 } else { 0.0 });
        metrics::gauge!("thinkwatch_counters_held_calls").set(whole(self.memory.calls() as u64));
    }

    /// Comes in with a new session and tells what this replica has; the old session is closed then.
    async fn come_in(&mut self) -> Result<(), RedisError> {
        let session = format!("{:016x}", rand::random::<u64>());
        let RedisOptions { replica, lease, max_skew, .. } = &self.options;
        let member =
            Membership { replica: replica.clone(), session: session.clone(), lease: *lease, max_skew: *max_skew };
        let mut link = Link::connect(&self.options.server, member).await?;
        let fresh = format!("{:016x}", rand::random::<u64>());
        let others: Vec<&str> = self.memory.others().into_iter().map(AsRef::as_ref).collect();
        let epoch = link.open(&fresh, &others).await?;
        for part in parts(&self.memory, true) {
            link.write(&part).await?;
        }
        let delivered = self.seeded_in.as_ref() == Some(&epoch);
        link.close(&self.session, delivered.then_some(&others[..])).await?;
        self.memory.all_told();
        let now = Instant::now();
        self.renewed = now;
        self.last_round = now.checked_sub(LOOK_EVERY).unwrap_or(now);
        self.retry = (now, BACK_OFF.0);
        (self.session, self.epoch) = (session, epoch);
        self.link = Some(link);
        self.tell_state();
        Ok(())
    }

    /// Tells Redis what the store has, which is in our memory by now.
    async fn deliver(&mut self) -> Result<(), Unavailable> {
        let Some(link) = &mut self.link else { return Err(Unavailable::All) };
        let mut told = Ok(());
        for part in parts(&self.memory, false) {
            told = link.write(&part).await;
            if told.is_err() {
                break;
            }
        }
        if told.is_ok() {
            let others: Vec<&str> = self.memory.others().into_iter().map(AsRef::as_ref).collect();
            told = link.close("", Some(&others)).await;
        }
        if let Err(error) = told {
            self.gone(&error);
            return Err(Unavailable::All);
        }
        self.seeded = true;
        self.seeded_in = Some(self.epoch.clone());
        // Who has told it wants to know at once whether budgets answer.
        self.round().await;
        self.tell_state();
        Ok(())
    }
}
