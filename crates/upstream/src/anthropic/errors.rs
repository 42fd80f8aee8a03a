//! What Anthropic's errors mean. The first row that fits decides; without one, the status does.
//!
//! `error.type` is broad (`invalid_request_error` covers a long prompt and an empty account alike), so what an
//! error says is looked at first. The types are needed where there is no status: in a stream.

use crate::failure::{FailureClass as F, Row, says, word};

pub(crate) const ROWS: &[Row] = &[
    says(400, "prompt is too long", F::ContextLength),
    says(400, "exceed context limit", F::ContextLength),
    says(400, "credit balance is too low", F::QuotaExhausted),
    says(400, "content filtering policy", F::ContentPolicy),
    says(404, "model:", F::ModelMissing),
    word("billing_error", F::QuotaExhausted),
    word("authentication_error", F::UpstreamAuth),
    word("permission_error", F::UpstreamAuth),
    word("request_too_large", F::TooLarge),
    word("rate_limit_error", F::RateLimited { retry_after: None }),
    word("overloaded_error", F::Overloaded { retry_after: None }),
    word("timeout_error", F::ServerError),
    word("api_error", F::ServerError),
    word("invalid_request_error", F::ClientFault).without_status(),
    word("not_found_error", F::NotFound).without_status(),
];
