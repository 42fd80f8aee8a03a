//! API keys: how they look, and the keyed hash under which they are found.

use std::fmt;

use aws_lc_rs::hmac;
use secrecy::{ExposeSecret, SecretBox, SecretString};
use zeroize::Zeroize;

use crate::random::{self, RandomError};

/// What every key begins with. A gateway credential that does not is a console token.
pub const PREFIX: &str = "tw-";

/// Random letters and digits after the prefix: 285 bits.
const RANDOM_CHARS: usize = 48;

/// How much of a key is shown in lists: enough to recognise it, far too little to guess the rest.
const SHOWN_CHARS: usize = PREFIX.len() + 4;

/// A key that was just made. The secret is shown once and then only known as a hash.
#[derive(Debug)]
pub struct NewApiKey {
    /// What the client sends.
    pub secret: SecretString,
    /// What lists show: `tw-Ab3x…`.
    pub display_prefix: String,
}

/// Makes a key.
pub fn generate() -> Result<NewApiKey, RandomError> {
    let mut text = String::with_capacity(PREFIX.len() + RANDOM_CHARS);
    text.push_str(PREFIX);
    random::push_base62(&mut text, RANDOM_CHARS)?;
    let display_prefix = display_prefix(&text);
    Ok(NewApiKey { secret: text.into(), display_prefix })
}

/// Whether a credential is meant as an API key.
pub fn looks_like_key(presented: &str) -> bool {
    presented.starts_with(PREFIX)
}

/// What lists show of a key.
pub fn display_prefix(secret: &str) -> String {
    let shown: String = secret.chars().take(SHOWN_CHARS).collect();
    format!("{shown}…")
}

/// The secret under which keys are hashed. It is random and of its own, so that rotating other secrets kills no key.
pub struct Pepper {
    version: u32,
    key: hmac::Key,
}

impl Pepper {
    /// Takes the stored bytes. The version says which pepper a stored hash was made with.
    pub fn new(version: u32, bytes: &[u8; 32]) -> Self {
        Self { version, key: hmac::Key::new(hmac::HMAC_SHA256, bytes) }
    }

    /// New bytes, to be stored encrypted.
    pub fn generate_bytes() -> Result<SecretBox<[u8; 32]>, RandomError> {
        let mut bytes = random::bytes::<32>()?;
        let boxed = SecretBox::new(Box::new(bytes));
        bytes.zeroize();
        Ok(boxed)
    }

    /// As [`Self::new`], from what [`Self::generate_bytes`] made.
    pub fn from_secret(version: u32, bytes: &SecretBox<[u8; 32]>) -> Self {
        Self::new(version, bytes.expose_secret())
    }

    /// Which pepper this is.
    pub const fn version(&self) -> u32 {
        self.version
    }

    /// HMAC-SHA-256 of what was presented: the name under which the key is found. No allocation.
    pub fn hash(&self, presented: &str) -> [u8; 32] {
        let tag = hmac::sign(&self.key, presented.as_bytes());
        let mut hash = [0; 32];
        hash.copy_from_slice(tag.as_ref());
        hash
    }
}

impl fmt::Debug for Pepper {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Pepper").field("version", &self.version).finish_non_exhaustive()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn keys_have_the_documented_form_and_show_little() {
        let key = generate().expect("random");
        let secret = key.secret.expose_secret();
        let random = secret.strip_prefix("tw-").expect("prefix");
        assert!(random.len() >= 48 && random.bytes().all(|b| b.is_ascii_alphanumeric()), "{} chars", random.len());
        assert!(looks_like_key(secret));
        assert_eq!(key.display_prefix, format!("{}…", &secret[..7]));
        assert_ne!(generate().expect("random").secret.expose_secret(), secret);
        assert!(!format!("{key:?}").contains(random));
        assert!(!looks_like_key("eyJhbGciOiJIUzI1NiJ9"));
        assert_eq!(display_prefix("täst"), "täst…");
    }

    #[test]
    fn the_hash_is_hmac_sha_256() {
        // RFC 4231, test case 1, whose key is 20 bytes; zero padding to 32 does not change an HMAC.
        let mut key = [0; 32];
        key[..20].fill(0x0b);
        let expected = "b0344c61d8db38535ca8afceaf0bf12b881dc200c9833da726e9376c2e32cff7";
        assert_eq!(hex::encode(Pepper::new(1, &key).hash("Hi There")), expected);
    }

    #[test]
    fn another_pepper_gives_another_hash_and_none_is_printed() {
        let [a, b] = [(1, 7), (2, 8)].map(|(version, byte)| Pepper::new(version, &[byte; 32]));
        assert_ne!(a.hash("tw-x"), b.hash("tw-x"));
        assert_ne!(a.hash("tw-x"), a.hash("tw-y"));
        assert_eq!(b.version(), 2);
        assert_eq!(format!("{a:?}"), "Pepper { version: 1, .. }");
        let bytes = Pepper::generate_bytes().expect("random");
        assert_eq!(Pepper::from_secret(3, &bytes).hash("k"), Pepper::new(3, bytes.expose_secret()).hash("k"));
    }
}
