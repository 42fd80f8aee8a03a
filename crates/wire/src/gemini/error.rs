//! Errors in the shape of Google's APIs.

use crate::error::{ApiError, ErrorKind};
use crate::json::write;
use crate::sse;

pub(crate) const fn status(error: &ApiError) -> u16 {
    error.status
}

/// The words of `google.rpc.Code`.
const fn word(kind: ErrorKind) -> &'static str {
    match kind {
        ErrorKind::InvalidRequest | ErrorKind::RequestTooLarge => "INVALID_ARGUMENT",
        ErrorKind::Authentication => "UNAUTHENTICATED",
        ErrorKind::PermissionDenied => "PERMISSION_DENIED",
        ErrorKind::NotFound => "NOT_FOUND",
        ErrorKind::RateLimited | ErrorKind::BudgetExhausted => "RESOURCE_EXHAUSTED",
        ErrorKind::UpstreamTimeout => "DEADLINE_EXCEEDED",
        ErrorKind::UpstreamAuth | ErrorKind::UpstreamError | ErrorKind::UpstreamUnavailable | ErrorKind::Overloaded => {
            "UNAVAILABLE"
        }
        ErrorKind::Internal => "INTERNAL",
    }
}

/// The code for programs, if the error brings none: Google's own word where clients look for it.
fn reason(error: &ApiError) -> Option<&str> {
    match (&error.code, error.kind) {
        (None, ErrorKind::Authentication) => Some("API_KEY_INVALID"),
        _ => error.word(),
    }
}

pub(crate) fn body(error: &ApiError) -> Vec<u8> {
    let mut out = Vec::new();
    {
        let mut root = write::object(&mut out);
        let mut inner = root.object("error");
        inner.whole("code", u64::from(status(error))).text("message", &error.message).text("status", word(error.kind));
        let reason = reason(error);
        if reason.is_some() || error.param.is_some() || error.retry_after_s.is_some() {
            let mut details = inner.list("details");
            if let Some(reason) = reason {
                let mut info = details.push_object();
                info.text("@type", "type.googleapis.com/google.rpc.ErrorInfo");
                info.text("reason", reason).text("domain", "thinkwatch");
            }
            if let Some(seconds) = error.retry_after_s {
                let mut retry = details.push_object();
                retry.text("@type", "type.googleapis.com/google.rpc.RetryInfo");
                retry.text("retryDelay", &format!("{seconds}s"));
            }
            if let Some(param) = &error.param {
                let mut bad = details.push_object();
                bad.text("@type", "type.googleapis.com/google.rpc.BadRequest");
                let mut violations = bad.list("fieldViolations");
                violations.push_object().text("field", param).text("description", &error.message);
            }
        }
    }
    out
}

/// The last event of a failed stream. Google's libraries raise it by its `error` member.
pub(crate) fn event(error: &ApiError) -> Vec<u8> {
    sse::encode(None, &body(error))
}

/// The same where the stream is a list in JSON: its last element. `begun`: whether it has others.
pub(crate) fn last_element(error: &ApiError, begun: bool) -> Vec<u8> {
    [if begun { b",\r\n".as_slice() } else { b"[" }, &body(error), b"]"].concat()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_error_has_googles_shape() {
        let error = ApiError::new(ErrorKind::InvalidRequest, "no").with_param("contents[0]").with_code("x");
        let expected = r#"{"error":{"code":400,"message":"no","status":"INVALID_ARGUMENT","details":[{"@type":"type.googleapis.com/google.rpc.ErrorInfo","reason":"x","domain":"thinkwatch"},{"@type":"type.googleapis.com/google.rpc.BadRequest","fieldViolations":[{"field":"contents[0]","description":"no"}]}]}}"#;
        assert_eq!(String::from_utf8(body(&error)).unwrap(), expected);
        let later = body(&ApiError::new(ErrorKind::RateLimited, "later").with_retry_after_s(7));
        let later: serde_json::Value = serde_json::from_slice(&later).unwrap();
        assert_eq!(later["error"]["details"][1]["@type"], "type.googleapis.com/google.rpc.RetryInfo");
        assert_eq!(later["error"]["details"][1]["retryDelay"], "7s");
        for kind in ErrorKind::ALL {
            let error = ApiError::new(kind, "a \"message\"\nin two lines");
            for text in [last_element(&error, false), [b"[{}".as_slice(), &last_element(&error, true)].concat()] {
                let list: serde_json::Value = serde_json::from_slice(&text).unwrap();
                let last = list.as_array().unwrap().last().unwrap();
                assert_eq!(last["error"]["code"], kind.status());
            }
            assert!(event(&error).ends_with(b"\n\n"));
        }
    }
}
