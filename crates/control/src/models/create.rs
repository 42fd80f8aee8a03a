//! Making a model with its routes.

use serde_json::json;
use thinkwatch_coordination::Part;
use thinkwatch_policy::access::Action;
use thinkwatch_policy::ids::ModelId;
use thinkwatch_store::{ModelRow, ModelWithRoutes};

use super::{Model, RouteWish, Routing, read_name, routes, routing, view, weight};
use crate::cache;
use crate::caller::Caller;
use crate::clock::now_us;
use crate::control::Control;
use crate::error::Result;
use crate::prices::RatesText;
use crate::users::read_label;

/// What a new model is made of.
#[derive(Debug)]
pub struct NewModel {
    /// The name clients use.
    pub model_id: String,
    /// For people; the name when absent.
    pub display_name: Option<String>,
    /// Whether it is offered; yes when absent.
    pub enabled: Option<bool>,
    /// What one of its tokens counts in limits and budgets, as a decimal number; 1 when absent.
    pub token_weight: Option<String>,
    /// The longest answer it gives, in tokens.
    pub max_output_tokens: Option<u64>,
    /// For how many seconds its answers are kept to be given again; never when absent.
    pub cache_ttl_s: Option<u32>,
    /// Further names under which it is called.
    pub aliases: Vec<String>,
    /// What it says of routing for itself.
    pub routing: Routing,
    /// Where it can go.
    pub routes: Vec<RouteWish>,
    /// Prices, for every route alike.
    pub prices: Option<RatesText>,
}

/// Makes a model.
pub async fn create(control: &Control, caller: &Caller, new: NewModel) -> Result<Model> {
    caller.may(Action::ModelsWrite)?;
    if let Some(prices) = &new.prices {
        caller.may(Action::PricesWrite)?;
        prices.read("prices")?;
    }
    let now = now_us();
    let name = read_name("model_id", &new.model_id)?;
    let id = ModelId::from_bits(rand::random()).to_string();
    let names = routing::names(&control.store.list_models().await?);
    let row = ModelRow {
        aliases: routing::read_aliases(&new.aliases, &name)?.into(),
        routing: routing::read(new.routing, (&id, &name), &names)?.into(),
        id,
        display_name: match new.display_name.filter(|text| !text.trim().is_empty()) {
            Some(text) => read_label("display_name", &text, false)?,
            None => name.clone(),
        },
        model_id: name,
        enabled: new.enabled.unwrap_or(true),
        token_weight_milli: weight::read(new.token_weight.as_deref())?.unwrap_or(weight::PLAIN),
        max_output_tokens: new.max_output_tokens.map(weight::output).transpose()?,
        cache_ttl_s: new.cache_ttl_s.map(cache::ttl_s).transpose()?,
        version: 1,
        created_at_us: now,
        updated_at_us: now,
        deleted_at_us: None,
    };
    let providers = control.store.list_providers().await?;
    let routes = routes::rows(&row.id, &row.model_id, new.routes, &providers)?;
    let shown: Vec<_> = routes.iter().map(routes::described).collect();
    let details = json!({ "model_id": row.model_id, "token_weight_milli": row.token_weight_milli,
        "max_output_tokens": row.max_output_tokens, "cache_ttl_s": row.cache_ttl_s,
        "aliases": *row.aliases, "routing": *row.routing, "routes": shown });
    let entry = caller.audit("model.create", ("model", Some(&row.id)), details);
    control.store.create_model(row.clone(), &routes, &entry).await?;
    if let Some(prices) = &new.prices {
        routes::write_prices(control, caller, &routes, &providers, prices).await?;
    }
    control.announce(&[Part::Catalogue]).await;
    Ok(view(ModelWithRoutes { model: row, routes }, &providers, &names))
}
