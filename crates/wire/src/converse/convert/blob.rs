//! Blobs, which AWS writes into JSON as base64 (RFC 4648 section 4), padded.
//!
//! Hidden thoughts travel as blobs. Claude's are handed on as the text they have in JSON; the proof of another maker, which
//! a round trip through this dialect has to carry, is text that becomes a blob.

use std::borrow::Cow;

use crate::canonical::{Maker, Signature};

const ALPHABET: &[u8; 64] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";

/// Whether the text is the base64 of something.
pub(super) fn is_base64(text: &str) -> bool {
    let digits = text.trim_end_matches('=');
    !text.is_empty()
        && text.len().is_multiple_of(4)
        && text.len() - digits.len() <= 2
        && digits.bytes().all(|byte| byte.is_ascii_alphanumeric() || matches!(byte, b'+' | b'/'))
}

/// What a hidden thought's blob carries.
pub(super) fn of_proof(proof: &Signature) -> Cow<'_, str> {
    match proof.carried(Maker::Anthropic) {
        Cow::Borrowed(bare) if is_base64(bare) => Cow::Borrowed(bare),
        text => Cow::Owned(encode(text.as_bytes())),
    }
}

/// Reads such a blob.
pub(super) fn proof(blob: &str) -> Signature {
    let wrapped = decode(blob).and_then(|bytes| Signature::unwrap(&String::from_utf8(bytes).ok()?));
    wrapped.unwrap_or_else(|| Signature::new(Maker::Anthropic, blob))
}

/// Any bytes in base64.
pub(crate) fn encode(bytes: &[u8]) -> String {
    let mut out = String::with_capacity(bytes.len().div_ceil(3) * 4);
    for group in bytes.chunks(3) {
        let bits = group.iter().fold(0_u32, |bits, byte| bits << 8 | u32::from(*byte)) << (8 * (3 - group.len()));
        for place in 0..4 {
            let digit = ALPHABET[(bits >> (18 - 6 * place)) as usize & 63];
            out.push(if place <= group.len() { char::from(digit) } else { '=' });
        }
    }
    out
}

fn decode(text: &str) -> Option<Vec<u8>> {
    if !is_base64(text) {
        return None;
    }
    let mut bytes = Vec::with_capacity(text.len() / 4 * 3);
    for group in text.trim_end_matches('=').as_bytes().chunks(4) {
        let mut bits = 0_u32;
        for digit in group {
            bits = bits << 6 | u32::try_from(ALPHABET.iter().position(|one| one == digit)?).ok()?;
        }
        bits <<= 6 * (4 - group.len());
        let whole = group.len() * 6 / 8;
        bytes.extend(bits.to_be_bytes().into_iter().skip(1).take(whole));
    }
    Some(bytes)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn blobs_are_base64() {
        for (plain, text) in [("", ""), ("f", "Zg=="), ("fo", "Zm8="), ("foo", "Zm9v"), ("foob", "Zm9vYg==")] {
            assert_eq!(encode(plain.as_bytes()), text);
            assert_eq!(decode(text).unwrap_or_default(), plain.as_bytes());
        }
        for bad in ["", "Zg", "Z===", "====", "Zg==Zg==", "Zm9_", "é==="] {
            assert!(!is_base64(bad), "{bad}");
        }
    }

    #[test]
    fn hidden_thoughts_come_back() {
        let foreign = Signature { maker: Maker::OpenAi, item_id: Some("rs_1".to_owned()), data: "gAAA".to_owned() };
        for mine in [Signature::new(Maker::Anthropic, "EqQB"), foreign] {
            let blob = of_proof(&mine).into_owned();
            assert!(is_base64(&blob));
            assert_eq!(proof(&blob), mine);
        }
    }
}
