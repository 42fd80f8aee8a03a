//! What a call asks of the counters, and what they answer.
//!
//! Counters know nothing of rules: a claim names a counter, an amount and the most that the counter may hold. A budget that
//! was reset or raised for a while is the same counter with another maximum.

use std::sync::Arc;

use super::period::PeriodKind;
use super::rule::{Metric, Subject, Unit};
use super::window::Window;
use crate::ids::RequestId;
use crate::principal::Surface;

/// What is counted.
#[derive(Clone, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Counter {
    /// For a rate limit: what was used in the last window's time.
    Ring {
        /// Whose.
        subject: Subject,
        /// Of which calls.
        surface: Surface,
        /// Requests or tokens. Calls at once are a [`Counter::Gauge`].
        metric: Metric,
        /// How long it looks back.
        window: Window,
    },
    /// For a limit of calls at once: how many there are.
    Gauge {
        /// Whose.
        subject: Subject,
        /// Of which calls.
        surface: Surface,
    },
    /// For a budget: what is spent in one period, and what calls on their way may yet spend.
    Purse(PurseKey),
}

/// Which purse.
#[derive(Clone, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct PurseKey {
    /// Who spends.
    pub subject: Subject,
    /// What is counted: nano-dollars or weighted tokens.
    pub unit: Unit,
    /// How long the period is.
    pub period: PeriodKind,
    /// Its first moment, in microseconds since the epoch.
    pub start_us: i64,
}

/// A wish to use some of a counter, if it stays within a maximum.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Claim {
    /// The counter.
    pub counter: Counter,
    /// How much: calls, weighted tokens or nano-dollars.
    pub amount: u64,
    /// The most that the counter may hold with it.
    pub max: u64,
    /// How an error names the rule: `key:requests/1m`.
    pub name: Arc<str>,
    /// The end of a purse's period, in microseconds since the epoch.
    pub ends_us: Option<i64>,
}

impl Claim {
    /// Of a budget that is used up: the microseconds until its next period. `None` when the amount is more than the budget
    /// itself, so that waiting does not help.
    pub fn next_period_us(&self, now_us: i64) -> Option<i64> {
        let ends_us = self.ends_us.filter(|_| self.amount <= self.max && self.max > 0)?;
        Some((ends_us - now_us).max(1))
    }
}

/// What a call asks for before it is made. A counter is named at most once among `always` and any one choice.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Ask {
    /// The call. It asks once; what it holds is known by this id.
    pub call: RequestId,
    /// Now, in microseconds since the epoch.
    pub now_us: i64,
    /// What must be had wherever the call goes.
    pub always: Vec<Claim>,
    /// For each candidate route, in the order of the plan, what it takes beyond that. The first that fits is taken. Empty: the
    /// same as one choice without claims.
    pub choices: Vec<Vec<Claim>>,
}

impl Ask {
    /// Whether nothing is asked for.
    pub fn is_empty(&self) -> bool {
        self.always.is_empty() && self.choices.iter().all(Vec::is_empty)
    }

    /// Whether a budget is asked for.
    pub fn has_budget(&self) -> bool {
        let purse = |claim: &Claim| matches!(claim.counter, Counter::Purse(_));
        self.always.iter().any(purse) || self.choices.iter().flatten().any(purse)
    }
}

/// The answer: all that was asked for with one of the choices, or nothing.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Reserved {
    /// It was taken.
    Taken {
        /// Which choice.
        choice: usize,
        /// The choices before it, with why not.
        skipped: Vec<(usize, Refusal)>,
        /// Of each rate limit that was taken, first those of `always` and then those of the choice, in their order: what its
        /// counter holds with this call.
        rates: Vec<u64>,
    },
    /// Nothing was taken.
    Refused {
        /// Why: of the claims that must hold, the first that does not; else of the choices, the one that is free again first.
        refusal: Refusal,
        /// All choices with why not, when it was them.
        skipped: Vec<(usize, Refusal)>,
    },
}

/// Why a claim did not fit.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Refusal {
    /// The rule, as an error names it.
    pub name: Arc<str>,
    /// What the counter holds; of a budget what is spent and reserved.
    pub used: u64,
    /// The most it may hold.
    pub max: u64,
    /// Microseconds until this much would fit if nothing else came. `None`: waiting does not help, or nobody can say.
    pub retry_after_us: Option<i64>,
    /// What kind of rule it is.
    pub kind: RefusalKind,
}

/// What refused.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum RefusalKind {
    /// A rate limit.
    Rate,
    /// A limit of calls at once.
    Concurrency,
    /// A budget.
    Budget {
        /// The end of its period, in microseconds since the epoch.
        ends_us: Option<i64>,
    },
}

impl Refusal {
    /// The one of these that is free again first. Those that waiting does not help come last.
    pub fn soonest(refusals: &[(usize, Self)]) -> Option<&Self> {
        refusals.iter().map(|(_, refusal)| refusal).min_by_key(|r| r.retry_after_us.unwrap_or(i64::MAX))
    }
}

/// What a call, or one attempt of it, really used.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Used {
    /// Weighted tokens.
    pub tokens: u64,
    /// Cost in nano-dollars.
    pub cost_nano: u64,
}

impl Used {
    /// What a counter of this kind counts of it. A call is one request and one call at once, however little it used.
    pub const fn of(self, counter: &Counter) -> u64 {
        match counter {
            Counter::Ring { metric: Metric::Tokens, .. } => self.tokens,
            Counter::Purse(PurseKey { unit: Unit::Tokens, .. }) => self.tokens,
            Counter::Purse(PurseKey { unit: Unit::Usd, .. }) => self.cost_nano,
            Counter::Ring { .. } | Counter::Gauge { .. } => 1,
        }
    }

    /// Both together.
    #[must_use]
    pub const fn and(self, other: Self) -> Self {
        Self {
            tokens: self.tokens.saturating_add(other.tokens),
            cost_nano: self.cost_nano.saturating_add(other.cost_nano),
        }
    }

    /// This without the other.
    #[must_use]
    pub const fn without(self, other: Self) -> Self {
        Self {
            tokens: self.tokens.saturating_sub(other.tokens),
            cost_nano: self.cost_nano.saturating_sub(other.cost_nano),
        }
    }
}

/// How a counter stands.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Standing {
    /// What is used or spent.
    pub used: u64,
    /// Of a purse: what calls on their way, and closed ones that are not in the ledger yet, hold.
    pub reserved: u64,
}
