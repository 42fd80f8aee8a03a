//! Calls as they end, for whoever watches. Fed by the log consumer after a batch is in the log, so that what a watcher
//! sees can be looked up.
//!
//! Batches are shared, and a reader that is too slow loses the oldest and is told how many calls those had: memory is
//! bounded by the ring, whoever watches. There are no tasks: a feed is read by the connection that shows it.

use std::collections::HashMap;
use std::collections::VecDeque;
use std::sync::Arc;
use std::time::{Duration, Instant};

use parking_lot::Mutex;
use thinkwatch_logs::CallFilter;
use thinkwatch_policy::ids::UserId;
use thinkwatch_records::CallRecord;
use tokio::sync::broadcast;
use tokio::sync::broadcast::error::RecvError;

use crate::auth;
use crate::caller::Caller;
use crate::clock::seconds;
use crate::control::Control;
use crate::error::{ControlError, Result};
use crate::logs::scope;

/// Batches that are kept for slow readers. A batch has up to 1,024 calls.
const RING: usize = 16;
/// Feeds of one user at once: a few tabs.
const PER_USER: usize = 6;
/// How often a feed looks whether its reader may still see it, and gives a sign of life.
const LOOK: Duration = Duration::from_secs(1);
const SIGN_OF_LIFE: Duration = Duration::from_secs(10);

/// Calls of one batch, and how many there were before it since the start.
#[derive(Clone, Debug)]
struct Batch {
    before: u64,
    calls: Arc<Vec<CallRecord>>,
}

#[derive(Debug)]
struct State {
    /// None once the server drains.
    sender: Option<broadcast::Sender<Batch>>,
    seen: u64,
    watching: HashMap<UserId, usize>,
}

/// Where finished calls are told. Cheap to clone.
#[derive(Clone, Debug)]
pub struct LiveCalls(Arc<Mutex<State>>);

impl Default for LiveCalls {
    fn default() -> Self {
        let state = State { sender: Some(broadcast::Sender::new(RING)), seen: 0, watching: HashMap::new() };
        Self(Arc::new(Mutex::new(state)))
    }
}

impl LiveCalls {
    /// Tells a batch to those who watch. Never waits.
    pub fn publish(&self, calls: &Arc<Vec<CallRecord>>) {
        let mut state = self.0.lock();
        let before = state.seen;
        state.seen += calls.len() as u64;
        if let Some(sender) = &state.sender
            && sender.receiver_count() > 0
        {
            // Failing means that the last one has just left.
            drop(sender.send(Batch { before, calls: Arc::clone(calls) }));
        }
    }

    /// Ends every feed: the server drains.
    pub fn close(&self) {
        self.0.lock().sender = None;
    }

    /// How many feeds there are.
    pub fn watching(&self) -> usize {
        self.0.lock().watching.values().sum()
    }

    fn subscribe(&self, user: &UserId) -> Result<(broadcast::Receiver<Batch>, u64, Place)> {
        let mut state = self.0.lock();
        let Some(sender) = &state.sender else {
            return Err(ControlError::Unavailable { what: "the live feed", detail: "draining".to_owned() });
        };
        let receiver = sender.subscribe();
        let count = state.watching.entry(user.clone()).or_default();
        if *count >= PER_USER {
            return Err(ControlError::TooMany {
                code: "too_many_feeds",
                message: format!("at most {PER_USER} live feeds of one user at once; close one of them"),
                retry_after_secs: 10,
            });
        }
        *count += 1;
        let place = Place { live: self.clone(), user: user.clone() };
        Ok((receiver, state.seen, place))
    }
}

/// Counts a feed as long as it lives.
#[derive(Debug)]
struct Place {
    live: LiveCalls,
    user: UserId,
}

impl Drop for Place {
    fn drop(&mut self) {
        let mut state = self.live.0.lock();
        if let Some(count) = state.watching.get_mut(&self.user) {
            *count -= 1;
            if *count == 0 {
                state.watching.remove(&self.user);
            }
        }
    }
}

/// What a feed tells.
#[derive(Clone, Debug)]
pub enum News {
    /// A call has ended.
    Call(Box<CallRecord>),
    /// So many calls, fitting or not, were not looked at because the reader was too slow.
    Skipped(u64),
    /// Nothing has happened; the feed is alive.
    Heartbeat,
}

/// A feed of one reader.
pub struct Feed {
    control: Arc<Control>,
    caller: Caller,
    filter: CallFilter,
    receiver: broadcast::Receiver<Batch>,
    /// Calls told so far, counted as in [`Batch`].
    upto: u64,
    pending: VecDeque<CallRecord>,
    next_look: tokio::time::Interval,
    last_sign: Option<Instant>,
    ends: Instant,
    _place: Place,
}

impl std::fmt::Debug for Feed {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Feed").field("user", &self.caller.user().id).field("upto", &self.upto).finish_non_exhaustive()
    }
}

/// Begins a feed. It lives no longer than an access token does: a reader with a session that goes on asks again.
pub fn watch(control: &Arc<Control>, caller: Caller, filter: CallFilter) -> Result<Feed> {
    scope(&caller)?;
    let (receiver, upto, place) = control.live.subscribe(&caller.user_id())?;
    let life = Duration::from_micros(u64::try_from(seconds(control.settings().access_ttl_secs)).unwrap_or(0));
    let mut next_look = tokio::time::interval(LOOK);
    next_look.set_missed_tick_behavior(tokio::time::MissedTickBehavior::Skip);
    Ok(Feed {
        control: Arc::clone(control),
        caller,
        filter,
        receiver,
        upto,
        pending: VecDeque::new(),
        next_look,
        last_sign: None,
        ends: Instant::now() + life,
        _place: place,
    })
}

impl Feed {
    /// What comes next; `None` when the feed is over: the session ended, its time is up, or the server drains.
    pub async fn next(&mut self) -> Option<News> {
        loop {
            if let Some(call) = self.pending.pop_front() {
                self.last_sign = Some(Instant::now());
                return Some(News::Call(Box::new(call)));
            }
            tokio::select! {
                received = self.receiver.recv() => match received {
                    Ok(batch) => {
                        let missed = batch.before.saturating_sub(self.upto);
                        self.upto = batch.before + batch.calls.len() as u64;
                        let scope = scope(&self.caller).ok()?;
                        let fits = |call: &&CallRecord| scope.covers(call) && self.filter.matches(call);
                        self.pending.extend(batch.calls.iter().filter(fits).cloned());
                        if missed > 0 {
                            return Some(News::Skipped(missed));
                        }
                    }
                    // How many calls were lost is told with the next batch.
                    Err(RecvError::Lagged(_)) => {}
                    Err(RecvError::Closed) => return None,
                },
                _ = self.next_look.tick() => {
                    // Roles and sessions may have changed since the feed began.
                    self.caller = auth::renew(&self.control, &self.caller).ok()?;
                    if Instant::now() >= self.ends {
                        return None;
                    }
                    if self.last_sign.is_none_or(|last| last.elapsed() >= SIGN_OF_LIFE) {
                        self.last_sign = Some(Instant::now());
                        return Some(News::Heartbeat);
                    }
                }
            }
        }
    }
}
