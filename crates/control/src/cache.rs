//! The response cache as an operator sees it: how long answers may be kept, and forgetting them all.

use serde_json::json;
use thinkwatch_policy::access::Action;

use crate::caller::Caller;
use crate::control::Control;
use crate::error::{ControlError, Result};

/// A week. Longer than that nobody knows any more what a model was told.
const LONGEST_S: u32 = 7 * 86_400;

/// Checks for how many seconds answers are kept; 0 is never.
pub(crate) fn ttl_s(seconds: u32) -> Result<i64> {
    if seconds > LONGEST_S {
        let message = format!("must be from 0 (never) to {LONGEST_S} seconds");
        return Err(ControlError::invalid("cache_ttl_s", message));
    }
    Ok(i64::from(seconds))
}

/// As it is shown.
pub(crate) fn shown_ttl_s(stored: Option<i64>) -> Option<u32> {
    stored.and_then(|seconds| u32::try_from(seconds).ok())
}

/// Forgets all answers of the response cache, and says how many they were.
pub async fn purge(control: &Control, caller: &Caller) -> Result<u64> {
    caller.may(Action::ModelsWrite)?;
    let away = || ControlError::Unavailable { what: "the response cache", detail: "no answer".to_owned() };
    let cache = control.cache.get().ok_or_else(away)?;
    // First the trail: an act that is done must not be missing there.
    let entry = caller.audit("cache.purge", ("cache", None), json!({}));
    control.store.record_audit(&entry).await?;
    cache.purge().await.map_err(|_| away())
}
