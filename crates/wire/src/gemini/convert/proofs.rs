//! Proofs in `thoughtSignature`, which holds base64 and nothing else: Google's libraries decode it and encode it anew.
//! So proofs of others travel in a second coat, and Google's own may come back in the other of the two alphabets.
//!
//! Some clients (Gemini CLI) keep of an answer its words and its calls, each call with what its `thoughtSignature` holds,
//! but none of its thoughts. Other providers want the thoughts that led to a call back beside it, so the call carries
//! them whole.

use std::borrow::Cow;

use crate::canonical::{Maker, Signature, Thinking, signature};

/// Google's word for a call that another model made, in place of the proof its newer models demand of their own calls.
/// Clients write it, too.
pub(super) const NO_PROOF: &str = "skip_thought_signature_validator";

/// Ends a proof that stands for a thought which its provider hides.
const REDACTED: char = '!';
/// Stands between a proof and the words of its thought, in base64, where a call carries them.
const WORDS: char = '~';
/// Stands between thoughts.
const NEXT: char = ' ';

/// What a `thoughtSignature` turned out to hold.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Proof {
    /// The proof of its part; whether that stands for a hidden thought.
    OfPart(Signature, bool),
    /// The thoughts that led to a call.
    OfThoughts(Vec<Thinking>),
    /// Only that there is none.
    None,
}

/// What `thoughtSignature` carries towards a client.
pub(super) fn carried(proof: &Signature, redacted: bool) -> Cow<'_, str> {
    if proof.maker == Maker::Google && proof.item_id.is_none() && !redacted {
        return Cow::Borrowed(&proof.data);
    }
    Cow::Owned(coat(&wrapped(proof, redacted)))
}

/// What a call carries: the thoughts of another provider's that led to it. None: there are none with a proof.
pub(super) fn carried_by_call(thoughts: &[Thinking]) -> Option<String> {
    let mut all = String::new();
    for thought in thoughts {
        let Some(proof) = thought.signature.as_ref().filter(|proof| proof.maker != Maker::Google) else { continue };
        if !all.is_empty() {
            all.push(NEXT);
        }
        all.push_str(&wrapped(proof, thought.redacted));
        all.push(WORDS);
        signature::encode(thought.text.as_bytes(), &mut all);
    }
    (!all.is_empty()).then(|| coat(&all))
}

fn wrapped(proof: &Signature, redacted: bool) -> String {
    let mut wrapped = proof.wrap();
    if redacted {
        wrapped.push(REDACTED);
    }
    wrapped
}

fn coat(wrapped: &str) -> String {
    let mut coat = String::with_capacity(wrapped.len() * 4 / 3 + 4);
    signature::encode(wrapped.as_bytes(), &mut coat);
    while !coat.len().is_multiple_of(4) {
        coat.push('=');
    }
    coat
}

/// Reads it.
pub(super) fn read(text: &str) -> Proof {
    match text {
        "" | NO_PROOF | "context_engineering_is_the_way_to_go" => Proof::None,
        text => read_coat(text).unwrap_or_else(|| Proof::OfPart(Signature::new(Maker::Google, text), false)),
    }
}

fn read_coat(text: &str) -> Option<Proof> {
    // How base64 of `tw1.` begins.
    if !text.starts_with("dHcxL") {
        return None;
    }
    let coat: String = text
        .trim_end_matches('=')
        .chars()
        .map(|digit| match digit {
            '+' => '-',
            '/' => '_',
            digit => digit,
        })
        .collect();
    let inside = signature::decode(&coat)?;
    if !inside.contains(WORDS) {
        let (proof, redacted) = unwrapped(&inside)?;
        return Some(Proof::OfPart(proof, redacted));
    }
    let thoughts = inside.split(NEXT).map(|one| {
        let (proof, words) = one.split_once(WORDS)?;
        let (proof, redacted) = unwrapped(proof)?;
        Some(Thinking { text: signature::decode(words)?, signature: Some(proof), redacted })
    });
    thoughts.collect::<Option<_>>().map(Proof::OfThoughts)
}

fn unwrapped(text: &str) -> Option<(Signature, bool)> {
    let (text, redacted) = match text.strip_suffix(REDACTED) {
        Some(rest) => (rest, true),
        None => (text, false),
    };
    Some((Signature::unwrap(text)?, redacted))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn proofs_survive_libraries_that_decode_base64() {
        for maker in [Maker::Anthropic, Maker::OpenAi, Maker::Google] {
            for data in ["x", "EqQB+/==", "a>?"] {
                for (item_id, redacted) in [(None, false), (Some("rs_1".to_owned()), false), (None, true)] {
                    let proof = Signature { maker, item_id, data: data.to_owned() };
                    let carried = carried(&proof, redacted).into_owned();
                    assert_eq!(read(&carried), Proof::OfPart(proof.clone(), redacted));
                    if redacted || maker != Maker::Google {
                        assert_eq!(read(carried.trim_end_matches('=')), read(&carried));
                    }
                    if maker != Maker::Google {
                        assert!(signature::may_carry(format!("{{\"thoughtSignature\":\"{carried}\"}}").as_bytes()));
                        let standard = carried.replace('-', "+").replace('_', "/");
                        assert_eq!(read(&standard), Proof::OfPart(proof, redacted));
                    }
                }
            }
        }
        assert_eq!(read("dHcxLg=="), Proof::OfPart(Signature::new(Maker::Google, "dHcxLg=="), false));
        assert_eq!(read(NO_PROOF), Proof::None);
    }

    #[test]
    fn a_call_carries_the_thoughts_that_led_to_it() {
        let of = |maker, text: &str, redacted| Thinking {
            text: text.to_owned(),
            signature: Some(Signature::new(maker, "EqQB+/==")),
            redacted,
        };
        let foreign = vec![of(Maker::Anthropic, "é ~!", false), of(Maker::OpenAi, "", true)];
        let mut all = foreign.clone();
        all.push(of(Maker::Google, "own", false));
        all.push(Thinking { text: "bare".to_owned(), ..Thinking::default() });
        let carried = carried_by_call(&all).unwrap();
        assert_eq!(read(&carried), Proof::OfThoughts(foreign));
        assert!(carried.bytes().all(|byte| byte.is_ascii_alphanumeric() || b"-_=".contains(&byte)));
        assert_eq!(carried_by_call(&all[2..]), None);
    }
}
