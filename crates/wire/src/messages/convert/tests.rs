//! Conversion of Messages, with data: `tests/convert/messages/` holds calls, answers and streams as they are sent.

use std::sync::Arc;

use serde_json::Value;
use thinkwatch_policy::dialect::Dialect;

use super::decode_stream::Decoder;
use super::encode_stream::Encoder;
use super::{decode_answer, decode_request, encode_answer, encode_request};
use crate::canonical::{Answer, Client, Event, Notes, Refusal, Request, Target};
use crate::sse::{self, Framer};

mod answers;
mod foreign;
mod generated;
mod hostile;
mod marks;
mod repairs;
mod requests;
mod streams;
mod thinking;

const MODEL: &str = "claude-sonnet-4-5";

const fn target(model: &str) -> Target<'_> {
    Target { model, default_max_output_tokens: 4096, ask_usage: false }
}

fn notes(source: Dialect, target: Dialect) -> Notes {
    Notes::new(source, target, false)
}

/// A call of a Messages client for another dialect.
fn decode_for(target: Dialect, body: &str) -> (Request, Notes) {
    let mut notes = notes(Dialect::Messages, target);
    (decode_request::decode(body.as_bytes(), &mut notes).unwrap(), notes)
}

/// What a provider of Messages is asked.
fn encoded(request: &Request) -> (Value, Notes) {
    encoded_for(request, MODEL)
}

fn encoded_for(request: &Request, model: &str) -> (Value, Notes) {
    let mut notes = notes(request.source, Dialect::Messages);
    let body = encode_request::encode(request, &target(model), &mut notes).unwrap();
    (serde_json::from_slice(&body).unwrap(), notes)
}

fn refused(request: &Request) -> Refusal {
    encode_request::encode(request, &target(MODEL), &mut notes(request.source, Dialect::Messages)).unwrap_err()
}

fn lost(notes: &Notes) -> Vec<&str> {
    notes.lost().iter().map(|lost| lost.field.as_str()).collect()
}

fn client() -> Client {
    Client {
        request: Arc::new(Request::new(Dialect::Messages, "the-model")),
        model: "the-model".to_owned(),
        request_id: "req-1".to_owned(),
        now_s: 1_800_000_000,
        as_list: false,
    }
}

fn encode_answer_from(source: Dialect, answer: &Answer) -> (Value, Notes) {
    let mut notes = notes(source, Dialect::Messages);
    let body = encode_answer::encode(answer, &client(), &mut notes);
    (serde_json::from_slice(&body).unwrap(), notes)
}

fn decode_answer_of(body: &[u8]) -> Answer {
    decode_answer::decode(body, &mut notes(Dialect::Messages, Dialect::Messages)).unwrap()
}

/// The events of a stream that comes in these pieces, and whether it was complete.
fn decode_pieces<'p>(pieces: impl IntoIterator<Item = &'p [u8]>) -> Result<(Vec<Event>, bool), String> {
    let (mut framer, mut decoder, mut events, mut partial) =
        (Framer::default(), Decoder::new(), Vec::new(), Vec::new());
    let mut first = true;
    for piece in pieces {
        let mut rest = piece;
        if framer.take_owed_line_feed() && rest.first() == Some(&b'\n') {
            rest = &rest[1..];
        }
        while let Some(length) = framer.boundary(rest) {
            partial.extend_from_slice(&rest[..length]);
            rest = &rest[length..];
            let event = sse::Event::parse(&partial, first);
            first = false;
            if let Some(data) = event.data() {
                decoder.read(event.name, data, &mut events).map_err(|fault| fault.message)?;
            }
            partial.clear();
        }
        partial.extend_from_slice(rest);
    }
    let complete = decoder.finish(&mut events);
    check_order(&events, complete);
    Ok((events, complete))
}

fn decode_stream(text: &str) -> (Vec<Event>, bool) {
    decode_pieces([text.as_bytes()]).unwrap()
}

fn encode_events(source: Dialect, events: Vec<Event>) -> (String, Notes) {
    let (mut encoder, mut notes, mut out) = (Encoder::new(client()), notes(source, Dialect::Messages), Vec::new());
    for event in events {
        encoder.write(event, &mut notes, &mut out).unwrap();
    }
    (String::from_utf8(out).unwrap(), notes)
}

/// The order that `canonical::event` promises.
fn check_order(events: &[Event], complete: bool) {
    let (mut next, mut open, mut stopped) = (0, Vec::new(), false);
    for (at, event) in events.iter().enumerate() {
        match event {
            Event::Start { .. } => assert_eq!(at, 0, "{events:?}"),
            Event::Open { block, .. } => {
                assert!(*block == next && !stopped && at > 0, "{events:?}");
                next += 1;
                open.push(*block);
            }
            Event::Delta { block, .. } => assert!(open.contains(block), "{events:?}"),
            Event::Close { block, .. } => {
                let place = open.iter().position(|one| one == block).expect("a block that is open");
                open.remove(place);
            }
            Event::Stop { .. } => {
                assert!(open.is_empty() && !stopped, "{events:?}");
                stopped = true;
            }
            Event::End | Event::Failed(_) => assert_eq!(at + 1, events.len(), "{events:?}"),
            Event::Usage(_) => assert!(at > 0, "{events:?}"),
        }
    }
    assert_eq!(complete, matches!(events.last(), Some(Event::End)), "{events:?}");
}

macro_rules! corpus {
    ($folder:literal, $ending:literal, $($name:literal)*) => {
        &[$(($name, include_str!(concat!("../../../tests/convert/messages/", $folder, "/", $name, $ending)))),*]
    };
}

const REQUESTS: &[(&str, &str)] = corpus!("requests", ".json",
    "claude_code" "conversation" "documents" "empty" "images" "plain" "prefill" "server_tools" "structured"
    "system_blocks" "system_in_the_middle" "system_text" "thinking" "tool_choice_any" "tool_choice_named"
    "tool_choice_none" "tool_results" "tools" "top_p");

const ANSWERS: &[(&str, &str)] = corpus!("answers", ".json",
    "cached" "citations" "context" "max_tokens" "pause" "refusal" "stop_sequence" "text" "thinking" "tools");

const STREAMS: &[(&str, &str)] = corpus!("streams", ".sse",
    "cache" "refusal" "server_tools" "stop_sequence" "text" "thinking" "tools");
