//! Letting people in: sign-in, tokens, sessions, one's own account.

use std::sync::Arc;

use secrecy::{ExposeSecret, SecretString};
use serde_json::json;
use thinkwatch_coordination::Part;
use thinkwatch_identity::api_key;
use thinkwatch_identity::throttle::LockoutRule;
use thinkwatch_identity::token::{AccessGrant, parse_refresh};
use thinkwatch_policy::access::{self, Action};
use thinkwatch_policy::ids::SessionId;
use thinkwatch_policy::principal::{Role, Surface};
use thinkwatch_store::{RefreshAttempt, RefreshOutcome, SessionRow, UserPatch, UserWithRoles};

use crate::caller::{Caller, Client, Credential};
use crate::clock::{now_us, seconds};
use crate::control::Control;
use crate::error::{ControlError, Result};
use crate::users::{User, read_label};

/// How long the token before the newest is accepted again, for tabs and retries that raced.
const REFRESH_GRACE_US: i64 = seconds(20);

/// A session's tokens.
#[derive(Debug)]
pub struct Tokens {
    /// Short-lived.
    pub access: SecretString,
    /// Works once.
    pub refresh: SecretString,
    /// Life of the access token.
    pub access_ttl_secs: i64,
    /// Life of the refresh token.
    pub refresh_ttl_secs: i64,
}

/// A session, as its owner sees it.
#[derive(Clone, Debug)]
pub struct Session {
    /// The session.
    pub id: SessionId,
    /// Signed in at.
    pub created_at_us: i64,
    /// Last refreshed at.
    pub last_used_at_us: Option<i64>,
    /// Ends at.
    pub expires_at_us: i64,
    /// From where.
    pub ip_address: String,
    /// With what.
    pub user_agent: String,
}

/// Finds out who shows this token. Reads the snapshot only, so that it also works while the store is down.
pub fn authenticate(control: &Control, token: &str, client: Client) -> Result<Caller> {
    let snapshot = control.publisher.handle();
    if token.is_empty() {
        return Err(ControlError::Unauthenticated("sign in first"));
    }
    if api_key::looks_like_key(token) {
        let hash = control.credentials.pepper.hash(token);
        let key = snapshot.principals.load().keys.get(&hash).cloned();
        let key = key.ok_or(ControlError::Unauthenticated("this key is not valid"))?;
        return match access::use_key(&key, Surface::Console, now_us()) {
            Ok(()) => Ok(Caller { credential: Credential::Key(key), client }),
            Err(refusal) if refusal.is_credential() => {
                Err(ControlError::Unauthenticated("this key is not valid any more"))
            }
            Err(_) => Err(ControlError::Forbidden("this key is not for the console")),
        };
    }
    let claims = control
        .credentials
        .tokens
        .verify(token, now_us())
        .map_err(|_| ControlError::Unauthenticated("the access token is not valid or has expired"))?;
    if snapshot.revocations.load().sessions.contains_key(&claims.sid) {
        return Err(ControlError::Unauthenticated("this session has ended"));
    }
    // Roles come from the snapshot, never from the token: a demotion acts at once.
    let user = snapshot.principals.load().users.get(&claims.sub).cloned();
    let user = user.ok_or(ControlError::Unauthenticated("this account is not active"))?;
    Ok(Caller { credential: Credential::Session { user, session: claims.sid }, client })
}

/// The same caller as things stand now: with today's roles, or not at all.
pub(crate) fn renew(control: &Control, caller: &Caller) -> Result<Caller> {
    const OVER: ControlError = ControlError::Unauthenticated("this session has ended");
    let snapshot = control.publisher.handle();
    let credential = match &caller.credential {
        Credential::Session { user, session } => {
            if snapshot.revocations.load().sessions.contains_key(session) {
                return Err(OVER);
            }
            let user = snapshot.principals.load().users.get(&user.id).cloned().ok_or(OVER)?;
            Credential::Session { user, session: session.clone() }
        }
        Credential::Key(old) => {
            let principals = snapshot.principals.load();
            let key = principals.keys.values().find(|key| key.id == old.id).cloned().ok_or(OVER)?;
            access::use_key(&key, Surface::Console, now_us()).map_err(|_| OVER)?;
            Credential::Key(key)
        }
    };
    Ok(Caller { credential, client: caller.client.clone() })
}

/// Signs in with e-mail and password. Wrong address, wrong password and inactive accounts look and cost the same.
pub async fn login(control: &Control, client: &Client, email: &str, password: &SecretString) -> Result<Tokens> {
    let email = email.trim().to_lowercase();
    let settings = control.settings();
    let rule = LockoutRule {
        max_failures: u32::try_from(settings.login_max_failures).unwrap_or(u32::MAX),
        lockout_secs: u32::try_from(settings.lockout_secs).unwrap_or(u32::MAX),
    };
    if let Err(throttled) = control.logins.attempt(client.address, &email, rule, now_us()) {
        metrics::counter!("watchgrid_login_failures_total", "reason" => "throttled").increment(1);
        return Err(throttled.into());
    }
    let known = match control.store.find_user_by_email(&email).await {
        Ok(known) => known,
        Err(error) => {
            control.logins.withdraw(client.address, &email);
            return Err(error.into());
        }
    };
    let usable = known.filter(|known| known.user.active && !known.user.service_account);
    let stored = usable.as_ref().and_then(|known| known.user.password_hash.clone());
    let right = match control.verify_password(stored, password).await {
        Ok(right) => right,
        Err(error) => {
            control.logins.withdraw(client.address, &email);
            return Err(error);
        }
    };
    let Some(known) = usable.filter(|_| right) else {
        metrics::counter!("watchgrid_login_failures_total", "reason" => "credentials").increment(1);
        let shown: String = email.chars().take(200).collect();
        let entry = client.audit("auth.login_failed", ("session", None), json!({ "email": shown }));
        control.store.record_audit(&entry).await?;
        return Err(ControlError::Unauthenticated("wrong e-mail or password"));
    };
    control.logins.succeeded(client.address, &email);
    renew_hash(control, &known, password).await;
    open_session(control, client, &known).await
}

/// Replaces a hash that was made with weaker parameters. Only a comfort: a failure must not keep anybody out.
async fn renew_hash(control: &Control, known: &UserWithRoles, password: &SecretString) {
    let Some(old) = known.user.password_hash.as_deref() else { return };
    if !control.credentials.passwords.is_outdated(old) {
        return;
    }
    let Ok(new) = control.hash_password("password", password).await else { return };
    let id = known.user.id.as_str().into();
    if let Err(error) = control.store.replace_password_hash(&id, old, &new, now_us()).await {
        tracing::warn!(%error, "an old password hash could not be renewed");
    }
}

/// Opens a session for somebody who proved who they are.
pub(crate) async fn open_session(control: &Control, client: &Client, known: &UserWithRoles) -> Result<Tokens> {
    let settings = control.settings();
    let now = now_us();
    let session = SessionId::from_bits(rand::random());
    let (_, hash) = control.credentials.refresh_token(&session, 0);
    let row = SessionRow {
        id: session.to_string(),
        user_id: known.user.id.clone(),
        created_at_us: now,
        last_used_at_us: now,
        expires_at_us: now.saturating_add(seconds(settings.refresh_ttl_secs)),
        ip_address: Some(client.address.to_string()),
        user_agent: Some(client.user_agent.clone()),
        revoked_at_us: None,
        revoke_reason: None,
        refresh_hash: hash,
        previous_refresh_hash: None,
        rotated_at_us: None,
        generation: 0,
    };
    let mut entry = client.audit("auth.login", ("session", Some(session.as_str())), json!({}));
    entry.user_id = Some(known.user.id.as_str().into());
    entry.user_email = Some(known.user.email.clone());
    control.store.create_session(row.clone(), &entry).await?;
    tokens_of(control, known, &row)
}

/// Exchanges a refresh token for new tokens. An old one that comes back ends the session.
pub async fn refresh(control: &Control, client: &Client, presented: &SecretString) -> Result<Tokens> {
    const NO: ControlError = ControlError::Unauthenticated("the refresh token is not valid");
    let presented = parse_refresh(presented.expose_secret()).ok_or(NO)?;
    let session = control.store.get_session(&presented.session).await?.ok_or(NO)?;
    let user = match control.store.get_user(&session.user_id.as_str().into()).await {
        Ok(user) if user.user.active => user,
        Ok(_) | Err(thinkwatch_store::StoreError::NotFound(_)) => return Err(NO),
        Err(error) => return Err(error.into()),
    };
    let (_, new_hash) = control.credentials.refresh_token(&presented.session, session.generation + 1);
    let now = now_us();
    let attempt = RefreshAttempt {
        session: presented.session.clone(),
        presented_hash: presented.hash.to_vec(),
        new_hash,
        extend_to_us: now.saturating_add(seconds(control.settings().refresh_ttl_secs)),
        grace_us: REFRESH_GRACE_US,
    };
    let mut on_reuse =
        client.audit("auth.refresh_reused", ("session", Some(presented.session.as_str())), json!({ "ended": true }));
    on_reuse.user_id = Some(user.user.id.as_str().into());
    on_reuse.user_email = Some(user.user.email.clone());
    match control.store.rotate_refresh(&attempt, &on_reuse).await? {
        RefreshOutcome::Rotated(row) | RefreshOutcome::RepeatedWithinGrace(row) => tokens_of(control, &user, &row),
        RefreshOutcome::Reused(_) => {
            control.announce(&[Part::Revocations]).await;
            Err(NO)
        }
        RefreshOutcome::Revoked | RefreshOutcome::Expired | RefreshOutcome::Unknown => Err(NO),
    }
}

fn tokens_of(control: &Control, known: &UserWithRoles, row: &SessionRow) -> Result<Tokens> {
    let settings = control.settings();
    let session = SessionId::from(row.id.as_str());
    let grant = AccessGrant {
        user: known.user.id.as_str().into(),
        email: Arc::from(known.user.email.as_str()),
        role: known.roles.iter().map(|grant| grant.role).min().unwrap_or(Role::Viewer),
        session: session.clone(),
    };
    let access = control
        .credentials
        .tokens
        .issue(grant, settings.access_ttl_secs, now_us())
        .map_err(|error| ControlError::Internal(error.to_string()))?;
    let (refresh, _) = control.credentials.refresh_token(&session, row.generation);
    Ok(Tokens {
        access: access.into(),
        refresh,
        access_ttl_secs: settings.access_ttl_secs,
        refresh_ttl_secs: settings.refresh_ttl_secs,
    })
}

/// Ends the caller's session.
pub async fn logout(control: &Control, caller: &Caller) -> Result<()> {
    let session = caller.own_session()?;
    end(control, caller, session, "auth.logout").await
}

/// One's own sessions.
pub async fn sessions(control: &Control, caller: &Caller) -> Result<Vec<Session>> {
    caller.may(Action::AccountOwn)?;
    let rows = control.store.list_sessions(&caller.user_id(), now_us()).await?;
    Ok(rows
        .into_iter()
        .map(|row| Session {
            id: row.id.into(),
            created_at_us: row.created_at_us,
            last_used_at_us: (row.last_used_at_us > row.created_at_us).then_some(row.last_used_at_us),
            expires_at_us: row.expires_at_us,
            ip_address: row.ip_address.unwrap_or_default(),
            user_agent: row.user_agent.unwrap_or_default(),
        })
        .collect())
}

/// Ends one of one's own sessions.
pub async fn end_session(control: &Control, caller: &Caller, session: &SessionId) -> Result<()> {
    caller.may(Action::AccountOwn)?;
    let row = control.store.get_session(session).await?.filter(|row| caller.is(&row.user_id));
    row.ok_or(ControlError::NotFound("session"))?;
    end(control, caller, session, "auth.session_revoked").await
}

/// Ends all of one's own sessions but the caller's, and says how many there were. `others`: that this is meant.
pub async fn end_other_sessions(control: &Control, caller: &Caller, others: bool) -> Result<u64> {
    caller.may(Action::AccountOwn)?;
    let session = caller.own_session()?;
    if !others {
        return Err(ControlError::invalid("others", "must be true; signing out ends the session that asks"));
    }
    let user = caller.user_id();
    let action = "auth.other_sessions_revoked";
    let entry = caller.audit(action, ("user", Some(user.as_str())), json!({ "kept": session.as_str() }));
    let ended = control.store.revoke_sessions_of(&user, Some(session), action, &entry).await?;
    control.announce(&[Part::Revocations]).await;
    Ok(ended)
}

async fn end(control: &Control, caller: &Caller, session: &SessionId, action: &str) -> Result<()> {
    let entry = caller.audit(action, ("session", Some(session.as_str())), json!({}));
    control.store.revoke_session(session, action, &entry).await?;
    control.announce(&[Part::Revocations]).await;
    Ok(())
}

/// Changes one's own password; every other session ends.
pub async fn change_password(
    control: &Control,
    caller: &Caller,
    current: &SecretString,
    new: &SecretString,
) -> Result<()> {
    caller.may(Action::AccountOwn)?;
    let session = caller.own_session()?.clone();
    let user = caller.user_id();
    let rule = LockoutRule { max_failures: 10, lockout_secs: 300 };
    // A stolen session must not be able to guess the password.
    let account = format!("password:{user}");
    control.logins.attempt(caller.client.address, &account, rule, now_us())?;
    let stored = control.store.get_user(&user).await?.user.password_hash;
    if !control.verify_password(stored, current).await? {
        return Err(ControlError::invalid("current_password", "this is not your password"));
    }
    control.logins.succeeded(caller.client.address, &account);
    let hash = control.hash_password("new_password", new).await?;
    let entry = caller.audit("user.password_change", ("user", Some(user.as_str())), json!({}));
    control.store.set_password(&user, &hash, Some(&session), &entry).await?;
    control.announce(&[Part::Revocations]).await;
    Ok(())
}

/// Changes what people call the caller.
pub async fn rename(control: &Control, caller: &Caller, display_name: &str) -> Result<User> {
    caller.may(Action::AccountOwn)?;
    caller.own_session()?;
    let display_name = read_label("display_name", display_name, false)?;
    let user = caller.user_id();
    let details = json!({ "display_name": display_name });
    let entry = caller.audit("user.update_own", ("user", Some(user.as_str())), details);
    let patch = UserPatch { display_name: Some(display_name), ..UserPatch::default() };
    let after = control.store.update_user(&user, patch, &entry).await?;
    control.announce(&[Part::Principals]).await;
    Ok(after.into())
}

/// Names of everything the caller may do, as `resource:verb`.
pub fn allowed(caller: &Caller) -> Vec<&'static str> {
    Action::ALL.iter().filter(|action| caller.allows(**action)).map(|action| action.as_str()).collect()
}

/// The caller's own account.
pub async fn me(control: &Control, caller: &Caller) -> Result<User> {
    caller.may(Action::AccountOwn)?;
    Ok(control.store.get_user(&caller.user_id()).await?.into())
}
