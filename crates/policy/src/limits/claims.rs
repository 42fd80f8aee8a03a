//! From the rules in force and a call to what it must claim before it is made.

use super::book::{BudgetRule, LimitBook, LimitRule, Rules};
use super::claim::{Claim, Counter, PurseKey};
use super::estimate::Estimate;
use super::period::PeriodKind;
use super::rule::{Metric, SubjectKind, Unit};
use crate::access::Caller;
use crate::principal::Surface;

/// Who calls, by the ids that rules are set for.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Who<'a> {
    /// The user or service account.
    pub user: &'a str,
    /// The team of the key.
    pub team: Option<&'a str>,
    /// The key's lineage, so that its rules outlive a rotation; nothing for a console session.
    pub key: Option<&'a str>,
}

impl<'a> Who<'a> {
    /// Of a caller.
    pub fn of(caller: Caller<'a>) -> Self {
        match caller {
            Caller::Key(key) => Self {
                user: key.user.id.as_str(),
                team: key.team.as_ref().map(|team| team.as_str()),
                key: Some(key.lineage.as_str()),
            },
            Caller::Session(user) => Self { user: user.id.as_str(), team: None, key: None },
        }
    }
}

/// A candidate route: what rules are set for, and what the call costs there.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Way<'a> {
    /// The provider's id.
    pub provider: &'a str,
    /// The route's id.
    pub route: &'a str,
    /// The most the call can cost there, in nano-dollars.
    pub cost_nano: u64,
    /// The most weighted tokens it can use there.
    pub tokens: u64,
    /// The model that it belongs to, where that is another than the one asked for.
    pub stand_in: Option<&'a str>,
}

/// A call as limits and budgets see it.
#[derive(Clone, Copy, Debug)]
pub struct Demand<'a> {
    /// By which door it came.
    pub surface: Surface,
    /// Who calls.
    pub who: Who<'a>,
    /// The name of the model asked for.
    pub model: &'a str,
    /// The most weighted tokens it can use, wherever it goes; `None` for a call that uses none and costs nothing, which is counted as a call.
    pub tokens: Option<u64>,
    /// What such calls usually use, for soft budgets; the most it can use where that is not known.
    pub usual: Option<Estimate>,
    /// The candidate routes in the order of the plan.
    pub ways: &'a [Way<'a>],
    /// When, in microseconds since the epoch.
    pub now_us: i64,
}

/// What a call must claim.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Claims {
    /// Wherever it goes.
    pub always: Vec<Claim>,
    /// For each of its ways, in their order, what it claims there besides. Empty when no way has claims of its own.
    pub choices: Vec<Vec<Claim>>,
}

impl Claims {
    /// Whether nothing is to be claimed.
    pub const fn is_empty(&self) -> bool {
        self.always.is_empty() && self.choices.is_empty()
    }

    /// Leaves what a call claims that reaches no provider: it is a request, and one call at once.
    pub fn leave_calls(&mut self) {
        let counts_calls = |claim: &Claim| match &claim.counter {
            Counter::Ring { metric, .. } => *metric == Metric::Requests,
            Counter::Gauge { .. } => true,
            Counter::Purse(_) => false,
        };
        self.always.retain(counts_calls);
        self.choices.clear();
    }
}

/// What this call must claim. The narrowest rules come first, so that an error names the one nearest to the caller.
pub fn claims(book: &LimitBook, demand: &Demand<'_>) -> Claims {
    if book.is_empty() {
        return Claims::default();
    }
    let mut claims = Claims::default();
    let dearest = demand.ways.iter().map(|way| way.cost_nano).max().unwrap_or(0);
    let mut making =
        Making { book, demand, cost_nano: dearest, tokens: demand.tokens, periods: [None; PeriodKind::ALL.len()] };
    let Who { user, team, key } = demand.who;
    let subjects = [
        (SubjectKind::Key, key),
        (SubjectKind::User, Some(user)),
        (SubjectKind::Team, team),
        (SubjectKind::Model, Some(demand.model)),
        (SubjectKind::Organisation, Some("")),
    ];
    for (kind, id) in subjects {
        if let Some(rules) = id.and_then(|id| book.of(kind, id)) {
            making.add(rules, &mut claims.always);
        }
    }
    for (at, way) in demand.ways.iter().enumerate() {
        let own = [
            book.of(SubjectKind::Route, way.route),
            book.of(SubjectKind::Provider, way.provider),
            way.stand_in.and_then(|model| book.of(SubjectKind::Model, model)),
        ];
        if own.iter().all(Option::is_none) {
            continue;
        }
        making.cost_nano = way.cost_nano;
        making.tokens = demand.tokens.map(|_| way.tokens);
        claims.choices.resize_with(demand.ways.len(), Vec::new);
        for rules in own.into_iter().flatten() {
            making.add(rules, &mut claims.choices[at]);
        }
    }
    if claims.choices.iter().all(Vec::is_empty) {
        claims.choices.clear();
    }
    claims
}

struct Making<'a> {
    book: &'a LimitBook,
    demand: &'a Demand<'a>,
    cost_nano: u64,
    tokens: Option<u64>,
    /// Those that were looked up: first moment, and that of the next.
    periods: [Option<(i64, i64)>; PeriodKind::ALL.len()],
}

impl Making<'_> {
    fn add(&mut self, rules: &Rules, out: &mut Vec<Claim>) {
        out.reserve(rules.limits.len() + rules.budgets.len());
        out.extend(rules.limits.iter().filter_map(|rule| self.of_limit(rule)));
        out.extend(rules.budgets.iter().filter_map(|rule| self.of_budget(rule)));
    }

    fn of_limit(&self, rule: &LimitRule) -> Option<Claim> {
        let Demand { surface, now_us, .. } = *self.demand;
        let tokens = self.tokens;
        let limit = &rule.limit;
        if limit.surface != surface {
            return None;
        }
        let amount = match limit.metric {
            Metric::Requests | Metric::Concurrency => 1,
            Metric::Tokens => tokens?,
        };
        let subject = limit.subject.clone();
        let counter = match (limit.metric, limit.window) {
            (Metric::Concurrency, _) => Counter::Gauge { subject, surface },
            (metric, Some(window)) => Counter::Ring { subject, surface, metric, window },
            // Nothing of the kind can be set.
            (_, None) => return None,
        };
        Some(Claim { counter, amount, max: rule.max_at(now_us), name: rule.name.clone(), ends_us: None })
    }

    fn of_budget(&mut self, rule: &BudgetRule) -> Option<Claim> {
        let Demand { usual, now_us, .. } = *self.demand;
        let tokens = self.tokens;
        let budget = &rule.budget;
        let usual = usual.filter(|_| !budget.hard);
        let amount = match budget.unit {
            Unit::Tokens => usual.map_or(tokens?, |usual| usual.tokens.min(tokens.unwrap_or(0))),
            Unit::Usd => {
                tokens?;
                usual.map_or(self.cost_nano, |usual| usual.cost_nano.min(self.cost_nano))
            }
        };
        let book = self.book;
        let (start_us, end_us) =
            *self.periods[budget.period as usize].get_or_insert_with(|| book.period(budget.period, now_us));
        let key = PurseKey { subject: budget.subject.clone(), unit: budget.unit, period: budget.period, start_us };
        Some(Claim {
            counter: Counter::Purse(key),
            amount,
            max: rule.max_at(start_us, now_us),
            name: rule.name.clone(),
            ends_us: Some(end_us),
        })
    }
}

#[cfg(test)]
mod tests;
