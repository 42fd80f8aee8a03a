//! The counters of one process, in shards, so that two keys do not wait for each other.
//!
//! A step over several counters locks their shards in ascending order and only then looks at them. So two steps can never
//! wait for each other in a circle, and what a step sees does not change under it. Nothing is locked after them.

use parking_lot::{Mutex, MutexGuard};
use thinkwatch_policy::Map;
use thinkwatch_policy::ids::ReplicaId;
use thinkwatch_policy::limits::ring::Full;
use thinkwatch_policy::limits::{Claim, Counter, Purse, PurseKey, Refusal, RefusalKind, Ring, Standing, Subject};

use crate::holdings::{Change, Taken, is_over};

/// As many as there are bits in [`Which`].
const SHARDS: usize = 32;

/// A set of shards.
type Which = u32;

#[derive(Debug, Default)]
struct Shard {
    rings: Map<Counter, Ring>,
    gauges: Map<Counter, u64>,
    purses: Map<PurseKey, Purse>,
}

/// All counters.
#[derive(Debug)]
pub(super) struct Shards {
    shards: [Mutex<Shard>; SHARDS],
}

/// Some of them, locked.
pub(super) struct Locked<'a> {
    guards: [Option<MutexGuard<'a, Shard>>; SHARDS],
}

/// How many counters were removed, or are there.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Counted {
    /// Rate limits' rings.
    pub rings: usize,
    /// Gauges of calls at once.
    pub gauges: usize,
    /// Budgets' purses.
    pub purses: usize,
}

impl Shards {
    pub(super) fn new() -> Self {
        Self { shards: std::array::from_fn(|_| Mutex::default()) }
    }

    /// Locks the shards that these counters are in.
    pub(super) fn lock<'c>(&self, counters: impl Iterator<Item = &'c Counter>) -> Locked<'_> {
        let which = counters.fold(0, |which: Which, counter| which | 1 << shard_of(counter));
        self.lock_shards(which)
    }

    /// Locks the shard of one purse.
    pub(super) fn lock_purse(&self, key: &PurseKey) -> Locked<'_> {
        self.lock_shards(1 << shard_of_subject(&key.subject))
    }

    fn lock_shards(&self, which: Which) -> Locked<'_> {
        let mut guards = [const { None }; SHARDS];
        let mut left = which;
        while left != 0 {
            let at = left.trailing_zeros() as usize;
            guards[at] = Some(self.shards[at].lock());
            left &= left - 1;
        }
        Locked { guards }
    }

    /// Removes what says nothing any more: rings that nothing was counted in for longer than their window, and purses whose
    /// period has ended two days ago and that hold nothing.
    pub(super) fn prune(&self, now_us: i64) -> Counted {
        let mut removed = Counted::default();
        for shard in &self.shards {
            let mut shard = shard.lock();
            let before = (shard.rings.len(), shard.purses.len());
            shard.rings.retain(|_, ring| ring.used(now_us) > 0);
            shard.purses.retain(|key, purse| !is_over(key, now_us) || purse.reserved() > 0);
            removed.rings += before.0 - shard.rings.len();
            removed.purses += before.1 - shard.purses.len();
        }
        removed
    }

    /// How many there are.
    pub(super) fn count(&self) -> Counted {
        self.shards.iter().fold(Counted::default(), |sum, shard| {
            let shard = shard.lock();
            Counted {
                rings: sum.rings + shard.rings.len(),
                gauges: sum.gauges + shard.gauges.len(),
                purses: sum.purses + shard.purses.len(),
            }
        })
    }
}

/// A subject's counters lie together: a call's few subjects are its few locks.
fn shard_of(counter: &Counter) -> usize {
    let (Counter::Ring { subject, .. } | Counter::Gauge { subject, .. } | Counter::Purse(PurseKey { subject, .. })) =
        counter;
    shard_of_subject(subject)
}

const fn shard_of_subject(subject: &Subject) -> usize {
    (subject.id.hashed() >> (u64::BITS - SHARDS.trailing_zeros())) as usize
}

impl Locked<'_> {
    /// Takes all of these, or none. What each ring then holds goes to `rates`.
    pub(super) fn take(
        &mut self,
        claims: Vec<Claim>,
        replica: &ReplicaId,
        now_us: i64,
        rates: &mut Vec<u64>,
    ) -> Result<Vec<Taken>, Refusal> {
        let mut taken = Vec::with_capacity(claims.len());
        for claim in claims {
            match self.take_one(&claim, replica, now_us, rates) {
                Ok(slot) => taken.push(Taken::new(claim, slot)),
                Err(refusal) => {
                    self.give_back(&taken, replica, now_us);
                    return Err(refusal);
                }
            }
        }
        Ok(taken)
    }

    /// Gives the sub-window of a ring.
    fn take_one(
        &mut self,
        claim: &Claim,
        replica: &ReplicaId,
        now_us: i64,
        rates: &mut Vec<u64>,
    ) -> Result<i64, Refusal> {
        let refused = |kind, used, retry_after_us| Refusal {
            name: claim.name.clone(),
            used,
            max: claim.max,
            retry_after_us,
            kind,
        };
        let shard = self.shard(&claim.counter);
        match &claim.counter {
            Counter::Ring { window, .. } => {
                let ring = match shard.rings.get_mut(&claim.counter) {
                    Some(ring) => ring,
                    None => shard.rings.entry(claim.counter.clone()).or_insert_with(|| Ring::new(*window)),
                };
                ring.ask(now_us, claim.amount, claim.max)
                    .map_err(|Full { used, retry_after_us }| refused(RefusalKind::Rate, used, retry_after_us))?;
                let slot = ring.add(now_us, claim.amount);
                rates.push(ring.used(now_us));
                Ok(slot)
            }
            Counter::Gauge { .. } => {
                let known = shard.gauges.get_mut(&claim.counter);
                let used = known.as_deref().copied().unwrap_or_default();
                let sum = used.checked_add(claim.amount).filter(|sum| *sum <= claim.max);
                let sum = sum.ok_or_else(|| refused(RefusalKind::Concurrency, used, None))?;
                match known {
                    Some(calls) => *calls = sum,
                    None => *shard.gauges.entry(claim.counter.clone()).or_default() = sum,
                }
                Ok(0)
            }
            Counter::Purse(key) => {
                let purse = match shard.purses.get_mut(key) {
                    Some(purse) => purse,
                    None => shard.purses.entry(key.clone()).or_default(),
                };
                purse.ask(claim.amount, claim.max).map_err(|exhausted| {
                    let used = exhausted.spent.saturating_add(exhausted.reserved);
                    refused(RefusalKind::Budget { ends_us: claim.ends_us }, used, claim.next_period_us(now_us))
                })?;
                purse.hold(replica, claim.amount);
                Ok(0)
            }
        }
    }

    /// As if these had never been taken.
    pub(super) fn give_back(&mut self, taken: &[Taken], replica: &ReplicaId, now_us: i64) {
        for Taken { counter, slot, amount } in taken {
            self.put_right(counter, (*slot, *amount, 0), replica, now_us);
        }
    }

    /// Puts counters right.
    pub(super) fn change(&mut self, changes: &[Change], replica: &ReplicaId, now_us: i64) {
        for Change { counter, slot, from, to } in changes {
            self.put_right(counter, (*slot, *from, *to), replica, now_us);
        }
    }

    /// What was counted in a sub-window, and what is to be.
    fn put_right(&mut self, counter: &Counter, (slot, from, to): (i64, u64, u64), replica: &ReplicaId, now_us: i64) {
        let shard = self.shard(counter);
        match counter {
            Counter::Ring { window, .. } => match shard.rings.get_mut(counter) {
                Some(ring) => ring.settle(now_us, slot, from, to),
                // It was empty for a window, or reset: what was used beyond the reservation counts.
                None if to > from => {
                    let ring = shard.rings.entry(counter.clone());
                    ring.or_insert_with(|| Ring::new(*window)).add(now_us, to - from);
                }
                None => {}
            },
            Counter::Gauge { .. } => {
                if let Some(calls) = shard.gauges.get_mut(counter) {
                    *calls = calls.saturating_sub(from.saturating_sub(to));
                    if *calls == 0 {
                        shard.gauges.remove(counter);
                    }
                }
            }
            Counter::Purse(key) => {
                let purse = match shard.purses.get_mut(key) {
                    Some(purse) => purse,
                    None => shard.purses.entry(key.clone()).or_default(),
                };
                if to > from {
                    purse.hold(replica, to - from);
                } else {
                    purse.release(replica, from - to);
                }
            }
        }
    }

    /// The ledger of a replica has spent this much in all, of which it held `freed`.
    pub(super) fn tell(&mut self, key: &PurseKey, replica: &ReplicaId, spent: Option<u64>, freed: u64) {
        let at = shard_of_subject(&key.subject);
        let Some(shard) = self.guards[at].as_deref_mut() else { return };
        let purse = shard.purses.entry(key.clone()).or_default();
        if let Some(spent) = spent {
            purse.tell(replica, spent);
        }
        purse.release(replica, freed);
    }

    pub(super) fn standing(&mut self, counter: &Counter, now_us: i64) -> Standing {
        let shard = self.shard(counter);
        let (used, reserved) = match counter {
            Counter::Ring { .. } => (shard.rings.get_mut(counter).map_or(0, |ring| ring.used(now_us)), 0),
            Counter::Gauge { .. } => (shard.gauges.get(counter).copied().unwrap_or_default(), 0),
            Counter::Purse(key) => shard.purses.get(key).map_or((0, 0), |purse| (purse.spent(), purse.reserved())),
        };
        Standing { used, reserved }
    }

    /// A rate limit's counter holds nothing any more.
    pub(super) fn reset(&mut self, counter: &Counter) {
        self.shard(counter).rings.remove(counter);
    }

    /// That of a counter that was named when it was locked.
    fn shard(&mut self, counter: &Counter) -> &mut Shard {
        let at = shard_of(counter);
        #[expect(clippy::expect_used, reason = "whoever locks names the same counters")]
        self.guards[at].as_deref_mut().expect("the counter's shard is locked")
    }
}
