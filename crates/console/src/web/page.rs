//! The one page of the web console.

use axum::http::{HeaderValue, header};
use axum::response::{Html, IntoResponse, Response};

use super::Asset;
use crate::gateway;
use crate::state::Options;

/// Stands in the page where the nonce of its styles belongs.
const PLACE_OF_NONCE: &str = "__CSP_NONCE__";

/// The page, with a nonce of its own: styles that components write at run time carry it, nothing else may.
pub(super) fn index(options: &Options, host: Option<&str>, index: &Asset) -> Response {
    let nonce = format!("{:032x}", rand::random::<u128>());
    let text = String::from_utf8_lossy(&index.bytes).replace(PLACE_OF_NONCE, &nonce);
    let mut response = Html(text).into_response();
    let headers = response.headers_mut();
    headers.insert(header::CACHE_CONTROL, HeaderValue::from_static("no-store"));
    let origin = gateway::origin(options, host);
    if let Ok(policy) = HeaderValue::try_from(policy(&nonce, origin.as_deref())) {
        headers.insert(header::CONTENT_SECURITY_POLICY, policy);
    }
    response
}

/// Everything comes from the console itself, but for what the guide's "try it" button asks the gateway.
fn policy(nonce: &str, gateway: Option<&str>) -> String {
    let connect = gateway.map(|origin| format!(" {origin}")).unwrap_or_default();
    format!(
        "default-src 'self'; script-src 'self'; style-src 'self' 'nonce-{nonce}'; img-src 'self' data:; \
         connect-src 'self'{connect}; object-src 'none'; base-uri 'none'; form-action 'self'; frame-ancestors 'none'"
    )
}

/// What a browser sees of a program that was built without the web console.
pub(super) fn without_console() -> Response {
    let page = "<!doctype html><html lang=\"en\"><meta charset=\"utf-8\"><title>ThinkWatch</title>\
                <h1>ThinkWatch</h1><p>The server is running. This build has no web console. Its API is described by \
                <a href=\"/api/openapi.json\">/api/openapi.json</a>. To set it up from a terminal: \
                <code>thinkwatch setup</code>.</p></html>";
    ([(header::CACHE_CONTROL, "no-store")], Html(page)).into_response()
}
