//! The price book.

use axum::Json;
use axum::extract::State;
use axum::http::StatusCode;
use serde::{Deserialize, Serialize};
use thinkwatch_control::prices::{self, NewPrice, Price, RatesText, TierText};
use thinkwatch_policy::pricing::Rates;
use utoipa::{IntoParams, ToSchema};

use crate::body::Body;
use crate::error::{Answer, ErrorBody};
use crate::query::Asked;
use crate::shown::{Page, money, read_maybe_time, time};
use crate::signed::Signed;
use crate::state::App;

/// US dollars as decimal strings: per million tokens of a class, per image, per call. Absent classes of tokens fall back: caches
/// and audio in the input to `input`, one hour to five minutes, reasoning and audio in the output to `output`.
#[derive(Default, Serialize, Deserialize, ToSchema)]
#[serde(default, deny_unknown_fields)]
pub(crate) struct RatesBody {
    /// Input.
    input: Option<String>,
    /// Output.
    output: Option<String>,
    /// Read from a prompt cache.
    cache_read: Option<String>,
    /// Written to a five-minute cache.
    cache_write_5m: Option<String>,
    /// Written to a one-hour cache.
    cache_write_1h: Option<String>,
    /// Reasoning.
    reasoning: Option<String>,
    /// Audio in the input.
    audio_input: Option<String>,
    /// Audio in the output.
    audio_output: Option<String>,
    /// Per image made, beside its tokens.
    image: Option<String>,
    /// Per call, beside its tokens.
    request: Option<String>,
}

impl From<RatesBody> for RatesText {
    fn from(rates: RatesBody) -> Self {
        Self {
            input: rates.input,
            output: rates.output,
            cache_read: rates.cache_read,
            cache_write_5m: rates.cache_write_5m,
            cache_write_1h: rates.cache_write_1h,
            reasoning: rates.reasoning,
            audio_input: rates.audio_input,
            audio_output: rates.audio_output,
            image: rates.image,
            request: rates.request,
        }
    }
}

impl From<Rates> for RatesBody {
    fn from(rates: Rates) -> Self {
        Self {
            input: rates.input.map(money),
            output: rates.output.map(money),
            cache_read: rates.cache_read.map(money),
            cache_write_5m: rates.cache_write_5m.map(money),
            cache_write_1h: rates.cache_write_1h.map(money),
            reasoning: rates.reasoning.map(money),
            audio_input: rates.audio_input.map(money),
            audio_output: rates.audio_output.map(money),
            image: rates.image.map(money),
            request: rates.request.map(money),
        }
    }
}

/// Rates for large inputs.
#[derive(Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct TierBody {
    /// Holds above this many input tokens, for the whole call.
    above_input_tokens: u64,
    /// What then holds; absent classes as without the tier.
    rates: RatesBody,
}

/// A version of a price.
#[derive(Serialize, ToSchema)]
pub(crate) struct PriceBody {
    /// Kept with each call as `price_version`.
    id: String,
    /// Of which provider; `null` for the imported list.
    provider_id: Option<String>,
    /// Its name.
    provider: Option<String>,
    /// For which type of provider.
    provider_type: String,
    /// As the provider names the model.
    upstream_model: String,
    /// In force from.
    effective_from: String,
    /// The rates.
    rates: RatesBody,
    /// Rates for large inputs.
    tiers: Vec<TierBody>,
    /// Where it came from.
    source: String,
    /// Written at.
    created_at: String,
}

impl From<Price> for PriceBody {
    fn from(price: Price) -> Self {
        let tier = |tier: thinkwatch_policy::pricing::Tier| TierBody {
            above_input_tokens: tier.above_input_tokens,
            rates: tier.rates.into(),
        };
        Self {
            id: price.id.to_string(),
            provider_id: price.provider_id.map(|id| id.to_string()),
            provider: price.provider,
            provider_type: price.provider_type,
            upstream_model: price.upstream_model,
            effective_from: time(price.effective_from_us),
            rates: price.rates.into(),
            tiers: price.tiers.into_iter().map(tier).collect(),
            source: price.source,
            created_at: time(price.created_at_us),
        }
    }
}

/// A new price.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct NewPriceBody {
    /// Name or id of the provider.
    provider: String,
    /// As the provider names the model.
    upstream_model: String,
    /// RFC 3339; now when absent.
    effective_from: Option<String>,
    /// The rates.
    rates: RatesBody,
    /// Rates for large inputs.
    #[serde(default)]
    tiers: Vec<TierBody>,
}

/// Which prices.
#[derive(Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub(crate) struct PriceQuery {
    /// Own entries of this provider (name or id).
    provider: Option<String>,
    /// Of this upstream model.
    upstream_model: Option<String>,
}

/// What an import did.
#[derive(Serialize, ToSchema)]
pub(crate) struct Imported {
    /// New entries.
    imported: u64,
}

/// Prices, newest first.
#[utoipa::path(get, path = "/api/admin/prices", tag = "prices", params(PriceQuery),
    responses((status = 200, body = Page<PriceBody>), (status = 401, body = ErrorBody), (status = 403, body = ErrorBody)))]
pub(crate) async fn list(
    State(app): State<App>,
    Signed(caller): Signed,
    Asked(query): Asked<PriceQuery>,
) -> Answer<Json<Page<PriceBody>>> {
    let prices = prices::list(&app.control, &caller, query.provider.as_deref(), query.upstream_model).await?;
    Ok(Json(Page::whole(prices.into_iter().map(Into::into))))
}

/// Adds a version of a price.
#[utoipa::path(post, path = "/api/admin/prices", tag = "prices", request_body = NewPriceBody,
    responses((status = 201, body = PriceBody), (status = 400, body = ErrorBody), (status = 401, body = ErrorBody), (status = 403, body = ErrorBody)))]
pub(crate) async fn create(
    State(app): State<App>,
    Signed(caller): Signed,
    Body(body): Body<NewPriceBody>,
) -> Answer<(StatusCode, Json<PriceBody>)> {
    let tier = |tier: TierBody| TierText { above_input_tokens: tier.above_input_tokens, rates: tier.rates.into() };
    let new = NewPrice {
        provider: body.provider,
        upstream_model: body.upstream_model,
        effective_from_us: read_maybe_time("effective_from", body.effective_from.as_deref())?,
        rates: body.rates.into(),
        tiers: body.tiers.into_iter().map(tier).collect(),
    };
    let price = prices::add(&app.control, &caller, new).await?;
    Ok((StatusCode::CREATED, Json(price.into())))
}

/// Imports the price list that comes with the program.
#[utoipa::path(post, path = "/api/admin/prices/import", tag = "prices",
    responses((status = 200, body = Imported), (status = 401, body = ErrorBody), (status = 403, body = ErrorBody)))]
pub(crate) async fn import(State(app): State<App>, Signed(caller): Signed) -> Answer<Json<Imported>> {
    let imported = prices::import_bundled(&app.control, &caller).await?;
    Ok(Json(Imported { imported }))
}
