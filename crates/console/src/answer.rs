//! Answers that carry an entity tag, and the precondition that edits may name.

use axum::Json;
use axum::extract::FromRequestParts;
use axum::http::request::Parts;
use axum::http::{HeaderValue, StatusCode, header};
use axum::response::{IntoResponse, Response};
use serde::Serialize;

use crate::error::ApiError;

/// A body and the version it shows, sent as `ETag`.
pub(crate) struct Tagged<T> {
    /// 200 or 201.
    pub(crate) status: StatusCode,
    /// Changes with every edit.
    pub(crate) version: i64,
    /// What is shown.
    pub(crate) body: T,
}

impl<T: Serialize> IntoResponse for Tagged<T> {
    fn into_response(self) -> Response {
        let mut response = (self.status, Json(self.body)).into_response();
        if let Ok(tag) = HeaderValue::try_from(format!("\"{}\"", self.version)) {
            response.headers_mut().insert(header::ETAG, tag);
        }
        response
    }
}

/// The version the caller last saw, from `If-Match`; `None` when it does not care.
pub(crate) struct Seen(pub(crate) Option<i64>);

impl<S: Send + Sync> FromRequestParts<S> for Seen {
    type Rejection = ApiError;

    async fn from_request_parts(parts: &mut Parts, _: &S) -> Result<Self, ApiError> {
        let Some(value) = parts.headers.get(header::IF_MATCH) else { return Ok(Self(None)) };
        let text = value.to_str().unwrap_or_default().trim();
        if text == "*" {
            return Ok(Self(None));
        }
        let version = text.trim_start_matches("W/").trim_matches('"').parse().map_err(|_| {
            ApiError::new(
                StatusCode::PRECONDITION_FAILED,
                "stale",
                "`If-Match` must be the `ETag` of an earlier answer",
            )
        })?;
        Ok(Self(Some(version)))
    }
}
