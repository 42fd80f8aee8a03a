//! Request bodies: JSON whose faults are told in JSON, with the field's name.

use axum::body::Bytes;
use axum::extract::{FromRequest, Request};
use axum::http::StatusCode;
use serde::de::DeserializeOwned;

use crate::error::ApiError;

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
    let quoted = |start: &str| said.strip_prefix(start).and_then(|rest| rest.split('`').next()).map(str::to_owned);
    if let Some(field) = quoted("unknown field `") {
        return ApiError::new(StatusCode::BAD_REQUEST, "unknown_field", said).field(Some(field));
    }
    if let Some(field) = quoted("missing field `") {
        return ApiError::new(StatusCode::BAD_REQUEST, "missing_field", said).field(Some(field));
    }
    let field = name_before(text, error.line(), error.column());
    ApiError::new(StatusCode::BAD_REQUEST, "invalid", said).field(field)
}

/// The last object key that ends before a position: the field whose value was refused there.
fn name_before(text: &[u8], line: usize, column: usize) -> Option<String> {
    let line_start = text.split_inclusive(|b| *b == b'\n').take(line.saturating_sub(1)).map(<[u8]>::len).sum::<usize>();
    let before = std::str::from_utf8(text.get(..(line_start + column).min(text.len()))?).ok()?;
    let ends_a_name = |at: &usize| before[..*at].trim_end().ends_with('"');
    let colon = before.rmatch_indices(':').map(|(at, _)| at).find(ends_a_name)?;
    let name = before[..colon].trim_end().strip_suffix('"')?.rsplit('"').next()?;
    (!name.is_empty() && name.len() <= 64).then(|| name.to_owned())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[derive(Debug, serde::Deserialize)]
    #[serde(deny_unknown_fields)]
    struct Sample {
        #[expect(dead_code, reason = "only read from JSON")]
        name: String,
        #[expect(dead_code, reason = "only read from JSON")]
        weight: Option<u32>,
    }

    #[test]
    fn faults_name_the_field() {
        let check = |text: &str, expected: &str| {
            let error = serde_json::from_str::<Sample>(text).expect_err(text);
            let shown = format!("{:?}", explain(&error, text.as_bytes()));
            assert!(shown.contains(expected), "{text}: {shown}");
        };
        check(r#"{"name":"a","wieght":1}"#, r#"code: "unknown_field""#);
        check(r#"{"name":"a","wieght":1}"#, r#"field: Some("wieght")"#);
        check(r"{}", r#"field: Some("name")"#);
        check(r#"{"name":5}"#, r#"field: Some("name")"#);
        check("{\"name\":\"a\",\n \"weight\" : -1}", r#"field: Some("weight")"#);
        check("{\"name\"", r#"code: "malformed_json""#);
    }
}
