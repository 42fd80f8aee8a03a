//! A round: what goes to the script in one call. The other end is `batch.lua`, its answer is read in `reply.rs`.

use std::ops::Range;

use thinkwatch_policy::Map;
use thinkwatch_policy::limits::{Claim, Counter};

use super::memory::{Memory, Pending};
use super::text;

/// The script's arguments, as they are gathered. Calls mostly ask for the same claims: each claim goes once, and so does
/// each form, which is how an ask puts claims together. Of an ask only the amounts are its own.
#[derive(Debug, Default)]
pub(super) struct Round {
    keys: Vec<String>,
    /// Where in `counters` each is.
    known: Map<Counter, usize>,
    counters: Vec<Known>,
    /// Of each claim its maximum, and the one before it of the same counter.
    claims: Vec<(u64, Option<usize>)>,
    /// Where in `told_forms` each is.
    forms: Vec<Range<usize>>,
    last: Last,
    changes: Vec<u8>,
    told_claims: Vec<u8>,
    told_forms: Vec<u8>,
    asks: Vec<u8>,
}

/// A counter of this round.
#[derive(Clone, Copy, Debug)]
struct Known {
    /// Where the script finds its key.
    key: f64,
    /// The last claim on it.
    claim: Option<usize>,
}

/// What was asked for last: mostly the next asks for the same.
#[derive(Debug, Default)]
struct Last {
    claims: Vec<(Counter, u64)>,
    /// How many there are always, and of each choice.
    many: Vec<usize>,
    form: f64,
}

impl Round {
    /// Begins anew, with what Redis has not been told.
    pub(super) fn begin(&mut self, pending: &Pending, memory: &Memory) {
        self.keys.clear();
        self.keys.push(text::WHO.to_owned());
        self.known.clear();
        self.counters.clear();
        self.claims.clear();
        self.forms.clear();
        self.last.claims.clear();
        self.last.many.clear();
        for written in [&mut self.changes, &mut self.told_claims, &mut self.told_forms, &mut self.asks] {
            written.clear();
        }
        for ((counter, slot), due) in &pending.rings {
            let Counter::Ring { window, .. } = counter else { continue };
            let key = self.known(counter).key;
            let amounts = [whole(due.less), whole(due.more), time(due.now_us)];
            self.change(&[1.0, key, time(window.slot_us()), time(*slot), amounts[0], amounts[1], amounts[2]]);
        }
        for counter in &pending.gauges {
            let key = self.known(counter).key;
            self.change(&[2.0, key, whole(memory.gauge(counter))]);
        }
        for purse in &pending.purses {
            let key = self.known(&Counter::Purse(purse.clone())).key;
            let spent = memory.own_spent(purse).map_or(-1.0, whole);
            self.change(&[3.0, key, whole(memory.held(purse)), spent, text::kept_s(purse.period).into()]);
        }
        for counter in &pending.resets {
            let key = self.known(counter).key;
            self.change(&[4.0, key]);
        }
    }

    pub(super) fn ask(&mut self, now_us: i64, always: &[Claim], choices: &[Vec<Claim>]) {
        let claims = || always.iter().chain(choices.iter().flatten());
        let many = || std::iter::once(always.len()).chain(choices.iter().map(Vec::len));
        let same = self.last.many.iter().copied().eq(many())
            && claims().zip(&self.last.claims).all(|(claim, last)| claim.max == last.1 && claim.counter == last.0);
        if !same {
            self.last.form = self.form(always, choices);
            self.last.claims.clear();
            self.last.claims.extend(claims().map(|claim| (claim.counter.clone(), claim.max)));
            self.last.many.clear();
            self.last.many.extend(many());
        }
        push(&mut self.asks, &[self.last.form, time(now_us)]);
        for claim in claims() {
            push(&mut self.asks, &[whole(claim.amount)]);
        }
    }

    pub(super) fn peek(&mut self, now_us: i64, counters: &[Counter]) {
        push(&mut self.asks, &[0.0, time(now_us), count(counters.len())]);
        for counter in counters {
            let claim = self.claim(counter, 0);
            push(&mut self.asks, &[claim]);
        }
    }

    pub(super) fn keys(&self) -> &[String] {
        &self.keys
    }

    /// What to put right, the claims, the forms, the asks.
    pub(super) fn blobs(&self) -> [&[u8]; 4] {
        [&self.changes, &self.told_claims, &self.told_forms, &self.asks]
    }

    /// The number of the form that puts these together. One that is there already is not told again.
    fn form(&mut self, always: &[Claim], choices: &[Vec<Claim>]) -> f64 {
        let from = self.told_forms.len();
        // No choice is the same as one that takes nothing.
        push(&mut self.told_forms, &[count(always.len()), count(choices.len().max(1))]);
        if choices.is_empty() {
            push(&mut self.told_forms, &[0.0]);
        }
        for choice in choices {
            push(&mut self.told_forms, &[count(choice.len())]);
        }
        for claim in always.iter().chain(choices.iter().flatten()) {
            let claim = self.claim(&claim.counter, claim.max);
            push(&mut self.told_forms, &[claim]);
        }
        let (told, form) = self.told_forms.split_at(from);
        let same = |known: &Range<usize>| told.get(known.clone()) == Some(form);
        let at = self.forms.iter().position(same).unwrap_or(self.forms.len());
        if at == self.forms.len() {
            self.forms.push(from..self.told_forms.len());
        } else {
            self.told_forms.truncate(from);
        }
        count(at + 1)
    }

    /// The number of a claim on this counter with this maximum.
    fn claim(&mut self, counter: &Counter, max: u64) -> f64 {
        let of = self.known(counter);
        let (key, last) = (of.key, of.claim);
        let mut known = last;
        while let Some(at) = known {
            let (its_max, before) = self.claims[at];
            if its_max == max {
                return count(at);
            }
            known = before;
        }
        let at = self.claims.len();
        self.claims.push((max, last));
        self.known(counter).claim = Some(at);
        let (kind, more) = match counter {
            Counter::Ring { window, .. } => (1.0, time(window.slot_us())),
            Counter::Gauge { .. } => (2.0, 0.0),
            Counter::Purse(purse) => (3.0, text::kept_s(purse.period).into()),
        };
        push(&mut self.told_claims, &[kind, key, whole(max), more]);
        count(at)
    }

    fn known(&mut self, counter: &Counter) -> &mut Known {
        // Not by its entry: most are known, and would be copied for nothing.
        let at = match self.known.get(counter) {
            Some(at) => *at,
            None => {
                self.keys.push(text::key_of(counter));
                self.counters.push(Known { key: count(self.keys.len()), claim: None });
                self.known.insert(counter.clone(), self.counters.len() - 1);
                self.counters.len() - 1
            }
        };
        &mut self.counters[at]
    }

    fn change(&mut self, numbers: &[f64]) {
        push(&mut self.changes, numbers);
    }
}

pub(super) fn push(into: &mut Vec<u8>, numbers: &[f64]) {
    for number in numbers {
        into.extend_from_slice(&number.to_le_bytes());
    }
}

/// Exact to 2^53; above it the nearest double.
#[expect(clippy::cast_precision_loss, reason = "said above")]
pub(super) const fn whole(number: u64) -> f64 {
    number as f64
}

/// Microseconds, and numbers of sub-windows: always below 2^53.
#[expect(clippy::cast_precision_loss, reason = "said above")]
pub(super) const fn time(number: i64) -> f64 {
    number as f64
}

#[expect(clippy::cast_precision_loss, reason = "a few thousand at most")]
pub(super) const fn count(number: usize) -> f64 {
    number as f64
}
