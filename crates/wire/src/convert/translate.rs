//! A stream on its way from a provider of one dialect to a client of another: events in, events out, nothing kept but what
//! an event in the making needs.

use std::sync::Arc;

use bytes::Bytes;
use thinkwatch_policy::dialect::Dialect;
use thinkwatch_policy::usage::Usage;

use super::joint::{GoOn, Joint};
use super::plain::Plain;
use super::{Decoder, Encoder};
use crate::canonical::notes::Lost;
use crate::canonical::{Client, Delta, Event, Notes, Opening, Request, tool_names};
use crate::converse::frames;
use crate::error::{ApiError, ErrorKind, stream_event};
use crate::gemini::error::last_element;
use crate::json::node::Fault;
use crate::sse::{self, Framer};
use crate::stream::{End, EventTooLarge, Terminal, Unrelayable, Words};

/// Why a stream cannot go on.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum Untranslatable {
    /// An event outgrew what may be kept of it.
    #[error(transparent)]
    TooLarge(#[from] EventTooLarge),
    /// An event is not what the provider's dialect says it must be.
    #[error("the provider's stream cannot be understood: {0}")]
    Nonsense(String),
}

impl From<Unrelayable> for Untranslatable {
    fn from(why: Unrelayable) -> Self {
        match why {
            Unrelayable::TooLarge(event) => Self::TooLarge(event),
            Unrelayable::Garbage => Self::Nonsense(why.to_string()),
        }
    }
}

impl Untranslatable {
    pub(super) fn nonsense(fault: &Fault, data: &[u8]) -> Self {
        let path = fault.path(data);
        Self::Nonsense(format!("{} {}", if path.is_empty() { "an event" } else { &path }, fault.message))
    }
}

/// A stream that is being translated. Feed it what arrives; it says what may leave.
#[derive(Debug)]
pub struct Translator {
    decoder: Decoder,
    encoder: Encoder,
    notes: Notes,
    request_id: String,
    /// What the client asked, for the names of its tools.
    request: Arc<Request>,
    /// Whether the client's stream is one list in JSON.
    as_list: bool,
    max_event_bytes: usize,
    framer: Framer,
    /// The event that has begun and not ended.
    partial: Vec<u8>,
    begun: bool,
    /// Of a provider whose stream is frames and no events.
    frames: Option<frames::Decoder>,
    written: bool,
    /// Events of one step; empty between steps.
    events: Vec<Event>,
    seen: Learnt,
    terminal: Option<Terminal>,
    held: Vec<u8>,
    /// What the client has, as long as it is plain text and somebody may go on with it.
    plain: Option<Plain>,
    /// Where this answer goes on from a broken one.
    joint: Option<Joint>,
}

/// What a record needs of a stream.
#[derive(Debug)]
struct Learnt {
    usage: Option<Usage>,
    usage_after_stop: bool,
    words: Words,
    finish_seen: bool,
    answer_events: u64,
    upstream_id: Option<String>,
}

impl Translator {
    /// From a provider of this dialect to the client. No event may be longer than `max_event_bytes`.
    pub fn new(from: Dialect, client: Client, max_event_bytes: usize) -> Self {
        Self {
            decoder: Decoder::of(from),
            notes: Notes::new(from, client.request.source, false),
            request_id: client.request_id.clone(),
            request: Arc::clone(&client.request),
            as_list: client.as_list,
            frames: (from == Dialect::Converse).then(|| frames::Decoder::new(max_event_bytes)),
            written: false,
            encoder: Encoder::of(client),
            max_event_bytes,
            framer: Framer::default(),
            partial: Vec::new(),
            begun: false,
            events: Vec::new(),
            seen: Learnt::new(),
            terminal: None,
            held: Vec::new(),
            plain: None,
            joint: None,
        }
    }

    /// The same, and what the client has is kept as long as it is plain text.
    #[must_use]
    pub fn watched(mut self) -> Self {
        self.plain = Some(Plain::new(self.notes.source));
        self
    }

    /// An answer from a provider of this dialect that goes on from a broken one.
    pub fn joined(from: Dialect, client: Client, go_on: GoOn, max_event_bytes: usize) -> Result<Self, Untranslatable> {
        let mut client = client;
        if !go_on.plain.model.is_empty() {
            client.model.clone_from(&go_on.plain.model);
        }
        let encoder = Encoder::resumed(&go_on.plain, client.clone());
        let encoder = encoder.map_err(|error| Untranslatable::Nonsense(error.to_string()))?;
        let joint = Some(Joint::new(go_on.plain.is_open(), go_on.repeats, go_on.before));
        Ok(Self { encoder, joint, written: true, ..Self::new(from, client, max_event_bytes) })
    }

    /// What the client has, if that is plain text with which somebody may go on.
    pub fn plain(&self) -> Option<Plain> {
        let plain = self.plain.as_ref()?;
        let number = self.encoder.place().sequence;
        let begun = self.notes.target == Dialect::Messages && number > 0;
        // It was announced under the name that the client gave.
        let mut plain = plain.clone();
        plain.model = String::new();
        (plain.number, plain.begun) = (number, begun);
        Some(plain)
    }

    /// Takes a chunk as it came from the network and appends to `out` what the client may have now. What ends the stream stays
    /// in [`Self::take_held`], so that the record can be closed before it leaves.
    pub fn feed(&mut self, chunk: &[u8], out: &mut Vec<Bytes>) -> Result<(), Untranslatable> {
        // What is written is about as long as what it is written from.
        let mut written = Vec::with_capacity(chunk.len().max(256));
        let fed = self.take(chunk, &mut written);
        if !written.is_empty() {
            self.written = true;
            out.push(written.into());
        }
        fed
    }

    /// Takes a chunk of a stream of frames.
    fn take_frames(&mut self, chunk: &[u8], out: &mut Vec<u8>) -> Result<(), Untranslatable> {
        let (Some(frames), Decoder::Converse(_)) = (&mut self.frames, &self.decoder) else { return Ok(()) };
        let mut whole = Vec::new();
        let fed = frames.feed(chunk, &mut whole);
        for frame in &whole {
            let mut events = std::mem::take(&mut self.events);
            let read = match &mut self.decoder {
                Decoder::Converse(decoder) => decoder.frame(frame, &mut events),
                _ => Ok(()),
            };
            let told = self.tell(&mut events, out);
            self.events = events;
            read.map_err(|fault| Untranslatable::nonsense(&fault, frame.payload()))?;
            told?;
            if self.terminal.is_some() {
                return Ok(());
            }
        }
        fed.map_err(|error| Untranslatable::Nonsense(error.to_string()))
    }

    fn take(&mut self, chunk: &[u8], out: &mut Vec<u8>) -> Result<(), Untranslatable> {
        if chunk.is_empty() || self.terminal.is_some() {
            return Ok(());
        }
        if self.frames.is_some() {
            return self.take_frames(chunk, out);
        }
        let mut at = usize::from(self.framer.take_owed_line_feed() && chunk[0] == b'\n');
        while let Some(length) = self.framer.boundary(&chunk[at..]) {
            let end = at + length;
            if self.partial.len() + length > self.max_event_bytes {
                return Err(self.too_large());
            }
            if self.partial.is_empty() {
                self.read(&chunk[at..end], out)?;
            } else {
                let mut event = std::mem::take(&mut self.partial);
                event.extend_from_slice(&chunk[at..end]);
                self.read(&event, out)?;
                event.clear();
                self.partial = event;
            }
            if self.terminal.is_some() {
                return Ok(());
            }
            at = end;
        }
        if self.partial.len() + chunk.len() - at > self.max_event_bytes {
            return Err(self.too_large());
        }
        self.partial.extend_from_slice(&chunk[at..]);
        Ok(())
    }

    fn too_large(&self) -> Untranslatable {
        EventTooLarge { max: self.max_event_bytes }.into()
    }

    /// Reads one event of the provider's and writes what it means.
    fn read(&mut self, event: &[u8], out: &mut Vec<u8>) -> Result<(), Untranslatable> {
        let event = sse::Event::parse(event, !self.begun);
        self.begun = true;
        let Some(data) = event.data() else { return Ok(()) };
        let mut events = std::mem::take(&mut self.events);
        let read = self.decoder.read(event.name, data, &mut events);
        let told = self.tell(&mut events, out);
        self.events = events;
        read.map_err(|fault| Untranslatable::nonsense(&fault, data))?;
        told
    }

    /// Writes events for the client; what ends the stream is held.
    fn tell(&mut self, events: &mut Vec<Event>, out: &mut Vec<u8>) -> Result<(), Untranslatable> {
        for mut event in events.drain(..) {
            if self.terminal.is_some() {
                continue;
            }
            if let Event::Open { what: Opening::ToolCall(call), .. } = &mut event {
                tool_names::restore(self.notes.source, &self.request, call);
            }
            self.seen.take(&event);
            if let Some(plain) = &mut self.plain {
                plain.take(&event);
                if !plain.is_plain() {
                    self.plain = None;
                }
            }
            if let Some(joint) = &mut self.joint {
                let mut joined = Vec::new();
                let taken = joint.take(event, &mut joined);
                for event in joined {
                    self.write(event, out)?;
                }
                taken?;
            } else {
                self.write(event, out)?;
            }
        }
        Ok(())
    }

    /// Writes one event.
    fn write(&mut self, event: Event, out: &mut Vec<u8>) -> Result<(), Untranslatable> {
        {
            let into = match &event {
                Event::Failed(failure) => {
                    let message = match failure.message.as_str() {
                        "" => "the provider ended its answer with an error",
                        told => told,
                    };
                    let mut error = ApiError::new(kind_of(failure.code.as_deref()), message);
                    error.code.clone_from(&failure.code);
                    let told = self.error(&error, &self.request_id, self.written || !out.is_empty());
                    self.held.extend_from_slice(&told);
                    self.terminal = Some(Terminal::Failed(failure.clone()));
                    return Ok(());
                }
                Event::End => {
                    self.terminal = Some(Terminal::Complete);
                    &mut self.held
                }
                _ => &mut *out,
            };
            let written = self.encoder.write(event, &mut self.notes, into);
            written.map_err(|error| Untranslatable::Nonsense(error.to_string()))
        }
    }

    /// The provider has closed its body. What is left and may leave is in [`Self::take_held`].
    pub fn finish(&mut self) -> End {
        let partial = std::mem::take(&mut self.partial);
        let mut out = Vec::new();
        if self.terminal.is_none() && !partial.is_empty() && sse::is_whole(&partial, !self.begun) {
            // An error here is a stream that is cut short, which is told below.
            drop(self.read(&partial, &mut out));
        }
        if self.terminal.is_none() {
            let mut events = std::mem::take(&mut self.events);
            if self.decoder.finish(&mut events) {
                drop(self.tell(&mut events, &mut out));
            }
        }
        self.written |= !out.is_empty();
        out.append(&mut self.held);
        self.held = out;
        match &self.terminal {
            Some(Terminal::Complete) => End::Complete,
            Some(Terminal::Failed(failure)) => End::Failed(failure.clone()),
            None => End::CutShort,
        }
    }

    /// What ends the stream.
    pub fn take_held(&mut self) -> Vec<Bytes> {
        if self.held.is_empty() {
            return Vec::new();
        }
        vec![std::mem::take(&mut self.held).into()]
    }

    /// How the provider ended the stream, once it has.
    pub const fn terminal(&self) -> Option<&Terminal> {
        self.terminal.as_ref()
    }

    /// Whether something of the answer came; of one that goes on from another, something that the client does not have.
    pub fn first_event_seen(&self) -> bool {
        self.seen.answer_events > 0 && self.joint.as_ref().is_none_or(Joint::caught_up)
    }

    /// The usage the provider told so far, if any.
    pub fn usage(&self) -> Option<Usage> {
        crate::usage::told(self.seen.usage)
    }

    /// Whether that usage is the provider's last word.
    pub fn usage_is_final(&self) -> bool {
        self.seen.usage_after_stop || self.terminal == Some(Terminal::Complete)
    }

    /// What was written so far.
    pub const fn words(&self) -> &Words {
        &self.seen.words
    }

    /// Whether a reason to stop came.
    pub const fn finish_seen(&self) -> bool {
        self.seen.finish_seen
    }

    /// The id the provider gave the answer.
    pub fn upstream_id(&self) -> Option<&str> {
        self.seen.upstream_id.as_deref()
    }

    /// What was left out so far.
    pub fn lost(&self) -> &[Lost] {
        self.notes.lost()
    }

    /// The event that ends this stream with an error of ours.
    pub fn error_event(&self, error: &ApiError, request_id: &str) -> Bytes {
        self.error(error, request_id, self.written).into()
    }

    /// The same; `begun`: whether something of the stream was written before.
    fn error(&self, error: &ApiError, request_id: &str, begun: bool) -> Vec<u8> {
        if self.as_list {
            return last_element(error, begun);
        }
        stream_event(self.notes.target, error, request_id, &self.encoder.place())
    }
}

/// What a provider's word for its error means: clients wait and try again by the kind, not by the word, which is another in
/// each dialect.
fn kind_of(code: Option<&str>) -> ErrorKind {
    let code = code.unwrap_or_default().to_ascii_lowercase();
    let says = |words: &[&str]| words.iter().any(|word| code.contains(word));
    if says(&["overloaded", "unavailable"]) {
        ErrorKind::Overloaded
    } else if says(&["rate_limit", "throttling", "resource_exhausted"]) {
        ErrorKind::RateLimited
    } else {
        ErrorKind::UpstreamError
    }
}

impl Learnt {
    const fn new() -> Self {
        Self {
            usage: None,
            usage_after_stop: false,
            words: Words::plain(),
            finish_seen: false,
            answer_events: 0,
            upstream_id: None,
        }
    }

    fn take(&mut self, event: &Event) {
        match event {
            Event::Start { id, .. } => self.upstream_id = Some(id.clone()).filter(|id| !id.is_empty()),
            Event::Delta { delta: Delta::Text(text) | Delta::Arguments(text), .. } => self.words.add(text.as_bytes()),
            Event::Stop { .. } => self.finish_seen = true,
            Event::Usage(usage) => {
                self.usage = Some(*usage);
                self.usage_after_stop = self.finish_seen;
                // A provider may count before it has said anything.
                return;
            }
            _ => {}
        }
        self.answer_events += 1;
    }
}
