//! The session cookies of browsers.

use axum::http::{HeaderMap, HeaderValue, header};

/// Holds the access token; sent to the API only.
const ACCESS: (&str, &str) = ("tw_access", "/api");
/// Holds the refresh token; sent to the sign-in paths only.
const REFRESH: (&str, &str) = ("tw_refresh", "/api/auth");

/// The access token of a browser.
pub(crate) fn access(headers: &HeaderMap) -> Option<&str> {
    read(headers, ACCESS.0)
}

/// The refresh token of a browser.
pub(crate) fn refresh(headers: &HeaderMap) -> Option<&str> {
    read(headers, REFRESH.0)
}

fn read<'a>(headers: &'a HeaderMap, name: &str) -> Option<&'a str> {
    headers
        .get_all(header::COOKIE)
        .iter()
        .filter_map(|value| value.to_str().ok())
        .flat_map(|value| value.split(';'))
        .filter_map(|pair| pair.trim().split_once('='))
        .find_map(|(key, value)| (key == name && !value.is_empty()).then_some(value))
}

/// Puts both tokens into the browser.
pub(crate) fn set(headers: &mut HeaderMap, https: bool, access: (&str, i64), refresh: (&str, i64)) {
    write(headers, https, ACCESS, access);
    write(headers, https, REFRESH, refresh);
}

/// Takes both tokens out of the browser.
pub(crate) fn clear(headers: &mut HeaderMap, https: bool) {
    set(headers, https, ("", 0), ("", 0));
}

/// `Strict`: no other site can make a browser send them, which is the defence against forged requests.
fn write(headers: &mut HeaderMap, https: bool, (name, path): (&str, &str), (value, max_age): (&str, i64)) {
    let secure = if https { "; Secure" } else { "" };
    let text = format!("{name}={value}; Path={path}; Max-Age={max_age}; HttpOnly; SameSite=Strict{secure}");
    if let Ok(value) = HeaderValue::try_from(text) {
        headers.append(header::SET_COOKIE, value);
    }
}
