//! Rotating a key: a new secret of the same lineage, the old one valid for a while.

use secrecy::ExposeSecret;
use serde_json::json;
use thinkwatch_coordination::Part;
use thinkwatch_identity::api_key;
use thinkwatch_policy::access::Action;
use thinkwatch_policy::ids::KeyId;
use thinkwatch_store::KeyRotation;

use super::{IssuedKey, find};
use crate::caller::Caller;
use crate::clock::{now_us, seconds};
use crate::control::Control;
use crate::error::{ControlError, Result};

/// Longest grace: 30 days, as the setting allows.
const MAX_GRACE_SECS: i64 = 2_592_000;

/// Rotates a key. Without `grace_secs` the setting holds.
pub async fn rotate(control: &Control, caller: &Caller, id: &KeyId, grace_secs: Option<i64>) -> Result<IssuedKey> {
    let before = find(control, caller, id, Action::KeysRotateOwn, Action::KeysRotateAny).await?;
    let grace_secs = grace_secs.unwrap_or(control.settings().rotation_grace_secs);
    if !(0..=MAX_GRACE_SECS).contains(&grace_secs) {
        let message = format!("must be from 0 to {MAX_GRACE_SECS} seconds");
        return Err(ControlError::invalid("grace_secs", message));
    }
    let now = now_us();
    let made = api_key::generate()?;
    let pepper = &control.credentials.pepper;
    let grace_ends_at_us = now.saturating_add(seconds(grace_secs));
    // The new secret lives as long as the old one was meant to when it was made.
    let life = before.expires_at_us.map(|expires| expires.saturating_sub(before.created_at_us));
    let rotation = KeyRotation {
        id: KeyId::from_bits(rand::random()),
        key_hash: pepper.hash(made.secret.expose_secret()).to_vec(),
        pepper_version: i32::try_from(pepper.version()).unwrap_or(i32::MAX),
        key_prefix: made.display_prefix,
        grace_ends_at_us,
        expires_at_us: life.map(|life| now.saturating_add(life)),
    };
    let details =
        json!({ "new_key": rotation.id.as_str(), "key_prefix": rotation.key_prefix, "grace_secs": grace_secs });
    let entry = caller.audit("api_key.rotate", ("api_key", Some(id.as_str())), details);
    let row = control.store.rotate_api_key(id, rotation, &entry).await?;
    control.announce(&[Part::Principals]).await;
    Ok(IssuedKey { key: row.into(), secret: made.secret })
}
