//! A stream as bytes: each provider's framing, and the faults that were asked for.

use std::time::Duration;

use bytes::Bytes;
use thinkwatch_wire::frames;

use crate::body::Do;
use crate::dialects::{Event, chat, converse, gemini, messages, responses};
use crate::magic::Magic;
use crate::prompt::Prompt;
use crate::route::Endpoint;
use crate::turn::Turn;

/// How events become bytes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Framing {
    /// Server-sent events.
    Lines,
    /// The same, with both characters at the end of a line.
    Crlf,
    /// One JSON list, an element per event.
    List,
    /// `application/vnd.amazon.eventstream`.
    Frames,
}

impl Framing {
    pub(crate) fn content_type(self) -> &'static str {
        match self {
            Self::Lines => "text/event-stream; charset=utf-8",
            Self::Crlf => "text/event-stream",
            Self::List => "application/json; charset=UTF-8",
            Self::Frames => "application/vnd.amazon.eventstream",
        }
    }

    fn bytes(self, event: &Event, at: usize) -> Bytes {
        match self {
            Self::Lines => event.frame(false).into(),
            Self::Crlf => event.frame(true).into(),
            Self::List => format!("{}{}", if at == 0 { "[" } else { ",\r\n" }, event.data).into(),
            Self::Frames => {
                let mut out = Vec::new();
                let write = if event.failure { frames::exception } else { frames::event };
                write(event.name.unwrap_or_default(), event.data.as_bytes(), &mut out);
                out.into()
            }
        }
    }
}

/// The events of an answer.
pub(crate) fn events(endpoint: Endpoint, prompt: &Prompt, turn: &Turn, magic: &Magic) -> Vec<Event> {
    let events = match endpoint {
        Endpoint::Chat => chat::events(prompt, turn),
        Endpoint::Messages => messages::events(prompt, turn),
        Endpoint::Generate => gemini::events(prompt, turn),
        Endpoint::Converse => converse::events(prompt, turn),
        _ => responses::events(prompt, turn),
    };
    misbehave(endpoint, events, prompt, turn, magic)
}

/// Faults that are made of events.
pub(crate) fn misbehave(
    endpoint: Endpoint,
    mut events: Vec<Event>,
    prompt: &Prompt,
    turn: &Turn,
    magic: &Magic,
) -> Vec<Event> {
    if magic.no_done {
        events.retain(|event| !event.terminal);
    }
    if magic.bad_json_event {
        let place = events.len().min(2);
        let name = events.get(place).and_then(|event| event.name);
        events.insert(place, Event { name, data: "{\"broken\": ".to_owned(), terminal: false, failure: false });
    }
    if let Some(after) = magic.error_event_after {
        events.truncate(after);
        events.push(match endpoint {
            Endpoint::Chat
            | Endpoint::Completions
            | Endpoint::ImageGenerations
            | Endpoint::ImageEdits
            | Endpoint::Speech
            | Endpoint::Transcriptions => chat::error_event(),
            Endpoint::Messages => messages::error_event(),
            Endpoint::Generate => gemini::error_event(),
            Endpoint::Converse => converse::error_event(),
            _ => responses::error_event(prompt, turn, after),
        });
    }
    events
}

/// Turns events into what the connection does.
pub(crate) fn steps(events: &[Event], framing: Framing, magic: &Magic, delay_ms: u64) -> Vec<Do> {
    let framing = if magic.crlf && framing == Framing::Lines { Framing::Crlf } else { framing };
    let mut steps = Vec::with_capacity(events.len() * 2);
    let end = |after: Option<usize>, at: usize| after.is_some_and(|after| after <= at);
    let send = |bytes: Bytes, steps: &mut Vec<Do>| match magic.split {
        None => steps.push(Do::Send(bytes)),
        Some(size) => steps.extend(bytes.chunks(size).map(|part| Do::Send(bytes.slice_ref(part)))),
    };
    for (at, event) in events.iter().enumerate() {
        if end(magic.cut_after, at) || end(magic.stall_after, at) {
            break;
        }
        let pause = if at > 0 { delay_ms } else { magic.first_ms.unwrap_or(0) };
        if pause > 0 {
            steps.push(Do::Wait(Duration::from_millis(pause)));
        }
        send(framing.bytes(event, at), &mut steps);
    }
    if magic.cut_after.is_some() {
        steps.push(Do::Cut);
    } else if magic.stall_after.is_some() {
        steps.push(Do::Stall);
    } else if framing == Framing::List && !magic.no_done {
        send(Bytes::from_static(if events.is_empty() { b"[]" } else { b"\n]" }), &mut steps);
    }
    steps
}

/// Turns pieces of bytes into what the connection does.
pub(crate) fn pieces(pieces: &[Bytes], magic: &Magic, delay_ms: u64) -> Vec<Do> {
    let ends = |after: Option<usize>, at: usize| after.is_some_and(|after| after <= at);
    let mut steps = Vec::with_capacity(pieces.len() * 2);
    for (at, piece) in pieces.iter().enumerate() {
        if ends(magic.cut_after, at) || ends(magic.stall_after, at) {
            break;
        }
        if delay_ms > 0 && at > 0 {
            steps.push(Do::Wait(Duration::from_millis(delay_ms)));
        }
        steps.push(Do::Send(piece.clone()));
    }
    if magic.cut_after.is_some() {
        steps.push(Do::Cut);
    } else if magic.stall_after.is_some() {
        steps.push(Do::Stall);
    }
    steps
}
