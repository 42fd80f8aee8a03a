//! The dashboard.

use std::collections::BTreeMap;

use axum::Json;
use axum::extract::State;
use serde::{Deserialize, Serialize};
use thinkwatch_control::overview::{self, Entry, Sums};
use utoipa::{IntoParams, ToSchema};

use crate::error::{Answer, ErrorBody};
use crate::query::Asked;
use crate::shown::{money, read_maybe_time, time};
use crate::signed::Signed;
use crate::state::App;

/// Of what time.
#[derive(Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub(crate) struct OverviewQuery {
    /// RFC 3339; a day before `to` when absent. Rounded down to five minutes.
    from: Option<String>,
    /// RFC 3339, not included; now when absent. At most 92 days after `from`.
    to: Option<String>,
}

/// Everything at a glance.
#[derive(Serialize, ToSchema)]
pub(crate) struct OverviewBody {
    /// From.
    from: String,
    /// Until.
    to: String,
    /// `all`, or `own` for those who may see their own calls only.
    scope: &'static str,
    /// The whole range.
    totals: TotalsBody,
    /// The range of the same length before it.
    previous: TotalsBody,
    /// US dollars since the first of this month (UTC), exact.
    month_to_date_usd: String,
    /// Width of a point in seconds.
    step_secs: i64,
    /// Every step of the range in order, those without calls too.
    series: Vec<PointBody>,
    /// The models with the most calls.
    top_models: Vec<TopBody>,
    /// The providers with the most calls.
    top_providers: Vec<TopBody>,
    /// The keys with the most calls, in whole hours.
    top_keys: Vec<TopCallerBody>,
    /// The users with the most calls, in whole hours.
    top_users: Vec<TopCallerBody>,
    /// Parts of the log that could not be read and are missing.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    unreadable: Vec<String>,
}

/// Sums of a time. The input classes are disjoint; reasoning is a part of output.
#[derive(Serialize, ToSchema)]
pub(crate) struct TotalsBody {
    /// Calls.
    requests: u64,
    /// Calls by outcome: ok, client_error, refused, upstream_error, cancelled, interrupted. Those without calls are absent.
    outcomes: BTreeMap<String, u64>,
    /// Calls that failed: every outcome but `ok` and `cancelled`.
    errors: u64,
    /// Their share of all calls, 0 to 1; `null` without calls.
    error_rate: Option<f64>,
    /// Input that was not cached.
    input_tokens: u64,
    /// Read from a cache.
    cache_read_tokens: u64,
    /// Written to a five-minute cache.
    cache_write_5m_tokens: u64,
    /// Written to a one-hour cache.
    cache_write_1h_tokens: u64,
    /// Output.
    output_tokens: u64,
    /// A part of output.
    reasoning_tokens: u64,
    /// US dollars, exact.
    cost_usd: String,
    /// How long calls took.
    duration_ms: QuantilesBody,
    /// Time to the first event of those calls that had one.
    ttft_ms: QuantilesBody,
    /// Output tokens per second of answering, over all calls; `null` without calls.
    tokens_per_second: Option<f64>,
}

/// Quantiles in milliseconds, off by a few percent at most; `null` when there is nothing to tell.
#[derive(Serialize, ToSchema)]
pub(crate) struct QuantilesBody {
    /// Half were faster.
    p50: Option<f64>,
    /// 95 of 100 were faster.
    p95: Option<f64>,
    /// 99 of 100 were faster.
    p99: Option<f64>,
}

/// One step. Tokens are of the classes of the totals: those of input are disjoint, reasoning is a part of output.
#[derive(Serialize, ToSchema)]
pub(crate) struct PointBody {
    /// Its beginning.
    at: String,
    /// Calls.
    requests: u64,
    /// Calls that failed.
    errors: u64,
    /// Input that was not cached.
    input_tokens: u64,
    /// Read from a cache.
    cache_read_tokens: u64,
    /// Written to a five-minute cache.
    cache_write_5m_tokens: u64,
    /// Written to a one-hour cache.
    cache_write_1h_tokens: u64,
    /// Output.
    output_tokens: u64,
    /// A part of output.
    reasoning_tokens: u64,
    /// US dollars, exact.
    cost_usd: String,
    /// How long calls took.
    duration_ms: QuantilesBody,
    /// Time to the first event.
    ttft_ms: QuantilesBody,
}

/// A model or a provider.
#[derive(Serialize, ToSchema)]
pub(crate) struct TopBody {
    /// Its name.
    name: String,
    /// Calls.
    requests: u64,
    /// Calls that failed.
    errors: u64,
    /// Their share of its calls, 0 to 1.
    error_rate: f64,
    /// Input tokens of all classes.
    input_tokens: u64,
    /// Output tokens.
    output_tokens: u64,
    /// US dollars, exact.
    cost_usd: String,
}

/// A key or a user.
#[derive(Serialize, ToSchema)]
pub(crate) struct TopCallerBody {
    /// The newest key of its lineage, or the user.
    id: String,
    /// The key's name, or the user's address.
    name: String,
    /// Of a key: what outlives rotation. The request log has all the calls that are counted here under it.
    key_lineage_id: Option<String>,
    /// Of a key: its first characters.
    key_prefix: Option<String>,
    /// Calls.
    requests: u64,
    /// US dollars, exact.
    cost_usd: String,
}

fn quantiles(times: &thinkwatch_control::overview::Histogram) -> QuantilesBody {
    #[expect(clippy::cast_precision_loss, reason = "milliseconds for people")]
    let of = |q| times.quantile_us(q).map(|us| us as f64 / 1000.0);
    QuantilesBody { p50: of(0.5), p95: of(0.95), p99: of(0.99) }
}

#[expect(clippy::cast_precision_loss, reason = "a share for people")]
fn share(part: u64, of: u64) -> Option<f64> {
    (of > 0).then(|| part as f64 / of as f64)
}

impl From<&Sums> for TotalsBody {
    fn from(sums: &Sums) -> Self {
        Self {
            requests: sums.requests,
            errors: sums.errors(),
            error_rate: share(sums.errors(), sums.requests),
            outcomes: sums.outcomes.clone(),
            input_tokens: sums.usage.input,
            cache_read_tokens: sums.usage.cache_read,
            cache_write_5m_tokens: sums.usage.cache_write_5m,
            cache_write_1h_tokens: sums.usage.cache_write_1h,
            output_tokens: sums.usage.output,
            reasoning_tokens: sums.usage.reasoning,
            cost_usd: money(sums.cost_nano),
            duration_ms: quantiles(&sums.duration),
            ttft_ms: quantiles(&sums.ttft),
            tokens_per_second: sums.tokens_per_second(),
        }
    }
}

impl From<&(i64, Sums)> for PointBody {
    fn from((start, sums): &(i64, Sums)) -> Self {
        Self {
            at: time(*start),
            requests: sums.requests,
            errors: sums.errors(),
            input_tokens: sums.usage.input,
            cache_read_tokens: sums.usage.cache_read,
            cache_write_5m_tokens: sums.usage.cache_write_5m,
            cache_write_1h_tokens: sums.usage.cache_write_1h,
            output_tokens: sums.usage.output,
            reasoning_tokens: sums.usage.reasoning,
            cost_usd: money(sums.cost_nano),
            duration_ms: quantiles(&sums.duration),
            ttft_ms: quantiles(&sums.ttft),
        }
    }
}

impl From<Entry> for TopBody {
    fn from(entry: Entry) -> Self {
        let errors = entry.errors.unwrap_or(0);
        let (input_tokens, output_tokens) = entry.tokens.unwrap_or_default();
        Self {
            name: entry.label,
            requests: entry.requests,
            errors,
            error_rate: share(errors, entry.requests).unwrap_or(0.0),
            input_tokens,
            output_tokens,
            cost_usd: money(entry.cost_nano),
        }
    }
}

impl From<Entry> for TopCallerBody {
    fn from(entry: Entry) -> Self {
        Self {
            id: entry.id,
            name: entry.label,
            key_lineage_id: entry.lineage,
            key_prefix: entry.prefix,
            requests: entry.requests,
            cost_usd: money(entry.cost_nano),
        }
    }
}

/// The dashboard: of all for those who may see it, else of one's own calls.
#[utoipa::path(get, path = "/api/analytics/overview", tag = "analytics", params(OverviewQuery),
    responses((status = 200, body = OverviewBody), (status = 400, body = ErrorBody), (status = 401, body = ErrorBody), (status = 403, body = ErrorBody)))]
pub(crate) async fn get(
    State(app): State<App>,
    Signed(caller): Signed,
    Asked(query): Asked<OverviewQuery>,
) -> Answer<Json<OverviewBody>> {
    let from_us = read_maybe_time("from", query.from.as_deref())?;
    let to_us = read_maybe_time("to", query.to.as_deref())?;
    let seen = overview::get(&app.control, &caller, from_us, to_us).await?;
    Ok(Json(OverviewBody {
        from: time(seen.from_us),
        to: time(seen.to_us),
        scope: if seen.own { "own" } else { "all" },
        totals: (&seen.totals).into(),
        previous: (&seen.before).into(),
        month_to_date_usd: money(seen.month_cost_nano),
        step_secs: seen.step_us / 1_000_000,
        series: seen.series.iter().map(Into::into).collect(),
        top_models: seen.models.into_iter().map(Into::into).collect(),
        top_providers: seen.providers.into_iter().map(Into::into).collect(),
        top_keys: seen.keys.into_iter().map(Into::into).collect(),
        top_users: seen.users.into_iter().map(Into::into).collect(),
        unreadable: seen.unreadable,
    }))
}
