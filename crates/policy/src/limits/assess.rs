//! All that limits and budgets need to know of a call, put together: for the call itself, its dry run, and a preview.

use super::book::LimitBook;
use super::claims::{Claims, Demand, Way, Who, claims};
use super::estimate::{Estimate, Size, cost_at_most, weight_of, weighted_usage};
use crate::catalogue::{Model, Route};
use crate::pricing::PriceBook;
use crate::principal::Surface;

/// A call that is to be held against the rules.
#[derive(Clone, Copy, Debug)]
pub struct Call<'a> {
    /// By which door it came.
    pub surface: Surface,
    /// Who calls.
    pub who: Who<'a>,
    /// The name of the model asked for.
    pub model_name: &'a str,
    /// The model of that name, if an operator has made one.
    pub model: Option<&'a Model>,
    /// How large it is.
    pub size: Size,
    /// What a model gives of which nothing is said (`gateway.limits.default_output_tokens`).
    pub usual_output: u64,
    /// What such calls usually use, if that is known: for soft budgets.
    pub usual: Option<Estimate>,
    /// Where it can go, in the order of the plan.
    pub candidates: &'a [Route],
    /// When, in microseconds since the epoch.
    pub now_us: i64,
}

/// What a call can use, and what it must claim for it.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Assessment {
    /// The most weighted tokens.
    pub tokens: u64,
    /// The most it can cost on each candidate, in nano-dollars.
    pub costs: Vec<u64>,
    /// What it must claim.
    pub claims: Claims,
}

/// Holds a call against the rules.
pub fn assess(book: &LimitBook, prices: &PriceBook, call: &Call<'_>) -> Assessment {
    let most_of = |model: Option<&Model>| {
        let most = call.size.most(model.and_then(|model| model.max_output_tokens), call.usual_output);
        (most, weighted_usage(&most, weight_of(model)))
    };
    let (most, own_tokens) = most_of(call.model);
    let free = call.size.endpoint.only_counts();
    // Of each way the model that answers there.
    let there = |route: &Route| match &route.stand_in {
        Some(stand_in) => most_of(Some(&stand_in.model)),
        None => (most, own_tokens),
    };
    let way = |route: &Route| if free { 0 } else { cost_at_most(prices, route, &there(route).0, call.now_us) };
    let costs: Vec<u64> = call.candidates.iter().map(way).collect();
    let tokens = call.candidates.iter().map(|route| there(route).1).max().unwrap_or(own_tokens);
    let ways: Vec<_> = call
        .candidates
        .iter()
        .zip(&costs)
        .map(|(route, cost_nano)| Way {
            provider: route.provider.id.as_str(),
            route: route.id.as_str(),
            cost_nano: *cost_nano,
            tokens: there(route).1,
            stand_in: route.stand_in.as_ref().map(|stand_in| &*stand_in.model.name),
        })
        .collect();
    let demand = Demand {
        surface: call.surface,
        who: call.who,
        model: call.model_name,
        tokens: (!free).then_some(tokens),
        usual: call.usual,
        ways: &ways,
        now_us: call.now_us,
    };
    let claims = claims(book, &demand);
    Assessment { tokens, costs, claims }
}
