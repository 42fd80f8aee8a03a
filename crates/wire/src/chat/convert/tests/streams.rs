//! Streams, in and out.

use super::super::decode_stream::Decoder;
use super::super::encode_stream::Encoder;
use super::*;
use crate::canonical::request::ClientTool;
use crate::canonical::{Delta, Event, Opening, StopReason, Tool, ToolCall, ToolKind};
use crate::sse::{self, Framer};

/// What a stream says, however its bytes arrive, and whether it is complete.
pub(super) fn events(chunks: &[&[u8]]) -> (Vec<Event>, bool) {
    let (mut decoder, mut framer, mut out) = (Decoder::new(), Framer::default(), Vec::new());
    let (mut event, mut first) = (Vec::new(), true);
    for chunk in chunks {
        let mut rest = *chunk;
        if !rest.is_empty() && framer.take_owed_line_feed() {
            rest = rest.strip_prefix(b"\n").unwrap_or(rest);
        }
        while let Some(end) = framer.boundary(rest) {
            event.extend_from_slice(&rest[..end]);
            rest = &rest[end..];
            let parsed = sse::Event::parse(&event, std::mem::take(&mut first));
            if let Some(data) = parsed.data() {
                // A fault is the gateway's affair; the next event can be read.
                drop(decoder.read(parsed.name, data, &mut out));
            }
            event.clear();
        }
        event.extend_from_slice(rest);
    }
    let complete = decoder.finish(&mut out);
    (out, complete)
}

/// Whether the events keep the order the model in the middle promises.
pub(super) fn assert_order(events: &[Event]) {
    use std::collections::HashMap;
    let mut next: HashMap<u32, u32> = HashMap::new();
    let mut open = std::collections::HashSet::new();
    let mut stopped = std::collections::HashSet::new();
    for (at, event) in events.iter().enumerate() {
        match event {
            Event::Start { .. } => assert_eq!(at, 0, "{events:?}"),
            Event::Open { choice, block, .. } => {
                let expected = next.entry(*choice).or_default();
                assert_eq!(*block, *expected, "{events:?}");
                *expected += 1;
                assert!(!stopped.contains(choice) && open.insert((*choice, *block)), "{events:?}");
            }
            Event::Delta { choice, block, .. } => assert!(open.contains(&(*choice, *block)), "{events:?}"),
            Event::Close { choice, block } => assert!(open.remove(&(*choice, *block)), "{events:?}"),
            Event::Stop { choice, .. } => {
                assert!(stopped.insert(*choice) && open.iter().all(|(one, _)| one != choice), "{events:?}");
            }
            Event::Usage(_) => {}
            Event::End => assert!(at + 1 == events.len() && open.is_empty(), "{events:?}"),
            Event::Failed(_) => assert_eq!(at + 1, events.len(), "{events:?}"),
        }
        assert!(at > 0 || matches!(event, Event::Start { .. }), "{events:?}");
    }
}

pub(super) fn encoded(events: Vec<Event>, client: Client) -> String {
    let (mut encoder, mut out) = (Encoder::new(client), Vec::new());
    for event in events {
        encoder.write(event, &mut foreign_notes(false), &mut out).unwrap();
    }
    String::from_utf8(out).unwrap()
}

/// What is the same when the terminal things are told at the end: the events of each answer, and the last usage.
fn sorted(events: &[Event]) -> (Vec<Vec<Event>>, Option<Event>, Option<Event>) {
    let of = |wanted: u32| {
        let mine = |event: &&Event| match event {
            Event::Open { choice, .. }
            | Event::Delta { choice, .. }
            | Event::Close { choice, .. }
            | Event::Stop { choice, .. } => *choice == wanted,
            _ => false,
        };
        events.iter().filter(mine).cloned().collect()
    };
    let usage = events.iter().rev().find(|event| matches!(event, Event::Usage(_))).cloned();
    (vec![of(0), of(1)], usage, events.last().cloned())
}

#[test]
fn streams_there_and_back_say_the_same() {
    for (name, text) in STREAMS {
        let (told, complete) = events(&[text.as_bytes()]);
        assert!(complete, "{name}");
        assert_order(&told);
        let Some(Event::Start { model, .. }) = told.first() else { panic!("{name}") };
        let usage = told.iter().any(|event| matches!(event, Event::Usage(_)));
        let mut request = Request::new(Dialect::Chat, "m");
        request.include_usage = usage;
        let again = encoded(told.clone(), client(request, model));
        let (back, complete) = events(&[again.as_bytes()]);
        assert!(complete, "{name}");
        assert_eq!(back.first(), told.first(), "{name}");
        assert_eq!(sorted(&back), sorted(&told), "{name}: {again}");
        assert!(again.ends_with("data: [DONE]\n\n"), "{name}");
        assert_eq!(again.matches("[DONE]").count(), 1, "{name}");
    }
}

#[test]
fn however_the_bytes_are_cut_the_events_are_the_same() {
    for (name, text) in STREAMS {
        for text in [(*text).to_owned(), text.replace('\n', "\r\n")] {
            let bytes = text.as_bytes();
            let whole = events(&[bytes]);
            for at in 0..bytes.len() {
                assert_eq!(events(&[&bytes[..at], &bytes[at..]]), whole, "{name} at {at}");
            }
            let single: Vec<&[u8]> = bytes.chunks(1).collect();
            assert_eq!(events(&single), whole, "{name}");
        }
    }
}

/// The blocks of a stream in short: `text:ab`, `f(x){}`, and the reasons to stop.
fn short(lines: &[&str]) -> Vec<String> {
    let text: String = lines.iter().map(|line| format!("data: {line}\n\n")).collect();
    let (events, complete) = events(&[text.as_bytes()]);
    assert_order(&events);
    let mut blocks: Vec<((u32, u32), String)> = Vec::new();
    let mut rest = Vec::new();
    for event in events {
        match event {
            Event::Open { choice, block, what } => {
                let name = match what {
                    Opening::Text => "text:".to_owned(),
                    Opening::Thinking => "thinking:".to_owned(),
                    Opening::RedactedThinking(_) => "redacted".to_owned(),
                    Opening::Refusal => "refusal:".to_owned(),
                    Opening::ToolCall(call) => format!("{}({})", call.name, call.id),
                    Opening::Media(_) | Opening::Opaque(_) => "media".to_owned(),
                };
                blocks.push(((choice, block), name));
            }
            Event::Delta { choice, block, delta } => {
                let (_, told) = blocks.iter_mut().find(|(key, _)| *key == (choice, block)).unwrap();
                match delta {
                    Delta::Text(text) | Delta::Arguments(text) => told.push_str(&text),
                    Delta::Signature(proof) => told.push_str(&format!("<{}>", proof.data)),
                    Delta::Citation(_) => told.push_str("<citation>"),
                    Delta::LogProbs(_) => told.push_str("<logprobs>"),
                }
            }
            Event::Stop { reason, .. } => rest.push(format!("{reason:?}")),
            Event::Usage(usage) => rest.push(format!("usage {}+{}", usage.total_input(), usage.output)),
            Event::Failed(failure) => rest.push(format!("failed {} {:?}", failure.message, failure.code)),
            Event::Start { .. } | Event::Close { .. } | Event::End => {}
        }
    }
    rest.extend((!complete).then(|| "cut".to_owned()));
    blocks.into_iter().map(|(_, told)| told).chain(rest).collect()
}

fn delta(inside: &str) -> String {
    format!(r#"{{"id":"i","choices":[{{"index":0,"delta":{inside}}}]}}"#)
}

fn finish(word: &str) -> String {
    format!(r#"{{"id":"i","choices":[{{"index":0,"delta":{{}},"finish_reason":"{word}"}}]}}"#)
}

fn calls(inside: &str) -> String {
    delta(&format!(r#"{{"tool_calls":[{inside}]}}"#))
}

/// Streams as no server should write them.
#[test]
fn what_upstreams_do_wrong_is_repaired() {
    let text = delta(r#"{"content":"a"}"#);
    let stop = finish("stop");
    let usage = r#"{"id":"i","choices":[],"usage":{"prompt_tokens":2,"completion_tokens":3}}"#;
    let named = |index: &str, id: &str, name: &str| {
        calls(&format!(r#"{{{index}"id":"{id}","function":{{"name":"{name}","arguments":"{{"}}}}"#))
    };
    let more = |index: &str| calls(&format!(r#"{{{index}"function":{{"arguments":"}}"}}}}"#));
    let cases: Vec<(Vec<String>, &[&str])> = vec![
        (vec![text.clone(), stop.clone()], &["text:a", "End"]),
        (vec![text.clone(), "[DONE]".into()], &["text:a", "End"]),
        (vec![text.clone()], &["text:a", "cut"]),
        (vec![], &["cut"]),
        (vec!["[DONE]".into()], &[]),
        (vec![usage.into()], &["usage 2+3", "cut"]),
        // Usage before the end, in a chunk with choices, and as zeros for "not counted".
        (vec![usage.into(), text.clone(), stop.clone()], &["text:a", "usage 2+3", "End"]),
        (vec![text.clone(), r#"{"choices":[{"delta":{},"finish_reason":"stop"}],"usage":{"prompt_tokens":0,"completion_tokens":0}}"#.into()], &["text:a", "End"]),
        (vec![text.clone(), stop.clone(), stop.clone(), text.clone(), finish("length"), "[DONE]".into()], &["text:a", "End"]),
        // Empty words are not words; an empty reason is none.
        (vec![delta(r#"{"role":"assistant","content":"","tool_calls":null,"function_call":null}"#), r#"{"choices":[{"delta":{"content":"a"},"finish_reason":""}]}"#.into(), stop.clone()], &["text:a", "End"]),
        (vec![delta(r#"{"reasoning":"t"}"#), delta(r#"{"reasoning_content":"u","reasoning":"u","content":"a"}"#), delta(r#"{"reasoning":"v"}"#), stop.clone()], &["thinking:tu", "text:a", "thinking:v", "End"]),
        (vec![delta(r#"{"reasoning":"t","reasoning_details":[{"type":"reasoning.text","text":"t"}]}"#), delta(r#"{"reasoning_details":[{"type":"reasoning.text","signature":"S","format":"anthropic-claude-v1"}]}"#), delta(r#"{"reasoning":"v"}"#), stop.clone()], &["thinking:t<S>", "thinking:v", "End"]),
        (vec![delta(r#"{"refusal":"no"}"#), stop.clone()], &["refusal:no", "Refusal"]),
        // Calls: all numbered 0, not numbered at all, ids repeated, names in every chunk, a reason that hides them.
        (vec![named(r#""index":0,"#, "a", "f"), more(r#""index":0,"#), named(r#""index":0,"#, "b", "f"), more(r#""index":0,"#), stop.clone()], &["f(a){}", "f(b){}", "ToolUse"]),
        (vec![named("", "a", "f"), more(""), named("", "b", "g"), more(""), finish("tool_calls")], &["f(a){}", "g(b){}", "ToolUse"]),
        (vec![named(r#""index":1,"#, "a", "f"), named(r#""index":0,"#, "b", "g"), more(r#""index":1,"#), more(r#""index":0,"#), "[DONE]".into()], &["f(a){}", "g(b){}", "ToolUse"]),
        (vec![named(r#""index":0,"#, "a", "f"), calls(r#"{"index":0,"id":"a","function":{"name":"f","arguments":"}"}}"#), stop.clone()], &["f(a){}", "ToolUse"]),
        (vec![named(r#""index":0,"#, "", "f"), more(r#""index":0,"#), named(r#""index":1,"#, "", "f"), stop.clone()], &["f(call_i_0_0){}", "f(call_i_0_1){", "ToolUse"]),
        // The name after the arguments, an object for arguments, no name at all.
        (vec![calls(r#"{"index":0,"id":"a","function":{"arguments":"{"}}"#), calls(r#"{"index":0,"function":{"name":"f","arguments":"}"}}"#), stop.clone()], &["f(a){}", "ToolUse"]),
        (vec![calls(r#"{"index":0,"id":"a","function":{"name":"f","arguments":{"x": 1}}}"#), stop.clone()], &[r#"f(a){"x": 1}"#, "ToolUse"]),
        (vec![calls(r#"{"index":0,"id":"a","function":{"arguments":"{}"}}"#), text.clone(), stop.clone()], &["text:a", "End"]),
        (vec![named(r#""index":0,"#, "a", "f"), text.clone(), more(r#""index":0,"#), stop.clone()], &["f(a){}", "text:a", "ToolUse"]),
        (vec![delta(r#"{"function_call":{"name":"f","arguments":"{"}}"#), delta(r#"{"function_call":{"arguments":"}"}}"#), finish("function_call")], &["f(call_i_0_0){}", "ToolUse"]),
        // A message in place of a delta, Mistral's parts, sounds.
        (vec![r#"{"choices":[{"message":{"content":"a"},"finish_reason":"stop"}]}"#.into()], &["text:a", "End"]),
        (vec![delta(r#"{"content":[{"type":"thinking","thinking":[{"type":"text","text":"t"}]},{"type":"text","text":"a"}]}"#), stop.clone()], &["thinking:t", "text:a", "End"]),
        (vec![delta(r#"{"audio":{"id":"x","transcript":"hi"}}"#), delta(r#"{"audio":{"data":"AAAA"}}"#), stop.clone()], &["text:hi", "End"]),
        // Values of the wrong type, and JSON that is none.
        (vec![delta(r#"{"content":5,"tool_calls":"x","reasoning":{}}"#), "{".into(), text.clone(), r#"{"choices":7}"#.into(), stop.clone()], &["text:a", "End"]),
        // Errors.
        (vec![text.clone(), r#"{"choices":[{"index":0,"delta":{},"finish_reason":"error","error":{"message":"gone","code":502}}]}"#.into()], &["text:a", r#"failed gone Some("502")"#, "cut"]),
        (vec![text.clone(), r#"{"error":{"message":"boom","code":503}}"#.into(), text.clone(), "[DONE]".into()], &["text:a", r#"failed boom Some("503")"#, "cut"]),
        (vec![r#"{"id":"i","choices":[{"delta":{"content":""},"finish_reason":"error"}],"error":{"message":"m","type":"t"}}"#.into()], &[r#"failed m Some("t")"#, "cut"]),
        (vec![r#"{"error":null,"choices":[{"delta":{"content":"a"},"finish_reason":"stop"}]}"#.into()], &["text:a", "End"]),
    ];
    for (lines, expected) in cases {
        let lines: Vec<_> = lines.iter().map(String::as_str).collect();
        assert_eq!(short(&lines), expected, "{lines:#?}");
    }
}

fn start() -> Event {
    Event::Start { id: String::new(), model: "x".into(), created_at_s: 0 }
}

fn tool_call(name: &str, pieces: &[&str]) -> Vec<Event> {
    let call = ToolCall { id: "1".into(), name: name.into(), ..ToolCall::default() };
    let mut events = vec![start(), Event::Open { choice: 0, block: 0, what: Opening::ToolCall(call) }];
    events.extend(pieces.iter().map(|piece| Event::Delta {
        choice: 0,
        block: 0,
        delta: Delta::Arguments((*piece).into()),
    }));
    events.extend([
        Event::Close { choice: 0, block: 0 },
        Event::Stop { choice: 0, reason: StopReason::ToolUse },
        Event::End,
    ]);
    events
}

#[test]
fn usage_is_told_to_those_who_asked() {
    let events = || {
        vec![start(), Event::Usage(Default::default()), Event::Stop { choice: 0, reason: StopReason::End }, Event::End]
    };
    let mut request = Request::new(Dialect::Chat, "m");
    let quiet = encoded(events(), client(request.clone(), "m"));
    assert!(!quiet.contains("usage"), "{quiet}");
    request.include_usage = true;
    let told = encoded(events(), client(request, "m"));
    assert!(told.contains(r#""choices":[],"usage":{"prompt_tokens":0"#), "{told}");
}

#[test]
fn nothing_terminal_is_told_before_the_end() {
    let mut events = tool_call("f", &["{}"]);
    events.pop();
    events.push(Event::Failed(Default::default()));
    let told = encoded(events, client(Request::new(Dialect::Chat, "m"), "m"));
    assert!(!told.contains("[DONE]") && !told.contains(r#""finish_reason":""#), "{told}");
}

#[test]
fn calls_as_their_client_knows_them() {
    let mut request = Request::new(Dialect::Chat, "m");
    request.tools =
        vec![Tool::Client(ClientTool { name: "p".into(), kind: ToolKind::Custom, ..ClientTool::default() })];
    let custom = encoded(tool_call("p", &[r#"{"input":"#, r#""a\nb"}"#]), client(request.clone(), "m"));
    assert!(custom.contains(r#""type":"custom","custom":{"name":"p","input":""}"#), "{custom}");
    assert!(custom.contains(r#""custom":{"input":"a\nb"}"#), "{custom}");
    let empty = encoded(tool_call("f", &[""]), client(request.clone(), "m"));
    assert!(empty.contains(r#""function":{"arguments":"{}"}"#), "{empty}");
    request.legacy_functions = true;
    let older = encoded(tool_call("f", &["{}"]), client(request, "m"));
    assert!(older.contains(r#""function_call":{"name":"f","arguments":""}"#), "{older}");
    assert!(older.contains(r#""finish_reason":"function_call""#) && !older.contains("tool_calls"), "{older}");
}

#[test]
fn json_of_an_upstream_does_not_tear_an_event_apart() {
    let mut events = vec![start(), Event::Open { choice: 0, block: 0, what: Opening::Text }];
    events.push(Event::Delta { choice: 0, block: 0, delta: Delta::LogProbs("{\n\n\"content\":\r\n[]}".into()) });
    let told = encoded(events, client(Request::new(Dialect::Chat, "m"), "m"));
    for line in told.lines().filter(|line| !line.is_empty()) {
        json(line.strip_prefix("data: ").unwrap());
    }
}

#[test]
fn the_place_is_known_for_the_error_that_may_come() {
    let encoder = Encoder::new(client(Request::new(Dialect::Chat, "m"), "m"));
    let place = encoder.place();
    assert_eq!(
        (place.id.as_deref(), place.created_at_s, place.model.as_str()),
        (Some("chatcmpl-req-1"), 1_800_000_000, "m")
    );
}
