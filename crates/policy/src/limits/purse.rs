//! A budget's counter in one period: what is spent, and what calls on their way may yet spend.

use crate::ids::ReplicaId;

/// Budgets warn at these shares, in percent.
pub const THRESHOLDS: [Threshold; 4] = [Threshold(50), Threshold(80), Threshold(95), Threshold(100)];

/// A share of a budget in percent at which a warning is given, once per period.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Threshold(pub u8);

/// What was spent and reserved in one period. Amounts are nano-dollars or tokens, as the budget's unit says.
///
/// Reservations are summed per replica. A replica that is gone for longer than its lease takes its share with it: what its
/// calls really cost comes from its spool when it is back.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Purse {
    spent: u64,
    held: Vec<(ReplicaId, u64)>,
}

/// Why nothing was reserved.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Exhausted {
    /// What is spent.
    pub spent: u64,
    /// What calls on their way may yet spend.
    pub reserved: u64,
}

impl Purse {
    /// With what the ledger says was spent.
    pub const fn of(spent: u64) -> Self {
        Self { spent, held: Vec::new() }
    }

    /// What is spent.
    pub const fn spent(&self) -> u64 {
        self.spent
    }

    /// What calls on their way may yet spend.
    pub fn reserved(&self) -> u64 {
        self.held.iter().fold(0, |sum, (_, amount)| sum.saturating_add(*amount))
    }

    /// Whether `amount` may be reserved. A budget that is just reached is used up: a call that costs nothing passes only
    /// below it.
    pub fn ask(&self, amount: u64, max: u64) -> Result<(), Exhausted> {
        let reserved = self.reserved();
        let taken = self.spent.saturating_add(reserved);
        if taken < max && taken.saturating_add(amount) <= max {
            return Ok(());
        }
        Err(Exhausted { spent: self.spent, reserved })
    }

    /// Reserves, whatever the budget: [`Self::ask`] comes first.
    pub fn reserve(&mut self, replica: &ReplicaId, amount: u64) {
        match self.held.iter_mut().find(|(holder, _)| holder == replica) {
            Some((_, held)) => *held = held.saturating_add(amount),
            None => self.held.push((replica.clone(), amount)),
        }
    }

    /// Replaces a reservation by what was spent, and says which thresholds of `max` that crossed.
    pub fn settle(&mut self, replica: &ReplicaId, reserved: u64, spent: u64, max: u64) -> Vec<Threshold> {
        self.release(replica, reserved);
        let before = self.spent;
        self.spent = self.spent.saturating_add(spent);
        crossed(before, self.spent, max)
    }

    /// Gives a reservation back.
    pub fn release(&mut self, replica: &ReplicaId, reserved: u64) {
        if let Some(at) = self.held.iter().position(|(holder, _)| holder == replica) {
            let held = &mut self.held[at].1;
            *held = held.saturating_sub(reserved);
            if *held == 0 {
                self.held.swap_remove(at);
            }
        }
    }

    /// A replica's lease has run out.
    pub fn forget(&mut self, replica: &ReplicaId) {
        self.held.retain(|(holder, _)| holder != replica);
    }

    /// Nothing is spent any more: an operator has reset it. Calls on their way keep their reservations.
    pub const fn reset(&mut self) {
        self.spent = 0;
    }
}

/// The thresholds of `max` that lie above `before` and not above `after`.
pub fn crossed(before: u64, after: u64, max: u64) -> Vec<Threshold> {
    let reached = |amount: u64, share: Threshold| u128::from(amount) * 100 >= u128::from(max) * u128::from(share.0);
    THRESHOLDS.into_iter().filter(|share| !reached(before, *share) && reached(after, *share)).collect()
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn replica(n: u8) -> ReplicaId {
        ReplicaId::new(format!("r{n}"))
    }

    proptest! {
        #[test]
        fn nobody_spends_more_than_the_budget(
            calls in prop::collection::vec((0u8..3, 1u64..50, 0u64..100, any::<bool>()), 1..200), max in 1u64..1000
        ) {
            // Calls reserve the most they can cost, and cost a share of it; some are still on their way at the end.
            let (mut purse, mut open, mut spent) = (Purse::default(), Vec::new(), 0);
            let mut told = Vec::new();
            for (who, most, percent, ends) in calls {
                if purse.ask(most, max).is_ok() {
                    purse.reserve(&replica(who), most);
                    open.push((who, most, most * percent / 100));
                }
                prop_assert!(purse.spent() + purse.reserved() <= max);
                if ends && let Some((who, most, cost)) = open.pop() {
                    told.extend(purse.settle(&replica(who), most, cost, max));
                    spent += cost;
                }
            }
            prop_assert_eq!(purse.spent(), spent);
            prop_assert_eq!(purse.reserved(), open.iter().map(|(_, most, _)| most).sum::<u64>());
            let due: Vec<_> = THRESHOLDS.into_iter().filter(|share| spent * 100 >= max * u64::from(share.0)).collect();
            prop_assert_eq!(told, due, "each once, in order");
        }
    }

    #[test]
    fn a_replica_that_is_gone_holds_nothing_back() {
        let mut purse = Purse::of(10);
        purse.reserve(&replica(1), 30);
        purse.reserve(&replica(2), 5);
        assert_eq!(purse.ask(60, 100), Err(Exhausted { spent: 10, reserved: 35 }));
        purse.forget(&replica(1));
        assert_eq!(purse.ask(60, 100), Ok(()));
        // It was only slow: what it spent counts, and what it holds no more is not given back twice.
        purse.settle(&replica(1), 30, 20, 100);
        assert_eq!((purse.spent(), purse.reserved()), (30, 5));
    }

    #[test]
    fn a_budget_that_is_used_up_lets_nothing_through() {
        assert!(Purse::of(100).ask(0, 100).is_err());
        assert!(Purse::of(99).ask(0, 100).is_ok());
        assert!(Purse::of(0).ask(0, 0).is_err(), "a budget of nothing");
    }
}
