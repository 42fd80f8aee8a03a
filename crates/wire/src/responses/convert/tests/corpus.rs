//! Files that come back as they were, and survive whatever is done to them.

use serde_json::Value;
use thinkwatch_policy::dialect::Dialect;

use super::super::{decode_answer, decode_request, encode_answer, encode_request};
use super::{anybody, decoded, encoded, events, own, written};
use crate::canonical::{Event, StopReason, Target};
use crate::json::node::Node;
use crate::sse;

macro_rules! files {
    ($folder:literal, $ending:literal, $($name:literal)+) => {
        [$(($name, include_str!(concat!("../../../../tests/convert/responses/", $folder, "/", $name, $ending)))),+]
    };
}

const REQUESTS: &[(&str, &str)] = &files!(
    "requests", ".json",
    "allowed-tools" "codex" "forced-custom" "forced-function" "hosted-tools" "json-mode" "media" "new-things"
    "plain-format" "state" "stored-thought" "structured" "tool-results" "turns" "words"
);
const LOOSE: &[(&str, &str)] = &files!("loose", ".json", "chats-shapes" "made-here" "opencode" "string-input");
const NORMAL: &[(&str, &str)] = &files!("loose", ".normal.json", "chats-shapes" "made-here" "opencode" "string-input");
const ANSWERS: &[(&str, &str)] = &files!(
    "answers", ".json",
    "citations" "cut-off" "encrypted-only" "filtered" "logprobs" "picture" "refusal" "thinks-and-calls" "words"
);
pub(super) const STREAMS: &[(&str, &str)] = &files!(
    "streams", ".sse",
    "citations-and-logprobs" "cut-off" "overlapping-calls" "refusal" "server-tool" "thinks-and-calls" "words"
);

#[test]
fn calls_come_back_as_they_were() {
    for (name, body) in REQUESTS {
        let request = decoded(body).unwrap_or_else(|fault| panic!("{name}: {fault:?} {}", fault.path(body.as_bytes())));
        let (back, lost) = encoded(&request).unwrap();
        assert_eq!(back, serde_json::from_str::<Value>(body).unwrap(), "{name}");
        assert!(lost.is_empty(), "{name}: {lost:?}");
    }
}

#[test]
fn what_clients_write_in_other_ways_is_brought_into_one() {
    for ((name, body), (_, normal)) in LOOSE.iter().zip(NORMAL) {
        let (back, _) = encoded(&decoded(body).unwrap()).unwrap();
        assert_eq!(back, serde_json::from_str::<Value>(normal).unwrap(), "{name}");
    }
}

#[test]
fn the_next_turn_begins_with_the_bytes_of_this_one() {
    let (_, body) = REQUESTS.iter().find(|(name, _)| *name == "codex").unwrap();
    let mut request = decoded(body).unwrap();
    let bytes =
        |request: &crate::canonical::Request| encode_request::encode(request, &super::TARGET, &mut own()).unwrap();
    let next = bytes(&request);
    assert_eq!(next, bytes(&request));
    while request.messages.pop().is_some() {
        let before = bytes(&request);
        assert!(next.starts_with(before.strip_suffix(b"]}").unwrap()));
    }
}

#[test]
fn answers_come_back_with_the_same_meaning() {
    for (name, body) in ANSWERS {
        let answer = decode_answer::decode(body.as_bytes(), &mut own()).unwrap();
        let mut notes = own();
        let back = encode_answer::encode(&answer, &anybody(), &mut notes);
        assert_eq!(
            decode_answer::decode(&back, &mut own()).unwrap(),
            crate::canonical::Answer { model: "my-model".to_owned(), ..answer },
            "{name}"
        );
        assert!(notes.lost().is_empty(), "{name}");
    }
}

/// Each stream, read as it is, tells what its whole answer in the last event tells.
#[test]
fn streams_come_back_with_the_same_meaning() {
    for (name, text) in STREAMS {
        let (told, complete) = events(text.as_bytes()).unwrap();
        assert!(complete, "{name}");
        let back = written(&told, anybody(), Dialect::Responses);
        let (again, complete) = events(back.as_bytes()).unwrap();
        assert!(complete, "{name}");
        let mut expected = super::streams::in_line(&told);
        if let Some(Event::Start { model, .. }) = expected.first_mut() {
            *model = "my-model".to_owned();
        }
        assert_eq!(again, expected, "{name}");
    }
}

#[test]
fn a_stream_says_the_same_as_its_last_event() {
    for (name, text) in STREAMS {
        let (told, _) = events(text.as_bytes()).unwrap();
        let last = text.lines().rev().find_map(|line| line.strip_prefix("data: ")).unwrap();
        let last = Node::root(last.as_bytes()).unwrap().object().unwrap().need("response").unwrap();
        let whole = decode_answer::decode(last.raw().as_bytes(), &mut own()).unwrap();
        let collected = super::streams::collect(&told);
        assert_eq!(collected.content, whole.choices[0].content, "{name}");
        assert_eq!(collected.stop, whole.choices[0].stop, "{name}");
        assert_ne!(collected.stop, None::<StopReason>, "{name}");
    }
}

#[test]
fn a_stream_that_stops_early_is_cut_short() {
    for (name, text) in STREAMS {
        let text = text.as_bytes();
        for length in (0..text.len()).step_by(7) {
            // What is torn in the middle of an event is not read at all.
            let (told, complete) = events(&text[..length]).unwrap();
            let whole = told.last() == Some(&Event::End);
            assert_eq!(complete, whole, "{name} {length}");
            super::streams::check_order(&told);
        }
    }
}

/// However the network cuts a stream, its events are the same.
#[test]
fn a_stream_may_be_cut_anywhere() {
    for (name, text) in STREAMS {
        let expected = events(text.as_bytes()).unwrap();
        let bytes: Vec<&[u8]> = text.as_bytes().chunks(1).collect();
        assert_eq!(in_chunks(&bytes), expected, "{name}");
        for at in (0..text.len()).step_by(13) {
            let (before, after) = text.as_bytes().split_at(at);
            assert_eq!(in_chunks(&[before, after]), expected, "{name} {at}");
        }
    }
}

fn in_chunks(chunks: &[&[u8]]) -> (Vec<Event>, bool) {
    let mut decoder = super::decode_stream::Decoder::new();
    let (mut framer, mut partial, mut told) = (sse::Framer::default(), Vec::new(), Vec::new());
    let mut first = true;
    for chunk in chunks {
        let mut at = usize::from(framer.take_owed_line_feed() && chunk.first() == Some(&b'\n'));
        while let Some(length) = framer.boundary(&chunk[at..]) {
            partial.extend_from_slice(&chunk[at..at + length]);
            let event = sse::Event::parse(&partial, std::mem::take(&mut first));
            if let Some(data) = event.data() {
                decoder.read(event.name, data, &mut told).unwrap();
            }
            partial.clear();
            at += length;
        }
        partial.extend_from_slice(&chunk[at..]);
    }
    let complete = decoder.finish(&mut told);
    (told, complete)
}

/// Every prefix and every changed byte of everything is an answer or a fault, and never the end of the process.
#[test]
fn nothing_panics() {
    let client = anybody();
    let try_body = |bytes: &[u8]| {
        let mut elsewhere = super::notes(Dialect::Responses, Dialect::Chat);
        survives(decode_request::decode(bytes, &mut elsewhere));
        if let Ok(request) = decode_request::decode(bytes, &mut own()) {
            let target = Target { model: "m", ..super::TARGET };
            survives(encode_request::encode(&request, &target, &mut own()));
        }
        if let Ok(answer) = decode_answer::decode(bytes, &mut own()) {
            encode_answer::encode(&answer, &client, &mut own());
        }
    };
    let try_stream = |bytes: &[u8]| {
        let mut decoder = super::decode_stream::Decoder::new();
        let mut encoder = super::encode_stream::Encoder::new(client.clone());
        let (mut framer, mut at, mut told) = (sse::Framer::default(), 0, Vec::new());
        while let Some(length) = framer.boundary(&bytes[at..]) {
            let event = sse::Event::parse(&bytes[at..at + length], at == 0);
            if decoder.read(event.name, event.data().unwrap_or_default(), &mut told).is_err() {
                break;
            }
            at += length;
        }
        decoder.finish(&mut told);
        super::streams::check_order(&told);
        let mut out = Vec::new();
        for event in told {
            survives(encoder.write(event, &mut own(), &mut out));
        }
        assert!(std::str::from_utf8(&out).is_ok());
    };
    for (_, body) in REQUESTS.iter().chain(LOOSE).chain(ANSWERS) {
        damage(body.as_bytes(), 5, try_body);
    }
    for (_, text) in STREAMS {
        damage(text.as_bytes(), 61, try_stream);
    }
}

/// Whether it is an answer or a fault is not asked.
fn survives<T>(_: T) {}

/// Shows the text without its end, and with one byte changed, at every `step`th place.
fn damage(text: &[u8], step: usize, show: impl Fn(&[u8])) {
    for at in (0..text.len()).step_by(step) {
        show(&text[..at]);
        for byte in [b'"', b'0', b'}', b'\\', 0xff] {
            let mut changed = text.to_vec();
            changed[at] = byte;
            show(&changed);
        }
    }
}
