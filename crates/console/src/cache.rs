//! The response cache.

use axum::Json;
use axum::extract::State;
use serde::Serialize;
use thinkwatch_control::cache;
use utoipa::ToSchema;

use crate::error::{Answer, ErrorBody};
use crate::signed::Signed;
use crate::state::App;

/// What was forgotten.
#[derive(Serialize, ToSchema)]
pub(crate) struct PurgedBody {
    /// Answers.
    purged: u64,
}

/// Forgets all answers of the response cache, of every model and everyone.
#[utoipa::path(post, path = "/api/admin/cache/purge", tag = "models",
    responses((status = 200, body = PurgedBody), (status = 401, body = ErrorBody), (status = 403, body = ErrorBody), (status = 503, body = ErrorBody)))]
pub(crate) async fn purge(State(app): State<App>, Signed(caller): Signed) -> Answer<Json<PurgedBody>> {
    Ok(Json(PurgedBody { purged: cache::purge(&app.control, &caller).await? }))
}
