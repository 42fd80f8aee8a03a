//! Budgets of a subject.

use axum::Json;
use axum::extract::{Path, State};
use axum::http::StatusCode;
use serde::{Deserialize, Serialize};
use thinkwatch_control::limits::{self, Budget, BudgetEdit, NewBudget};
use utoipa::ToSchema;

use super::{Amount, AmountText, OverrideBody, OverrideWishBody, SubjectBody, UseBody};
use crate::answer::{Seen, Tagged};
use crate::body::Body;
use crate::error::{Answer, ErrorBody};
use crate::shown::{Page, time};
use crate::signed::Signed;
use crate::state::App;

/// A period of a budget.
#[derive(Serialize, ToSchema)]
pub(crate) struct PeriodBody {
    /// `2026-11-22`, `2026-W47`, `2026-11`.
    name: String,
    /// Its first moment.
    start: String,
    /// The first moment of the next.
    end: String,
}

impl From<thinkwatch_policy::limits::Period> for PeriodBody {
    fn from(period: thinkwatch_policy::limits::Period) -> Self {
        Self { name: period.name, start: time(period.start_us), end: time(period.end_us) }
    }
}

/// A budget.
#[derive(Serialize, ToSchema)]
pub(crate) struct BudgetBody {
    /// The budget.
    id: String,
    /// Who spends.
    subject: SubjectBody,
    /// How errors name it: `user:usd/monthly`.
    name: String,
    /// `daily`, `weekly` or `monthly`.
    period: &'static str,
    /// `usd` or `tokens`.
    unit: &'static str,
    /// The most that may be spent.
    max: Amount,
    /// Whether calls reserve the most they can cost. Otherwise they reserve what such calls usually cost.
    hard: bool,
    /// What holds instead for now.
    #[serde(rename = "override")]
    exception: Option<OverrideBody>,
    /// What was forgiven in this period by a reset.
    forgiven: Amount,
    /// The period that runs.
    current_period: PeriodBody,
    /// How it stands.
    usage: Option<UseBody>,
    /// Made at.
    created_at: String,
    /// Last changed at.
    updated_at: String,
}

impl From<Budget> for BudgetBody {
    fn from(budget: Budget) -> Self {
        let unit = budget.unit;
        Self {
            id: budget.id,
            subject: budget.subject.into(),
            name: budget.name,
            period: budget.period.as_str(),
            unit: unit.as_str(),
            max: Amount::of(unit, budget.max),
            hard: budget.hard,
            exception: budget.exception.map(|of| OverrideBody::of(unit, of)),
            forgiven: Amount::of(unit, budget.forgiven),
            current_period: budget.period_now.into(),
            usage: budget.usage.map(|of| UseBody::of(unit, of)),
            created_at: time(budget.created_at_us),
            updated_at: time(budget.updated_at_us),
        }
    }
}

/// A new budget.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct NewBudgetBody {
    /// `daily`, `weekly` or `monthly`.
    period: String,
    /// `usd` or `tokens`.
    unit: String,
    /// The most that may be spent.
    max: AmountText,
    /// Whether calls reserve the most they can cost; yes when absent.
    hard: Option<bool>,
}

/// What is to change of a budget; absent fields stay.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct BudgetEditBody {
    /// The most that may be spent.
    max: Option<AmountText>,
    /// Whether calls reserve the most they can cost.
    hard: Option<bool>,
}

fn tagged(status: StatusCode, budget: Budget) -> Tagged<BudgetBody> {
    Tagged { status, version: budget.version, body: budget.into() }
}

/// The budgets of a subject. Everyone may see those of themselves and of their keys.
#[utoipa::path(get, path = "/api/admin/limits/{subject_kind}/{subject_id}/budgets", tag = "limits", operation_id = "list_budgets",
    params(("subject_kind" = String, Path, description = "`organisation`, `user`, `key`, `provider`, `route`, `model`"), ("subject_id" = String, Path, description = "an id, an address or a name; `default` for the organisation")),
    responses((status = 200, body = Page<BudgetBody>), (status = 400, body = ErrorBody), (status = 401, body = ErrorBody), (status = 403, body = ErrorBody), (status = 404, body = ErrorBody)))]
pub(crate) async fn list(
    State(app): State<App>,
    Signed(caller): Signed,
    Path((kind, id)): Path<(String, String)>,
) -> Answer<Json<Page<BudgetBody>>> {
    let budgets = limits::budget::list(&app.control, &caller, &kind, &id).await?;
    Ok(Json(Page::whole(budgets.into_iter().map(Into::into))))
}

/// Sets a budget. What was spent before in the period counts.
#[utoipa::path(post, path = "/api/admin/limits/{subject_kind}/{subject_id}/budgets", tag = "limits", operation_id = "create_budget", request_body = NewBudgetBody,
    params(("subject_kind" = String, Path), ("subject_id" = String, Path)),
    responses((status = 201, body = BudgetBody), (status = 400, body = ErrorBody), (status = 401, body = ErrorBody), (status = 403, body = ErrorBody), (status = 404, body = ErrorBody), (status = 409, body = ErrorBody)))]
pub(crate) async fn create(
    State(app): State<App>,
    Signed(caller): Signed,
    Path((kind, id)): Path<(String, String)>,
    Body(body): Body<NewBudgetBody>,
) -> Answer<Tagged<BudgetBody>> {
    let new = NewBudget { period: body.period, unit: body.unit, max: body.max.text(), hard: body.hard };
    Ok(tagged(StatusCode::CREATED, limits::budget::create(&app.control, &caller, &kind, &id, new).await?))
}

/// Deletes all budgets of a subject.
#[utoipa::path(delete, path = "/api/admin/limits/{subject_kind}/{subject_id}/budgets", tag = "limits", operation_id = "delete_budgets",
    params(("subject_kind" = String, Path), ("subject_id" = String, Path)),
    responses((status = 204), (status = 400, body = ErrorBody), (status = 401, body = ErrorBody), (status = 403, body = ErrorBody), (status = 404, body = ErrorBody)))]
pub(crate) async fn delete_all(
    State(app): State<App>,
    Signed(caller): Signed,
    Path((kind, id)): Path<(String, String)>,
) -> Answer<StatusCode> {
    limits::budget::delete_all(&app.control, &caller, &kind, &id).await?;
    Ok(StatusCode::NO_CONTENT)
}

/// One budget.
#[utoipa::path(get, path = "/api/admin/limits/{subject_kind}/{subject_id}/budgets/{id}", tag = "limits", operation_id = "get_budget",
    params(("subject_kind" = String, Path), ("subject_id" = String, Path), ("id" = String, Path)),
    responses((status = 200, body = BudgetBody), (status = 400, body = ErrorBody), (status = 401, body = ErrorBody), (status = 403, body = ErrorBody), (status = 404, body = ErrorBody)))]
pub(crate) async fn get(
    State(app): State<App>,
    Signed(caller): Signed,
    Path((kind, id, budget)): Path<(String, String, String)>,
) -> Answer<Tagged<BudgetBody>> {
    Ok(tagged(StatusCode::OK, limits::budget::get(&app.control, &caller, &kind, &id, &budget.into()).await?))
}

/// Changes a budget.
#[utoipa::path(patch, path = "/api/admin/limits/{subject_kind}/{subject_id}/budgets/{id}", tag = "limits", operation_id = "update_budget", request_body = BudgetEditBody,
    params(("subject_kind" = String, Path), ("subject_id" = String, Path), ("id" = String, Path)),
    responses((status = 200, body = BudgetBody), (status = 400, body = ErrorBody), (status = 401, body = ErrorBody), (status = 403, body = ErrorBody), (status = 404, body = ErrorBody), (status = 412, body = ErrorBody)))]
pub(crate) async fn update(
    State(app): State<App>,
    Signed(caller): Signed,
    Path((kind, id, budget)): Path<(String, String, String)>,
    Seen(seen): Seen,
    Body(body): Body<BudgetEditBody>,
) -> Answer<Tagged<BudgetBody>> {
    let edit = BudgetEdit { max: body.max.map(AmountText::text), hard: body.hard };
    let changed = limits::budget::update(&app.control, &caller, (&kind, &id), &budget.into(), seen, edit).await?;
    Ok(tagged(StatusCode::OK, changed))
}

/// Deletes a budget.
#[utoipa::path(delete, path = "/api/admin/limits/{subject_kind}/{subject_id}/budgets/{id}", tag = "limits", operation_id = "delete_budget",
    params(("subject_kind" = String, Path), ("subject_id" = String, Path), ("id" = String, Path)),
    responses((status = 204), (status = 400, body = ErrorBody), (status = 401, body = ErrorBody), (status = 403, body = ErrorBody), (status = 404, body = ErrorBody), (status = 412, body = ErrorBody)))]
pub(crate) async fn delete(
    State(app): State<App>,
    Signed(caller): Signed,
    Path((kind, id, budget)): Path<(String, String, String)>,
    Seen(seen): Seen,
) -> Answer<StatusCode> {
    limits::budget::delete(&app.control, &caller, (&kind, &id), &budget.into(), seen).await?;
    Ok(StatusCode::NO_CONTENT)
}

/// Sets what holds instead of a budget's max for a while, in the place of what was set before.
#[utoipa::path(post, path = "/api/admin/limits/{subject_kind}/{subject_id}/budgets/{id}/override", tag = "limits", operation_id = "override_budget", request_body = OverrideWishBody,
    params(("subject_kind" = String, Path), ("subject_id" = String, Path), ("id" = String, Path)),
    responses((status = 200, body = BudgetBody), (status = 400, body = ErrorBody), (status = 401, body = ErrorBody), (status = 403, body = ErrorBody), (status = 404, body = ErrorBody)))]
pub(crate) async fn set_override(
    State(app): State<App>,
    Signed(caller): Signed,
    Path((kind, id, budget)): Path<(String, String, String)>,
    Body(body): Body<OverrideWishBody>,
) -> Answer<Tagged<BudgetBody>> {
    let wish = body.read()?;
    let changed = limits::budget::set_override(&app.control, &caller, (&kind, &id), &budget.into(), wish).await?;
    Ok(tagged(StatusCode::OK, changed))
}

/// Takes an override away before its time.
#[utoipa::path(delete, path = "/api/admin/limits/{subject_kind}/{subject_id}/budgets/{id}/override", tag = "limits", operation_id = "clear_override_of_budget",
    params(("subject_kind" = String, Path), ("subject_id" = String, Path), ("id" = String, Path)),
    responses((status = 200, body = BudgetBody), (status = 400, body = ErrorBody), (status = 401, body = ErrorBody), (status = 403, body = ErrorBody), (status = 404, body = ErrorBody)))]
pub(crate) async fn clear_override(
    State(app): State<App>,
    Signed(caller): Signed,
    Path((kind, id, budget)): Path<(String, String, String)>,
) -> Answer<Tagged<BudgetBody>> {
    let changed = limits::budget::clear_override(&app.control, &caller, &kind, &id, &budget.into()).await?;
    Ok(tagged(StatusCode::OK, changed))
}

/// Forgives what was spent of a budget in the period that runs.
#[utoipa::path(post, path = "/api/admin/limits/{subject_kind}/{subject_id}/budgets/{id}/reset", tag = "limits", operation_id = "reset_budget",
    params(("subject_kind" = String, Path), ("subject_id" = String, Path), ("id" = String, Path)),
    responses((status = 200, body = BudgetBody), (status = 400, body = ErrorBody), (status = 401, body = ErrorBody), (status = 403, body = ErrorBody), (status = 404, body = ErrorBody), (status = 503, body = ErrorBody)))]
pub(crate) async fn reset(
    State(app): State<App>,
    Signed(caller): Signed,
    Path((kind, id, budget)): Path<(String, String, String)>,
) -> Answer<Tagged<BudgetBody>> {
    Ok(tagged(StatusCode::OK, limits::budget::reset(&app.control, &caller, &kind, &id, &budget.into()).await?))
}
