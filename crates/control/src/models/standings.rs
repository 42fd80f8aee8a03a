//! How routes stand in this replica: for people who look whether a provider works.

use thinkwatch_policy::access::Action;
use thinkwatch_policy::ids::RouteId;
use thinkwatch_policy::ports::RouteStanding;

use crate::caller::Caller;
use crate::control::Control;
use crate::error::Result;

/// The routes of the snapshot that calls have tried since the start, those of default prefixes included, by id.
pub fn standings(control: &Control, caller: &Caller) -> Result<Vec<(RouteId, RouteStanding)>> {
    caller.may(Action::ModelsRead)?;
    let Some(known) = control.standings.get() else { return Ok(Vec::new()) };
    let catalogue = control.publisher.handle().catalogue.load();
    let routes = catalogue.route_ids().into_iter();
    let mut found: Vec<_> = routes.filter_map(|route| Some((route.clone(), known.standing(route)?))).collect();
    found.sort_by(|a, b| a.0.cmp(&b.0));
    Ok(found)
}
