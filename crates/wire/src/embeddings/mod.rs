//! OpenAI Embeddings.

pub(crate) mod error;
pub(crate) mod request;
pub(crate) mod stream;
pub(crate) mod usage;
