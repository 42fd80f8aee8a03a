//! Editing a model and its routes.

use serde_json::json;
use thinkwatch_coordination::Part;
use thinkwatch_policy::access::Action;
use thinkwatch_policy::ids::ModelId;
use thinkwatch_store::ModelPatch;

use super::{Model, RouteWish, read_name, routes, view, weight};
use crate::caller::Caller;
use crate::control::Control;
use crate::error::Result;
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
    let routes = match edit.routes {
        Some(wishes) => {
            let name = name.as_deref().unwrap_or(&before.model.model_id);
            let mut rows = routes::rows(id.as_str(), name, wishes, &providers)?;
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
        routes,
    };
    let shown: Option<Vec<_>> = patch.routes.as_ref().map(|rows| rows.iter().map(routes::described).collect());
    let details = json!({ "model_id": patch.model_id, "display_name": patch.display_name,
        "enabled": patch.enabled, "token_weight_milli": patch.token_weight_milli,
        "max_output_tokens": patch.max_output_tokens, "routes": shown });
    let entry = caller.audit("model.update", ("model", Some(id.as_str())), details);
    let after = control.store.update_model(id, seen, patch, &entry).await?;
    if let Some(prices) = &edit.prices {
        routes::write_prices(control, caller, &after.routes, &providers, prices).await?;
    }
    control.announce(&[Part::Catalogue]).await;
    Ok(view(after, &providers))
}
