//! First-run set-up.

use axum::Json;
use axum::extract::State;
use axum::http::StatusCode;
use secrecy::{ExposeSecret, SecretString};
use serde::{Deserialize, Serialize};
use thinkwatch_control::setup;
use utoipa::ToSchema;

use crate::body::Body;
use crate::error::{Answer, ErrorBody};
use crate::providers::NewProviderBody;
use crate::signed::From;
use crate::state::App;
use crate::users::UserBody;

/// Whether the server was set up.
#[derive(Serialize, ToSchema)]
pub(crate) struct SetupStatus {
    /// There is an administrator.
    initialized: bool,
    /// The opposite.
    needs_setup: bool,
}

/// The first administrator, and what may be made along with them.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct InitializeBody {
    /// The first administrator.
    admin: FirstAdminBody,
    /// Shown in the console.
    site_name: Option<String>,
    /// A provider to begin with.
    provider: Option<NewProviderBody>,
    /// A key to begin with.
    api_key: Option<FirstKeyBody>,
}

/// The first administrator.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct FirstAdminBody {
    /// Signs in with it.
    email: String,
    /// For people.
    #[serde(default)]
    display_name: String,
    /// At least 8 characters with upper case, lower case and a digit.
    #[schema(value_type = String)]
    password: SecretString,
}

/// A key to begin with.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct FirstKeyBody {
    /// Its name.
    name: String,
}

/// What was made.
#[derive(Serialize, ToSchema)]
pub(crate) struct Initialized {
    /// The administrator.
    user: UserBody,
    /// The key, with its secret, shown this once.
    #[serde(skip_serializing_if = "Option::is_none")]
    api_key: Option<FirstKey>,
}

/// A key and its secret.
#[derive(Serialize, ToSchema)]
pub(crate) struct FirstKey {
    /// The key's id.
    id: String,
    /// The secret.
    key: String,
}

/// Whether the server was set up.
#[utoipa::path(get, path = "/api/setup/status", tag = "setup", responses((status = 200, body = SetupStatus)))]
pub(crate) async fn status(State(app): State<App>) -> Answer<Json<SetupStatus>> {
    let initialized = setup::is_initialized(&app.control).await?;
    Ok(Json(SetupStatus { initialized, needs_setup: !initialized }))
}

/// Makes the first administrator. Works once.
#[utoipa::path(post, path = "/api/setup/initialize", tag = "setup", request_body = InitializeBody,
    responses((status = 201, body = Initialized), (status = 403, body = ErrorBody), (status = 429, body = ErrorBody)))]
pub(crate) async fn initialize(
    State(app): State<App>,
    From(client): From,
    Body(body): Body<InitializeBody>,
) -> Answer<(StatusCode, Json<Initialized>)> {
    let wish = setup::Wish {
        email: body.admin.email,
        display_name: body.admin.display_name,
        password: body.admin.password,
        site_name: body.site_name,
        provider: body.provider.map(NewProviderBody::into_wish),
        key_name: body.api_key.map(|key| key.name),
    };
    let made = setup::initialize(&app.control, client, wish).await?;
    let api_key = made
        .key
        .map(|issued| FirstKey { id: issued.key.id.to_string(), key: issued.secret.expose_secret().to_owned() });
    Ok((StatusCode::CREATED, Json(Initialized { user: made.user.into(), api_key })))
}
