//! Whatever calls itself compatible: vLLM, Ollama, llama.cpp, LiteLLM, OpenRouter, another gateway.

mod credentials;
mod endpoint;
mod errors;

use crate::kind::Kind;

pub(crate) const KIND: Kind = Kind {
    url: endpoint::url,
    models_url: endpoint::models_url,
    credentials: credentials::headers,
    errors: &[errors::ROWS, crate::openai::ERRORS, crate::anthropic::ERRORS],
};
