//! OpenAI Embeddings. Its answers are never streamed.

pub(crate) mod error;
pub(crate) mod request;
pub(crate) mod usage;
