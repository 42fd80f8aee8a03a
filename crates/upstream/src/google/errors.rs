//! What Google's errors say and mean. The first row that fits decides; without one, the status does.
//!
//! `error.status` is the name of a gRPC code, and broad; how long to wait stands in `error.details`, not in a header.

use std::time::Duration;

use http::HeaderMap;
use serde_json::Value;

use crate::failure::{FailureClass as F, Row, says, word};
use crate::report::ErrorReport;

pub(crate) const ROWS: &[Row] = &[
    says(400, "exceeds the maximum number of tokens", F::ContextLength),
    says(400, "api key not valid", F::UpstreamAuth),
    says(400, "api key expired", F::UpstreamAuth),
    // Where the account is, or that it has no billing: nothing the caller could mend.
    says(400, "location is not supported", F::UpstreamAuth),
    says(400, "enable billing", F::QuotaExhausted),
    // `models/x is not found for API version v1beta, or is not supported for generateContent.`
    says(404, "models/", F::ModelMissing),
    word("RESOURCE_EXHAUSTED", F::RateLimited { retry_after: None }),
    word("UNAVAILABLE", F::Overloaded { retry_after: None }),
    word("UNAUTHENTICATED", F::UpstreamAuth),
    word("PERMISSION_DENIED", F::UpstreamAuth),
    // 504: it took too long there.
    word("DEADLINE_EXCEEDED", F::ServerError),
    word("INTERNAL", F::ServerError),
    word("INVALID_ARGUMENT", F::ClientFault).without_status(),
    word("NOT_FOUND", F::NotFound).without_status(),
];

/// Reads an error answer.
pub(crate) fn report(headers: &HeaderMap, body: &[u8]) -> ErrorReport {
    let value: Value = serde_json::from_slice(body).unwrap_or_default();
    // A request for a stream may be refused with a list of one error.
    let error = value.pointer("/error").or_else(|| value.pointer("/0/error")).unwrap_or(&Value::Null);
    let mut report = match error {
        Value::Null => ErrorReport::of_answer(headers, body),
        error => ErrorReport::fields(error),
    };
    let details = error.get("details").and_then(Value::as_array).into_iter().flatten();
    report.retry_after =
        details.filter_map(|detail| detail.get("retryDelay")?.as_str()).find_map(seconds).or(report.retry_after);
    report
}

/// A protobuf duration: `34.074824224s`.
fn seconds(text: &str) -> Option<Duration> {
    Duration::try_from_secs_f64(text.strip_suffix('s')?.parse().ok()?).ok()
}

#[cfg(test)]
mod tests {
    use http::StatusCode;

    use super::*;
    use crate::failure::classify;

    #[test]
    fn errors_are_told_apart() {
        let wait = |ms| Some(Duration::from_millis(ms));
        let quota = r#"{"error":{"code":429,"message":"You exceeded your current quota","status":"RESOURCE_EXHAUSTED","details":[
            {"@type":"type.googleapis.com/google.rpc.QuotaFailure"},
            {"@type":"type.googleapis.com/google.rpc.RetryInfo","retryDelay":"34.5s"}]}}"#;
        let listed = format!("[{quota}]");
        let no_delay = quota.replace("34.5s", "soon");
        for (status, body, class) in [
            (429, quota, F::RateLimited { retry_after: wait(34_500) }),
            (429, &listed, F::RateLimited { retry_after: wait(34_500) }),
            (429, &no_delay, F::RateLimited { retry_after: None }),
            (
                503,
                r#"{"error":{"code":503,"message":"The model is overloaded.","status":"UNAVAILABLE"}}"#,
                F::Overloaded { retry_after: None },
            ),
            (
                400,
                r#"{"error":{"code":400,"message":"The input token count (2) exceeds the maximum number of tokens allowed (1).","status":"INVALID_ARGUMENT"}}"#,
                F::ContextLength,
            ),
            (
                400,
                r#"{"error":{"code":400,"message":"API key not valid. Please pass a valid API key.","status":"INVALID_ARGUMENT"}}"#,
                F::UpstreamAuth,
            ),
            (
                400,
                r#"{"error":{"code":400,"message":"User location is not supported for the API use.","status":"FAILED_PRECONDITION"}}"#,
                F::UpstreamAuth,
            ),
            (
                400,
                r#"{"error":{"code":400,"message":"Invalid JSON payload received.","status":"INVALID_ARGUMENT"}}"#,
                F::ClientFault,
            ),
            (403, r#"{"error":{"code":403,"message":"no","status":"PERMISSION_DENIED"}}"#, F::UpstreamAuth),
            (
                404,
                r#"{"error":{"code":404,"message":"models/gemini-9 is not found for API version v1beta","status":"NOT_FOUND"}}"#,
                F::ModelMissing,
            ),
            (404, r#"{"error":{"code":404,"message":"no such cache","status":"NOT_FOUND"}}"#, F::NotFound),
            (500, r#"{"error":{"code":500,"message":"x","status":"INTERNAL"}}"#, F::ServerError),
            (504, r#"{"error":{"code":504,"message":"x","status":"DEADLINE_EXCEEDED"}}"#, F::ServerError),
            (502, "<html>", F::ServerError),
        ] {
            let report = report(&HeaderMap::new(), body.as_bytes());
            let status = StatusCode::from_u16(status).unwrap();
            assert_eq!(classify(&[ROWS], Some(status), None, &report), class, "{report:?}");
        }
    }
}
