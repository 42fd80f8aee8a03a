//! Streams as they are read: what is repaired.

use serde_json::{Value, json};
use thinkwatch_policy::dialect::Dialect;

use super::events;
use crate::canonical::sequence::Sequence;
use crate::canonical::{Block, Choice, Delta, Event, Opening, StopReason, Text, Thinking, ToolCall};

/// The events as they leave when blocks must not overlap, numbered in the order they are told.
pub(super) fn in_line(events: &[Event]) -> Vec<Event> {
    let mut sequence = Sequence::default();
    let mut out = Vec::new();
    for event in events {
        sequence.take(event.clone(), &mut out).unwrap();
    }
    let mut seen = Vec::new();
    for event in &mut out {
        if let Event::Open { block, .. } | Event::Delta { block, .. } | Event::Close { block, .. } = event {
            let place = seen.iter().position(|one| one == block).unwrap_or_else(|| {
                seen.push(*block);
                seen.len() - 1
            });
            *block = u32::try_from(place).unwrap();
        }
    }
    out
}

/// The answer that a stream tells.
pub(super) fn collect(events: &[Event]) -> Choice {
    let mut choice = Choice::default();
    for event in events {
        match event {
            Event::Open { what, .. } => choice.content.push(match what {
                Opening::Text => Block::Text(Text::default()),
                Opening::Thinking => Block::Thinking(Thinking::default()),
                Opening::RedactedThinking(signature) => {
                    let signature = Some(signature.clone());
                    Block::Thinking(Thinking { text: String::new(), signature, redacted: true })
                }
                Opening::ToolCall(call) => Block::ToolCall(call.clone()),
                Opening::Refusal => Block::Refusal(String::new()),
                Opening::Opaque(opaque) => Block::Opaque(opaque.clone()),
                Opening::Media(media) => Block::Media(media.clone()),
            }),
            Event::Delta { block, delta, .. } => match (&mut choice.content[*block as usize], delta) {
                (Block::Text(all), Delta::Text(text)) => all.text.push_str(text),
                (Block::Text(all), Delta::Citation(citation)) => {
                    all.citations.push(citation.clone());
                    all.citations_of = Some(Dialect::Responses);
                }
                (Block::Thinking(all), Delta::Text(text)) => all.text.push_str(text),
                (Block::Thinking(all), Delta::Signature(signature)) => all.signature = Some(signature.clone()),
                (Block::ToolCall(call), Delta::Arguments(text)) => call.arguments.push_str(text),
                (Block::Refusal(all), Delta::Text(text)) => all.push_str(text),
                (Block::Text(_), Delta::LogProbs(_)) => {}
                (block, delta) => panic!("{delta:?} does not belong to {block:?}"),
            },
            Event::Stop { reason, .. } => choice.stop = Some(reason.clone()),
            _ => {}
        }
    }
    choice
}

/// The order that every decoder promises.
pub(super) fn check_order(events: &[Event]) {
    let (mut open, mut next) = (Vec::new(), 0);
    for (at, event) in events.iter().enumerate() {
        assert_eq!(at == 0, matches!(event, Event::Start { .. }) || (at == 0 && matches!(event, Event::Failed(_))));
        match event {
            Event::Open { block, .. } => {
                assert_eq!(*block, next);
                next += 1;
                open.push(*block);
            }
            Event::Delta { block, .. } => assert!(open.contains(block)),
            Event::Close { block, .. } => {
                assert!(open.contains(block));
                open.retain(|one| one != block);
            }
            Event::Stop { .. } => assert!(open.is_empty()),
            Event::End | Event::Failed(_) => assert_eq!(at + 1, events.len()),
            Event::Start { .. } | Event::Usage(_) => {}
        }
    }
}

/// What these events, each without its number, tell.
fn told(list: &[Value]) -> (Choice, bool) {
    let text: String = list.iter().map(|event| format!("data: {event}\n\n")).collect();
    let (events, complete) = events(text.as_bytes()).unwrap();
    check_order(&events);
    (collect(&events), complete)
}

fn message(text: &str) -> Value {
    json!({"type": "message", "id": "m", "role": "assistant", "content": [{"type": "output_text", "text": text, "annotations": []}]})
}

fn function(arguments: &str) -> Value {
    json!({"type": "function_call", "id": "fc", "call_id": "c", "name": "f", "arguments": arguments})
}

fn the_call(arguments: &str) -> Block {
    Block::ToolCall(ToolCall {
        id: "c".to_owned(),
        name: "f".to_owned(),
        arguments: arguments.to_owned(),
        item_id: Some("fc".to_owned()),
        ..ToolCall::default()
    })
}

#[test]
fn what_servers_leave_out_is_filled_from_what_they_repeat() {
    let created = json!({"type": "response.created", "response": {"id": "resp_1"}});
    let done = |output: Value| json!({"type": "response.completed", "response": {"id": "resp_1", "status": "completed", "output": output}});
    let added = |item: Value| json!({"type": "response.output_item.added", "output_index": 0, "item": item});
    let item_done = |item: Value| json!({"type": "response.output_item.done", "output_index": 0, "item": item});
    let delta = |text: &str| json!({"type": "response.output_text.delta", "output_index": 0, "content_index": 0, "delta": text});
    let empty = json!({"type": "message", "id": "m", "role": "assistant", "content": []});
    let words = vec![Block::text("Hi")];
    let cases: Vec<(&str, Vec<Value>, Vec<Block>)> = vec![
        ("only the last event", vec![done(json!([message("Hi")]))], words.clone()),
        ("only whole items", vec![created.clone(), item_done(message("Hi")), done(json!([]))], words.clone()),
        ("only deltas", vec![delta("H"), delta("i"), done(json!([]))], words.clone()),
        (
            "no part, no ends",
            vec![created.clone(), added(empty.clone()), delta("Hi"), done(json!([message("Hi")]))],
            words.clone(),
        ),
        (
            "a second beginning",
            vec![created.clone(), delta("H"), created.clone(), delta("i"), done(json!([]))],
            words.clone(),
        ),
        (
            "words after the end of their item",
            vec![item_done(message("Hi")), delta("!"), done(json!([]))],
            words.clone(),
        ),
        (
            "events after the last one",
            vec![item_done(message("Hi")), done(json!([])), delta("!"), done(json!([message("x")]))],
            words.clone(),
        ),
        ("the item only in the last event", vec![added(empty), done(json!([message("Hi")]))], words.clone()),
        (
            "arguments only when done",
            vec![
                added(function("")),
                json!({"type": "response.function_call_arguments.done", "output_index": 0, "arguments": "{\"a\":1}"}),
                item_done(function("{\"a\":1}")),
                done(json!([])),
            ],
            vec![the_call("{\"a\":1}")],
        ),
        (
            "arguments only in the item",
            vec![added(function("{}")), item_done(function("{\"a\":1}")), done(json!([]))],
            vec![the_call("{\"a\":1}")],
        ),
        ("no arguments", vec![added(function("")), item_done(function("")), done(json!([]))], vec![the_call("")]),
        (
            "the right id under a wrong index",
            vec![
                added(function("")),
                json!({"type": "response.function_call_arguments.delta", "output_index": 7, "item_id": "fc", "delta": "{}"}),
                item_done(function("{}")),
                done(json!([])),
            ],
            vec![the_call("{}")],
        ),
        (
            "a call nobody announced",
            vec![
                json!({"type": "response.function_call_arguments.delta", "output_index": 0, "item_id": "fc", "delta": "{}"}),
                item_done(function("{}")),
                done(json!([])),
            ],
            vec![the_call("{}")],
        ),
        (
            "two items of one index",
            vec![item_done(message("Hi")), added(function("")), item_done(function("{}")), done(json!([]))],
            vec![Block::text("Hi"), the_call("{}")],
        ),
        (
            "two calls of one index at once",
            vec![
                added(function("")),
                json!({"type": "response.output_item.added", "output_index": 0, "item": {"type": "function_call", "id": "fd", "call_id": "d", "name": "f", "arguments": ""}}),
                json!({"type": "response.function_call_arguments.delta", "output_index": 0, "item_id": "fc", "delta": "{}"}),
                item_done(json!({"type": "function_call", "id": "fd", "call_id": "d", "name": "f", "arguments": "[]"})),
                item_done(function("{}")),
                done(json!([])),
            ],
            vec![
                the_call("{}"),
                Block::ToolCall(ToolCall {
                    id: "d".to_owned(),
                    name: "f".to_owned(),
                    arguments: "[]".to_owned(),
                    item_id: Some("fd".to_owned()),
                    ..ToolCall::default()
                }),
            ],
        ),
        (
            "another id at the end",
            vec![
                added(function("")),
                item_done(
                    json!({"type": "function_call", "id": "other", "call_id": "c", "name": "f", "arguments": "{}"}),
                ),
                done(json!([])),
            ],
            vec![the_call("{}")],
        ),
        (
            "one id for all",
            vec![
                item_done(message("Hi")),
                json!({"type": "response.output_item.done", "output_index": 1, "item": message("Ho")}),
                done(json!([])),
            ],
            vec![Block::text("Hi"), Block::text("Ho")],
        ),
        (
            "a thought without a summary",
            vec![
                json!({"type": "response.reasoning_text.delta", "output_index": 0, "content_index": 0, "delta": "raw"}),
                json!({"type": "response.output_item.done", "output_index": 0, "item": {"type": "reasoning", "id": "r", "summary": [], "content": [{"type": "reasoning_text", "text": "raw"}]}}),
                done(json!([])),
            ],
            vec![Block::Thinking(Thinking { text: "raw".to_owned(), ..Thinking::default() })],
        ),
        (
            "a thought without anything",
            vec![item_done(json!({"type": "reasoning", "id": "r", "summary": []})), done(json!([message("Hi")]))],
            vec![],
        ),
    ];
    for (name, list, expected) in cases {
        let (choice, complete) = told(&list);
        assert!(complete, "{name}");
        assert_eq!(choice.content, expected, "{name}");
        let calls = expected.iter().any(|block| matches!(block, Block::ToolCall(_)));
        assert_eq!(choice.stop, Some(if calls { StopReason::ToolUse } else { StopReason::End }), "{name}");
    }
}

#[test]
fn a_failure_is_told_with_its_reason() {
    for text in [
        r#"data: {"type":"response.failed","response":{"id":"resp_1","status":"failed","error":{"code":"rate_limit_exceeded","message":"Slow down"}}}"#,
        r#"data: {"type":"error","code":"rate_limit_exceeded","message":"Slow down","sequence_number":3}"#,
    ] {
        let (events, complete) = events(format!("{text}\n\n").as_bytes()).unwrap();
        assert!(!complete);
        let [Event::Failed(failure)] = events.as_slice() else { panic!("{events:?}") };
        assert_eq!((failure.message.as_str(), failure.code.as_deref()), ("Slow down", Some("rate_limit_exceeded")));
    }
}
