//! Rate limits of a subject.

use axum::Json;
use axum::extract::{Path, State};
use axum::http::StatusCode;
use serde::{Deserialize, Serialize};
use thinkwatch_control::limits::{self, NewRule, Rule};
use thinkwatch_policy::limits::Unit;
use utoipa::ToSchema;

use super::{OverrideBody, OverrideWishBody, SubjectBody, UseBody};
use crate::answer::{Seen, Tagged};
use crate::body::Body;
use crate::error::{Answer, ErrorBody};
use crate::shown::{Page, time};
use crate::signed::Signed;
use crate::state::App;

/// A rate limit, or a limit of calls at once.
#[derive(Serialize, ToSchema)]
pub(crate) struct RuleBody {
    /// The rule.
    id: String,
    /// Whom it counts.
    subject: SubjectBody,
    /// How errors name it: `key:requests/1m`.
    name: String,
    /// Which calls it counts.
    surface: &'static str,
    /// `requests`, `tokens` or `concurrency`.
    metric: &'static str,
    /// `1m`, `5m`, `1h`, `5h`, `1d`, `1w`; `null` for `concurrency`.
    window: Option<&'static str>,
    /// The most that is let in.
    max: u64,
    /// What holds instead for now.
    #[serde(rename = "override")]
    exception: Option<OverrideBody>,
    /// How it stands; `null` when the counters do not answer.
    usage: Option<UseBody>,
    /// Made at.
    created_at: String,
    /// Last changed at.
    updated_at: String,
}

impl From<Rule> for RuleBody {
    fn from(rule: Rule) -> Self {
        Self {
            id: rule.id,
            subject: rule.subject.into(),
            name: rule.name,
            surface: rule.surface.as_str(),
            metric: rule.metric.as_str(),
            window: rule.window.map(|window| window.as_str()),
            max: rule.max,
            // Calls are counted in whole numbers, as tokens are.
            exception: rule.exception.map(|of| OverrideBody::of(Unit::Tokens, of)),
            usage: rule.usage.map(|of| UseBody::of(Unit::Tokens, of)),
            created_at: time(rule.created_at_us),
            updated_at: time(rule.updated_at_us),
        }
    }
}

/// A new rate limit.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct NewRuleBody {
    /// Which calls it counts: `ai_gateway`, which is also meant when absent.
    surface: Option<String>,
    /// `requests`, `tokens` or `concurrency`.
    metric: String,
    /// `1m`, `5m`, `1h`, `5h`, `1d`, `1w`; not with `concurrency`.
    window: Option<String>,
    /// The most that is let in.
    max: u64,
}

/// What is to change of a rate limit.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct RuleEditBody {
    /// The most that is let in.
    max: Option<u64>,
}

fn tagged(status: StatusCode, rule: Rule) -> Tagged<RuleBody> {
    Tagged { status, version: rule.version, body: rule.into() }
}

/// The rate limits of a subject. Everyone may see those of themselves and of their keys.
#[utoipa::path(get, path = "/api/admin/limits/{subject_kind}/{subject_id}/rules", tag = "limits", operation_id = "list_rules",
    params(("subject_kind" = String, Path, description = "`organisation`, `user`, `key`, `provider`, `route`, `model`"), ("subject_id" = String, Path, description = "an id, an address or a name; `default` for the organisation")),
    responses((status = 200, body = Page<RuleBody>), (status = 400, body = ErrorBody), (status = 401, body = ErrorBody), (status = 403, body = ErrorBody), (status = 404, body = ErrorBody)))]
pub(crate) async fn list(
    State(app): State<App>,
    Signed(caller): Signed,
    Path((kind, id)): Path<(String, String)>,
) -> Answer<Json<Page<RuleBody>>> {
    let rules = limits::rule::list(&app.control, &caller, &kind, &id).await?;
    Ok(Json(Page::whole(rules.into_iter().map(Into::into))))
}

/// Sets a rate limit.
#[utoipa::path(post, path = "/api/admin/limits/{subject_kind}/{subject_id}/rules", tag = "limits", operation_id = "create_rule", request_body = NewRuleBody,
    params(("subject_kind" = String, Path), ("subject_id" = String, Path)),
    responses((status = 201, body = RuleBody), (status = 400, body = ErrorBody), (status = 401, body = ErrorBody), (status = 403, body = ErrorBody), (status = 404, body = ErrorBody), (status = 409, body = ErrorBody)))]
pub(crate) async fn create(
    State(app): State<App>,
    Signed(caller): Signed,
    Path((kind, id)): Path<(String, String)>,
    Body(body): Body<NewRuleBody>,
) -> Answer<Tagged<RuleBody>> {
    let new = NewRule { surface: body.surface, metric: body.metric, window: body.window, max: body.max };
    Ok(tagged(StatusCode::CREATED, limits::rule::create(&app.control, &caller, &kind, &id, new).await?))
}

/// Deletes all rate limits of a subject.
#[utoipa::path(delete, path = "/api/admin/limits/{subject_kind}/{subject_id}/rules", tag = "limits", operation_id = "delete_rules",
    params(("subject_kind" = String, Path), ("subject_id" = String, Path)),
    responses((status = 204), (status = 400, body = ErrorBody), (status = 401, body = ErrorBody), (status = 403, body = ErrorBody), (status = 404, body = ErrorBody)))]
pub(crate) async fn delete_all(
    State(app): State<App>,
    Signed(caller): Signed,
    Path((kind, id)): Path<(String, String)>,
) -> Answer<StatusCode> {
    limits::rule::delete_all(&app.control, &caller, &kind, &id).await?;
    Ok(StatusCode::NO_CONTENT)
}

/// One rate limit.
#[utoipa::path(get, path = "/api/admin/limits/{subject_kind}/{subject_id}/rules/{id}", tag = "limits", operation_id = "get_rule",
    params(("subject_kind" = String, Path), ("subject_id" = String, Path), ("id" = String, Path)),
    responses((status = 200, body = RuleBody), (status = 400, body = ErrorBody), (status = 401, body = ErrorBody), (status = 403, body = ErrorBody), (status = 404, body = ErrorBody)))]
pub(crate) async fn get(
    State(app): State<App>,
    Signed(caller): Signed,
    Path((kind, id, rule)): Path<(String, String, String)>,
) -> Answer<Tagged<RuleBody>> {
    Ok(tagged(StatusCode::OK, limits::rule::get(&app.control, &caller, &kind, &id, &rule.into()).await?))
}

/// Gives a rate limit another max.
#[utoipa::path(patch, path = "/api/admin/limits/{subject_kind}/{subject_id}/rules/{id}", tag = "limits", operation_id = "update_rule", request_body = RuleEditBody,
    params(("subject_kind" = String, Path), ("subject_id" = String, Path), ("id" = String, Path)),
    responses((status = 200, body = RuleBody), (status = 400, body = ErrorBody), (status = 401, body = ErrorBody), (status = 403, body = ErrorBody), (status = 404, body = ErrorBody), (status = 412, body = ErrorBody)))]
pub(crate) async fn update(
    State(app): State<App>,
    Signed(caller): Signed,
    Path((kind, id, rule)): Path<(String, String, String)>,
    Seen(seen): Seen,
    Body(body): Body<RuleEditBody>,
) -> Answer<Tagged<RuleBody>> {
    let changed =
        limits::rule::update(&app.control, &caller, (&kind, &id), &rule.into(), seen, body.max).await?;
    Ok(tagged(StatusCode::OK, changed))
}

/// Deletes a rate limit.
#[utoipa::path(delete, path = "/api/admin/limits/{subject_kind}/{subject_id}/rules/{id}", tag = "limits", operation_id = "delete_rule",
    params(("subject_kind" = String, Path), ("subject_id" = String, Path), ("id" = String, Path)),
    responses((status = 204), (status = 400, body = ErrorBody), (status = 401, body = ErrorBody), (status = 403, body = ErrorBody), (status = 404, body = ErrorBody), (status = 412, body = ErrorBody)))]
pub(crate) async fn delete(
    State(app): State<App>,
    Signed(caller): Signed,
    Path((kind, id, rule)): Path<(String, String, String)>,
    Seen(seen): Seen,
) -> Answer<StatusCode> {
    limits::rule::delete(&app.control, &caller, (&kind, &id), &rule.into(), seen).await?;
    Ok(StatusCode::NO_CONTENT)
}

/// Sets what holds instead of a rate limit's max for a while, in the place of what was set before.
#[utoipa::path(post, path = "/api/admin/limits/{subject_kind}/{subject_id}/rules/{id}/override", tag = "limits", operation_id = "override_rule", request_body = OverrideWishBody,
    params(("subject_kind" = String, Path), ("subject_id" = String, Path), ("id" = String, Path)),
    responses((status = 200, body = RuleBody), (status = 400, body = ErrorBody), (status = 401, body = ErrorBody), (status = 403, body = ErrorBody), (status = 404, body = ErrorBody)))]
pub(crate) async fn set_override(
    State(app): State<App>,
    Signed(caller): Signed,
    Path((kind, id, rule)): Path<(String, String, String)>,
    Body(body): Body<OverrideWishBody>,
) -> Answer<Tagged<RuleBody>> {
    let wish = body.read()?;
    let changed = limits::rule::set_override(&app.control, &caller, (&kind, &id), &rule.into(), wish).await?;
    Ok(tagged(StatusCode::OK, changed))
}

/// Takes an override away before its time.
#[utoipa::path(delete, path = "/api/admin/limits/{subject_kind}/{subject_id}/rules/{id}/override", tag = "limits", operation_id = "clear_override_of_rule",
    params(("subject_kind" = String, Path), ("subject_id" = String, Path), ("id" = String, Path)),
    responses((status = 200, body = RuleBody), (status = 400, body = ErrorBody), (status = 401, body = ErrorBody), (status = 403, body = ErrorBody), (status = 404, body = ErrorBody)))]
pub(crate) async fn clear_override(
    State(app): State<App>,
    Signed(caller): Signed,
    Path((kind, id, rule)): Path<(String, String, String)>,
) -> Answer<Tagged<RuleBody>> {
    let changed = limits::rule::clear_override(&app.control, &caller, &kind, &id, &rule.into()).await?;
    Ok(tagged(StatusCode::OK, changed))
}

/// Empties a rate limit's counter.
#[utoipa::path(post, path = "/api/admin/limits/{subject_kind}/{subject_id}/rules/{id}/reset", tag = "limits", operation_id = "reset_rule",
    params(("subject_kind" = String, Path), ("subject_id" = String, Path), ("id" = String, Path)),
    responses((status = 200, body = RuleBody), (status = 400, body = ErrorBody), (status = 401, body = ErrorBody), (status = 403, body = ErrorBody), (status = 404, body = ErrorBody), (status = 409, body = ErrorBody), (status = 503, body = ErrorBody)))]
pub(crate) async fn reset(
    State(app): State<App>,
    Signed(caller): Signed,
    Path((kind, id, rule)): Path<(String, String, String)>,
) -> Answer<Tagged<RuleBody>> {
    Ok(tagged(StatusCode::OK, limits::rule::reset(&app.control, &caller, &kind, &id, &rule.into()).await?))
}
