//! Errors in the shape of the Anthropic API.

use serde::Serialize;

use crate::error::{ApiError, ErrorKind};
use crate::sse;

#[derive(Serialize)]
struct Body<'a> {
    #[serde(rename = "type")]
    kind: &'static str,
    error: Inner<'a>,
    request_id: &'a str,
}

#[derive(Serialize)]
struct Inner<'a> {
    #[serde(rename = "type")]
    kind: &'static str,
    message: &'a str,
}

pub(crate) const fn status(error: &ApiError) -> u16 {
    match error.kind {
        ErrorKind::Overloaded => 529,
        ErrorKind::BudgetExhausted => 402,
        _ => error.status,
    }
}

const fn kind(kind: ErrorKind) -> &'static str {
    match kind {
        ErrorKind::InvalidRequest => "invalid_request_error",
        ErrorKind::Authentication => "authentication_error",
        ErrorKind::PermissionDenied => "permission_error",
        ErrorKind::NotFound => "not_found_error",
        ErrorKind::RequestTooLarge => "request_too_large",
        ErrorKind::RateLimited => "rate_limit_error",
        ErrorKind::BudgetExhausted => "billing_error",
        ErrorKind::UpstreamTimeout => "timeout_error",
        ErrorKind::Overloaded => "overloaded_error",
        ErrorKind::UpstreamAuth | ErrorKind::UpstreamError | ErrorKind::UpstreamUnavailable | ErrorKind::Internal => {
            "api_error"
        }
    }
}

pub(crate) fn body(error: &ApiError, request_id: &str) -> Vec<u8> {
    let inner = Inner { kind: kind(error.kind), message: &error.message };
    serde_json::to_vec(&Body { kind: "error", error: inner, request_id }).expect("a struct of strings has a JSON form")
}

/// The last event of a failed stream.
pub(crate) fn event(error: &ApiError, request_id: &str) -> Vec<u8> {
    sse::encode(Some(b"error"), &body(error, request_id))
}
