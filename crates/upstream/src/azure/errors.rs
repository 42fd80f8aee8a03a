//! What Azure's errors mean, beside those it shares with OpenAI.

use crate::failure::{FailureClass as F, Row, says, word};

pub(crate) const ROWS: &[Row] = &[
    word("DeploymentNotFound", F::ModelMissing),
    word("OperationNotSupported", F::ModelMissing),
    word("ResponsibleAIPolicyViolation", F::ContentPolicy),
    says(400, "content management policy", F::ContentPolicy),
    // The code of most errors is the status; the words are in the message.
    says(429, "exceeded call rate limit", F::RateLimited { retry_after: None }),
    says(429, "exceeded token rate limit", F::RateLimited { retry_after: None }),
    word("NoCapacity", F::Overloaded { retry_after: None }),
    word("InternalServerError", F::ServerError),
];
