//! The console's HTTP API: routes, what goes over the wire, the OpenAPI document, cookies and browser defences.
//!
//! Handlers translate: a request into a use case of `control`, its result into JSON. Rules live in `control`. The
//! crate must never know the stores or a database driver.

mod answer;
mod audit;
mod auth;
mod body;
mod cache;
mod cookies;
mod error;
mod gateway;
mod guard;
mod health;
mod keys;
mod limits;
mod live;
mod logs;
mod models;
mod models_routing;
mod openapi;
mod overview;
mod path;
mod prices;
mod providers;
mod query;
mod settings;
mod setup;
mod shown;
mod signed;
mod standings;
mod state;
mod usage;
mod users;
mod web;

use std::sync::Arc;

use axum::Router;
use axum::extract::DefaultBodyLimit;
use axum::middleware::from_fn_with_state;

pub use guard::AnsweredBy;
pub use openapi::document;
pub use state::{ConsoleState, Options};
pub use web::{Asset, Assets, Embedded};

/// Largest body the console API takes.
pub const MAX_BODY_BYTES: usize = 1 << 20;

/// Everything the console listener serves. The accept loop puts a [`thinkwatch_edge::ClientAddress`] and a
/// [`thinkwatch_policy::ids::RequestId`] into the extensions of each request.
pub fn router(state: ConsoleState) -> Router {
    let state = Arc::new(state);
    let (api, _) = openapi::routes().split_for_parts();
    api.fallback(web::serve)
        .method_not_allowed_fallback(error::method_not_allowed)
        .layer(DefaultBodyLimit::max(MAX_BODY_BYTES))
        .layer(from_fn_with_state(state.clone(), guard::around))
        .with_state(state)
}
