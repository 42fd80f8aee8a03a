use std::io::ErrorKind;
use std::time::Duration;

use http::{HeaderMap, HeaderName, HeaderValue, StatusCode};
use thinkwatch_outbound::{AddressClass, CallError, ConnectStage};
use thinkwatch_policy::catalogue::ProviderKind::{Anthropic, Azure, Bedrock, Custom, Google, Openai};
use thinkwatch_upstream::{FailureClass, Fault, TimeoutStage};

use crate::{pools, provider};

/// Error answers as providers send them, and the name of their class.
#[tokio::test]
async fn error_answers_are_classified() {
    let openai = |kind: &str, code: &str, message: &str| {
        format!(r#"{{"error":{{"message":"{message}","type":"{kind}","param":null,"code":"{code}"}}}}"#)
    };
    let anthropic =
        |kind: &str, message: &str| format!(r#"{{"type":"error","error":{{"type":"{kind}","message":"{message}"}}}}"#);
    let bad = "invalid_request_error";
    for (kind, status, body, label) in [
        (Openai, 400, openai(bad, "", "Missing required parameter"), "client_fault"),
        (Openai, 400, openai(bad, "context_length_exceeded", "too long"), "context_length"),
        (Openai, 400, openai(bad, "", "This model's maximum context length is 8192 tokens"), "context_length"),
        (Openai, 400, openai(bad, "content_policy_violation", "no"), "content_policy"),
        (Openai, 400, openai("image_generation_user_error", "moderation_blocked", "no"), "content_policy"),
        (Openai, 400, openai(bad, "billing_hard_limit_reached", "no"), "quota_exhausted"),
        (Openai, 400, openai(bad, "model_not_found", "no"), "model_missing"),
        (Openai, 401, openai(bad, "invalid_api_key", "Incorrect API key"), "upstream_auth"),
        (Openai, 403, openai(bad, "unsupported_country_region_territory", "no"), "upstream_auth"),
        (Openai, 403, openai(bad, "model_not_found", "Project has no access"), "model_missing"),
        (Openai, 404, openai(bad, "model_not_found", "does not exist"), "model_missing"),
        (Openai, 404, openai(bad, "", "Response with id resp_1 not found."), "not_found"),
        (Openai, 408, String::new(), "server_error"),
        (Openai, 409, String::new(), "client_fault"),
        (Openai, 413, String::new(), "too_large"),
        (Openai, 415, String::new(), "client_fault"),
        (Openai, 422, String::new(), "client_fault"),
        (Openai, 429, openai("tokens", "rate_limit_exceeded", "slow"), "rate_limited"),
        (Openai, 429, openai("insufficient_quota", "insufficient_quota", "You exceeded"), "quota_exhausted"),
        (Openai, 500, openai("server_error", "", "sorry"), "server_error"),
        (Openai, 502, "<html>Bad Gateway</html>".to_owned(), "server_error"),
        (Openai, 503, openai("server_error", "slow_down", "Slow down"), "overloaded"),
        (Openai, 503, String::new(), "overloaded"),
        (Openai, 504, String::new(), "server_error"),
        (Openai, 307, String::new(), "redirect"),
        (Openai, 204, String::new(), "protocol"),
        (Anthropic, 400, anthropic(bad, "messages: roles must alternate"), "client_fault"),
        (Anthropic, 400, anthropic(bad, "prompt is too long: 210000 tokens > 200000 maximum"), "context_length"),
        (Anthropic, 400, anthropic(bad, "input length and `max_tokens` exceed context limit: 1 + 2 > 2"), "context_length"),
        (Anthropic, 400, anthropic(bad, "Your credit balance is too low to access the API"), "quota_exhausted"),
        (Anthropic, 400, anthropic(bad, "Output blocked by content filtering policy"), "content_policy"),
        (Anthropic, 401, anthropic("authentication_error", "invalid x-api-key"), "upstream_auth"),
        (Anthropic, 402, anthropic("billing_error", "no"), "quota_exhausted"),
        (Anthropic, 403, anthropic("permission_error", "no"), "upstream_auth"),
        (Anthropic, 404, anthropic("not_found_error", "model: claude-9"), "model_missing"),
        (Anthropic, 404, anthropic("not_found_error", "Not found"), "not_found"),
        (Anthropic, 413, anthropic("request_too_large", "Request exceeds the maximum size"), "too_large"),
        (Anthropic, 429, anthropic("rate_limit_error", "slow"), "rate_limited"),
        (Anthropic, 500, anthropic("api_error", "Internal server error"), "server_error"),
        (Anthropic, 529, anthropic("overloaded_error", "Overloaded"), "overloaded"),
        (Azure, 400, openai("", "content_filter", "The response was filtered"), "content_policy"),
        (Azure, 401, openai("", "401", "Access denied due to invalid subscription key"), "upstream_auth"),
        (Azure, 404, openai("", "DeploymentNotFound", "The API deployment for this resource does not exist."), "model_missing"),
        (Azure, 404, openai("", "404", "Resource not found"), "not_found"),
        (Azure, 429, openai("", "429", "Requests have exceeded call rate limit of your current tier."), "rate_limited"),
        (Google, 429, r#"{"error":{"code":429,"message":"x","status":"RESOURCE_EXHAUSTED"}}"#.to_owned(), "rate_limited"),
        (Google, 400, r#"[{"error":{"code":400,"message":"API key not valid.","status":"INVALID_ARGUMENT"}}]"#.to_owned(), "upstream_auth"),
        (Bedrock, 429, r#"{"__type":"ThrottlingException","message":"Too many tokens"}"#.to_owned(), "rate_limited"),
        (Bedrock, 400, r#"{"__type":"ServiceQuotaExceededException","message":"x"}"#.to_owned(), "quota_exhausted"),
        (Custom, 400, r#"{"object":"error","message":"This model's maximum context length is 4096 tokens","type":"BadRequestError","code":400}"#.to_owned(), "context_length"),
        (Custom, 400, r#"{"error":{"code":400,"message":"x","type":"exceed_context_size_error"}}"#.to_owned(), "context_length"),
        (Custom, 404, r#"{"error":{"message":"model 'x' not found, try pulling it first"}}"#.to_owned(), "model_missing"),
        (Custom, 404, r#"{"object":"error","message":"The model `x` does not exist.","code":404}"#.to_owned(), "model_missing"),
        (Custom, 404, r#"{"detail":"Not Found"}"#.to_owned(), "not_found"),
        (Custom, 402, r#"{"error":{"code":402,"message":"Insufficient credits"}}"#.to_owned(), "quota_exhausted"),
        (Custom, 403, r#"{"error":{"code":403,"message":"Your input was flagged"}}"#.to_owned(), "content_policy"),
        (Custom, 529, anthropic("overloaded_error", "Overloaded"), "overloaded"),
        (Custom, 429, openai("insufficient_quota", "insufficient_quota", "x"), "quota_exhausted"),
    ] {
        let upstream = pools().make(&provider(kind, "https://p.example")).unwrap();
        let class = upstream.classify(StatusCode::from_u16(status).unwrap(), &HeaderMap::new(), body.as_bytes());
        assert_eq!(class.label(), label, "{kind:?} {status} {body}");
    }
}

/// In a stream there is no status: the error's own words decide.
#[tokio::test]
async fn error_events_are_classified() {
    for (kind, data, label) in [
        (Anthropic, r#"{"type":"error","error":{"type":"overloaded_error","message":"Overloaded"}}"#, "overloaded"),
        (Anthropic, r#"{"type":"error","error":{"type":"api_error","message":"x"}}"#, "server_error"),
        (Anthropic, r#"{"type":"error","error":{"type":"invalid_request_error","message":"x"}}"#, "client_fault"),
        (Anthropic, r#"{"type":"error","error":{"type":"rate_limit_error","message":"x"}}"#, "rate_limited"),
        (
            Openai,
            r#"{"type":"response.failed","response":{"error":{"code":"server_error","message":"x"}}}"#,
            "server_error",
        ),
        (
            Openai,
            r#"{"type":"response.failed","response":{"error":{"code":"rate_limit_exceeded","message":"x"}}}"#,
            "rate_limited",
        ),
        (Openai, r#"{"type":"error","code":"context_length_exceeded","message":"x"}"#, "context_length"),
        (Openai, r#"{"error":{"message":"The server had an error","type":"server_error"}}"#, "server_error"),
        (Google, r#"{"error":{"code":503,"message":"x","status":"UNAVAILABLE"}}"#, "overloaded"),
        (Google, r#"{"error":{"code":400,"message":"x","status":"INVALID_ARGUMENT"}}"#, "client_fault"),
        (Bedrock, r#"{"error":{"type":"throttlingException","message":"x"}}"#, "rate_limited"),
        (Custom, r#"{"error":{"message":"something","code":502}}"#, "server_error"),
        (Custom, "not json", "server_error"),
    ] {
        let upstream = pools().make(&provider(kind, "https://p.example")).unwrap();
        assert_eq!(upstream.classify_event(data.as_bytes()).label(), label, "{kind:?} {data}");
    }
}

#[tokio::test]
async fn the_wait_a_provider_asks_for_is_read() {
    let upstream = pools().make(&provider(Openai, "https://p.example")).unwrap();
    for (status, headers, expected) in [
        (429, &[("retry-after", "5")][..], Some(5_000)),
        (429, &[("retry-after", "0.5")], Some(500)),
        (429, &[("retry-after", "5"), ("retry-after-ms", "250")], Some(250)),
        (503, &[("retry-after", "2")], Some(2_000)),
        (429, &[("retry-after", "-1")], None),
        (429, &[("retry-after", "1e300")], None),
        (429, &[], None),
        (400, &[("retry-after", "5")], None),
    ] {
        let map: HeaderMap =
            headers.iter().map(|(n, v)| (HeaderName::from_static(n), HeaderValue::from_static(v))).collect();
        let class = upstream.classify(StatusCode::from_u16(status).unwrap(), &map, b"");
        assert_eq!(class.retry_after(), expected.map(Duration::from_millis), "{status} {headers:?}");
    }
}

/// Google says how long to wait in the body; a header, where there is one, is nearer to the truth.
#[tokio::test]
async fn the_wait_google_asks_for_is_in_the_body() {
    let upstream = pools().make(&provider(Google, "https://p.example")).unwrap();
    let body = r#"{"error":{"code":429,"status":"RESOURCE_EXHAUSTED","details":[{"retryDelay":"2.5s"}]}}"#;
    let mut headers = HeaderMap::new();
    let wait =
        |headers: &HeaderMap| upstream.classify(StatusCode::TOO_MANY_REQUESTS, headers, body.as_bytes()).retry_after();
    assert_eq!(wait(&headers), Some(Duration::from_millis(2_500)));
    headers.insert("retry-after", HeaderValue::from_static("1"));
    assert_eq!(wait(&headers), Some(Duration::from_secs(1)));
}

/// The whole table: name, whether the next route is tried, whose fault it is.
#[test]
fn what_follows_from_each_class() {
    use Fault::{Caller, Upstream};
    for (class, label, next, fault) in [
        (FailureClass::ClientFault, "client_fault", false, Caller),
        (FailureClass::TooLarge, "too_large", false, Caller),
        (FailureClass::ContextLength, "context_length", false, Caller),
        (FailureClass::ContentPolicy, "content_policy", false, Caller),
        (FailureClass::NotFound, "not_found", false, Caller),
        (FailureClass::ModelMissing, "model_missing", true, Upstream),
        (FailureClass::UpstreamAuth, "upstream_auth", true, Upstream),
        (FailureClass::QuotaExhausted, "quota_exhausted", true, Upstream),
        (FailureClass::RateLimited { retry_after: None }, "rate_limited", true, Upstream),
        (FailureClass::Overloaded { retry_after: None }, "overloaded", true, Upstream),
        (FailureClass::ServerError, "server_error", true, Upstream),
        (FailureClass::Redirect, "redirect", true, Upstream),
        (FailureClass::Timeout(TimeoutStage::Connect), "connect_timeout", true, Upstream),
        (FailureClass::Timeout(TimeoutStage::FirstByte), "first_byte_timeout", true, Upstream),
        (FailureClass::Timeout(TimeoutStage::Idle), "idle_timeout", true, Upstream),
        (FailureClass::Timeout(TimeoutStage::Total), "total_timeout", false, Upstream),
        (FailureClass::Dns, "dns", true, Upstream),
        (FailureClass::Connect, "connect", true, Upstream),
        (FailureClass::Proxy, "proxy", true, Upstream),
        (FailureClass::Tls, "tls", true, Upstream),
        (FailureClass::PrivateAddress, "private_address", true, Upstream),
        (FailureClass::Reset, "reset", true, Upstream),
        (FailureClass::Broken, "broken", true, Upstream),
        (FailureClass::Protocol, "protocol", true, Upstream),
        (FailureClass::Unsendable, "unsendable", true, Upstream),
        (FailureClass::Unconvertible, "unconvertible", true, Caller),
    ] {
        assert_eq!((class.label(), class.try_next_route(), class.fault()), (label, next, fault));
    }
}

#[test]
fn calls_without_an_answer_are_classified() {
    let (host, reason) = (|| "h:1".to_owned(), || "r".to_owned());
    let address = "127.0.0.1".parse().unwrap();
    for (error, label) in [
        (CallError::Refused { host: host(), address, class: AddressClass::Loopback }, "private_address"),
        (CallError::Dns { host: host(), reason: reason() }, "dns"),
        (CallError::Connect { host: host(), kind: ErrorKind::ConnectionRefused }, "connect"),
        (CallError::ConnectTimeout { host: host(), stage: ConnectStage::Tcp }, "connect_timeout"),
        (CallError::Proxy { host: host(), reason: reason() }, "proxy"),
        (CallError::Tls { host: host(), reason: reason() }, "tls"),
        (CallError::BeforeHeaders { reason: reason() }, "reset"),
        (CallError::NotSent, "reset"),
        (CallError::Http { reason: reason() }, "protocol"),
        (CallError::Invalid { reason: reason() }, "unsendable"),
    ] {
        assert_eq!(FailureClass::of_call(&error).label(), label, "{error}");
    }
}
