//! Models as clients name them, with their routes.

mod create;
mod delete;
pub(crate) mod routes;
mod routing;
mod standings;
mod update;
mod weight;

use std::collections::HashMap;

use thinkwatch_policy::access::Action;
use thinkwatch_policy::conduct::RouteRouting;
use thinkwatch_policy::ids::{ModelId, ProviderId, RouteId};
use thinkwatch_store::{ModelWithRoutes, ProviderRow};

pub use create::{NewModel, create};
pub use delete::delete;
pub use routes::RouteWish;
pub use routing::Routing;
pub use standings::standings;
pub use update::{ModelEdit, update};

use crate::cache;
use crate::caller::Caller;
use crate::control::Control;
use crate::error::{ControlError, Result};

/// A model.
#[derive(Clone, Debug)]
pub struct Model {
    /// The row.
    pub id: ModelId,
    /// The name clients use.
    pub model_id: String,
    /// For people.
    pub display_name: String,
    /// Whether it is offered.
    pub enabled: bool,
    /// What one of its tokens counts in limits and budgets, as a decimal number.
    pub token_weight: String,
    /// The longest answer it gives, in tokens; none when not known.
    pub max_output_tokens: Option<u64>,
    /// For how many seconds its answers are kept to be given again; none, or 0, is never.
    pub cache_ttl_s: Option<u32>,
    /// Further names under which it is called.
    pub aliases: Vec<String>,
    /// What it says of routing for itself.
    pub routing: Routing,
    /// Where it can go.
    pub routes: Vec<Route>,
    /// Made at.
    pub created_at_us: i64,
    /// Last changed at.
    pub updated_at_us: i64,
    /// For edits.
    pub version: i64,
}

/// A way from a model to a provider.
#[derive(Clone, Debug)]
pub struct Route {
    /// The row.
    pub id: RouteId,
    /// Where it leads.
    pub provider_id: ProviderId,
    /// That provider's name.
    pub provider: String,
    /// As the provider names the model.
    pub upstream_model: String,
    /// Share among routes of the same priority.
    pub weight: i32,
    /// Lower is tried first.
    pub priority: i32,
    /// Whether it is used.
    pub enabled: bool,
    /// The dialect the provider is asked in; `auto` chooses by the model.
    pub dialect: String,
    /// What it says of routing for itself.
    pub routing: RouteRouting,
}

fn view(known: ModelWithRoutes, providers: &[ProviderRow], models: &routing::Names) -> Model {
    let names: HashMap<&str, &str> = providers.iter().map(|row| (row.id.as_str(), row.name.as_str())).collect();
    let routes = known.routes.into_iter().map(|row| Route {
        provider: names.get(row.provider_id.as_str()).copied().unwrap_or_default().to_owned(),
        id: row.id.into(),
        provider_id: row.provider_id.into(),
        upstream_model: row.upstream_model,
        weight: row.weight,
        priority: row.priority,
        enabled: row.enabled,
        dialect: row.dialect.unwrap_or_else(|| routes::AUTO.to_owned()),
        routing: row.routing.0,
    });
    Model {
        routes: routes.collect(),
        id: known.model.id.into(),
        model_id: known.model.model_id,
        display_name: known.model.display_name,
        enabled: known.model.enabled,
        token_weight: weight::shown(known.model.token_weight_milli),
        max_output_tokens: known.model.max_output_tokens.and_then(|most| u64::try_from(most).ok()),
        cache_ttl_s: cache::shown_ttl_s(known.model.cache_ttl_s),
        aliases: known.model.aliases.0,
        routing: routing::shown(&known.model.routing, models),
        created_at_us: known.model.created_at_us,
        updated_at_us: known.model.updated_at_us,
        version: known.model.version,
    }
}

/// All models.
pub async fn list(control: &Control, caller: &Caller) -> Result<Vec<Model>> {
    caller.may(Action::ModelsRead)?;
    let providers = control.store.list_providers().await?;
    let models = control.store.list_models().await?;
    let names = routing::names(&models);
    Ok(models.into_iter().map(|model| view(model, &providers, &names)).collect())
}

/// One model.
pub async fn get(control: &Control, caller: &Caller, id: &ModelId) -> Result<Model> {
    caller.may(Action::ModelsRead)?;
    let providers = control.store.list_providers().await?;
    let names = routing::names(&control.store.list_models().await?);
    Ok(view(control.store.get_model(id).await?, &providers, &names))
}

/// A model's name as clients and providers write it.
fn read_name(field: &str, text: &str) -> Result<String> {
    let text = text.trim();
    let fits = (1..=200).contains(&text.len()) && !text.chars().any(|c| c.is_control() || c.is_whitespace());
    if fits && !text.contains('*') {
        return Ok(text.to_owned());
    }
    Err(ControlError::invalid(field, "must be 1 to 200 characters without spaces and `*`"))
}
