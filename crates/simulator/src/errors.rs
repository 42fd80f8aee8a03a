//! Errors in each provider's own shape and with its own words for types and codes.

use http::StatusCode;

use crate::json::{Null, Raw, object};

/// Which provider's manners an endpoint has.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Provider {
    OpenAi,
    Anthropic,
}

/// A refusal, before it is put in a shape.
#[derive(Clone, Debug)]
pub(crate) struct Refusal {
    pub(crate) status: StatusCode,
    pub(crate) message: String,
    pub(crate) code: Option<&'static str>,
}

impl Refusal {
    pub(crate) fn bad(message: impl Into<String>) -> Self {
        Self { status: StatusCode::BAD_REQUEST, message: message.into(), code: None }
    }

    /// What a `status=` directive gives.
    pub(crate) fn asked_for(status: StatusCode) -> Self {
        let message = format!("simulated error {}", status.as_u16());
        Self { status, message, code: None }
    }

    pub(crate) fn unknown_model(provider: Provider, model: &str) -> Self {
        let message = match provider {
            Provider::OpenAi => format!("The model `{model}` does not exist or you do not have access to it."),
            Provider::Anthropic => format!("model: {model}"),
        };
        Self { status: StatusCode::NOT_FOUND, message, code: Some("model_not_found") }
    }
}

pub(crate) fn openai_type(status: StatusCode) -> &'static str {
    match status.as_u16() {
        429 => "requests",
        500.. => "server_error",
        _ => "invalid_request_error",
    }
}

pub(crate) fn anthropic_type(status: StatusCode) -> &'static str {
    match status.as_u16() {
        401 => "authentication_error",
        402 => "billing_error",
        403 => "permission_error",
        404 => "not_found_error",
        413 => "request_too_large",
        429 => "rate_limit_error",
        504 => "timeout_error",
        529 => "overloaded_error",
        500.. => "api_error",
        _ => "invalid_request_error",
    }
}

/// The body of an error answer.
pub(crate) fn body(provider: Provider, refusal: &Refusal, request_id: &str) -> Raw {
    match provider {
        Provider::OpenAi => {
            let code = refusal.code.or(match refusal.status.as_u16() {
                401 => Some("invalid_api_key"),
                429 => Some("rate_limit_exceeded"),
                _ => None,
            });
            let error = object! {
                "message": refusal.message,
                "type": openai_type(refusal.status),
                "param": Null,
                "code": code,
            };
            object! { "error": error }
        }
        Provider::Anthropic => {
            let error = object! { "type": anthropic_type(refusal.status), "message": refusal.message };
            object! { "type": "error", "error": error, "request_id": request_id }
        }
    }
}
