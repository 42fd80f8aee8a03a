//! Query strings, with faults told in JSON.

use axum::extract::{FromRequestParts, Query};
use axum::http::StatusCode;
use axum::http::request::Parts;
use serde::de::DeserializeOwned;
use thinkwatch_control::users::Sort;

use crate::error::ApiError;

/// Reads `name` or `-name` into a way to sort; nothing is newest first.
pub(crate) fn read_sort<By: Copy + Default>(text: Option<&str>, known: &[(&str, By)]) -> Result<Sort<By>, ApiError> {
    let Some(text) = text else { return Ok(Sort::default()) };
    let (name, descending) = text.strip_prefix('-').map_or((text, false), |name| (name, true));
    let by = known.iter().find(|(known, _)| *known == name).map(|(_, by)| *by).ok_or_else(|| {
        let names: Vec<_> = known.iter().map(|(name, _)| *name).collect();
        let message = format!("must be one of {}, with `-` before it for descending", names.join(", "));
        ApiError::new(StatusCode::BAD_REQUEST, "invalid", message).field(Some("sort"))
    })?;
    Ok(Sort { by, descending })
}

/// What stands after the `?`.
pub(crate) struct Asked<T>(pub(crate) T);

impl<T: DeserializeOwned, S: Send + Sync> FromRequestParts<S> for Asked<T> {
    type Rejection = ApiError;

    async fn from_request_parts(parts: &mut Parts, state: &S) -> Result<Self, ApiError> {
        let Query(asked) = Query::<T>::from_request_parts(parts, state).await.map_err(|rejection| {
            let message = rejection.body_text();
            let said = message.strip_prefix("Failed to deserialize query string: ").unwrap_or(&message).to_owned();
            // Either "name: what is wrong" or "unknown field `name`, ...".
            let field = said.split_once("unknown field `").map_or_else(
                || said.split_once(": ").map(|(name, _)| name.to_owned()),
                |(_, rest)| rest.split('`').next().map(str::to_owned),
            );
            ApiError::new(StatusCode::BAD_REQUEST, "invalid", said).field(field)
        })?;
        Ok(Self(asked))
    }
}
