//! Whole answers.

use serde_json::json;
use thinkwatch_policy::usage::Usage;

use super::*;
use crate::canonical::{Block, Choice, Maker, Message, Opaque, Role, Signature, StopReason, Text, Thinking, ToolCall};

#[test]
fn an_answer_of_messages_comes_back_as_it_was() {
    for (name, text) in ANSWERS {
        let mut reading = notes(Dialect::Messages, Dialect::Messages);
        let answer = decode_answer::decode(text.as_bytes(), &mut reading).unwrap();
        let (mut is, writing) = encode_answer_from(Dialect::Messages, &answer);
        is["model"] = json!(MODEL);
        assert_eq!(is, serde_json::from_str::<Value>(text).unwrap(), "{name}");
        assert!(reading.lost().is_empty() && writing.lost().is_empty(), "{name}: {reading:?} {writing:?}");
    }
}

#[test]
fn what_answers_mean() {
    let of = |name: &str| {
        let (_, text) = ANSWERS.iter().find(|(one, _)| *one == name).unwrap();
        decode_answer_of(text.as_bytes())
    };
    let stop = |name: &str| of(name).choices.remove(0).stop.unwrap();
    assert_eq!(stop("tools"), StopReason::ToolUse);
    assert_eq!(stop("max_tokens"), StopReason::MaxTokens);
    assert_eq!(stop("context"), StopReason::ContextLength);
    assert_eq!(stop("stop_sequence"), StopReason::StopSequence(Some("END".to_owned())));
    assert_eq!(stop("refusal"), StopReason::Refusal);
    assert_eq!(stop("pause"), StopReason::Pause);
    let usage =
        Usage { input: 10, cache_read: 1000, cache_write_5m: 10, cache_write_1h: 20, output: 5, ..Usage::default() };
    assert_eq!(of("cached").usage, Some(usage));
    assert_eq!(of("cached").service_tier.as_deref(), Some("priority"));
    assert_eq!(of("thinking").usage.unwrap().reasoning, 850);
}

fn answer(content: Vec<Block>, stop: StopReason) -> Answer {
    Answer {
        id: "chatcmpl-1".to_owned(),
        choices: vec![Choice { content, stop: Some(stop), logprobs: None }],
        ..Answer::default()
    }
}

#[test]
fn answers_of_others_have_every_field_that_clients_read() {
    let (body, notes) =
        encode_answer_from(Dialect::Chat, &answer(vec![Block::text("hi"), Block::text("")], StopReason::End));
    assert!(notes.lost().is_empty());
    assert_eq!(
        body,
        json!({"id":"msg_req-1","type":"message","role":"assistant","model":"the-model","content":[{"type":"text","text":"hi"}],
            "stop_reason":"end_turn","stop_sequence":null,"container":null,"stop_details":null,
            "usage":{"input_tokens":0,"cache_creation_input_tokens":0,"cache_read_input_tokens":0,"output_tokens":0,
                "cache_creation":{"ephemeral_5m_input_tokens":0,"ephemeral_1h_input_tokens":0},"server_tool_use":null,"service_tier":null}})
    );
}

#[test]
fn reasons_of_others_have_words() {
    let call = || vec![Block::ToolCall(ToolCall { id: "a".to_owned(), name: "f".to_owned(), ..ToolCall::default() })];
    for (content, reason, word, losses) in [
        (vec![], StopReason::End, "end_turn", 0),
        (call(), StopReason::End, "tool_use", 0),
        (call(), StopReason::MaxTokens, "max_tokens", 0),
        (vec![], StopReason::ContentFilter, "refusal", 0),
        (vec![Block::Refusal("no".to_owned())], StopReason::Refusal, "refusal", 0),
        (vec![], StopReason::StopSequence(None), "stop_sequence", 0),
        (vec![], StopReason::ContextLength, "model_context_window_exceeded", 0),
        (vec![], StopReason::Other("new".to_owned()), "end_turn", 1),
    ] {
        let (body, notes) = encode_answer_from(Dialect::Chat, &answer(content, reason));
        assert_eq!((body["stop_reason"].as_str(), notes.lost().len()), (Some(word), losses));
    }
}

/// Sends an answer to a client of Messages and takes what it sends back in its next call.
pub(super) fn through_a_client(content: Vec<Block>) -> Vec<Block> {
    let (body, notes) = encode_answer_from(Dialect::Chat, &answer(content, StopReason::End));
    assert!(notes.lost().is_empty(), "{notes:?}");
    let turns = json!([{"role":"user","content":"x"},{"role":"assistant","content":body["content"]},{"role":"user","content":"y"}]);
    let (mut request, notes) = decode_for(Dialect::Chat, &json!({"model":"m","messages":turns}).to_string());
    assert!(notes.lost().is_empty(), "{notes:?}");
    let Message { role: Role::Assistant, content, .. } = request.messages.remove(1) else { panic!() };
    content
}

#[test]
fn proofs_ids_and_arguments_of_others_come_back_through_a_client() {
    let google = || Some(Signature::new(Maker::Google, "CiQB+/=="));
    let openai = Signature { maker: Maker::OpenAi, item_id: Some("rs_1".to_owned()), data: "gAAA".to_owned() };
    let call = |id: &str, arguments: &str, signature| {
        let (id, name, arguments) = (id.to_owned(), "f".to_owned(), arguments.to_owned());
        Block::ToolCall(ToolCall { id, name, arguments, signature, ..ToolCall::default() })
    };
    let content = vec![
        Block::Thinking(Thinking { text: "Hm".to_owned(), signature: Some(openai.clone()), redacted: false }),
        Block::Thinking(Thinking { text: String::new(), signature: Some(openai), redacted: false }),
        Block::Thinking(Thinking { text: "unsigned".to_owned(), signature: None, redacted: false }),
        Block::Text(Text { signature: google(), ..Text::new("a") }),
        call("functions.f:0", "{\"a\":1}", google()),
        call("call_1", "not json", None),
        call("tw1_x", "{}", google()),
        Block::Text(Text { signature: google(), ..Text::default() }),
    ];
    assert_eq!(through_a_client(content.clone()), content);
}

/// Clients say what the last block says.
#[test]
fn words_at_the_end_are_the_last_block() {
    let proof = |data: &str| Some(Signature::new(Maker::Google, data));
    let signed = |text: &str, data: &str| Block::Text(Text { signature: proof(data), ..Text::new(text) });
    for content in [vec![signed("a", "1"), signed("b", "2")], vec![Block::text("a"), signed("", "1")]] {
        let (body, notes) = encode_answer_from(Dialect::Gemini, &answer(content.clone(), StopReason::End));
        assert!(notes.lost().is_empty());
        assert_eq!(body["content"].as_array().unwrap().last().unwrap()["type"], "text", "{body}");
        let mut back = through_a_client(content.clone());
        back.sort_by_key(|block| content.iter().position(|given| given == block));
        assert_eq!(back, content);
    }
}

#[test]
fn a_proof_that_has_lost_its_call_stays_a_thought() {
    let content = r#"[{"type":"redacted_thinking","data":"DATA"},{"type":"thinking","thinking":"x"}]"#;
    let data = super::super::carrier::before(&Signature::new(Maker::Google, "g"));
    let body =
        format!(r#"{{"model":"m","messages":[{{"role":"assistant","content":{}}}]}}"#, content.replace("DATA", &data));
    let (request, _) = decode_for(Dialect::Chat, &body);
    let alone = Thinking { text: String::new(), signature: Some(Signature::new(Maker::Google, "g")), redacted: true };
    assert_eq!(request.messages[0].content[0], Block::Thinking(alone));
    assert_eq!(request.messages[0].content.len(), 2);
}

#[test]
fn what_an_answer_of_others_cannot_say_is_named() {
    let foreign = Opaque { dialect: Dialect::Responses, kind: "web_search_call".to_owned(), value: "{}".into() };
    let cited = Text { citations: vec!["{}".into()], citations_of: Some(Dialect::Responses), ..Text::new("a") };
    let mut answer = answer(vec![Block::Opaque(foreign), Block::Text(cited)], StopReason::End);
    answer.fingerprint = Some("fp".to_owned());
    answer.service_tier = Some("flex".to_owned());
    answer.choices.push(Choice::default());
    let (body, notes) = encode_answer_from(Dialect::Chat, &answer);
    assert_eq!(body["content"], json!([{"type":"text","text":"a"}]));
    assert_eq!(notes.lost().len(), 5, "{notes:?}");
}

#[test]
fn an_answer_that_is_none_is_a_fault() {
    for body in
        ["", "[]", r#"{"type":"error"}"#, r#"{"content":3}"#, r#"{"content":[{}]}"#, r#"{"content":[{"type":"text"}]}"#]
    {
        let read = decode_answer::decode(body.as_bytes(), &mut notes(Dialect::Messages, Dialect::Chat));
        assert!(read.is_err(), "{body}");
    }
}

#[test]
fn answers_of_imitations_are_read() {
    let body = r#"{"id":"m","content":[{"type":"text","text":""},{"type":"tool_use","name":"f","input":"{\"a\":1}"}],"stop_reason":"tool_use","usage":[]}"#;
    let answer = decode_answer_of(body.as_bytes());
    let (id, name, arguments) = ("toolu_m_1".to_owned(), "f".to_owned(), r#"{"a":1}"#.to_owned());
    let call = ToolCall { id, name, arguments, ..ToolCall::default() };
    assert_eq!(answer.choices[0].content, [Block::text(""), Block::ToolCall(call)]);
    assert_eq!(decode_answer_of(br#"{"content":"hi"}"#).choices[0].content, [Block::text("hi")]);
    assert!(decode_answer_of(b"{}").choices[0].content.is_empty());
}
