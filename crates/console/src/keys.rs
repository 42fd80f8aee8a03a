//! API keys.

use std::collections::BTreeMap;

use axum::Json;
use axum::extract::{Path, State};
use axum::http::StatusCode;
use secrecy::ExposeSecret;
use serde::{Deserialize, Deserializer, Serialize};
use thinkwatch_control::keys::{self, IssuedKey, Key, KeyEdit, KeySearch, KeySort, KeyState, KeysWanted, NewKey};
use utoipa::{IntoParams, ToSchema};

use crate::answer::{Seen, Tagged};
use crate::body::Body;
use crate::error::{Answer, ApiError, ErrorBody};
use crate::query::{Asked, read_sort};
use crate::shown::{Page, maybe_time, read_maybe_time, time};
use crate::signed::Signed;
use crate::state::App;

/// A key without its secret.
#[derive(Serialize, ToSchema)]
pub(crate) struct KeyBody {
    /// This secret.
    id: String,
    /// What outlives rotation.
    lineage_id: String,
    /// Its owner.
    user_id: String,
    /// The owner's address, in lists and single keys; `null` in answers to changes.
    user_email: Option<String>,
    /// Its name.
    name: String,
    /// The first characters of the secret.
    key_prefix: String,
    /// `ai_gateway`, `mcp_gateway`, `console`.
    surfaces: Vec<&'static str>,
    /// Globs of model names; `null` inherits, an empty list allows none.
    allowed_models: Option<Vec<String>>,
    /// Stored with each use.
    tags: BTreeMap<String, String>,
    /// Where its cost is booked.
    cost_center: Option<String>,
    /// Whether a call whose conversion to the provider's dialect would leave something out is refused.
    strict_conversion: bool,
    /// For how many seconds its calls' answers are kept to be given again: 0 never, `null` as the model says.
    cache_ttl_s: Option<u32>,
    /// `active`, `grace`, `replaced`, `disabled`, `expired`, `revoked`.
    state: &'static str,
    /// Why it was disabled or revoked.
    reason: Option<String>,
    /// Made at.
    created_at: String,
    /// Last changed at.
    updated_at: String,
    /// Will be refused within seven days: it expires, or its grace ends.
    expiring_soon: bool,
    /// Last used at.
    last_used_at: Option<String>,
    /// Refused from then on.
    expires_at: Option<String>,
    /// After a rotation: works until then.
    grace_period_ends_at: Option<String>,
    /// The key that replaced it.
    replaced_by: Option<String>,
    /// Should be rotated every so many days.
    rotation_period_days: Option<i32>,
    /// When that is next.
    rotation_due_at: Option<String>,
    /// Switched off after so many days without use.
    inactivity_timeout_days: Option<i32>,
}

impl From<Key> for KeyBody {
    fn from(key: Key) -> Self {
        let expiring_soon = key.expires_soon(crate::shown::now_us());
        Self {
            id: key.id.to_string(),
            lineage_id: key.lineage.to_string(),
            user_id: key.owner.to_string(),
            user_email: key.owner_email,
            name: key.name,
            key_prefix: key.prefix,
            surfaces: key.surfaces.iter().map(|surface| surface.as_str()).collect(),
            allowed_models: key.allowed_models,
            tags: key.tags,
            cost_center: key.cost_center,
            strict_conversion: key.strict_conversion,
            cache_ttl_s: key.cache_ttl_s,
            state: key.state.as_str(),
            reason: key.reason,
            created_at: time(key.created_at_us),
            updated_at: time(key.updated_at_us),
            expiring_soon,
            last_used_at: maybe_time(key.last_used_at_us),
            expires_at: maybe_time(key.expires_at_us),
            grace_period_ends_at: maybe_time(key.grace_ends_at_us),
            replaced_by: key.replaced_by.map(|id| id.to_string()),
            rotation_period_days: key.rotation_period_days,
            rotation_due_at: maybe_time(key.rotation_due_at_us),
            inactivity_timeout_days: key.inactivity_timeout_days,
        }
    }
}

/// A key with its secret, shown this once.
#[derive(Serialize, ToSchema)]
pub(crate) struct IssuedKeyBody {
    /// The secret. It cannot be shown again.
    key: String,
    /// The key.
    #[serde(flatten)]
    rest: KeyBody,
}

impl From<IssuedKey> for IssuedKeyBody {
    fn from(issued: IssuedKey) -> Self {
        Self { key: issued.secret.expose_secret().to_owned(), rest: issued.key.into() }
    }
}

/// A new key.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct NewKeyBody {
    /// Its name.
    name: String,
    /// Its owner; oneself when absent.
    user_id: Option<String>,
    /// `ai_gateway` when absent.
    surfaces: Option<Vec<String>>,
    /// Globs of model names; absent inherits, an empty list allows none.
    allowed_models: Option<Vec<String>>,
    /// Reserved; must be absent or null.
    allowed_tools: Option<Vec<String>>,
    /// Reserved; must be absent or null.
    team_id: Option<String>,
    /// RFC 3339; refused from then on.
    expires_at: Option<String>,
    /// Stored with each use.
    #[serde(default)]
    tags: BTreeMap<String, String>,
    /// Where its cost is booked.
    cost_center: Option<String>,
    /// Whether a call whose conversion to the provider's dialect would leave something out is refused; no when absent.
    #[serde(default)]
    strict_conversion: bool,
    /// For how many seconds its calls' answers are kept to be given again, at most a week: 0 never, absent as the model says.
    cache_ttl_s: Option<u32>,
    /// Should be rotated every so many days.
    rotation_period_days: Option<i32>,
    /// Switched off after so many days without use.
    inactivity_timeout_days: Option<i32>,
}

/// What is to change of a key; absent fields stay, `null` clears.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct KeyEditBody {
    /// Its name.
    name: Option<String>,
    /// What it may be used for.
    surfaces: Option<Vec<String>>,
    /// Globs of model names.
    #[serde(default, deserialize_with = "given")]
    #[schema(value_type = Option<Vec<String>>)]
    allowed_models: Option<Option<Vec<String>>>,
    /// RFC 3339; refused from then on.
    #[serde(default, deserialize_with = "given")]
    #[schema(value_type = Option<String>)]
    expires_at: Option<Option<String>>,
    /// All tags.
    tags: Option<BTreeMap<String, String>>,
    /// Where its cost is booked.
    #[serde(default, deserialize_with = "given")]
    #[schema(value_type = Option<String>)]
    cost_center: Option<Option<String>>,
    /// Whether a call whose conversion to the provider's dialect would leave something out is refused.
    strict_conversion: Option<bool>,
    /// For how many seconds its calls' answers are kept to be given again: 0 never, `null` as the model says.
    #[serde(default, deserialize_with = "given")]
    #[schema(value_type = Option<u32>)]
    cache_ttl_s: Option<Option<u32>>,
    /// Should be rotated every so many days.
    #[serde(default, deserialize_with = "given")]
    #[schema(value_type = Option<i32>)]
    rotation_period_days: Option<Option<i32>>,
    /// Switched off after so many days without use.
    #[serde(default, deserialize_with = "given")]
    #[schema(value_type = Option<i32>)]
    inactivity_timeout_days: Option<Option<i32>>,
}

/// Tells a field that is `null` from one that is absent.
pub(crate) fn given<'de, T: Deserialize<'de>, D: Deserializer<'de>>(from: D) -> Result<Option<Option<T>>, D::Error> {
    Option::<T>::deserialize(from).map(Some)
}

/// How to rotate.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct RotateBody {
    /// How long the old secret goes on working; the setting `keys.rotation_grace_secs` when absent.
    grace_secs: Option<i64>,
}

/// Why.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct ReasonBody {
    /// Kept with the key and in the audit trail.
    reason: Option<String>,
}

/// Which keys to list.
#[derive(Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub(crate) struct KeyQuery {
    /// Part of name, prefix or the owner's address.
    q: Option<String>,
    /// Only of this user.
    user_id: Option<String>,
    /// Only in this state: `active`, `grace`, `replaced`, `disabled`, `expired`, `revoked`.
    state: Option<String>,
    /// Also those that were revoked, or replaced and whose grace is over. Without meaning beside `state`.
    include_ended: Option<bool>,
    /// `name`, `created_at`, `expires_at` or `last_used_at`; with `-` before it descending. `-created_at` when absent.
    sort: Option<String>,
    /// `next_cursor` of the page before.
    cursor: Option<String>,
    /// Rows per page, at most 1000.
    limit: Option<u64>,
}

/// How soon.
#[derive(Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub(crate) struct ExpiringQuery {
    /// Within so many days; 7 when absent.
    days: Option<i64>,
}

const KEY_SORTS: &[(&str, KeySort)] = &[
    ("name", KeySort::Name),
    ("created_at", KeySort::CreatedAt),
    ("expires_at", KeySort::ExpiresAt),
    ("last_used_at", KeySort::LastUsedAt),
];

fn read_wanted(state: Option<&str>, include_ended: Option<bool>) -> Answer<KeysWanted> {
    let Some(name) = state else {
        return Ok(if include_ended == Some(true) { KeysWanted::WithEnded } else { KeysWanted::Current });
    };
    KeyState::parse(name).map(KeysWanted::In).ok_or_else(|| {
        let message = format!("must be one of {}", KeyState::ALL.map(KeyState::as_str).join(", "));
        ApiError::new(StatusCode::BAD_REQUEST, "invalid", message).field(Some("state"))
    })
}

fn tagged(key: Key) -> Tagged<KeyBody> {
    Tagged { status: StatusCode::OK, version: key.updated_at_us, body: key.into() }
}

/// Keys: all for administrators, else one's own. Every secret is a row: after a rotation the old one is there too until its grace is over.
#[utoipa::path(get, path = "/api/keys", tag = "keys", params(KeyQuery),
    responses((status = 200, body = Page<KeyBody>), (status = 400, body = ErrorBody), (status = 401, body = ErrorBody), (status = 403, body = ErrorBody)))]
pub(crate) async fn list(
    State(app): State<App>,
    Signed(caller): Signed,
    Asked(query): Asked<KeyQuery>,
) -> Answer<Json<Page<KeyBody>>> {
    let search = KeySearch {
        owner: query.user_id.map(Into::into),
        text: query.q,
        wanted: read_wanted(query.state.as_deref(), query.include_ended)?,
        sort: read_sort(query.sort.as_deref(), KEY_SORTS)?,
        cursor: query.cursor,
        limit: query.limit.unwrap_or(100).clamp(1, 1000),
    };
    let page = keys::list(&app.control, &caller, search).await?;
    Ok(Json(Page { items: page.items.into_iter().map(Into::into).collect(), next_cursor: page.next_cursor }))
}

/// Makes a key.
#[utoipa::path(post, path = "/api/keys", tag = "keys", request_body = NewKeyBody,
    responses((status = 201, body = IssuedKeyBody), (status = 400, body = ErrorBody), (status = 401, body = ErrorBody), (status = 403, body = ErrorBody)))]
pub(crate) async fn create(
    State(app): State<App>,
    Signed(caller): Signed,
    Body(body): Body<NewKeyBody>,
) -> Answer<(StatusCode, Json<IssuedKeyBody>)> {
    let later = [("allowed_tools", body.allowed_tools.is_some()), ("team_id", body.team_id.is_some())];
    if let Some((field, _)) = later.into_iter().find(|(_, there)| *there) {
        let message = format!("`{field}` is not supported by this version");
        return Err(ApiError::new(StatusCode::BAD_REQUEST, "unsupported", message).field(Some(field)));
    }
    let new = NewKey {
        name: body.name,
        user_id: body.user_id.map(Into::into),
        surfaces: body.surfaces,
        allowed_models: body.allowed_models,
        expires_at_us: read_maybe_time("expires_at", body.expires_at.as_deref())?,
        tags: body.tags,
        cost_center: body.cost_center,
        strict_conversion: body.strict_conversion,
        cache_ttl_s: body.cache_ttl_s,
        rotation_period_days: body.rotation_period_days,
        inactivity_timeout_days: body.inactivity_timeout_days,
    };
    let issued = keys::create(&app.control, &caller, new).await?;
    Ok((StatusCode::CREATED, Json(issued.into())))
}

/// Keys that will soon be refused, soonest first: those that expire, and old secrets whose grace ends.
#[utoipa::path(get, path = "/api/keys/expiring", tag = "keys", params(ExpiringQuery),
    responses((status = 200, body = Page<KeyBody>), (status = 401, body = ErrorBody), (status = 403, body = ErrorBody)))]
pub(crate) async fn expiring(
    State(app): State<App>,
    Signed(caller): Signed,
    Asked(query): Asked<ExpiringQuery>,
) -> Answer<Json<Page<KeyBody>>> {
    let days = query.days.unwrap_or(7).clamp(0, 3650);
    let keys = keys::expiring(&app.control, &caller, days).await?;
    Ok(Json(Page::whole(keys.into_iter().map(Into::into))))
}

/// One key.
#[utoipa::path(get, path = "/api/keys/{id}", tag = "keys", params(("id" = String, Path)),
    responses((status = 200, body = KeyBody), (status = 401, body = ErrorBody), (status = 403, body = ErrorBody), (status = 404, body = ErrorBody)))]
pub(crate) async fn get(
    State(app): State<App>,
    Signed(caller): Signed,
    Path(id): Path<String>,
) -> Answer<Tagged<KeyBody>> {
    Ok(tagged(keys::get(&app.control, &caller, &id.into()).await?))
}

/// Edits a key.
#[utoipa::path(patch, path = "/api/keys/{id}", tag = "keys", params(("id" = String, Path)), request_body = KeyEditBody,
    responses((status = 200, body = KeyBody), (status = 400, body = ErrorBody), (status = 401, body = ErrorBody), (status = 403, body = ErrorBody), (status = 404, body = ErrorBody), (status = 412, body = ErrorBody)))]
pub(crate) async fn update(
    State(app): State<App>,
    Signed(caller): Signed,
    Path(id): Path<String>,
    Seen(seen): Seen,
    Body(body): Body<KeyEditBody>,
) -> Answer<Tagged<KeyBody>> {
    let expires_at_us = match body.expires_at {
        Some(text) => Some(read_maybe_time("expires_at", text.as_deref())?),
        None => None,
    };
    let edit = KeyEdit {
        name: body.name,
        surfaces: body.surfaces,
        allowed_models: body.allowed_models,
        tags: body.tags,
        cost_center: body.cost_center,
        strict_conversion: body.strict_conversion,
        cache_ttl_s: body.cache_ttl_s,
        expires_at_us,
        rotation_period_days: body.rotation_period_days,
        inactivity_timeout_days: body.inactivity_timeout_days,
    };
    Ok(tagged(keys::update(&app.control, &caller, &id.into(), seen, edit).await?))
}

/// Ends a key for good.
#[utoipa::path(delete, path = "/api/keys/{id}", tag = "keys", params(("id" = String, Path)),
    responses((status = 204), (status = 401, body = ErrorBody), (status = 403, body = ErrorBody), (status = 404, body = ErrorBody)))]
pub(crate) async fn delete(
    State(app): State<App>,
    Signed(caller): Signed,
    Path(id): Path<String>,
) -> Answer<StatusCode> {
    keys::revoke(&app.control, &caller, &id.into(), Some("deleted")).await?;
    Ok(StatusCode::NO_CONTENT)
}

/// Ends a key for good, with a reason.
#[utoipa::path(post, path = "/api/keys/{id}/revoke", tag = "keys", params(("id" = String, Path)), request_body = ReasonBody,
    responses((status = 200, body = KeyBody), (status = 401, body = ErrorBody), (status = 403, body = ErrorBody), (status = 404, body = ErrorBody)))]
pub(crate) async fn revoke(
    State(app): State<App>,
    Signed(caller): Signed,
    Path(id): Path<String>,
    Body(body): Body<ReasonBody>,
) -> Answer<Tagged<KeyBody>> {
    Ok(tagged(keys::revoke(&app.control, &caller, &id.into(), body.reason.as_deref()).await?))
}

/// Makes a new secret of the same lineage; the old one works for a while.
#[utoipa::path(post, path = "/api/keys/{id}/rotate", tag = "keys", params(("id" = String, Path)), request_body = RotateBody,
    responses((status = 200, body = IssuedKeyBody), (status = 401, body = ErrorBody), (status = 403, body = ErrorBody), (status = 404, body = ErrorBody), (status = 409, body = ErrorBody)))]
pub(crate) async fn rotate(
    State(app): State<App>,
    Signed(caller): Signed,
    Path(id): Path<String>,
    Body(body): Body<RotateBody>,
) -> Answer<Json<IssuedKeyBody>> {
    Ok(Json(keys::rotate(&app.control, &caller, &id.into(), body.grace_secs).await?.into()))
}

/// Switches a key off.
#[utoipa::path(post, path = "/api/keys/{id}/disable", tag = "keys", params(("id" = String, Path)), request_body = ReasonBody,
    responses((status = 200, body = KeyBody), (status = 401, body = ErrorBody), (status = 403, body = ErrorBody), (status = 404, body = ErrorBody)))]
pub(crate) async fn disable(
    State(app): State<App>,
    Signed(caller): Signed,
    Path(id): Path<String>,
    Body(body): Body<ReasonBody>,
) -> Answer<Tagged<KeyBody>> {
    Ok(tagged(keys::disable(&app.control, &caller, &id.into(), body.reason.as_deref()).await?))
}

/// Switches a key on again.
#[utoipa::path(post, path = "/api/keys/{id}/enable", tag = "keys", params(("id" = String, Path)),
    responses((status = 200, body = KeyBody), (status = 401, body = ErrorBody), (status = 403, body = ErrorBody), (status = 404, body = ErrorBody)))]
pub(crate) async fn enable(
    State(app): State<App>,
    Signed(caller): Signed,
    Path(id): Path<String>,
) -> Answer<Tagged<KeyBody>> {
    Ok(tagged(keys::enable(&app.control, &caller, &id.into()).await?))
}
