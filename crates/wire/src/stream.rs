//! Passes a stream of server-sent events through, byte for byte, and learns from it what a record needs.

use std::sync::LazyLock;

use bytes::Bytes;
use memchr::memmem::Finder;
use thinkwatch_policy::dialect::Dialect;
use thinkwatch_policy::usage::Usage;

use crate::error::{ApiError, StreamPlace, stream_event};
use crate::json;
use crate::sse::{self, Event, Framer};
use crate::{audio, chat, completions, gemini, images, messages, responses};

mod alike;
mod seen;
mod sink;
mod words;

use alike::Pattern;
pub(crate) use seen::{Act, Seen};
use sink::Sink;
pub use words::Words;

/// How an upstream ended its stream, in its dialect's words.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Terminal {
    /// As it should (also when the answer stopped at a limit).
    Complete,
    /// With an error event.
    Failed(Failure),
}

/// The error an upstream ended its stream with.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Failure {
    /// Its text, bounded; may be empty.
    pub message: String,
    /// Its code or type, bounded.
    pub code: Option<String>,
}

/// How a stream ended once its upstream has closed.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum End {
    /// The whole answer came.
    Complete,
    /// The upstream told an error; it is among what was forwarded or held.
    Failed(Failure),
    /// The upstream closed before the end of the answer: the client must be told with an error event.
    CutShort,
}

/// An event outgrew what may be kept of it. The stream cannot go on.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("an event of the upstream's stream is longer than {max} bytes")]
pub struct EventTooLarge {
    /// The bound.
    pub max: usize,
}

/// Why a stream cannot be passed on any further. What came before may leave.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum Unrelayable {
    /// An event is too long.
    #[error(transparent)]
    TooLarge(#[from] EventTooLarge),
    /// An event is not the JSON that its dialect says it must be. Clients throw what they cannot parse.
    #[error("an event is not valid JSON")]
    Garbage,
}

/// A stream on its way through. Feed it what arrives; it says what may leave.
#[derive(Debug)]
pub struct Relay {
    dialect: Dialect,
    hide_usage: bool,
    max_event_bytes: usize,
    framer: Framer,
    /// The event that has begun and not ended.
    partial: Vec<u8>,
    /// Whether the last event did not leave as it came, for the line feed that may still belong to it.
    last_dropped: bool,
    begun: bool,
    /// What the last event was like.
    pattern: Pattern,
    seen: Seen,
    terminal: Option<Terminal>,
    held: Vec<Bytes>,
}

impl Relay {
    /// For an answer in this dialect. `hide_usage` takes out of a stream of Chat or Completions the usage that we asked for and the
    /// client did not. No event may be longer than `max_event_bytes`.
    pub fn new(dialect: Dialect, hide_usage: bool, max_event_bytes: usize) -> Self {
        Self {
            dialect,
            hide_usage: hide_usage && matches!(dialect, Dialect::Chat | Dialect::Completions),
            max_event_bytes,
            framer: Framer::default(),
            partial: Vec::new(),
            last_dropped: false,
            begun: false,
            pattern: Pattern::default(),
            seen: Seen::default(),
            terminal: None,
            held: Vec::new(),
        }
    }

    /// The same for so many images; the last of them is the end.
    #[must_use]
    pub fn with_images(mut self, images: u64) -> Self {
        self.seen.images = images;
        self
    }

    /// Takes a chunk as it came from the network and appends to `out` what may leave now: whole events, with the very
    /// bytes they came in, usually the chunk itself. The terminal event and what follows it stay in
    /// [`Self::take_held`], so that the record can be closed before they leave.
    pub fn feed(&mut self, chunk: Bytes, out: &mut Vec<Bytes>) -> Result<(), Unrelayable> {
        if chunk.is_empty() {
            return Ok(());
        }
        if self.terminal.is_some() {
            self.held.push(chunk);
            return Ok(());
        }
        let mut sink = Sink::new(&chunk);
        let mut at = 0;
        if self.framer.take_owed_line_feed() && chunk[0] == b'\n' {
            if !self.last_dropped {
                sink.keep(0..1);
            }
            at = 1;
        }
        while let Some(length) = self.framer.boundary(&chunk[at..]) {
            let end = at + length;
            if self.partial.is_empty() {
                if length > self.max_event_bytes {
                    return self.too_large(sink, out);
                }
                let act = self.read(&chunk[at..end]);
                self.last_dropped = matches!(act, Act::Drop | Act::Rewrite(_));
                match act {
                    Act::Forward => sink.keep(at..end),
                    Act::Drop => {}
                    Act::Cut(span) => {
                        sink.keep(at..at + span.start);
                        sink.keep(at + span.end..end);
                    }
                    Act::Rewrite(event) => sink.own(&event),
                    Act::Garbage => return Self::garbage(sink, out),
                    Act::End(terminal) => {
                        self.terminal = Some(terminal);
                        sink.flush(out);
                        self.held.push(chunk.slice(at..));
                        return Ok(());
                    }
                }
            } else {
                if self.partial.len() + length > self.max_event_bytes {
                    return self.too_large(sink, out);
                }
                let mut event = std::mem::take(&mut self.partial);
                event.extend_from_slice(&chunk[at..end]);
                let act = self.read(&event);
                self.last_dropped = matches!(act, Act::Drop | Act::Rewrite(_));
                match act {
                    Act::Forward => sink.own(&event),
                    Act::Drop => {}
                    Act::Cut(span) => {
                        sink.own(&event[..span.start]);
                        sink.own(&event[span.end..]);
                    }
                    Act::Rewrite(event) => sink.own(&event),
                    Act::Garbage => return Self::garbage(sink, out),
                    Act::End(terminal) => {
                        self.terminal = Some(terminal);
                        sink.flush(out);
                        self.held.push(event.into());
                        if end < chunk.len() {
                            self.held.push(chunk.slice(end..));
                        }
                        return Ok(());
                    }
                }
                event.clear();
                self.partial = event;
            }
            at = end;
        }
        if self.partial.len() + chunk.len() - at > self.max_event_bytes {
            return self.too_large(sink, out);
        }
        self.partial.extend_from_slice(&chunk[at..]);
        sink.flush(out);
        Ok(())
    }

    /// What came before the event that is too long may still leave.
    fn too_large(&self, sink: Sink<'_>, out: &mut Vec<Bytes>) -> Result<(), Unrelayable> {
        sink.flush(out);
        Err(EventTooLarge { max: self.max_event_bytes }.into())
    }

    /// The same of an event that is none.
    fn garbage(sink: Sink<'_>, out: &mut Vec<Bytes>) -> Result<(), Unrelayable> {
        sink.flush(out);
        Err(Unrelayable::Garbage)
    }

    /// The upstream has closed its body. What is left and may leave is in [`Self::take_held`].
    pub fn finish(&mut self) -> End {
        let partial = std::mem::take(&mut self.partial);
        // An event that lacks only its blank line counts; one that is torn is of no use to anybody, and would swallow
        // the error event that follows it.
        let whole = self.terminal.is_none() && !partial.is_empty() && sse::is_whole(&partial, !self.begun);
        if whole {
            let mut kept = match self.read(&partial) {
                Act::Forward => partial,
                Act::Drop | Act::Garbage => Vec::new(),
                Act::Cut(span) => [&partial[..span.start], &partial[span.end..]].concat(),
                Act::Rewrite(event) => event,
                Act::End(terminal) => {
                    self.terminal = Some(terminal);
                    partial
                }
            };
            if self.terminal.is_none() && !self.seen.finish_seen && !kept.is_empty() {
                kept.extend_from_slice(b"\n\n");
            }
            if !kept.is_empty() {
                self.held.push(kept.into());
            }
        }
        match &self.terminal {
            Some(Terminal::Complete) => End::Complete,
            Some(Terminal::Failed(failure)) => End::Failed(failure.clone()),
            None if self.seen.finish_seen || has_no_end(self.dialect) => End::Complete,
            None => End::CutShort,
        }
    }

    /// The terminal event and what came after it. Empty until [`Self::terminal`] is there or the stream has finished.
    pub fn take_held(&mut self) -> Vec<Bytes> {
        std::mem::take(&mut self.held)
    }

    /// How the upstream ended the stream, once it has.
    pub const fn terminal(&self) -> Option<&Terminal> {
        self.terminal.as_ref()
    }

    /// Whether something of the answer was seen: an event with data that is neither a ping nor an error. Comments and
    /// pings may be in `out` before.
    pub const fn first_event_seen(&self) -> bool {
        self.seen.answer_events > 0
    }

    /// How many events with data came.
    pub const fn events(&self) -> u64 {
        self.seen.events
    }

    /// The usage the upstream told so far, if any.
    pub fn usage(&self) -> Option<Usage> {
        self.seen.usage()
    }

    /// Whether that usage was told at an end, as opposed to at the beginning: Messages tells its input with a first
    /// token or so, and a provider may leave out the rest.
    pub const fn usage_is_final(&self) -> bool {
        self.seen.usage_is_final()
    }

    /// What was written so far: deltas of text, thinking and tool arguments.
    pub const fn words(&self) -> &Words {
        &self.seen.words
    }

    /// Whether a reason to stop came: an end after it is complete even without the terminal event.
    pub const fn finish_seen(&self) -> bool {
        self.seen.finish_seen
    }

    /// The id the upstream gave the answer.
    pub fn upstream_id(&self) -> Option<&str> {
        self.seen.id.as_deref()
    }

    /// How many events held something other than the JSON they should.
    pub const fn bad_events(&self) -> u64 {
        self.seen.bad_events
    }

    /// Where the stream stands, for an error event of ours.
    pub fn place(&self, model: &str) -> StreamPlace {
        StreamPlace {
            id: self.seen.id.clone(),
            created_at_s: self.seen.created_at_s,
            sequence: self.seen.events,
            model: model.to_owned(),
        }
    }

    /// The event that ends this stream with an error of ours.
    pub fn error_event(&self, error: &ApiError, request_id: &str, model: &str) -> Bytes {
        stream_event(self.dialect, error, request_id, &self.place(model)).into()
    }

    /// Reads one event, blank line included, and says what becomes of it.
    fn read(&mut self, event: &[u8]) -> Act {
        let event = Event::parse(event, !self.begun);
        self.begun = true;
        let Some(data) = event.data() else { return Act::Forward };
        self.seen.events += 1;
        // The readers look for single members only; what is broken elsewhere in the event is for nobody else to find.
        self.seen.like_the_last = self.pattern.fits(data);
        if !self.seen.like_the_last && !self.pattern.learn(data) && is_garbage(data) {
            self.seen.bad_events += 1;
            return Act::Garbage;
        }
        let act = match self.dialect {
            Dialect::Chat => chat::stream::read(data, self.hide_usage, &mut self.seen),
            Dialect::Completions => completions::stream::read(data, self.hide_usage, &mut self.seen),
            Dialect::Messages => messages::stream::read(event.name, data, &mut self.seen),
            Dialect::Responses => responses::stream::read(event.name, data, &mut self.seen),
            Dialect::Gemini => gemini::stream::read(data, &mut self.seen),
            Dialect::Images => images::stream::read(event.name, data, &mut self.seen),
            Dialect::Audio => audio::stream::read(event.name, data, &mut self.seen),
            // None comes here: the last one's stream is no SSE, the others do not stream.
            Dialect::Embeddings | Dialect::Moderations | Dialect::Rerank | Dialect::Converse => {
                self.seen.answer_events += 1;
                Act::Forward
            }
        };
        match act {
            // Positions in the data are positions in the event, unless the data was spread over several lines.
            Act::Cut(span) => match event.data_at {
                Some(at) => Act::Cut(at + span.start..at + span.end),
                None => Act::Rewrite(sse::encode(event.name, &[&data[..span.start], &data[span.end..]].concat())),
            },
            act => act,
        }
    }
}

/// Whether data is nothing that a client could read. Servers have their ways: an object of another kind, the end word of Chat where
/// it ends nothing, and no data at all are none of that.
pub(crate) fn is_garbage(data: &[u8]) -> bool {
    let data = data.trim_ascii();
    !(data.is_empty() || data == b"[DONE]" || json::is_object(data))
}

/// Whether the dialect, which does not stream, has no word for the end of a stream.
const fn has_no_end(dialect: Dialect) -> bool {
    matches!(dialect, Dialect::Embeddings | Dialect::Moderations | Dialect::Rerank)
}

/// The type of an event of the dialects that have one: what the data says, else what the event line says. Borrowed as
/// it is written; no known type needs an escape.
pub(crate) fn event_type<'a>(name: Option<&'a [u8]>, data: &'a [u8]) -> Option<&'a [u8]> {
    let trimmed = data.trim_ascii();
    if !trimmed.starts_with(b"{") || !trimmed.ends_with(b"}") {
        return None;
    }
    // Nearly all servers write the type first.
    let first = data.strip_prefix(b"{\"type\":\"").or_else(|| data.strip_prefix(b"{\"type\": \""));
    if let Some(rest) = first {
        return memchr::memchr(b'"', rest).map(|end| &rest[..end]);
    }
    json::get(data, b"type").and_then(|value| value.strip_prefix(b"\"")?.strip_suffix(b"\"")).or(name)
}

/// Takes the text in all members called `delta`, at whatever depth.
pub(crate) fn take_deltas(data: &[u8], words: &mut Words) {
    static DELTA: LazyLock<Finder<'static>> = LazyLock::new(|| Finder::new(b"\"delta\""));
    take_members(&DELTA, data, words);
}

/// The same of members with another name, given with its quotes.
pub(crate) fn take_members(key: &Finder<'_>, data: &[u8], words: &mut Words) {
    let values = key.find_iter(data).filter_map(|at| json::after_colon(data, at + key.needle().len()));
    values.for_each(|at| json::each_text(data, at, |text| words.add(text)));
}
