//! Responses to and from the canonical model.
//!
//! The API speaks in items, not in turns: a thought, a message and each call of a tool are items of their own. What the
//! model said between two turns of the others is one turn here, and is cut into items again on the way back.

pub(crate) mod decode_answer;
pub(crate) mod decode_request;
pub(crate) mod decode_stream;
pub(crate) mod encode_answer;
pub(crate) mod encode_request;
pub(crate) mod encode_stream;

mod citations;
mod content;
mod items;
mod names;
mod output;
mod proofs;
mod shorten;
mod stops;

pub(crate) use output::{is_minted, minted_for};

#[cfg(test)]
mod tests;
