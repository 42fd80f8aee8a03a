//! Request bodies: JSON whose faults are told in JSON, with the field's name.

use axum::body::Bytes;
use axum::extract::{FromRequest, Request};
use axum::http::StatusCode;
use serde::de::DeserializeOwned;

use crate::error::ApiError;
use crate::path;

/// A JSON body. An empty body reads as `{}`, whatever content type was declared: curl users forget it.
pub(crate) struct Body<T>(pub(crate) T);

impl<T: DeserializeOwned, S: Send + Sync> FromRequest<S> for Body<T> {
    type Rejection = ApiError;

    async fn from_request(request: Request, state: &S) -> Result<Self, ApiError> {
        let bytes = Bytes::from_request(request, state).await.map_err(|rejection| {
            if rejection.status() == StatusCode::PAYLOAD_TOO_LARGE {
                ApiError::new(StatusCode::PAYLOAD_TOO_LARGE, "too_large", "the body is larger than 1 MiB")
            } else {
                ApiError::new(StatusCode::BAD_REQUEST, "unreadable", "the body could not be read")
            }
        })?;
        let text: &[u8] = if bytes.iter().all(u8::is_ascii_whitespace) { b"{}" } else { &bytes };
        serde_json::from_slice(text).map(Self).map_err(|error| explain(&error, text))
    }
}

/// Turns what the parser says into an answer that names the field.
fn explain(error: &serde_json::Error, text: &[u8]) -> ApiError {
    if error.is_syntax() || error.is_eof() {
        return ApiError::new(StatusCode::BAD_REQUEST, "malformed_json", format!("the body is not JSON: {error}"));
    }
    let message = error.to_string();
    // The position is of use to nobody who reads the field's name.
    let said = message.split(" at line ").next().unwrap_or(&message).to_owned();
    let quoted = |start: &str| said.strip_prefix(start).and_then(|rest| rest.split('`').next());
    let read = read_until(text, error.line(), error.column());
    let (code, path) = if let Some(name) = quoted("unknown field `") {
        ("unknown_field", path::within(read, name))
    } else if let Some(name) = quoted("missing field `") {
        ("missing_field", path::within(read, name))
    } else {
        ("invalid", path::of_value(read))
    };
    ApiError::new(StatusCode::BAD_REQUEST, code, said).field(Some(path).filter(|path| !path.is_empty()))
}

/// What the parser had read when it gave up.
fn read_until(text: &[u8], line: usize, column: usize) -> &[u8] {
    let line_start = text.split_inclusive(|b| *b == b'\n').take(line.saturating_sub(1)).map(<[u8]>::len).sum::<usize>();
    &text[..(line_start + column).min(text.len())]
}

#[cfg(test)]
mod tests {
    use super::*;

    #[derive(Debug, serde::Deserialize)]
    #[serde(deny_unknown_fields)]
    #[expect(dead_code, reason = "only read from JSON")]
    struct Sample {
        name: String,
        weight: Option<u32>,
        #[serde(default)]
        routes: Vec<Inner>,
        config: Option<Inner>,
        #[serde(default)]
        words: Vec<String>,
        #[serde(default, deserialize_with = "crate::keys::given")]
        expires: Option<Option<String>>,
    }

    #[derive(Debug, serde::Deserialize)]
    #[serde(deny_unknown_fields)]
    #[expect(dead_code, reason = "only read from JSON")]
    struct Inner {
        to: String,
        share: Option<u32>,
        headers: Option<std::collections::BTreeMap<String, String>>,
    }

    #[test]
    fn faults_name_the_field() {
        let check = |text: &str, code: &str, field: &str| {
            let error = serde_json::from_str::<Sample>(text).expect_err(text);
            let shown = format!("{:?}", explain(&error, text.as_bytes()));
            assert!(shown.contains(&format!("code: {code:?}")), "{text}: {shown}");
            let field = if field.is_empty() { "None".to_owned() } else { format!("Some({field:?})") };
            assert!(shown.contains(&format!("field: {field},")), "{text}: {shown}");
        };
        check(r#"{"name":"a","wieght":1}"#, "unknown_field", "wieght");
        check(r"{}", "missing_field", "name");
        check(r#"{"name":5}"#, "invalid", "name");
        check(r#"{"name":{}}"#, "invalid", "name");
        check(r#"{"name":null}"#, "invalid", "name");
        check(r#"{"name":"a","expires":7}"#, "invalid", "expires");
        check("{\"name\":\"a\",\n \"weight\" : -1}", "invalid", "weight");
        check("{\"name\":\"ä\\\"{[,\",\"weight\":1.5}", "invalid", "weight");
        check(r#"{"name":"a","words":["b", 7 ]}"#, "invalid", "words[1]");
        check(r#"{"name":"a","words":"b"}"#, "invalid", "words");
        check(r#"{"name":"a","routes":[{"to":"x"},{"to":"y","share":"z"}]}"#, "invalid", "routes[1].share");
        check(r#"{"name":"a","routes":[{"to":"x"},{"share":1}]}"#, "missing_field", "routes[1].to");
        check(r#"{"name":"a","routes":[{"to":"x","too":1}]}"#, "unknown_field", "routes[0].too");
        check(r#"{"name":"a","routes":[7]}"#, "invalid", "routes[0]");
        check(r#"{"name":"a","config":{"to":"x","headers":{"a":"b","c":1}}}"#, "invalid", "config.headers.c");
        check(r#"{"name":"a","config":[]}"#, "invalid", "config");
        check("[7]", "invalid", "[0]");
        check("7", "invalid", "");
        check("{\"name\"", "malformed_json", "");
    }
}
