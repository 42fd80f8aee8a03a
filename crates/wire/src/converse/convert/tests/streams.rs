//! Streams: frames to events and back, wherever they are cut and whatever the upstream does.

use serde_json::{Value, json};
use thinkwatch_policy::dialect::Dialect;
use thinkwatch_policy::usage::Usage;

use super::super::decode_stream::Decoder;
use super::super::encode_stream::Encoder;
use super::{client, corpus, notes};
use crate::canonical::{Delta, Event, Maker, Opening, Signature, StopReason, ToolCall};
use crate::converse::frames::{self, Frame};
use crate::stream::Failure;

fn frames_of(events: &[Value]) -> Vec<u8> {
    let mut bytes = Vec::new();
    for event in events {
        frames::event(event[0].as_str().unwrap(), event[1].to_string().as_bytes(), &mut bytes);
    }
    bytes
}

pub(super) fn read(chunks: &[&[u8]]) -> Vec<Frame> {
    let mut decoder = frames::Decoder::new(1 << 20);
    let mut out = Vec::new();
    for chunk in chunks {
        decoder.feed(chunk, &mut out).unwrap();
    }
    assert!(decoder.is_between_frames());
    out
}

pub(super) fn events(frames: &[Frame]) -> (Vec<Event>, bool) {
    let mut decoder = Decoder::new();
    let mut out = Vec::new();
    for frame in frames {
        decoder.frame(frame, &mut out).unwrap();
    }
    let complete = decoder.finish(&mut out);
    check_order(&out);
    (out, complete)
}

pub(super) fn events_of(told: &[Value]) -> (Vec<Event>, bool) {
    events(&read(&[&frames_of(told)]))
}

/// What every decoder promises.
fn check_order(events: &[Event]) {
    let (mut open, mut next, mut stopped, mut over) = (Vec::new(), 0, false, false);
    for (at, event) in events.iter().enumerate() {
        assert!(!over, "nothing after the end: {events:?}");
        assert_eq!(matches!(event, Event::Start { .. }), at == 0 && !matches!(event, Event::Failed(_)), "{events:?}");
        match event {
            Event::Open { block, .. } => {
                assert!(*block == next && !stopped, "{events:?}");
                open.push(*block);
                next += 1;
            }
            Event::Delta { block, .. } => assert!(open.contains(block), "{events:?}"),
            Event::Close { block, .. } => {
                let at = open.iter().position(|one| one == block).expect("it is open");
                open.remove(at);
            }
            Event::Stop { .. } => {
                assert!(open.is_empty() && !stopped, "{events:?}");
                stopped = true;
            }
            Event::End => {
                assert!(stopped, "{events:?}");
                over = true;
            }
            Event::Failed(_) => over = true,
            _ => {}
        }
    }
}

pub(super) fn written(events: &[Event]) -> Vec<u8> {
    let mut encoder = Encoder::new(client());
    let mut notes = notes(Dialect::Converse);
    let mut out = Vec::new();
    for event in events {
        encoder.write(event.clone(), &mut notes, &mut out).unwrap();
    }
    assert_eq!(notes.lost(), []);
    out
}

#[test]
fn streams_come_back_as_they_were() {
    for (name, text) in corpus("streams") {
        let told: Vec<Value> = serde_json::from_str(&text).unwrap();
        let bytes = frames_of(&told);
        let whole = read(&[&bytes]);
        let (decoded, complete) = events(&whole);
        assert!(complete, "{name}");
        assert_eq!(decoded.last(), Some(&Event::End));
        for cut in 0..=bytes.len() {
            assert_eq!(read(&[&bytes[..cut], &bytes[cut..]]), whole, "{name} cut at {cut}");
        }
        let again = written(&decoded);
        assert_eq!(events(&read(&[&again])), (decoded, true), "{name}");
        let values: Vec<Value> = read(&[&again])
            .iter()
            .map(|frame| {
                let payload: Value = serde_json::from_slice(frame.payload()).unwrap();
                json!([frame.header(":event-type"), payload])
            })
            .collect();
        let brief = |list: &[Value]| -> Vec<Value> {
            // Zeros that are told and those that are not say the same.
            let mut list = list.to_vec();
            for one in &mut list {
                if let Some(usage) = one[1].get_mut("usage").and_then(Value::as_object_mut) {
                    usage.remove("totalTokens");
                    usage.retain(|_, value| value != &json!(0));
                }
            }
            list
        };
        if name != "thinking" {
            assert_eq!(brief(&values), brief(&told), "{name}");
        }
    }
}

#[test]
fn a_cut_stream_is_complete_only_after_its_reason_to_stop() {
    for (name, text) in corpus("streams") {
        let told: Vec<Value> = serde_json::from_str(&text).unwrap();
        let stop = told.iter().position(|event| event[0] == "messageStop").unwrap();
        for cut in 0..=told.len() {
            let (decoded, complete) = events_of(&told[..cut]);
            assert_eq!(complete, cut > stop, "{name} {cut}");
            assert_eq!(decoded.last() == Some(&Event::End), complete, "{name} {cut}");
        }
    }
}

#[test]
fn damaged_streams_never_panic() {
    for (_, text) in corpus("streams") {
        let told: Vec<Value> = serde_json::from_str(&text).unwrap();
        for (at, event) in told.iter().enumerate() {
            let payload = event[1].to_string().into_bytes();
            for place in 0..payload.len() {
                for with in [b'"', b'}', 0xff] {
                    let mut damaged = payload.clone();
                    damaged[place] = with;
                    let mut decoder = Decoder::new();
                    let mut out = Vec::new();
                    let mut ok = true;
                    for (other, event) in told.iter().enumerate() {
                        let name = event[0].as_str().unwrap().as_bytes();
                        let whole = event[1].to_string().into_bytes();
                        let data = if other == at { &damaged } else { &whole };
                        ok &= decoder.read(Some(name), data, &mut out).is_ok();
                    }
                    decoder.finish(&mut out);
                    if ok {
                        check_order(&out);
                    }
                }
            }
        }
    }
}

fn text(index: u64, words: &str) -> Value {
    json!(["contentBlockDelta", {"delta": {"text": words}, "contentBlockIndex": index}])
}

fn stop(reason: &str) -> Value {
    json!(["messageStop", {"stopReason": reason}])
}

fn metadata() -> Value {
    json!(["metadata", {"usage": {"inputTokens": 3, "outputTokens": 2}, "metrics": {"latencyMs": 1}}])
}

#[test]
fn whatever_the_order_events_are_in_order() {
    let start = || Event::Start { id: String::new(), model: String::new(), created_at_s: 0 };
    let open = |block, what| Event::Open { choice: 0, block, what };
    let words = |block, words: &str| Event::Delta { choice: 0, block, delta: Delta::Text(words.to_owned()) };
    let close = |block| Event::Close { choice: 0, block };
    let stopped = |reason| Event::Stop { choice: 0, reason };
    let usage = || Event::Usage(Usage { input: 3, output: 2, ..Usage::default() });
    let check = |told: Vec<Value>, expected: Vec<Event>| assert_eq!(events_of(&told).0, expected, "{told:?}");

    // No messageStart, blocks never opened nor closed, usage before the end, a second end, events after it.
    check(
        vec![text(0, "a"), text(1, "b"), metadata(), stop("end_turn"), stop("max_tokens"), text(2, "c")],
        vec![
            start(),
            open(0, Opening::Text),
            words(0, "a"),
            open(1, Opening::Text),
            words(1, "b"),
            usage(),
            close(0),
            close(1),
            stopped(StopReason::End),
            Event::End,
        ],
    );
    // A second start, thought inside a block of words, a block closed twice and then continued, empty words.
    check(
        vec![
            json!(["messageStart", {}]),
            json!(["messageStart", {"role": "assistant"}]),
            text(0, ""),
            text(0, "a"),
            json!(["contentBlockDelta", {"delta": {"reasoningContent": {"text": "t"}}, "contentBlockIndex": 0}]),
            json!(["contentBlockDelta", {"delta": {"reasoningContent": {"signature": "EqQB"}}, "contentBlockIndex": 0}]),
            json!(["contentBlockStop", {"contentBlockIndex": 0}]),
            json!(["contentBlockStop", {"contentBlockIndex": 0}]),
            text(0, "b"),
            stop("new_reason"),
            metadata(),
            text(0, "late"),
            metadata(),
        ],
        vec![
            start(),
            open(0, Opening::Text),
            words(0, "a"),
            close(0),
            open(1, Opening::Thinking),
            words(1, "t"),
            Event::Delta { choice: 0, block: 1, delta: Delta::Signature(Signature::new(Maker::Anthropic, "EqQB")) },
            close(1),
            open(2, Opening::Text),
            words(2, "b"),
            close(2),
            stopped(StopReason::Other("new_reason".to_owned())),
            usage(),
            Event::End,
        ],
    );
    // A call without an id; arguments as an object; arguments of a call that nobody named; the wrong reason to stop.
    let call = ToolCall { id: "tooluse_0".to_owned(), name: "f".to_owned(), ..ToolCall::default() };
    check(
        vec![
            json!(["contentBlockStart", {"start": {"toolUse": {"name": "f"}}, "contentBlockIndex": 0}]),
            json!(["contentBlockDelta", {"delta": {"toolUse": {"input": {"a": 1}}}, "contentBlockIndex": 0}]),
            json!(["contentBlockDelta", {"delta": {"toolUse": {"input": "{}"}}, "contentBlockIndex": 7}]),
            json!(["contentBlockDelta", {"delta": {"toolUse": {"input": ""}}, "contentBlockIndex": 0}]),
            json!(["somethingNew", {"contentBlockIndex": 0}]),
            json!(["contentBlockDelta", {"delta": {"somethingNew": 1}, "contentBlockIndex": 0}]),
            stop("end_turn"),
            metadata(),
        ],
        vec![
            start(),
            open(0, Opening::ToolCall(call)),
            Event::Delta { choice: 0, block: 0, delta: Delta::Arguments(r#"{"a":1}"#.to_owned()) },
            close(0),
            stopped(StopReason::ToolUse),
            usage(),
            Event::End,
        ],
    );
}

#[test]
fn an_exception_ends_the_stream_with_its_reason() {
    let mut bytes = frames_of(&[text(0, "a")]);
    frames::exception("modelStreamErrorException", br#"{"message":"broke","originalStatusCode":500}"#, &mut bytes);
    bytes.extend(frames_of(&[text(0, "b"), stop("end_turn"), metadata()]));
    let (decoded, complete) = events(&read(&[&bytes]));
    assert!(!complete);
    let failure = |message: &str, code: &str| {
        Some(Event::Failed(Failure { message: message.to_owned(), code: Some(code.to_owned()) }))
    };
    assert_eq!(decoded.last(), failure("broke", "modelStreamErrorException").as_ref());

    let mut bytes = Vec::new();
    let headers = [(":message-type", "error"), (":error-code", "InternalError"), (":error-message", "oops")];
    frames::encode(&headers, b"", &mut bytes);
    let (decoded, complete) = events(&read(&[&bytes]));
    assert_eq!((decoded.last(), complete), (failure("oops", "InternalError").as_ref(), false));

    // As the type of an event, and without a name at all.
    for (name, data) in [
        (Some(b"throttlingException".as_slice()), r#"{"message":"slow"}"#),
        (None, r#"{"throttlingException":{"message":"slow"}}"#),
    ] {
        let (mut decoder, mut out) = (Decoder::new(), Vec::new());
        decoder.read(name, data.as_bytes(), &mut out).unwrap();
        assert_eq!(out.last(), failure("slow", "throttlingException").as_ref());
        assert!(!decoder.finish(&mut out));
    }
    let (mut decoder, mut out) = (Decoder::new(), Vec::new());
    decoder.read(None, br#"{"contentBlockDelta":{"delta":{"text":"a"}}}"#, &mut out).unwrap();
    assert_eq!(out.len(), 3);
}

#[test]
fn many_open_blocks_are_bounded() {
    let told: Vec<Value> = (0..1000).map(|index| text(index, "a")).collect();
    let (decoded, complete) = events_of(&told);
    assert!(!complete);
    let closed = decoded.iter().filter(|event| matches!(event, Event::Close { .. })).count();
    assert!(closed > 900, "{closed}");
}

#[test]
fn what_the_end_tells_is_written_at_the_end() {
    let (decoded, _) = events_of(&[text(0, "a"), stop("max_tokens"), metadata()]);
    let before = written(&decoded[..decoded.len() - 1]);
    let names: Vec<_> = read(&[&before]).iter().map(|frame| frame.header(":event-type").unwrap().to_owned()).collect();
    assert_eq!(names, ["messageStart", "contentBlockDelta", "contentBlockStop"]);
    let mut encoder = Encoder::new(client());
    let mut out = Vec::new();
    let failed = Event::Failed(Failure { message: "m".to_owned(), code: None });
    encoder.write(failed, &mut notes(Dialect::Converse), &mut out).unwrap();
    assert_eq!((out.len(), encoder.place().sequence, encoder.place().id.as_deref()), (0, 0, Some("req_1")));
}
