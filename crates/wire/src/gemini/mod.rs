//! Google Gemini: `generateContent`, its stream, token counting and embeddings.
//!
//! The model stands in the path, the way of the answer too; names may be written in camelCase or in snake_case, and
//! nothing but the end of the body ends a stream.

pub(crate) mod convert;
pub(crate) mod error;
pub(crate) mod features;
pub(crate) mod request;
pub(crate) mod stream;
pub(crate) mod usage;
