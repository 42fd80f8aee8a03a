//! Passwords: what they must contain, and their Argon2id hashes. These functions block for tens of milliseconds and
//! take 19 MiB each: call them off the async threads, and only a few at once.

use argon2::password_hash::phc::PasswordHash;
use argon2::password_hash::{PasswordHasher, PasswordVerifier};
use argon2::{Algorithm, Argon2, Params, Version};
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD_NO_PAD;

use crate::random::{self, RandomError};

/// KiB of memory: 19 MiB.
const MEMORY_KIB: u32 = 19 * 1024;
const PASSES: u32 = 2;
const LANES: u32 = 1;

/// Fewest characters.
pub const MIN_CHARS: usize = 8;

/// Most bytes: hashing costs time with length, and nobody types this much.
pub const MAX_BYTES: usize = 1024;

/// Why a password was not taken or a hash could not be made.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum PasswordError {
    /// The rule is not met; says what is missing.
    #[error("password needs {}", .0.join(", "))]
    TooSimple(Vec<&'static str>),
    /// Longer than [`MAX_BYTES`].
    #[error("password is longer than {MAX_BYTES} bytes")]
    TooLong,
    /// No salt.
    #[error(transparent)]
    Random(#[from] RandomError),
    /// The hash function failed, which means that memory could not be had.
    #[error("password could not be hashed")]
    Hashing,
    /// What is stored is not a hash that this version knows.
    #[error("stored password hash is not readable")]
    Unreadable,
}

/// Checks the rule: 8 characters or more with an upper-case letter, a lower-case letter and a digit.
pub fn check_complexity(password: &str) -> Result<(), PasswordError> {
    if password.len() > MAX_BYTES {
        return Err(PasswordError::TooLong);
    }
    let wanted = [
        (password.chars().count() >= MIN_CHARS, "at least 8 characters"),
        (password.chars().any(char::is_uppercase), "an upper-case letter"),
        (password.chars().any(char::is_lowercase), "a lower-case letter"),
        (password.chars().any(|c| c.is_ascii_digit()), "a digit"),
    ];
    let missing: Vec<_> = wanted.into_iter().filter(|(there, _)| !there).map(|(_, what)| what).collect();
    if missing.is_empty() { Ok(()) } else { Err(PasswordError::TooSimple(missing)) }
}

/// Hashes and verifies. Make one at start: it holds the hash that unknown users are compared with.
pub struct Passwords {
    argon2: Argon2<'static>,
    dummy: String,
}

impl Passwords {
    /// Prepares the parameters and the dummy hash, which is the hash of nothing: random bytes in the right form cost as
    /// much to compare with, and nothing (time, 19 MiB) to make at start.
    pub fn new() -> Result<Self, PasswordError> {
        let params = Params::new(MEMORY_KIB, PASSES, LANES, None).map_err(|_| PasswordError::Hashing)?;
        let argon2 = Argon2::new(Algorithm::Argon2id, Version::V0x13, params);
        let salt = STANDARD_NO_PAD.encode(random::bytes::<16>()?);
        let digest = STANDARD_NO_PAD.encode(random::bytes::<32>()?);
        let dummy = format!("$argon2id$v=19$m={MEMORY_KIB},t={PASSES},p={LANES}${salt}${digest}");
        Ok(Self { argon2, dummy })
    }

    /// Hashes a new password into a PHC string. Does not check the rule: call [`check_complexity`] first.
    pub fn hash(&self, password: &str) -> Result<String, PasswordError> {
        if password.len() > MAX_BYTES {
            return Err(PasswordError::TooLong);
        }
        hash_with(&self.argon2, password)
    }

    /// Whether the password is right. Without a stored hash (unknown user, no password set) the answer is no, at the
    /// same cost, so that the time taken does not tell whether an account exists.
    pub fn verify(&self, stored: Option<&str>, presented: &str) -> Result<bool, PasswordError> {
        let presented = if presented.len() > MAX_BYTES { "" } else { presented };
        let parsed = PasswordHash::new(stored.unwrap_or(&self.dummy)).map_err(|_| PasswordError::Unreadable)?;
        match self.argon2.verify_password(presented.as_bytes(), &parsed) {
            Ok(()) => Ok(stored.is_some()),
            Err(argon2::password_hash::Error::PasswordInvalid) => Ok(false),
            Err(_) => Err(PasswordError::Unreadable),
        }
    }

    /// Whether a stored hash was made with other parameters and should be replaced at the next sign-in.
    pub fn is_outdated(&self, stored: &str) -> bool {
        !stored.starts_with(&format!("$argon2id$v=19$m={MEMORY_KIB},t={PASSES},p={LANES}$"))
    }
}

fn hash_with(argon2: &Argon2<'_>, password: &str) -> Result<String, PasswordError> {
    let salt = random::bytes::<16>()?;
    let hash: PasswordHash =
        argon2.hash_password_with_salt(password.as_bytes(), &salt).map_err(|_| PasswordError::Hashing)?;
    Ok(hash.to_string())
}

impl std::fmt::Debug for Passwords {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Passwords").finish_non_exhaustive()
    }
}

#[cfg(test)]
mod tests {
    use std::time::Instant;

    use super::*;

    #[test]
    fn the_rule_names_everything_that_is_missing() {
        let check = |password: &str, expected: &str| {
            let error = check_complexity(password).map_err(|e| e.to_string());
            assert_eq!(error.err().unwrap_or_default(), expected, "{password}");
        };
        check("Abcdefg1", "");
        check("Über12345", "");
        check("Äé€漢字字字1", "");
        check("", "password needs at least 8 characters, an upper-case letter, a lower-case letter, a digit");
        check("Abcdef1", "password needs at least 8 characters");
        check("abcdefg1", "password needs an upper-case letter");
        check("ABCDEFG1", "password needs a lower-case letter");
        check("Abcdefgh", "password needs a digit");
        check(&"Ab1".repeat(400), "password is longer than 1024 bytes");
    }

    #[test]
    fn hashes_verify_and_have_the_documented_parameters() {
        let passwords = Passwords::new().expect("memory");
        let hash = passwords.hash("Correct1Horse").expect("hash");
        assert!(hash.starts_with("$argon2id$v=19$m=19456,t=2,p=1$"), "{hash}");
        assert_ne!(passwords.hash("Correct1Horse").expect("hash"), hash, "salted");
        assert!(!passwords.is_outdated(&hash));
        assert!(passwords.is_outdated("$argon2id$v=19$m=4096,t=3,p=1$c29tZXNhbHQ$aGFzaA"));
        for (stored, presented, expected) in [
            (Some(hash.as_str()), "Correct1Horse", Ok(true)),
            (Some(&hash), "correct1horse", Ok(false)),
            (Some(&hash), "", Ok(false)),
            (None, "Correct1Horse", Ok(false)),
            (Some("plain text"), "plain text", Err(PasswordError::Unreadable)),
            (Some(""), "", Err(PasswordError::Unreadable)),
        ] {
            assert_eq!(passwords.verify(stored, presented), expected, "{presented}");
        }
        let long = "A1b".repeat(500);
        assert_eq!(passwords.hash(&long), Err(PasswordError::TooLong));
        assert_eq!(passwords.verify(Some(&hash), &long), Ok(false));
    }

    #[test]
    fn unknown_users_cost_the_same() {
        let passwords = Passwords::new().expect("memory");
        let hash = passwords.hash("Correct1Horse").expect("hash");
        let fastest = |stored: Option<&str>| {
            let run = || {
                let start = Instant::now();
                assert_eq!(passwords.verify(stored, "Wrong1Horse"), Ok(false));
                start.elapsed()
            };
            (0..5).map(|_| run()).min().unwrap_or_default()
        };
        let (known, unknown) = (fastest(Some(&hash)), fastest(None));
        // Wide bounds: only a missing hash (microseconds) must be told from a present one (milliseconds).
        assert!(unknown * 4 > known && known * 4 > unknown, "{known:?} {unknown:?}");
    }
}
