//! Reads a stream, whatever its upstream makes of the order of events: servers that imitate the API leave blocks open, send
//! deltas for blocks they never opened, tell arguments only at the start, or begin twice.

use super::blocks::{arguments, made_id, opaque, proof};
use super::words;
use crate::canonical::{Delta, Event, Maker, Opening, Signature, StopReason, ToolCall};
use crate::error::upstream_message;
use crate::json::node::{Fault, Node, Object};
use crate::messages::usage::Counts;
use crate::stream::{Failure, event_type};
use thinkwatch_policy::usage::Usage;

mod held;

use held::Held;

/// What a stream has told so far.
#[derive(Debug, Default)]
pub(crate) struct Decoder {
    started: bool,
    ended: bool,
    complete: bool,
    id: String,
    counts: Counts,
    told: Option<Usage>,
    stop: Option<StopReason>,
    calls: bool,
    /// The number of the block that opens next.
    next: u32,
    open: Vec<Open>,
    held: Vec<Held>,
}

/// A block that has been opened and not closed.
#[derive(Debug)]
struct Open {
    /// What the upstream calls it.
    index: u64,
    block: u32,
    what: What,
}

#[derive(Debug, PartialEq, Eq)]
enum What {
    Text,
    Thinking,
    /// With the arguments that came when it began, until others come.
    Call(Option<String>),
}

impl What {
    fn is_like(&self, other: &Self) -> bool {
        std::mem::discriminant(self) == std::mem::discriminant(other)
    }
}

/// More blocks than this are not left open at once.
const MAX_OPEN: usize = 256;

impl Decoder {
    pub(crate) fn new() -> Self {
        Self::default()
    }

    /// Takes one event.
    pub(crate) fn read(&mut self, name: Option<&[u8]>, data: &[u8], out: &mut Vec<Event>) -> Result<(), Fault> {
        if self.ended {
            return Ok(());
        }
        let Some(kind) = event_type(name, data) else {
            // Words of other dialects, such as `[DONE]`, say nothing here.
            return if data.trim_ascii().starts_with(b"{") { Node::root(data)?.object().map(drop) } else { Ok(()) };
        };
        match kind {
            b"error" => {
                let told = upstream_message(data).unwrap_or_default();
                self.ended = true;
                out.push(Event::Failed(Failure { message: told.message, code: told.kind.or(told.code) }));
            }
            b"message_start" => self.message_start(Node::root(data)?.object()?, out)?,
            b"content_block_start" => self.block_start(Node::root(data)?.object()?, out)?,
            b"content_block_delta" => self.block_delta(Node::root(data)?.object()?, out)?,
            b"content_block_stop" => self.block_stop(Node::root(data)?.object()?, out)?,
            b"message_delta" => {
                let mut event = Node::root(data)?.object()?;
                self.start(out);
                if let Some(delta) = event.some("delta") {
                    self.stop_of(&mut delta.object()?)?;
                }
                self.usage_of(&mut event, out);
            }
            b"message_stop" => {
                self.start(out);
                self.usage_of(&mut Node::root(data)?.object()?, out);
                self.end(out);
            }
            _ => {}
        }
        Ok(())
    }

    /// The upstream has closed. Whether the answer is complete; what is missing at its end is told then.
    pub(crate) fn finish(&mut self, out: &mut Vec<Event>) -> bool {
        if !self.ended && self.stop.is_some() {
            self.end(out);
        }
        self.complete
    }

    fn start(&mut self, out: &mut Vec<Event>) {
        if !self.started {
            self.started = true;
            out.push(Event::Start { id: String::new(), model: String::new(), created_at_s: 0 });
        }
    }

    fn end(&mut self, out: &mut Vec<Event>) {
        self.start(out);
        while !self.open.is_empty() {
            self.close(0, out);
        }
        while !self.held.is_empty() {
            self.tell_held(0, out);
        }
        let usual = if self.calls { StopReason::ToolUse } else { StopReason::End };
        out.push(Event::Stop { choice: 0, reason: self.stop.take().unwrap_or(usual) });
        out.push(Event::End);
        self.ended = true;
        self.complete = true;
    }

    fn message_start(&mut self, mut event: Object<'_>, out: &mut Vec<Event>) -> Result<(), Fault> {
        let Some(message) = event.some("message") else {
            self.start(out);
            return Ok(());
        };
        let mut message = message.object()?;
        if !self.started {
            self.started = true;
            self.id = message.text("id")?.unwrap_or_default();
            let model = message.text("model")?.unwrap_or_default();
            out.push(Event::Start { id: self.id.clone(), model, created_at_s: 0 });
        }
        self.usage_of(&mut message, out);
        self.stop_of(&mut message)?;
        for block in message.list("content")? {
            // A message that begins with something already in it.
            let index = u64::MAX - u64::from(self.next);
            self.open_block(index, block, out)?;
            self.close_index(index, out);
        }
        Ok(())
    }

    fn stop_of(&mut self, object: &mut Object<'_>) -> Result<(), Fault> {
        let (reason, sequence) = (object.text("stop_reason")?, object.text("stop_sequence")?);
        if let Some(reason) = reason {
            self.stop = Some(words::read_stop(&reason, sequence));
        }
        Ok(())
    }

    fn usage_of(&mut self, object: &mut Object<'_>, out: &mut Vec<Event>) {
        if let Some(usage) = object.some("usage") {
            self.counts.merge(usage.raw().as_bytes());
        }
        let usage = self.counts.usage().filter(|usage| !usage.is_empty());
        if let Some(usage) = usage
            && self.told != Some(usage)
        {
            self.told = Some(usage);
            out.push(Event::Usage(usage));
        }
    }

    fn block_start(&mut self, mut event: Object<'_>, out: &mut Vec<Event>) -> Result<(), Fault> {
        self.start(out);
        let index = event.whole("index")?.unwrap_or(u64::from(self.next));
        let block = event.need("content_block")?;
        self.close_index(index, out);
        self.open_block(index, block, out)
    }

    fn open_block(&mut self, index: u64, node: Node<'_>, out: &mut Vec<Event>) -> Result<(), Fault> {
        // What is still open has ended: should it go on, it opens again. Only calls may overlap.
        self.quieten(out);
        while !self.held.is_empty() {
            self.tell_held(0, out);
        }
        let mut block = node.object()?;
        let kind = block.need_text("type")?;
        match &*kind {
            "text" => {
                let number = self.open(index, What::Text, Opening::Text, out);
                text(number, block.text("text")?.unwrap_or_default(), out);
                for citation in block.list("citations")? {
                    out.push(delta(number, Delta::Citation(citation.raw().into())));
                }
            }
            "thinking" => {
                let number = self.open(index, What::Thinking, Opening::Thinking, out);
                text(number, block.text("thinking")?.unwrap_or_default(), out);
                if let Some(signature) = block.text("signature")?.as_deref().and_then(proof) {
                    out.push(delta(number, Delta::Signature(signature)));
                }
            }
            "redacted_thinking" => {
                let signature = Signature::unwrap_or_own(&block.need_text("data")?, Maker::Anthropic);
                self.whole(Opening::RedactedThinking(signature), out);
            }
            "tool_use" => {
                let input = block.some("input").map(arguments).transpose()?;
                let id = block.text("id")?.filter(|id| !id.is_empty());
                let call = ToolCall {
                    id: id.unwrap_or_else(|| made_id(&self.id, self.next)),
                    name: block.need_text("name")?.into_owned(),
                    ..ToolCall::default()
                };
                self.calls = true;
                self.open(index, What::Call(Some(input.unwrap_or_default())), Opening::ToolCall(call), out);
            }
            _ => self.held.push(Held::new(index, opaque(&kind, node))?),
        }
        Ok(())
    }

    fn quieten(&mut self, out: &mut Vec<Event>) {
        while let Some(place) = self.open.iter().position(|open| !matches!(open.what, What::Call(_))) {
            self.close(place, out);
        }
    }

    fn open(&mut self, index: u64, what: What, opening: Opening, out: &mut Vec<Event>) -> u32 {
        if self.open.len() == MAX_OPEN {
            self.close(0, out);
        }
        let block = self.next;
        self.next = self.next.saturating_add(1);
        self.open.push(Open { index, block, what });
        out.push(Event::Open { choice: 0, block, what: opening });
        block
    }

    /// A block that comes whole.
    fn whole(&mut self, what: Opening, out: &mut Vec<Event>) {
        let block = self.next;
        self.next = self.next.saturating_add(1);
        out.extend([Event::Open { choice: 0, block, what }, Event::Close { choice: 0, block }]);
    }

    fn block_delta(&mut self, mut event: Object<'_>, out: &mut Vec<Event>) -> Result<(), Fault> {
        self.start(out);
        let index = event.whole("index")?;
        let node = event.need("delta")?;
        let mut object = node.object()?;
        match &*object.need_text("type")? {
            "text_delta" => {
                let words = object.text("text")?.unwrap_or_default();
                if !words.is_empty() {
                    text(self.speaking(index, What::Text, Opening::Text, out), words, out);
                }
            }
            "thinking_delta" => {
                let words = object.text("thinking")?.unwrap_or_default();
                if !words.is_empty() {
                    text(self.speaking(index, What::Thinking, Opening::Thinking, out), words, out);
                }
            }
            "signature_delta" => {
                if let Some(signature) = object.text("signature")?.as_deref().and_then(proof) {
                    let number = self.speaking(index, What::Thinking, Opening::Thinking, out);
                    out.push(delta(number, Delta::Signature(signature)));
                }
            }
            "citations_delta" => {
                let citation = object.need("citation")?.raw().into();
                let number = self.speaking(index, What::Text, Opening::Text, out);
                out.push(delta(number, Delta::Citation(citation)));
            }
            "input_json_delta" => self.input(index, object.text("partial_json")?.unwrap_or_default(), out)?,
            _ => {
                if let Some(held) = self.held.iter_mut().find(|held| index.is_none_or(|index| held.index == index)) {
                    held.merge(node)?;
                }
            }
        }
        Ok(())
    }

    /// The number of the block that these words belong to: the one of that index, the last one that is open, or a new one.
    fn speaking(&mut self, index: Option<u64>, what: What, opening: Opening, out: &mut Vec<Event>) -> u32 {
        let fits = |open: &&Open| open.what.is_like(&what);
        let named = self.open.iter().find(|open| Some(open.index) == index);
        if let Some(open) = named.filter(fits).or_else(|| self.open.iter().rev().find(fits)) {
            return open.block;
        }
        self.quieten(out);
        self.open(index.unwrap_or(u64::from(self.next)), what, opening, out)
    }

    /// A part of a call's arguments. Without a call there is nothing it could belong to.
    fn input(&mut self, index: Option<u64>, part: String, out: &mut Vec<Event>) -> Result<(), Fault> {
        if part.is_empty() {
            return Ok(());
        }
        if let Some(held) = self.held.iter_mut().find(|held| Some(held.index) == index) {
            return held.input(&part);
        }
        let is_call = |open: &&mut Open| matches!(open.what, What::Call(_));
        let exact = self.open.iter().any(|open| Some(open.index) == index && matches!(open.what, What::Call(_)));
        let mut calls = self.open.iter_mut().filter(is_call).filter(|open| !exact || Some(open.index) == index);
        if let Some(open) = calls.next_back() {
            open.what = What::Call(None);
            out.push(delta(open.block, Delta::Arguments(part)));
        }
        Ok(())
    }

    fn block_stop(&mut self, mut event: Object<'_>, out: &mut Vec<Event>) -> Result<(), Fault> {
        match event.whole("index")? {
            Some(index) => self.close_index(index, out),
            None if self.held.is_empty() && self.open.len() == 1 => self.close(0, out),
            None => {}
        }
        Ok(())
    }

    fn close_index(&mut self, index: u64, out: &mut Vec<Event>) {
        while let Some(place) = self.open.iter().position(|open| open.index == index) {
            self.close(place, out);
        }
        while let Some(place) = self.held.iter().position(|held| held.index == index) {
            self.tell_held(place, out);
        }
    }

    fn close(&mut self, place: usize, out: &mut Vec<Event>) {
        if place >= self.open.len() {
            return;
        }
        let open = self.open.remove(place);
        if let What::Call(Some(input)) = open.what {
            let arguments = if input.is_empty() { "{}".to_owned() } else { input };
            out.push(delta(open.block, Delta::Arguments(arguments)));
        }
        out.push(Event::Close { choice: 0, block: open.block });
    }

    fn tell_held(&mut self, place: usize, out: &mut Vec<Event>) {
        if place < self.held.len() {
            let whole = self.held.remove(place).whole();
            self.whole(Opening::Opaque(whole), out);
        }
    }
}

fn delta(block: u32, delta: Delta) -> Event {
    Event::Delta { choice: 0, block, delta }
}

fn text(block: u32, words: String, out: &mut Vec<Event>) {
    if !words.is_empty() {
        out.push(delta(block, Delta::Text(words)));
    }
}
