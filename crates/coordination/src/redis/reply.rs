//! How the script's answer to a round is read. The other end is `batch.lua`.

use thinkwatch_policy::limits::{Ask, Claim, Counter, Refusal, RefusalKind, Reserved, Standing};

use crate::holdings::Taken;

/// The script's answer.
#[derive(Debug)]
pub(super) struct Reply<'a> {
    left: &'a [u8],
    max_skew_us: i64,
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
    /// `max_skew_us`: how far a caller's clock may be from Redis', in microseconds, as the script was told.
    pub(super) fn read(bytes: &'a [u8], max_skew_us: i64) -> Result<Self, Garbled> {
        let mut reply = Self { left: bytes, max_skew_us, alive: false, real_us: 0, budgets: false };
        reply.alive = reply.number()? == 0.0;
        reply.real_us = reply.time()?;
        reply.budgets = reply.number()? == 1.0;
        Ok(reply)
    }

    /// The answer to the next ask.
    pub(super) fn outcome(&mut self, ask: Ask) -> Result<Outcome, Garbled> {
        let Ask { now_us, always, mut choices, .. } = ask;
        let choice = self.number()?;
        if choice >= 0.0 {
            let choice = index_of(choice)?;
            let mut rates = Vec::with_capacity(always.len());
            let always = self.taken(always, now_us, &mut rates)?;
            let before = choices.get(..choice).ok_or(Garbled)?;
            let skipped = self.refusals(before, now_us)?;
            let route = choices.get_mut(choice).map(std::mem::take).unwrap_or_default();
            let route = self.taken(route, now_us, &mut rates)?;
            return Ok(Outcome::Answered(Reserved::Taken { choice, skipped, rates }, Some((always, route))));
        }
        if choice == -3.0 {
            return Ok(Outcome::NoBudgets);
        }
        // What must be had anyway is as a single choice.
        let before = choice == -1.0;
        let skipped = self.refusals(if before { std::slice::from_ref(&always) } else { &choices }, now_us)?;
        let refusal = Refusal::soonest(&skipped).cloned().ok_or(Garbled)?;
        let skipped = if before { Vec::new() } else { skipped };
        Ok(Outcome::Answered(Reserved::Refused { refusal, skipped }, None))
    }

    /// Choices that did not fit: of each the first claim that did not.
    fn refusals(&mut self, of: &[Vec<Claim>], now_us: i64) -> Result<Vec<(usize, Refusal)>, Garbled> {
        let mut refusals = Vec::with_capacity(of.len());
        for (choice, claims) in of.iter().enumerate() {
            let (claim, used, wait) = (self.index()?, self.amount()?, self.time()?);
            let claim = claims.get(claim).ok_or(Garbled)?;
            refusals.push((choice, refusal(claim, used, (wait > 0).then_some(wait), now_us)));
        }
        Ok(refusals)
    }

    /// Of each ring what it holds, and the sub-window it was counted in: the caller's, unless it is said.
    fn taken(&mut self, claims: Vec<Claim>, now_us: i64, rates: &mut Vec<u64>) -> Result<Vec<Taken>, Garbled> {
        let (real_us, skew_us) = (self.real_us, self.max_skew_us);
        let now_us = now_us.min(real_us.saturating_add(skew_us)).max(real_us.saturating_sub(skew_us));
        let mut taken = Vec::with_capacity(claims.len());
        for claim in claims {
            let slot = match claim.counter {
                Counter::Ring { window, .. } => {
                    let holds = self.number()?;
                    rates.push(amount_of(if holds < 0.0 { -1.0 - holds } else { holds }));
                    if holds < 0.0 { self.time()? } else { now_us.div_euclid(window.slot_us()) }
                }
                Counter::Gauge { .. } | Counter::Purse(_) => 0,
            };
            taken.push(Taken::new(claim, slot));
        }
        Ok(taken)
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
        self.number().map(amount_of)
    }
}

#[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "whole numbers; anything else saturates")]
const fn amount_of(number: f64) -> u64 {
    number as u64
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
