//! The converters at their border, with data. The samples are what Google's own library takes and gives.

use std::sync::Arc;

use serde_json::Value;
use thinkwatch_policy::dialect::Dialect;

use super::decode_stream::Decoder;
use super::encode_stream::{Encoder, Framing};
use super::{decode_answer, decode_request, encode_answer, encode_request};
use crate::canonical::{Answer, Client, Event, Notes, Refusal, Request, Target};
use crate::sse;

mod answers;
mod clients;
mod foreign;
mod generated;
mod hostile;
mod requests;
mod streams;

macro_rules! samples {
    ($folder:literal, $ending:literal, [$($name:literal),+ $(,)?]) => {
        &[$(($name, include_str!(concat!("../../../../tests/convert/gemini/", $folder, "/", $name, $ending)))),+]
    };
}

pub(super) const REQUESTS: &[(&str, &str)] = samples!(
    "requests",
    ".json",
    [
        "minimal",
        "system",
        "calls_with_ids",
        "calls_without_ids",
        "thinking_history",
        "sampling",
        "thinking_budget",
        "thinking_off",
        "thinking_level",
        "choice_named",
        "choice_allowed",
        "choice_strict",
        "media",
        "media_results",
        "server_tools",
        "others",
        "structured",
        "json_mode",
    ]
);

pub(super) const ANSWERS: &[(&str, &str)] = samples!(
    "answers",
    ".json",
    [
        "text",
        "thinking",
        "calls",
        "calls_without_ids",
        "max_tokens",
        "filtered",
        "malformed_call",
        "picture",
        "code",
        "two",
        "logprobs",
    ]
);

pub(super) const STREAMS: &[(&str, &str)] =
    samples!("streams", ".sse", ["text", "thinking", "calls", "two", "blocked", "code_and_pictures", "logprobs"]);

pub(super) fn notes() -> Notes {
    Notes::new(Dialect::Gemini, Dialect::Gemini, false)
}

pub(super) fn target(model: &str) -> Target<'_> {
    Target { model, default_max_output_tokens: 4096, ask_usage: false }
}

pub(super) fn client() -> Client {
    Client {
        request: Arc::new(Request::new(Dialect::Gemini, "m")),
        model: "m".to_owned(),
        request_id: "req".to_owned(),
        now_s: 1_800_000_000,
        as_list: false,
    }
}

pub(super) fn json(text: &[u8]) -> Value {
    serde_json::from_slice(text).unwrap_or_else(|error| panic!("{error}: {}", String::from_utf8_lossy(text)))
}

/// Reads a request of which nothing may be unknown.
pub(super) fn request(body: &str) -> Request {
    let mut notes = notes();
    let request = decode_request::decode(body.as_bytes(), &mut notes)
        .unwrap_or_else(|fault| panic!("{}: {fault:?}", fault.path(body.as_bytes())));
    assert_eq!(notes.lost(), [], "{body}");
    request
}

/// Writes a request for a model, and tells which fields were lost.
pub(super) fn written(request: &Request, model: &str, strict: bool) -> Result<(Value, Vec<String>), Refusal> {
    let mut notes = Notes::new(request.source, Dialect::Gemini, strict);
    let body = encode_request::encode(request, &target(model), &mut notes)?;
    Ok((json(&body), notes.lost().iter().map(|lost| lost.field.clone()).collect()))
}

pub(super) fn answer(body: &str) -> Answer {
    decode_answer::decode(body.as_bytes(), &mut notes()).unwrap_or_else(|fault| panic!("{fault:?}: {body}"))
}

pub(super) fn written_answer(answer: &Answer) -> Value {
    json(&encode_answer::encode(answer, &client(), &mut notes()))
}

/// The events of a stream that came in these chunks, and whether it was complete.
pub(super) fn events(chunks: &[&[u8]]) -> (Vec<Event>, bool) {
    let (mut framer, mut partial) = (sse::Framer::default(), Vec::new());
    let (mut decoder, mut out) = (Decoder::new(), Vec::new());
    let mut first = true;
    for chunk in chunks {
        let mut rest = *chunk;
        if framer.take_owed_line_feed() && rest.first() == Some(&b'\n') {
            rest = &rest[1..];
        }
        while let Some(length) = framer.boundary(rest) {
            partial.extend_from_slice(&rest[..length]);
            rest = &rest[length..];
            let event = sse::Event::parse(&partial, std::mem::take(&mut first));
            if let Some(data) = event.data() {
                // One that cannot be read says nothing; the gateway decides what becomes of the stream.
                drop(decoder.read(event.name, data, &mut out));
            }
            partial.clear();
        }
        partial.extend_from_slice(rest);
    }
    let complete = decoder.finish(&mut out);
    (out, complete)
}

/// What an encoder writes of these events.
pub(super) fn written_stream(events: &[Event], framing: Framing) -> Vec<u8> {
    let (mut encoder, mut out, mut notes) = (Encoder::framed(client(), framing), Vec::new(), notes());
    for event in events {
        encoder.write(event.clone(), &mut notes, &mut out).unwrap();
    }
    out
}
