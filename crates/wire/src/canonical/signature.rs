//! Proofs that a thought is a provider's own, carried through clients of other dialects.
//!
//! A provider takes back only its own proofs, but the client in between may speak another dialect, and the next turn may go
//! to another provider. So a proof that leaves towards a client of another dialect is wrapped: `tw1.`, who made it, the id
//! of the item it is bound to, and the proof, in an alphabet that survives every field it may be carried in. What comes back
//! is unwrapped and sent to its maker only.

use std::borrow::Cow;
use std::sync::LazyLock;

use memchr::memmem::Finder;

/// Whose proof it is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Maker {
    /// Anthropic, on its own API or another's.
    Anthropic,
    /// OpenAI or Azure: an encrypted reasoning item.
    OpenAi,
    /// Google.
    Google,
}

impl Maker {
    const ALL: [Self; 3] = [Self::Anthropic, Self::OpenAi, Self::Google];

    const fn letter(self) -> char {
        match self {
            Self::Anthropic => 'a',
            Self::OpenAi => 'o',
            Self::Google => 'g',
        }
    }
}

/// A proof.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Signature {
    /// Whose it is.
    pub maker: Maker,
    /// The id of the item it is bound to (OpenAI).
    pub item_id: Option<String>,
    /// The proof as its maker wrote it.
    pub data: String,
}

const MARK: &str = "tw1.";
/// How base64 of a text that begins with [`MARK`] begins, as a JSON string: the fields of Gemini hold only base64.
const MARK_IN_BASE64: &str = "\"dHcxL";

impl Signature {
    /// A proof that is bound to nothing.
    pub fn new(maker: Maker, data: impl Into<String>) -> Self {
        Self { maker, item_id: None, data: data.into() }
    }

    /// The text that carries it through a client of another dialect: letters, digits, `.`, `-` and `_` only.
    pub fn wrap(&self) -> String {
        let mut wrapped = String::with_capacity(MARK.len() + 8 + self.data.len() * 4 / 3);
        wrapped.push_str(MARK);
        wrapped.push(self.maker.letter());
        wrapped.push('.');
        encode(self.item_id.as_deref().unwrap_or_default().as_bytes(), &mut wrapped);
        wrapped.push('.');
        encode(self.data.as_bytes(), &mut wrapped);
        wrapped
    }

    /// Reads what a client sent back: what [`Self::wrap`] wrote, or else a proof of this dialect's own maker.
    pub fn unwrap_or_own(text: &str, own: Maker) -> Self {
        Self::unwrap(text).unwrap_or_else(|| Self::new(own, text))
    }

    /// Reads what [`Self::wrap`] wrote.
    pub fn unwrap(text: &str) -> Option<Self> {
        let mut parts = text.strip_prefix(MARK)?.split('.');
        let (maker, item, data) = (parts.next()?, parts.next()?, parts.next()?);
        if parts.next().is_some() {
            return None;
        }
        let maker = Maker::ALL.into_iter().find(|one| maker.chars().eq([one.letter()]))?;
        let item_id = Some(decode(item)?).filter(|id| !id.is_empty());
        Some(Self { maker, item_id, data: decode(data)? })
    }

    /// What this dialect's field carries: the bare proof where the dialect is its maker's own, else wrapped.
    pub fn carried(&self, own: Maker) -> Cow<'_, str> {
        if self.maker == own { Cow::Borrowed(&self.data) } else { Cow::Owned(self.wrap()) }
    }
}

/// What stands where a dialect wants a proof and there is none: [`may_carry`] finds it, so that it never reaches a provider.
pub const UNSIGNED: &str = "tw1.n..";

/// Whether a body may carry a wrapped proof, which its provider would not understand.
pub fn may_carry(body: &[u8]) -> bool {
    // Asked of every call, converted or not: what searches is made once.
    static MARKS: LazyLock<[Finder<'static>; 2]> = LazyLock::new(|| [MARK, MARK_IN_BASE64].map(Finder::new));
    MARKS.iter().any(|mark| mark.find(body).is_some())
}

const ALPHABET: &[u8; 64] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_";

/// Base64 with the URL's alphabet and without padding (RFC 4648 section 5).
pub(crate) fn encode(bytes: &[u8], out: &mut String) {
    for group in bytes.chunks(3) {
        let bits = group.iter().fold(0_u32, |bits, byte| bits << 8 | u32::from(*byte)) << (8 * (3 - group.len()));
        for place in 0..=group.len() {
            out.push(char::from(ALPHABET[(bits >> (18 - 6 * place)) as usize & 63]));
        }
    }
}

/// The text of such base64.
pub(crate) fn decode(text: &str) -> Option<String> {
    let mut bytes = Vec::with_capacity(text.len() * 3 / 4);
    for group in text.as_bytes().chunks(4) {
        let mut bits = 0_u32;
        for digit in group {
            bits = bits << 6 | u32::try_from(ALPHABET.iter().position(|one| one == digit)?).ok()?;
        }
        let whole = group.len() * 6 / 8;
        bits <<= 6 * (4 - group.len());
        bytes.extend_from_slice(&bits.to_be_bytes()[1..=whole]);
        if group.len() == 1 {
            return None;
        }
    }
    String::from_utf8(bytes).ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_proof_comes_back_as_it_left() {
        for item_id in [None, Some("rs_1.x/ü".to_owned())] {
            for data in ["", "a", "ab", "abc", "EqQBCkYIAhgCKkD+/==", "a.b.c", "\u{1f980}"] {
                for maker in Maker::ALL {
                    let proof = Signature { maker, item_id: item_id.clone(), data: data.to_owned() };
                    let wrapped = proof.wrap();
                    assert!(wrapped.bytes().all(|b| b.is_ascii_alphanumeric() || b".-_".contains(&b)), "{wrapped}");
                    assert!(may_carry(wrapped.as_bytes()));
                    assert_eq!(Signature::unwrap(&wrapped), Some(proof));
                }
            }
        }
    }

    #[test]
    fn what_is_no_wrapped_proof_is_the_dialects_own() {
        for text in
            ["", "EqQB", "tw1.", "tw1.a", "tw1.a.b", "tw1.x..YQ", "tw1.a..Y", "tw1.a..YQ.YQ", "tw1.a..!!", "tw1.a..__8"]
        {
            assert_eq!(Signature::unwrap(text), None, "{text}");
            assert_eq!(Signature::unwrap_or_own(text, Maker::Google), Signature::new(Maker::Google, text));
        }
    }
}
