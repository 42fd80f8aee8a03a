//! The secrets the server works with, and how they are unlocked at start.

use std::sync::Arc;

use secrecy::{ExposeSecret, SecretString};
use thinkwatch_identity::api_key::Pepper;
use thinkwatch_identity::encryption::{Canary, Cipher, EncryptionError, Place};
use thinkwatch_identity::password::Passwords;
use thinkwatch_identity::token::{TokenKeys, sha256};
use thinkwatch_policy::ids::SessionId;
use thinkwatch_store::{Store, StoreError};

use crate::clock::now_us;

const CANARY: &str = "encryption_canary";
const PEPPER: &str = "key_pepper_v1";
const PEPPER_VERSION: u32 = 1;

/// Why the stored secrets could not be unlocked.
#[derive(Debug, thiserror::Error)]
pub enum UnlockError {
    /// Another `ENCRYPTION_KEY` than the one this store was made with.
    #[error("ENCRYPTION_KEY is not the one this data was encrypted with: {0}")]
    WrongKey(EncryptionError),
    /// The store.
    #[error(transparent)]
    Store(#[from] StoreError),
    /// Damaged.
    #[error("the stored secret `{0}` cannot be read")]
    Damaged(&'static str),
    /// No randomness, no memory.
    #[error("{0}")]
    Machine(String),
}

/// Keys, tokens, encryption.
pub struct Credentials {
    /// Encryption at rest.
    pub(crate) cipher: Cipher,
    /// Access tokens.
    pub(crate) tokens: TokenKeys,
    /// Hashes of API keys.
    pub(crate) pepper: Arc<Pepper>,
    /// Hashes of passwords.
    pub(crate) passwords: Passwords,
}

impl Credentials {
    /// Checks that the encryption key fits the store and reads the pepper from it; on the first start both are made.
    pub async fn unlock(store: &Store, cipher: Cipher, tokens: TokenKeys) -> Result<Self, UnlockError> {
        let machine = |error: &dyn std::fmt::Display| UnlockError::Machine(error.to_string());
        let canary = match store.get_secret(CANARY).await? {
            Some(stored) => stored,
            None => {
                let made = Canary::make(&cipher).map_err(|e| machine(&e))?;
                store.put_secret_if_absent(CANARY, made.as_bytes(), now_us()).await?
            }
        };
        let canary = String::from_utf8(canary).map_err(|_| UnlockError::Damaged(CANARY))?;
        Canary::check(&cipher, &canary).map_err(UnlockError::WrongKey)?;

        let place = Place::new("secrets", PEPPER, "value");
        let pepper = match store.get_secret(PEPPER).await? {
            Some(stored) => stored,
            None => {
                let bytes = Pepper::generate_bytes().map_err(|e| machine(&e))?;
                let sealed = cipher.encrypt(place, bytes.expose_secret()).map_err(|e| machine(&e))?;
                store.put_secret_if_absent(PEPPER, sealed.as_bytes(), now_us()).await?
            }
        };
        let pepper = String::from_utf8(pepper).map_err(|_| UnlockError::Damaged(PEPPER))?;
        let pepper = cipher.decrypt(place, &pepper).map_err(UnlockError::WrongKey)?;
        let pepper: &[u8; 32] = pepper.as_slice().try_into().map_err(|_| UnlockError::Damaged(PEPPER))?;
        Ok(Self {
            pepper: Arc::new(Pepper::new(PEPPER_VERSION, pepper)),
            passwords: Passwords::new().map_err(|e| machine(&e))?,
            cipher,
            tokens,
        })
    }

    /// What API keys are hashed under; the gateway hashes what it is shown with it.
    pub fn pepper(&self) -> Arc<Pepper> {
        Arc::clone(&self.pepper)
    }

    /// The refresh token of a generation of a session, and its hash. Derived, not random: when two tabs of a browser
    /// refresh at once, the second gets the very token that the first got.
    pub(crate) fn refresh_token(&self, session: &SessionId, generation: i64) -> (SecretString, Vec<u8>) {
        // No API key begins like this, so the two uses of the pepper cannot meet.
        let random = self.pepper.hash(&format!("refresh:{session}:{generation}"));
        let digits: String = random.iter().take(24).map(|byte| format!("{byte:02x}")).collect();
        let token = format!("twr_{session}.{digits}");
        let hash = sha256(&token).to_vec();
        (token.into(), hash)
    }
}
