//! Editing a model and its routes.

use serde_json::json;
use thinkwatch_coordination::Part;
use thinkwatch_policy::access::Action;
use thinkwatch_policy::ids::ModelId;
use thinkwatch_store::ModelPatch;

use super::{Model, RouteWish, Routing, read_name, routes, routing, view, weight};
use crate::cache;
use crate::caller::Caller;
use crate::control::Control;
use crate::error::{ControlError, Result};
use crate::prices::RatesText;
use crate::users::read_label;

/// What is to change; absent fields stay.
#[derive(Debug, Default)]
pub struct ModelEdit {
    /// The name clients use.
    pub model_id: Option<String>,
    /// For people.
    pub display_name: Option<String>,
    /// Whether it is offered.
    pub enabled: Option<bool>,
    /// What one of its tokens counts in limits and budgets, as a decimal number.
    pub token_weight: Option<String>,
    /// The longest answer it gives, in tokens; `Some(None)` clears.
    pub max_output_tokens: Option<Option<u64>>,
    /// For how many seconds its answers are kept to be given again; `Some(None)` clears.
    pub cache_ttl_s: Option<Option<u32>>,
    /// All further names under which it is called.
    pub aliases: Option<Vec<String>>,
    /// All that it says of routing for itself.
    pub routing: Option<Routing>,
    /// All routes.
    pub routes: Option<Vec<RouteWish>>,
    /// New prices, for every route alike.
    pub prices: Option<RatesText>,
}

/// Edits a model.
pub async fn update(
    control: &Control,
    caller: &Caller,
    id: &ModelId,
    seen: Option<i64>,
    edit: ModelEdit,
) -> Result<Model> {
    caller.may(Action::ModelsWrite)?;
    if let Some(prices) = &edit.prices {
        caller.may(Action::PricesWrite)?;
        prices.read("prices")?;
    }
    let before = control.store.get_model(id).await?;
    let providers = control.store.list_providers().await?;
    let name = edit.model_id.map(|name| read_name("model_id", &name)).transpose()?;
    let names = routing::names(&control.store.list_models().await?);
    let named = name.as_deref().unwrap_or(&before.model.model_id);
    let aliases = edit.aliases.map(|names| routing::read_aliases(&names, named)).transpose()?;
    let own = edit.routing.map(|own| routing::read(own, (id.as_str(), named), &names)).transpose()?;
    if aliases.is_none() && before.model.aliases.iter().any(|alias| alias == named) {
        return Err(ControlError::invalid(
            "model_id",
            format!("`{named}` is one of its aliases: take it out of those"),
        ));
    }
    let routes = match edit.routes {
        Some(wishes) => {
            let mut rows = routes::rows(id.as_str(), named, wishes, &providers)?;
            // A route that leads where one led before is the same route: records and limits refer to it.
            for row in &mut rows {
                let same = before
                    .routes
                    .iter()
                    .find(|old| old.provider_id == row.provider_id && old.upstream_model == row.upstream_model);
                if let Some(old) = same {
                    row.id.clone_from(&old.id);
                }
            }
            Some(rows)
        }
        None => None,
    };
    let patch = ModelPatch {
        model_id: name,
        display_name: edit.display_name.map(|text| read_label("display_name", &text, false)).transpose()?,
        enabled: edit.enabled,
        token_weight_milli: weight::read(edit.token_weight.as_deref())?,
        max_output_tokens: edit.max_output_tokens.map(|most| most.map(weight::output).transpose()).transpose()?,
        cache_ttl_s: edit.cache_ttl_s.map(|ttl_s| ttl_s.map(cache::ttl_s).transpose()).transpose()?,
        aliases,
        routing: own,
        routes,
    };
    let shown: Option<Vec<_>> = patch.routes.as_ref().map(|rows| rows.iter().map(routes::described).collect());
    let details = json!({ "model_id": patch.model_id, "display_name": patch.display_name,
        "enabled": patch.enabled, "token_weight_milli": patch.token_weight_milli,
        "max_output_tokens": patch.max_output_tokens, "cache_ttl_s": patch.cache_ttl_s,
        "aliases": patch.aliases, "routing": patch.routing,
        "routes": shown });
    let entry = caller.audit("model.update", ("model", Some(id.as_str())), details);
    let after = control.store.update_model(id, seen, patch, &entry).await?;
    if let Some(prices) = &edit.prices {
        routes::write_prices(control, caller, &after.routes, &providers, prices).await?;
    }
    control.announce(&[Part::Catalogue]).await;
    Ok(view(after, &providers, &routing::names(&control.store.list_models().await?)))
}
