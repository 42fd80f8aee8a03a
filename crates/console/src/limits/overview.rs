//! All limits and budgets with how they stand, what was spent in periods past, and alerts.

use axum::Json;
use axum::extract::{Path, State};
use serde::{Deserialize, Serialize};
use thinkwatch_control::limits::{self, Alert, AlertFilter, Item, Question, Spending};
use thinkwatch_policy::limits::Unit;
use utoipa::{IntoParams, ToSchema};

use super::budgets::{BudgetBody, PeriodBody};
use super::rules::RuleBody;
use super::{Amount, SubjectBody};
use crate::error::{Answer, ApiError, ErrorBody};
use crate::query::Asked;
use crate::shown::{Page, money, time};
use crate::signed::Signed;
use crate::state::App;

/// Which limits to list.
#[derive(Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub(crate) struct LimitQuery {
    /// Only of subjects of this kind.
    subject_kind: Option<String>,
    /// `rule` or `budget`.
    kind: Option<String>,
    /// Part of the subject's name or id, or of the rule's name.
    q: Option<String>,
    /// Only those of which at least so much is used, in percent.
    min_percent: Option<f64>,
    /// `-percent` (default: the closest to its max first) or `subject`.
    sort: Option<String>,
    /// From the page before.
    cursor: Option<String>,
    /// 1 to 1000; 100 when absent.
    limit: Option<u64>,
}

/// A rate limit or a budget.
#[derive(Serialize, ToSchema)]
pub(crate) struct LimitItem {
    /// `rule` or `budget`.
    kind: &'static str,
    /// How much of the max in force is used or reserved; `null` when the counters do not answer.
    percent: Option<f64>,
    /// The rate limit, if it is one.
    rule: Option<RuleBody>,
    /// The budget, if it is one.
    budget: Option<BudgetBody>,
}

impl From<Item> for LimitItem {
    fn from(item: Item) -> Self {
        let percent = item.percent();
        match item {
            Item::Rule(rule) => Self { kind: "rule", percent, rule: Some(rule.into()), budget: None },
            Item::Budget(budget) => Self { kind: "budget", percent, rule: None, budget: Some(budget.into()) },
        }
    }
}

/// All limits and budgets, the one that is closest to its max first.
#[utoipa::path(get, path = "/api/admin/limits", tag = "limits", operation_id = "list_limits", params(LimitQuery),
    responses((status = 200, body = Page<LimitItem>), (status = 400, body = ErrorBody), (status = 401, body = ErrorBody), (status = 403, body = ErrorBody)))]
pub(crate) async fn list(
    State(app): State<App>,
    Signed(caller): Signed,
    Asked(query): Asked<LimitQuery>,
) -> Answer<Json<Page<LimitItem>>> {
    let budgets = word("kind", query.kind.as_deref(), &["rule", "budget"])?.map(|at| at == 1);
    let by_subject = word("sort", query.sort.as_deref(), &["-percent", "subject"])? == Some(1);
    let question = Question {
        subject_kind: query.subject_kind,
        budgets,
        search: query.q,
        at_least: query.min_percent,
        by_subject,
        cursor: query.cursor,
        limit: query.limit.unwrap_or(100),
    };
    let page = limits::list(&app.control, &caller, &question).await?;
    Ok(Json(Page { items: page.items.into_iter().map(Into::into).collect(), next_cursor: page.next_cursor }))
}

/// Which of these words it is.
fn word(field: &str, text: Option<&str>, known: &[&str]) -> Result<Option<usize>, ApiError> {
    let Some(text) = text else { return Ok(None) };
    match known.iter().position(|word| *word == text) {
        Some(at) => Ok(Some(at)),
        None => {
            let message = format!("must be one of {}", known.join(", "));
            Err(ApiError::new(axum::http::StatusCode::BAD_REQUEST, "invalid", message).field(Some(field)))
        }
    }
}

/// Which periods.
#[derive(Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub(crate) struct HistoryQuery {
    /// `daily` (default), `weekly` or `monthly`.
    period: Option<String>,
    /// How many at most, 1 to 400; 30 when absent.
    limit: Option<u64>,
}

/// What was spent in one period.
#[derive(Serialize, ToSchema)]
pub(crate) struct SpendingBody {
    /// The period.
    period: PeriodBody,
    /// US dollars.
    cost_usd: String,
    /// Tokens, weighted as their models say.
    tokens: i64,
    /// Calls.
    requests: i64,
}

impl From<Spending> for SpendingBody {
    fn from(of: Spending) -> Self {
        Self {
            period: of.period.into(),
            cost_usd: money(of.spent.cost_nano),
            tokens: of.spent.tokens,
            requests: of.spent.calls,
        }
    }
}

/// What a subject has spent in its last periods, the running one first; those in which it spent nothing are left out.
#[utoipa::path(get, path = "/api/admin/limits/{subject_kind}/{subject_id}/history", tag = "limits", operation_id = "limit_history",
    params(("subject_kind" = String, Path), ("subject_id" = String, Path), HistoryQuery),
    responses((status = 200, body = Page<SpendingBody>), (status = 400, body = ErrorBody), (status = 401, body = ErrorBody), (status = 403, body = ErrorBody), (status = 404, body = ErrorBody)))]
pub(crate) async fn history(
    State(app): State<App>,
    Signed(caller): Signed,
    Path((kind, id)): Path<(String, String)>,
    Asked(query): Asked<HistoryQuery>,
) -> Answer<Json<Page<SpendingBody>>> {
    let period = query.period.as_deref().unwrap_or("daily");
    let rows = limits::history(&app.control, &caller, (&kind, &id), period, query.limit.unwrap_or(30)).await?;
    Ok(Json(Page::whole(rows.into_iter().map(Into::into))))
}

/// Which alerts.
#[derive(Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub(crate) struct AlertQuery {
    /// Only of this budget.
    budget_id: Option<String>,
    /// Only of this subject; with `subject_id`.
    subject_kind: Option<String>,
    /// Only of this subject; with `subject_kind`. Empty for the organisation.
    subject_id: Option<String>,
    /// From the page before.
    cursor: Option<String>,
    /// 1 to 1000; 100 when absent.
    limit: Option<u64>,
}

/// A budget has reached a threshold: told once per period.
#[derive(Serialize, ToSchema)]
pub(crate) struct AlertBody {
    /// The alert.
    id: String,
    /// The budget, which may be gone.
    budget_id: String,
    /// Who spends.
    subject: SubjectBody,
    /// `daily`, `weekly` or `monthly`.
    period: String,
    /// First moment of the period.
    period_start: String,
    /// `usd` or `tokens`.
    unit: String,
    /// 50, 80, 95 or 100 percent.
    threshold: i32,
    /// What was spent then.
    used: Amount,
    /// The max that was in force.
    max: Amount,
    /// When it was noticed.
    raised_at: String,
}

impl From<Alert> for AlertBody {
    fn from(alert: Alert) -> Self {
        let row = alert.row;
        let unit = Unit::parse(&row.unit).unwrap_or(Unit::Tokens);
        let amount = |number: i64| Amount::of(unit, u64::try_from(number).unwrap_or(0));
        Self {
            id: row.id,
            budget_id: row.budget_id,
            subject: alert.subject.into(),
            period: row.period_kind,
            period_start: time(row.period_start_us),
            unit: row.unit,
            threshold: row.threshold,
            used: amount(row.used),
            max: amount(row.max),
            raised_at: time(row.raised_at_us),
        }
    }
}

/// The alerts of budgets, newest first.
#[utoipa::path(get, path = "/api/admin/limits/alerts", tag = "limits", operation_id = "list_alerts", params(AlertQuery),
    responses((status = 200, body = Page<AlertBody>), (status = 400, body = ErrorBody), (status = 401, body = ErrorBody), (status = 403, body = ErrorBody)))]
pub(crate) async fn alerts(
    State(app): State<App>,
    Signed(caller): Signed,
    Asked(query): Asked<AlertQuery>,
) -> Answer<Json<Page<AlertBody>>> {
    let filter = AlertFilter {
        budget_id: query.budget_id,
        subject: query.subject_kind.map(|kind| (kind, query.subject_id.unwrap_or_default())),
        cursor: query.cursor,
        limit: query.limit.unwrap_or(100).clamp(1, 1000),
    };
    let page = limits::alerts(&app.control, &caller, &filter).await?;
    Ok(Json(Page { items: page.items.into_iter().map(Into::into).collect(), next_cursor: page.next_cursor }))
}
