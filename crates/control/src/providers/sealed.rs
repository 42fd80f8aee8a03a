//! A provider's secrets at rest. Each opens only in its own row and column.

use std::collections::BTreeMap;

use secrecy::{ExposeSecret, SecretString};
use thinkwatch_identity::encryption::{Cipher, EncryptionError, Place};
use thinkwatch_store::ProviderRow;

const TABLE: &str = "providers";
const CREDENTIAL: &str = "credential_encrypted";
const HEADERS: &str = "headers_encrypted";
const SECRETS: &str = "secrets_encrypted";

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
    seal(cipher, Place::new(TABLE, id, HEADERS), headers)
}

/// Encrypts what else is secret for a provider's row; none when there is none.
pub(super) fn seal_secrets(
    cipher: &Cipher,
    id: &str,
    secrets: &BTreeMap<String, SecretString>,
) -> Result<Option<Vec<u8>>, EncryptionError> {
    seal(cipher, Place::new(TABLE, id, SECRETS), secrets)
}

fn seal(
    cipher: &Cipher,
    place: Place<'_>,
    secrets: &BTreeMap<String, SecretString>,
) -> Result<Option<Vec<u8>>, EncryptionError> {
    if secrets.is_empty() {
        return Ok(None);
    }
    let plain: BTreeMap<&str, &str> =
        secrets.iter().map(|(name, value)| (name.as_str(), value.expose_secret())).collect();
    let text = serde_json::to_vec(&plain).map_err(|_| EncryptionError::Damaged)?;
    cipher.encrypt(place, &text).map(|sealed| Some(sealed.into_bytes()))
}

/// Decrypts the credential of a row.
pub(crate) fn open_credential(cipher: &Cipher, row: &ProviderRow) -> Result<Option<SecretString>, EncryptionError> {
    let Some(sealed) = &row.credential_encrypted else { return Ok(None) };
    let text = std::str::from_utf8(sealed).map_err(|_| EncryptionError::Damaged)?;
    cipher.decrypt_text(Place::new(TABLE, &row.id, CREDENTIAL), text).map(Some)
}

/// Decrypts the headers of a row, in the order of their names.
pub(crate) fn open_headers(cipher: &Cipher, row: &ProviderRow) -> Result<Vec<(String, SecretString)>, EncryptionError> {
    let map = open(cipher, Place::new(TABLE, &row.id, HEADERS), row.headers_encrypted.as_deref())?;
    Ok(map.into_iter().collect())
}

/// Decrypts what else is secret in a row, by name.
pub(crate) fn open_secrets(
    cipher: &Cipher,
    row: &ProviderRow,
) -> Result<BTreeMap<String, SecretString>, EncryptionError> {
    open(cipher, Place::new(TABLE, &row.id, SECRETS), row.secrets_encrypted.as_deref())
}

fn open(
    cipher: &Cipher,
    place: Place<'_>,
    sealed: Option<&[u8]>,
) -> Result<BTreeMap<String, SecretString>, EncryptionError> {
    let Some(sealed) = sealed else { return Ok(BTreeMap::new()) };
    let text = std::str::from_utf8(sealed).map_err(|_| EncryptionError::Damaged)?;
    serde_json::from_slice(&cipher.decrypt(place, text)?).map_err(|_| EncryptionError::Damaged)
}
