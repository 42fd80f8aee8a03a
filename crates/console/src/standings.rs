//! How routes stand: breakers, speed, failures.

use axum::Json;
use axum::extract::State;
use serde::Serialize;
use thinkwatch_control::models;
use thinkwatch_policy::ids::RouteId;
use thinkwatch_policy::ports::RouteStanding;
use utoipa::ToSchema;

use crate::error::{Answer, ErrorBody};
use crate::shown::{Page, time};
use crate::signed::Signed;
use crate::state::App;

/// How a route stands in this replica.
#[derive(Serialize, ToSchema)]
pub(crate) struct RouteStandingBody {
    /// The route.
    route_id: String,
    /// closed: it is used; open: calls go elsewhere; half_open: it is being tried whether it works again.
    breaker: &'static str,
    /// Tries of late that went well.
    good: u64,
    /// Tries of late that failed, and not by the caller's fault.
    bad: u64,
    /// Average time to the first token; `null` before one was measured.
    first_token_ms: Option<f64>,
    /// How many tries it was measured by.
    samples: u32,
    /// When a try last failed; `null` if none has since the start.
    last_failure_at: Option<String>,
    /// The class of that failure.
    last_failure: Option<&'static str>,
}

impl From<(RouteId, RouteStanding)> for RouteStandingBody {
    fn from((route, standing): (RouteId, RouteStanding)) -> Self {
        #[expect(clippy::cast_precision_loss, reason = "far below 2^53")]
        let first_token_ms = standing.first_token_us.map(|micros| micros as f64 / 1000.0);
        Self {
            route_id: route.to_string(),
            breaker: standing.breaker.as_str(),
            good: standing.good,
            bad: standing.bad,
            first_token_ms,
            samples: standing.samples,
            last_failure_at: standing.last_failure.map(|(at, _)| time(at)),
            last_failure: standing.last_failure.map(|(_, class)| class),
        }
    }
}

/// The routes that calls have tried since the start of this replica, and how they stand.
#[utoipa::path(get, path = "/api/admin/routes/standings", tag = "models",
    responses((status = 200, body = Page<RouteStandingBody>), (status = 401, body = ErrorBody), (status = 403, body = ErrorBody)))]
pub(crate) async fn standings(State(app): State<App>, Signed(caller): Signed) -> Answer<Json<Page<RouteStandingBody>>> {
    let standings = models::standings(&app.control, &caller)?;
    Ok(Json(Page::whole(standings.into_iter().map(Into::into))))
}
