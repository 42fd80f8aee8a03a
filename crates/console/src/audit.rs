//! The audit trail.

use axum::Json;
use axum::extract::State;
use serde::{Deserialize, Serialize};
use thinkwatch_control::audit::{self, AuditFilter, AuditRow};
use utoipa::{IntoParams, ToSchema};

use crate::error::{Answer, ErrorBody};
use crate::query::Asked;
use crate::shown::{Page, read_maybe_time, time};
use crate::signed::Signed;
use crate::state::App;

/// Which rows.
#[derive(Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub(crate) struct AuditQuery {
    /// Part of action, e-mail or resource id.
    q: Option<String>,
    /// RFC 3339.
    from: Option<String>,
    /// RFC 3339, not included.
    to: Option<String>,
    /// `next_cursor` of the page before.
    cursor: Option<String>,
    /// Rows per page, at most 1000; 100 when absent.
    limit: Option<u64>,
    /// Only by this user.
    user_id: Option<String>,
    /// Only this action.
    action: Option<String>,
    /// Only of this kind of thing.
    resource_type: Option<String>,
    /// Only of this thing.
    resource_id: Option<String>,
}

/// A row of the trail.
#[derive(Serialize, ToSchema)]
pub(crate) struct AuditBody {
    /// The row.
    id: String,
    /// When.
    timestamp: String,
    /// Who; `null` for the system itself.
    user_id: Option<String>,
    /// Their address then.
    user_email: Option<String>,
    /// `resource.verb`.
    action: String,
    /// What kind of thing.
    resource_type: String,
    /// Which.
    resource_id: Option<String>,
    /// What changed, without secrets.
    #[schema(value_type = Object)]
    details: serde_json::Value,
    /// From where.
    ip_address: Option<String>,
    /// With what.
    user_agent: Option<String>,
    /// By which request.
    request_id: Option<String>,
}

impl From<AuditRow> for AuditBody {
    fn from(row: AuditRow) -> Self {
        Self {
            id: row.id,
            timestamp: time(row.timestamp_us),
            user_id: row.user_id,
            user_email: row.user_email,
            action: row.action,
            resource_type: row.resource_type,
            resource_id: row.resource_id,
            details: row.details.0,
            ip_address: row.ip_address,
            user_agent: row.user_agent,
            request_id: row.request_id,
        }
    }
}

/// The audit trail, newest first.
#[utoipa::path(get, path = "/api/audit/logs", tag = "audit", params(AuditQuery),
    responses((status = 200, body = Page<AuditBody>), (status = 401, body = ErrorBody), (status = 403, body = ErrorBody)))]
pub(crate) async fn list(
    State(app): State<App>,
    Signed(caller): Signed,
    Asked(query): Asked<AuditQuery>,
) -> Answer<Json<Page<AuditBody>>> {
    let filter = AuditFilter {
        from_us: read_maybe_time("from", query.from.as_deref())?,
        to_us: read_maybe_time("to", query.to.as_deref())?,
        user_id: query.user_id.map(Into::into),
        action: query.action,
        resource_type: query.resource_type,
        resource_id: query.resource_id,
        search: query.q.filter(|text| !text.trim().is_empty()),
        cursor: query.cursor,
        limit: query.limit.unwrap_or(100).clamp(1, 1000),
    };
    let page = audit::list(&app.control, &caller, &filter).await?;
    Ok(Json(Page { items: page.items.into_iter().map(Into::into).collect(), next_cursor: page.next_cursor }))
}
