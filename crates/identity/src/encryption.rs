//! Encryption at rest: AES-256-GCM, bound to the place where the ciphertext is stored.

use std::fmt;

use aws_lc_rs::aead::{AES_256_GCM, Aad, LessSafeKey, NONCE_LEN, Nonce, UnboundKey};
use aws_lc_rs::hmac;
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD_NO_PAD as BASE64;
use secrecy::{ExposeSecret, SecretString};
use zeroize::Zeroizing;

use crate::random::{self, RandomError};

/// Why something could not be encrypted or decrypted.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum EncryptionError {
    /// Not 64 hexadecimal digits.
    #[error("must be 64 hexadecimal characters (32 bytes)")]
    KeyFormat,
    /// Encrypted under a key that was not given.
    #[error("was encrypted with another ENCRYPTION_KEY")]
    WrongKey,
    /// Not in the format, changed, or moved from another place.
    #[error("encrypted value is damaged or was moved from another place")]
    Damaged,
    /// No nonce.
    #[error(transparent)]
    Random(#[from] RandomError),
}

/// Where a ciphertext is stored. It only opens there, so that nobody with write access to the store can put one
/// provider's secret in the row of another.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Place<'a> {
    /// The table.
    pub table: &'a str,
    /// The id of the row.
    pub row: &'a str,
    /// The column.
    pub column: &'a str,
}

impl<'a> Place<'a> {
    /// A place in the store.
    pub const fn new(table: &'a str, row: &'a str, column: &'a str) -> Self {
        Self { table, row, column }
    }

    /// Unambiguous bytes: each part with its length in front.
    fn bound(&self) -> Vec<u8> {
        let mut bytes = Vec::with_capacity(64);
        for part in ["thinkwatch:v1", self.table, self.row, self.column] {
            bytes.extend_from_slice(&(part.len() as u64).to_be_bytes());
            bytes.extend_from_slice(part.as_bytes());
        }
        bytes
    }
}

const FORMAT: &str = "v1";

struct DataKey {
    /// Tells the keys apart without telling the key: the first 8 hex digits of a keyed hash of a constant.
    id: String,
    key: LessSafeKey,
    /// Of which keys for other purposes are made.
    parent: hmac::Key,
}

impl DataKey {
    fn from_hex(text: &SecretString) -> Result<Self, EncryptionError> {
        let mut bytes = Zeroizing::new([0; 32]);
        hex::decode_to_slice(text.expose_secret(), bytes.as_mut_slice()).map_err(|_| EncryptionError::KeyFormat)?;
        let parent = hmac::Key::new(hmac::HMAC_SHA256, bytes.as_slice());
        let id = hmac::sign(&parent, b"thinkwatch key id");
        let key = UnboundKey::new(&AES_256_GCM, bytes.as_slice()).map_err(|_| EncryptionError::KeyFormat)?;
        Ok(Self { id: hex::encode(&id.as_ref()[..4]), key: LessSafeKey::new(key), parent })
    }
}

/// Checks that a text can be an `ENCRYPTION_KEY`.
pub fn check_key(text: &SecretString) -> Result<(), EncryptionError> {
    DataKey::from_hex(text).map(|_| ())
}

/// Encrypts under the current key, decrypts what the current or the previous one encrypted.
pub struct Cipher {
    current: DataKey,
    previous: Option<DataKey>,
}

impl Cipher {
    /// From `ENCRYPTION_KEY` (64 hexadecimal digits) and, during rotation, the one before.
    pub fn new(current: &SecretString, previous: Option<&SecretString>) -> Result<Self, EncryptionError> {
        Ok(Self { current: DataKey::from_hex(current)?, previous: previous.map(DataKey::from_hex).transpose()? })
    }

    /// Encrypts for a place: `v1:<key id>:<base64 of nonce, ciphertext and tag>`.
    pub fn encrypt(&self, place: Place<'_>, plaintext: &[u8]) -> Result<String, EncryptionError> {
        let nonce = random::bytes::<NONCE_LEN>()?;
        let mut sealed = plaintext.to_vec();
        // Cannot fail but for texts of many gigabytes.
        self.current
            .key
            .seal_in_place_append_tag(Nonce::assume_unique_for_key(nonce), Aad::from(place.bound()), &mut sealed)
            .map_err(|_| EncryptionError::Damaged)?;
        let mut bytes = nonce.to_vec();
        bytes.append(&mut sealed);
        Ok(format!("{FORMAT}:{}:{}", self.current.id, BASE64.encode(bytes)))
    }

    /// Decrypts what [`Self::encrypt`] made for the same place.
    pub fn decrypt(&self, place: Place<'_>, text: &str) -> Result<Zeroizing<Vec<u8>>, EncryptionError> {
        let (key, encoded) = self.key_of(text)?;
        let mut bytes = Zeroizing::new(BASE64.decode(encoded).map_err(|_| EncryptionError::Damaged)?);
        let (nonce, sealed) = bytes.split_at_mut_checked(NONCE_LEN).ok_or(EncryptionError::Damaged)?;
        let nonce = Nonce::try_assume_unique_for_key(nonce).map_err(|_| EncryptionError::Damaged)?;
        let plain =
            key.key.open_in_place(nonce, Aad::from(place.bound()), sealed).map_err(|_| EncryptionError::Damaged)?;
        Ok(Zeroizing::new(plain.to_vec()))
    }

    /// As [`Self::decrypt`], for text such as a provider's key.
    pub fn decrypt_text(&self, place: Place<'_>, text: &str) -> Result<SecretString, EncryptionError> {
        let bytes = self.decrypt(place, text)?;
        let text = std::str::from_utf8(&bytes).map_err(|_| EncryptionError::Damaged)?;
        Ok(text.into())
    }

    /// Encrypts for a place what is not to be a text: nonce, ciphertext and tag. Only the current key opens it, so it is for
    /// what may be lost.
    pub fn seal(&self, place: Place<'_>, plaintext: &[u8]) -> Result<Vec<u8>, EncryptionError> {
        let nonce = random::bytes::<NONCE_LEN>()?;
        let mut sealed = Vec::with_capacity(NONCE_LEN + plaintext.len() + self.current.key.algorithm().tag_len());
        sealed.extend_from_slice(&nonce);
        sealed.extend_from_slice(plaintext);
        // Cannot fail but for texts of many gigabytes.
        let tag = self
            .current
            .key
            .seal_in_place_separate_tag(
                Nonce::assume_unique_for_key(nonce),
                Aad::from(place.bound()),
                &mut sealed[NONCE_LEN..],
            )
            .map_err(|_| EncryptionError::Damaged)?;
        sealed.extend_from_slice(tag.as_ref());
        Ok(sealed)
    }

    /// Decrypts what [`Self::seal`] made for the same place.
    pub fn open(&self, place: Place<'_>, sealed: &[u8]) -> Result<Vec<u8>, EncryptionError> {
        let (nonce, sealed) = sealed.split_at_checked(NONCE_LEN).ok_or(EncryptionError::Damaged)?;
        let nonce = Nonce::try_assume_unique_for_key(nonce).map_err(|_| EncryptionError::Damaged)?;
        let mut bytes = sealed.to_vec();
        let aad = Aad::from(place.bound());
        let length =
            self.current.key.open_in_place(nonce, aad, &mut bytes).map_err(|_| EncryptionError::Damaged)?.len();
        bytes.truncate(length);
        Ok(bytes)
    }

    /// A key for keyed hashes that serves this purpose alone. The same `ENCRYPTION_KEY` gives the same one everywhere.
    pub fn hash_key(&self, purpose: &str) -> HashKey {
        let bytes = hmac::sign(&self.current.parent, format!("thinkwatch hash key: {purpose}").as_bytes());
        HashKey(hmac::Key::new(hmac::HMAC_SHA256, bytes.as_ref()))
    }

    /// Whether a text is still encrypted under the previous key.
    pub fn is_outdated(&self, text: &str) -> bool {
        self.key_of(text).is_ok_and(|(key, _)| key.id != self.current.id)
    }

    fn key_of<'t>(&self, text: &'t str) -> Result<(&DataKey, &'t str), EncryptionError> {
        let mut parts = text.splitn(3, ':');
        let (Some(FORMAT), Some(id), Some(encoded)) = (parts.next(), parts.next(), parts.next()) else {
            return Err(EncryptionError::Damaged);
        };
        let known = std::iter::once(&self.current).chain(&self.previous).find(|key| key.id == id);
        Ok((known.ok_or(EncryptionError::WrongKey)?, encoded))
    }
}

impl fmt::Debug for Cipher {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let previous = self.previous.as_ref().map(|k| &k.id);
        f.debug_struct("Cipher").field("current", &self.current.id).field("previous", &previous).finish()
    }
}

/// A key for keyed hashes of one purpose.
pub struct HashKey(hmac::Key);

impl HashKey {
    /// HMAC-SHA-256 of these parts, each with its length in front, so that no two lists of parts run together.
    pub fn hash<'p>(&self, parts: impl IntoIterator<Item = &'p [u8]>) -> [u8; 32] {
        let mut context = hmac::Context::with_key(&self.0);
        for part in parts {
            context.update(&(part.len() as u64).to_be_bytes());
            context.update(part);
        }
        let mut hash = [0; 32];
        hash.copy_from_slice(context.sign().as_ref());
        hash
    }
}

impl fmt::Debug for HashKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("HashKey")
    }
}

/// A known text, encrypted and kept in the store: with a wrong `ENCRYPTION_KEY` it does not open, which is noticed
/// at start and not when the first provider is called.
#[derive(Clone, Copy, Debug)]
pub struct Canary;

impl Canary {
    const PLACE: Place<'static> = Place::new("canary", "encryption_key", "value");
    const TEXT: &'static [u8] = b"thinkwatch canary";

    /// What to store on first start (and again after the key was rotated).
    pub fn make(cipher: &Cipher) -> Result<String, EncryptionError> {
        cipher.encrypt(Self::PLACE, Self::TEXT)
    }

    /// Whether the stored one opens under the given keys.
    pub fn check(cipher: &Cipher, stored: &str) -> Result<(), EncryptionError> {
        let plain = cipher.decrypt(Self::PLACE, stored)?;
        if plain.as_slice() == Self::TEXT { Ok(()) } else { Err(EncryptionError::Damaged) }
    }
}

#[cfg(test)]
mod tests;
