//! All limits and budgets in force, by whom they count: the snapshot's part `limits`.

use std::sync::Arc;

use super::period::{PeriodKind, Zone};
use super::rule::{Budget, RateLimit, Subject, SubjectKind};
use crate::map::Map;

/// Another maximum for a while, set by an operator with a reason.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Override {
    /// What holds instead: calls, tokens or nano-dollars, as the rule counts.
    pub max: u64,
    /// Until then (microseconds since the epoch); from that moment on the rule's own maximum holds again.
    pub until_us: i64,
}

/// What an operator's reset has forgiven: the counters go on, the maximum of that one period is so much higher.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Forgiven {
    /// The period it was in, by its first moment (microseconds since the epoch).
    pub start_us: i64,
    /// What was spent by then, in nano-dollars or tokens.
    pub amount: u64,
}

/// A rate limit as it stands.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct LimitRule {
    /// What was set.
    pub limit: RateLimit,
    /// What holds for a while instead.
    pub raised: Option<Override>,
    /// [`RateLimit::name`], made once.
    pub(super) name: Arc<str>,
}

impl LimitRule {
    /// A limit with what holds for a while instead.
    pub fn new(limit: RateLimit, raised: Option<Override>) -> Self {
        Self { name: limit.name().into(), limit, raised }
    }

    /// The most that is let in now.
    pub fn max_at(&self, now_us: i64) -> u64 {
        in_force(self.raised, now_us).unwrap_or(self.limit.max)
    }
}

/// A budget as it stands.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct BudgetRule {
    /// What was set.
    pub budget: Budget,
    /// What holds for a while instead.
    pub raised: Option<Override>,
    /// What was forgiven last.
    pub forgiven: Option<Forgiven>,
    /// [`Budget::name`], made once.
    pub(super) name: Arc<str>,
}

impl BudgetRule {
    /// A budget with what holds for a while instead, and what was forgiven last.
    pub fn new(budget: Budget, raised: Option<Override>, forgiven: Option<Forgiven>) -> Self {
        Self { name: budget.name().into(), budget, raised, forgiven }
    }

    /// The most that may be counted now in the period that began at `start_us`: the maximum, and what was forgiven in it.
    pub fn max_at(&self, start_us: i64, now_us: i64) -> u64 {
        let max = in_force(self.raised, now_us).unwrap_or(self.budget.max);
        let forgiven = self.forgiven.filter(|forgiven| forgiven.start_us == start_us);
        max.saturating_add(forgiven.map_or(0, |forgiven| forgiven.amount))
    }
}

fn in_force(raised: Option<Override>, now_us: i64) -> Option<u64> {
    raised.filter(|raised| now_us < raised.until_us).map(|raised| raised.max)
}

/// The rules of one subject.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Rules {
    /// Its limits.
    pub limits: Vec<LimitRule>,
    /// Its budgets.
    pub budgets: Vec<BudgetRule>,
}

/// All limits and budgets in force. Made by [`LimitBook::build`].
#[derive(Clone, Debug)]
pub struct LimitBook {
    zone: Zone,
    /// By kind of subject (in the order of [`SubjectKind::ALL`]), then by its id.
    subjects: [Map<Arc<str>, Rules>; SubjectKind::ALL.len()],
    empty: bool,
}

impl Default for LimitBook {
    fn default() -> Self {
        Self { zone: Zone::utc(), subjects: Default::default(), empty: true }
    }
}

impl LimitBook {
    /// Puts the rules together. Budgets' periods begin and end in `zone`. A key's rules are those of its lineage
    /// (`Subject.id` is the lineage's id), a model's those of its name; the organisation's id is empty.
    pub fn build(zone: Zone, limits: Vec<LimitRule>, budgets: Vec<BudgetRule>) -> Self {
        let mut book = Self { zone, ..Self::default() };
        for rule in limits {
            book.rules_of(&rule.limit.subject).limits.push(rule);
        }
        for rule in budgets {
            book.rules_of(&rule.budget.subject).budgets.push(rule);
        }
        book
    }

    fn rules_of(&mut self, subject: &Subject) -> &mut Rules {
        self.empty = false;
        self.subjects[subject.kind as usize].entry(Arc::clone(subject.id.shared())).or_default()
    }

    /// Whether there is no rule at all.
    pub const fn is_empty(&self) -> bool {
        self.empty
    }

    /// Where days, weeks and months begin.
    pub const fn zone(&self) -> &Zone {
        &self.zone
    }

    /// The rules of a subject, if it has any.
    pub fn of(&self, kind: SubjectKind, id: &str) -> Option<&Rules> {
        self.subjects[kind as usize].get(id)
    }

    /// All rate limits there are, in no order.
    pub fn limits(&self) -> impl Iterator<Item = &LimitRule> {
        self.subjects.iter().flat_map(|subjects| subjects.values()).flat_map(|rules| &rules.limits)
    }

    /// All budgets there are, in no order.
    pub fn budgets(&self) -> impl Iterator<Item = &BudgetRule> {
        self.subjects.iter().flat_map(|subjects| subjects.values()).flat_map(|rules| &rules.budgets)
    }

    /// First moment of a kind's period that `now_us` lies in, and of the next (microseconds since the epoch).
    pub fn period(&self, kind: PeriodKind, now_us: i64) -> (i64, i64) {
        kind.span(&self.zone, now_us)
    }
}
