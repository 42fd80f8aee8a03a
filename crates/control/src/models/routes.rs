//! Reading routes and writing the prices that come with them.

use thinkwatch_policy::conduct::RouteRouting;
use thinkwatch_policy::dialect::Dialect;
use thinkwatch_policy::ids::{ProviderId, RouteId};
use thinkwatch_policy::routing;
use thinkwatch_store::{ProviderRow, RouteRow};

use super::read_name;
use super::routing::read_route;
use crate::caller::Caller;
use crate::control::Control;
use crate::error::{ControlError, Result};
use crate::prices::{self, RatesText};
use crate::providers::{StoredConfig, kind_of};

const MAX_ROUTES: usize = 32;

/// A route as it is asked for.
#[derive(Debug)]
pub struct RouteWish {
    /// Name or id of the provider.
    pub provider: String,
    /// As the provider names the model; the model's own name when absent.
    pub upstream_model: Option<String>,
    /// Share among routes of the same priority; 100 when absent.
    pub weight: Option<i32>,
    /// Lower is tried first; 0 when absent.
    pub priority: Option<i32>,
    /// Whether it is used; yes when absent.
    pub enabled: Option<bool>,
    /// The dialect the provider is asked in; `auto` when absent.
    pub dialect: Option<String>,
    /// What it says of routing for itself.
    pub routing: RouteRouting,
}

/// The provider that is meant by a name or an id.
pub(crate) fn find_provider<'p>(field: &str, text: &str, providers: &'p [ProviderRow]) -> Result<&'p ProviderRow> {
    providers
        .iter()
        .find(|row| row.id == text || row.name == text)
        .ok_or_else(|| ControlError::invalid(field, format!("there is no provider `{text}`")))
}

/// Checks routes and makes their rows.
pub(super) fn rows(
    model_row: &str,
    model_name: &str,
    wishes: Vec<RouteWish>,
    providers: &[ProviderRow],
) -> Result<Vec<RouteRow>> {
    if wishes.is_empty() || wishes.len() > MAX_ROUTES {
        return Err(ControlError::invalid("routes", format!("give 1 to {MAX_ROUTES} routes")));
    }
    let mut rows: Vec<RouteRow> = Vec::with_capacity(wishes.len());
    for (at, wish) in wishes.into_iter().enumerate() {
        let field = |name: &str| format!("routes[{at}].{name}");
        let provider = find_provider(&field("provider"), &wish.provider, providers)?;
        let upstream_model = wish.upstream_model.as_deref().unwrap_or(model_name);
        let upstream_model = read_name(&field("upstream_model"), upstream_model)?;
        let weight = wish.weight.unwrap_or(100);
        if !(0..=10_000).contains(&weight) {
            return Err(ControlError::invalid(field("weight"), "must be from 0 to 10000"));
        }
        if rows.iter().any(|row| row.provider_id == provider.id && row.upstream_model == upstream_model) {
            let message = format!("`{upstream_model}` of provider `{}` is there twice", provider.name);
            return Err(ControlError::invalid(field("upstream_model"), message));
        }
        rows.push(RouteRow {
            id: RouteId::from_bits(rand::random()).to_string(),
            model_id: model_row.to_owned(),
            provider_id: provider.id.clone(),
            upstream_model,
            weight,
            priority: wish.priority.unwrap_or(0),
            enabled: wish.enabled.unwrap_or(true),
            dialect: read_dialect(&field("dialect"), wish.dialect.as_deref(), provider)?,
            routing: read_route(&format!("routes[{at}].routing"), wish.routing)?.into(),
        });
    }
    Ok(rows)
}

/// What the audit trail says of a route.
pub(super) fn described(row: &RouteRow) -> serde_json::Value {
    let dialect = row.dialect.as_deref().unwrap_or(AUTO);
    let mut shown =
        serde_json::json!({ "provider_id": row.provider_id, "upstream_model": row.upstream_model, "dialect": dialect });
    if *row.routing != RouteRouting::default() {
        shown["routing"] = serde_json::json!(*row.routing);
    }
    shown
}

/// What stands for "chosen by the model" where a dialect is asked for.
pub(super) const AUTO: &str = "auto";

/// Reads in what the provider is to be asked: what it speaks, or nothing said.
fn read_dialect(field: &str, text: Option<&str>, provider: &ProviderRow) -> Result<Option<String>> {
    let Some(text) = text.filter(|text| *text != AUTO) else { return Ok(None) };
    let spoken = StoredConfig::read(provider).dialects(kind_of(provider)?);
    let known = || routing::CONVERTED_TO.into_iter().filter(|dialect| spoken.contains(*dialect));
    if let Some(dialect) = known().find(|dialect| dialect.as_str() == text) {
        return Ok(Some(dialect.as_str().to_owned()));
    }
    let names: Vec<_> = known().map(Dialect::as_str).collect();
    let message = format!(
        "`{text}` is not one of {}: provider `{}` is asked in nothing else",
        [&[AUTO], names.as_slice()].concat().join(", "),
        provider.name
    );
    Err(ControlError::invalid(field, message))
}

/// Writes one price entry per place the routes lead to, in force from now on.
pub(super) async fn write_prices(
    control: &Control,
    caller: &Caller,
    routes: &[RouteRow],
    providers: &[ProviderRow],
    text: &RatesText,
) -> Result<()> {
    let rates = text.read("prices")?;
    for route in routes {
        let id: ProviderId = route.provider_id.as_str().into();
        let Some(provider) = providers.iter().find(|row| row.id == route.provider_id) else { continue };
        prices::write(control, caller, &id, provider, &route.upstream_model, None, rates, Vec::new()).await?;
    }
    Ok(())
}
