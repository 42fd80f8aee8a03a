//! What a single call may ask of its routing: a route, or another strategy. For people who look whether a provider works; only those
//! who may see routes may choose one.

use http::HeaderMap;
use http::header::HeaderName;
use thinkwatch_edge::headers::bounded;
use thinkwatch_policy::access::{self, Action, Resource};
use thinkwatch_policy::routing::{Excluded, Plan};
use thinkwatch_policy::strategy::Strategy;
use thinkwatch_wire::error::{ApiError, ErrorKind};

use crate::caller::Caller;
use crate::refusal::Refusal;

/// A route's id, or a provider's name.
const ROUTE: HeaderName = HeaderName::from_static("x-thinkwatch-route");
/// A strategy.
const STRATEGY: HeaderName = HeaderName::from_static("x-thinkwatch-strategy");

/// Whether the call asks for one route of several.
pub(crate) fn names_route(headers: &HeaderMap) -> bool {
    headers.contains_key(&ROUTE)
}

/// Leaves the plan as it is, or with what the call asked for, and says by which strategy it is put in order; `usual` where the call
/// asks for none.
pub(crate) fn heed(
    headers: &HeaderMap,
    caller: &Caller,
    model: &str,
    plan: &mut Plan,
    usual: Strategy,
) -> Result<Strategy, Refusal> {
    let (route, strategy) = (headers.get(&ROUTE), headers.get(&STRATEGY));
    if route.is_none() && strategy.is_none() {
        return Ok(usual);
    }
    if !access::decide(caller.as_ref().user(), Action::ModelsRead, Resource::Everything).allowed {
        return Err(Refusal::Routing);
    }
    let strategy = match strategy.map(|value| value.to_str().unwrap_or_default()) {
        None => usual,
        Some(word) => Strategy::parse(word).ok_or_else(|| {
            let known = Strategy::ALL.map(Strategy::as_str).join(", ");
            wrong(&STRATEGY, &format!("must be one of {known}, not `{}`", bounded(word, 64)))
        })?,
    };
    if let Some(wanted) = route.map(|value| value.to_str().unwrap_or_default()) {
        plan.narrow(Excluded::NotAskedFor, |route| route.id.as_str() == wanted || &*route.provider.name == wanted);
        if plan.candidates.is_empty() {
            let (wanted, model) = (bounded(wanted, 128), bounded(model, 256));
            let message = format!(
                "must be the id of a route, or the name of a provider, that can take this call of `{model}`, not `{wanted}`"
            );
            return Err(wrong(&ROUTE, &message));
        }
    }
    Ok(strategy)
}

fn wrong(header: &HeaderName, message: &str) -> Refusal {
    let error = ApiError::new(ErrorKind::InvalidRequest, format!("the header `{header}` {message}"));
    Refusal::Malformed(Box::new(error.with_param(header.as_str())))
}
