//! Users and service accounts.

mod create;
mod delete;
mod update;

use thinkwatch_policy::access::{self, Action};
use thinkwatch_policy::ids::UserId;
use thinkwatch_policy::principal::Role;
use thinkwatch_store::{Page, RoleGrant, UserWithRoles};
pub use thinkwatch_store::{Sort, UserFilter, UserHoldings, UserSort};

pub use create::{NewUser, create};
pub use delete::delete;
pub use update::{UserEdit, force_logout, reset_password, update};

use crate::caller::Caller;
use crate::clock::now_us;
use crate::control::Control;
use crate::error::{ControlError, Result};

/// A user, as administrators see them.
#[derive(Clone, Debug)]
pub struct User {
    /// The row.
    pub id: UserId,
    /// Lower-case address; of a service account, its name.
    pub email: String,
    /// For people.
    pub display_name: String,
    /// Global roles.
    pub roles: Vec<Role>,
    /// Whether it is a machine.
    pub service_account: bool,
    /// Whether they may act.
    pub active: bool,
    /// Made at.
    pub created_at_us: i64,
    /// Last changed at; also the version for edits.
    pub updated_at_us: i64,
}

impl From<UserWithRoles> for User {
    fn from(known: UserWithRoles) -> Self {
        let UserWithRoles { user, roles } = known;
        Self {
            id: user.id.into(),
            email: user.email,
            display_name: user.display_name,
            roles: roles.into_iter().filter(|grant| grant.team.is_none()).map(|grant| grant.role).collect(),
            service_account: user.service_account,
            active: user.active,
            created_at_us: user.created_at_us,
            updated_at_us: user.updated_at_us,
        }
    }
}

/// A page of users.
pub async fn list(control: &Control, caller: &Caller, filter: &UserFilter) -> Result<Page<User>> {
    caller.may(Action::UsersRead)?;
    let page = control.store.list_users(filter).await?;
    Ok(Page { items: page.items.into_iter().map(Into::into).collect(), next_cursor: page.next_cursor })
}

/// What deactivating or deleting a user would end.
pub async fn impact(control: &Control, caller: &Caller, id: &UserId) -> Result<UserHoldings> {
    caller.may(Action::UsersRead)?;
    Ok(control.store.user_holdings(id, now_us()).await?)
}

/// One user.
pub async fn get(control: &Control, caller: &Caller, id: &UserId) -> Result<User> {
    caller.may(Action::UsersRead)?;
    Ok(control.store.get_user(id).await?.into())
}

/// Reads role names. Everybody has at least one; a machine has only its own.
fn read_roles(names: &[String], service_account: bool) -> Result<Vec<Role>> {
    let mut roles = Vec::new();
    for name in names {
        let role = Role::parse(name).ok_or_else(|| {
            let known: Vec<_> = Role::ALL.iter().map(|role| role.as_str()).collect();
            ControlError::invalid("roles", format!("`{name}` is not a role; known are {}", known.join(", ")))
        })?;
        if role == Role::Service && !service_account {
            return Err(ControlError::invalid("roles", "`service` is for service accounts"));
        }
        if !roles.contains(&role) {
            roles.push(role);
        }
    }
    if roles.is_empty() {
        return Err(ControlError::invalid("roles", "give at least one role"));
    }
    Ok(roles)
}

/// Refuses to give away what the caller does not hold.
fn may_grant_all(caller: &Caller, roles: &[Role]) -> Result<()> {
    let own = &caller.user().roles;
    if roles.iter().all(|role| access::may_grant(own, *role)) {
        return Ok(());
    }
    Err(ControlError::Forbidden("nobody can grant a role above their own"))
}

/// Refuses to touch somebody stronger.
fn may_manage(caller: &Caller, target: &[RoleGrant]) -> Result<()> {
    let target: Vec<Role> = target.iter().map(|grant| grant.role).collect();
    if access::may_manage(&caller.user().roles, &target) {
        return Ok(());
    }
    Err(ControlError::Forbidden("this user's role is above your own"))
}

/// Refuses to act in the name of somebody stronger: a key carries its owner's rights.
pub(crate) fn may_act_for(caller: &Caller, owner: &UserWithRoles) -> Result<()> {
    may_manage(caller, &owner.roles)
}

fn everywhere(roles: &[Role]) -> Vec<RoleGrant> {
    roles.iter().map(|role| RoleGrant { role: *role, team: None }).collect()
}

/// Checks an address just enough to catch slips; whether it is real only a mail can tell.
pub(crate) fn read_email(field: &str, text: &str) -> Result<String> {
    let email = text.trim().to_lowercase();
    let (name, domain) = email.rsplit_once('@').unwrap_or(("", ""));
    let plain = email.chars().all(|c| !c.is_whitespace() && !c.is_control());
    if name.is_empty() || domain.is_empty() || !plain || email.len() > 254 {
        return Err(ControlError::invalid(field, "must be an e-mail address"));
    }
    Ok(email)
}

/// A text for people: trimmed, not endless, without control characters.
pub(crate) fn read_label(field: &str, text: &str, may_be_empty: bool) -> Result<String> {
    let text = text.trim();
    if text.is_empty() && !may_be_empty {
        return Err(ControlError::invalid(field, "must not be empty"));
    }
    if text.chars().count() > 200 || text.chars().any(|c| c.is_control() || turns_text(c)) {
        return Err(ControlError::invalid(field, "must be at most 200 printable characters"));
    }
    Ok(text.to_owned())
}

/// Whether a character makes text read in another order, or on another line, than it is stored: with these a name could pass
/// for another one (Unicode Technical Report 36, "bidirectional text spoofing"). Scripts that run from right to left do
/// so without them.
const fn turns_text(c: char) -> bool {
    matches!(c, '\u{202A}'..='\u{202E}' | '\u{2066}'..='\u{2069}' | '\u{2028}' | '\u{2029}' | '\u{FEFF}')
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_label_reads_as_it_is_stored() {
        for good in ["laptop", "  Zoë 😀  ", "ערן", "می\u{200C}خواهم", "👩\u{200D}💻", &"x".repeat(200)]
        {
            assert_eq!(read_label("name", good, false).unwrap(), good.trim());
        }
        let turned =
            ["\u{202E}gnp.exe", "a\u{2066}b", "two\u{2028}lines", "\u{FEFF}x", "a\u{7}", "", " ", &"x".repeat(201)];
        for bad in turned {
            assert!(read_label("name", bad, false).is_err(), "{bad:?} was taken");
        }
    }
}
