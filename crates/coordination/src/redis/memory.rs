//! What this replica knows by itself: what its calls hold, and what was spent. Redis may forget all of it; from here it is
//! told again.

use std::collections::HashSet;
use std::collections::hash_map::Entry;

use thinkwatch_policy::Map;
use thinkwatch_policy::ids::{ReplicaId, RequestId};
use thinkwatch_policy::limits::{Counter, PurseKey, Used};

use crate::holdings::{Change, Holdings, Owed, Taken, are_over, is_over};

/// Sub-windows of rings to put right that may wait while Redis is away. Further ones are lost, and counted.
const MAX_RING_CHANGES: usize = 16_384;

/// Of each kind, what one step tells at most.
const MAX_TOLD: usize = 500;

#[derive(Debug)]
pub(super) struct Memory {
    replica: ReplicaId,
    /// What calls on their way hold.
    calls: Map<RequestId, Holdings>,
    /// What calls that have ended spent and the ledger has not passed: thousands, while few are on their way. Apart from those,
    /// which so stay in the processor's cache.
    owed: Map<RequestId, Owed>,
    held: Map<PurseKey, u64>,
    gauges: Map<Counter, u64>,
    /// What each replica has spent: our own part as our ledger says, the others' as the store said.
    spent: Map<PurseKey, Map<ReplicaId, u64>>,
    pending: Pending,
    /// Corrections of rings that were lost.
    lost: u64,
}

/// A set of what every call looks up.
pub(super) type Set<K> = HashSet<K, foldhash::fast::RandomState>;

/// What Redis has not been told.
#[derive(Debug, Default)]
pub(super) struct Pending {
    /// Rings to put right, and the sub-windows in which something was counted.
    pub(super) rings: Map<(Counter, i64), Due>,
    pub(super) gauges: Set<Counter>,
    pub(super) purses: Set<PurseKey>,
    /// Rate limits to reset.
    pub(super) resets: Vec<Counter>,
}

/// What calls that were counted in one sub-window of a ring have to put right there, in sum.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) struct Due {
    /// What those give back that used less.
    pub(super) less: u64,
    /// What those count beyond that used more. It counts even where nothing is left to be given back.
    pub(super) more: u64,
    /// When the last of them settled.
    pub(super) now_us: i64,
    /// How many there are.
    calls: u64,
}

impl Due {
    const fn and(&mut self, from: u64, to: u64, now_us: i64) {
        self.less = self.less.saturating_add(from.saturating_sub(to));
        self.more = self.more.saturating_add(to.saturating_sub(from));
        if self.calls == 0 || now_us > self.now_us {
            self.now_us = now_us;
        }
        self.calls += 1;
    }
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
            owed: Map::default(),
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
        match self.calls.entry(call) {
            Entry::Occupied(mut held) => held.get_mut().take_route(route),
            Entry::Vacant(_) if always.is_empty() && route.is_empty() => {}
            Entry::Vacant(none) => {
                none.insert(Holdings::new(always, route));
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
        let Some(mut held) = self.calls.remove(&call) else { return };
        let changes = held.settle(used);
        if !held.is_over() {
            self.owed.insert(call, held.into_owed());
        }
        self.note(changes, now_us);
    }

    fn note(&mut self, changes: Vec<Change>, now_us: i64) {
        for change in changes {
            match &change.counter {
                Counter::Ring { .. } => {
                    let full = self.pending.rings.len() >= MAX_RING_CHANGES;
                    match self.pending.rings.entry((change.counter, change.slot)) {
                        Entry::Occupied(mut due) => due.get_mut().and(change.from, change.to, now_us),
                        Entry::Vacant(_) if full => self.lost += 1,
                        Entry::Vacant(none) => none.insert(Due::default()).and(change.from, change.to, now_us),
                    }
                }
                Counter::Gauge { .. } => {
                    subtract(&mut self.gauges, &change.counter, change.from.saturating_sub(change.to));
                    tell(&mut self.pending.gauges, &change.counter);
                }
                Counter::Purse(key) => {
                    if change.to > change.from {
                        add(&mut self.held, key, change.to - change.from);
                    } else {
                        subtract(&mut self.held, key, change.from - change.to);
                    }
                    tell(&mut self.pending.purses, key);
                }
            }
        }
    }

    /// The ledger has these calls, and we have spent that much in all.
    pub(super) fn passed(&mut self, calls: &[RequestId], spent: Vec<(PurseKey, u64)>) {
        for call in calls {
            let freed = match self.owed.remove(call) {
                Some(owed) => owed,
                // The ledger was quicker than the settlement.
                None => self.calls.get_mut(call).map(Holdings::pass).unwrap_or_default(),
            };
            for (key, amount) in freed {
                subtract(&mut self.held, &key, amount);
                tell(&mut self.pending.purses, &key);
            }
        }
        let replica = self.replica.clone();
        for (key, spent) in spent {
            tell(&mut self.pending.purses, &key);
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
        Pending {
            rings: all.rings.extract_if(|_, _| true).take(MAX_TOLD).collect(),
            purses: all.purses.extract_if(|_| true).take(MAX_TOLD).collect(),
            gauges: std::mem::take(&mut all.gauges),
            resets: std::mem::take(&mut all.resets),
        }
    }

    /// Whether Redis was told cannot be said. Purses and gauges are told again as they are; rings must not be counted twice.
    pub(super) fn in_doubt(&mut self, pending: Pending) {
        self.lost += pending.rings.values().map(|due| due.calls).sum::<u64>();
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
        // The ledger will not come for these: their records were lost.
        self.owed.retain(|_, owed| !are_over(owed, now_us));
        self.held.retain(|key, _| !is_over(key, now_us));
        self.spent.retain(|key, _| !is_over(key, now_us));
    }

    /// Calls that hold something: those on their way, and those that the ledger has not passed yet.
    pub(super) fn calls(&self) -> usize {
        self.calls.len() + self.owed.len()
    }
}

/// Redis is to be told of it. Mostly it is already.
fn tell<K: Clone + Eq + std::hash::Hash>(of: &mut Set<K>, key: &K) {
    if !of.contains(key) {
        of.insert(key.clone());
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
