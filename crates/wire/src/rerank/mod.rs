//! Rerank: a query and documents in, their order out. Cohere, Jina, Voyage and vLLM agree on that much.

pub(crate) mod request;
pub(crate) mod usage;
