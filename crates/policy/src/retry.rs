//! Whether a failed try is repeated at the same route, and when. Pure: chance and time are arguments.
//!
//! Two bounds keep retries from making an outage worse: each call has a few, and all calls of a replica together may only
//! retry a share of what they ask for ([`Budget`]).

use std::sync::atomic::{AtomicI64, Ordering};

use crate::settings::Settings;

/// With another route left, a caller is not kept waiting longer than this for a route that asks for patience: microseconds.
const SHORT_US: i64 = 1_000_000;
/// A retry, in the unit of the budget.
const RETRY: i64 = 1_000;
/// As many retries as can be saved up: what a replica that was idle may spend at once.
const SAVED: i64 = 50 * RETRY;

/// What a failed try says about the same route.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Again {
    /// Asking again would not help, or would cost the caller too much.
    Never,
    /// It may have been a moment's trouble: once more, after a back-off.
    Once,
    /// The provider said when: after so many microseconds.
    After(i64),
}

/// The settings of retries.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Rules {
    /// Retries of one call, at all its routes together.
    pub max: u32,
    /// The first back-off is drawn from zero up to this, microseconds; the bound doubles with each.
    pub initial_us: i64,
    /// The longest back-off, and the longest wait that a provider may ask for, microseconds.
    pub max_us: i64,
}

impl Rules {
    /// As the settings say.
    pub fn of(settings: &Settings) -> Self {
        Self {
            max: u32::try_from(settings.retry_max).unwrap_or(0),
            initial_us: settings.retry_initial_ms.saturating_mul(1000),
            max_us: settings.retry_max_ms.saturating_mul(1000),
        }
    }
}

/// What a call has tried so far.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Tried {
    /// Retries made, at all routes.
    pub retries: u32,
    /// Retries made at this route.
    pub here: u32,
    /// Whether another route is left.
    pub others_left: bool,
    /// Whether the route's breaker is not closed: one that is being probed is not pressed.
    pub suspect: bool,
}

/// How long to wait before the same route is asked again, microseconds; `None` when it is not.
pub fn wait_us(rules: &Rules, again: Again, tried: Tried, pick: u64) -> Option<i64> {
    if tried.retries >= rules.max || tried.suspect {
        return None;
    }
    match again {
        Again::Never => None,
        Again::Once if tried.here > 0 => None,
        Again::Once => Some(back_off_us(rules, tried.retries, pick)),
        Again::After(asked) => {
            let longest = if tried.others_left { rules.max_us.min(SHORT_US) } else { rules.max_us };
            // Never earlier than was asked for, and not all at the same moment.
            (asked <= longest).then(|| asked.saturating_add(below(rules.initial_us, pick)))
        }
    }
}

/// Exponential back-off with full jitter: anything from zero to a bound that doubles.
pub fn back_off_us(rules: &Rules, retries: u32, pick: u64) -> i64 {
    let factor = 1_i64.checked_shl(retries.min(62)).unwrap_or(i64::MAX);
    below(rules.initial_us.saturating_mul(factor).min(rules.max_us), pick)
}

/// A number from zero to the bound, by a random one.
fn below(bound: i64, pick: u64) -> i64 {
    let bound = u128::try_from(bound.max(0)).unwrap_or(0) + 1;
    i64::try_from((u128::from(pick) * bound) >> 64).unwrap_or(0)
}

/// What all calls together may spend on retries: each call earns a share of one. Holds no lock.
#[derive(Debug)]
pub struct Budget(AtomicI64);

impl Default for Budget {
    fn default() -> Self {
        Self(AtomicI64::new(SAVED))
    }
}

impl Budget {
    /// A call has come. `percent` of a retry is earned with it.
    pub fn earn(&self, percent: i64) {
        // While nothing fails it is full, and then no processor writes what another reads.
        if self.0.load(Ordering::Relaxed) < SAVED {
            let add = |saved: i64| Some((saved + percent * RETRY / 100).min(SAVED));
            let earned = self.0.fetch_update(Ordering::Relaxed, Ordering::Relaxed, add);
            debug_assert!(earned.is_ok(), "the update always has a value");
        }
    }

    /// Takes one retry, if there is one.
    pub fn spend(&self) -> bool {
        let take = |saved: i64| (saved >= RETRY).then_some(saved - RETRY);
        self.0.fetch_update(Ordering::Relaxed, Ordering::Relaxed, take).is_ok()
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    const RULES: Rules = Rules { max: 2, initial_us: 250_000, max_us: 8_000_000 };
    const FRESH: Tried = Tried { retries: 0, here: 0, others_left: true, suspect: false };

    #[test]
    fn a_route_is_asked_again_once_or_when_it_said() {
        let lone = Tried { others_left: false, ..FRESH };
        for (again, tried, pick, expected) in [
            (Again::Never, FRESH, 0, None),
            (Again::Once, FRESH, 0, Some(0)),
            (Again::Once, FRESH, u64::MAX, Some(250_000)),
            (Again::Once, Tried { retries: 1, ..FRESH }, u64::MAX, Some(500_000)),
            (Again::Once, Tried { retries: 1, here: 1, ..FRESH }, 0, None),
            (Again::Once, Tried { retries: 2, ..FRESH }, 0, None),
            (Again::Once, Tried { suspect: true, ..FRESH }, 0, None),
            (Again::After(1_000_000), FRESH, 0, Some(1_000_000)),
            (Again::After(1_000_001), FRESH, 0, None),
            (Again::After(8_000_000), lone, u64::MAX, Some(8_250_000)),
            (Again::After(8_000_001), lone, 0, None),
            (Again::After(1), Tried { retries: 1, here: 1, ..lone }, 0, Some(1)),
        ] {
            assert_eq!(wait_us(&RULES, again, tried, pick), expected, "{again:?} {tried:?}");
        }
    }

    #[test]
    fn retries_are_a_share_of_the_calls() {
        let budget = Budget::default();
        let saved = (0..1000).filter(|_| budget.spend()).count();
        assert_eq!(saved, 50);
        let made = (0..1000).filter(|_| {
            budget.earn(20);
            budget.spend()
        });
        assert_eq!(made.count(), 200);
        (0..100_000).for_each(|_| budget.earn(20));
        assert_eq!((0..1000).filter(|_| budget.spend()).count(), 50, "no more is saved than that");
    }

    proptest! {
        #[test]
        fn waits_stay_within_their_bounds(retries in 0u32..200, asked in 0i64..20_000_000, pick: u64, others_left: bool) {
            let rules = Rules { max: u32::MAX, ..RULES };
            let bound = (250_000i64.saturating_mul(1i64.checked_shl(retries.min(62)).unwrap_or(i64::MAX))).min(8_000_000);
            prop_assert!((0..=bound).contains(&back_off_us(&rules, retries, pick)));
            let tried = Tried { retries, others_left, ..FRESH };
            if let Some(wait) = wait_us(&rules, Again::After(asked), tried, pick) {
                prop_assert!(wait >= asked && wait <= if others_left { 1_250_000 } else { 8_250_000 });
            }
        }
    }
}
