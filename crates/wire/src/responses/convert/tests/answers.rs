//! Whole answers.

use serde_json::{Value, json};
use thinkwatch_policy::dialect::Dialect;

use super::super::{decode_answer, encode_answer};
use super::{anybody, client, decoded, notes, own};
use crate::canonical::{Answer, Block, Choice, Maker, Signature, StopReason, Text, Thinking, ToolCall};

fn answered(choice: Choice, source: Dialect) -> (Value, Vec<String>) {
    let answer = Answer { id: "chatcmpl-1".to_owned(), choices: vec![choice], ..Answer::default() };
    let mut notes = notes(source, Dialect::Responses);
    let body = encode_answer::encode(&answer, &anybody(), &mut notes);
    (serde_json::from_slice(&body).unwrap(), notes.lost().iter().map(|lost| lost.field.clone()).collect())
}

/// What the SDKs' types require is there, although nothing is known.
#[test]
fn an_answer_of_nothing_has_all_that_is_required() {
    let (body, lost) = answered(Choice::default(), Dialect::Chat);
    for key in [
        "id",
        "object",
        "created_at",
        "error",
        "incomplete_details",
        "instructions",
        "metadata",
        "model",
        "output",
        "parallel_tool_calls",
        "temperature",
        "tool_choice",
        "tools",
        "top_p",
        "usage",
        "status",
    ] {
        assert!(body.get(key).is_some(), "{key}");
    }
    assert_eq!(body["id"], "resp_req");
    assert!(lost.is_empty());
}

#[test]
fn an_answer_tells_back_what_was_asked() {
    let asked = json!({
        "model": "m", "input": "x", "temperature": 0.50, "top_p": 1, "max_output_tokens": 9, "store": false,
        "reasoning": {"effort": "low", "summary": "auto"}, "tool_choice": {"type": "function", "name": "f"},
        "tools": [{"type": "function", "name": "f", "parameters": {}}], "parallel_tool_calls": false,
        "metadata": {"a": "b"}, "text": {"format": {"type": "json_object"}, "verbosity": "low"},
        "safety_identifier": "u", "previous_response_id": "resp_0", "prompt_cache_key": "k",
    });
    let client = client(decoded(&asked.to_string()).unwrap());
    let body = encode_answer::encode(&Answer::default(), &client, &mut own());
    let body: Value = serde_json::from_slice(&body).unwrap();
    for key in ["input", "tools"] {
        assert_ne!(body.get(key), asked.get(key), "long and known to the client");
    }
    for (key, value) in asked.as_object().unwrap().iter().filter(|(key, _)| !["input", "tools"].contains(&key.as_str()))
    {
        assert_eq!(body.get(key), Some(value), "{key}");
    }
}

#[test]
fn citations_of_the_web_become_annotations() {
    let cited = |of, raw: &str| {
        let text =
            Text { text: "Hé!".to_owned(), citations: vec![raw.into()], citations_of: Some(of), ..Text::default() };
        let (body, lost) = answered(Choice { content: vec![Block::Text(text)], ..Choice::default() }, of);
        (body["output"][0]["content"][0]["annotations"].clone(), lost.len())
    };
    let web = |end: u64| json!([{"type": "url_citation", "start_index": 0, "end_index": end, "url": "https://x", "title": "X"}]);
    let chat =
        r#"{"type":"url_citation","url_citation":{"start_index":0,"end_index":2,"url":"https://x","title":"X"}}"#;
    assert_eq!(cited(Dialect::Chat, chat), (web(2), 0));
    let anthropic =
        r#"{"type":"web_search_result_location","url":"https://x","title":"X","cited_text":"y","encrypted_index":"z"}"#;
    assert_eq!(cited(Dialect::Messages, anthropic), (web(3), 0));
    let document =
        r#"{"type":"char_location","document_index":0,"start_char_index":0,"end_char_index":1,"cited_text":"y"}"#;
    assert_eq!(cited(Dialect::Messages, document), (json!([]), 1));
}

#[test]
fn thoughts_calls_and_words_are_items_in_their_order() {
    let content = vec![
        Block::Thinking(Thinking {
            text: "Hm".to_owned(),
            signature: Some(Signature {
                maker: Maker::OpenAi,
                item_id: Some("rs_1".to_owned()),
                data: "gA".to_owned(),
            }),
            redacted: false,
        }),
        Block::text("a"),
        Block::Refusal("b".to_owned()),
        Block::ToolCall(ToolCall { id: "c".to_owned(), name: "f".to_owned(), ..ToolCall::default() }),
        Block::text("d"),
    ];
    let (body, _) = answered(Choice { content, stop: Some(StopReason::ToolUse), logprobs: None }, Dialect::Chat);
    let kinds: Vec<&str> =
        body["output"].as_array().unwrap().iter().map(|item| item["type"].as_str().unwrap()).collect();
    assert_eq!(kinds, ["reasoning", "message", "function_call", "message"]);
    assert_eq!(body["output"][0]["id"], "rs_1");
    assert_eq!(body["output"][0]["encrypted_content"], "gA");
    assert_eq!(body["output"][1]["content"].as_array().unwrap().len(), 2);
    assert_eq!(body["output"][2]["arguments"], "{}");
}

#[test]
fn what_an_answer_cannot_say_is_noted() {
    for stop in [StopReason::Pause, StopReason::StopSequence(Some("x".to_owned())), StopReason::Other("new".to_owned())]
    {
        let (_, lost) = answered(Choice { stop: Some(stop.clone()), ..Choice::default() }, Dialect::Messages);
        assert_eq!(lost.len(), 1, "{stop:?}");
    }
    let answer = Answer {
        choices: vec![Choice::default(), Choice::default()],
        fingerprint: Some("fp".to_owned()),
        service_tier: Some("standard".to_owned()),
        ..Answer::default()
    };
    let mut notes = notes(Dialect::Chat, Dialect::Responses);
    let body: Value = serde_json::from_slice(&encode_answer::encode(&answer, &anybody(), &mut notes)).unwrap();
    assert_eq!(body["service_tier"], "default");
    assert_eq!(notes.lost().len(), 2);
}

#[test]
fn an_answer_that_failed_is_a_fault_with_its_reason() {
    let body = json!({"id": "resp_1", "status": "failed", "error": {"code": "server_error", "message": "Oh no"}, "output": []});
    let fault = decode_answer::decode(body.to_string().as_bytes(), &mut own()).unwrap_err();
    assert!(fault.message.contains("Oh no"));
    assert!(decode_answer::decode(b"{}", &mut own()).is_err());
}
