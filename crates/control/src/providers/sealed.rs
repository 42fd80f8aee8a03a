//! A provider's secrets at rest. Each opens only in its own row and column.

use std::collections::BTreeMap;

use secrecy::{ExposeSecret, SecretString};
use thinkwatch_identity::encryption::{Cipher, EncryptionError, Place};
use thinkwatch_store::ProviderRow;

const TABLE: &str = "providers";
const CREDENTIAL: &str = "credential_encrypted";
const HEADERS: &str = "headers_encrypted";

/// Encrypts a credential for a provider's row.
pub(super) fn seal_credential(cipher: &Cipher, id: &str, secret: &SecretString) -> Result<Vec<u8>, EncryptionError> {
    let place = Place::new(TABLE, id, CREDENTIAL);
    cipher.encrypt(place, secret.expose_secret().as_bytes()).map(String::into_bytes)
}

/// Encrypts headers for a provider's row; none when there are none.
pub(super) fn seal_headers(
    cipher: &Cipher,
    id: &str,
    headers: &BTreeMap<String, SecretString>,
) -> Result<Option<Vec<u8>>, EncryptionError> {
    if headers.is_empty() {
        return Ok(None);
    }
    let plain: BTreeMap<&str, &str> =
        headers.iter().map(|(name, value)| (name.as_str(), value.expose_secret())).collect();
    let text = serde_json::to_vec(&plain).map_err(|_| EncryptionError::Damaged)?;
    cipher.encrypt(Place::new(TABLE, id, HEADERS), &text).map(|sealed| Some(sealed.into_bytes()))
}

/// Decrypts the credential of a row.
pub(crate) fn open_credential(cipher: &Cipher, row: &ProviderRow) -> Result<Option<SecretString>, EncryptionError> {
    let Some(sealed) = &row.credential_encrypted else { return Ok(None) };
    let text = std::str::from_utf8(sealed).map_err(|_| EncryptionError::Damaged)?;
    cipher.decrypt_text(Place::new(TABLE, &row.id, CREDENTIAL), text).map(Some)
}

/// Decrypts the headers of a row, in the order of their names.
pub(crate) fn open_headers(cipher: &Cipher, row: &ProviderRow) -> Result<Vec<(String, SecretString)>, EncryptionError> {
    let Some(sealed) = &row.headers_encrypted else { return Ok(Vec::new()) };
    let text = std::str::from_utf8(sealed).map_err(|_| EncryptionError::Damaged)?;
    let plain = cipher.decrypt(Place::new(TABLE, &row.id, HEADERS), text)?;
    let map: BTreeMap<String, SecretString> = serde_json::from_slice(&plain).map_err(|_| EncryptionError::Damaged)?;
    Ok(map.into_iter().collect())
}
