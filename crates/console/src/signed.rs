//! Who is asking, and from where.

use std::net::{IpAddr, Ipv4Addr};

use axum::extract::FromRequestParts;
use axum::http::request::Parts;
use axum::http::{HeaderMap, header};
use thinkwatch_control::auth;
use thinkwatch_control::{Caller, Client};
use thinkwatch_policy::ids::RequestId;

use crate::cookies;
use crate::error::ApiError;
use crate::state::App;

/// Where a request comes from, for throttling and the audit trail.
pub(crate) struct From(pub(crate) Client);

impl FromRequestParts<App> for From {
    type Rejection = ApiError;

    async fn from_request_parts(parts: &mut Parts, _: &App) -> Result<Self, ApiError> {
        Ok(Self(client(parts)))
    }
}

/// Somebody with a valid access token or console key. Without one the request ends here with 401.
pub(crate) struct Signed(pub(crate) Caller);

impl FromRequestParts<App> for Signed {
    type Rejection = ApiError;

    async fn from_request_parts(parts: &mut Parts, app: &App) -> Result<Self, ApiError> {
        let token = bearer(&parts.headers).or_else(|| cookies::access(&parts.headers)).unwrap_or_default();
        Ok(Self(auth::authenticate(&app.control, token, client(parts))?))
    }
}

fn bearer(headers: &HeaderMap) -> Option<&str> {
    let (scheme, token) = headers.get(header::AUTHORIZATION)?.to_str().ok()?.split_once(' ')?;
    scheme.eq_ignore_ascii_case("bearer").then_some(token.trim())
}

fn client(parts: &Parts) -> Client {
    let agent = parts.headers.get(header::USER_AGENT).and_then(|v| v.to_str().ok()).unwrap_or_default();
    Client {
        address: parts
            .extensions
            .get::<thinkwatch_edge::ClientAddress>()
            .map_or(IpAddr::V4(Ipv4Addr::UNSPECIFIED), |address| address.0),
        user_agent: agent.chars().take(256).collect(),
        request_id: parts.extensions.get::<RequestId>().map(ToString::to_string).unwrap_or_default(),
    }
}
