//! Authenticating: from what was presented to a principal of the snapshot.

use std::sync::Arc;

use http::HeaderMap;
use thinkwatch_edge::credential;
use thinkwatch_identity::api_key::Pepper;
use thinkwatch_identity::token::TokenKeys;
use thinkwatch_policy::access;
use thinkwatch_policy::principal::{KeyPrincipal, UserPrincipal};
use thinkwatch_policy::snapshot::SnapshotHandle;

use crate::refusal::Refusal;

/// Who is calling; keeps the snapshot's entry alive while the call runs.
#[derive(Clone, Debug)]
pub(crate) enum Caller {
    /// By an API key.
    Key(Arc<KeyPrincipal>),
    /// By the access token of a console session.
    Session(Arc<UserPrincipal>),
}

impl Caller {
    pub(crate) fn as_ref(&self) -> access::Caller<'_> {
        match self {
            Self::Key(key) => access::Caller::Key(key),
            Self::Session(user) => access::Caller::Session(user),
        }
    }
}

/// What credentials are checked against, besides the snapshot.
#[derive(Debug)]
pub(crate) struct Credentials {
    pub(crate) pepper: Arc<Pepper>,
    pub(crate) tokens: TokenKeys,
}

impl Credentials {
    /// Finds the principal. Cookies are never accepted here. `of_query` is what the address itself presents: only Google's
    /// paths may.
    pub(crate) fn authenticate(
        &self,
        headers: &HeaderMap,
        of_query: Option<&str>,
        snapshot: &SnapshotHandle,
        now_us: i64,
    ) -> Result<Caller, Refusal> {
        let presented = credential::presented(headers).or(of_query).ok_or(Refusal::NoCredential)?;
        let principals = snapshot.principals.load();
        let caller = if presented.starts_with("tw-") {
            let key = principals.keys.get(&self.pepper.hash(presented)).ok_or(Refusal::UnknownKey)?;
            Caller::Key(Arc::clone(key))
        } else {
            let claims = self.tokens.verify(presented, now_us).map_err(Refusal::Token)?;
            if snapshot.revocations.load().sessions.contains_key(&claims.sid) {
                return Err(Refusal::SessionEnded);
            }
            let user = principals.users.get(&claims.sub).ok_or(Refusal::SessionEnded)?;
            Caller::Session(Arc::clone(user))
        };
        match access::use_gateway(caller.as_ref(), now_us) {
            Err(refusal) if refusal.is_credential() => Err(Refusal::Access(refusal)),
            _ => Ok(caller),
        }
    }
}
