//! Users and service accounts.

use axum::Json;
use axum::extract::{Path, State};
use axum::http::StatusCode;
use secrecy::SecretString;
use serde::{Deserialize, Serialize};
use thinkwatch_control::users::{self, NewUser, User, UserEdit, UserFilter, UserSort};
use utoipa::{IntoParams, ToSchema};

use crate::answer::{Seen, Tagged};
use crate::body::Body;
use crate::error::{Answer, ApiError, ErrorBody};
use crate::query::{Asked, read_sort};
use crate::shown::{Page, time};
use crate::signed::Signed;
use crate::state::App;

/// A user.
#[derive(Serialize, ToSchema)]
pub(crate) struct UserBody {
    /// The user.
    id: String,
    /// Lower-case address; of a service account, its name.
    email: String,
    /// For people.
    display_name: String,
    /// Global roles.
    roles: Vec<&'static str>,
    /// Whether it is a machine.
    service_account: bool,
    /// Whether they may act.
    active: bool,
    /// Made at.
    created_at: String,
    /// Last changed at.
    updated_at: String,
}

impl From<User> for UserBody {
    fn from(user: User) -> Self {
        Self {
            id: user.id.to_string(),
            email: user.email,
            display_name: user.display_name,
            roles: user.roles.iter().map(|role| role.as_str()).collect(),
            service_account: user.service_account,
            active: user.active,
            created_at: time(user.created_at_us),
            updated_at: time(user.updated_at_us),
        }
    }
}

/// A new user.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct NewUserBody {
    /// Address; of a service account, its name.
    email: String,
    /// For people.
    #[serde(default)]
    display_name: String,
    /// At least 8 characters with upper case, lower case and a digit; not for service accounts.
    #[schema(value_type = Option<String>)]
    password: Option<SecretString>,
    /// `developer` (of a machine `service`) when absent. `user` is taken for `developer`.
    #[serde(default)]
    roles: Vec<String>,
    /// Whether it is a machine.
    #[serde(default)]
    service_account: bool,
}

/// What is to change of a user; absent fields stay.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct UserEditBody {
    /// Address.
    email: Option<String>,
    /// For people.
    display_name: Option<String>,
    /// All global roles.
    roles: Option<Vec<String>>,
    /// Deactivating ends every session and every key at once.
    active: Option<bool>,
}

/// A new password.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct NewPasswordBody {
    /// At least 8 characters with upper case, lower case and a digit.
    #[schema(value_type = String)]
    password: SecretString,
}

/// How many sessions ended.
#[derive(Serialize, ToSchema)]
pub(crate) struct EndedSessions {
    /// How many.
    pub(crate) sessions_ended: u64,
}

/// Which users to list.
#[derive(Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub(crate) struct UserQuery {
    /// Part of address or name.
    q: Option<String>,
    /// Only service accounts, or only people.
    service_account: Option<bool>,
    /// Only active ones, or only others.
    active: Option<bool>,
    /// `email`, `display_name` or `created_at`; with `-` before it descending. `-created_at` when absent.
    sort: Option<String>,
    /// `next_cursor` of the page before.
    cursor: Option<String>,
    /// Rows per page, at most 1000.
    limit: Option<u64>,
}

/// What deactivating or deleting a user would end.
#[derive(Serialize, ToSchema)]
pub(crate) struct UserImpact {
    /// Keys that are not revoked.
    keys: u64,
    /// Sessions that go on.
    sessions: u64,
}

const USER_SORTS: &[(&str, UserSort)] =
    &[("email", UserSort::Email), ("display_name", UserSort::DisplayName), ("created_at", UserSort::CreatedAt)];

fn tagged(status: StatusCode, user: User) -> Tagged<UserBody> {
    Tagged { status, version: user.updated_at_us, body: user.into() }
}

/// Users.
#[utoipa::path(get, path = "/api/admin/users", tag = "users", params(UserQuery),
    responses((status = 200, body = Page<UserBody>), (status = 400, body = ErrorBody), (status = 401, body = ErrorBody), (status = 403, body = ErrorBody)))]
pub(crate) async fn list(
    State(app): State<App>,
    Signed(caller): Signed,
    Asked(query): Asked<UserQuery>,
) -> Answer<Json<Page<UserBody>>> {
    let filter = UserFilter {
        search: query.q.filter(|text| !text.trim().is_empty()),
        service_account: query.service_account,
        active: query.active,
        sort: read_sort(query.sort.as_deref(), USER_SORTS)?,
        cursor: query.cursor,
        limit: query.limit.unwrap_or(100).clamp(1, 1000),
    };
    let page = users::list(&app.control, &caller, &filter).await?;
    Ok(Json(Page { items: page.items.into_iter().map(Into::into).collect(), next_cursor: page.next_cursor }))
}

/// Makes a user.
#[utoipa::path(post, path = "/api/admin/users", tag = "users", request_body = NewUserBody,
    responses((status = 201, body = UserBody), (status = 400, body = ErrorBody), (status = 401, body = ErrorBody), (status = 403, body = ErrorBody), (status = 409, body = ErrorBody)))]
pub(crate) async fn create(
    State(app): State<App>,
    Signed(caller): Signed,
    Body(body): Body<NewUserBody>,
) -> Answer<Tagged<UserBody>> {
    let new = NewUser {
        email: body.email,
        display_name: body.display_name,
        password: body.password,
        roles: body.roles,
        service_account: body.service_account,
    };
    Ok(tagged(StatusCode::CREATED, users::create(&app.control, &caller, new).await?))
}

/// One user.
#[utoipa::path(get, path = "/api/admin/users/{id}", tag = "users", params(("id" = String, Path)),
    responses((status = 200, body = UserBody), (status = 401, body = ErrorBody), (status = 403, body = ErrorBody), (status = 404, body = ErrorBody)))]
pub(crate) async fn get(
    State(app): State<App>,
    Signed(caller): Signed,
    Path(id): Path<String>,
) -> Answer<Tagged<UserBody>> {
    Ok(tagged(StatusCode::OK, users::get(&app.control, &caller, &id.into()).await?))
}

/// Edits a user.
#[utoipa::path(patch, path = "/api/admin/users/{id}", tag = "users", params(("id" = String, Path)), request_body = UserEditBody,
    responses((status = 200, body = UserBody), (status = 400, body = ErrorBody), (status = 401, body = ErrorBody), (status = 403, body = ErrorBody), (status = 404, body = ErrorBody), (status = 412, body = ErrorBody)))]
pub(crate) async fn update(
    State(app): State<App>,
    Signed(caller): Signed,
    Path(id): Path<String>,
    Seen(seen): Seen,
    Body(body): Body<UserEditBody>,
) -> Answer<Tagged<UserBody>> {
    let edit = UserEdit { email: body.email, display_name: body.display_name, roles: body.roles, active: body.active };
    Ok(tagged(StatusCode::OK, users::update(&app.control, &caller, &id.into(), seen, edit).await?))
}

/// Deletes a user; sessions and keys end at once.
#[utoipa::path(delete, path = "/api/admin/users/{id}", tag = "users", params(("id" = String, Path)),
    responses((status = 204), (status = 401, body = ErrorBody), (status = 403, body = ErrorBody), (status = 404, body = ErrorBody)))]
pub(crate) async fn delete(
    State(app): State<App>,
    Signed(caller): Signed,
    Path(id): Path<String>,
) -> Answer<StatusCode> {
    users::delete(&app.control, &caller, &id.into()).await?;
    Ok(StatusCode::NO_CONTENT)
}

/// What deactivating or deleting a user would end.
#[utoipa::path(get, path = "/api/admin/users/{id}/impact", tag = "users", params(("id" = String, Path)),
    responses((status = 200, body = UserImpact), (status = 401, body = ErrorBody), (status = 403, body = ErrorBody), (status = 404, body = ErrorBody)))]
pub(crate) async fn impact(
    State(app): State<App>,
    Signed(caller): Signed,
    Path(id): Path<String>,
) -> Answer<Json<UserImpact>> {
    let held = users::impact(&app.control, &caller, &id.into()).await?;
    Ok(Json(UserImpact { keys: held.keys, sessions: held.sessions }))
}

/// Lets a user act again.
#[utoipa::path(post, path = "/api/admin/users/{id}/activate", tag = "users", params(("id" = String, Path)),
    responses((status = 200, body = UserBody), (status = 401, body = ErrorBody), (status = 403, body = ErrorBody), (status = 404, body = ErrorBody)))]
pub(crate) async fn activate(
    State(app): State<App>,
    Signed(caller): Signed,
    Path(id): Path<String>,
) -> Answer<Tagged<UserBody>> {
    let edit = UserEdit { active: Some(true), ..UserEdit::default() };
    Ok(tagged(StatusCode::OK, users::update(&app.control, &caller, &id.into(), None, edit).await?))
}

/// Ends everything a user can do: sessions and keys at once.
#[utoipa::path(post, path = "/api/admin/users/{id}/deactivate", tag = "users", params(("id" = String, Path)),
    responses((status = 200, body = UserBody), (status = 401, body = ErrorBody), (status = 403, body = ErrorBody), (status = 404, body = ErrorBody)))]
pub(crate) async fn deactivate(
    State(app): State<App>,
    Signed(caller): Signed,
    Path(id): Path<String>,
) -> Answer<Tagged<UserBody>> {
    let edit = UserEdit { active: Some(false), ..UserEdit::default() };
    let done = users::update(&app.control, &caller, &id.into(), None, edit).await;
    // This request has no fields.
    Ok(tagged(StatusCode::OK, done.map_err(|error| ApiError::from(error).field(None::<String>))?))
}

/// Gives a user a new password and ends their sessions.
#[utoipa::path(post, path = "/api/admin/users/{id}/reset-password", tag = "users", params(("id" = String, Path)), request_body = NewPasswordBody,
    responses((status = 204), (status = 400, body = ErrorBody), (status = 401, body = ErrorBody), (status = 403, body = ErrorBody), (status = 404, body = ErrorBody)))]
pub(crate) async fn reset_password(
    State(app): State<App>,
    Signed(caller): Signed,
    Path(id): Path<String>,
    Body(body): Body<NewPasswordBody>,
) -> Answer<StatusCode> {
    users::reset_password(&app.control, &caller, &id.into(), &body.password).await?;
    Ok(StatusCode::NO_CONTENT)
}

/// Ends every session of a user.
#[utoipa::path(post, path = "/api/admin/users/{id}/force-logout", tag = "users", params(("id" = String, Path)),
    responses((status = 200, body = EndedSessions), (status = 401, body = ErrorBody), (status = 403, body = ErrorBody), (status = 404, body = ErrorBody)))]
pub(crate) async fn force_logout(
    State(app): State<App>,
    Signed(caller): Signed,
    Path(id): Path<String>,
) -> Answer<Json<EndedSessions>> {
    let sessions_ended = users::force_logout(&app.control, &caller, &id.into()).await?;
    Ok(Json(EndedSessions { sessions_ended }))
}
