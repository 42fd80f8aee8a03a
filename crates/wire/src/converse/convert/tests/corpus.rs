//! Whatever a client or provider of this dialect says comes back as it was.

use serde_json::Value;
use thinkwatch_policy::dialect::Dialect;

use super::super::{decode_answer, decode_request, encode_answer, encode_request};
use super::{client, corpus, notes, target};

fn value(bytes: &[u8]) -> Value {
    serde_json::from_slice(bytes).unwrap()
}

#[test]
fn requests_come_back_as_they_were() {
    for (name, text) in corpus("requests") {
        let mut read = notes(Dialect::Converse);
        let request = decode_request::decode(text.as_bytes(), &mut read).unwrap_or_else(|e| panic!("{name}: {e:?}"));
        assert_eq!(read.lost(), [], "{name}");
        let mut written = notes(Dialect::Converse);
        for model in [super::CLAUDE, "meta.llama3-70b-instruct-v1:0", "amazon.nova-pro-v1:0"] {
            let bytes = encode_request::encode(&request, &target(model), &mut written).unwrap();
            assert_eq!(value(&bytes), value(text.as_bytes()), "{name} for {model}");
            let again = decode_request::decode(&bytes, &mut read).unwrap();
            assert_eq!(again, request, "{name}");
        }
        assert_eq!(written.lost(), [], "{name}");
    }
}

#[test]
fn numbers_keep_every_digit() {
    let (_, text) = corpus("requests").into_iter().find(|(name, _)| name == "tool_history").unwrap();
    let request = decode_request::decode(text.as_bytes(), &mut notes(Dialect::Converse)).unwrap();
    let bytes = encode_request::encode(&request, &target(super::CLAUDE), &mut notes(Dialect::Converse)).unwrap();
    let sent = String::from_utf8(bytes).unwrap();
    assert!(sent.contains("12345678901234567890") && sent.contains("1.5"), "{sent}");
}

#[test]
fn answers_come_back_as_they_were() {
    for (name, text) in corpus("answers") {
        let mut read = notes(Dialect::Converse);
        let answer = decode_answer::decode(text.as_bytes(), &mut read).unwrap_or_else(|e| panic!("{name}: {e:?}"));
        assert_eq!(read.lost(), [], "{name}");
        let mut written = notes(Dialect::Converse);
        let bytes = encode_answer::encode(&answer, &client(), &mut written);
        assert_eq!(value(&bytes), value(text.as_bytes()), "{name}");
        assert_eq!(written.lost(), [], "{name}");
        assert_eq!(decode_answer::decode(&bytes, &mut read).unwrap(), answer, "{name}");
    }
}

#[test]
fn torn_and_damaged_bodies_never_panic() {
    for (folder, is_request) in [("requests", true), ("answers", false)] {
        for (_, text) in corpus(folder) {
            // Without the white space, in which nothing can go wrong.
            let text = value(text.as_bytes()).to_string();
            let bytes = text.as_bytes();
            let try_one = |bytes: &[u8]| {
                let mut notes = notes(Dialect::Converse);
                if is_request {
                    if let Ok(request) = decode_request::decode(bytes, &mut notes) {
                        drop(encode_request::encode(&request, &target(super::CLAUDE), &mut notes));
                    }
                } else if let Ok(answer) = decode_answer::decode(bytes, &mut notes) {
                    encode_answer::encode(&answer, &client(), &mut notes);
                }
            };
            for at in 0..bytes.len() {
                try_one(&bytes[..at]);
                for with in [b'"', b'{', b'0', 0xff] {
                    let mut damaged = bytes.to_vec();
                    damaged[at] = with;
                    try_one(&damaged);
                }
            }
        }
    }
}

#[test]
fn what_is_malformed_is_named() {
    for (body, path, message) in [
        (r#"{"messages":[]}"#, "messages", "must hold at least one message"),
        ("{}", "messages", "is required"),
        (r#"{"messages":[{"role":"x","content":[]}]}"#, "messages[0].role", "must be 'user', 'assistant' or 'system'"),
        (r#"{"messages":[{"role":"user","content":"x"}]}"#, "messages[0].content", "must be a list"),
        (
            r#"{"messages":[{"role":"user","content":[{"toolUse":{"toolUseId":"a"}}]}]}"#,
            "messages[0].content[0].toolUse.name",
            "is required",
        ),
        (
            r#"{"messages":[{"role":"user","content":[{"image":{"format":"png","source":{}}}]}]}"#,
            "messages[0].content[0].image.source",
            "must have one of: bytes, s3Location, text, content",
        ),
        (
            r#"{"messages":[{"role":"user","content":[{"text":"a"}]}],"inferenceConfig":{"maxTokens":-1}}"#,
            "inferenceConfig.maxTokens",
            "must be a whole number of at least 0",
        ),
        (
            r#"{"messages":[{"role":"user","content":[{"text":"a"}]}],"toolConfig":{"tools":[],"toolChoice":{"none":{}}}}"#,
            "toolConfig.toolChoice",
            "must have one of: auto, any, tool",
        ),
    ] {
        let fault = decode_request::decode(body.as_bytes(), &mut notes(Dialect::Converse)).unwrap_err();
        assert_eq!((fault.path(body.as_bytes()).as_str(), fault.message.as_str()), (path, message), "{body}");
    }
    let mut lost = notes(Dialect::Converse);
    let body = r#"{"new":1,"messages":[{"role":"user","content":[{"toolUse":{"toolUseId":"a","name":"n","input":{},"x":1}}],"y":2}]}"#;
    let request = decode_request::decode(body.as_bytes(), &mut lost).unwrap();
    assert_eq!(request.others, [("new".to_owned(), "1".into())]);
    let fields: Vec<_> = lost.lost().iter().map(|lost| lost.field.as_str()).collect();
    assert_eq!(fields, ["messages[0].content[0].toolUse.x", "messages[0].y"]);
}
