//! Converse to the model in the middle and back.

pub(crate) mod blob;
pub(crate) mod decode_answer;
pub(crate) mod decode_request;
pub(crate) mod decode_stream;
pub(crate) mod encode_answer;
pub(crate) mod encode_request;
#[cfg(test)]
pub(crate) mod encode_stream;

mod arguments;
mod family;
mod media;
mod read;
mod stop;
#[cfg(test)]
mod tests;
mod write;
