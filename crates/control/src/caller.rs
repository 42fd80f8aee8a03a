//! Who acts, from where, and what the audit trail says about it.

use std::net::IpAddr;
use std::sync::Arc;

use serde_json::Value;
use thinkwatch_policy::access::{self, Action, Refusal, Resource};
use thinkwatch_policy::ids::{AuditId, SessionId, UserId};
use thinkwatch_policy::principal::{KeyPrincipal, UserPrincipal};
use thinkwatch_store::AuditEntry;

use crate::clock::now_us;
use crate::error::{ControlError, Result};

/// Where a request comes from.
#[derive(Clone, Debug)]
pub struct Client {
    /// The client's address, as the edge determined it.
    pub address: IpAddr,
    /// Its `user-agent`, bounded.
    pub user_agent: String,
    /// The request id.
    pub request_id: String,
}

impl Client {
    /// An audit entry of an act by nobody, or by somebody who is not signed in yet.
    pub(crate) fn audit(&self, action: &str, resource: (&str, Option<&str>), details: Value) -> AuditEntry {
        let text = |text: &str| (!text.is_empty()).then(|| text.to_owned());
        AuditEntry {
            ip_address: Some(self.address.to_string()),
            user_agent: text(&self.user_agent),
            request_id: text(&self.request_id),
            ..system_audit(action, resource, details)
        }
    }
}

/// An audit entry of something the server did by itself.
pub(crate) fn system_audit(action: &str, (kind, id): (&str, Option<&str>), details: Value) -> AuditEntry {
    AuditEntry {
        id: AuditId::from_bits(rand::random()),
        timestamp_us: now_us(),
        user_id: None,
        user_email: None,
        action: action.to_owned(),
        resource_type: kind.to_owned(),
        resource_id: id.map(str::to_owned),
        details,
        ip_address: None,
        user_agent: None,
        request_id: None,
    }
}

/// What somebody showed to be let in.
#[derive(Clone, Debug)]
pub enum Credential {
    /// The access token of a session.
    Session {
        /// Whose.
        user: Arc<UserPrincipal>,
        /// Which.
        session: SessionId,
    },
    /// A key with the console surface.
    Key(Arc<KeyPrincipal>),
}

/// Somebody who was let in.
#[derive(Clone, Debug)]
pub struct Caller {
    pub(crate) credential: Credential,
    pub(crate) client: Client,
}

impl Caller {
    /// On whose behalf.
    pub fn user(&self) -> &UserPrincipal {
        match &self.credential {
            Credential::Session { user, .. } => user,
            Credential::Key(key) => &key.user,
        }
    }

    /// The session, when it is one.
    pub fn session(&self) -> Option<&SessionId> {
        match &self.credential {
            Credential::Session { session, .. } => Some(session),
            Credential::Key(_) => None,
        }
    }

    /// The session, for acts that make no sense with a key.
    pub(crate) fn own_session(&self) -> Result<&SessionId> {
        self.session().ok_or(ControlError::Forbidden("this needs a signed-in session, not a key"))
    }

    /// Whether this is the caller's own.
    pub(crate) fn is(&self, user: &str) -> bool {
        self.user().id.as_str() == user
    }

    /// May the caller do this? The decision function is `policy::access`.
    pub fn may(&self, action: Action) -> Result<()> {
        let caller = match &self.credential {
            Credential::Session { user, .. } => access::Caller::Session(user),
            Credential::Key(key) => access::Caller::Key(key),
        };
        match access::use_console(caller, action, Resource::Everything, now_us()) {
            Ok(_) => Ok(()),
            Err(Refusal::KeyDisabled | Refusal::KeyExpired { .. }) => {
                Err(ControlError::Unauthenticated("this key is not valid any more"))
            }
            Err(_) => Err(ControlError::Forbidden(action.as_str())),
        }
    }

    /// The same, as an answer instead of an error.
    pub(crate) fn allows(&self, action: Action) -> bool {
        self.may(action).is_ok()
    }

    /// May the caller do this to something of this owner? Not knowing of others' things, they are told nothing of them.
    pub(crate) fn may_on(&self, owner: &str, own: Action, any: Action, what: &'static str) -> Result<()> {
        if self.allows(any) {
            return Ok(());
        }
        self.may(own)?;
        if self.is(owner) { Ok(()) } else { Err(ControlError::NotFound(what)) }
    }

    /// The audit entry of an act of theirs.
    pub(crate) fn audit(&self, action: &str, resource: (&str, Option<&str>), details: Value) -> AuditEntry {
        let user = self.user();
        let mut entry = self.client.audit(action, resource, details);
        entry.user_id = Some(user.id.clone());
        entry.user_email = Some(user.email.to_string());
        if let Credential::Key(key) = &self.credential
            && let Some(details) = entry.details.as_object_mut()
        {
            details.insert("with_key".to_owned(), Value::from(key.id.as_str()));
        }
        entry
    }

    /// The user's id, for rows.
    pub(crate) fn user_id(&self) -> UserId {
        self.user().id.clone()
    }
}
