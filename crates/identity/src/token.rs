//! Console tokens: signed access tokens that carry who is calling, and opaque refresh tokens that are looked up.

use std::fmt;
use std::sync::Arc;

use aws_lc_rs::digest;
use jsonwebtoken::{Algorithm, DecodingKey, EncodingKey, Header, Validation, decode, encode};
use secrecy::{ExposeSecret, SecretString};
use serde::{Deserialize, Serialize};
use thinkwatch_policy::ids::{SessionId, UserId};
use thinkwatch_policy::principal::Role;

use crate::random::{self, RandomError};

/// Who signs.
pub const ISSUER: &str = "thinkwatch";

/// Whom access tokens are for.
pub const AUDIENCE: &str = "thinkwatch";

/// How far the clocks of two machines may be apart, in seconds.
const LEEWAY_SECS: i64 = 30;

/// Longer ones are refused unread.
const MAX_TOKEN_BYTES: usize = 4096;

/// What an access token says.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct AccessClaims {
    /// The user.
    pub sub: UserId,
    /// Their address at sign-in.
    pub email: Arc<str>,
    /// Their strongest role at sign-in: for display only. Decisions are made on the snapshot's roles.
    pub role: Role,
    /// [`ISSUER`].
    pub iss: String,
    /// [`AUDIENCE`].
    pub aud: String,
    /// The session.
    pub sid: SessionId,
    /// Seconds since the epoch.
    pub exp: i64,
    /// Seconds since the epoch.
    pub iat: i64,
}

/// Whom an access token is made for.
#[derive(Clone, Debug)]
pub struct AccessGrant {
    /// The user.
    pub user: UserId,
    /// Their address.
    pub email: Arc<str>,
    /// Their strongest role.
    pub role: Role,
    /// The session.
    pub session: SessionId,
}

/// Why a token was not taken.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum TokenError {
    /// Not one of ours, changed, or for something else.
    #[error("access token is not valid")]
    Invalid,
    /// Its time is over.
    #[error("access token has expired")]
    Expired,
    /// A token could not be made.
    #[error("access token could not be signed")]
    Signing,
}

/// Signs with the current secret, accepts the current and the previous one.
pub struct TokenKeys {
    sign: EncodingKey,
    verify: Vec<DecodingKey>,
    validation: Validation,
}

impl TokenKeys {
    /// From `JWT_SECRET` and, during rotation, the one before.
    pub fn new(secret: &SecretString, previous: Option<&SecretString>) -> Self {
        let key = |s: &SecretString| DecodingKey::from_secret(s.expose_secret().as_bytes());
        let mut validation = Validation::new(Algorithm::HS256);
        validation.set_issuer(&[ISSUER]);
        validation.set_audience(&[AUDIENCE]);
        validation.set_required_spec_claims(&["exp", "iss", "aud", "sub"]);
        // The library would read the clock; here time is an argument.
        validation.validate_exp = false;
        Self {
            sign: EncodingKey::from_secret(secret.expose_secret().as_bytes()),
            verify: std::iter::once(secret).chain(previous).map(key).collect(),
            validation,
        }
    }

    /// Makes an access token that is valid for `ttl_secs` from `now_us` on.
    pub fn issue(&self, grant: AccessGrant, ttl_secs: i64, now_us: i64) -> Result<String, TokenError> {
        let iat = now_us.div_euclid(1_000_000);
        let claims = AccessClaims {
            sub: grant.user,
            email: grant.email,
            role: grant.role,
            iss: ISSUER.to_owned(),
            aud: AUDIENCE.to_owned(),
            sid: grant.session,
            exp: iat.saturating_add(ttl_secs),
            iat,
        };
        encode(&Header::new(Algorithm::HS256), &claims, &self.sign).map_err(|_| TokenError::Signing)
    }

    /// Checks signature, issuer, audience and time. Whether the session was ended or the user deactivated is not
    /// known here: ask the snapshot.
    pub fn verify(&self, token: &str, now_us: i64) -> Result<AccessClaims, TokenError> {
        if token.len() > MAX_TOKEN_BYTES {
            return Err(TokenError::Invalid);
        }
        let read = |key| decode::<AccessClaims>(token, key, &self.validation).ok();
        let claims = self.verify.iter().find_map(read).ok_or(TokenError::Invalid)?.claims;
        let now = now_us.div_euclid(1_000_000);
        if claims.iat > now.saturating_add(LEEWAY_SECS) {
            return Err(TokenError::Invalid);
        }
        if now >= claims.exp.saturating_add(LEEWAY_SECS) {
            return Err(TokenError::Expired);
        }
        Ok(claims)
    }
}

impl fmt::Debug for TokenKeys {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("TokenKeys").field("accepted", &self.verify.len()).finish_non_exhaustive()
    }
}

const REFRESH_PREFIX: &str = "twr_";
const REFRESH_RANDOM_CHARS: usize = 48;

/// A refresh token that was just made.
#[derive(Debug)]
pub struct NewRefreshToken {
    /// What the client keeps.
    pub secret: SecretString,
    /// What the store keeps.
    pub hash: [u8; 32],
}

/// A refresh token as it came back.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PresentedRefresh {
    /// The session (family) it says it belongs to: look this up, then compare hashes. A hash that is not the
    /// session's current one is the reuse of an old token, or a guess.
    pub session: SessionId,
    /// SHA-256 of the whole token. It has 285 random bits, so that nothing stronger is needed.
    pub hash: [u8; 32],
}

/// Makes a refresh token of a session: `twr_<session>.<48 random letters and digits>`.
pub fn new_refresh(session: &SessionId) -> Result<NewRefreshToken, RandomError> {
    let mut text = String::with_capacity(128);
    text.push_str(REFRESH_PREFIX);
    text.push_str(session.as_str());
    text.push('.');
    random::push_base62(&mut text, REFRESH_RANDOM_CHARS)?;
    let hash = sha256(&text);
    Ok(NewRefreshToken { secret: text.into(), hash })
}

/// Reads a refresh token. `None` when it does not have the form of one.
pub fn parse_refresh(presented: &str) -> Option<PresentedRefresh> {
    let (session, random) = presented.strip_prefix(REFRESH_PREFIX)?.split_once('.')?;
    let plain = |text: &str| text.bytes().all(|b| b.is_ascii_alphanumeric() || b == b'_');
    let well_formed = session.starts_with(SessionId::PREFIX)
        && session.len() <= 64
        && plain(session)
        && random.len() == REFRESH_RANDOM_CHARS
        && plain(random);
    well_formed.then(|| PresentedRefresh { session: session.into(), hash: sha256(presented) })
}

/// SHA-256, for values that are random enough to need no salt.
pub fn sha256(text: &str) -> [u8; 32] {
    let mut hash = [0; 32];
    hash.copy_from_slice(digest::digest(&digest::SHA256, text.as_bytes()).as_ref());
    hash
}

#[cfg(test)]
mod tests;
