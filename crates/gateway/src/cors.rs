//! Calls from browsers. No cookie is ever a credential here, so any origin may call: whoever holds a key is let in.

use http::header::{self, HeaderName, HeaderValue};
use http::{HeaderMap, Method, Response, StatusCode};

use crate::body::AnswerBody;
use crate::stored::Verb;
use crate::surface::{Target, target};

const REQUEST_METHOD: HeaderName = header::ACCESS_CONTROL_REQUEST_METHOD;
/// Longest list of requested headers that is repeated in the answer.
const MAX_REQUESTED: usize = 2048;

/// The answer to a pre-flight, `None` when the request is none. What is allowed comes from the same table as the routes.
pub(crate) fn preflight(method: &Method, path: &str, headers: &HeaderMap) -> Option<Response<AnswerBody>> {
    if method != Method::OPTIONS || !headers.contains_key(header::ORIGIN) {
        return None;
    }
    let wanted = Method::from_bytes(headers.get(REQUEST_METHOD)?.as_bytes()).ok()?;
    let allowed = match target(&wanted, path) {
        Target::Call(_) | Target::ModelCall(..) | Target::Stored(Verb::Cancel, _) => "POST",
        Target::Stored(Verb::Get | Verb::Delete, _) => "GET, DELETE",
        Target::Stored(Verb::InputItems, _) => "GET",
        Target::Models | Target::Model(_) | Target::GeminiModels | Target::GeminiModel(_) => "GET, HEAD",
        Target::WrongMethod(allowed) => allowed,
        _ => return None,
    };
    let mut response = Response::new(AnswerBody::whole(""));
    *response.status_mut() = StatusCode::NO_CONTENT;
    let answer = response.headers_mut();
    answer.insert(header::ACCESS_CONTROL_ALLOW_METHODS, HeaderValue::from_static(allowed));
    answer.insert(header::ACCESS_CONTROL_MAX_AGE, HeaderValue::from_static("600"));
    if let Some(requested) = headers.get(header::ACCESS_CONTROL_REQUEST_HEADERS).filter(|v| v.len() <= MAX_REQUESTED) {
        // `*` would not cover `authorization`.
        answer.insert(header::ACCESS_CONTROL_ALLOW_HEADERS, requested.clone());
    }
    Some(response)
}

/// Lets the page that asked read the answer.
pub(crate) fn allow(response: &mut HeaderMap) {
    const EXPOSED: &str = "x-request-id, request-id, x-trace-id, server-timing, retry-after, x-should-retry, age, \
        x-thinkwatch-cache, x-thinkwatch-dropped, x-thinkwatch-estimated";
    response.insert(header::ACCESS_CONTROL_ALLOW_ORIGIN, HeaderValue::from_static("*"));
    response.insert(header::ACCESS_CONTROL_EXPOSE_HEADERS, HeaderValue::from_static(EXPOSED));
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_preflight_is_told_what_the_route_takes() {
        let cases = [
            (Method::OPTIONS, "/v1/messages", "POST", Some("POST")),
            (Method::OPTIONS, "/v1/messages", "GET", Some("POST")),
            (Method::OPTIONS, "/v1/models", "GET", Some("GET, HEAD")),
            (Method::OPTIONS, "/v1/responses/resp_1", "DELETE", Some("GET, DELETE")),
            (Method::OPTIONS, "/v1/responses/resp_1/input_items", "GET", Some("GET")),
            (Method::OPTIONS, "/metrics", "GET", None),
            (Method::OPTIONS, "/nothing", "POST", None),
            (Method::POST, "/v1/messages", "POST", None),
        ];
        for (method, path, wanted, expected) in cases {
            let mut headers = HeaderMap::new();
            headers.insert(header::ORIGIN, HeaderValue::from_static("https://example.com"));
            headers.insert(REQUEST_METHOD, HeaderValue::from_static(wanted));
            headers.insert(header::ACCESS_CONTROL_REQUEST_HEADERS, HeaderValue::from_static("authorization"));
            let answer = preflight(&method, path, &headers);
            let allowed = answer.as_ref().and_then(|a| a.headers().get(header::ACCESS_CONTROL_ALLOW_METHODS));
            assert_eq!(allowed.and_then(|v| v.to_str().ok()), expected, "{method} {path} {wanted}");
        }
    }
}
