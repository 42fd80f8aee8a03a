//! Errors in the shape of the OpenAI API; the other OpenAI dialects use it too.

use serde::Serialize;

use crate::error::{ApiError, ErrorKind};
use crate::sse;

#[derive(Serialize)]
struct Body<'a> {
    error: Inner<'a>,
}

#[derive(Serialize)]
struct Inner<'a> {
    message: &'a str,
    #[serde(rename = "type")]
    kind: &'static str,
    param: Option<&'a str>,
    code: Option<&'a str>,
}

pub(crate) const fn status(error: &ApiError) -> u16 {
    match error.kind {
        ErrorKind::Overloaded => 503,
        _ => error.status,
    }
}

const fn kind(kind: ErrorKind) -> &'static str {
    match kind {
        ErrorKind::InvalidRequest | ErrorKind::Authentication | ErrorKind::NotFound | ErrorKind::RequestTooLarge => {
            "invalid_request_error"
        }
        ErrorKind::PermissionDenied => "permission_error",
        ErrorKind::RateLimited => "rate_limit_error",
        ErrorKind::BudgetExhausted => "insufficient_quota",
        ErrorKind::UpstreamAuth
        | ErrorKind::UpstreamError
        | ErrorKind::UpstreamTimeout
        | ErrorKind::UpstreamUnavailable => "upstream_error",
        ErrorKind::Overloaded | ErrorKind::Internal => "server_error",
    }
}

pub(crate) fn body(error: &ApiError) -> Vec<u8> {
    let inner =
        Inner { message: &error.message, kind: kind(error.kind), param: error.param.as_deref(), code: error.word() };
    serde_json::to_vec(&Body { error: inner }).expect("a struct of strings has a JSON form")
}

/// The last event of a failed stream. `[DONE]` must not follow: it would look like success.
pub(crate) fn event(error: &ApiError) -> Vec<u8> {
    sse::encode(None, &body(error))
}
