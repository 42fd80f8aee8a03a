//! In which order a call's routes are tried: the strategy's, then what their breakers say. The reasons go into the record, so that
//! the decision can be shown and found again.

use std::hash::{DefaultHasher, Hash, Hasher};

use thinkwatch_policy::breaker::{self, Admission};
use thinkwatch_policy::catalogue::{Catalogue, Route};
use thinkwatch_policy::conduct::{Affinity, Conduct};
use thinkwatch_policy::routing::{Excluded, Plan};
use thinkwatch_policy::settings::Settings;
use thinkwatch_policy::strategy::{self, Picks, Strategy};
use thinkwatch_policy::usage::Usage;
use thinkwatch_records::{Draft, call};
use thinkwatch_wire::request::conversation;

use crate::serve::Parts;
use crate::standing::Trial;

/// Tokens in and out that prices are compared by: most calls read more than they write.
const TYPICAL: (u64, u64) = (3_000_000, 1_000_000);

/// What the order of a call's routes follows from.
pub(crate) struct Deciding<'a> {
    pub(crate) conduct: Conduct,
    pub(crate) settings: &'a Settings,
    pub(crate) catalogue: &'a Catalogue,
    /// The model as the client named it.
    pub(crate) asked: &'a str,
    pub(crate) body: &'a [u8],
}

/// Puts the plan's candidates in order, asks their breakers, and notes both in the record.
pub(crate) fn decide(parts: &Parts, plan: &mut Plan, deciding: &Deciding<'_>, record: &mut Draft) -> Vec<Trial> {
    let Deciding { conduct: Conduct { strategy, affinity, .. }, settings, catalogue, asked, body } = *deciding;
    #[expect(clippy::cast_possible_truncation, reason = "the low 64 bits are the random ones")]
    let call = record.request_id().0 as u64;
    let rules = breaker::Rules::of(settings);
    let plain = plan.excluded.is_empty() && plan.larger.is_empty() && asked == record.model;
    if let ([route], true) = (plan.candidates.as_slice(), plain) {
        // Most calls: there is nothing to choose from, and nothing to keep of it.
        return vec![parts.standings.admit_alone(route, rules, call.rotate_left(32))];
    }
    let choice = plan.candidates.len() > 1;
    let affine = choice && affinity == Affinity::Conversation;
    let picks = Picks { call, conversation: affine.then(|| conversation_of(record, body)).flatten() };
    let score = |route: &Route| match strategy {
        Strategy::Priority | Strategy::Weighted => None,
        Strategy::Latency => parts.standings.shown(&route.id, &rules)?.first_token_us,
        Strategy::Cost => price(catalogue, route, record.timestamp),
    };
    // Measured once: they change while others call.
    let scores: Vec<_> =
        plan.candidates.iter().chain(&plan.larger).map(|route| (route.id.clone(), score(route))).collect();
    let score = |route: &Route| scores.iter().find(|(id, _)| *id == route.id).and_then(|(_, score)| *score);
    if choice {
        strategy::order(strategy, &mut plan.candidates, score, picks);
    }
    strategy::order(strategy, &mut plan.larger, score, picks);
    let admitted = parts.standings.admit(&plan.candidates, rules, call.rotate_left(32));
    let mut candidates: Vec<_> = std::mem::take(&mut plan.candidates).into_iter().map(Some).collect();
    let mut trials = Vec::with_capacity(admitted.len());
    for (place, trial) in admitted {
        let Some(route) = candidates.get_mut(place).and_then(Option::take) else { continue };
        if choice && trial.admission() == Admission::Behind {
            record.plan_excluded.push(format!("{}:breaker_open", route.id));
        }
        plan.candidates.push(route);
        trials.push(trial);
    }
    let mut kept = kept(strategy, picks, plan, &trials, score);
    if asked != record.model || kept.routes.iter().any(|route| !route.model.is_empty()) {
        asked.clone_into(&mut kept.asked);
    }
    record.plan = Some(kept);
    trials
}

/// What says which conversation the call belongs to: the client's own id, else how it begins.
fn conversation_of(record: &Draft, body: &[u8]) -> Option<u64> {
    if record.session_id.is_empty() {
        return conversation::beginning(body);
    }
    let mut hasher = DefaultHasher::new();
    (&record.user_id, &record.session_id).hash(&mut hasher);
    Some(hasher.finish())
}

fn price(catalogue: &Catalogue, route: &Route, at_us: i64) -> Option<i64> {
    let provider = &route.provider;
    let found = catalogue.prices.find(&provider.id, provider.kind.as_str(), &route.upstream_model, at_us);
    found.map(|price| price.cost_nano(&Usage { input: TYPICAL.0, output: TYPICAL.1, ..Usage::default() }))
}

fn kept(
    strategy: Strategy,
    picks: Picks,
    plan: &Plan,
    trials: &[Trial],
    score: impl Fn(&Route) -> Option<i64>,
) -> call::Plan {
    let planned = |route: &Route, admitted: &str, excluded: &str| call::PlannedRoute {
        route_id: route.id.to_string(),
        provider: route.provider.name.to_string(),
        upstream_model: route.upstream_model.to_string(),
        priority: route.priority,
        weight: route.weight,
        score: score(route),
        admitted: admitted.to_owned(),
        excluded: excluded.to_owned(),
        model: route.stand_in.as_ref().map(|stand_in| stand_in.model.name.to_string()).unwrap_or_default(),
        stand_in: route.stand_in.as_ref().map_or("", |stand_in| stand_in.cause.as_str()).to_owned(),
        place: route.place(),
    };
    let tried = plan.candidates.iter().zip(trials).map(|(route, trial)| planned(route, trial.admission().as_str(), ""));
    // Asked only if the call turns out to be too long, and their breakers then.
    let larger = plan.larger.iter().map(|route| planned(route, "", ""));
    let left_out = plan.excluded.iter().map(|(route, why): &(Route, Excluded)| planned(route, "", why.as_str()));
    call::Plan {
        strategy: strategy.as_str().to_owned(),
        pick: picks.call,
        conversation: picks.conversation,
        routes: tried.chain(larger).chain(left_out).collect(),
        asked: String::new(),
    }
}
