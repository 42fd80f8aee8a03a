//! A round: what goes to the script in one call, and how its answer is read. The other end is `batch.lua`.

use std::collections::HashMap;

use thinkwatch_policy::limits::{Ask, Claim, Counter, Refusal, RefusalKind, Reserved, Standing};

use super::memory::{Memory, Pending};
use super::text;
use crate::holdings::Taken;

/// The script's arguments, as they are gathered.
#[derive(Debug)]
pub(super) struct Round {
    keys: Vec<String>,
    known: HashMap<Counter, usize>,
    changes: Vec<u8>,
    asks: Vec<Vec<u8>>,
}

impl Round {
    /// With what Redis has not been told.
    pub(super) fn new(pending: &Pending, memory: &Memory) -> Self {
        let mut round =
            Self { keys: vec![text::WHO.to_owned()], known: HashMap::new(), changes: Vec::new(), asks: Vec::new() };
        for (change, now_us) in &pending.rings {
            let Counter::Ring { window, .. } = &change.counter else { continue };
            let key = round.key(&change.counter);
            let amounts = [whole(change.from), whole(change.to), time(*now_us)];
            round.change(&[1.0, key, time(window.slot_us()), time(change.slot), amounts[0], amounts[1], amounts[2]]);
        }
        for counter in &pending.gauges {
            let key = round.key(counter);
            round.change(&[2.0, key, whole(memory.gauge(counter))]);
        }
        for purse in &pending.purses {
            let key = round.key(&Counter::Purse(purse.clone()));
            let spent = memory.own_spent(purse).map_or(-1.0, whole);
            round.change(&[3.0, key, whole(memory.held(purse)), spent, text::kept_s(purse.period).into()]);
        }
        for counter in &pending.resets {
            let key = round.key(counter);
            round.change(&[4.0, key]);
        }
        round
    }

    pub(super) fn ask(&mut self, now_us: i64, always: &[Claim], choices: &[Vec<Claim>]) {
        let mut op = Vec::with_capacity(32 + 40 * (always.len() + choices.len()));
        // No choice is the same as one that takes nothing.
        push(&mut op, &[0.0, time(now_us), count(always.len()), count(choices.len().max(1))]);
        if choices.is_empty() {
            push(&mut op, &[0.0]);
        }
        for choice in choices {
            push(&mut op, &[count(choice.len())]);
        }
        for claim in always.iter().chain(choices.iter().flatten()) {
            let key = self.key(&claim.counter);
            let (kind, more) = match &claim.counter {
                Counter::Ring { window, .. } => (1.0, time(window.slot_us())),
                Counter::Gauge { .. } => (2.0, 0.0),
                Counter::Purse(purse) => (3.0, text::kept_s(purse.period).into()),
            };
            push(&mut op, &[kind, key, whole(claim.amount), whole(claim.max), more]);
        }
        self.asks.push(op);
    }

    pub(super) fn peek(&mut self, now_us: i64, counters: &[Counter]) {
        let mut op = Vec::with_capacity(16 + 24 * counters.len());
        push(&mut op, &[1.0, time(now_us)]);
        for counter in counters {
            let key = self.key(counter);
            let (kind, slot_us) = match counter {
                Counter::Ring { window, .. } => (1.0, time(window.slot_us())),
                Counter::Gauge { .. } => (2.0, 0.0),
                Counter::Purse(_) => (3.0, 0.0),
            };
            push(&mut op, &[kind, key, slot_us]);
        }
        self.asks.push(op);
    }

    pub(super) fn keys(&self) -> &[String] {
        &self.keys
    }

    /// What to put right, then the asks.
    pub(super) fn blobs(&self) -> impl Iterator<Item = &[u8]> {
        std::iter::once(self.changes.as_slice()).chain(self.asks.iter().map(Vec::as_slice))
    }

    /// Where the script finds this counter's key.
    fn key(&mut self, counter: &Counter) -> f64 {
        let at = match self.known.get(counter) {
            Some(at) => *at,
            None => {
                self.keys.push(text::key_of(counter));
                self.known.insert(counter.clone(), self.keys.len());
                self.keys.len()
            }
        };
        count(at)
    }

    fn change(&mut self, numbers: &[f64]) {
        push(&mut self.changes, numbers);
    }
}

/// The script's answer.
#[derive(Debug)]
pub(super) struct Reply<'a> {
    left: &'a [u8],
    /// Whether our session still holds. If not nothing was done.
    pub(super) alive: bool,
    /// Redis' clock, in microseconds since the epoch.
    pub(super) real_us: i64,
    /// Whether budgets answer.
    pub(super) budgets: bool,
}

/// What became of an ask.
#[derive(Debug)]
pub(super) enum Outcome {
    /// Budgets do not answer.
    NoBudgets,
    /// It was answered; what was taken, always and for the route.
    Answered(Reserved, Option<(Vec<Taken>, Vec<Taken>)>),
}

/// An answer that is not what the script writes.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("the counters' script answered something else")]
pub(super) struct Garbled;

impl<'a> Reply<'a> {
    pub(super) fn read(bytes: &'a [u8]) -> Result<Self, Garbled> {
        let mut reply = Self { left: bytes, alive: false, real_us: 0, budgets: false };
        reply.alive = reply.number()? == 0.0;
        reply.real_us = reply.time()?;
        reply.budgets = reply.number()? == 1.0;
        Ok(reply)
    }

    /// The answer to the next ask.
    pub(super) fn outcome(&mut self, ask: Ask) -> Result<Outcome, Garbled> {
        let (choice, refusals) = (self.number()?, self.index()?);
        let Ask { now_us, always, mut choices, .. } = ask;
        let mut skipped = Vec::with_capacity(refusals);
        for _ in 0..refusals {
            let (of, claim, used, wait) = (self.index()?, self.index()?, self.amount()?, self.time()?);
            let claims = if choice == -1.0 { &always } else { choices.get(of).ok_or(Garbled)? };
            let claim = claims.get(claim).ok_or(Garbled)?;
            skipped.push((of, refusal(claim, used, (wait > 0).then_some(wait), now_us)));
        }
        let slots = self.index()?;
        let mut slots = (0..slots).map(|_| self.time()).collect::<Result<Vec<_>, _>>()?.into_iter();
        if choice == -3.0 {
            return Ok(Outcome::NoBudgets);
        }
        if choice < 0.0 {
            let refusal = Refusal::soonest(&skipped).cloned().ok_or(Garbled)?;
            let skipped = if choice == -1.0 { Vec::new() } else { skipped };
            return Ok(Outcome::Answered(Reserved::Refused { refusal, skipped }, None));
        }
        let choice = index_of(choice)?;
        let route = choices.get_mut(choice).map(std::mem::take).unwrap_or_default();
        let mut taken = |claims: Vec<Claim>| {
            let taken = |claim: Claim| {
                let ring = matches!(claim.counter, Counter::Ring { .. });
                let slot = if ring { slots.next().ok_or(Garbled)? } else { 0 };
                Ok(Taken::new(claim, slot))
            };
            claims.into_iter().map(taken).collect::<Result<Vec<_>, Garbled>>()
        };
        let parts = (taken(always)?, taken(route)?);
        Ok(Outcome::Answered(Reserved::Taken { choice, skipped }, Some(parts)))
    }

    pub(super) fn standing(&mut self) -> Result<Standing, Garbled> {
        Ok(Standing { used: self.amount()?, reserved: self.amount()? })
    }

    fn number(&mut self) -> Result<f64, Garbled> {
        let (first, rest) = self.left.split_first_chunk::<8>().ok_or(Garbled)?;
        self.left = rest;
        Ok(f64::from_le_bytes(*first))
    }

    fn index(&mut self) -> Result<usize, Garbled> {
        index_of(self.number()?)
    }

    fn time(&mut self) -> Result<i64, Garbled> {
        #[expect(clippy::cast_possible_truncation, reason = "whole numbers within 2^53; anything else saturates")]
        self.number().map(|n| n as i64)
    }

    fn amount(&mut self) -> Result<u64, Garbled> {
        #[expect(
            clippy::cast_possible_truncation,
            clippy::cast_sign_loss,
            reason = "whole numbers; anything else saturates"
        )]
        self.number().map(|n| n as u64)
    }
}

fn index_of(number: f64) -> Result<usize, Garbled> {
    // No round asks for more.
    if !(0.0..1e6).contains(&number) {
        return Err(Garbled);
    }
    #[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "checked above")]
    Ok(number as usize)
}

fn refusal(claim: &Claim, used: u64, wait_us: Option<i64>, now_us: i64) -> Refusal {
    let (kind, retry_after_us) = match &claim.counter {
        Counter::Ring { .. } => (RefusalKind::Rate, wait_us),
        Counter::Gauge { .. } => (RefusalKind::Concurrency, None),
        Counter::Purse(_) => (RefusalKind::Budget { ends_us: claim.ends_us }, claim.next_period_us(now_us)),
    };
    Refusal { name: claim.name.clone(), used, max: claim.max, retry_after_us, kind }
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
