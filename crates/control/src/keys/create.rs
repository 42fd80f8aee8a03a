//! Making a key.

use std::collections::BTreeMap;

use serde_json::json;
use thinkwatch_coordination::Part;
use thinkwatch_identity::api_key;
use thinkwatch_policy::access::Action;
use thinkwatch_policy::ids::{KeyId, LineageId, UserId};
use thinkwatch_policy::principal::Surface;
use thinkwatch_store::{ApiKeyRow, Json};

use super::{IssuedKey, check};
use crate::cache;
use crate::caller::Caller;
use crate::clock::now_us;
use crate::control::Control;
use crate::error::{ControlError, Result};
use crate::users::read_label;

/// What a new key is made of.
#[derive(Debug, Default)]
pub struct NewKey {
    /// Its name.
    pub name: String,
    /// Its owner; the caller when absent.
    pub user_id: Option<UserId>,
    /// Surface names; the AI gateway when absent.
    pub surfaces: Option<Vec<String>>,
    /// Globs of model names.
    pub allowed_models: Option<Vec<String>>,
    /// Refused from then on.
    pub expires_at_us: Option<i64>,
    /// Tags stored with each use.
    pub tags: BTreeMap<String, String>,
    /// Where its cost is booked.
    pub cost_center: Option<String>,
    /// Whether a call whose conversion would leave something out is refused.
    pub strict_conversion: bool,
    /// For how many seconds its calls' answers are kept to be given again; 0 never, as the model says when absent.
    pub cache_ttl_s: Option<u32>,
    /// Should be rotated every so many days.
    pub rotation_period_days: Option<i32>,
    /// Switched off after so many days without use.
    pub inactivity_timeout_days: Option<i32>,
}

/// Makes a key.
pub async fn create(control: &Control, caller: &Caller, new: NewKey) -> Result<IssuedKey> {
    let owner = new.user_id.clone().unwrap_or_else(|| caller.user_id());
    if caller.is(owner.as_str()) {
        caller.may(Action::KeysCreateOwn)?;
    } else {
        caller.may(Action::KeysCreateAny)?;
        let user = control.store.get_user(&owner).await?;
        crate::users::may_act_for(caller, &user)?;
        if !user.user.active {
            return Err(ControlError::invalid("user_id", "this user is not active"));
        }
    }
    let (row, issued) = prepare(control, owner, new)?;
    let details = json!({ "name": row.name, "user_id": row.user_id, "key_prefix": row.key_prefix,
        "surfaces": row.surfaces.0, "allowed_models": row.allowed_models.as_ref().map(|list| &list.0),
        "strict_conversion": row.strict_conversion, "cache_ttl_s": row.cache_ttl_s });
    let entry = caller.audit("api_key.create", ("api_key", Some(&row.id)), details);
    control.store.create_api_key(row, &entry).await?;
    control.announce(&[Part::Principals]).await;
    Ok(issued)
}

/// Checks the input and makes secret and row; writes nothing.
pub(crate) fn prepare(control: &Control, owner: UserId, new: NewKey) -> Result<(ApiKeyRow, IssuedKey)> {
    let now = now_us();
    let made = api_key::generate()?;
    let pepper = &control.credentials.pepper;
    let surfaces = match new.surfaces {
        Some(names) => check::surfaces(&names)?,
        None => vec![Surface::AiGateway],
    };
    let row = ApiKeyRow {
        id: KeyId::from_bits(rand::random()).to_string(),
        lineage_id: LineageId::from_bits(rand::random()).to_string(),
        name: read_label("name", &new.name, false)?,
        user_id: owner.to_string(),
        team_id: None,
        key_hash: pepper.hash(secrecy::ExposeSecret::expose_secret(&made.secret)).to_vec(),
        pepper_version: i32::try_from(pepper.version()).unwrap_or(i32::MAX),
        key_prefix: made.display_prefix,
        surfaces: Json(surfaces),
        allowed_models: new.allowed_models.map(check::models).transpose()?.map(Json),
        allowed_tools: None,
        tags: Json(check::tags(new.tags)?),
        cost_center: new.cost_center.map(|text| read_label("cost_center", &text, false)).transpose()?,
        strict_conversion: new.strict_conversion,
        cache_ttl_s: new.cache_ttl_s.map(cache::ttl_s).transpose()?,
        expires_at_us: check::expiry(new.expires_at_us, now)?,
        rotation_period_days: check::period("rotation_period_days", new.rotation_period_days)?,
        inactivity_timeout_days: check::period("inactivity_timeout_days", new.inactivity_timeout_days)?,
        last_used_at_us: None,
        disabled_at_us: None,
        disabled_reason: None,
        revoked_at_us: None,
        revoke_reason: None,
        grace_ends_at_us: None,
        replaced_by: None,
        created_at_us: now,
        updated_at_us: now,
        deleted_at_us: None,
    };
    let issued = IssuedKey { key: row.clone().into(), secret: made.secret };
    Ok((row, issued))
}
