//! OpenAI Embeddings, whose answers are never streamed, and vectors asked of Google in its stead and the other way round.

pub(crate) mod convert;
pub(crate) mod error;
pub(crate) mod request;
pub(crate) mod usage;

pub use convert::{Back, Converted, answer, request};
