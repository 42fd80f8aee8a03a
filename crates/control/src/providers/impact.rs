//! What depends on a provider.

use std::collections::HashSet;

use thinkwatch_policy::access::Action;
use thinkwatch_policy::ids::ProviderId;

use crate::caller::Caller;
use crate::control::Control;
use crate::error::{ControlError, Result};

/// A model with routes to the provider.
#[derive(Clone, Debug)]
pub struct Dependent {
    /// The model's row.
    pub id: String,
    /// The name clients use.
    pub model_id: String,
    /// Its routes to this provider.
    pub routes: usize,
    /// Its enabled routes to other providers that are enabled: without any, nothing would be left of the model.
    pub other_routes: usize,
}

/// Models that would lose a route.
pub async fn impact(control: &Control, caller: &Caller, id: &ProviderId) -> Result<Vec<Dependent>> {
    caller.may(Action::ProvidersRead)?;
    let providers = control.store.list_providers().await?;
    if !providers.iter().any(|provider| provider.id == id.as_str()) {
        return Err(ControlError::NotFound("provider"));
    }
    let usable: HashSet<_> = providers.iter().filter(|one| one.enabled).map(|one| one.id.as_str()).collect();
    let models = control.store.list_models().await?.into_iter().filter_map(|known| {
        let (here, elsewhere): (Vec<_>, Vec<_>) = known.routes.iter().partition(|r| r.provider_id == id.as_str());
        (!here.is_empty()).then(|| Dependent {
            routes: here.len(),
            other_routes: elsewhere
                .iter()
                .filter(|route| route.enabled && usable.contains(route.provider_id.as_str()))
                .count(),
            id: known.model.id.clone(),
            model_id: known.model.model_id.clone(),
        })
    });
    Ok(models.collect())
}
