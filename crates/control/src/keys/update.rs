//! Editing a key.

use std::collections::BTreeMap;

use serde_json::json;
use thinkwatch_coordination::Part;
use thinkwatch_policy::access::Action;
use thinkwatch_policy::ids::KeyId;
use thinkwatch_store::KeyPatch;

use super::{Key, check, find};
use crate::cache;
use crate::caller::Caller;
use crate::clock::now_us;
use crate::control::Control;
use crate::error::{ControlError, Result};
use crate::users::read_label;

/// What is to change; absent fields stay, `Some(None)` clears.
#[derive(Debug, Default)]
pub struct KeyEdit {
    /// The name.
    pub name: Option<String>,
    /// Surface names.
    pub surfaces: Option<Vec<String>>,
    /// Globs of model names.
    pub allowed_models: Option<Option<Vec<String>>>,
    /// All tags.
    pub tags: Option<BTreeMap<String, String>>,
    /// Where its cost is booked.
    pub cost_center: Option<Option<String>>,
    /// Whether a call whose conversion would leave something out is refused.
    pub strict_conversion: Option<bool>,
    /// For how many seconds its calls' answers are kept to be given again: 0 never; `Some(None)` as the model says.
    pub cache_ttl_s: Option<Option<u32>>,
    /// Refused from then on.
    pub expires_at_us: Option<Option<i64>>,
    /// Should be rotated every so many days.
    pub rotation_period_days: Option<Option<i32>>,
    /// Switched off after so many days without use.
    pub inactivity_timeout_days: Option<Option<i32>>,
}

/// Edits a key.
pub async fn update(control: &Control, caller: &Caller, id: &KeyId, seen: Option<i64>, edit: KeyEdit) -> Result<Key> {
    let before = find(control, caller, id, Action::KeysUpdateOwn, Action::KeysUpdateAny).await?;
    if seen.is_some_and(|seen| seen != before.updated_at_us) {
        return Err(ControlError::Stale);
    }
    let patch = KeyPatch {
        name: edit.name.map(|name| read_label("name", &name, false)).transpose()?,
        team_id: None,
        surfaces: edit.surfaces.map(|names| check::surfaces(&names)).transpose()?,
        allowed_models: edit.allowed_models.map(|list| list.map(check::models).transpose()).transpose()?,
        allowed_tools: None,
        tags: edit.tags.map(check::tags).transpose()?,
        cost_center: edit
            .cost_center
            .map(|text| text.map(|text| read_label("cost_center", &text, false)).transpose())
            .transpose()?,
        strict_conversion: edit.strict_conversion,
        cache_ttl_s: edit.cache_ttl_s.map(|ttl_s| ttl_s.map(cache::ttl_s).transpose()).transpose()?,
        expires_at_us: edit.expires_at_us.map(|at| check::expiry(at, now_us())).transpose()?,
        rotation_period_days: edit
            .rotation_period_days
            .map(|days| check::period("rotation_period_days", days))
            .transpose()?,
        inactivity_timeout_days: edit
            .inactivity_timeout_days
            .map(|days| check::period("inactivity_timeout_days", days))
            .transpose()?,
    };
    let details = json!({ "name": patch.name, "surfaces": patch.surfaces, "allowed_models": patch.allowed_models,
        "tags": patch.tags, "cost_center": patch.cost_center,
        "strict_conversion": patch.strict_conversion, "cache_ttl_s": patch.cache_ttl_s, "expires_at_us": patch.expires_at_us,
        "rotation_period_days": patch.rotation_period_days, "inactivity_timeout_days": patch.inactivity_timeout_days });
    let entry = caller.audit("api_key.update", ("api_key", Some(id.as_str())), details);
    let after = control.store.update_api_key(id, patch, &entry).await?;
    control.announce(&[Part::Principals]).await;
    Ok(after.into())
}
