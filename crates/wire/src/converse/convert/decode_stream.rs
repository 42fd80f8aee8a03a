//! Reads a stream: the payloads of its frames, each with the name its header gives it.
//!
//! Blocks of words and of thought open without a word, with their first delta. The usage comes after the reason to stop,
//! in the last event.

use super::{blob, stop};
use crate::canonical::{Delta, Event, Json, Maker, Opening, Signature, StopReason, ToolCall};
use crate::converse::{error, frames, usage};
use crate::json::node::{Fault, Node, Object};
use crate::stream::Failure;
use crate::usage::told;

mod blocks;

use blocks::{Blocks, Held};

/// Reads events.
#[derive(Debug, Default)]
pub(crate) struct Decoder {
    started: bool,
    stopped: bool,
    over: Option<Over>,
    called: bool,
    blocks: Blocks,
}

/// How the stream ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Over {
    Complete,
    Failed,
}

impl Decoder {
    pub(crate) fn new() -> Self {
        Self::default()
    }

    /// Takes one frame.
    pub(crate) fn frame(&mut self, frame: &frames::Frame, out: &mut Vec<Event>) -> Result<(), Fault> {
        match frame.said() {
            frames::Said::Event { name, payload } => self.read(Some(name.as_bytes()), payload, out),
            frames::Said::Exception { name, payload } => {
                self.fail(name, payload, out);
                Ok(())
            }
            frames::Said::Error { code, message } => {
                self.failed(Failure { message: message.to_owned(), code: Some(code.to_owned()) }, out);
                Ok(())
            }
        }
    }

    /// Takes one event: its type and its payload. Without a type the payload is an object with one member of that name.
    pub(crate) fn read(&mut self, name: Option<&[u8]>, data: &[u8], out: &mut Vec<Event>) -> Result<(), Fault> {
        if self.over.is_some() {
            return Ok(());
        }
        match name.and_then(|name| std::str::from_utf8(name).ok()).filter(|name| !name.is_empty()) {
            Some(name) if name.ends_with("Exception") => self.fail(name, data, out),
            Some(name) => self.event(name, Node::root(data)?.object()?, out)?,
            None => {
                for (name, value) in Node::root(data)?.object()?.rest() {
                    if name.ends_with("Exception") {
                        self.fail(&name, value.raw().as_bytes(), out);
                    } else if value.is_object() {
                        self.event(&name, value.object()?, out)?;
                    }
                }
            }
        }
        Ok(())
    }

    /// The upstream has closed. Whether the answer is complete; then what is missing is told.
    pub(crate) fn finish(&mut self, out: &mut Vec<Event>) -> bool {
        match self.over {
            Some(over) => over == Over::Complete,
            None if self.stopped => {
                self.end(out);
                true
            }
            None => false,
        }
    }

    fn event(&mut self, name: &str, mut object: Object<'_>, out: &mut Vec<Event>) -> Result<(), Fault> {
        match name {
            "messageStart" => self.start(out),
            "contentBlockStart" if !self.stopped => {
                self.start(out);
                let index = index(&mut object);
                if let Some(start) = object.some("start") {
                    self.block_start(index, start, out)?;
                }
            }
            "contentBlockDelta" if !self.stopped => {
                self.start(out);
                let index = index(&mut object);
                if let Some(delta) = object.some("delta") {
                    self.delta(index, delta.object()?, out)?;
                }
            }
            "contentBlockStop" => self.blocks.close(index(&mut object), out),
            "messageStop" if !self.stopped => {
                self.start(out);
                self.blocks.close_all(out);
                let usual = if self.called { StopReason::ToolUse } else { StopReason::End };
                let reason = stop::of(&mut object, self.called).unwrap_or(usual);
                out.push(Event::Stop { choice: 0, reason });
                self.stopped = true;
            }
            "metadata" => {
                self.start(out);
                if let Some(usage) = object.some("usage").and_then(|usage| told(usage::read(usage.raw().as_bytes()))) {
                    out.push(Event::Usage(usage));
                }
                if self.stopped {
                    self.end(out);
                }
            }
            _ => {}
        }
        Ok(())
    }

    fn start(&mut self, out: &mut Vec<Event>) {
        if !std::mem::replace(&mut self.started, true) {
            out.push(Event::Start { id: String::new(), model: String::new(), created_at_s: 0 });
        }
    }

    fn end(&mut self, out: &mut Vec<Event>) {
        self.over = Some(Over::Complete);
        out.push(Event::End);
    }

    fn fail(&mut self, name: &str, payload: &[u8], out: &mut Vec<Event>) {
        let told = error::upstream(Some(name), payload).unwrap_or_default();
        self.failed(Failure { message: told.message, code: Some(name.to_owned()) }, out);
    }

    fn failed(&mut self, failure: Failure, out: &mut Vec<Event>) {
        if self.over.is_none() {
            self.over = Some(Over::Failed);
            out.push(Event::Failed(failure));
        }
    }

    fn block_start(&mut self, index: u64, start: Node<'_>, out: &mut Vec<Event>) -> Result<(), Fault> {
        let mut start = start.object()?;
        if let Some(node) = start.some("toolUse") {
            let mut object = node.object()?;
            let id = text(&mut object, "toolUseId");
            let name = text(&mut object, "name");
            if object.peek("type").is_some() {
                self.blocks.hold(index, Held::ServerCall { start: Json::from(node.raw()), input: String::new() }, out);
                return Ok(());
            }
            self.called = true;
            // A call without an id could not be answered.
            let id = if id.is_empty() { format!("tooluse_{index}") } else { id };
            let call = ToolCall { id, name, ..ToolCall::default() };
            self.blocks.open(index, Opening::ToolCall(call), out);
        } else if let Some(node) = start.some("toolResult") {
            let held = Held::ServerResult { start: Json::from(node.raw()), content: Vec::new() };
            self.blocks.hold(index, held, out);
        } else if let Some(node) = start.some("image") {
            let format = text(&mut node.object()?, "format");
            self.blocks.hold(index, Held::Image { format, bytes: String::new() }, out);
        }
        Ok(())
    }

    fn delta(&mut self, index: u64, mut delta: Object<'_>, out: &mut Vec<Event>) -> Result<(), Fault> {
        if let Some(words) = delta.some("text") {
            self.blocks.words(index, Opening::Text, Delta::Text(words.text()?.into_owned()), out);
        } else if let Some(node) = delta.some("toolUse") {
            let input = node.object()?.some("input").map(input).unwrap_or_default();
            self.blocks.arguments(index, input, out);
        } else if let Some(node) = delta.some("reasoningContent") {
            self.thought(index, node.object()?, out)?;
        } else if let Some(node) = delta.some("citation") {
            self.blocks.words(index, Opening::Text, Delta::Citation(Json::from(node.raw())), out);
        } else if let Some(node) = delta.some("toolResult") {
            for part in node.list()? {
                self.blocks.result_part(index, Json::from(part.raw()));
            }
        } else if let Some(node) = delta.some("image")
            && let Some(source) = node.object()?.some("source")
            && let Some(bytes) = source.object()?.some("bytes")
        {
            self.blocks.image_part(index, &bytes.text()?);
        }
        Ok(())
    }

    fn thought(&mut self, index: u64, mut thought: Object<'_>, out: &mut Vec<Event>) -> Result<(), Fault> {
        if let Some(words) = thought.some("text") {
            self.blocks.words(index, Opening::Thinking, Delta::Text(words.text()?.into_owned()), out);
        }
        if let Some(proof) = thought.some("signature") {
            let proof = proof.text()?;
            if !proof.is_empty() {
                let proof = Signature::unwrap_or_own(&proof, Maker::Anthropic);
                self.blocks.words(index, Opening::Thinking, Delta::Signature(proof), out);
            }
        }
        if let Some(hidden) = thought.some("redactedContent") {
            self.blocks.open(index, Opening::RedactedThinking(blob::proof(&hidden.text()?)), out);
        }
        Ok(())
    }
}

/// A block without a number is the first.
fn index(object: &mut Object<'_>) -> u64 {
    object.some("contentBlockIndex").and_then(|index| index.whole().ok()).unwrap_or(0)
}

fn text(object: &mut Object<'_>, name: &str) -> String {
    object.some(name).and_then(|node| node.text().ok()).unwrap_or_default().into_owned()
}

/// Arguments come as pieces of text; whoever sends an object means all of it.
fn input(node: Node<'_>) -> String {
    node.text().map_or_else(|_| node.raw().to_owned(), std::borrow::Cow::into_owned)
}
