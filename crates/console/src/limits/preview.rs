//! What would become of a call.

use axum::Json;
use axum::extract::State;
use serde::{Deserialize, Serialize};
use thinkwatch_control::limits::{self, Preview, PreviewWay, Trial};
use thinkwatch_policy::catalogue::Route;
use thinkwatch_policy::limits::{Counter, Outlook, Unit};
use utoipa::ToSchema;

use super::Amount;
use crate::body::Body;
use crate::error::{Answer, ErrorBody};
use crate::shown::{maybe_time, money};
use crate::signed::Signed;
use crate::state::App;

/// A call that is only thought of.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct TrialBody {
    /// The model, as clients name it.
    model: String,
    /// With which key.
    key_id: Option<String>,
    /// By which user, without a key; whoever asks when both are absent.
    user_id: Option<String>,
    /// How long its body is; 4000 when absent.
    input_bytes: Option<u64>,
    /// The most output it allows (`max_tokens`).
    max_output_tokens: Option<u64>,
}

/// What would become of it.
#[derive(Serialize, ToSchema)]
pub(crate) struct PreviewBody {
    /// The model, as clients name it.
    model: String,
    /// Whether it would be let through.
    allowed: bool,
    /// Why the caller may not use the model at all.
    refused: Option<String>,
    /// The route it would take; `null` when it would be refused.
    route: Option<PreviewRouteBody>,
    /// The most it could use.
    estimate: EstimateBody,
    /// Rules that would refuse it wherever it went.
    blocked_by: Vec<OutlookBody>,
    /// All rules that hold wherever it goes.
    rules: Vec<OutlookBody>,
    /// Where it could go, in the order of the plan.
    candidates: Vec<CandidateBody>,
    /// Routes left out of the plan, and why.
    excluded: Vec<ExcludedBody>,
}

/// A route.
#[derive(Serialize, ToSchema)]
pub(crate) struct PreviewRouteBody {
    /// The route.
    id: String,
    /// The name of its provider.
    provider: String,
    /// As the provider names the model.
    upstream_model: String,
    /// The model that it belongs to, where that is another than the one asked for.
    model: Option<String>,
}

impl From<&Route> for PreviewRouteBody {
    fn from(route: &Route) -> Self {
        Self {
            id: route.id.to_string(),
            provider: route.provider.name.to_string(),
            upstream_model: route.upstream_model.to_string(),
            model: route.stand_in.as_ref().map(|stand_in| stand_in.model.name.to_string()),
        }
    }
}

/// The most a call could use.
#[derive(Serialize, ToSchema)]
pub(crate) struct EstimateBody {
    /// Tokens, weighted as the model says.
    tokens: u64,
    /// US dollars, on the dearest route.
    cost_usd: String,
}

/// A route it could take.
#[derive(Serialize, ToSchema)]
pub(crate) struct CandidateBody {
    /// The route.
    route: PreviewRouteBody,
    /// The most it could cost there, in US dollars.
    cost_usd: String,
    /// Rules of this route or its provider that would refuse it there.
    blocked_by: Vec<OutlookBody>,
}

/// A route that was left out.
#[derive(Serialize, ToSchema)]
pub(crate) struct ExcludedBody {
    /// The route.
    route: PreviewRouteBody,
    /// `disabled`, `dialect`, `endpoint`, ...
    reason: &'static str,
}

/// How a rule would take it.
#[derive(Serialize, ToSchema)]
pub(crate) struct OutlookBody {
    /// The rule, as errors name it.
    name: String,
    /// What is used and reserved.
    used: Amount,
    /// What the call would reserve.
    asks: Amount,
    /// The max in force.
    max: Amount,
    /// Of a budget, when its period ends.
    ends_at: Option<String>,
    /// Whether it would refuse the call.
    blocks: bool,
}

impl From<&Outlook> for OutlookBody {
    fn from(outlook: &Outlook) -> Self {
        let unit = match &outlook.counter {
            Counter::Purse(key) => key.unit,
            Counter::Ring { .. } | Counter::Gauge { .. } => Unit::Tokens,
        };
        Self {
            name: outlook.name.to_string(),
            used: Amount::of(unit, outlook.used),
            asks: Amount::of(unit, outlook.amount),
            max: Amount::of(unit, outlook.max),
            ends_at: maybe_time(outlook.ends_us),
            blocks: outlook.blocks,
        }
    }
}

fn body(model: String, preview: &Preview) -> PreviewBody {
    let usd = |nano: u64| money(i64::try_from(nano).unwrap_or(i64::MAX));
    let blocking = |rules: &[Outlook]| rules.iter().filter(|rule| rule.blocks).map(Into::into).collect();
    let chosen = preview.forecast.choice.filter(|_| preview.refused.is_none());
    let route = chosen.and_then(|choice| preview.ways.get(choice)).map(|way| (&way.route).into());
    let candidate = |(way, rules): (&PreviewWay, &Vec<Outlook>)| CandidateBody {
        route: (&way.route).into(),
        cost_usd: usd(way.cost_nano),
        blocked_by: blocking(rules),
    };
    PreviewBody {
        model,
        allowed: route.is_some(),
        refused: preview.refused.clone(),
        route,
        estimate: EstimateBody {
            tokens: preview.tokens,
            cost_usd: usd(preview.ways.iter().map(|way| way.cost_nano).max().unwrap_or(0)),
        },
        blocked_by: blocking(&preview.forecast.always),
        rules: preview.forecast.always.iter().map(Into::into).collect(),
        candidates: preview.ways.iter().zip(&preview.forecast.ways).map(candidate).collect(),
        excluded: preview.excluded.iter().map(|(route, reason)| ExcludedBody { route: route.into(), reason }).collect(),
    }
}

/// What would become of a call: which route, what it may cost, what would refuse it. Nothing is taken.
#[utoipa::path(post, path = "/api/admin/limits/preview", tag = "limits", operation_id = "preview_limits", request_body = TrialBody,
    responses((status = 200, body = PreviewBody), (status = 400, body = ErrorBody), (status = 401, body = ErrorBody), (status = 403, body = ErrorBody), (status = 404, body = ErrorBody), (status = 503, body = ErrorBody)))]
pub(crate) async fn preview(
    State(app): State<App>,
    Signed(caller): Signed,
    Body(trial): Body<TrialBody>,
) -> Answer<Json<PreviewBody>> {
    let model = trial.model.clone();
    let trial = Trial {
        model: trial.model,
        key_id: trial.key_id,
        user_id: trial.user_id,
        input_bytes: trial.input_bytes,
        max_output_tokens: trial.max_output_tokens,
    };
    Ok(Json(body(model, &limits::preview(&app.control, &caller, &trial).await?)))
}
