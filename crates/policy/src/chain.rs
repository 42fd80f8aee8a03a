//! Models that stand in for another: those of its fallback chain, and the one that takes calls which are too long for it. A chain is
//! flat: only the routes of the models that are named in it count, and not what those name in turn.

use std::collections::HashMap;
use std::sync::Arc;

use crate::catalogue::{Model, Route};
use crate::conduct::RouteRouting;
use crate::ids::ModelId;

/// No call has more candidates than this, those of all its models together.
pub const MOST_CANDIDATES: usize = 64;

/// Why a model stands in for another.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Cause {
    /// None of the other's routes gives an answer.
    Fallback,
    /// The call is too long for the other.
    LargerContext,
}

impl Cause {
    /// The word in records and the API.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Fallback => "fallback",
            Self::LargerContext => "larger_context",
        }
    }
}

/// A model that stands in for the one that was asked for.
#[derive(Clone, Debug)]
pub struct StandIn {
    /// Its place in the chain, from 1 on. The one with the larger context comes before the fallbacks.
    pub place: u32,
    /// Why.
    pub cause: Cause,
    /// The model: what limits, prices and records go by when it answers.
    pub model: Arc<Model>,
}

/// Gives every model the routes of those that stand in for it, and every route what its model says where it says nothing.
pub(crate) fn link(models: Vec<Arc<Model>>) -> Vec<Arc<Model>> {
    let models: Vec<_> = models.into_iter().map(with_own_limits).collect();
    let by_id: HashMap<ModelId, Arc<Model>> = models.iter().map(|m| (m.id.clone(), Arc::clone(m))).collect();
    let linked = |model: Arc<Model>| {
        if model.routing.fallbacks.is_empty() && model.routing.larger_context.is_none() {
            return model;
        }
        let other = |id: &ModelId| by_id.get(id).filter(|other| other.id != model.id);
        let larger = model.routing.larger_context.as_ref().and_then(other);
        let larger = larger.map_or_else(Vec::new, |other| routes_of(other, 1, Cause::LargerContext));
        let in_chain = model.routing.fallbacks.iter().filter_map(other).zip(2..);
        let mut fallbacks: Vec<_> =
            in_chain.flat_map(|(other, place)| routes_of(other, place, Cause::Fallback)).collect();
        fallbacks.truncate(MOST_CANDIDATES.saturating_sub(model.routes.len() + larger.len()));
        Arc::new(Model { fallbacks, larger, ..Model::clone(&model) })
    };
    models.iter().cloned().map(linked).collect()
}

fn routes_of(model: &Arc<Model>, place: u32, cause: Cause) -> Vec<Route> {
    let stand_in = Arc::new(StandIn { place, cause, model: Arc::clone(model) });
    let of_route = |route: &Route| Route { stand_in: Some(Arc::clone(&stand_in)), ..route.clone() };
    model.routes.iter().map(of_route).collect()
}

fn with_own_limits(model: Arc<Model>) -> Arc<Model> {
    let of_route = |route: &Route| {
        let own = route.routing.as_deref().copied().unwrap_or_default().within(&model.routing);
        (own != RouteRouting::default()).then(|| Arc::new(own))
    };
    let own: Vec<_> = model.routes.iter().map(of_route).collect();
    if own.iter().all(Option::is_none) {
        return model;
    }
    let routes = model.routes.iter().zip(own).map(|(route, routing)| Route { routing, ..route.clone() });
    Arc::new(Model { routes: routes.collect(), ..Model::clone(&model) })
}

/// The models on a way back to where it began, if `named` (the models that each one names) has one: `a → b → a`.
pub fn find_loop<'a>(named: &HashMap<&'a str, Vec<&'a str>>, start: &'a str) -> Option<Vec<&'a str>> {
    let mut seen = vec![start];
    let mut way = vec![(start, 0_usize)];
    while let Some((at, next)) = way.last_mut() {
        let Some(other) = named.get(at).and_then(|others| others.get(*next)).copied() else {
            way.pop();
            continue;
        };
        *next += 1;
        if other == start {
            return Some(way.iter().map(|(model, _)| *model).chain([start]).collect());
        }
        if !seen.contains(&other) {
            seen.push(other);
            way.push((other, 0));
        }
    }
    None
}

#[cfg(test)]
mod tests;
