//! Gemini on its way through: what is read of bodies whose model is in the path, and what is learnt of its streams.

use bytes::Bytes;
use serde_json::{Value, json};
use thinkwatch_policy::dialect::Dialect::Gemini;
use thinkwatch_policy::dialect::Endpoint::{
    self, BatchEmbedContents, EmbedContent, GeminiCountTokens, GenerateContent, StreamGenerateContent,
};
use thinkwatch_policy::usage::Usage;
use thinkwatch_wire::error::{ApiError, ErrorKind, encode};
use thinkwatch_wire::request::{BadRequest, peek};
use thinkwatch_wire::splice::patch;
use thinkwatch_wire::stream::{End, Failure, Relay};
use thinkwatch_wire::usage::{of_answer, of_tail};

const STREAM: &str = include_str!("samples/gemini.sse");

#[test]
fn endpoints_are_found_by_what_follows_the_model() {
    for endpoint in [GenerateContent, StreamGenerateContent, GeminiCountTokens, EmbedContent, BatchEmbedContents] {
        assert_eq!(Endpoint::after_model(endpoint.path()), Some(endpoint));
        assert!(endpoint.has_model_in_path());
    }
    assert_eq!(Endpoint::after_model("/messages"), None);
    assert_eq!(StreamGenerateContent.streams(), Some(true));
}

#[test]
fn reads_what_is_asked() {
    let body = r#" {"contents":[{"parts":[{"text":"hi"}]}],"generation_config":{"max_output_tokens":"7","x":{"maxOutputTokens":1}},
        "labels":{"a":"b"},"store":false,"model":"models/old"} "#;
    let seen = peek(StreamGenerateContent, body.as_bytes(), 8).unwrap().with_model("gemini-3-pro").unwrap();
    assert_eq!(
        (seen.model.as_str(), seen.stream, seen.max_tokens, seen.store),
        ("gemini-3-pro", true, Some(7), Some(false))
    );
    assert_eq!(&body[seen.metadata.clone().unwrap()], r#"{"a":"b"}"#);
    assert_eq!(&body[seen.object_end..], "} ");
    let sent = patch(&Bytes::copy_from_slice(body.as_bytes()), &seen, "up", false).into_bytes();
    assert_eq!(sent, body.replace("models/old", "models/up"));
    assert!(peek(GenerateContent, body.as_bytes(), 8).unwrap().with_model("a\nb").is_err());
    assert!(!peek(GenerateContent, body.as_bytes(), 8).unwrap().stream);
}

#[test]
fn the_model_is_renamed_wherever_it_is_repeated() {
    let cases = [
        (
            BatchEmbedContents,
            r#"{"requests": [ {"model":"models/a","content":{}}, {"content":{"model":"x"}},{"model":"models/b"}]}"#,
            r#"{"requests": [ {"model":"models/up","content":{}}, {"content":{"model":"x"}},{"model":"models/up"}]}"#,
        ),
        (EmbedContent, r#"{"content":{},"model":"m"}"#, r#"{"content":{},"model":"models/up"}"#),
        (
            GeminiCountTokens,
            r#"{"generateContentRequest":{"mod\u0065l":"m","contents":[1]}}"#,
            r#"{"generateContentRequest":{"mod\u0065l":"models/up","contents":[1]}}"#,
        ),
        (GenerateContent, r#"{"contents":[1]}"#, r#"{"contents":[1]}"#),
    ];
    for (endpoint, body, expected) in cases {
        let seen = peek(endpoint, body.as_bytes(), 16).unwrap().with_model("m").unwrap();
        let sent = patch(&Bytes::from_static(body.as_bytes()), &seen, "up", false).into_bytes();
        assert_eq!(String::from_utf8(sent.to_vec()).unwrap(), expected);
    }
}

#[test]
fn refuses_by_name() {
    let contents = json!([{"parts": [{"text": "hi"}]}]);
    let cases: [(Endpoint, Value, &str); 10] = [
        (GenerateContent, json!({}), "contents"),
        (GenerateContent, json!({"contents": []}), "contents"),
        (GenerateContent, json!({"contents": "hi"}), "contents"),
        (GenerateContent, json!({"contents": contents, "generationConfig": 1}), "generationConfig"),
        (
            GenerateContent,
            json!({"contents": contents, "generationConfig": {"maxOutputTokens": 0}}),
            "generationConfig.maxOutputTokens",
        ),
        (GenerateContent, json!({"contents": contents, "store": "no"}), "store"),
        (GenerateContent, json!({"contents": contents, "model": 1}), "model"),
        (EmbedContent, json!({"content": []}), "content"),
        (BatchEmbedContents, json!({"requests": [1]}), "requests"),
        (GeminiCountTokens, json!({"generateContentRequest": {}}), "contents"),
    ];
    for (endpoint, body, param) in cases {
        let bad = peek(endpoint, body.to_string().as_bytes(), 16).unwrap_err();
        assert_eq!(bad.param(), Some(param), "{body}");
    }
    for twice in [
        r#"{"contents":[1],"generationConfig":{},"generation_config":{}}"#,
        r#"{"contents":[1],"generationConfig":{"maxOutputTokens":1,"max_output_tokens":2}}"#,
        r#"{"contents":[1],"content\u0073":[1]}"#,
    ] {
        let bad = peek(GenerateContent, twice.as_bytes(), 16).unwrap_err();
        assert!(matches!(bad, BadRequest::Duplicate { .. }), "{twice}");
    }
    for garbage in ["", "[]", "{", "{}x", "{\"contents\":[1]}{}", "{\"contents\":[[[[[[1]]]]]]}"] {
        assert!(peek(GenerateContent, garbage.as_bytes(), 4).is_err(), "{garbage}");
    }
    assert!(peek(GenerateContent, b"{\"contents\":[\"\xff\"]}", 4).is_err());
}

fn told() -> Usage {
    Usage { input: 70, cache_read: 30, output: 15, reasoning: 5, ..Usage::default() }
}

#[test]
fn usage_of_answers() {
    let metadata = r#""usageMetadata":{"promptTokenCount":100,"cachedContentTokenCount":30,"candidatesTokenCount":10,"thoughtsTokenCount":5,"totalTokenCount":115}"#;
    let answer =
        format!(r#"{{"candidates":[{{"content":{{"parts":[{{"text":"\"usageMetadata\":{{}}"}}]}}}}],{metadata}}}"#);
    assert_eq!(of_answer(GenerateContent, answer.as_bytes()), Some(told()));
    assert_eq!(of_tail(GenerateContent, &answer.as_bytes()[20..]), Some(told()));
    assert_eq!(of_answer(GeminiCountTokens, br#"{"totalTokens":5}"#), None);
    let embedded = br#"{"embeddings":[{"values":[0.1]}],"usageMetadata":{"promptTokenCount":4,"totalTokenCount":4}}"#;
    assert_eq!(of_answer(BatchEmbedContents, embedded), Some(Usage { input: 4, ..Usage::default() }));
}

/// What leaves, how it ended, and what was learnt.
fn relay(chunks: &[&[u8]]) -> (String, End, Option<Usage>, Option<String>) {
    let mut relay = Relay::new(Gemini, true, 64 * 1024);
    let mut out = Vec::new();
    for chunk in chunks {
        relay.feed(Bytes::copy_from_slice(chunk), &mut out).expect("the samples have small events");
    }
    let end = relay.finish();
    out.extend(relay.take_held());
    let id = relay.upstream_id().map(str::to_owned);
    (String::from_utf8_lossy(&out.concat()).into_owned(), end, relay.usage(), id)
}

#[test]
fn a_stream_passes_as_it_came_however_it_is_cut() {
    let expected = relay(&[STREAM.as_bytes()]);
    assert_eq!(expected, (STREAM.to_owned(), End::Complete, Some(told()), Some("r-1".to_owned())));
    for at in 1..STREAM.len() {
        let (left, right) = STREAM.as_bytes().split_at(at);
        assert_eq!(relay(&[left, right]), expected, "cut at {at}");
    }
    let single: Vec<&[u8]> = STREAM.as_bytes().chunks(1).collect();
    assert_eq!(relay(&single), expected);
}

#[test]
fn ends_are_told_apart() {
    let failure =
        |message: &str, code: &str| End::Failed(Failure { message: message.to_owned(), code: Some(code.to_owned()) });
    let error = r#"{"error":{"code":503,"message":"busy","status":"UNAVAILABLE"}}"#;
    for (stream, end) in [
        ("data: {\"candidates\":[{\"content\":{\"parts\":[{\"text\":\"a\"}]}}]}\r\n\r\n".to_owned(), End::CutShort),
        ("data: {\"candidates\":[{\"finishReason\":\"MAX_TOKENS\"}]}\r\n\r\n".to_owned(), End::Complete),
        ("data: {\"promptFeedback\":{\"blockReason\":\"SAFETY\"}}\r\n\r\n".to_owned(), End::Complete),
        ("data: {\"candidates\":[{\"finishReason\":\"STOP\"}]}".to_owned(), End::Complete),
        (format!("data: {error}\r\n\r\n"), failure("busy", "UNAVAILABLE")),
        (
            format!("data: {{\"candidates\":[{{\"finishReason\":\"STOP\"}}]}}\r\n\r\ndata: {error}\r\n\r\n"),
            failure("busy", "UNAVAILABLE"),
        ),
        (String::new(), End::CutShort),
    ] {
        assert_eq!(relay(&[stream.as_bytes()]).1, end, "{stream}");
    }
}

#[test]
fn errors_have_googles_words() {
    for (kind, status, word) in [
        (ErrorKind::InvalidRequest, 400, "INVALID_ARGUMENT"),
        (ErrorKind::Authentication, 401, "UNAUTHENTICATED"),
        (ErrorKind::PermissionDenied, 403, "PERMISSION_DENIED"),
        (ErrorKind::NotFound, 404, "NOT_FOUND"),
        (ErrorKind::RateLimited, 429, "RESOURCE_EXHAUSTED"),
        (ErrorKind::UpstreamTimeout, 504, "DEADLINE_EXCEEDED"),
        (ErrorKind::Overloaded, 503, "UNAVAILABLE"),
        (ErrorKind::Internal, 500, "INTERNAL"),
    ] {
        let (told, body) = encode(Gemini, &ApiError::new(kind, "m"), "r");
        let body: Value = serde_json::from_slice(&body).unwrap();
        assert_eq!((told, &body["error"]["code"], &body["error"]["status"]), (status, &json!(status), &json!(word)));
    }
}
