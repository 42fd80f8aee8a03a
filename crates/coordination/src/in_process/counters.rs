//! Counters of a single process: no answer has to be waited for.

use std::sync::atomic::{AtomicBool, Ordering};

use parking_lot::Mutex;
use thinkwatch_policy::Map;
use thinkwatch_policy::ids::{ReplicaId, RequestId};
use thinkwatch_policy::limits::{Ask, Claim, Counter, PurseKey, Refusal, Reserved, Standing, Used};
use thinkwatch_policy::ports::{Answer, Answering, Counters, Reserving, SpentFeed, Unavailable};

use super::shard::{Counted, Shards};
use crate::holdings::{Change, Holdings, Owed, are_over};

const SHARDS: usize = 32;

/// The counters of the one replica there is.
#[derive(Debug)]
pub struct InProcessCounters {
    replica: ReplicaId,
    counters: Shards,
    /// What calls hold. One shard is locked at a time, and before counters, never after them.
    calls: [Mutex<Calls>; SHARDS],
    /// Whether it is known what was spent.
    seeded: AtomicBool,
}

/// Calls of one shard. Those that have ended wait for the ledger by the thousand while few are on their way: apart, so that the few stay
/// in the processor's cache and the many take little of it.
#[derive(Debug, Default)]
struct Calls {
    /// What those on their way hold.
    held: Map<RequestId, Holdings>,
    /// What those that have ended spent.
    owed: Map<RequestId, Owed>,
}

impl InProcessCounters {
    /// Empty counters of this replica. Budgets answer once they were seeded.
    pub fn new(replica: ReplicaId) -> Self {
        let calls = std::array::from_fn(|_| Mutex::default());
        Self { replica, counters: Shards::new(), calls, seeded: AtomicBool::new(false) }
    }

    /// Removes counters that say nothing any more, and says how many. To be called now and then.
    pub fn prune(&self, now_us: i64) -> Counted {
        for shard in &self.calls {
            shard.lock().owed.retain(|_, owed| {
                // The ledger will not come: its record was lost.
                let stale = are_over(owed, now_us);
                if stale {
                    for (key, amount) in owed.drain(..) {
                        self.counters.lock_purse(&key).tell(&key, &self.replica, None, amount);
                    }
                }
                !stale
            });
        }
        self.counters.prune(now_us)
    }

    /// How many counters there are.
    pub fn count(&self) -> Counted {
        self.counters.count()
    }

    /// How many calls hold something: those on their way, and those that the ledger has not passed yet.
    pub fn calls(&self) -> usize {
        let calls = |shard: &Mutex<Calls>| {
            let calls = shard.lock();
            calls.held.len() + calls.owed.len()
        };
        self.calls.iter().map(calls).sum()
    }

    fn shard(&self, call: RequestId) -> &Mutex<Calls> {
        // The low bits of a request id are random.
        &self.calls[(call.0 % SHARDS as u128) as usize]
    }

    fn take(&self, ask: Ask) -> Result<Reserved, Unavailable> {
        let Ask { call, now_us, always, choices } = ask;
        let (reserved, holdings) = self.choose(always, choices, now_us);
        if let Some((always, route)) = holdings {
            self.shard(call).lock().held.insert(call, Holdings::new(always, route));
        }
        Ok(reserved)
    }

    /// Takes what must be had and the first choice that fits, or nothing.
    fn choose(&self, always: Vec<Claim>, mut choices: Vec<Vec<Claim>>, now_us: i64) -> (Reserved, Option<Parts>) {
        let claims = always.iter().chain(choices.iter().flatten());
        let mut locked = self.counters.lock(claims.map(|claim| &claim.counter));
        let mut rates = Vec::with_capacity(always.len());
        let always = match locked.take(always, &self.replica, now_us, &mut rates) {
            Ok(always) => always,
            Err(refusal) => return (Reserved::Refused { refusal, skipped: Vec::new() }, None),
        };
        let (mut skipped, own) = (Vec::new(), rates.len());
        for choice in 0..choices.len().max(1) {
            let claims = choices.get_mut(choice).map(std::mem::take).unwrap_or_default();
            rates.truncate(own);
            match locked.take(claims, &self.replica, now_us, &mut rates) {
                Ok(route) => return (Reserved::Taken { choice, skipped, rates }, Some((always, route))),
                Err(refusal) => skipped.push((choice, refusal)),
            }
        }
        locked.give_back(&always, &self.replica, now_us);
        let Some(refusal) = Refusal::soonest(&skipped).cloned() else { unreachable!("a choice was tried") };
        (Reserved::Refused { refusal, skipped }, None)
    }

    fn apply(&self, changes: &[Change], now_us: i64) {
        if !changes.is_empty() {
            let mut locked = self.counters.lock(changes.iter().map(|change| &change.counter));
            locked.change(changes, &self.replica, now_us);
        }
    }
}

/// What was taken: always, and for the route.
type Parts = (Vec<crate::holdings::Taken>, Vec<crate::holdings::Taken>);

impl Counters for InProcessCounters {
    fn reserve(&self, ask: Ask) -> Reserving<'_> {
        if ask.is_empty() {
            return Answer::Ready(Ok(Reserved::Taken { choice: 0, skipped: Vec::new(), rates: Vec::new() }));
        }
        if !self.ready() && ask.has_budget() {
            return Answer::Ready(Err(Unavailable::Budgets));
        }
        Answer::Ready(self.take(ask))
    }

    fn swap(&self, call: RequestId, used: Used, now_us: i64, choices: Vec<Vec<Claim>>) -> Reserving<'_> {
        if let Some(held) = self.shard(call).lock().held.get_mut(&call) {
            self.apply(&held.leave_route(used), now_us);
        }
        if !self.ready() && choices.iter().flatten().any(|claim| matches!(claim.counter, Counter::Purse(_))) {
            return Answer::Ready(Err(Unavailable::Budgets));
        }
        let (reserved, taken) = self.choose(Vec::new(), choices, now_us);
        if let Some((_, route)) = taken.filter(|(_, route)| !route.is_empty()) {
            self.shard(call).lock().held.entry(call).or_default().take_route(route);
        }
        Answer::Ready(Ok(reserved))
    }

    fn settle(&self, call: RequestId, used: Used, now_us: i64) {
        let mut calls = self.shard(call).lock();
        let Some(mut held) = calls.held.remove(&call) else { return };
        // Within the lock, so that the ledger never frees what is not counted yet.
        self.apply(&held.settle(used), now_us);
        if !held.is_over() {
            calls.owed.insert(call, held.into_owed());
        }
    }

    fn peek(&self, counters: Vec<Counter>, now_us: i64) -> Answer<'_, Result<Vec<Standing>, Unavailable>> {
        let mut locked = self.counters.lock(counters.iter());
        let standing = counters.iter().map(|counter| locked.standing(counter, now_us)).collect();
        drop(locked);
        Answer::Ready(Ok(standing))
    }
}

impl SpentFeed for InProcessCounters {
    fn seed(&self, spent: Vec<(PurseKey, ReplicaId, u64)>) -> Answering<'_, Result<(), Unavailable>> {
        for (key, replica, spent) in spent {
            self.counters.lock_purse(&key).tell(&key, &replica, Some(spent), 0);
        }
        self.seeded.store(true, Ordering::Release);
        Box::pin(std::future::ready(Ok(())))
    }

    fn wants_seed(&self) -> Answering<'_, ()> {
        if self.ready() { Box::pin(std::future::pending()) } else { Box::pin(std::future::ready(())) }
    }

    fn passed<'a>(&'a self, calls: &'a [RequestId], spent: &'a [(PurseKey, u64)]) -> Answering<'a, ()> {
        let mut purses: Map<&PurseKey, (Option<u64>, u64)> = Map::default();
        let mut freed = Vec::new();
        for call in calls {
            let mut calls = self.shard(*call).lock();
            if let Some(mut owed) = calls.owed.remove(call) {
                freed.append(&mut owed);
            } else if let Some(held) = calls.held.get_mut(call) {
                // The ledger was quicker than the settlement.
                freed.append(&mut held.pass());
            }
        }
        for (key, spent) in spent {
            purses.entry(key).or_default().0 = Some(*spent);
        }
        for (key, amount) in &freed {
            purses.entry(key).or_default().1 += amount;
        }
        // What was held and what was spent change in one step, so that it is counted once at every moment.
        for (key, (spent, freed)) in purses {
            self.counters.lock_purse(key).tell(key, &self.replica, spent, freed);
        }
        Box::pin(std::future::ready(()))
    }

    fn reset(&self, counter: Counter) -> Answering<'_, Result<(), Unavailable>> {
        self.counters.lock(std::iter::once(&counter)).reset(&counter);
        Box::pin(std::future::ready(Ok(())))
    }

    fn ready(&self) -> bool {
        self.seeded.load(Ordering::Acquire)
    }
}
