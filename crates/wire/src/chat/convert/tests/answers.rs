//! Whole answers, in and out.

use thinkwatch_policy::usage::Usage;

use super::super::{decode_answer, encode_answer};
use super::*;
use crate::canonical::block::MediaKind;
use crate::canonical::request::ClientTool;
use crate::canonical::{
    Answer, Block, Choice, Maker, Media, MediaSource, Signature, StopReason, Text, Thinking, Tool, ToolCall, ToolKind,
};

fn decode(body: &str) -> Answer {
    decode_answer::decode(body.as_bytes(), &mut notes()).unwrap()
}

fn encode(answer: &Answer, client: &Client) -> String {
    String::from_utf8(encode_answer::encode(answer, client, &mut foreign_notes(false))).unwrap()
}

fn anyone() -> Client {
    client(Request::new(Dialect::Chat, "m"), "m")
}

#[test]
fn there_and_back_is_the_same() {
    for (name, body) in ANSWERS {
        let mut notes = notes();
        let answer = decode_answer::decode(body.as_bytes(), &mut notes).unwrap();
        assert_eq!(notes.lost(), [], "{name}");
        let client = client(Request::new(Dialect::Chat, "m"), &answer.model);
        let back = encode(&answer, &client);
        assert_eq!(json(&back), json(body), "{name}");
        assert_eq!(decode(&back), answer, "{name}");
    }
}

fn stopped(message: &str, finish: &str) -> Choice {
    let body = format!(r#"{{"id":"a","choices":[{{"message":{message},"finish_reason":{finish}}}]}}"#);
    decode(&body).choices.remove(0)
}

#[test]
fn reasons_to_stop() {
    for (message, finish, reason) in [
        (r#"{"content":"x"}"#, r#""stop""#, Some(StopReason::End)),
        (r#"{"content":"x"}"#, r#""length""#, Some(StopReason::MaxTokens)),
        (r#"{"content":"x"}"#, r#""content_filter""#, Some(StopReason::ContentFilter)),
        (r#"{"content":"x"}"#, r#""new""#, Some(StopReason::Other("new".into()))),
        (r#"{"content":"x"}"#, "null", None),
        (r#"{"refusal":"x"}"#, r#""stop""#, Some(StopReason::Refusal)),
        (r#"{"tool_calls":[{"function":{"name":"f"}}]}"#, r#""stop""#, Some(StopReason::ToolUse)),
        (r#"{"function_call":{"name":"f","arguments":"{}"}}"#, r#""function_call""#, Some(StopReason::ToolUse)),
    ] {
        assert_eq!(stopped(message, finish).stop, reason, "{message} {finish}");
    }
    for (content, stop, word) in [
        (vec![], None, "stop"),
        (vec![Block::text("x")], Some(StopReason::End), "stop"),
        (vec![Block::text("x")], Some(StopReason::StopSequence(None)), "stop"),
        (vec![Block::text("x")], Some(StopReason::ContextLength), "length"),
        (vec![Block::text("x")], Some(StopReason::Pause), "length"),
        (vec![Block::text("x")], Some(StopReason::Refusal), "content_filter"),
        (vec![Block::Refusal("x".into())], Some(StopReason::Refusal), "stop"),
        (vec![Block::text("x")], Some(StopReason::Other("x".into())), "stop"),
        (vec![Block::ToolCall(ToolCall::default())], Some(StopReason::End), "tool_calls"),
        (vec![Block::ToolCall(ToolCall::default())], Some(StopReason::MaxTokens), "length"),
    ] {
        let answer =
            Answer { choices: vec![Choice { content, stop: stop.clone(), logprobs: None }], ..Answer::default() };
        assert_eq!(json(&encode(&answer, &anyone()))["choices"][0]["finish_reason"], word, "{stop:?}");
    }
}

#[test]
fn what_a_provider_does_not_say_is_made_up_the_same_each_time() {
    let told = json(&encode(&Answer { choices: vec![Choice::default()], ..Answer::default() }, &anyone()));
    assert_eq!(told["id"], "chatcmpl-req-1");
    assert_eq!(told["created"], 1_800_000_000);
    assert_eq!(told["model"], "m");
    assert_eq!(told["choices"][0]["message"], json(r#"{"role":"assistant","content":"","refusal":null}"#));
    let call = stopped(r#"{"tool_calls":[{"function":{"name":"f"}},{"function":{"name":"f"}}]}"#, "null");
    let ids: Vec<_> = call
        .content
        .iter()
        .map(|block| match block {
            Block::ToolCall(call) => call.id.as_str(),
            _ => "",
        })
        .collect();
    assert_eq!(ids, ["call_a_0_0", "call_a_0_1"]);
}

#[test]
fn thoughts_by_any_name() {
    let thought = |text: &str, signature| Block::Thinking(Thinking { text: text.into(), signature, redacted: false });
    let own = || Some(Signature::new(Maker::Anthropic, "S"));
    for (message, expected) in [
        (r#"{"reasoning":"t"}"#, vec![thought("t", None)]),
        (r#"{"reasoning":"t","reasoning_content":"t","content":"x"}"#, vec![thought("t", None), Block::text("x")]),
        (r#"{"reasoning_content":""}"#, vec![]),
        (
            r#"{"content":[{"type":"thinking","thinking":[{"type":"text","text":"t"}]},{"type":"text","text":"x"}]}"#,
            vec![thought("t", None), Block::text("x")],
        ),
        (
            r#"{"reasoning":"t","reasoning_details":[{"type":"reasoning.text","text":"t","signature":"S","format":"anthropic-claude-v1"}]}"#,
            vec![thought("t", own())],
        ),
        (
            r#"{"reasoning_details":[{"type":"reasoning.summary","summary":"s"},{"type":"reasoning.encrypted","data":"S","format":"anthropic-claude-v1"}]}"#,
            vec![thought("s", None), thought("", own())],
        ),
    ] {
        assert_eq!(stopped(message, "null").content, expected, "{message}");
    }
}

#[test]
fn proofs_of_others_survive_the_client() {
    let said = vec![
        Block::Thinking(Thinking {
            text: "é1".into(),
            signature: Some(Signature::new(Maker::Anthropic, "A")),
            redacted: false,
        }),
        Block::Thinking(Thinking {
            text: String::new(),
            signature: Some(Signature::new(Maker::Anthropic, "R")),
            redacted: true,
        }),
        Block::Thinking(Thinking {
            text: "2".into(),
            signature: Some(Signature { maker: Maker::OpenAi, item_id: Some("rs_1".into()), data: "O".into() }),
            redacted: false,
        }),
        Block::text("x"),
        Block::ToolCall(ToolCall {
            id: "1".into(),
            name: "f".into(),
            arguments: "{}".into(),
            signature: Some(Signature::new(Maker::Google, "G")),
            ..ToolCall::default()
        }),
    ];
    let answer = Answer { choices: vec![Choice { content: said.clone(), ..Choice::default() }], ..Answer::default() };
    let message = json(&encode(&answer, &anyone()))["choices"][0]["message"].to_string();
    // The client sends the message back as it is.
    let request = read(&format!(r#"{{"model":"m","messages":[{message}]}}"#));
    assert_eq!(request.messages[0].content, said);
}

#[test]
fn a_custom_tool_that_was_lent_as_a_function_is_a_custom_one_for_its_client() {
    let mut request = Request::new(Dialect::Chat, "m");
    request.tools =
        vec![Tool::Client(ClientTool { name: "p".into(), kind: ToolKind::Custom, ..ClientTool::default() })];
    let client = client(request, "m");
    for (arguments, input) in [(r#"{"input":"a\nb"}"#, "a\nb"), ("raw", "raw"), (r#"{"input":1}"#, r#"{"input":1}"#)] {
        let call = ToolCall { id: "1".into(), name: "p".into(), arguments: arguments.into(), ..ToolCall::default() };
        let content = vec![Block::ToolCall(call)];
        let answer = Answer { choices: vec![Choice { content, ..Choice::default() }], ..Answer::default() };
        let told = json(&encode(&answer, &client));
        let call = &told["choices"][0]["message"]["tool_calls"][0];
        assert_eq!((&call["type"], &call["custom"]["input"]), (&"custom".into(), &input.into()), "{told}");
    }
}

#[test]
fn a_client_of_before_tools_is_told_a_function_call() {
    let mut request = Request::new(Dialect::Chat, "m");
    request.legacy_functions = true;
    let call = ToolCall { id: "1".into(), name: "f".into(), ..ToolCall::default() };
    let content = vec![Block::ToolCall(call)];
    let answer = Answer { choices: vec![Choice { content, ..Choice::default() }], ..Answer::default() };
    let told = json(&encode(&answer, &client(request, "m")));
    assert_eq!(told["choices"][0]["message"]["function_call"], json(r#"{"name":"f","arguments":"{}"}"#));
    assert_eq!(told["choices"][0]["finish_reason"], "function_call");
}

#[test]
fn what_has_no_place_is_named() {
    let cited = Block::Text(Text { citations: vec![r#"{"type":"page_location"}"#.into()], ..Text::new("x") });
    let flat = Block::Text(Text {
        citations: vec![
            r#"{"type":"url_citation","url":"https://e.com","title":"T","start_index":1,"end_index":2}"#.into(),
        ],
        ..Text::new("x")
    });
    let sound = Block::Media(Media::new(MediaKind::Audio, MediaSource::Base64("AA".into())));
    let video = Block::Media(Media::new(MediaKind::Video, MediaSource::Base64("AA".into())));
    for (block, lost, place, expected) in [
        (cited, 1, "annotations", "null"),
        (
            flat,
            0,
            "annotations",
            r#"[{"type":"url_citation","url_citation":{"end_index":2,"start_index":1,"title":"T","url":"https://e.com"}}]"#,
        ),
        (sound, 0, "audio", r#"{"id":"audio_req-1","data":"AA","expires_at":1800000000,"transcript":""}"#),
        (video, 1, "images", "null"),
    ] {
        let answer =
            Answer { choices: vec![Choice { content: vec![block], ..Choice::default() }], ..Answer::default() };
        let mut notes = foreign_notes(false);
        let told = encode_answer::encode(&answer, &anyone(), &mut notes);
        let told: serde_json::Value = serde_json::from_slice(&told).unwrap();
        assert_eq!(told["choices"][0]["message"][place], json(expected));
        assert_eq!(notes.lost().len(), lost, "{told}");
    }
}

#[test]
fn usage_is_told_with_its_parts() {
    let usage = Usage {
        input: 5,
        cache_read: 3,
        cache_write_5m: 2,
        cache_write_1h: 1,
        output: 9,
        reasoning: 4,
        ..Usage::default()
    };
    let client = client(Request::new(Dialect::Chat, "m"), "m");
    let answer = Answer { usage: Some(usage), ..Answer::default() };
    let told = encode_answer::encode(&answer, &client, &mut foreign_notes(true));
    let told: serde_json::Value = serde_json::from_slice(&told).unwrap();
    let expected = r#"{"prompt_tokens":11,"completion_tokens":9,"total_tokens":20,
        "prompt_tokens_details":{"cached_tokens":3,"audio_tokens":0,"cache_write_tokens":3},
        "completion_tokens_details":{"reasoning_tokens":4,"audio_tokens":0}}"#;
    assert_eq!(told["usage"], json(expected));
}
