//! Sign-in, sessions, one's own account.

use axum::Json;
use axum::extract::{Path, State};
use axum::http::{HeaderMap, StatusCode};
use axum::response::{IntoResponse, Response};
use secrecy::{ExposeSecret, SecretString};
use serde::{Deserialize, Serialize};
use thinkwatch_control::Caller;
use thinkwatch_control::auth::{self, Tokens};
use thinkwatch_control::users::User;
use utoipa::{IntoParams, ToSchema};

use crate::body::Body;
use crate::cookies;
use crate::error::{Answer, ApiError, ErrorBody};
use crate::query::Asked;
use crate::shown::{Page, maybe_time, time};
use crate::signed::{From, Signed};
use crate::state::App;
use crate::users::{EndedSessions, UserBody};

/// Credentials.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct LoginBody {
    /// Case does not matter.
    email: String,
    /// The password.
    #[schema(value_type = String)]
    password: SecretString,
    /// Reserved; must be absent or null.
    totp_code: Option<String>,
}

/// A session's tokens. Browsers get them as cookies too.
#[derive(Serialize, ToSchema)]
pub(crate) struct TokenBody {
    /// For `Authorization: Bearer`.
    access_token: String,
    /// For `POST /api/auth/refresh`; each works once.
    refresh_token: String,
    /// Always `Bearer`.
    token_type: &'static str,
    /// Life of the access token in seconds.
    expires_in: i64,
}

/// A refresh token, unless it comes as a cookie.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct RefreshBody {
    /// The newest refresh token of the session.
    #[schema(value_type = Option<String>)]
    refresh_token: Option<SecretString>,
}

/// A change of one's own password. Every other session ends.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct PasswordBody {
    /// The one in force.
    #[schema(value_type = String)]
    current_password: SecretString,
    /// At least 8 characters with upper case, lower case and a digit.
    #[schema(value_type = String)]
    new_password: SecretString,
}

/// A session of one's own.
#[derive(Serialize, ToSchema)]
pub(crate) struct SessionBody {
    /// The session.
    id: String,
    /// Whether this request belongs to it.
    current: bool,
    /// Signed in at.
    created_at: String,
    /// Last refreshed at.
    last_used_at: Option<String>,
    /// Ends at, unless refreshed.
    expires_at: String,
    /// From where.
    ip_address: String,
    /// With what.
    user_agent: String,
}

impl std::convert::From<(auth::Session, bool)> for SessionBody {
    fn from((session, current): (auth::Session, bool)) -> Self {
        Self {
            id: session.id.to_string(),
            current,
            created_at: time(session.created_at_us),
            last_used_at: maybe_time(session.last_used_at_us),
            expires_at: time(session.expires_at_us),
            ip_address: session.ip_address,
            user_agent: session.user_agent,
        }
    }
}

/// Who one is, and what one may do.
#[derive(Serialize, ToSchema)]
pub(crate) struct MeBody {
    /// The account.
    #[serde(flatten)]
    user: UserBody,
    /// The strongest role.
    role: &'static str,
    /// Everything one may do, as `resource:verb`: `keys:create_own`, `providers:write`, ...
    actions: Vec<&'static str>,
    /// The session of this request; `null` with a key.
    session_id: Option<String>,
}

impl MeBody {
    fn of(caller: &Caller, user: User) -> Self {
        let role = user.roles.iter().min().map_or("", |role| role.as_str());
        let session_id = caller.session().map(ToString::to_string);
        Self { user: user.into(), role, actions: auth::allowed(caller), session_id }
    }
}

/// What is to change of one's own account.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct MeEditBody {
    /// For people.
    display_name: String,
}

/// Signs in with e-mail and password.
#[utoipa::path(post, path = "/api/auth/login", tag = "auth", request_body = LoginBody,
    responses((status = 200, body = TokenBody), (status = 401, body = ErrorBody), (status = 429, body = ErrorBody)))]
pub(crate) async fn login(State(app): State<App>, From(client): From, Body(body): Body<LoginBody>) -> Answer<Response> {
    if body.totp_code.is_some() {
        let message = "one-time codes are not supported by this version";
        return Err(ApiError::new(StatusCode::BAD_REQUEST, "unsupported", message).field(Some("totp_code")));
    }
    let tokens = auth::login(&app.control, &client, &body.email, &body.password).await?;
    Ok(with_cookies(&app, &tokens))
}

/// Exchanges a refresh token for new tokens. Using one twice ends the session.
#[utoipa::path(post, path = "/api/auth/refresh", tag = "auth", request_body = RefreshBody,
    responses((status = 200, body = TokenBody), (status = 401, body = ErrorBody)))]
pub(crate) async fn refresh(
    State(app): State<App>,
    From(client): From,
    headers: HeaderMap,
    Body(body): Body<RefreshBody>,
) -> Answer<Response> {
    let given = body.refresh_token.or_else(|| cookies::refresh(&headers).map(SecretString::from));
    let tokens = auth::refresh(&app.control, &client, &given.unwrap_or_default()).await?;
    Ok(with_cookies(&app, &tokens))
}

/// Ends this session.
#[utoipa::path(post, path = "/api/auth/logout", tag = "auth", responses((status = 204), (status = 401, body = ErrorBody)))]
pub(crate) async fn logout(State(app): State<App>, Signed(caller): Signed) -> Answer<Response> {
    auth::logout(&app.control, &caller).await?;
    let mut response = StatusCode::NO_CONTENT.into_response();
    cookies::clear(response.headers_mut(), app.options.https());
    Ok(response)
}

/// Changes one's own password and ends every other session.
#[utoipa::path(post, path = "/api/auth/password", tag = "auth", request_body = PasswordBody,
    responses((status = 204), (status = 400, body = ErrorBody), (status = 401, body = ErrorBody), (status = 403, body = ErrorBody)))]
pub(crate) async fn change_password(
    State(app): State<App>,
    Signed(caller): Signed,
    Body(body): Body<PasswordBody>,
) -> Answer<StatusCode> {
    auth::change_password(&app.control, &caller, &body.current_password, &body.new_password).await?;
    Ok(StatusCode::NO_CONTENT)
}

/// Who one is, and what one may do.
#[utoipa::path(get, path = "/api/auth/me", tag = "auth",
    responses((status = 200, body = MeBody), (status = 401, body = ErrorBody), (status = 403, body = ErrorBody)))]
pub(crate) async fn me(State(app): State<App>, Signed(caller): Signed) -> Answer<Json<MeBody>> {
    let user = auth::me(&app.control, &caller).await?;
    Ok(Json(MeBody::of(&caller, user)))
}

/// Changes one's own account.
#[utoipa::path(patch, path = "/api/auth/me", tag = "auth", request_body = MeEditBody,
    responses((status = 200, body = MeBody), (status = 400, body = ErrorBody), (status = 401, body = ErrorBody), (status = 403, body = ErrorBody)))]
pub(crate) async fn rename(
    State(app): State<App>,
    Signed(caller): Signed,
    Body(body): Body<MeEditBody>,
) -> Answer<Json<MeBody>> {
    let user = auth::rename(&app.control, &caller, &body.display_name).await?;
    Ok(Json(MeBody::of(&caller, user)))
}

/// One's own sessions.
#[utoipa::path(get, path = "/api/auth/sessions", tag = "auth",
    responses((status = 200, body = Page<SessionBody>), (status = 401, body = ErrorBody)))]
pub(crate) async fn sessions(State(app): State<App>, Signed(caller): Signed) -> Answer<Json<Page<SessionBody>>> {
    let sessions = auth::sessions(&app.control, &caller).await?;
    let items = sessions.into_iter().map(|session| {
        let current = caller.session() == Some(&session.id);
        SessionBody::from((session, current))
    });
    Ok(Json(Page::whole(items)))
}

/// Which of one's sessions are to end.
#[derive(Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub(crate) struct EndQuery {
    /// Must be `true`: every session but that of this request.
    others: Option<bool>,
}

/// Ends all of one's own sessions but the one that asks.
#[utoipa::path(delete, path = "/api/auth/sessions", tag = "auth", params(EndQuery),
    responses((status = 200, body = EndedSessions), (status = 400, body = ErrorBody), (status = 401, body = ErrorBody), (status = 403, body = ErrorBody)))]
pub(crate) async fn end_sessions(
    State(app): State<App>,
    Signed(caller): Signed,
    Asked(query): Asked<EndQuery>,
) -> Answer<Json<EndedSessions>> {
    let sessions_ended = auth::end_other_sessions(&app.control, &caller, query.others.unwrap_or(false)).await?;
    Ok(Json(EndedSessions { sessions_ended }))
}

/// Ends one of one's own sessions.
#[utoipa::path(delete, path = "/api/auth/sessions/{id}", tag = "auth", params(("id" = String, Path)),
    responses((status = 204), (status = 401, body = ErrorBody), (status = 404, body = ErrorBody)))]
pub(crate) async fn end_session(
    State(app): State<App>,
    Signed(caller): Signed,
    Path(id): Path<String>,
) -> Answer<StatusCode> {
    auth::end_session(&app.control, &caller, &id.into()).await?;
    Ok(StatusCode::NO_CONTENT)
}

fn with_cookies(app: &App, tokens: &Tokens) -> Response {
    let access = tokens.access.expose_secret();
    let refresh = tokens.refresh.expose_secret();
    let body = TokenBody {
        access_token: access.to_owned(),
        refresh_token: refresh.to_owned(),
        token_type: "Bearer",
        expires_in: tokens.access_ttl_secs,
    };
    let mut response = Json(body).into_response();
    cookies::set(
        response.headers_mut(),
        app.options.https(),
        (access, tokens.access_ttl_secs),
        (refresh, tokens.refresh_ttl_secs),
    );
    response
}
