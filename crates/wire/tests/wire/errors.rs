//! Errors: ours in every dialect, and those of upstreams.

use serde_json::{Value, json};
use thinkwatch_policy::dialect::Dialect::{self, Chat, Embeddings, Messages, Responses};
use thinkwatch_wire::error::{ApiError, ErrorKind, MAX_MESSAGE_BYTES, UpstreamMessage, encode, upstream_message};

#[test]
fn each_kind_in_each_dialect() {
    use ErrorKind::*;
    // Kind, then status, type and code for OpenAI, status and type for Anthropic.
    let cases = [
        (InvalidRequest, 400, "invalid_request_error", None, 400, "invalid_request_error"),
        (Authentication, 401, "invalid_request_error", Some("invalid_api_key"), 401, "authentication_error"),
        (PermissionDenied, 403, "permission_error", Some("permission_denied"), 403, "permission_error"),
        (NotFound, 404, "invalid_request_error", None, 404, "not_found_error"),
        (RequestTooLarge, 413, "invalid_request_error", Some("request_too_large"), 413, "request_too_large"),
        (RateLimited, 429, "rate_limit_error", Some("rate_limit_exceeded"), 429, "rate_limit_error"),
        (BudgetExhausted, 429, "insufficient_quota", Some("insufficient_quota"), 402, "billing_error"),
        (UpstreamAuth, 502, "upstream_error", Some("upstream_auth"), 502, "api_error"),
        (UpstreamError, 502, "upstream_error", Some("upstream_error"), 502, "api_error"),
        (UpstreamTimeout, 504, "upstream_error", Some("upstream_timeout"), 504, "timeout_error"),
        (UpstreamUnavailable, 503, "upstream_error", Some("upstream_unavailable"), 503, "api_error"),
        (Overloaded, 503, "server_error", Some("overloaded"), 529, "overloaded_error"),
        (Internal, 500, "server_error", Some("internal_error"), 500, "api_error"),
    ];
    assert_eq!(cases.map(|case| case.0), ErrorKind::ALL);
    for (kind, status, name, code, anthropic_status, anthropic_name) in cases {
        let error = ApiError::new(kind, "a \"b\"\n");
        for dialect in [Chat, Responses, Embeddings] {
            let (told, body) = encode(dialect, &error, "r");
            let body: Value = serde_json::from_slice(&body).unwrap();
            assert_eq!(told, status);
            assert_eq!(body, json!({"error": {"message": "a \"b\"\n", "type": name, "param": null, "code": code}}));
        }
        let (told, body) = encode(Messages, &error, "req-1");
        let body: Value = serde_json::from_slice(&body).unwrap();
        assert_eq!(told, anthropic_status);
        let inner = json!({"type": anthropic_name, "message": "a \"b\"\n"});
        assert_eq!(body, json!({"type": "error", "error": inner, "request_id": "req-1"}));
    }
    let error = ApiError::new(NotFound, "m").with_param("model").with_code("model_not_found").with_status(410);
    let (status, body) = encode(Chat, &error, "r");
    let body: Value = serde_json::from_slice(&body).unwrap();
    assert_eq!(
        (status, &body["error"]["param"], &body["error"]["code"]),
        (410, &json!("model"), &json!("model_not_found"))
    );
    // What we write, we can read.
    for dialect in Dialect::ALL {
        assert_eq!(upstream_message(&encode(dialect, &error, "r").1).unwrap().message, "m");
    }
}

#[test]
fn reads_what_upstreams_write() {
    let told = |message: &str, kind: Option<&str>, code: Option<&str>, param: Option<&str>| {
        let own = |text: Option<&str>| text.map(str::to_owned);
        Some(UpstreamMessage { message: message.into(), kind: own(kind), code: own(code), param: own(param) })
    };
    for (body, expected) in [
        (
            r#"{"error":{"message":"no","type":"t","code":"c","param":"p"}}"#,
            told("no", Some("t"), Some("c"), Some("p")),
        ),
        (
            r#"{"type":"error","error":{"type":"overloaded_error","message":"busy"},"request_id":"r"}"#,
            told("busy", Some("overloaded_error"), None, None),
        ),
        (r#"{"error":"just text"}"#, told("just text", None, None, None)),
        (
            r#"{"object":"error","message":"old vLLM","type":"BadRequestError","code":400}"#,
            told("old vLLM", Some("BadRequestError"), Some("400"), None),
        ),
        (r#"{"detail":"Not Found"}"#, told("Not Found", None, None, None)),
        (
            r#"{"detail":[{"loc":["body"],"msg":"field required","type":"x"}]}"#,
            told("field required", None, None, None),
        ),
        (
            r#"[{"error":{"code":400,"message":"google","status":"INVALID_ARGUMENT"}}]"#,
            told("google", Some("INVALID_ARGUMENT"), Some("400"), None),
        ),
        (
            r#"{"type":"response.failed","response":{"error":{"code":"c","message":"m"}}}"#,
            told("m", None, Some("c"), None),
        ),
        ("<html>502</html>", None),
        ("{}", None),
        ("[]", None),
        (r#"{"error":{}}"#, None),
        ("", None),
    ] {
        assert_eq!(upstream_message(body.as_bytes()), expected, "{body}");
    }
    let long = json!({"error": {"message": "é".repeat(5000), "code": "c".repeat(5000)}}).to_string();
    let read = upstream_message(long.as_bytes()).unwrap();
    assert_eq!((read.message.len(), read.code.unwrap().len()), (MAX_MESSAGE_BYTES, 128));
    assert_eq!(upstream_message(&[b"[".repeat(100_000)].concat()), None);
}
