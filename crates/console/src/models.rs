//! Models and routes.

use axum::Json;
use axum::extract::{Path, State};
use axum::http::StatusCode;
use serde::{Deserialize, Serialize};
use thinkwatch_control::models::{self, Model, ModelEdit, NewModel, Route, RouteWish};
use utoipa::ToSchema;

use crate::answer::{Seen, Tagged};
use crate::body::Body;
use crate::error::{Answer, ErrorBody};
use crate::models_routing::{RouteRoutingBody, RoutingBody};
use crate::prices::RatesBody;
use crate::shown::{Page, time};
use crate::signed::Signed;
use crate::state::App;

/// A model.
#[derive(Serialize, ToSchema)]
pub(crate) struct ModelBody {
    /// The row.
    id: String,
    /// The name clients use.
    model_id: String,
    /// For people.
    display_name: String,
    /// Whether it is offered.
    enabled: bool,
    /// What one of its tokens counts in limits and budgets, as a decimal number.
    token_weight: String,
    /// The longest answer it gives, in tokens; `null` when not known.
    max_output_tokens: Option<u64>,
    /// For how many seconds its answers are kept to be given again; `null`, or 0, is never.
    cache_ttl_s: Option<u32>,
    /// Further names under which it is called.
    aliases: Vec<String>,
    /// What it says of routing for itself.
    routing: RoutingBody,
    /// Where it can go.
    routes: Vec<RouteBody>,
    /// Made at.
    created_at: String,
    /// Last changed at.
    updated_at: String,
}

/// A way to a provider.
#[derive(Serialize, ToSchema)]
pub(crate) struct RouteBody {
    /// The route.
    id: String,
    /// The provider.
    provider_id: String,
    /// Its name.
    provider: String,
    /// As the provider names the model.
    upstream_model: String,
    /// Share among routes of the same priority.
    weight: i32,
    /// Lower is tried first.
    priority: i32,
    /// Whether it is used.
    enabled: bool,
    /// The dialect the provider is asked in: `chat`, `responses`, `messages`, `gemini`, `converse`; `auto` chooses by the
    /// client's dialect and the model.
    dialect: String,
    /// What it says of routing for itself.
    routing: RouteRoutingBody,
}

impl From<Route> for RouteBody {
    fn from(route: Route) -> Self {
        Self {
            id: route.id.to_string(),
            provider_id: route.provider_id.to_string(),
            provider: route.provider,
            upstream_model: route.upstream_model,
            weight: route.weight,
            priority: route.priority,
            enabled: route.enabled,
            dialect: route.dialect,
            routing: route.routing.into(),
        }
    }
}

impl From<Model> for ModelBody {
    fn from(model: Model) -> Self {
        Self {
            id: model.id.to_string(),
            model_id: model.model_id,
            display_name: model.display_name,
            enabled: model.enabled,
            token_weight: model.token_weight,
            max_output_tokens: model.max_output_tokens,
            cache_ttl_s: model.cache_ttl_s,
            aliases: model.aliases,
            routing: model.routing.into(),
            routes: model.routes.into_iter().map(Into::into).collect(),
            created_at: time(model.created_at_us),
            updated_at: time(model.updated_at_us),
        }
    }
}

/// A route that is asked for.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct RouteWishBody {
    /// Name or id of the provider.
    provider: String,
    /// As the provider names the model; the model's own name when absent.
    upstream_model: Option<String>,
    /// Share among routes of the same priority; 100 when absent.
    weight: Option<i32>,
    /// Lower is tried first; 0 when absent.
    priority: Option<i32>,
    /// Whether it is used.
    enabled: Option<bool>,
    /// The dialect the provider is asked in, one that it speaks; `auto` when absent.
    dialect: Option<String>,
    /// What it says of routing for itself; nothing when absent.
    #[serde(default)]
    routing: RouteRoutingBody,
}

impl From<RouteWishBody> for RouteWish {
    fn from(wish: RouteWishBody) -> Self {
        Self {
            provider: wish.provider,
            upstream_model: wish.upstream_model,
            weight: wish.weight,
            priority: wish.priority,
            enabled: wish.enabled,
            dialect: wish.dialect,
            routing: wish.routing.into(),
        }
    }
}

/// A new model.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct NewModelBody {
    /// The name clients use.
    model_id: String,
    /// For people.
    display_name: Option<String>,
    /// Whether it is offered.
    enabled: Option<bool>,
    /// What one of its tokens counts in limits and budgets, as a decimal number; 1 when absent.
    token_weight: Option<String>,
    /// The longest answer it gives, in tokens: what calls reserve that say no `max_tokens`.
    max_output_tokens: Option<u64>,
    /// For how many seconds its answers are kept to be given again, at most a week; never when absent.
    cache_ttl_s: Option<u32>,
    /// Further names under which it is called: unique over these and the names of all models.
    #[serde(default)]
    aliases: Vec<String>,
    /// What it says of routing for itself.
    #[serde(default)]
    routing: RoutingBody,
    /// Where it can go.
    routes: Vec<RouteWishBody>,
    /// Written into the price book for every route.
    prices: Option<RatesBody>,
}

/// What is to change of a model; absent fields stay.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct ModelEditBody {
    /// The name clients use.
    model_id: Option<String>,
    /// For people.
    display_name: Option<String>,
    /// Whether it is offered.
    enabled: Option<bool>,
    /// What one of its tokens counts in limits and budgets, as a decimal number.
    token_weight: Option<String>,
    /// The longest answer it gives, in tokens; `null` clears.
    #[serde(default, deserialize_with = "crate::keys::given")]
    max_output_tokens: Option<Option<u64>>,
    /// For how many seconds its answers are kept to be given again; `null`, or 0, is never.
    #[serde(default, deserialize_with = "crate::keys::given")]
    #[schema(value_type = Option<u32>)]
    cache_ttl_s: Option<Option<u32>>,
    /// All further names under which it is called.
    aliases: Option<Vec<String>>,
    /// All that it says of routing for itself.
    routing: Option<RoutingBody>,
    /// All routes.
    routes: Option<Vec<RouteWishBody>>,
    /// Written into the price book for every route.
    prices: Option<RatesBody>,
}

fn tagged(status: StatusCode, model: Model) -> Tagged<ModelBody> {
    Tagged { status, version: model.version, body: model.into() }
}

/// All models.
#[utoipa::path(get, path = "/api/admin/models", tag = "models",
    responses((status = 200, body = Page<ModelBody>), (status = 401, body = ErrorBody), (status = 403, body = ErrorBody)))]
pub(crate) async fn list(State(app): State<App>, Signed(caller): Signed) -> Answer<Json<Page<ModelBody>>> {
    let models = models::list(&app.control, &caller).await?;
    Ok(Json(Page::whole(models.into_iter().map(Into::into))))
}

/// Makes a model.
#[utoipa::path(post, path = "/api/admin/models", tag = "models", request_body = NewModelBody,
    responses((status = 201, body = ModelBody), (status = 400, body = ErrorBody), (status = 401, body = ErrorBody), (status = 403, body = ErrorBody), (status = 409, body = ErrorBody)))]
pub(crate) async fn create(
    State(app): State<App>,
    Signed(caller): Signed,
    Body(body): Body<NewModelBody>,
) -> Answer<Tagged<ModelBody>> {
    let new = NewModel {
        model_id: body.model_id,
        display_name: body.display_name,
        enabled: body.enabled,
        token_weight: body.token_weight,
        max_output_tokens: body.max_output_tokens,
        cache_ttl_s: body.cache_ttl_s,
        aliases: body.aliases,
        routing: body.routing.into(),
        routes: body.routes.into_iter().map(Into::into).collect(),
        prices: body.prices.map(Into::into),
    };
    Ok(tagged(StatusCode::CREATED, models::create(&app.control, &caller, new).await?))
}

/// One model.
#[utoipa::path(get, path = "/api/admin/models/{id}", tag = "models", params(("id" = String, Path)),
    responses((status = 200, body = ModelBody), (status = 401, body = ErrorBody), (status = 403, body = ErrorBody), (status = 404, body = ErrorBody)))]
pub(crate) async fn get(
    State(app): State<App>,
    Signed(caller): Signed,
    Path(id): Path<String>,
) -> Answer<Tagged<ModelBody>> {
    Ok(tagged(StatusCode::OK, models::get(&app.control, &caller, &id.into()).await?))
}

/// Edits a model.
#[utoipa::path(patch, path = "/api/admin/models/{id}", tag = "models", params(("id" = String, Path)), request_body = ModelEditBody,
    responses((status = 200, body = ModelBody), (status = 400, body = ErrorBody), (status = 401, body = ErrorBody), (status = 403, body = ErrorBody), (status = 404, body = ErrorBody), (status = 409, body = ErrorBody), (status = 412, body = ErrorBody)))]
pub(crate) async fn update(
    State(app): State<App>,
    Signed(caller): Signed,
    Path(id): Path<String>,
    Seen(seen): Seen,
    Body(body): Body<ModelEditBody>,
) -> Answer<Tagged<ModelBody>> {
    let edit = ModelEdit {
        model_id: body.model_id,
        display_name: body.display_name,
        enabled: body.enabled,
        token_weight: body.token_weight,
        max_output_tokens: body.max_output_tokens,
        cache_ttl_s: body.cache_ttl_s,
        aliases: body.aliases,
        routing: body.routing.map(Into::into),
        routes: body.routes.map(|routes| routes.into_iter().map(Into::into).collect()),
        prices: body.prices.map(Into::into),
    };
    Ok(tagged(StatusCode::OK, models::update(&app.control, &caller, &id.into(), seen, edit).await?))
}

/// Deletes a model and its routes.
#[utoipa::path(delete, path = "/api/admin/models/{id}", tag = "models", params(("id" = String, Path)),
    responses((status = 204), (status = 401, body = ErrorBody), (status = 403, body = ErrorBody), (status = 404, body = ErrorBody)))]
pub(crate) async fn delete(
    State(app): State<App>,
    Signed(caller): Signed,
    Path(id): Path<String>,
    Seen(seen): Seen,
) -> Answer<StatusCode> {
    models::delete(&app.control, &caller, &id.into(), seen).await?;
    Ok(StatusCode::NO_CONTENT)
}
