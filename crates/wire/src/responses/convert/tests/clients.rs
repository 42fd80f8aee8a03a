//! Streams as they are written: what a client gets.

use serde_json::{Value, json};
use thinkwatch_policy::dialect::Dialect;
use thinkwatch_policy::usage::Usage;

use super::{anybody, client, data, decoded, written};
use crate::canonical::{
    Block, Delta, Event, Maker, Opening, Request, Signature, StopReason, Thinking, ToolCall, ToolKind,
};

fn open(block: u32, what: Opening) -> Event {
    Event::Open { choice: 0, block, what }
}

fn delta(block: u32, delta: Delta) -> Event {
    Event::Delta { choice: 0, block, delta }
}

fn close(block: u32) -> Event {
    Event::Close { choice: 0, block }
}

fn call(name: &str) -> Opening {
    Opening::ToolCall(ToolCall { id: "toolu_1".to_owned(), name: name.to_owned(), ..ToolCall::default() })
}

fn start() -> Event {
    Event::Start { id: "msg_01".to_owned(), model: "claude".to_owned(), created_at_s: 0 }
}

#[test]
fn a_client_gets_every_event_it_may_build_on() {
    let proof = Signature::new(Maker::Anthropic, "EqQB");
    let stream = written(
        &[
            start(),
            open(0, Opening::Thinking),
            delta(0, Delta::Text("Hm".to_owned())),
            delta(0, Delta::Signature(proof.clone())),
            close(0),
            open(1, Opening::Text),
            delta(1, Delta::Text("I ".to_owned())),
            delta(1, Delta::Text("look".to_owned())),
            close(1),
            open(2, call("f")),
            delta(2, Delta::Arguments("{\"a\"".to_owned())),
            delta(2, Delta::Arguments(":1}".to_owned())),
            close(2),
            Event::Stop { choice: 0, reason: StopReason::ToolUse },
            Event::Usage(Usage {
                input: 3,
                cache_read: 4,
                cache_write_5m: 5,
                output: 2,
                reasoning: 1,
                ..Usage::default()
            }),
            Event::End,
        ],
        anybody(),
        Dialect::Messages,
    );
    let told = data(&stream);
    let kinds: Vec<&str> = told.iter().map(|event| &event["type"].as_str().unwrap()["response.".len()..]).collect();
    assert_eq!(
        kinds,
        [
            "created",
            "in_progress",
            "output_item.added",
            "reasoning_summary_part.added",
            "reasoning_summary_text.delta",
            "reasoning_summary_text.done",
            "reasoning_summary_part.done",
            "output_item.done",
            "output_item.added",
            "content_part.added",
            "output_text.delta",
            "output_text.delta",
            "output_text.done",
            "content_part.done",
            "output_item.done",
            "output_item.added",
            "function_call_arguments.delta",
            "function_call_arguments.delta",
            "function_call_arguments.done",
            "output_item.done",
            "completed",
        ]
    );
    for (number, event) in told.iter().enumerate() {
        assert_eq!(event["sequence_number"], number);
    }
    let whole = &told.last().unwrap()["response"];
    assert_eq!(whole["id"], "resp_req");
    assert_eq!(whole["created_at"], 1_763_800_000);
    assert_eq!(
        whole["usage"],
        json!({
            "input_tokens": 12, "input_tokens_details": {"cached_tokens": 4, "cache_write_tokens": 5},
            "output_tokens": 2, "output_tokens_details": {"reasoning_tokens": 1}, "total_tokens": 14,
        })
    );
    let items: Vec<&Value> =
        told.iter().filter(|event| event["type"] == "response.output_item.done").map(|event| &event["item"]).collect();
    assert_eq!(items, whole["output"].as_array().unwrap().iter().collect::<Vec<_>>());
    assert_eq!(items[0]["encrypted_content"], proof.wrap());
    assert_eq!(items[2]["arguments"], "{\"a\":1}");
    assert_eq!(items[2]["id"], "fc_tw_req_2");
}

/// A client's own tools, in its own words, whatever the provider knew of them.
#[test]
fn calls_come_in_the_clients_words() {
    let request = decoded(
        &json!({"model": "m", "input": "x", "tools": [
            {"type": "custom", "name": "patch"},
            {"type": "namespace", "name": "a", "description": "", "tools": [{"type": "function", "name": "find", "parameters": {}}, {"type": "function", "name": "get", "parameters": {}}]},
            {"type": "namespace", "name": "b", "description": "", "tools": [{"type": "function", "name": "find", "parameters": {}}]},
        ]})
        .to_string(),
    )
    .unwrap();
    let names: Vec<&str> = request
        .tools
        .iter()
        .map(|tool| match tool {
            crate::canonical::Tool::Client(tool) => tool.name.as_str(),
            crate::canonical::Tool::Server(_) => "",
        })
        .collect();
    assert_eq!(names, ["patch", "a--find", "get", "b--find"]);
    let mut list = vec![start()];
    for (block, (name, arguments)) in (0..).zip([("patch", "{\"input\":\"a\\nb\"}"), ("b--find", ""), ("get", "{}")]) {
        list.extend([open(block, call(name)), delta(block, Delta::Arguments(arguments.to_owned())), close(block)]);
    }
    list.extend([Event::Stop { choice: 0, reason: StopReason::ToolUse }, Event::End]);
    let stream = written(&list, client(request), Dialect::Chat);
    let told = data(&stream);
    let output = told.last().unwrap()["response"]["output"].clone();
    assert_eq!(
        output,
        json!([
            {"id": "ctc_tw_req_0", "type": "custom_tool_call", "status": "completed", "call_id": "toolu_1", "name": "patch", "input": "a\nb"},
            {"id": "fc_tw_req_1", "type": "function_call", "status": "completed", "call_id": "toolu_1", "name": "find", "namespace": "b", "arguments": "{}"},
            {"id": "fc_tw_req_2", "type": "function_call", "status": "completed", "call_id": "toolu_1", "name": "get", "namespace": "a", "arguments": "{}"},
        ])
    );
    assert!(
        told.iter().any(|event| event["type"] == "response.custom_tool_call_input.delta" && event["delta"] == "a\nb")
    );
}

#[test]
fn how_an_answer_stopped_is_not_shown_as_something_else() {
    let cases = [
        (StopReason::End, "completed", Value::Null),
        (StopReason::ToolUse, "completed", Value::Null),
        (StopReason::StopSequence(Some("x".to_owned())), "completed", Value::Null),
        (StopReason::Pause, "completed", Value::Null),
        (StopReason::MaxTokens, "incomplete", json!({"reason": "max_output_tokens"})),
        (StopReason::ContextLength, "incomplete", json!({"reason": "max_output_tokens"})),
        (StopReason::ContentFilter, "incomplete", json!({"reason": "content_filter"})),
        (StopReason::Refusal, "incomplete", json!({"reason": "content_filter"})),
    ];
    for (reason, status, details) in cases {
        let stream = written(
            &[start(), open(0, Opening::Text), close(0), Event::Stop { choice: 0, reason: reason.clone() }, Event::End],
            anybody(),
            Dialect::Messages,
        );
        let last = data(&stream).pop().unwrap();
        assert_eq!(last["type"], format!("response.{status}"), "{reason:?}");
        assert_eq!(last["response"]["status"], status);
        assert_eq!(last["response"]["incomplete_details"], details);
    }
}

/// Proofs that this API has no field for come back to what they belong to.
#[test]
fn proofs_of_other_makers_come_back() {
    let google = |data: &str| Signature::new(Maker::Google, data);
    let mut list = vec![
        start(),
        open(0, Opening::RedactedThinking(Signature::new(Maker::Anthropic, "hid"))),
        close(0),
        open(1, Opening::Text),
        delta(1, Delta::Text("words".to_owned())),
        delta(1, Delta::Signature(google("for words"))),
        close(1),
    ];
    let Opening::ToolCall(mut signed) = call("f") else { return };
    signed.signature = Some(google("for the call"));
    list.extend([open(2, Opening::ToolCall(signed.clone())), delta(2, Delta::Arguments("{}".to_owned())), close(2)]);
    list.extend([Event::Stop { choice: 0, reason: StopReason::ToolUse }, Event::End]);
    let stream = written(&list, anybody(), Dialect::Messages);
    let output = data(&stream).pop().unwrap()["response"]["output"].clone();
    let back = decoded(&json!({"model": "m", "input": output}).to_string()).unwrap();
    assert_eq!(back.messages.len(), 1);
    let [Block::Thinking(hidden), Block::Text(words), Block::ToolCall(call)] = back.messages[0].content.as_slice()
    else {
        panic!("{:?}", back.messages)
    };
    assert_eq!(
        *hidden,
        Thinking { text: String::new(), signature: Some(Signature::new(Maker::Anthropic, "hid")), redacted: true }
    );
    assert_eq!(words.signature, Some(google("for words")));
    assert_eq!((call.signature.clone(), call.kind), (signed.signature, ToolKind::Function));
}

/// JSON that is told as it came may stand on several lines; an event's data must not.
#[test]
fn data_stands_on_one_line() {
    let request = decoded("{\"model\":\"m\",\"input\":\"x\",\"metadata\":{\n\"a\":\r\n\"b\\n\"}}").unwrap();
    let stream = written(&[start(), Event::End], client(request), Dialect::Chat);
    let told = data(&stream);
    assert_eq!(told.len(), 3);
    assert_eq!(told[0]["response"]["metadata"], json!({"a": "b\n"}));
}

#[test]
fn several_answers_become_the_first() {
    let other = |event: Event| match event {
        Event::Open { block, what, .. } => Event::Open { choice: 1, block, what },
        Event::Delta { block, delta, .. } => Event::Delta { choice: 1, block, delta },
        Event::Close { block, .. } => Event::Close { choice: 1, block },
        event => event,
    };
    let mut list = vec![start()];
    for event in [open(0, Opening::Text), delta(0, Delta::Text("a".to_owned())), close(0)] {
        list.push(other(event.clone()));
        list.push(event);
    }
    list.extend([
        Event::Stop { choice: 1, reason: StopReason::MaxTokens },
        Event::Stop { choice: 0, reason: StopReason::End },
        Event::End,
    ]);
    let told = data(&written(&list, client(Request::new(Dialect::Responses, "m")), Dialect::Chat));
    let whole = &told.last().unwrap()["response"];
    assert_eq!(whole["status"], "completed");
    assert_eq!(whole["output"].as_array().unwrap().len(), 1);
}
