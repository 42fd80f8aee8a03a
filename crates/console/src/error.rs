//! The one place where what happened becomes a status and an error body.

use axum::Json;
use axum::http::{HeaderValue, StatusCode, header};
use axum::response::{IntoResponse, Response};
use serde::Serialize;
use thinkwatch_control::ControlError;
use utoipa::ToSchema;

/// The body of every answer that is not a success.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct ErrorBody {
    /// What went wrong.
    error: ErrorDetail,
}

/// What went wrong.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct ErrorDetail {
    /// For programs.
    code: String,
    /// For people.
    message: String,
    /// The field of the request that is wrong, if one is: its path in the body (`routes[1].weight`, `config.headers`), or the
    /// name of a query parameter.
    #[serde(skip_serializing_if = "Option::is_none")]
    field: Option<String>,
}

/// An answer that is not a success.
#[derive(Debug)]
pub(crate) struct ApiError {
    status: StatusCode,
    code: &'static str,
    message: String,
    field: Option<String>,
    retry_after_secs: Option<u64>,
}

impl ApiError {
    pub(crate) fn new(status: StatusCode, code: &'static str, message: impl Into<String>) -> Self {
        Self { status, code, message: message.into(), field: None, retry_after_secs: None }
    }

    pub(crate) fn field(mut self, field: Option<impl Into<String>>) -> Self {
        self.field = field.map(Into::into);
        self
    }
}

/// Short for what handlers return.
pub(crate) type Answer<T> = Result<T, ApiError>;

impl From<ControlError> for ApiError {
    fn from(error: ControlError) -> Self {
        let message = error.to_string();
        match error {
            ControlError::Unauthenticated(_) => Self::new(StatusCode::UNAUTHORIZED, "unauthenticated", message),
            ControlError::Forbidden(_) => Self::new(StatusCode::FORBIDDEN, "forbidden", message),
            ControlError::Refused { code, field, .. } => Self::new(StatusCode::FORBIDDEN, code, message).field(field),
            ControlError::NotFound(_) => Self::new(StatusCode::NOT_FOUND, "not_found", message),
            ControlError::Invalid { code, field, .. } => {
                Self::new(StatusCode::BAD_REQUEST, code, message).field(Some(field))
            }
            ControlError::Conflict { field, .. } => Self::new(StatusCode::CONFLICT, "conflict", message).field(field),
            ControlError::Stale => Self::new(StatusCode::PRECONDITION_FAILED, "stale", message),
            ControlError::Throttled { retry_after_secs } => Self {
                retry_after_secs: Some(retry_after_secs),
                ..Self::new(StatusCode::TOO_MANY_REQUESTS, "too_many_attempts", message)
            },
            ControlError::TooMany { code, retry_after_secs, .. } => Self {
                retry_after_secs: Some(retry_after_secs),
                ..Self::new(StatusCode::TOO_MANY_REQUESTS, code, message)
            },
            ControlError::Upstream(_) => Self::new(StatusCode::BAD_GATEWAY, "upstream_error", message),
            ControlError::Unavailable { what, detail } => {
                tracing::error!(what, detail, "console request failed");
                Self::new(StatusCode::SERVICE_UNAVAILABLE, "unavailable", format!("{what} is not available"))
            }
            ControlError::Internal(detail) => {
                tracing::error!(detail, "console request failed");
                Self::new(StatusCode::INTERNAL_SERVER_ERROR, "internal", "something went wrong on our side")
            }
        }
    }
}

impl IntoResponse for ApiError {
    fn into_response(self) -> Response {
        let detail = ErrorDetail { code: self.code.to_owned(), message: self.message, field: self.field };
        let mut response = (self.status, Json(ErrorBody { error: detail })).into_response();
        if let Some(seconds) = self.retry_after_secs {
            response.headers_mut().insert(header::RETRY_AFTER, HeaderValue::from(seconds));
        }
        if self.status == StatusCode::UNAUTHORIZED {
            response.headers_mut().insert(header::WWW_AUTHENTICATE, HeaderValue::from_static("Bearer"));
        }
        response
    }
}

/// For paths that do not exist.
pub(crate) async fn not_found() -> ApiError {
    ApiError::new(StatusCode::NOT_FOUND, "not_found", "no such path")
}

/// For paths that exist, with another method.
pub(crate) async fn method_not_allowed() -> ApiError {
    ApiError::new(StatusCode::METHOD_NOT_ALLOWED, "method_not_allowed", "this path does not take this method")
}
