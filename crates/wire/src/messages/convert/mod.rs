//! Between Messages and the model in the middle.
//!
//! From Messages to Messages too, where a body cannot pass as it is (it carries proofs of other providers): then nothing is
//! rearranged, and what the model in the middle has no word for passes as it was written.

pub(crate) mod decode_answer;
pub(crate) mod decode_request;
pub(crate) mod decode_stream;
pub(crate) mod encode_answer;
pub(crate) mod encode_request;
pub(crate) mod encode_stream;

mod blocks;
mod carrier;
mod input;
mod words;

#[cfg(test)]
mod tests;
