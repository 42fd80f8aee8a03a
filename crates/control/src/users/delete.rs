//! Deleting a user: sessions and keys end at once, the row is purged later.

use serde_json::json;
use thinkwatch_coordination::Part;
use thinkwatch_policy::access::Action;
use thinkwatch_policy::ids::UserId;

use super::may_manage;
use crate::caller::Caller;
use crate::control::Control;
use crate::error::{ControlError, Result};

/// Deletes a user.
pub async fn delete(control: &Control, caller: &Caller, id: &UserId) -> Result<()> {
    caller.may(Action::UsersDelete)?;
    let user = control.store.get_user(id).await?;
    may_manage(caller, &user.roles)?;
    if caller.is(id.as_str()) {
        let message = "you cannot delete yourself".to_owned();
        return Err(ControlError::Refused { code: "own_account", field: None, message });
    }
    let entry = caller.audit("user.delete", ("user", Some(id.as_str())), json!({ "email": user.user.email }));
    control.store.delete_user(id, &entry).await?;
    control.announce(&[Part::Principals, Part::Revocations]).await;
    control.responses().forget_user(id);
    Ok(())
}
