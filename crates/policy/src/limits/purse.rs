//! A budget's counter in one period: what is spent, and what calls on their way may yet spend.

use crate::ids::ReplicaId;

/// Budgets warn at these shares, in percent.
pub const THRESHOLDS: [Threshold; 4] = [Threshold(50), Threshold(80), Threshold(95), Threshold(100)];

/// A share of a budget in percent at which a warning is given, once per period.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Threshold(pub u8);

/// What was spent and reserved in one period. Amounts are nano-dollars or tokens, as the budget's unit says.
///
/// Both are kept per replica. What a replica has spent is an absolute sum, told by its ledger and only growing: being told
/// twice, or late, does no harm. What it holds is reserved for calls on their way and for closed ones that the ledger has
/// not passed yet. A replica that is gone for longer than its lease holds nothing; what its calls really cost comes from its
/// spool when it is back.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Purse {
    parts: Vec<Part>,
}

/// A replica's share.
#[derive(Clone, Debug, PartialEq, Eq)]
struct Part {
    replica: ReplicaId,
    spent: u64,
    held: u64,
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
    /// What is spent.
    pub fn spent(&self) -> u64 {
        self.parts.iter().fold(0, |sum, part| sum.saturating_add(part.spent))
    }

    /// What calls on their way, and calls that the ledger has not passed, may have spent.
    pub fn reserved(&self) -> u64 {
        self.parts.iter().fold(0, |sum, part| sum.saturating_add(part.held))
    }

    /// Whether nothing is in it.
    pub fn is_empty(&self) -> bool {
        self.parts.iter().all(|part| part.spent == 0 && part.held == 0)
    }

    /// Whether `amount` may be reserved. A budget that is just reached is used up: a call that costs nothing passes only
    /// below it.
    pub fn ask(&self, amount: u64, max: u64) -> Result<(), Exhausted> {
        let (spent, reserved) = (self.spent(), self.reserved());
        let taken = spent.saturating_add(reserved);
        if taken < max && taken.checked_add(amount).is_some_and(|sum| sum <= max) {
            return Ok(());
        }
        Err(Exhausted { spent, reserved })
    }

    /// Reserves, whatever the budget: [`Self::ask`] comes first.
    pub fn hold(&mut self, replica: &ReplicaId, amount: u64) {
        let part = self.part(replica);
        part.held = part.held.saturating_add(amount);
    }

    /// Gives a reservation back, or a part of it.
    pub fn release(&mut self, replica: &ReplicaId, amount: u64) {
        let part = self.part(replica);
        part.held = part.held.saturating_sub(amount);
    }

    /// A replica has spent this much in all. Less than is known already is old news.
    pub fn tell(&mut self, replica: &ReplicaId, spent: u64) {
        let part = self.part(replica);
        part.spent = part.spent.max(spent);
    }

    /// A replica's lease has run out.
    pub fn forget(&mut self, replica: &ReplicaId) {
        self.part(replica).held = 0;
    }

    fn part(&mut self, replica: &ReplicaId) -> &mut Part {
        let at = self.parts.iter().position(|part| part.replica == *replica).unwrap_or_else(|| {
            self.parts.push(Part { replica: replica.clone(), spent: 0, held: 0 });
            self.parts.len() - 1
        });
        &mut self.parts[at]
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
            // Calls reserve the most they can cost, and cost a share of it; some are still on their way at the end, and the
            // ledger is told late.
            let (mut purse, mut open, mut spent) = (Purse::default(), Vec::new(), [0; 3]);
            let mut told = Vec::new();
            for (who, most, percent, ends) in calls {
                if purse.ask(most, max).is_ok() {
                    purse.hold(&replica(who), most);
                    open.push((who, most, most * percent / 100));
                }
                prop_assert!(purse.spent() + purse.reserved() <= max);
                if ends && let Some((who, most, cost)) = open.pop() {
                    purse.release(&replica(who), most - cost);
                    prop_assert!(purse.spent() + purse.reserved() <= max);
                    let before: u64 = spent.iter().sum();
                    spent[usize::from(who)] += cost;
                    purse.release(&replica(who), cost);
                    purse.tell(&replica(who), spent[usize::from(who)]);
                    purse.tell(&replica(who), spent[usize::from(who)]);
                    told.extend(crossed(before, purse.spent(), max));
                }
            }
            let spent: u64 = spent.iter().sum();
            prop_assert_eq!(purse.spent(), spent);
            prop_assert_eq!(purse.reserved(), open.iter().map(|(_, most, _)| most).sum::<u64>());
            let due: Vec<_> = THRESHOLDS.into_iter().filter(|share| spent * 100 >= max * u64::from(share.0)).collect();
            prop_assert_eq!(told, due, "each once, in order");
        }
    }

    #[test]
    fn a_replica_that_is_gone_holds_nothing_back() {
        let mut purse = Purse::default();
        purse.tell(&replica(0), 10);
        purse.hold(&replica(1), 30);
        purse.hold(&replica(2), 5);
        assert_eq!(purse.ask(60, 100), Err(Exhausted { spent: 10, reserved: 35 }));
        purse.forget(&replica(1));
        assert_eq!(purse.ask(60, 100), Ok(()));
        // It was only slow: what it spent counts, and what it holds no more is not given back twice.
        purse.release(&replica(1), 30);
        purse.tell(&replica(1), 20);
        assert_eq!((purse.spent(), purse.reserved()), (30, 5));
        purse.tell(&replica(1), 15);
        assert_eq!(purse.spent(), 30, "old news");
    }

    #[test]
    fn a_budget_that_is_used_up_lets_nothing_through() {
        let with = |spent| {
            let mut purse = Purse::default();
            purse.tell(&replica(0), spent);
            purse
        };
        assert!(with(100).ask(0, 100).is_err());
        assert!(with(99).ask(0, 100).is_ok());
        assert!(with(0).ask(0, 0).is_err(), "a budget of nothing");
        assert!(with(1).ask(u64::MAX, u64::MAX).is_err());
    }
}
