//! Whether a secret that an operator chose can be guessed.

use std::collections::HashMap;

/// Fewest characters of `JWT_SECRET`.
pub const MIN_CHARS: usize = 32;

/// Least estimated entropy of the whole secret, in bits. 32 random hexadecimal digits have about 115 by this
/// estimate, a sentence of 32 letters about 110; `abcabcabc…` and `passwordpassword…` far less.
const MIN_BITS: f64 = 80.0;

/// Why a secret is refused. Never contains the secret.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum WeakSecret {
    /// Too short.
    #[error("has fewer than {MIN_CHARS} characters")]
    Short,
    /// From documentation or an example file.
    #[error("is a sample value, known to everyone")]
    Sample,
    /// Repeats, counts up, or uses few characters.
    #[error("is too easy to guess (repeated or few different characters)")]
    Guessable,
}

/// What sample values contain, in lower case and without separators.
const SAMPLES: &[&str] = &[
    "changeme",
    "changethis",
    "replaceme",
    "replacethis",
    "replacewith",
    "yoursecret",
    "yourjwtsecret",
    "mysecret",
    "supersecret",
    "topsecret",
    "secretkey",
    "jwtsecret",
    "generatea",
    "generatewith",
    "opensslrand",
    "insertyour",
    "putyour",
    "placeholder",
    "example",
    "sample",
    "default",
    "insecure",
    "notsecure",
    "donotuse",
    "development",
    "devsecret",
    "testsecret",
    "password",
    "letmein",
    "qwerty",
    "thinkwatch",
    "watchgrid",
    "32characters",
    "64char",
    "atleast32",
];

/// Hexadecimal values that look random and stand in thousands of example files.
const SAMPLE_BEGINNINGS: &[&str] = &[
    "0123456789abcdef",
    "00112233445566778899aabbccddeeff",
    "deadbeef",
    "cafebabe",
    "abcdefghijklmnopqrstuvwxyz",
    "1234567890",
    "000102030405060708090a0b0c0d0e0f",
];

/// Checks `JWT_SECRET`.
pub fn check_jwt_secret(secret: &str) -> Result<(), WeakSecret> {
    let plain: String = secret.chars().filter(|c| c.is_alphanumeric()).flat_map(char::to_lowercase).collect();
    // First, since it tells the reader more than "too short" does.
    if SAMPLES.iter().any(|sample| plain.contains(sample)) || SAMPLE_BEGINNINGS.iter().any(|s| plain.starts_with(s)) {
        return Err(WeakSecret::Sample);
    }
    if secret.chars().count() < MIN_CHARS {
        return Err(WeakSecret::Short);
    }
    check_guessable(secret)
}

/// Checks the 64 hexadecimal digits of `ENCRYPTION_KEY` for the same faults. The form is checked elsewhere.
pub fn check_encryption_key(hex: &str) -> Result<(), WeakSecret> {
    let plain = hex.to_ascii_lowercase();
    if SAMPLE_BEGINNINGS.iter().any(|sample| plain.starts_with(sample)) {
        return Err(WeakSecret::Sample);
    }
    check_guessable(&plain)
}

fn check_guessable(secret: &str) -> Result<(), WeakSecret> {
    if is_repetition(secret) || estimated_bits(secret) < MIN_BITS { Err(WeakSecret::Guessable) } else { Ok(()) }
}

/// Whether it is one piece of at most half its length, again and again.
fn is_repetition(secret: &str) -> bool {
    let chars: Vec<char> = secret.chars().collect();
    (1..=chars.len() / 2).any(|period| chars[period..].iter().zip(&chars).all(|(a, b)| a == b))
}

/// Shannon's estimate over the characters and over the steps between neighbours, whichever is less: steps betray
/// runs such as `aaaa`, `1234` and `acegi`, which the characters alone do not.
pub fn estimated_bits(secret: &str) -> f64 {
    let codes: Vec<i64> = secret.chars().map(|c| i64::from(u32::from(c))).collect();
    let steps = codes.windows(2).map(|pair| pair[1] - pair[0]);
    shannon_bits(codes.iter().copied()).min(shannon_bits(steps))
}

#[expect(clippy::cast_precision_loss, reason = "lengths of secrets are small")]
fn shannon_bits(symbols: impl Iterator<Item = i64>) -> f64 {
    let mut counts: HashMap<i64, u32> = HashMap::new();
    let mut total = 0_usize;
    for symbol in symbols {
        *counts.entry(symbol).or_default() += 1;
        total += 1;
    }
    let total = total as f64;
    counts.values().map(|count| f64::from(*count) * (total / f64::from(*count)).log2()).sum()
}

#[cfg(test)]
mod tests;
