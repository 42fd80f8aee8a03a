//! Usage and cost.

use std::collections::BTreeMap;

use axum::Json;
use axum::extract::State;
use serde::{Deserialize, Serialize};
use thinkwatch_control::usage::{self, Question, UsageGroup, UsageGroupRow, UsageSums};
use utoipa::{IntoParams, ToSchema};

use crate::error::{Answer, ErrorBody};
use crate::query::Asked;
use crate::shown::{money, now_us, read_maybe_time, time};
use crate::signed::Signed;
use crate::state::App;

/// 30 days.
const USUAL_RANGE_US: i64 = 30 * 86_400 * 1_000_000;

/// What to sum.
#[derive(Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub(crate) struct UsageQuery {
    /// RFC 3339, whole hours; 30 days ago when absent.
    from: Option<String>,
    /// RFC 3339, not included; now when absent.
    to: Option<String>,
    /// Names, separated by commas: user, user_email, key, team, model, provider, provider_id, upstream_model,
    /// cost_center, outcome, day, hour, tag:<name>.
    group_by: Option<String>,
    /// Only of this user.
    user_id: Option<String>,
    /// Only of this lineage of keys.
    key_lineage_id: Option<String>,
    /// Only of this model.
    model: Option<String>,
    /// Only of this provider (id).
    provider_id: Option<String>,
}

/// Sums of calls. The input classes are disjoint; reasoning is a part of output.
#[derive(Serialize, ToSchema)]
pub(crate) struct SumsBody {
    /// Calls.
    requests: i64,
    /// Input that was not cached.
    input_tokens: i64,
    /// Read from a cache.
    cache_read_tokens: i64,
    /// Written to a five-minute cache.
    cache_write_5m_tokens: i64,
    /// Written to a one-hour cache.
    cache_write_1h_tokens: i64,
    /// Output.
    output_tokens: i64,
    /// A part of output.
    reasoning_tokens: i64,
    /// Audio in.
    audio_input_tokens: i64,
    /// Audio out.
    audio_output_tokens: i64,
    /// Images made.
    image_units: i64,
    /// US dollars, exact.
    cost_usd: String,
    /// Calls whose tokens were estimated.
    estimated_requests: i64,
    /// Calls whose model has no price.
    unpriced_requests: i64,
}

impl From<UsageSums> for SumsBody {
    fn from(sums: UsageSums) -> Self {
        Self {
            requests: sums.calls,
            input_tokens: sums.input,
            cache_read_tokens: sums.cache_read,
            cache_write_5m_tokens: sums.cache_write_5m,
            cache_write_1h_tokens: sums.cache_write_1h,
            output_tokens: sums.output,
            reasoning_tokens: sums.reasoning,
            audio_input_tokens: sums.audio_in,
            audio_output_tokens: sums.audio_out,
            image_units: sums.images,
            cost_usd: money(sums.cost_nano),
            estimated_requests: sums.estimated_calls,
            unpriced_requests: sums.unpriced_calls,
        }
    }
}

/// A group and its sums.
#[derive(Serialize, ToSchema)]
pub(crate) struct UsageRow {
    /// The group's values by name.
    group: BTreeMap<String, Option<String>>,
    /// Its sums.
    #[serde(flatten)]
    sums: SumsBody,
}

/// Usage.
#[derive(Serialize, ToSchema)]
pub(crate) struct UsageBody {
    /// From.
    from: String,
    /// Until.
    to: String,
    /// A row per group.
    items: Vec<UsageRow>,
    /// Everything together.
    total: SumsBody,
}

/// Cost of a group.
#[derive(Serialize, ToSchema)]
pub(crate) struct CostRow {
    /// The group's values by name.
    group: BTreeMap<String, Option<String>>,
    /// Calls.
    requests: i64,
    /// US dollars, exact.
    cost_usd: String,
}

/// Cost.
#[derive(Serialize, ToSchema)]
pub(crate) struct CostsBody {
    /// From.
    from: String,
    /// Until.
    to: String,
    /// A row per group.
    items: Vec<CostRow>,
    /// US dollars of the whole range.
    total_cost_usd: String,
    /// US dollars since the first of this month (UTC).
    month_to_date_usd: String,
}

struct Asking {
    names: Vec<String>,
    question: Question,
}

fn read(query: UsageQuery, usual_group: &str) -> Answer<Asking> {
    let to_us = read_maybe_time("to", query.to.as_deref())?.unwrap_or_else(|| now_us().saturating_add(1));
    let from_us = read_maybe_time("from", query.from.as_deref())?.unwrap_or(to_us.saturating_sub(USUAL_RANGE_US));
    let text = query.group_by.unwrap_or_else(|| usual_group.to_owned());
    let names: Vec<String> =
        text.split(',').map(str::trim).filter(|name| !name.is_empty()).map(str::to_owned).collect();
    let group_by = names.iter().map(|name| usage::read_group(name)).collect::<Result<Vec<_>, _>>()?;
    let question = Question {
        from_us,
        to_us,
        group_by,
        user_id: query.user_id.map(Into::into),
        key_lineage_id: query.key_lineage_id.map(Into::into),
        model: query.model,
        provider_id: query.provider_id.map(Into::into),
    };
    Ok(Asking { names, question })
}

/// Names the values of a row; days and hours are shown as times.
fn group(asking: &Asking, row: &UsageGroupRow) -> BTreeMap<String, Option<String>> {
    let shown = |group: &UsageGroup, value: &Option<String>| match group {
        UsageGroup::Day | UsageGroup::Hour => value.as_deref().and_then(|us| us.parse().ok()).map(crate::shown::time),
        _ => value.clone(),
    };
    let values = asking.question.group_by.iter().zip(&row.keys).map(|(group, value)| shown(group, value));
    asking.names.iter().cloned().zip(values).collect()
}

/// Usage by group: of all for those who may see it, else one's own.
#[utoipa::path(get, path = "/api/analytics/usage", tag = "analytics", params(UsageQuery),
    responses((status = 200, body = UsageBody), (status = 400, body = ErrorBody), (status = 401, body = ErrorBody), (status = 403, body = ErrorBody)))]
pub(crate) async fn usage(
    State(app): State<App>,
    Signed(caller): Signed,
    Asked(query): Asked<UsageQuery>,
) -> Answer<Json<UsageBody>> {
    let asking = read(query, "model")?;
    let answer = usage::ask(&app.control, &caller, asking.question.clone()).await?;
    let items = answer.rows.iter().map(|row| UsageRow { group: group(&asking, row), sums: row.sums.into() });
    Ok(Json(UsageBody {
        from: time(asking.question.from_us),
        to: time(asking.question.to_us),
        items: items.collect(),
        total: answer.total.into(),
    }))
}

/// Cost by group: of all for those who may see it, else one's own.
#[utoipa::path(get, path = "/api/analytics/costs", tag = "analytics", params(UsageQuery),
    responses((status = 200, body = CostsBody), (status = 400, body = ErrorBody), (status = 401, body = ErrorBody), (status = 403, body = ErrorBody)))]
pub(crate) async fn costs(
    State(app): State<App>,
    Signed(caller): Signed,
    Asked(query): Asked<UsageQuery>,
) -> Answer<Json<CostsBody>> {
    let asking = read(query, "model")?;
    let answer = usage::ask(&app.control, &caller, asking.question.clone()).await?;
    let month = usage::month_to_date(&app.control, &caller, asking.question.user_id.clone()).await?;
    let items = answer.rows.iter().map(|row| CostRow {
        group: group(&asking, row),
        requests: row.sums.calls,
        cost_usd: money(row.sums.cost_nano),
    });
    Ok(Json(CostsBody {
        from: time(asking.question.from_us),
        to: time(asking.question.to_us),
        items: items.collect(),
        total_cost_usd: money(answer.total.cost_nano),
        month_to_date_usd: money(month.cost_nano),
    }))
}
