//! What Bedrock's errors say and mean. The first row that fits decides; without one, the status does.
//!
//! An answer tells the type in a header and the message in its body; a stream tells the type as the name of the frame, with
//! a small first letter.

use http::HeaderMap;

use crate::failure::{FailureClass as F, Row, says, word};
use crate::report::ErrorReport;

pub(crate) const ROWS: &[Row] = &[
    says(400, "too long", F::ContextLength),
    says(400, "maximum context", F::ContextLength),
    says(400, "context window", F::ContextLength),
    says(400, "exceeds the maximum number of", F::ContextLength),
    says(400, "model identifier is invalid", F::ModelMissing),
    // A model that is only there through an inference profile.
    says(400, "on-demand throughput", F::ModelMissing),
    says(400, "doesn't support the model", F::ModelMissing),
    says(400, "end of its life", F::ModelMissing),
    says(403, "access to the model", F::ModelMissing),
    word("ServiceQuotaExceededException", F::QuotaExhausted),
    word("ThrottlingException", F::RateLimited { retry_after: None }),
    // 429, although it is not our rate: the model is being loaded.
    word("ModelNotReadyException", F::Overloaded { retry_after: None }),
    word("ServiceUnavailableException", F::Overloaded { retry_after: None }),
    word("InternalServerException", F::ServerError),
    // 408 and 424.
    word("ModelTimeoutException", F::ServerError),
    word("ModelErrorException", F::ServerError),
    // Bedrock knows no stored things: what is not there is the model.
    word("ResourceNotFoundException", F::ModelMissing),
    // 400 or 403: the signature, the key or the clock is wrong.
    word("UnrecognizedClientException", F::UpstreamAuth),
    word("InvalidSignatureException", F::UpstreamAuth),
    word("IncompleteSignatureException", F::UpstreamAuth),
    word("MissingAuthenticationTokenException", F::UpstreamAuth),
    word("ExpiredTokenException", F::UpstreamAuth),
    word("AccessDeniedException", F::UpstreamAuth),
    // The names of frames.
    word("throttlingException", F::RateLimited { retry_after: None }).without_status(),
    word("serviceUnavailableException", F::Overloaded { retry_after: None }).without_status(),
    word("internalServerException", F::ServerError).without_status(),
    word("modelStreamErrorException", F::ServerError).without_status(),
    word("modelTimeoutException", F::ServerError).without_status(),
    word("validationException", F::ClientFault).without_status(),
];

/// Reads an error answer.
pub(crate) fn report(headers: &HeaderMap, body: &[u8]) -> ErrorReport {
    let mut report = ErrorReport::read(body);
    let header = headers.get("x-amzn-errortype").and_then(|value| value.to_str().ok());
    let Some(told) = thinkwatch_wire::error::aws_message(header, body) else { return report };
    if report.message.is_empty() {
        report.message = told.message;
    }
    if let Some(kind) = told.kind {
        report.kind = kind;
    }
    report
}

#[cfg(test)]
mod tests {
    use http::{HeaderValue, StatusCode};

    use super::*;
    use crate::failure::classify;

    #[test]
    fn errors_are_told_apart() {
        let rate = F::RateLimited { retry_after: None };
        let busy = F::Overloaded { retry_after: None };
        for (status, kind, body, class) in [
            (429, "ThrottlingException", r#"{"message":"Too many tokens"}"#, rate),
            (429, "ModelNotReadyException", "{}", busy),
            (503, "ServiceUnavailableException", "{}", busy),
            (408, "ModelTimeoutException", "{}", F::ServerError),
            (424, "ModelErrorException", "{}", F::ServerError),
            (
                400,
                "ValidationException:http://internal/",
                r#"{"message":"Input is too long for requested model."}"#,
                F::ContextLength,
            ),
            (400, "ValidationException", r#"{"message":"The provided model identifier is invalid."}"#, F::ModelMissing),
            (400, "ValidationException", r#"{"Message":"Malformed input request"}"#, F::ClientFault),
            (
                403,
                "AccessDeniedException",
                r#"{"message":"You don't have access to the model with the specified model ID."}"#,
                F::ModelMissing,
            ),
            (
                403,
                "",
                r#"{"__type":"a#UnrecognizedClientException","message":"The security token is invalid"}"#,
                F::UpstreamAuth,
            ),
            (403, "InvalidSignatureException", "<html>", F::UpstreamAuth),
            (404, "ResourceNotFoundException", "{}", F::ModelMissing),
            (500, "InternalServerException", "{}", F::ServerError),
        ] {
            let mut headers = HeaderMap::new();
            if !kind.is_empty() {
                headers.insert("x-amzn-errortype", HeaderValue::from_static(kind));
            }
            let report = report(&headers, body.as_bytes());
            let status = StatusCode::from_u16(status).unwrap();
            assert_eq!(classify(&[ROWS], Some(status), Some(&headers), &report), class, "{report:?}");
        }
        for (name, class) in
            [("throttlingException", rate), ("validationException", F::ClientFault), ("new", F::ServerError)]
        {
            let report = ErrorReport { kind: name.to_owned(), ..ErrorReport::default() };
            assert_eq!(classify(&[ROWS], None, None, &report), class, "{name}");
        }
        assert_eq!(report(&HeaderMap::new(), br#"{"Message":"m"}"#).message, "m");
    }
}
