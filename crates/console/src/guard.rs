//! What is wrapped around every request: origin check, time limit, security headers, the request id.

use axum::extract::{MatchedPath, Request, State};
use axum::http::{HeaderMap, HeaderName, HeaderValue, Method, StatusCode, header};
use axum::middleware::Next;
use axum::response::{IntoResponse, Response};
use thinkwatch_policy::ids::RequestId;

use crate::error::ApiError;
use crate::shown::now_us;
use crate::state::App;

/// For all that is not the page of the web console, which has a policy of its own: shown as a document, it can do nothing.
const CSP: &str = "default-src 'none'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'";

const ALWAYS: [(HeaderName, &str); 4] = [
    (header::X_CONTENT_TYPE_OPTIONS, "nosniff"),
    (header::X_FRAME_OPTIONS, "DENY"),
    (header::REFERRER_POLICY, "no-referrer"),
    (HeaderName::from_static("permissions-policy"), "camera=(), microphone=(), geolocation=()"),
];

/// The template of the route that answered, in the extensions of the response: what metrics and the access log name it
/// by. Absent when no route matched.
#[derive(Clone, Debug)]
pub struct AnsweredBy(pub String);

/// Wraps a request.
pub(crate) async fn around(State(app): State<App>, mut request: Request, next: Next) -> Response {
    // Minted at the edge; a client's own id is not believed.
    let known = request.extensions().get::<RequestId>().copied();
    let request_id = known.unwrap_or_else(|| thinkwatch_edge::request_id::mint(now_us()));
    request.extensions_mut().insert(request_id);
    let matched = request.extensions().get::<MatchedPath>().map(|path| AnsweredBy(path.as_str().to_owned()));
    let origin = request.headers().get(header::ORIGIN).cloned();
    let is_api = request.uri().path().starts_with("/api/");
    let foreign = origin.as_ref().is_some_and(|origin| !same_origin(request.headers(), origin));
    let listed = origin.as_ref().is_some_and(|origin| listed(&app, origin));
    let mut response = if foreign && !listed {
        ApiError::new(StatusCode::FORBIDDEN, "origin_not_allowed", "Origin not allowed").into_response()
    } else if foreign && request.method() == Method::OPTIONS {
        preflight()
    } else {
        match tokio::time::timeout(app.options.timeout, next.run(request)).await {
            Ok(response) => response,
            Err(_) => {
                ApiError::new(StatusCode::GATEWAY_TIMEOUT, "timeout", "the request took too long").into_response()
            }
        }
    };
    if let Some(matched) = matched {
        response.extensions_mut().insert(matched);
    }
    let headers = response.headers_mut();
    for (name, value) in ALWAYS {
        headers.insert(name, HeaderValue::from_static(value));
    }
    headers.entry(header::CONTENT_SECURITY_POLICY).or_insert(HeaderValue::from_static(CSP));
    if app.options.https() {
        headers.insert(header::STRICT_TRANSPORT_SECURITY, HeaderValue::from_static("max-age=31536000"));
    }
    if is_api {
        headers.entry(header::CACHE_CONTROL).or_insert(HeaderValue::from_static("no-store"));
    }
    if let Ok(id) = HeaderValue::try_from(request_id.to_string()) {
        headers.insert("x-request-id", id);
    }
    if let Some(origin) = origin.filter(|_| foreign && listed) {
        headers.insert(header::ACCESS_CONTROL_ALLOW_ORIGIN, origin);
        headers.insert(header::ACCESS_CONTROL_ALLOW_CREDENTIALS, HeaderValue::from_static("true"));
        headers.append(header::VARY, HeaderValue::from_static("origin"));
    }
    response
}

/// Whether the page that asks came from the address it asks.
fn same_origin(headers: &HeaderMap, origin: &HeaderValue) -> bool {
    let authority = origin.to_str().ok().and_then(|o| o.split_once("://")).map(|(_, authority)| authority);
    let host = headers.get(header::HOST).and_then(|h| h.to_str().ok());
    authority.zip(host).is_some_and(|(authority, host)| authority.eq_ignore_ascii_case(host))
}

/// Whether the operator named it.
fn listed(app: &App, origin: &HeaderValue) -> bool {
    let Ok(origin) = origin.to_str() else { return false };
    app.options
        .allowed_origins
        .iter()
        .chain(&app.options.public_url)
        .any(|allowed| allowed.trim_end_matches('/').eq_ignore_ascii_case(origin))
}

fn preflight() -> Response {
    let headers = [
        (header::ACCESS_CONTROL_ALLOW_METHODS, "GET, POST, PATCH, DELETE"),
        (header::ACCESS_CONTROL_ALLOW_HEADERS, "authorization, content-type, if-match"),
        (header::ACCESS_CONTROL_MAX_AGE, "600"),
    ];
    (StatusCode::NO_CONTENT, headers).into_response()
}
