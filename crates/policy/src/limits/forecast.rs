//! What would become of a call, without taking anything: the answer to a dry run and to a preview.

use std::sync::Arc;

use super::claim::{Claim, Counter, Standing};
use super::claims::Claims;

/// How a claim would fare.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Outlook {
    /// The rule, as an error names it.
    pub name: Arc<str>,
    /// The counter.
    pub counter: Counter,
    /// What it holds: used, and of a budget reserved.
    pub used: u64,
    /// What the call would take.
    pub amount: u64,
    /// The most it may hold.
    pub max: u64,
    /// The end of a budget's period, in microseconds since the epoch.
    pub ends_us: Option<i64>,
    /// Whether the call would be refused by it.
    pub blocks: bool,
}

/// What would become of a call.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Forecast {
    /// What must hold wherever it goes.
    pub always: Vec<Outlook>,
    /// For each way, what must hold there besides. As many as there are ways.
    pub ways: Vec<Vec<Outlook>>,
    /// The way it would take; `None` when it would be refused.
    pub choice: Option<usize>,
}

impl Forecast {
    /// All that would refuse it.
    pub fn blocked_by(&self) -> impl Iterator<Item = &Outlook> {
        let ways = self.ways.iter().flatten().filter(|_| self.choice.is_none());
        self.always.iter().chain(ways).filter(|outlook| outlook.blocks)
    }
}

/// The counters that a forecast must know: in this order their standings are given to [`forecast`].
pub fn counters(claims: &Claims) -> Vec<Counter> {
    claims.always.iter().chain(claims.choices.iter().flatten()).map(|claim| claim.counter.clone()).collect()
}

/// What would become of a call with these claims on one of so many ways. `standings` are those of [`counters`]; one that is
/// missing counts as empty.
pub fn forecast(claims: &Claims, ways: usize, standings: &[Standing]) -> Forecast {
    let mut standings = standings.iter().copied();
    let mut outlooks = |claims: &[Claim]| -> Vec<Outlook> {
        claims.iter().map(|claim| outlook(claim, standings.next().unwrap_or_default())).collect()
    };
    let always = outlooks(&claims.always);
    let mut of_ways: Vec<_> = claims.choices.iter().map(|claims| outlooks(claims)).collect();
    of_ways.resize_with(ways, Vec::new);
    let open = |outlooks: &[Outlook]| outlooks.iter().all(|outlook| !outlook.blocks);
    let choice = of_ways.iter().position(|way| open(way)).filter(|_| open(&always));
    Forecast { always, ways: of_ways, choice }
}

fn outlook(claim: &Claim, standing: Standing) -> Outlook {
    let used = standing.used.saturating_add(standing.reserved);
    let over = used.checked_add(claim.amount).is_none_or(|sum| sum > claim.max);
    // A budget that is just reached is used up.
    let spent = matches!(claim.counter, Counter::Purse(_)) && used >= claim.max;
    Outlook {
        name: Arc::clone(&claim.name),
        counter: claim.counter.clone(),
        used,
        amount: claim.amount,
        max: claim.max,
        ends_us: claim.ends_us,
        blocks: over || spent,
    }
}
