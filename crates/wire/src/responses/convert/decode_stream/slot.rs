//! An item of a stream, and the blocks it has become.

use super::super::items::Item;
use crate::canonical::{Block, Delta, Event, Json, Opening, Text};
use crate::json::node::Node;

/// What kind of item it is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Kind {
    Message,
    Thought,
    Call,
    Other,
}

impl Kind {
    pub(super) fn of(kind: Option<&str>) -> Self {
        match kind {
            Some("message") => Self::Message,
            Some("reasoning") => Self::Thought,
            Some("function_call" | "custom_tool_call") => Self::Call,
            _ => Self::Other,
        }
    }
}

/// More parts than any item has.
const MAX_PARTS: usize = 1024;

/// A part of an item, which is a block.
#[derive(Debug)]
struct Part {
    number: u64,
    block: u32,
    open: bool,
    /// Whether words came.
    spoken: bool,
    citations: usize,
    logprobs: bool,
    call: bool,
}

/// An item.
#[derive(Debug)]
pub(super) struct Slot {
    pub(super) index: u64,
    pub(super) id: Option<String>,
    pub(super) kind: Kind,
    pub(super) done: bool,
    parts: Vec<Part>,
    /// Whether the thought comes as its summary, and which part of that came last.
    thought: Option<(bool, u64)>,
}

impl Slot {
    pub(super) const fn new(index: u64, id: Option<String>, kind: Kind) -> Self {
        Self { index, id, kind, done: false, parts: Vec::new(), thought: None }
    }

    /// Whether this item, from the last event, is the one that began here and never ended.
    pub(super) fn unfinished(&self, item: Node<'_>) -> bool {
        let Ok(mut object) = item.object() else { return false };
        let (kind, id) = (object.text("type").ok().flatten(), object.text("id").ok().flatten());
        !self.done && Kind::of(kind.as_deref()) == self.kind && (self.id.is_none() || id.is_none() || id == self.id)
    }

    fn place(&mut self, number: u64) -> Option<&mut Part> {
        self.parts.iter_mut().find(|part| part.number == number && part.open)
    }

    /// Opens the block of a part, unless it is or was open.
    pub(super) fn open(&mut self, number: u64, what: &Opening, next: &mut u32, out: &mut Vec<Event>) {
        if self.parts.len() >= MAX_PARTS || self.parts.iter().any(|part| part.number == number) {
            return;
        }
        let block = *next;
        *next = next.saturating_add(1);
        let call = matches!(what, Opening::ToolCall(_));
        self.parts.push(Part { number, block, open: true, spoken: false, citations: 0, logprobs: false, call });
        out.push(Event::Open { choice: 0, block, what: what.clone() });
    }

    pub(super) fn say(&mut self, number: u64, delta: Delta, out: &mut Vec<Event>) {
        let Some(part) = self.place(number) else { return };
        part.logprobs |= matches!(delta, Delta::LogProbs(_));
        out.push(Event::Delta { choice: 0, block: part.block, delta });
    }

    /// Adds words, or the arguments of a call.
    pub(super) fn say_text(&mut self, number: u64, text: String, out: &mut Vec<Event>) {
        let Some(part) = self.place(number) else { return };
        if !text.is_empty() {
            part.spoken = true;
            let delta = if part.call { Delta::Arguments(text) } else { Delta::Text(text) };
            out.push(Event::Delta { choice: 0, block: part.block, delta });
        }
    }

    /// Adds the whole text where none of it came in small.
    pub(super) fn fill(&mut self, number: u64, text: String, out: &mut Vec<Event>) {
        if self.place(number).is_some_and(|part| !part.spoken) {
            self.say_text(number, text, out);
        }
    }

    /// The one for a piece of the text, the other for the whole of it.
    pub(super) fn say_or_fill(&mut self, number: u64, text: String, whole: bool, out: &mut Vec<Event>) {
        if whole { self.fill(number, text, out) } else { self.say_text(number, text, out) }
    }

    pub(super) fn cite(&mut self, number: u64, citation: &str, out: &mut Vec<Event>) {
        let Some(part) = self.place(number) else { return };
        part.citations += 1;
        out.push(Event::Delta { choice: 0, block: part.block, delta: Delta::Citation(citation.into()) });
    }

    /// Adds those citations that did not come by themselves.
    pub(super) fn cite_rest<'c>(
        &mut self,
        number: u64,
        citations: impl Iterator<Item = &'c str>,
        out: &mut Vec<Event>,
    ) {
        let told = self.place(number).map_or(0, |part| part.citations);
        for citation in citations.skip(told) {
            self.cite(number, citation, out);
        }
    }

    /// Whether these words of a thought are to be told: the summary and the thought itself are not mixed, and the whole
    /// of a part that came in small is not told again.
    pub(super) fn speaks(&self, summary: bool, part: u64, whole: bool, text: &str) -> bool {
        match self.thought {
            None => !text.is_empty(),
            Some((kind, last)) => kind == summary && !text.is_empty() && (!whole || part > last),
        }
    }

    /// Adds words of a thought; the parts of a summary are paragraphs.
    pub(super) fn think(&mut self, summary: bool, part: u64, text: String, out: &mut Vec<Event>) {
        let before = self.thought.replace((summary, part)).map(|(_, last)| last);
        if before.is_some_and(|last| part != last) {
            self.say_text(0, "\n\n".to_owned(), out);
        }
        self.say_text(0, text, out);
    }

    pub(super) fn close_part(&mut self, number: u64, out: &mut Vec<Event>) {
        if let Some(part) = self.place(number) {
            part.open = false;
            out.push(Event::Close { choice: 0, block: part.block });
        }
    }

    /// Closes all blocks of the item.
    pub(super) fn close(&mut self, out: &mut Vec<Event>) {
        for part in &mut self.parts {
            if std::mem::replace(&mut part.open, false) {
                out.push(Event::Close { choice: 0, block: part.block });
            }
        }
    }

    /// Takes the item as it is when it is complete: tells what is missing and closes it. Says whether it refuses.
    pub(super) fn complete(
        &mut self,
        item: Item,
        logprobs: Option<Json>,
        next: &mut u32,
        out: &mut Vec<Event>,
    ) -> bool {
        let mut refuses = false;
        match item {
            Item::Message(message) => {
                let mut logprobs = logprobs.filter(|_| !self.parts.iter().any(|part| part.logprobs));
                for (number, block) in (0..).zip(message.content) {
                    refuses |= matches!(block, Block::Refusal(_));
                    self.complete_part(number, block, &mut logprobs, next, out);
                }
            }
            Item::OfModel(block) | Item::OfUser(block) => self.complete_part(0, block, &mut None, next, out),
            // What it belongs to is closed.
            Item::Proof(..) | Item::Nothing => {}
        }
        self.close(out);
        refuses
    }

    fn complete_part(
        &mut self,
        number: u64,
        block: Block,
        logprobs: &mut Option<Json>,
        next: &mut u32,
        out: &mut Vec<Event>,
    ) {
        match block {
            Block::Text(Text { text, citations, .. }) => {
                self.open(number, &Opening::Text, next, out);
                if let Some(logprobs) = logprobs.take() {
                    self.say(number, Delta::LogProbs(logprobs), out);
                }
                self.fill(number, text, out);
                self.cite_rest(number, citations.iter().map(|citation| &**citation), out);
            }
            Block::Refusal(text) => {
                self.open(number, &Opening::Refusal, next, out);
                self.fill(number, text, out);
            }
            Block::Thinking(thinking) if thinking.redacted => {
                if let Some(signature) = thinking.signature {
                    self.open(number, &Opening::RedactedThinking(signature), next, out);
                }
            }
            Block::Thinking(thinking) => {
                self.open(number, &Opening::Thinking, next, out);
                self.fill(number, thinking.text, out);
                if let Some(signature) = thinking.signature {
                    self.say(number, Delta::Signature(signature), out);
                }
            }
            Block::ToolCall(mut call) => {
                let arguments = std::mem::take(&mut call.arguments);
                self.open(number, &Opening::ToolCall(call), next, out);
                self.fill(number, arguments, out);
            }
            Block::Media(media) => self.open(number, &Opening::Media(media), next, out),
            Block::Opaque(opaque) => self.open(number, &Opening::Opaque(opaque), next, out),
            Block::ToolResult(_) => {}
        }
        self.close_part(number, out);
    }
}
