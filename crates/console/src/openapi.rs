//! The routes, and the document that describes them: both from one list.

use axum::http::header;
use axum::response::IntoResponse;
use axum::routing::get;
use utoipa::OpenApi;
use utoipa::openapi::security::{HttpAuthScheme, HttpBuilder, SecurityScheme};
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

use crate::state::App;
use crate::{
    audit, auth, cache, gateway, health, keys, limits, live, logs, models, overview, prices, providers, settings,
    setup, standings, usage, users,
};

#[derive(OpenApi)]
#[openapi(
    info(
        title = "ThinkWatch console API",
        description = "Times are RFC 3339, money is decimal strings of US dollars, lists are pages with a cursor.",
        license(name = "Apache-2.0")
    ),
    security(("bearer" = []))
)]
struct Document;

/// Every route of the API.
pub(crate) fn routes() -> OpenApiRouter<App> {
    OpenApiRouter::with_openapi(Document::openapi())
        .routes(routes!(setup::status))
        .routes(routes!(setup::initialize))
        .routes(routes!(auth::login))
        .routes(routes!(auth::refresh))
        .routes(routes!(auth::logout))
        .routes(routes!(auth::change_password))
        .routes(routes!(auth::me, auth::rename))
        .routes(routes!(auth::sessions, auth::end_sessions))
        .routes(routes!(auth::end_session))
        .routes(routes!(users::list, users::create))
        .routes(routes!(users::get, users::update, users::delete))
        .routes(routes!(users::impact))
        .routes(routes!(users::activate))
        .routes(routes!(users::deactivate))
        .routes(routes!(users::reset_password))
        .routes(routes!(users::force_logout))
        .routes(routes!(keys::list, keys::create))
        .routes(routes!(keys::expiring))
        .routes(routes!(keys::get, keys::update, keys::delete))
        .routes(routes!(keys::revoke))
        .routes(routes!(keys::rotate))
        .routes(routes!(keys::disable))
        .routes(routes!(keys::enable))
        .routes(routes!(providers::list, providers::create))
        .routes(routes!(providers::get, providers::update, providers::delete))
        .routes(routes!(providers::test_unsaved))
        .routes(routes!(providers::recent))
        .routes(routes!(providers::impact))
        .routes(routes!(providers::test))
        .routes(routes!(providers::remote_models))
        .routes(routes!(models::list, models::create))
        .routes(routes!(models::get, models::update, models::delete))
        .routes(routes!(cache::purge))
        .routes(routes!(standings::standings))
        .routes(routes!(prices::list, prices::create))
        .routes(routes!(prices::import))
        .routes(routes!(limits::overview::list))
        .routes(routes!(limits::overview::alerts))
        .routes(routes!(limits::preview::preview))
        .routes(routes!(limits::overview::history))
        .routes(routes!(limits::rules::list, limits::rules::create, limits::rules::delete_all))
        .routes(routes!(limits::rules::get, limits::rules::update, limits::rules::delete))
        .routes(routes!(limits::rules::set_override, limits::rules::clear_override))
        .routes(routes!(limits::rules::reset))
        .routes(routes!(limits::budgets::list, limits::budgets::create, limits::budgets::delete_all))
        .routes(routes!(limits::budgets::get, limits::budgets::update, limits::budgets::delete))
        .routes(routes!(limits::budgets::set_override, limits::budgets::clear_override))
        .routes(routes!(limits::budgets::reset))
        .routes(routes!(overview::get))
        .routes(routes!(usage::usage))
        .routes(routes!(usage::costs))
        .routes(routes!(logs::list))
        .routes(routes!(live::feed))
        .routes(routes!(logs::get))
        .routes(routes!(audit::list))
        .routes(routes!(settings::list, settings::change))
        .routes(routes!(gateway::address))
        .routes(routes!(health::health))
        .routes(routes!(health::version))
        .route("/api/openapi.json", get(show))
}

/// The OpenAPI document as text. Does not depend on the running server.
pub fn document() -> String {
    let (_, mut document) = routes().split_for_parts();
    let bearer = HttpBuilder::new().scheme(HttpAuthScheme::Bearer).bearer_format("JWT or tw- key").build();
    document.components.get_or_insert_default().add_security_scheme("bearer", SecurityScheme::Http(bearer));
    let mut text = document.to_pretty_json().unwrap_or_default();
    text.push('\n');
    text
}

/// `GET /api/openapi.json`
async fn show() -> impl IntoResponse {
    static TEXT: std::sync::LazyLock<String> = std::sync::LazyLock::new(document);
    ([(header::CONTENT_TYPE, "application/json")], TEXT.as_str())
}
