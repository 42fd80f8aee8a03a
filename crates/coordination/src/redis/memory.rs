//! What this replica knows by itself: what its calls hold, and what was spent. Redis may forget all of it; from here it is
//! told again.

use std::collections::HashSet;

use thinkwatch_policy::Map;
use thinkwatch_policy::ids::{ReplicaId, RequestId};
use thinkwatch_policy::limits::{Counter, PurseKey, Used};

use crate::holdings::{Change, Holdings, Taken, is_over};

/// Corrections of rings that may wait while Redis is away. Further ones are lost, and counted.
const MAX_RING_CHANGES: usize = 16_384;

/// Of each kind, what one step tells at most.
const MAX_TOLD: usize = 500;

#[derive(Debug)]
pub(super) struct Memory {
    replica: ReplicaId,
    calls: Map<RequestId, Holdings>,
    held: Map<PurseKey, u64>,
    gauges: Map<Counter, u64>,
    /// What each replica has spent: our own part as our ledger says, the others' as the store said.
    spent: Map<PurseKey, Map<ReplicaId, u64>>,
    pending: Pending,
    /// Corrections of rings that were lost.
    lost: u64,
}

/// What Redis has not been told.
#[derive(Debug, Default)]
pub(super) struct Pending {
    /// Rings to put right, each with the time it was asked for.
    pub(super) rings: Vec<(Change, i64)>,
    pub(super) gauges: HashSet<Counter>,
    pub(super) purses: HashSet<PurseKey>,
    /// Rate limits to reset.
    pub(super) resets: Vec<Counter>,
}

impl Pending {
    pub(super) fn is_empty(&self) -> bool {
        self.rings.is_empty() && self.gauges.is_empty() && self.purses.is_empty() && self.resets.is_empty()
    }
}

impl Memory {
    pub(super) fn new(replica: ReplicaId) -> Self {
        Self {
            replica,
            calls: Map::default(),
            held: Map::default(),
            gauges: Map::default(),
            spent: Map::default(),
            pending: Pending::default(),
            lost: 0,
        }
    }

    /// A call has taken this. Redis knows.
    pub(super) fn took(&mut self, call: RequestId, always: Vec<Taken>, route: Vec<Taken>) {
        for taken in always.iter().chain(&route) {
            match &taken.counter {
                Counter::Purse(key) => add(&mut self.held, key, taken.amount),
                Counter::Gauge { .. } => add(&mut self.gauges, &taken.counter, taken.amount),
                Counter::Ring { .. } => {}
            }
        }
        match self.calls.get_mut(&call) {
            Some(held) => held.take_route(route),
            None if always.is_empty() && route.is_empty() => {}
            None => {
                self.calls.insert(call, Holdings::new(always, route));
            }
        }
    }

    pub(super) fn leave_route(&mut self, call: RequestId, used: Used, now_us: i64) {
        if let Some(held) = self.calls.get_mut(&call) {
            let changes = held.leave_route(used);
            self.note(changes, now_us);
        }
    }

    pub(super) fn settle(&mut self, call: RequestId, used: Used, now_us: i64) {
        let Some(held) = self.calls.get_mut(&call) else { return };
        let changes = held.settle(used);
        if held.is_over() {
            self.calls.remove(&call);
        }
        self.note(changes, now_us);
    }

    fn note(&mut self, changes: Vec<Change>, now_us: i64) {
        for change in changes {
            match &change.counter {
                Counter::Ring { .. } if self.pending.rings.len() >= MAX_RING_CHANGES => self.lost += 1,
                Counter::Ring { .. } => self.pending.rings.push((change, now_us)),
                Counter::Gauge { .. } => {
                    subtract(&mut self.gauges, &change.counter, change.from.saturating_sub(change.to));
                    self.pending.gauges.insert(change.counter);
                }
                Counter::Purse(key) => {
                    if change.to > change.from {
                        add(&mut self.held, key, change.to - change.from);
                    } else {
                        subtract(&mut self.held, key, change.from - change.to);
                    }
                    self.pending.purses.insert(key.clone());
                }
            }
        }
    }

    /// The ledger has these calls, and we have spent that much in all.
    pub(super) fn passed(&mut self, calls: &[RequestId], spent: Vec<(PurseKey, u64)>) {
        for call in calls {
            let Some(held) = self.calls.get_mut(call) else { continue };
            for (key, amount) in held.pass() {
                subtract(&mut self.held, &key, amount);
                self.pending.purses.insert(key);
            }
            if held.is_over() {
                self.calls.remove(call);
            }
        }
        let replica = self.replica.clone();
        for (key, spent) in spent {
            self.pending.purses.insert(key.clone());
            self.tell(key, replica.clone(), spent);
        }
    }

    /// The store says that a replica has spent this much in all.
    pub(super) fn tell(&mut self, key: PurseKey, replica: ReplicaId, spent: u64) {
        let known = self.spent.entry(key).or_default().entry(replica).or_default();
        *known = spent.max(*known);
    }

    pub(super) fn reset(&mut self, counter: Counter) {
        self.pending.resets.push(counter);
    }

    /// Those that have spent something, but for this one.
    pub(super) fn others(&self) -> HashSet<&ReplicaId> {
        self.spent.values().flat_map(Map::keys).filter(|replica| **replica != self.replica).collect()
    }

    pub(super) const fn pending(&self) -> &Pending {
        &self.pending
    }

    /// Redis was told all that is held and spent.
    pub(super) fn all_told(&mut self) {
        self.pending.purses.clear();
        self.pending.gauges.clear();
    }

    /// It is being told to Redis: as much as a script may take without holding everybody up.
    pub(super) fn take_pending(&mut self) -> Pending {
        let all = &mut self.pending;
        if all.purses.len() <= MAX_TOLD && all.rings.len() <= MAX_TOLD {
            return std::mem::take(all);
        }
        let purses: HashSet<_> = all.purses.iter().take(MAX_TOLD).cloned().collect();
        all.purses.retain(|key| !purses.contains(key));
        Pending {
            rings: all.rings.drain(..all.rings.len().min(MAX_TOLD)).collect(),
            purses,
            gauges: std::mem::take(&mut all.gauges),
            resets: std::mem::take(&mut all.resets),
        }
    }

    /// Whether Redis was told cannot be said. Purses and gauges are told again as they are; rings must not be counted twice.
    pub(super) fn in_doubt(&mut self, pending: Pending) {
        self.lost += pending.rings.len() as u64;
        self.pending.purses.extend(pending.purses);
        self.pending.gauges.extend(pending.gauges);
        self.pending.resets.extend(pending.resets);
    }

    /// Corrections of rings that were lost since this was asked last.
    pub(super) fn lost(&mut self) -> u64 {
        std::mem::take(&mut self.lost)
    }

    pub(super) fn held(&self, key: &PurseKey) -> u64 {
        self.held.get(key).copied().unwrap_or_default()
    }

    pub(super) fn gauge(&self, counter: &Counter) -> u64 {
        self.gauges.get(counter).copied().unwrap_or_default()
    }

    /// What this replica has spent, if anybody has said.
    pub(super) fn own_spent(&self, key: &PurseKey) -> Option<u64> {
        self.spent.get(key)?.get(&self.replica).copied()
    }

    pub(super) fn all_held(&self) -> impl Iterator<Item = (&PurseKey, u64)> {
        self.held.iter().map(|(key, amount)| (key, *amount))
    }

    pub(super) fn all_gauges(&self) -> impl Iterator<Item = (&Counter, u64)> {
        self.gauges.iter().map(|(counter, calls)| (counter, *calls))
    }

    pub(super) fn all_spent(&self) -> impl Iterator<Item = (&PurseKey, &ReplicaId, u64)> {
        let parts = |(key, parts)| std::iter::repeat(key).zip::<&Map<ReplicaId, u64>>(parts);
        self.spent.iter().flat_map(parts).map(|(key, (replica, spent))| (key, replica, *spent))
    }

    /// What was spent and held in periods that ended is forgotten.
    pub(super) fn prune(&mut self, now_us: i64) {
        self.calls.retain(|_, held| !held.is_stale(now_us));
        self.held.retain(|key, _| !is_over(key, now_us));
        self.spent.retain(|key, _| !is_over(key, now_us));
    }

    /// Calls that hold something.
    pub(super) fn calls(&self) -> usize {
        self.calls.len()
    }
}

fn add<K: Clone + Eq + std::hash::Hash>(sums: &mut Map<K, u64>, key: &K, amount: u64) {
    if amount == 0 {
        return;
    }
    match sums.get_mut(key) {
        Some(sum) => *sum = sum.saturating_add(amount),
        None => {
            sums.insert(key.clone(), amount);
        }
    }
}

/// What is nothing is not kept.
fn subtract<K: Eq + std::hash::Hash>(sums: &mut Map<K, u64>, key: &K, amount: u64) {
    if let Some(sum) = sums.get_mut(key) {
        *sum = sum.saturating_sub(amount);
        if *sum == 0 {
            sums.remove(key);
        }
    }
}
