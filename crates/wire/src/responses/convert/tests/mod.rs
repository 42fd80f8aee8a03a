//! Tests of both directions, with data.

use std::sync::Arc;

use thinkwatch_policy::dialect::Dialect;

use super::{decode_request, decode_stream, encode_request, encode_stream};
use crate::canonical::{Client, Event, Notes, Refusal, Request, Target};
use crate::json::node::Fault;
use crate::sse;

mod answers;
mod clients;
mod corpus;
mod generated;
mod kept;
mod requests;
mod streams;

const TARGET: Target<'_> = Target { model: "gpt-5", default_max_output_tokens: 4096, ask_usage: false };

/// Notes of a conversion that nothing is wrong with.
fn notes(source: Dialect, target: Dialect) -> Notes {
    Notes::new(source, target, false)
}

fn own() -> Notes {
    notes(Dialect::Responses, Dialect::Responses)
}

fn decoded(body: &str) -> Result<Request, Fault> {
    decode_request::decode(body.as_bytes(), &mut own())
}

/// The body that this call becomes, and the names of what was left out.
fn encoded(request: &Request) -> Result<(serde_json::Value, Vec<String>), Refusal> {
    let mut notes = notes(request.source, Dialect::Responses);
    let target = Target { model: &request.model, ..TARGET };
    let body = encode_request::encode(request, &target, &mut notes)?;
    let lost = notes.lost().iter().map(|lost| lost.field.clone()).collect();
    Ok((serde_json::from_slice(&body).unwrap(), lost))
}

fn client(request: Request) -> Client {
    Client {
        model: request.model.clone(),
        request: Arc::new(request),
        request_id: "req".to_owned(),
        now_s: 1_763_800_000,
        as_list: false,
    }
}

/// A client that asked for nothing in particular.
fn anybody() -> Client {
    client(Request::new(Dialect::Responses, "my-model"))
}

/// The events of a stream, read event by event.
fn events(text: &[u8]) -> Result<(Vec<Event>, bool), Fault> {
    let mut decoder = decode_stream::Decoder::new();
    let mut framer = sse::Framer::default();
    let (mut out, mut at, mut first) = (Vec::new(), 0, true);
    while let Some(length) = framer.boundary(&text[at..]) {
        let event = sse::Event::parse(&text[at..at + length], std::mem::take(&mut first));
        if let Some(data) = event.data() {
            decoder.read(event.name, data, &mut out)?;
        }
        at += length;
    }
    let complete = decoder.finish(&mut out);
    Ok((out, complete))
}

/// What a client is written of these events.
fn written(events: &[Event], client: Client, source: Dialect) -> String {
    let mut encoder = encode_stream::Encoder::new(client);
    let mut notes = notes(source, Dialect::Responses);
    let mut out = Vec::new();
    for event in events {
        encoder.write(event.clone(), &mut notes, &mut out).unwrap();
    }
    String::from_utf8(out).unwrap()
}

/// The data of each event, as JSON.
fn data(stream: &str) -> Vec<serde_json::Value> {
    stream
        .lines()
        .filter_map(|line| line.strip_prefix("data: "))
        .map(|data| serde_json::from_str(data).unwrap())
        .collect()
}
