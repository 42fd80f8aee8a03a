//! Gemini's words to the model in the middle and back.
//!
//! The model of a call, and whether its answer is a stream, stand in the path: who decodes a request adds both.

// The gateway asks Google for events; only the tests of our own lists read one.
#[cfg(test)]
pub(crate) mod array;
pub(crate) mod decode_answer;
pub(crate) mod decode_request;
pub(crate) mod decode_stream;
pub(crate) mod encode_answer;
pub(crate) mod encode_request;
pub(crate) mod encode_stream;

mod generation;
mod ids;
mod logprobs;
mod names;
mod part;
mod partial;
mod proofs;
mod schema;
mod stop;

#[cfg(test)]
mod tests;
