//! The price book: versions of prices, never edited, only followed by newer ones.

mod bundled;
mod write;

use serde::Deserialize;
use thinkwatch_policy::access::Action;
use thinkwatch_policy::ids::{PriceId, ProviderId};
use thinkwatch_policy::pricing::{Rates, Tier, parse_usd};
use thinkwatch_store::{PriceFilter, PriceRow, ProviderRow};

pub use bundled::{import_bundled, import_on_first_start};
pub(crate) use write::write;
pub use write::{NewPrice, TierText, add};

use crate::caller::Caller;
use crate::control::Control;
use crate::error::{ControlError, Result};

/// A version of the price of one upstream model.
#[derive(Clone, Debug)]
pub struct Price {
    /// Kept with each call it was used for.
    pub id: PriceId,
    /// Of which provider; `None` for the imported list.
    pub provider_id: Option<ProviderId>,
    /// That provider's name.
    pub provider: Option<String>,
    /// For which type of provider.
    pub provider_type: String,
    /// As the provider names the model.
    pub upstream_model: String,
    /// In force from.
    pub effective_from_us: i64,
    /// The base rates.
    pub rates: Rates,
    /// Rates for large inputs.
    pub tiers: Vec<Tier>,
    /// `console`, or where a list came from.
    pub source: String,
    /// Written at.
    pub created_at_us: i64,
}

fn view(row: PriceRow, providers: &[ProviderRow]) -> Price {
    let name = row.provider_id.as_deref().and_then(|id| providers.iter().find(|p| p.id == id)).map(|p| p.name.clone());
    Price {
        id: row.id.into(),
        provider_id: row.provider_id.map(Into::into),
        provider: name,
        provider_type: row.provider_kind,
        upstream_model: row.upstream_model,
        effective_from_us: row.effective_from_us,
        rates: row.rates.0,
        tiers: row.tiers.0,
        source: row.source,
        created_at_us: row.created_at_us,
    }
}

/// Prices, newest first. `provider` is a name or an id.
pub async fn list(
    control: &Control,
    caller: &Caller,
    provider: Option<&str>,
    upstream_model: Option<String>,
) -> Result<Vec<Price>> {
    caller.may(Action::PricesRead)?;
    let providers = control.store.list_providers().await?;
    let provider_id = match provider {
        Some(text) => Some(crate::models::routes::find_provider("provider", text, &providers)?.id.as_str().into()),
        None => None,
    };
    let rows = control.store.list_prices(&PriceFilter { provider_id, upstream_model }).await?;
    Ok(rows.into_iter().map(|row| view(row, &providers)).collect())
}

/// Rates as they are written: decimal strings of US dollars per million tokens, or per unit.
#[derive(Clone, Debug, Default, Deserialize)]
pub struct RatesText {
    /// Input.
    pub input: Option<String>,
    /// Output.
    pub output: Option<String>,
    /// Read from a prompt cache.
    pub cache_read: Option<String>,
    /// Written to a five-minute cache.
    pub cache_write_5m: Option<String>,
    /// Written to a one-hour cache.
    pub cache_write_1h: Option<String>,
    /// Reasoning.
    pub reasoning: Option<String>,
    /// Audio in the input.
    pub audio_input: Option<String>,
    /// Audio in the output.
    pub audio_output: Option<String>,
    /// Per image made.
    pub image: Option<String>,
    /// Per call.
    pub request: Option<String>,
}

impl RatesText {
    /// Reads the rates exactly. `field` is what the API calls them.
    pub fn read(&self, field: &str) -> Result<Rates> {
        let read = |name: &str, text: &Option<String>| -> Result<Option<i64>> {
            let parsed = text.as_deref().map(parse_usd).transpose();
            parsed.map_err(|error| ControlError::invalid(format!("{field}.{name}"), error.to_string()))
        };
        let rates = Rates {
            input: read("input", &self.input)?,
            output: read("output", &self.output)?,
            cache_read: read("cache_read", &self.cache_read)?,
            cache_write_5m: read("cache_write_5m", &self.cache_write_5m)?,
            cache_write_1h: read("cache_write_1h", &self.cache_write_1h)?,
            reasoning: read("reasoning", &self.reasoning)?,
            audio_input: read("audio_input", &self.audio_input)?,
            audio_output: read("audio_output", &self.audio_output)?,
            image: read("image", &self.image)?,
            request: read("request", &self.request)?,
        };
        if rates == Rates::default() {
            return Err(ControlError::invalid(field, "give at least one price"));
        }
        Ok(rates)
    }
}
