//! `thinkwatch user`: the way back in, for whoever can read the data directory. Works beside a running server, which
//! notices within a second.

use std::process::ExitCode;

use anyhow::{Context, Result};
use secrecy::ExposeSecret;
use serde_json::json;
use thinkwatch_identity::password::{Passwords, check_complexity};
use thinkwatch_policy::ids::{AuditId, UserId};
use thinkwatch_policy::principal::Role;
use thinkwatch_store::{AuditEntry, RoleGrant, Store, UserPatch};

use super::{configuration, password, runtime};
use crate::assembly::connect_options;
use crate::cli::{User, say};

pub(crate) fn run(what: User) -> Result<ExitCode> {
    let config = configuration()?;
    runtime()?.block_on(async {
        let store = Store::open(&connect_options(&config)).await.context("the store cannot be opened")?;
        let done = match what {
            User::Promote { email } => promote(&store, &email).await,
            User::ResetPassword { email, password_file } => {
                let new = password::password(password_file.as_deref(), "New password")?;
                reset(&store, &email, new.expose_secret()).await
            }
        };
        store.close().await;
        say(done?);
        Ok(ExitCode::SUCCESS)
    })
}

async fn find(store: &Store, email: &str) -> Result<thinkwatch_store::UserRow> {
    let found = store.find_user_by_email(&email.trim().to_lowercase()).await?;
    found.map(|user| user.user).with_context(|| format!("there is no user with the e-mail address {email}"))
}

async fn promote(store: &Store, email: &str) -> Result<String> {
    let user = find(store, email).await?;
    let id = UserId::new(user.id.as_str());
    let roles = vec![RoleGrant { role: Role::SuperAdmin, team: None }];
    let patch = UserPatch { roles: Some(roles), active: Some(true), ..UserPatch::default() };
    let entry = audit("user.promote", &user.id, json!({"role": Role::SuperAdmin.as_str(), "by": "command line"}))?;
    store.update_user(&id, patch, &entry).await?;
    Ok(format!("{} is a super administrator now", user.email))
}

async fn reset(store: &Store, email: &str, new: &str) -> Result<String> {
    check_complexity(new)?;
    let user = find(store, email).await?;
    let hash = Passwords::new()?.hash(new)?;
    let entry = audit("user.reset_password", &user.id, json!({"by": "command line"}))?;
    store.set_password(&UserId::new(user.id.as_str()), &hash, None, &entry).await?;
    Ok(format!("the password of {} is set; all their sessions have ended", user.email))
}

fn audit(action: &str, user: &str, details: serde_json::Value) -> Result<AuditEntry> {
    let now = std::time::SystemTime::now().duration_since(std::time::UNIX_EPOCH)?;
    Ok(AuditEntry {
        id: AuditId::from_bits(thinkwatch_identity::random::bits128()?),
        timestamp_us: i64::try_from(now.as_micros())?,
        user_id: None,
        user_email: None,
        action: action.to_owned(),
        resource_type: "user".to_owned(),
        resource_id: Some(user.to_owned()),
        details,
        ip_address: None,
        user_agent: Some(format!("thinkwatch {}", env!("CARGO_PKG_VERSION"))),
        request_id: None,
    })
}
