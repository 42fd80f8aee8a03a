//! Query strings, with faults told in JSON.

use axum::extract::{FromRequestParts, Query};
use axum::http::request::Parts;
use axum::http::{StatusCode, Uri};
use serde::de::DeserializeOwned;
use thinkwatch_control::users::Sort;
use url::form_urlencoded::{self, Serializer};
use utoipa::IntoParams;

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

    async fn from_request_parts(parts: &mut Parts, _: &S) -> Result<Self, ApiError> {
        read(parts.uri.query().unwrap_or_default(), &[]).map(Self)
    }
}

/// What stands after the `?`, in two structs: what the first has a field for goes to it, everything else to the second.
/// (A struct within a struct cannot be read from a query string: there, every value is a text.)
pub(crate) struct AskedBoth<A, B>(pub(crate) A, pub(crate) B);

impl<A, B, S> FromRequestParts<S> for AskedBoth<A, B>
where
    A: DeserializeOwned + IntoParams,
    B: DeserializeOwned,
    S: Send + Sync,
{
    type Rejection = ApiError;

    async fn from_request_parts(parts: &mut Parts, _: &S) -> Result<Self, ApiError> {
        let of_first: Vec<_> = A::into_params(|| None).into_iter().map(|parameter| parameter.name).collect();
        let (mut first, mut second) = (Serializer::new(String::new()), Serializer::new(String::new()));
        for (name, value) in form_urlencoded::parse(parts.uri.query().unwrap_or_default().as_bytes()) {
            let to = if of_first.iter().any(|field| *field == name) { &mut first } else { &mut second };
            to.append_pair(&name, &value);
        }
        Ok(Self(read(&first.finish(), &[])?, read(&second.finish(), &of_first)?))
    }
}

/// Reads a query string. `beside`: fields that are taken too, but read elsewhere.
fn read<T: DeserializeOwned>(query: &str, beside: &[String]) -> Result<T, ApiError> {
    let uri = Uri::builder().path_and_query(format!("/?{query}")).build();
    let uri = uri.map_err(|error| ApiError::new(StatusCode::BAD_REQUEST, "invalid", error.to_string()))?;
    let rejection = match Query::<T>::try_from_uri(&uri) {
        Ok(Query(asked)) => return Ok(asked),
        Err(rejection) => rejection,
    };
    let message = rejection.body_text();
    let mut said = message.strip_prefix("Failed to deserialize query string: ").unwrap_or(&message).to_owned();
    // "unknown field `name`, expected one of ...", "duplicate field `name`", or "name: what is wrong".
    let unknown = said.contains("unknown field `");
    let field = said.split_once(" field `").map_or_else(
        || said.split_once(": ").map(|(name, _)| name.to_owned()),
        |(_, rest)| rest.split('`').next().map(str::to_owned),
    );
    if unknown {
        said.extend(beside.iter().map(|field| format!(", `{field}`")));
    }
    Err(ApiError::new(StatusCode::BAD_REQUEST, "invalid", said).field(field))
}
