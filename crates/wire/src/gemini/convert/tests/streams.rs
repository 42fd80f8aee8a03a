//! Streams.

use serde_json::{Value, json};
use thinkwatch_policy::dialect::Dialect;
use thinkwatch_policy::usage::Usage;

use super::{STREAMS, client, events, json, notes, written_stream};
use crate::canonical::{Block, Delta, Event, Maker, Notes, Opening, Signature, StopReason, Thinking, ToolCall};
use crate::gemini::convert::array::{BadList, Elements};
use crate::gemini::convert::decode_stream::Decoder;
use crate::gemini::convert::encode_stream::{Encoder, Framing};
use crate::stream::Failure;

#[test]
fn however_a_stream_is_cut_it_tells_the_same() {
    for (name, stream) in STREAMS {
        let stream = stream.as_bytes();
        let expected = events(&[stream]);
        assert!(expected.1, "{name}");
        for at in 1..stream.len() {
            let (left, right) = stream.split_at(at);
            assert_eq!(events(&[left, right]), expected, "{name} cut at {at}");
        }
        assert_eq!(events(&stream.chunks(1).collect::<Vec<_>>()), expected, "{name}");
        let plain = String::from_utf8_lossy(stream).replace("\r\n", "\n");
        assert_eq!(events(&[plain.as_bytes()]), expected, "{name}");
    }
}

/// The events without the usage in between, which is told in the last chunk only, and the model's name, which is the
/// client's.
fn essence(events: &[Event]) -> Vec<Event> {
    let usage = events.iter().rev().find(|event| matches!(event, Event::Usage(_)));
    let others = events.iter().filter(|event| !matches!(event, Event::Usage(_) | Event::Start { .. }));
    usage.into_iter().chain(others).cloned().collect()
}

#[test]
fn what_is_written_tells_the_same_again() {
    for (name, stream) in STREAMS {
        let (told, _) = events(&[stream.as_bytes()]);
        let written = written_stream(&told, Framing::Events);
        let (again, complete) = events(&[&written]);
        assert!(complete, "{name}");
        // Words about where words come from are told at the end.
        assert_eq!(essence(&again), essence(&told), "{name}: {}", String::from_utf8_lossy(&written));
        let id = |events: &[Event]| match &events[0] {
            Event::Start { id, .. } => id.clone(),
            other => panic!("{other:?}"),
        };
        assert_eq!(id(&again), id(&told));
    }
}

#[test]
fn a_list_in_json_tells_the_same_as_events() {
    for (name, stream) in STREAMS {
        let (told, _) = events(&[stream.as_bytes()]);
        let written = written_stream(&told, Framing::List);
        let list = json(&written);
        let as_events = written_stream(&told, Framing::Events);
        let data: Vec<Value> = String::from_utf8(as_events)
            .unwrap()
            .split("\r\n\r\n")
            .filter(|event| !event.is_empty())
            .map(|event| json(event.strip_prefix("data: ").unwrap().as_bytes()))
            .collect();
        assert_eq!(list, Value::Array(data), "{name}");
        for size in [1, 7, written.len()] {
            let (mut elements, mut decoder, mut again) = (Elements::default(), Decoder::new(), Vec::new());
            for chunk in written.chunks(size) {
                elements.feed(chunk, 64 * 1024, |element| decoder.read(None, element, &mut again).unwrap()).unwrap();
            }
            assert!(elements.is_closed() && decoder.finish(&mut again), "{name}");
            assert_eq!(essence(&again), essence(&told), "{name}");
        }
    }
}

#[test]
fn lists_that_are_none_are_refused() {
    let feed = |text: &str, max| {
        let mut told = Vec::new();
        Elements::default().feed(text.as_bytes(), max, |element| told.push(element.to_vec())).map(|()| told)
    };
    assert_eq!(feed("[]", 9), Ok(vec![]));
    assert_eq!(feed(" [ {\"a\":\"]}\\\"\"} ,\r\n{}", 99), Ok(vec![b"{\"a\":\"]}\\\"\"}".to_vec(), b"{}".to_vec()]));
    assert_eq!(feed("{\"error\":{}}", 99), Ok(vec![b"{\"error\":{}}".to_vec()]));
    assert_eq!(feed("<html>", 9), Err(BadList::NotAList));
    assert_eq!(feed("[] x", 9), Err(BadList::NotAList));
    assert_eq!(feed("[1]", 9), Err(BadList::NotAList));
    assert_eq!(feed("[{\"aaaaaaaaaaaaaaa", 9), Err(BadList::TooLarge { max: 9 }));
}

fn decoded(chunks: &[Value]) -> (Vec<Event>, bool) {
    let stream: String = chunks.iter().map(|chunk| format!("data: {chunk}\r\n\r\n")).collect();
    events(&[stream.as_bytes()])
}

fn chunk(part: Value, rest: Value) -> Value {
    let mut candidate = json!({"content": {"parts": [part]}});
    for (key, value) in rest.as_object().unwrap() {
        candidate[key] = value.clone();
    }
    json!({"candidates": [candidate], "responseId": "r"})
}

#[test]
fn a_stream_without_a_reason_to_stop_was_cut_short() {
    let (told, complete) = decoded(&[chunk(json!({"text": "a"}), json!({}))]);
    assert!(!complete);
    assert_eq!(told.len(), 3, "nothing is made up: {told:?}");
    assert!(!decoded(&[]).1);
    assert!(!decoded(&[json!({"usageMetadata": {"promptTokenCount": 1}})]).1);
    // One of two choices is not done.
    let (_, complete) = decoded(&[
        chunk(json!({"text": "a"}), json!({"finishReason": "STOP", "index": 0})),
        chunk(json!({"text": "a"}), json!({"index": 1})),
    ]);
    assert!(!complete);
}

#[test]
fn reasons_to_stop_that_come_early_or_often_end_nothing() {
    let (told, complete) = decoded(&[
        chunk(json!({"text": "a"}), json!({"finishReason": "STOP"})),
        chunk(json!({"text": "b"}), json!({"finishReason": "STOP"})),
        chunk(json!({"functionCall": {"name": "f"}}), json!({"finishReason": "STOP"})),
    ]);
    assert!(complete);
    let stops: Vec<&Event> = told.iter().filter(|event| matches!(event, Event::Stop { .. })).collect();
    assert_eq!(stops, [&Event::Stop { choice: 0, reason: StopReason::ToolUse }]);
    let text: String = told
        .iter()
        .filter_map(|event| match event {
            Event::Delta { delta: Delta::Text(text), .. } => Some(text.as_str()),
            _ => None,
        })
        .collect();
    assert_eq!(text, "ab");
}

#[test]
fn an_error_in_the_stream_is_the_last_event() {
    let error = json!({"error": {"code": 429, "message": "slow down", "status": "RESOURCE_EXHAUSTED"}});
    let failure = Failure { message: "slow down".to_owned(), code: Some("RESOURCE_EXHAUSTED".to_owned()) };
    for error in [error.clone(), json!([error])] {
        let (told, complete) = decoded(&[
            chunk(json!({"text": "a"}), json!({"finishReason": "STOP"})),
            error,
            chunk(json!({"text": "b"}), json!({"finishReason": "STOP"})),
        ]);
        assert!(!complete);
        assert_eq!(told.last(), Some(&Event::Failed(failure.clone())));
        assert_eq!(told.iter().filter(|event| matches!(event, Event::Delta { .. })).count(), 1);
    }
}

#[test]
fn usage_is_told_when_it_changes() {
    let with = |tokens: u64| json!({"usageMetadata": {"promptTokenCount": 5, "candidatesTokenCount": tokens}, "responseId": "r"});
    let (told, _) = decoded(&[with(1), with(1), with(2)]);
    let usage: Vec<Event> = told.into_iter().filter(|event| matches!(event, Event::Usage(_))).collect();
    let of = |output| Event::Usage(Usage { input: 5, output, ..Usage::default() });
    assert_eq!(usage, [of(1), of(2)]);
}

#[test]
fn proofs_are_blocks_of_their_own() {
    let (told, _) = decoded(&[
        chunk(json!({"text": "a"}), json!({})),
        chunk(json!({"text": "b", "thoughtSignature": "c2ln"}), json!({})),
        chunk(json!({"text": "c"}), json!({"finishReason": "STOP"})),
    ]);
    let open = |block| Event::Open { choice: 0, block, what: Opening::Text };
    let delta = |block, delta| Event::Delta { choice: 0, block, delta };
    let close = |block| Event::Close { choice: 0, block };
    let text = |block, text: &str| delta(block, Delta::Text(text.to_owned()));
    let proof = delta(1, Delta::Signature(Signature::new(Maker::Google, "c2ln")));
    let stop = Event::Stop { choice: 0, reason: StopReason::End };
    let expected = [
        open(0),
        text(0, "a"),
        close(0),
        open(1),
        text(1, "b"),
        proof,
        close(1),
        open(2),
        text(2, "c"),
        close(2),
        stop,
        Event::End,
    ];
    assert_eq!(told[1..], expected);
}

/// What a provider of another dialect streams.
#[test]
fn blocks_that_overlap_become_parts_one_after_the_other() {
    let call = |id: &str| {
        let call = ToolCall { id: id.to_owned(), name: "f".to_owned(), ..ToolCall::default() };
        Opening::ToolCall(call)
    };
    let open = |block, what| Event::Open { choice: 0, block, what };
    let delta = |block, delta| Event::Delta { choice: 0, block, delta };
    let arguments = |block, text: &str| delta(block, Delta::Arguments(text.to_owned()));
    let close = |block| Event::Close { choice: 0, block };
    let given = [
        Event::Start { id: String::new(), model: "x".to_owned(), created_at_s: 0 },
        Event::Usage(Usage { input: 1, ..Usage::default() }),
        open(0, Opening::Thinking),
        delta(0, Delta::Text("hm".to_owned())),
        delta(0, Delta::Signature(Signature::new(Maker::Anthropic, "EqQB"))),
        close(0),
        open(1, call("a")),
        open(2, call("b")),
        arguments(2, "{\"y\":"),
        arguments(1, "{\"x\":1}"),
        arguments(2, "2"),
        close(1),
        close(2),
        Event::Stop { choice: 0, reason: StopReason::ToolUse },
        Event::Usage(Usage { input: 1, output: 7, ..Usage::default() }),
        Event::End,
    ];
    let written = written_stream(&given, Framing::List);
    let list = json(&written);
    let parts: Vec<&Value> =
        list.as_array().unwrap().iter().map(|chunk| &chunk["candidates"][0]["content"]["parts"][0]).collect();
    assert_eq!(parts[0], &json!({"text": "hm", "thought": true}));
    assert_eq!((&parts[1]["text"], &parts[1]["thought"]), (&json!(""), &json!(true)));
    assert_eq!(parts[2]["functionCall"], json!({"id": "a", "name": "f", "args": {"x": 1}}));
    let kept = json!({"contents": [{"role": "model", "parts": [parts[2], parts[3]]}]});
    let thought =
        Thinking { text: "hm".to_owned(), signature: Some(Signature::new(Maker::Anthropic, "EqQB")), redacted: false };
    assert_eq!(super::request(&kept.to_string()).messages[0].content[0], Block::Thinking(thought));
    assert_eq!(parts[3], &json!({"functionCall": {"id": "b", "name": "f", "args": {"_raw": "{\"y\":2"}}}));
    assert_eq!(parts.len(), 5);
    let last = list.as_array().unwrap().last().unwrap();
    assert_eq!(
        (&last["candidates"][0]["finishReason"], &last["usageMetadata"]["candidatesTokenCount"]),
        (&json!("STOP"), &json!(7))
    );
    assert_eq!((&last["responseId"], &last["modelVersion"]), (&json!("req"), &json!("m")));
}

#[test]
fn nothing_terminal_is_written_before_the_end() {
    let (told, _) = events(&[STREAMS[0].1.as_bytes()]);
    let (mut encoder, mut out, mut notes) = (Encoder::new(client()), Vec::new(), notes());
    for event in told.into_iter().filter(|event| *event != Event::End) {
        encoder.write(event, &mut notes, &mut out).unwrap();
    }
    encoder.write(Event::Failed(Failure::default()), &mut notes, &mut out).unwrap();
    let written = String::from_utf8(out).unwrap();
    assert!(!written.contains("finishReason") && !written.contains("usageMetadata"), "{written}");
    let place = encoder.place();
    assert_eq!((place.id.as_deref(), place.sequence, place.model.as_str()), (Some("r-1"), 2, "m"));
    let far = Event::Open { choice: 1000, block: 0, what: Opening::Text };
    let mut notes = Notes::new(Dialect::Chat, Dialect::Gemini, false);
    assert!(encoder.write(far, &mut notes, &mut Vec::new()).is_err());
}
