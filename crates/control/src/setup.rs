//! First-run set-up: one administrator, once, whoever races.

use secrecy::SecretString;
use serde_json::json;
use thinkwatch_coordination::Part;
use thinkwatch_policy::ids::UserId;
use thinkwatch_store::{Initialisation, UserRow};

use crate::caller::Client;
use crate::clock::now_us;
use crate::control::Control;
use crate::error::{ControlError, Result};
use crate::keys::{self, IssuedKey, NewKey};
use crate::providers::{self, NewProvider};
use crate::users::{User, read_email, read_label};

/// What the first administrator wants.
#[derive(Debug)]
pub struct Wish {
    /// Signs in with it.
    pub email: String,
    /// For people.
    pub display_name: String,
    /// Must meet the rule.
    pub password: SecretString,
    /// Shown in the console.
    pub site_name: Option<String>,
    /// A provider to begin with; its default prefixes work at once.
    pub provider: Option<NewProvider>,
    /// Name of a key to begin with.
    pub key_name: Option<String>,
}

/// What was made.
#[derive(Debug)]
pub struct Made {
    /// The administrator.
    pub user: User,
    /// The key and its secret.
    pub key: Option<IssuedKey>,
}

/// Whether there is an administrator.
pub async fn is_initialized(control: &Control) -> Result<bool> {
    Ok(control.store.is_initialised().await?)
}

/// Makes the first administrator. Refused ever after; of several at once exactly one wins (the store decides).
pub async fn initialize(control: &Control, client: Client, wish: Wish) -> Result<Made> {
    control.setups.admit(client.address, now_us())?;
    if control.store.is_initialised().await? {
        return Err(thinkwatch_store::StoreError::AlreadyInitialised.into());
    }
    let named = |field: &str, error: ControlError| match error {
        ControlError::Invalid { code, field: inner, message } => {
            ControlError::Invalid { code, field: format!("{field}.{inner}"), message }
        }
        other => other,
    };
    let now = now_us();
    let id = UserId::from_bits(rand::random());
    let admin = UserRow {
        id: id.to_string(),
        email: read_email("admin.email", &wish.email)?,
        display_name: read_label("admin.display_name", &wish.display_name, true)?,
        password_hash: Some(control.hash_password("admin.password", &wish.password).await?),
        service_account: false,
        active: true,
        created_at_us: now,
        updated_at_us: now,
        deleted_at_us: None,
    };
    let site_name = wish.site_name.map(|name| read_label("site_name", &name, true)).transpose()?;
    let provider = wish
        .provider
        .map(|new| providers::prepare(control, new).map_err(|error| named("provider", error)))
        .transpose()?;
    let key = wish
        .key_name
        .map(|name| {
            let new = NewKey { name, ..NewKey::default() };
            keys::prepare(control, id.clone(), new).map_err(|error| named("api_key", error))
        })
        .transpose()?;
    let (key_row, issued) = key.unzip();
    let details = json!({ "email": admin.email, "provider": provider.as_ref().map(|row| &row.name),
        "api_key": key_row.as_ref().map(|row| &row.name) });
    let mut entry = client.audit("setup.initialize", ("user", Some(id.as_str())), details);
    entry.user_id = Some(id.clone());
    entry.user_email = Some(admin.email.clone());
    let initialisation = Initialisation { admin, site_name, provider, key: key_row };
    control.store.initialise(initialisation, &entry).await?;
    control.announce(&[Part::Principals, Part::Catalogue]).await;
    Ok(Made { user: control.store.get_user(&id).await?.into(), key: issued })
}
