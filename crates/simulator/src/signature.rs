//! Seals on thinking: a block that comes back must be one that was issued here, unchanged.
//!
//! The seal is computed, not remembered, so that a restarted simulator still knows its own.

use std::hash::{DefaultHasher, Hash, Hasher};

/// A stable number for a text: ids, seals, embeddings.
pub(crate) fn digest(text: &str) -> u64 {
    let mut hasher = DefaultHasher::new();
    text.hash(&mut hasher);
    hasher.finish()
}

/// Seals a text, as `kind.nonce.seal`.
pub(crate) fn issue(kind: &str, nonce: u64, text: &str) -> String {
    let nonce = format!("{nonce:016x}");
    let seal = digest(&format!("{kind}/{nonce}/{text}"));
    format!("{kind}.{nonce}.{seal:016x}")
}

/// Whether this seal was issued here for exactly this text.
pub(crate) fn is_ours(kind: &str, seal: &str, text: &str) -> bool {
    let mut parts = seal.split('.');
    let (Some(_), Some(nonce)) = (parts.next(), parts.next()) else { return false };
    u64::from_str_radix(nonce, 16).is_ok_and(|nonce| issue(kind, nonce, text) == seal)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_own_seals_over_unchanged_text_are_taken() {
        let seal = issue("think", 7, "so");
        assert!(is_ours("think", &seal, "so"));
        for (kind, seal, text) in [("think", seal.as_str(), "so!"), ("other", &seal, "so"), ("think", "x.7.y", "so")] {
            assert!(!is_ours(kind, seal, text), "{kind} {seal} {text}");
        }
    }
}
