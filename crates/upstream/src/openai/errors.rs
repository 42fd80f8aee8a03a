//! What OpenAI's errors mean. The first row that fits decides; without one, the status does.

use crate::failure::{FailureClass as F, Row, says, word};

pub(crate) const ROWS: &[Row] = &[
    word("context_length_exceeded", F::ContextLength),
    says(400, "maximum context length", F::ContextLength),
    word("content_policy_violation", F::ContentPolicy),
    word("content_filter", F::ContentPolicy),
    word("moderation_blocked", F::ContentPolicy),
    word("invalid_prompt", F::ContentPolicy),
    word("insufficient_quota", F::QuotaExhausted),
    word("billing_hard_limit_reached", F::QuotaExhausted),
    // Also sent as 403, when the project has no access to the model, and as 400 by Responses.
    word("model_not_found", F::ModelMissing),
    word("invalid_api_key", F::UpstreamAuth),
    word("rate_limit_exceeded", F::RateLimited { retry_after: None }),
    word("slow_down", F::Overloaded { retry_after: None }),
    word("server_is_overloaded", F::Overloaded { retry_after: None }),
    word("server_error", F::ServerError),
];
