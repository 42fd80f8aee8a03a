//! What calls of a model usually use: what soft budgets reserve.

use super::estimate::Estimate;

/// As many calls are remembered.
const KEPT: usize = 64;
/// With fewer nothing is known yet.
const LEAST: usize = 8;
/// The percentile is found anew after so many calls.
const EVERY: usize = 8;

/// The last calls of one model.
#[derive(Clone, Debug)]
pub struct Recent {
    calls: [Estimate; KEPT],
    /// How many there were in all.
    seen: usize,
    usual: Option<Estimate>,
}

impl Default for Recent {
    fn default() -> Self {
        Self { calls: [Estimate::default(); KEPT], seen: 0, usual: None }
    }
}

impl Recent {
    /// A call has used this.
    pub fn add(&mut self, used: Estimate) {
        self.calls[self.seen % KEPT] = used;
        self.seen += 1;
        if self.seen % EVERY == 0 && self.seen >= LEAST {
            self.usual = Some(self.percentile());
        }
    }

    /// The 95th percentile of the last calls, of tokens and of cost each; `None` while too few are known.
    pub const fn usual(&self) -> Option<Estimate> {
        self.usual
    }

    fn percentile(&self) -> Estimate {
        let known = self.seen.min(KEPT);
        let at = (known * 95).div_ceil(100) - 1;
        let mut amounts = [0; KEPT];
        let mut find = |amount: fn(&Estimate) -> u64| {
            for (slot, call) in amounts.iter_mut().zip(&self.calls) {
                *slot = amount(call);
            }
            *amounts[..known].select_nth_unstable(at).1
        };
        Estimate { tokens: find(|call| call.tokens), cost_nano: find(|call| call.cost_nano) }
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn few_calls_say_nothing_and_old_ones_are_forgotten() {
        let mut recent = Recent::default();
        let call = |tokens| Estimate { tokens, cost_nano: tokens * 3 };
        for _ in 0..LEAST - 1 {
            recent.add(call(100));
            assert_eq!(recent.usual(), None);
        }
        recent.add(call(100));
        assert_eq!(recent.usual(), Some(call(100)));
        for _ in 0..KEPT {
            recent.add(call(5));
        }
        assert_eq!(recent.usual(), Some(call(5)));
    }

    proptest! {
        #[test]
        fn at_most_one_in_twenty_used_more(used in prop::collection::vec(0u64..10_000, KEPT..KEPT * 3)) {
            let mut recent = Recent::default();
            let whole = used.len() - used.len() % EVERY;
            for tokens in &used[..whole] {
                recent.add(Estimate { tokens: *tokens, cost_nano: 10_000 - tokens });
            }
            let usual = recent.usual().expect("enough calls");
            let last = &used[whole - KEPT..whole];
            prop_assert!(last.iter().filter(|tokens| **tokens > usual.tokens).count() * 20 <= KEPT);
            prop_assert!(last.iter().filter(|tokens| 10_000 - **tokens > usual.cost_nano).count() * 20 <= KEPT);
            prop_assert!(last.contains(&usual.tokens), "it is one of them");
        }
    }
}
