//! What a call holds of the counters, from its reservation until the ledger has it. Both backends keep this in memory.

use thinkwatch_policy::limits::{Claim, Counter, Metric, PeriodKind, PurseKey, Used};

/// A claim that was taken.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Taken {
    pub(crate) counter: Counter,
    pub(crate) amount: u64,
    /// Of a ring: the sub-window it was counted in.
    pub(crate) slot: i64,
}

impl Taken {
    /// `slot` is looked at for rings only.
    pub(crate) fn new(claim: Claim, slot: i64) -> Self {
        Self { counter: claim.counter, amount: claim.amount, slot }
    }
}

/// What was spent of purses.
pub(crate) type Owed = Vec<(PurseKey, u64)>;

/// A counter that has to be put right.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Change {
    pub(crate) counter: Counter,
    /// Of a ring: where it was counted.
    pub(crate) slot: i64,
    /// What is counted or held of it now.
    pub(crate) from: u64,
    /// What is to be.
    pub(crate) to: u64,
}

/// One call's.
#[derive(Debug, Default)]
pub(crate) struct Holdings {
    always: Vec<Taken>,
    /// Those of the route it is on.
    route: Vec<Taken>,
    /// What its earlier routes used.
    earlier: Used,
    /// What it really spent and the ledger has not passed.
    owed: Owed,
    settled: bool,
    /// The ledger was quicker than the settlement: budgets have the call already.
    passed: bool,
}

impl Holdings {
    /// Of a call that has just reserved.
    pub(crate) fn new(always: Vec<Taken>, route: Vec<Taken>) -> Self {
        Self { always, route, ..Self::default() }
    }

    /// The call leaves its route, on which it used this.
    pub(crate) fn leave_route(&mut self, used: Used) -> Vec<Change> {
        self.earlier = self.earlier.and(used);
        let route = std::mem::take(&mut self.route);
        self.end(route, used)
    }

    /// It takes another.
    pub(crate) fn take_route(&mut self, route: Vec<Taken>) {
        self.route = route;
    }

    /// It has ended and used this in all.
    pub(crate) fn settle(&mut self, used: Used) -> Vec<Change> {
        let (always, route) = (std::mem::take(&mut self.always), std::mem::take(&mut self.route));
        let mut changes = self.end(always, used);
        changes.append(&mut self.end(route, used.without(self.earlier)));
        self.settled = true;
        changes
    }

    /// The ledger has it: what is no longer held, purse by purse.
    pub(crate) fn pass(&mut self) -> Owed {
        self.passed = true;
        let mut freed = std::mem::take(&mut self.owed);
        for part in [&mut self.always, &mut self.route] {
            part.retain(|taken| match &taken.counter {
                Counter::Purse(key) => {
                    freed.push((key.clone(), taken.amount));
                    false
                }
                _ => true,
            });
        }
        freed
    }

    /// Whether nothing more is to come of it.
    pub(crate) const fn is_over(&self) -> bool {
        self.settled && (self.passed || self.owed.is_empty())
    }

    /// What it really spent and the ledger has not passed, once it has settled.
    pub(crate) fn into_owed(self) -> Owed {
        self.owed
    }

    fn end(&mut self, taken: Vec<Taken>, used: Used) -> Vec<Change> {
        let mut changes = Vec::with_capacity(taken.len());
        for Taken { counter, amount: from, slot } in taken {
            let to = match &counter {
                // A request that was made has been made.
                Counter::Ring { metric: Metric::Requests | Metric::Concurrency, .. } => continue,
                Counter::Gauge { .. } => 0,
                Counter::Purse(_) if self.passed => 0,
                Counter::Ring { .. } => used.of(&counter),
                Counter::Purse(key) => {
                    let spent = used.of(&counter);
                    if spent > 0 {
                        self.owed.push((key.clone(), spent));
                    }
                    spent
                }
            };
            if from != to {
                changes.push(Change { counter, slot, from, to });
            }
        }
        changes
    }
}

/// Whether the periods of all these purses are over.
pub(crate) fn are_over(owed: &Owed, now_us: i64) -> bool {
    owed.iter().all(|(key, _)| is_over(key, now_us))
}

/// Whether a purse's period, whatever the zone, ended at least a day ago.
pub(crate) fn is_over(key: &PurseKey, now_us: i64) -> bool {
    let days = match key.period {
        PeriodKind::Daily => 1,
        PeriodKind::Weekly => 7,
        PeriodKind::Monthly => 31,
    };
    now_us > key.start_us.saturating_add((days + 2) * 86_400_000_000)
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use thinkwatch_policy::limits::{Subject, SubjectKind, Unit, Window};
    use thinkwatch_policy::principal::Surface;

    use super::*;

    fn subject(id: &str) -> Subject {
        Subject { kind: SubjectKind::Provider, id: id.into() }
    }

    fn claim(counter: Counter, amount: u64) -> Taken {
        let claim = Claim { counter, amount, max: 100, name: Arc::from("x"), ends_us: None };
        Taken::new(claim, 7)
    }

    fn tokens(id: &str) -> Counter {
        let (surface, metric, window) = (Surface::AiGateway, Metric::Tokens, Window::Minute);
        Counter::Ring { subject: subject(id), surface, metric, window }
    }

    fn purse(id: &str) -> PurseKey {
        PurseKey { subject: subject(id), unit: Unit::Usd, period: PeriodKind::Daily, start_us: 0 }
    }

    #[test]
    fn each_route_pays_for_what_was_used_on_it() {
        let part = |id: &str| vec![claim(tokens(id), 10), claim(Counter::Purse(purse(id)), 50)];
        let mut call = Holdings::new(part("all"), part("first"));
        let shown = |changes: Vec<Change>| -> Vec<_> { changes.iter().map(|c| (c.from, c.to)).collect() };
        assert_eq!(shown(call.leave_route(Used { tokens: 2, cost_nano: 5 })), [(10, 2), (50, 5)]);
        call.take_route(part("second"));
        assert_eq!(shown(call.settle(Used { tokens: 9, cost_nano: 30 })), [(10, 9), (50, 30), (10, 7), (50, 25)]);
        assert!(!call.is_over(), "the ledger has not passed it");
        let freed: Vec<_> = call.pass().into_iter().map(|(key, amount)| (key.subject.id.to_string(), amount)).collect();
        assert_eq!(freed, [("first".to_owned(), 5), ("all".to_owned(), 30), ("second".to_owned(), 25)]);
        assert!(call.is_over());
    }

    #[test]
    fn a_ledger_that_is_quicker_frees_what_was_reserved_and_nothing_is_owed_later() {
        let gauge = Counter::Gauge { subject: subject("a"), surface: Surface::AiGateway };
        let mut call = Holdings::new(vec![claim(Counter::Purse(purse("a")), 50), claim(gauge.clone(), 1)], Vec::new());
        assert_eq!(call.pass(), [(purse("a"), 50)]);
        let changes = call.settle(Used { tokens: 1, cost_nano: 40 });
        assert_eq!(changes, [Change { counter: gauge, slot: 7, from: 1, to: 0 }]);
        assert!(call.is_over());
    }

    #[test]
    fn a_call_that_cost_nothing_is_over_at_once() {
        let mut call = Holdings::new(vec![claim(Counter::Purse(purse("a")), 50)], Vec::new());
        assert_eq!(call.settle(Used::default()).len(), 1);
        assert!(call.is_over());
    }
}
