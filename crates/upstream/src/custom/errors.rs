//! What the errors of compatible servers mean, beside those they share with OpenAI and Anthropic.

use crate::failure::{FailureClass as F, Row, says, word};

pub(crate) const ROWS: &[Row] = &[
    // llama.cpp
    word("exceed_context_size_error", F::ContextLength),
    says(400, "exceeds the available context size", F::ContextLength),
    // vLLM, SGLang and older copies of either
    says(400, "context length", F::ContextLength),
    // Ollama: `model "x" not found, try pulling it first`; vLLM: `The model `x` does not exist.`
    says(404, "try pulling it", F::ModelMissing),
    says(404, "does not exist", F::ModelMissing),
    // OpenRouter
    says(404, "no endpoints found", F::ModelMissing),
    says(400, "is not a valid model id", F::ModelMissing),
    says(403, "flagged", F::ContentPolicy),
];
