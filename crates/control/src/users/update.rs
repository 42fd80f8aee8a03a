//! Editing a user, and ending what they can do.

use secrecy::SecretString;
use serde_json::json;
use thinkwatch_coordination::Part;
use thinkwatch_policy::access::Action;
use thinkwatch_policy::ids::UserId;
use thinkwatch_store::UserPatch;

use super::{User, everywhere, may_grant_all, may_manage, read_email, read_label, read_roles};
use crate::caller::Caller;
use crate::control::Control;
use crate::error::{ControlError, Result};

/// What is to change; absent fields stay.
#[derive(Debug, Default)]
pub struct UserEdit {
    /// Address.
    pub email: Option<String>,
    /// For people.
    pub display_name: Option<String>,
    /// All global roles.
    pub roles: Option<Vec<String>>,
    /// Deactivating ends every session and every key at once.
    pub active: Option<bool>,
}

/// Edits a user.
pub async fn update(
    control: &Control,
    caller: &Caller,
    id: &UserId,
    seen: Option<i64>,
    edit: UserEdit,
) -> Result<User> {
    caller.may(Action::UsersUpdate)?;
    let before = control.store.get_user(id).await?;
    may_manage(caller, &before.roles)?;
    if seen.is_some_and(|seen| seen != before.user.updated_at_us) {
        return Err(ControlError::Stale);
    }
    let machine = before.user.service_account;
    let email = match edit.email {
        Some(email) if machine => Some(read_label("email", &email, false)?),
        Some(email) => Some(read_email("email", &email)?),
        None => None,
    };
    let display_name = edit.display_name.map(|name| read_label("display_name", &name, true)).transpose()?;
    let roles = edit.roles.map(|names| read_roles(&names, machine)).transpose()?;
    if let Some(roles) = &roles {
        may_grant_all(caller, roles)?;
    }
    let shown: Option<Vec<_>> = roles.as_ref().map(|roles| roles.iter().map(|role| role.as_str()).collect());
    let details = json!({ "email": email, "display_name": display_name, "roles": shown, "active": edit.active });
    let action = match edit.active {
        Some(true) if !before.user.active => "user.activate",
        Some(false) if before.user.active => "user.deactivate",
        _ => "user.update",
    };
    let entry = caller.audit(action, ("user", Some(id.as_str())), details);
    let roles = roles.map(|roles| everywhere(&roles));
    let patch = UserPatch { email, display_name, active: edit.active, roles };
    let after = control.store.update_user(id, patch, &entry).await.map_err(|error| match error.into() {
        // Either of two fields can ask for it; a request that has both switches the account off, roles or not.
        ControlError::Refused { code: code @ "last_super_admin", message, .. } => {
            let field = Some(if edit.active == Some(false) { "active" } else { "roles" });
            ControlError::Refused { code, field, message }
        }
        other => other,
    })?;
    control.announce(&[Part::Principals, Part::Revocations]).await;
    if edit.active == Some(false) {
        control.responses().forget_user(id);
    }
    Ok(after.into())
}

/// Gives a user a new password; every session of theirs ends.
pub async fn reset_password(control: &Control, caller: &Caller, id: &UserId, new: &SecretString) -> Result<()> {
    caller.may(Action::UsersUpdate)?;
    let user = control.store.get_user(id).await?;
    may_manage(caller, &user.roles)?;
    if user.user.service_account {
        return Err(ControlError::invalid("password", "service accounts have keys, not passwords"));
    }
    let hash = control.hash_password("password", new).await?;
    let entry = caller.audit("user.reset_password", ("user", Some(id.as_str())), json!({}));
    control.store.set_password(id, &hash, None, &entry).await?;
    // Whoever was locked out for guessing the old one need not wait.
    control.logins.unlock_account(&user.user.email);
    control.announce(&[Part::Revocations]).await;
    Ok(())
}

/// Ends every session of a user.
pub async fn force_logout(control: &Control, caller: &Caller, id: &UserId) -> Result<u64> {
    caller.may(Action::UsersUpdate)?;
    let user = control.store.get_user(id).await?;
    may_manage(caller, &user.roles)?;
    let entry = caller.audit("user.force_logout", ("user", Some(id.as_str())), json!({}));
    let ended = control.store.revoke_sessions_of(id, None, "force_logout", &entry).await?;
    control.announce(&[Part::Revocations]).await;
    Ok(ended)
}
