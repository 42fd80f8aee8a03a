//! Errors in each provider's own shape and with its own words for types and codes.

use http::StatusCode;

use crate::json::{Null, Raw, object};

/// Which provider's manners an endpoint has.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Provider {
    OpenAi,
    Anthropic,
    Google,
    /// OpenAI's formats behind Azure's doors.
    Azure,
    Bedrock,
}

/// A refusal, before it is put in a shape.
#[derive(Clone, Debug)]
pub(crate) struct Refusal {
    pub(crate) status: StatusCode,
    pub(crate) message: String,
    /// The provider's own word for it, where the status does not tell.
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

    /// What `refuse=context` gives: more tokens than the model holds, in the provider's own words.
    pub(crate) fn context_length(provider: Provider) -> Self {
        let (code, message) = match provider {
            Provider::OpenAi | Provider::Azure => (
                Some("context_length_exceeded"),
                "This model's maximum context length is 8192 tokens. However, your messages resulted in 9001 tokens.",
            ),
            Provider::Anthropic => (None, "prompt is too long: 208310 tokens > 200000 maximum"),
            Provider::Google => {
                (None, "The input token count (1200000) exceeds the maximum number of tokens allowed (1048576).")
            }
            Provider::Bedrock => (None, "Input is too long for requested model."),
        };
        Self { status: StatusCode::BAD_REQUEST, message: message.to_owned(), code }
    }

    /// What `refuse=policy` gives: the provider will not answer that.
    pub(crate) fn content_policy(provider: Provider) -> Self {
        let (code, message) = match provider {
            Provider::OpenAi | Provider::Azure => {
                (Some("content_policy_violation"), "Your request was rejected as a result of our safety system.")
            }
            _ => (None, "Output blocked by content filtering policy"),
        };
        Self { status: StatusCode::BAD_REQUEST, message: message.to_owned(), code }
    }

    pub(crate) fn unknown_model(provider: Provider, model: &str) -> Self {
        let (status, code, message) = match provider {
            Provider::OpenAi => {
                let message = format!("The model `{model}` does not exist or you do not have access to it.");
                (StatusCode::NOT_FOUND, Some("model_not_found"), message)
            }
            Provider::Anthropic => (StatusCode::NOT_FOUND, None, format!("model: {model}")),
            Provider::Google => {
                let message = format!(
                    "models/{model} is not found for API version v1beta, or is not supported for generateContent. Call \
                     ListModels to see the list of available models and their supported methods."
                );
                (StatusCode::NOT_FOUND, None, message)
            }
            Provider::Azure => {
                let message = "The API deployment for this resource does not exist. If you created the deployment \
                               within the last 5 minutes, please wait a moment and try again.";
                (StatusCode::NOT_FOUND, Some("DeploymentNotFound"), message.to_owned())
            }
            Provider::Bedrock => {
                (StatusCode::BAD_REQUEST, None, "The provided model identifier is invalid.".to_owned())
            }
        };
        Self { status, message, code }
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

fn google_status(status: StatusCode) -> &'static str {
    match status.as_u16() {
        401 => "UNAUTHENTICATED",
        403 => "PERMISSION_DENIED",
        404 => "NOT_FOUND",
        409 => "ABORTED",
        429 => "RESOURCE_EXHAUSTED",
        499 => "CANCELLED",
        501 => "UNIMPLEMENTED",
        503 => "UNAVAILABLE",
        504 => "DEADLINE_EXCEEDED",
        500.. => "INTERNAL",
        _ => "INVALID_ARGUMENT",
    }
}

/// What Bedrock's header `x-amzn-ErrorType` says.
pub(crate) fn bedrock_type(refusal: &Refusal) -> &'static str {
    refusal.code.unwrap_or(match refusal.status.as_u16() {
        401 | 403 => "AccessDeniedException",
        404 => "ResourceNotFoundException",
        408 => "ModelTimeoutException",
        424 => "ModelErrorException",
        429 => "ThrottlingException",
        503 => "ServiceUnavailableException",
        500.. => "InternalServerException",
        _ => "ValidationException",
    })
}

/// Google's error; when to come again is told in it and in no header.
pub(crate) fn google(refusal: &Refusal, retry_after: Option<&str>) -> Raw {
    let mut details: Vec<Raw> = Vec::new();
    if let Some(reason) = refusal.code {
        let metadata = object! { "service": "generativelanguage.googleapis.com" };
        details.push(object! {
            "@type": "type.googleapis.com/google.rpc.ErrorInfo", "reason": reason, "domain": "googleapis.com",
            "metadata": metadata,
        });
    }
    if let Some((_, field)) = refusal.message.split_once(" at '") {
        let field = field.split('\'').next().unwrap_or_default();
        let violation = object! { "field": field, "description": refusal.message };
        details.push(object! {
            "@type": "type.googleapis.com/google.rpc.BadRequest", "fieldViolations": vec![violation],
        });
    }
    if let Some(seconds) = retry_after {
        details.push(object! {
            "@type": "type.googleapis.com/google.rpc.RetryInfo", "retryDelay": format!("{seconds}s"),
        });
    }
    let (code, status) = (u64::from(refusal.status.as_u16()), google_status(refusal.status));
    let error = if details.is_empty() {
        object! { "code": code, "message": refusal.message, "status": status }
    } else {
        object! { "code": code, "message": refusal.message, "status": status, "details": details }
    };
    object! { "error": error }
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
        Provider::Google => google(refusal, None),
        Provider::Bedrock => object! { "message": refusal.message },
        // What never gets to the model is refused by Azure itself, in fewer words.
        Provider::Azure if [401, 404].contains(&refusal.status.as_u16()) => {
            let code = refusal.code.map_or_else(|| refusal.status.as_u16().to_string(), str::to_owned);
            object! { "error": object! { "code": code, "message": refusal.message } }
        }
        Provider::Azure => body(Provider::OpenAi, refusal, request_id),
        Provider::Anthropic => {
            let error = object! { "type": anthropic_type(refusal.status), "message": refusal.message };
            object! { "type": "error", "error": error, "request_id": request_id }
        }
    }
}
