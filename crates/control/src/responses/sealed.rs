//! Kept responses at rest. What one user's row holds does not open in another's.

use std::sync::Arc;

use thinkwatch_identity::encryption::{Cipher, EncryptionError, Place};
use thinkwatch_policy::ports::{BoundResponse, ResponseState};
use thinkwatch_store::ResponseRow;

const TABLE: &str = "responses";
const STATE: &str = "state_encrypted";

/// Neither is in an id of a user.
fn row_name(user: &str, id: &str) -> String {
    format!("{user}/{id}")
}

/// The row of a response, its state encrypted.
pub(super) fn seal(cipher: &Cipher, response: &BoundResponse) -> Result<ResponseRow, EncryptionError> {
    let row = row_name(response.user.as_str(), &response.id);
    let state = response.state.as_ref().map(|state| {
        // Where the second begins is told by its length, since JSON of clients may hold anything.
        let mut plain = Vec::with_capacity(state.len() + 8);
        plain.extend_from_slice(&(state.items.len() as u64).to_be_bytes());
        plain.extend_from_slice(state.items.as_bytes());
        plain.extend_from_slice(state.response.as_bytes());
        cipher.encrypt(Place::new(TABLE, &row, STATE), &plain).map(String::into_bytes)
    });
    let state = state.transpose()?;
    Ok(ResponseRow {
        user_id: response.user.as_str().to_owned(),
        id: response.id.to_string(),
        provider_id: response.provider.as_str().to_owned(),
        model: response.model.to_string(),
        upstream_model: response.upstream_model.to_string(),
        created_at_us: response.created_at_us,
        expires_at_us: response.expires_at_us,
        bytes: state.as_ref().map_or(0, |state| i64::try_from(state.len()).unwrap_or(i64::MAX)),
        state_encrypted: state,
    })
}

/// Reads a row.
pub(super) fn open(cipher: &Cipher, row: ResponseRow) -> Result<BoundResponse, EncryptionError> {
    let state = match &row.state_encrypted {
        None => None,
        Some(sealed) => {
            let text = std::str::from_utf8(sealed).map_err(|_| EncryptionError::Damaged)?;
            let plain = cipher.decrypt(Place::new(TABLE, &row_name(&row.user_id, &row.id), STATE), text)?;
            Some(Arc::new(parts(&plain).ok_or(EncryptionError::Damaged)?))
        }
    };
    Ok(BoundResponse {
        id: row.id.into(),
        user: row.user_id.into(),
        provider: row.provider_id.into(),
        model: row.model.into(),
        upstream_model: row.upstream_model.into(),
        created_at_us: row.created_at_us,
        expires_at_us: row.expires_at_us,
        state,
    })
}

fn parts(plain: &[u8]) -> Option<ResponseState> {
    let (length, rest) = plain.split_first_chunk::<8>()?;
    let length = usize::try_from(u64::from_be_bytes(*length)).ok()?;
    let (items, response) = rest.split_at_checked(length)?;
    let text = |bytes: &[u8]| std::str::from_utf8(bytes).ok().map(Into::into);
    Some(ResponseState { items: text(items)?, response: text(response)? })
}

#[cfg(test)]
mod tests {
    use secrecy::SecretString;

    use super::*;

    fn key(digit: &str) -> SecretString {
        digit.repeat(64).into()
    }

    fn response(state: Option<(&str, &str)>) -> BoundResponse {
        BoundResponse {
            id: "resp_1".into(),
            user: "usr_a".into(),
            provider: "prov_1".into(),
            model: "m".into(),
            upstream_model: "um".into(),
            created_at_us: 1,
            expires_at_us: 2,
            state: state
                .map(|(items, response)| Arc::new(ResponseState { items: items.into(), response: response.into() })),
        }
    }

    #[test]
    fn what_was_sealed_opens_in_its_own_row_only() {
        let (old, new) = (Cipher::new(&key("a"), None).unwrap(), Cipher::new(&key("b"), Some(&key("a"))).unwrap());
        for state in [None, Some(("[]", "{}")), Some((r#"[{"role":"user","content":"ünsagbar"}]"#, ""))] {
            let row = seal(&old, &response(state)).unwrap();
            let shown = row.state_encrypted.clone().unwrap_or_default();
            assert!(!String::from_utf8_lossy(&shown).contains("nsagbar"));
            // Also after the key was changed.
            assert_eq!(open(&new, row.clone()).unwrap().state, response(state).state);
            if state.is_none() {
                continue;
            }
            assert_eq!(row.bytes, shown.len() as i64);
            let moved = ResponseRow { user_id: "usr_b".to_owned(), ..row.clone() };
            assert_eq!(open(&old, moved).unwrap_err(), EncryptionError::Damaged);
            assert_eq!(open(&Cipher::new(&key("c"), None).unwrap(), row).unwrap_err(), EncryptionError::WrongKey);
        }
    }
}
