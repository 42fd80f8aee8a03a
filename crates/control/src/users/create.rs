//! Making a user.

use secrecy::SecretString;
use serde_json::json;
use thinkwatch_coordination::Part;
use thinkwatch_policy::access::Action;
use thinkwatch_policy::ids::UserId;
use thinkwatch_store::UserRow;

use super::{User, everywhere, may_grant_all, read_email, read_label, read_roles};
use crate::caller::Caller;
use crate::clock::now_us;
use crate::control::Control;
use crate::error::{ControlError, Result};

/// What a new user is made of.
#[derive(Debug)]
pub struct NewUser {
    /// Address; of a service account, its name.
    pub email: String,
    /// For people.
    pub display_name: String,
    /// None for service accounts only.
    pub password: Option<SecretString>,
    /// Role names; `developer` (or `service`) when empty.
    pub roles: Vec<String>,
    /// Whether it is a machine.
    pub service_account: bool,
}

/// Makes a user.
pub async fn create(control: &Control, caller: &Caller, new: NewUser) -> Result<User> {
    caller.may(Action::UsersCreate)?;
    let machine = new.service_account;
    let email =
        if machine { read_label("email", &new.email, false)?.to_lowercase() } else { read_email("email", &new.email)? };
    let display_name = read_label("display_name", &new.display_name, true)?;
    let names = match (new.roles.is_empty(), machine) {
        (false, _) => new.roles,
        (true, true) => vec!["service".to_owned()],
        (true, false) => vec!["developer".to_owned()],
    };
    let roles = read_roles(&names, machine)?;
    may_grant_all(caller, &roles)?;
    let password_hash = match (&new.password, machine) {
        (None, true) => None,
        (Some(_), true) => {
            return Err(ControlError::invalid("password", "service accounts have keys, not passwords"));
        }
        (None, false) => return Err(ControlError::invalid("password", "is needed")),
        (Some(password), false) => Some(control.hash_password("password", password).await?),
    };
    let now = now_us();
    let id = UserId::from_bits(rand::random());
    let row = UserRow {
        id: id.to_string(),
        email: email.clone(),
        display_name,
        password_hash,
        service_account: machine,
        active: true,
        created_at_us: now,
        updated_at_us: now,
        deleted_at_us: None,
    };
    let shown: Vec<_> = roles.iter().map(|role| role.as_str()).collect();
    let details = json!({ "email": email, "roles": shown, "service_account": machine });
    let entry = caller.audit("user.create", ("user", Some(id.as_str())), details);
    control.store.create_user(row, &everywhere(&roles), &entry).await?;
    control.announce(&[Part::Principals]).await;
    Ok(control.store.get_user(&id).await?.into())
}
