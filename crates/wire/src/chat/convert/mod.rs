//! Chat Completions to and from the model in the middle.

mod annotations;
mod calls;
mod content;
pub(crate) mod decode_answer;
pub(crate) mod decode_request;
pub(crate) mod decode_stream;
pub(crate) mod encode_answer;
pub(crate) mod encode_request;
pub(crate) mod encode_stream;
mod finish;
mod reading;
mod said;
mod thinking;

#[cfg(test)]
mod tests;
