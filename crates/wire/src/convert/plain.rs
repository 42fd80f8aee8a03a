//! What a client has of a stream so far, as long as it is nothing but plain text: then another provider can go on with it. Anything
//! else (a call of a tool, thoughts, several answers, log probabilities, citations) cannot be taken up in the middle.

use thinkwatch_policy::dialect::Dialect;
use thinkwatch_policy::usage::Usage;

use super::Decoder;
use super::translate::Untranslatable;
use crate::canonical::{Delta, Event, Opening};
use crate::json;
use crate::sse::{self, Framer};
use crate::stream::is_garbage;

/// A longer text is not kept.
pub const MAX_KEPT_BYTES: usize = 256 << 10;
/// A longer event is not put together here.
const MAX_EVENT_BYTES: usize = 1 << 20;

/// Plain text that a client has.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Plain {
    /// The dialect of the provider that wrote it.
    pub(super) source: Dialect,
    pub(super) id: String,
    /// As it was announced to the client; empty where that is the name it asked for.
    pub(super) model: String,
    pub(super) created_at_s: u64,
    /// The text.
    pub text: String,
    /// Of Responses: the item that the text belongs to, and the number of the next event.
    pub(super) item: Option<String>,
    pub(super) number: u64,
    /// Of Messages: whether the client has the beginning of the message.
    pub(super) begun: bool,
    block: Block,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Block {
    None,
    Open,
    /// Something that cannot be taken up, for good.
    Other,
}

impl Plain {
    pub(super) const fn new(source: Dialect) -> Self {
        Self {
            source,
            id: String::new(),
            model: String::new(),
            created_at_s: 0,
            text: String::new(),
            item: None,
            number: 0,
            begun: false,
            block: Block::None,
        }
    }

    /// Whether nothing came yet that could not be taken up.
    pub(super) fn is_plain(&self) -> bool {
        self.block != Block::Other
    }

    /// Whether the text has begun.
    pub(super) fn is_open(&self) -> bool {
        self.block == Block::Open
    }

    /// What would have made a client have it.
    pub(super) fn events(&self) -> Vec<Event> {
        let start = Event::Start { id: self.id.clone(), model: self.model.clone(), created_at_s: self.created_at_s };
        let mut events = vec![start];
        if self.is_open() {
            events.push(Event::Open { choice: 0, block: 0, what: Opening::Text });
            events.push(Event::Delta { choice: 0, block: 0, delta: Delta::Text(self.text.clone()) });
        } else if self.begun {
            // With the second of them a message begins.
            events.extend([Event::Usage(Usage::default()), Event::Usage(Usage::default())]);
        }
        events
    }

    pub(super) fn take(&mut self, event: &Event) {
        match event {
            Event::Start { id, model, created_at_s } => {
                self.id.clone_from(id);
                self.model.clone_from(model);
                self.created_at_s = *created_at_s;
                self.begun = self.source == Dialect::Messages;
            }
            Event::Open { choice: 0, what: Opening::Text, .. } if self.block == Block::None => self.block = Block::Open,
            Event::Delta { choice: 0, delta: Delta::Text(text), .. }
                if self.block == Block::Open && self.text.len() + text.len() <= MAX_KEPT_BYTES =>
            {
                self.text.push_str(text);
            }
            Event::Usage(_) | Event::Failed(_) => {}
            _ => self.give_up(),
        }
    }

    fn give_up(&mut self) {
        self.block = Block::Other;
        self.text = String::new();
    }
}

/// Reads along with a stream that is passed through, as long as it is plain text.
#[derive(Debug)]
pub struct Watch {
    decoder: Decoder,
    framer: Framer,
    partial: Vec<u8>,
    begun: bool,
    events: Vec<Event>,
    plain: Plain,
}

impl Watch {
    /// Of a stream in this dialect.
    pub fn new(dialect: Dialect) -> Self {
        Self {
            decoder: Decoder::of(dialect),
            framer: Framer::default(),
            partial: Vec::new(),
            begun: false,
            events: Vec::new(),
            plain: Plain::new(dialect),
        }
    }

    /// What the client has.
    pub const fn plain(&self) -> &Plain {
        &self.plain
    }

    /// Whether it is of any more use.
    pub(crate) fn is_of_use(&self) -> bool {
        self.plain.is_plain() && self.partial.len() <= MAX_EVENT_BYTES
    }

    /// Takes a chunk before it is passed on. After an error nothing of it may be.
    pub(crate) fn feed(&mut self, chunk: &[u8]) -> Result<(), Untranslatable> {
        let had = self.plain.text.len();
        let (block, number) = (self.plain.block, self.plain.number);
        let fed = self.take(chunk);
        if fed.is_err() && self.plain.is_plain() {
            self.plain.text.truncate(had);
            (self.plain.block, self.plain.number) = (block, number);
        }
        fed
    }

    fn take(&mut self, chunk: &[u8]) -> Result<(), Untranslatable> {
        if chunk.is_empty() {
            return Ok(());
        }
        let mut at = usize::from(self.framer.take_owed_line_feed() && chunk[0] == b'\n');
        while let Some(length) = self.framer.boundary(&chunk[at..]) {
            let mut event = std::mem::take(&mut self.partial);
            event.extend_from_slice(&chunk[at..at + length]);
            at += length;
            let read = self.read(&event);
            event.clear();
            self.partial = event;
            read?;
            if !self.plain.is_plain() {
                return Ok(());
            }
        }
        self.partial.extend_from_slice(&chunk[at..]);
        Ok(())
    }

    fn read(&mut self, event: &[u8]) -> Result<(), Untranslatable> {
        let event = sse::Event::parse(event, !self.begun);
        self.begun = true;
        let Some(data) = event.data() else { return Ok(()) };
        let read = self.decoder.read(event.name, data, &mut self.events);
        // The event that tells of a failure does not reach the client.
        let failed = self.events.iter().any(|event| matches!(event, Event::Failed(_)));
        if self.plain.source == Dialect::Responses && !failed {
            self.place(data);
        }
        for event in self.events.drain(..) {
            self.plain.take(&event);
        }
        match read {
            // Whoever passes a stream on need not understand all of it: servers have their ways.
            Err(fault) if is_garbage(data) => Err(Untranslatable::nonsense(&fault, data)),
            Err(_) => {
                self.plain.give_up();
                Ok(())
            }
            Ok(()) => Ok(()),
        }
    }

    /// Where a stream of Responses stands: its clients want numbers that go on, and the item they know.
    fn place(&mut self, data: &[u8]) {
        if let Some(number) = json::get(data, b"sequence_number").and_then(json::whole) {
            self.plain.number = number + 1;
        }
        if self.plain.item.is_none() {
            self.plain.item = json::get(data, b"item_id").and_then(|id| json::short_string(id, 256));
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn chat(deltas: &[&str]) -> String {
        deltas
            .iter()
            .map(|delta| {
                format!("data: {{\"id\":\"c\",\"model\":\"m\",\"created\":5,\"choices\":[{{\"index\":0,\"delta\":{delta}}}]}}\n\n")
            })
            .collect()
    }

    fn watched(stream: &str, size: usize) -> (Watch, bool) {
        let mut watch = Watch::new(Dialect::Chat);
        let good = stream.as_bytes().chunks(size).all(|chunk| watch.feed(chunk).is_ok());
        (watch, good)
    }

    #[test]
    fn text_is_kept_however_it_is_cut() {
        let stream = chat(&[r#"{"role":"assistant","content":""}"#, r#"{"content":"one "}"#, r#"{"content":"two"}"#]);
        for size in [1, 3, 7, 10_000] {
            let (watch, good) = watched(&stream, size);
            assert!(good && watch.plain().is_plain(), "{size}");
            assert_eq!((watch.plain().text.as_str(), watch.plain().model.as_str()), ("one two", "m"));
        }
    }

    #[test]
    fn what_is_not_plain_text_cannot_go_on() {
        for other in [
            r#"{"tool_calls":[{"index":0,"id":"t","type":"function","function":{"name":"f","arguments":""}}]}"#,
            r#"{"reasoning_content":"hm"}"#,
        ] {
            let (watch, good) = watched(&chat(&[r#"{"content":"one"}"#, other]), 10_000);
            assert!(good && !watch.plain().is_plain() && !watch.is_of_use(), "{other}");
        }
        let long = format!(r#"{{"content":"{}"}}"#, "x".repeat(MAX_KEPT_BYTES));
        let (watch, _) = watched(&chat(&[&long, r#"{"content":"x"}"#]), 10_000);
        assert!(!watch.plain().is_plain());
        let (begun, _) = watched(&chat(&[r#"{"role":"assistant"}"#]), 10_000);
        assert!(begun.plain().is_plain() && !begun.plain().is_open(), "nothing was said");
    }

    #[test]
    fn what_is_strange_is_passed_on_and_no_longer_watched() {
        let mut watch = Watch::new(Dialect::Chat);
        watch.feed(chat(&[r#"{"content":"one"}"#]).as_bytes()).unwrap();
        watch.feed(b"data: {\"id\":\"a\",\"id\":\"b\"}\n\n").unwrap();
        assert!(!watch.is_of_use());
    }

    #[test]
    fn of_a_chunk_with_garbage_nothing_is_kept() {
        let mut watch = Watch::new(Dialect::Chat);
        watch.feed(chat(&[r#"{"content":"one"}"#]).as_bytes()).unwrap();
        let bad = format!("{}data: {{\"broken\": \n\n", chat(&[r#"{"content":" two"}"#]));
        assert!(watch.feed(bad.as_bytes()).is_err());
        assert!(watch.plain().is_plain());
        assert_eq!(watch.plain().text, "one");
    }
}
