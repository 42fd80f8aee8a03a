//! What Bedrock takes as a credential, written in one line as settings hold it.

use std::fmt;

use secrecy::{ExposeSecret as _, SecretString};

/// A credential.
#[derive(Clone)]
pub enum Credentials {
    /// Keys, which sign.
    Keys {
        /// Which key it is; not a secret.
        access_key_id: String,
        /// The key.
        secret_access_key: SecretString,
        /// Of temporary keys, the token that belongs to them.
        session_token: Option<SecretString>,
    },
    /// A Bedrock API key, which is sent as it is.
    ApiKey(SecretString),
}

impl fmt::Debug for Credentials {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Keys { access_key_id, .. } => {
                f.debug_struct("Keys").field("id", access_key_id).finish_non_exhaustive()
            }
            Self::ApiKey(_) => f.write_str("ApiKey(..)"),
        }
    }
}

/// The text is none of the two. Never repeats it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error(
    "a Bedrock credential is `ACCESS_KEY_ID:SECRET_ACCESS_KEY`, the same with `:SESSION_TOKEN` after it, or a Bedrock API key"
)]
pub struct NotCredentials;

impl Credentials {
    /// Reads `id:secret`, `id:secret:token`, or an API key, in which there is no colon.
    pub fn parse(text: &str) -> Result<Self, NotCredentials> {
        let text = text.trim();
        let mut parts = text.split(':');
        let parts = [parts.next(), parts.next(), parts.next(), parts.next()];
        if parts.iter().flatten().any(|part| part.is_empty() || !part.bytes().all(|byte| byte.is_ascii_graphic())) {
            return Err(NotCredentials);
        }
        match parts {
            [Some(key), None, ..] => Ok(Self::ApiKey(SecretString::from(key))),
            [Some(id), Some(secret), token, None] => Ok(Self::Keys {
                access_key_id: id.to_owned(),
                secret_access_key: SecretString::from(secret),
                session_token: token.map(SecretString::from),
            }),
            _ => Err(NotCredentials),
        }
    }

    /// The texts that must never be repeated, for instance in an error that echoes them.
    pub fn secrets(&self) -> impl Iterator<Item = &str> {
        let (one, other) = match self {
            Self::Keys { secret_access_key, session_token, .. } => (secret_access_key, session_token.as_ref()),
            Self::ApiKey(key) => (key, None),
        };
        [Some(one), other].into_iter().flatten().map(|secret| secret.expose_secret())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn one_line_holds_a_credential() {
        let secrets =
            |text: &str| -> Vec<String> { Credentials::parse(text).unwrap().secrets().map(str::to_owned).collect() };
        assert_eq!(secrets("AKIDEXAMPLE:wJal/r+X"), ["wJal/r+X"]);
        assert_eq!(secrets(" ASIAEXAMPLE:wJal/r+X:IQoJ==\n"), ["wJal/r+X", "IQoJ=="]);
        assert_eq!(secrets("bedrock-api-key-YmVk=="), ["bedrock-api-key-YmVk=="]);
        for bad in ["", ":", "a:", ":b", "a:b:", "a:b:c:d", "a b", "a:b\nc"] {
            assert_eq!(Credentials::parse(bad).err(), Some(NotCredentials), "{bad:?}");
        }
        let shown = format!("{:?}", Credentials::parse("AKIDEXAMPLE:wJal").unwrap());
        assert!(shown.contains("AKIDEXAMPLE") && !shown.contains("wJal"), "{shown}");
    }
}
