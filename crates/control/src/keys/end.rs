//! Ending a key, for good or for now.

use serde_json::json;
use thinkwatch_coordination::Part;
use thinkwatch_policy::access::Action;
use thinkwatch_policy::ids::KeyId;

use super::{Key, find};
use crate::caller::Caller;
use crate::control::Control;
use crate::error::Result;
use crate::users::read_label;

/// Ends a key for good.
pub async fn revoke(control: &Control, caller: &Caller, id: &KeyId, reason: Option<&str>) -> Result<Key> {
    find(control, caller, id, Action::KeysRevokeOwn, Action::KeysRevokeAny).await?;
    let reason = read_label("reason", reason.unwrap_or("revoked"), false)?;
    let entry = caller.audit("api_key.revoke", ("api_key", Some(id.as_str())), json!({ "reason": reason }));
    let row = control.store.revoke_api_key(id, &reason, &entry).await?;
    control.announce(&[Part::Principals]).await;
    Ok(row.into())
}

/// Switches a key off.
pub async fn disable(control: &Control, caller: &Caller, id: &KeyId, reason: Option<&str>) -> Result<Key> {
    find(control, caller, id, Action::KeysUpdateOwn, Action::KeysUpdateAny).await?;
    let reason = read_label("reason", reason.unwrap_or("disabled"), false)?;
    let entry = caller.audit("api_key.disable", ("api_key", Some(id.as_str())), json!({ "reason": reason }));
    let row = control.store.disable_api_key(id, &reason, &entry).await?;
    control.announce(&[Part::Principals]).await;
    Ok(row.into())
}

/// Switches a key on again.
pub async fn enable(control: &Control, caller: &Caller, id: &KeyId) -> Result<Key> {
    find(control, caller, id, Action::KeysUpdateOwn, Action::KeysUpdateAny).await?;
    let entry = caller.audit("api_key.enable", ("api_key", Some(id.as_str())), json!({}));
    let row = control.store.enable_api_key(id, &entry).await?;
    control.announce(&[Part::Principals]).await;
    Ok(row.into())
}
