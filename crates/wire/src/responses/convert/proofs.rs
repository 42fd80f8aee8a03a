//! Proofs of thoughts in `encrypted_content`, the one field that carries any.
//!
//! OpenAI's own stand there bare, bound to the item's id. Other makers' are wrapped, and what OpenAI has no place for is
//! said where a wrapped proof names the thing it is bound to: that the thought is hidden, or that the proof belongs to the
//! words or to the call before it (Gemini), whose items have no field for one. Such a proof travels in a reasoning item
//! without words, right after the item it belongs to.

use crate::canonical::{Maker, Signature};

const HIDDEN: &str = "hidden";
const WORDS: &str = "words";
const CALL: &str = "call:";

/// What a proof belongs to.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Of {
    /// The thought in the same item.
    Thought,
    /// A thought that the provider hides.
    HiddenThought,
    /// The words before.
    Words,
    /// The call with this id before.
    Call(String),
}

/// What `encrypted_content` of the item with this id carries.
pub(super) fn carry(signature: &Signature, of: &Of, item_id: &str) -> String {
    let mark = match of {
        Of::Thought => {
            let bound_here = signature.item_id.as_deref().is_none_or(|id| id == item_id);
            return if signature.maker == Maker::OpenAi && bound_here {
                signature.data.clone()
            } else {
                signature.wrap()
            };
        }
        Of::HiddenThought => HIDDEN.to_owned(),
        Of::Words => WORDS.to_owned(),
        Of::Call(id) => format!("{CALL}{id}"),
    };
    Signature { item_id: Some(mark), ..signature.clone() }.wrap()
}

/// Reads what [`carry`] wrote, or a proof of OpenAI's own.
pub(super) fn read(text: &str, item_id: Option<String>) -> (Of, Signature) {
    let Some(mut signature) = Signature::unwrap(text) else {
        return (Of::Thought, Signature { maker: Maker::OpenAi, item_id, data: text.to_owned() });
    };
    let of = match signature.item_id.as_deref() {
        Some(HIDDEN) => Of::HiddenThought,
        Some(WORDS) => Of::Words,
        Some(mark) if mark.starts_with(CALL) => Of::Call(mark[CALL.len()..].to_owned()),
        _ => return (Of::Thought, signature),
    };
    signature.item_id = None;
    (of, signature)
}
