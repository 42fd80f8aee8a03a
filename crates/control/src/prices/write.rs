//! Adding a version of a price.

use serde_json::json;
use thinkwatch_coordination::Part;
use thinkwatch_policy::access::Action;
use thinkwatch_policy::ids::{PriceId, ProviderId};
use thinkwatch_policy::pricing::{Rates, Tier, format_usd};
use thinkwatch_store::{Json, PriceRow, ProviderRow};

use super::{Price, RatesText, view};
use crate::caller::Caller;
use crate::clock::now_us;
use crate::control::Control;
use crate::error::{ControlError, Result};

/// Rates that hold for large inputs.
#[derive(Clone, Debug)]
pub struct TierText {
    /// The tier applies above this many input tokens.
    pub above_input_tokens: u64,
    /// What then holds.
    pub rates: RatesText,
}

/// What a new price is made of.
#[derive(Debug)]
pub struct NewPrice {
    /// Name or id of the provider.
    pub provider: String,
    /// As the provider names the model.
    pub upstream_model: String,
    /// In force from; now when absent.
    pub effective_from_us: Option<i64>,
    /// The base rates.
    pub rates: RatesText,
    /// Rates for large inputs.
    pub tiers: Vec<TierText>,
}

/// Adds a price to a provider's own book, where it wins over the imported list.
pub async fn add(control: &Control, caller: &Caller, new: NewPrice) -> Result<Price> {
    caller.may(Action::PricesWrite)?;
    let providers = control.store.list_providers().await?;
    let provider = crate::models::routes::find_provider("provider", &new.provider, &providers)?;
    let rates = new.rates.read("rates")?;
    let read = |(at, tier): (usize, TierText)| {
        let rates = tier.rates.read(&format!("tiers[{at}].rates"))?;
        Ok(Tier { above_input_tokens: tier.above_input_tokens, rates })
    };
    let tiers: Vec<Tier> = new.tiers.into_iter().enumerate().map(read).collect::<Result<_>>()?;
    if tiers.len() > 8 {
        return Err(ControlError::invalid("tiers", "give at most 8 tiers"));
    }
    let model = new.upstream_model.trim();
    if model.is_empty() || model.len() > 200 {
        return Err(ControlError::invalid("upstream_model", "must be 1 to 200 characters"));
    }
    let id: ProviderId = provider.id.as_str().into();
    let row = write(control, caller, &id, provider, model, new.effective_from_us, rates, tiers).await?;
    control.announce(&[Part::Catalogue]).await;
    Ok(view(row, &providers))
}

/// Writes one entry; does not announce.
#[expect(clippy::too_many_arguments, reason = "the parts of a price entry; a struct would only be taken apart again")]
pub(crate) async fn write(
    control: &Control,
    caller: &Caller,
    provider_id: &ProviderId,
    provider: &ProviderRow,
    upstream_model: &str,
    effective_from_us: Option<i64>,
    rates: Rates,
    tiers: Vec<Tier>,
) -> Result<PriceRow> {
    let now = now_us();
    let row = PriceRow {
        id: PriceId::from_bits(rand::random()).to_string(),
        provider_id: Some(provider_id.to_string()),
        provider_kind: provider.provider_type.clone(),
        upstream_model: upstream_model.to_owned(),
        effective_from_us: effective_from_us.unwrap_or(now),
        rates: Json(rates),
        tiers: Json(tiers),
        source: "console".to_owned(),
        created_at_us: now,
    };
    let details = json!({ "provider": provider.name, "upstream_model": upstream_model,
        "input": rates.input.map(format_usd), "output": rates.output.map(format_usd) });
    let entry = caller.audit("price.create", ("price", Some(&row.id)), details);
    control.store.add_price(row.clone(), &entry).await?;
    Ok(row)
}
