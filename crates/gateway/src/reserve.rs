//! Reserving: all limits and budgets of a call in one step, before its record is opened. What was reserved is settled with the
//! call's [`Account`](crate::account::Account), however it ends.

use std::sync::Arc;

use metrics::counter;
use thinkwatch_policy::catalogue::{Catalogue, Route};
use thinkwatch_policy::dialect::Endpoint;
use thinkwatch_policy::ids::{RequestId, RouteId};
use thinkwatch_policy::limits::{Ask, Assessment, Call, Claim, Counter, LimitBook, Reserved, Size, Used, Who, assess};
use thinkwatch_policy::ports::{Counters, Unavailable};
use thinkwatch_policy::principal::Surface;
use thinkwatch_policy::routing::{Excluded, Plan};
use thinkwatch_policy::settings::Settings;
use thinkwatch_wire::request::Peek;

use crate::caller::Caller;
use crate::clock;
use crate::limited::Limited;
use crate::serve::Parts;
use crate::usual::Usual;

/// A call that limits and budgets are asked about.
pub(crate) struct Wanting<'a> {
    pub(crate) call: RequestId,
    pub(crate) now_us: i64,
    pub(crate) endpoint: Endpoint,
    pub(crate) caller: &'a Caller,
    pub(crate) peek: &'a Peek,
    /// Bytes of the body, and of what the gateway adds to it of earlier turns.
    pub(crate) input_bytes: u64,
    pub(crate) settings: &'a Settings,
    pub(crate) catalogue: &'a Catalogue,
}

impl Wanting<'_> {
    /// What the call can use on these routes, and what it must claim for it. `None` when there is no rule at all.
    pub(crate) fn assess(&self, parts: &Parts, candidates: &[Route]) -> Option<Assessment> {
        let book = parts.snapshot.limits.load();
        (!book.is_empty()).then(|| self.assess_by(&book, parts, candidates))
    }

    /// The same by these rules, also when there are none.
    pub(crate) fn assess_by(&self, book: &LimitBook, parts: &Parts, candidates: &[Route]) -> Assessment {
        let Self { peek, settings, catalogue, .. } = self;
        let size = Size {
            endpoint: self.endpoint,
            input_bytes: self.input_bytes,
            asked_output: peek.max_tokens,
            answers: peek.answers,
            images: peek.images,
        };
        let call = Call {
            surface: Surface::AiGateway,
            who: Who::of(self.caller.as_ref()),
            model_name: &peek.model,
            model: catalogue.models.get(peek.model.as_str()).map(AsRef::as_ref),
            size,
            usual_output: u64::try_from(settings.limits_default_output_tokens).unwrap_or(0),
            usual: parts.usual.of(&peek.model),
            candidates,
            now_us: self.now_us,
        };
        assess(book, &catalogue.prices, &call)
    }
}

/// What a call holds of the counters until it is settled. The empty one holds nothing.
#[derive(Debug, Default)]
pub(crate) struct Reservation(Option<Box<Held>>);

#[derive(Debug)]
struct Held {
    counters: Arc<dyn Counters>,
    usual: Arc<Usual>,
    call: RequestId,
    /// Of each candidate, what it claims there; empty where no route has claims of its own.
    choices: Vec<(RouteId, Vec<Claim>)>,
    /// The place of the one it holds.
    at: usize,
    /// What routes it has left have used.
    left: Used,
    when_down: WhenDown,
    /// What its answer tells of rate limits: of each the counter and its maximum.
    rates: Vec<(Counter, u64)>,
}

/// What the settings say for the time when the counters do not answer.
#[derive(Clone, Copy, Debug)]
struct WhenDown {
    budgets_open: bool,
    rates_open: bool,
}

impl WhenDown {
    fn of(settings: &Settings) -> Self {
        Self {
            budgets_open: settings.limits_budgets_when_down == "open",
            rates_open: settings.limits_rates_when_down == "open",
        }
    }

    /// Whether a call that asks for this may go on without; counted.
    fn passes(self, has_budgets: bool, has_rates: bool, what: Unavailable) -> bool {
        let rates_down = has_rates && what == Unavailable::All;
        let mut passes = true;
        for (is_down, open, kind) in
            [(has_budgets, self.budgets_open, "budgets"), (rates_down, self.rates_open, "rates")]
        {
            if is_down {
                let decision = if open { "open" } else { "closed" };
                counter!("gateway_limits_unavailable_total", "kind" => kind, "decision" => decision).increment(1);
                passes &= open;
            }
        }
        passes
    }
}

fn is_budget(claim: &Claim) -> bool {
    matches!(claim.counter, Counter::Purse(_))
}

/// Takes what the call must have, on the first candidate where all of it is to be had. Candidates before that one leave the
/// plan.
pub(crate) async fn reserve(parts: &Parts, wanting: &Wanting<'_>, plan: &mut Plan) -> Result<Reservation, Limited> {
    let Some(assessment) = wanting.assess(parts, &plan.candidates) else { return Ok(Reservation::default()) };
    let when_down = WhenDown::of(wanting.settings);
    let held = Held::new(parts, wanting, plan, &assessment, when_down);
    let ask = |assessment: Assessment| Ask {
        call: wanting.call,
        now_us: wanting.now_us,
        always: assessment.claims.always,
        choices: assessment.claims.choices,
    };
    let all = ask(assessment);
    if all.is_empty() {
        return Ok(Reservation(Some(Box::new(held))));
    }
    let claims = || all.always.iter().chain(all.choices.iter().flatten());
    let (has_budgets, has_rates) = (claims().any(is_budget), claims().any(|claim| !is_budget(claim)));
    let reserved = match parts.counters.reserve(all).get().await {
        Ok(reserved) => reserved,
        Err(what) if !when_down.passes(has_budgets, has_rates, what) => return Err(Limited::Unavailable(what)),
        Err(Unavailable::All) => return Ok(Reservation::default()),
        // What limits of rates say still holds.
        Err(Unavailable::Budgets) => {
            let Some(assessment) = wanting.assess(parts, &plan.candidates) else {
                return Ok(Reservation::default());
            };
            let mut rest = ask(assessment);
            rest.always.retain(|claim| !is_budget(claim));
            rest.choices.iter_mut().for_each(|choice| choice.retain(|claim| !is_budget(claim)));
            match parts.counters.reserve(rest).get().await {
                Ok(reserved) => reserved,
                Err(what) if !when_down.passes(false, has_rates, what) => return Err(Limited::Unavailable(what)),
                Err(_) => return Ok(Reservation::default()),
            }
        }
    };
    match reserved {
        Reserved::Taken { choice, .. } => {
            plan.excluded.extend(plan.candidates.drain(..choice).map(|route| (route, Excluded::Limit)));
            Ok(Reservation(Some(Box::new(Held { at: choice, ..held }))))
        }
        Reserved::Refused { refusal, skipped } => {
            counter!("gateway_rate_limited_total", "rule" => refusal.name.to_string()).increment(1);
            let limited = Limited::rule(refusal, wanting, parts, &plan.candidates);
            if !skipped.is_empty() {
                plan.excluded.extend(plan.candidates.drain(..).map(|route| (route, Excluded::Limit)));
            }
            Err(limited)
        }
    }
}

impl Held {
    fn new(parts: &Parts, wanting: &Wanting<'_>, plan: &Plan, assessment: &Assessment, when_down: WhenDown) -> Self {
        let claims = &assessment.claims;
        // They are needed again only where there is another route to go to.
        let choices = match plan.candidates.as_slice() {
            [_, _, ..] => plan.candidates.iter().map(|route| route.id.clone()).zip(claims.choices.clone()).collect(),
            _ => Vec::new(),
        };
        let rings = claims.always.iter().filter(|claim| matches!(claim.counter, Counter::Ring { .. }));
        Self {
            counters: Arc::clone(&parts.counters),
            usual: Arc::clone(&parts.usual),
            call: wanting.call,
            choices,
            at: 0,
            left: Used::default(),
            when_down,
            rates: rings.map(|claim| (claim.counter.clone(), claim.max)).collect(),
        }
    }
}

impl Reservation {
    /// The call goes on to this route: settles the share of the one it leaves, and takes this one's. `used` is what all routes
    /// so far have used. False if a limit or a budget of this route does not allow it.
    pub(crate) async fn move_to(&mut self, route: &RouteId, used: Used) -> bool {
        let Some(held) = &mut self.0 else { return true };
        let Some(to) = held.choices.iter().position(|(known, _)| known == route) else { return true };
        if to == held.at {
            return true;
        }
        held.at = to;
        let here = used.without(std::mem::replace(&mut held.left, used));
        let claims = held.choices[to].1.clone();
        let (has_budgets, has_rates) = (claims.iter().any(is_budget), claims.iter().any(|claim| !is_budget(claim)));
        match held.counters.swap(held.call, here, clock::now_us(), vec![claims]).get().await {
            Ok(Reserved::Taken { .. }) => true,
            Ok(Reserved::Refused { refusal, .. }) => {
                counter!("gateway_rate_limited_total", "rule" => refusal.name.to_string()).increment(1);
                false
            }
            Err(what) => held.when_down.passes(has_budgets, has_rates, what),
        }
    }

    /// The call has ended and used this in all. `model` as the caller named it. Never waits.
    pub(crate) fn settle(&mut self, model: &str, used: Used) {
        if let Some(held) = self.0.take() {
            if used != Used::default() {
                held.usual.add(model, used);
            }
            held.counters.settle(held.call, used, clock::now_us());
        }
    }

    /// The rate limits that the answer tells of, each with its maximum, and who knows how they stand.
    pub(crate) fn rates(&mut self) -> Option<(Arc<dyn Counters>, Vec<(Counter, u64)>)> {
        let held = self.0.as_mut().filter(|held| !held.rates.is_empty())?;
        Some((Arc::clone(&held.counters), std::mem::take(&mut held.rates)))
    }
}

impl Drop for Reservation {
    /// A call whose record was never opened gives everything back.
    fn drop(&mut self) {
        self.settle("", Used::default());
    }
}
