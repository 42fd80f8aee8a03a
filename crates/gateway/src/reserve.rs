//! Reserving: all limits and budgets of a call in one step, before its record is opened. What was reserved is settled with the
//! call's [`Account`](crate::account::Account), however it ends.

use std::borrow::Cow;
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
use crate::rate_headers::Rate;
use crate::serve::Parts;
use crate::usual::Usual;

/// A call that limits and budgets are asked about.
#[derive(Clone, Copy)]
pub(crate) struct Wanting<'a> {
    pub(crate) call: RequestId,
    pub(crate) now_us: i64,
    pub(crate) endpoint: Endpoint,
    pub(crate) caller: &'a Caller,
    pub(crate) peek: &'a Peek,
    /// The model asked for, by its own name.
    pub(crate) model: &'a str,
    /// Bytes of the body, and of what the gateway adds to it of earlier turns.
    pub(crate) input_bytes: u64,
    pub(crate) settings: &'a Settings,
    pub(crate) catalogue: &'a Catalogue,
    /// Whether a provider will hear of it. What the cache answers uses no tokens and costs nothing.
    pub(crate) reaches_provider: bool,
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
            model_name: self.model,
            model: catalogue.models.get(self.model).map(AsRef::as_ref),
            size,
            usual_output: u64::try_from(settings.limits_default_output_tokens).unwrap_or(0),
            usual: parts.usual.of(self.model),
            candidates,
            now_us: self.now_us,
        };
        let mut assessment = assess(book, &catalogue.prices, &call);
        if !self.reaches_provider {
            assessment.claims.leave_calls();
        }
        assessment
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
    /// The rate limits that its answer tells of.
    rates: Vec<Rate>,
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
    let routes = all_routes(plan);
    let Some(assessment) = wanting.assess(parts, &routes) else { return Ok(Reservation::default()) };
    let when_down = WhenDown::of(wanting.settings);
    let mut held = Held::new(parts, wanting, &routes, &assessment, when_down);
    let first_choices = plan.candidates.len();
    let ask = |mut assessment: Assessment| {
        // No call begins at a route that is only for those which turn out to be too long.
        assessment.claims.choices.truncate(first_choices);
        Ask {
            call: wanting.call,
            now_us: wanting.now_us,
            always: assessment.claims.always,
            choices: assessment.claims.choices,
        }
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
            let Some(assessment) = wanting.assess(parts, &routes) else {
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
    drop(routes);
    match reserved {
        Reserved::Taken { choice, rates, .. } => {
            for (rate, used) in held.rates.iter_mut().zip(rates) {
                rate.used = used;
            }
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

/// Where the call may get to: its candidates, and where it goes if it turns out to be too long.
pub(crate) fn all_routes(plan: &Plan) -> Cow<'_, [Route]> {
    if plan.larger.is_empty() {
        return Cow::Borrowed(&plan.candidates);
    }
    Cow::Owned(plan.candidates.iter().chain(&plan.larger).cloned().collect())
}

impl Held {
    fn new(
        parts: &Parts,
        wanting: &Wanting<'_>,
        routes: &[Route],
        assessment: &Assessment,
        when_down: WhenDown,
    ) -> Self {
        let claims = &assessment.claims;
        // They are needed again only where there is another route to go to.
        let choices = match routes {
            [_, _, ..] => routes.iter().map(|route| route.id.clone()).zip(claims.choices.clone()).collect(),
            _ => Vec::new(),
        };
        Self {
            counters: Arc::clone(&parts.counters),
            usual: Arc::clone(&parts.usual),
            call: wanting.call,
            choices,
            at: 0,
            left: Used::default(),
            when_down,
            rates: claims.always.iter().filter_map(Rate::of).collect(),
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

    /// The rate limits that the answer tells of, as they stood when this was reserved.
    pub(crate) fn rates(&mut self) -> Vec<Rate> {
        self.0.as_mut().map_or_else(Vec::new, |held| std::mem::take(&mut held.rates))
    }
}

impl Drop for Reservation {
    /// A call whose record was never opened gives everything back.
    fn drop(&mut self) {
        self.settle("", Used::default());
    }
}
