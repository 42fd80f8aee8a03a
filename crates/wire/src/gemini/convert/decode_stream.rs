//! Gemini's stream as events. Its chunks are answers of a few words each, without blocks: a block is what follows of one
//! kind. Nothing in it is the last word, so that only the end of the body tells that all has come.

use std::collections::BTreeMap;

use super::decode_answer::{MAX_CHOICES, citations, is_blocked, seconds};
use super::names::{self, Strangers};
use super::partial::{Assembly, Piece};
use super::{ids, logprobs, part, stop};
use crate::canonical::{Block, Delta, Event, Json, Notes, Opening, Signature, StopReason, ToolCall};
use crate::gemini::{stream, usage};
use crate::json::node::{Fault, Node};
use thinkwatch_policy::dialect::Dialect;
use thinkwatch_policy::usage::Usage;

/// Reads the events of one answer.
#[derive(Debug, Default)]
pub(crate) struct Decoder {
    maker: Option<ids::Maker>,
    choices: BTreeMap<u32, State>,
    usage: Option<Usage>,
    blocked: bool,
    over: bool,
}

/// How far a choice has come.
#[derive(Debug, Default)]
struct State {
    /// The block that is open, if one is.
    open: Option<Kind>,
    blocks: u32,
    calls: usize,
    /// The call whose arguments come in pieces.
    partial: Option<Assembly>,
    /// The word it stopped with.
    stop: Option<String>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Kind {
    Text,
    Thinking,
}

impl Decoder {
    pub(crate) fn new() -> Self {
        Self::default()
    }

    /// Reads the data of one event. Gemini gives events no names.
    pub(crate) fn read(&mut self, _name: Option<&[u8]>, data: &[u8], out: &mut Vec<Event>) -> Result<(), Fault> {
        if self.over || data.trim_ascii() == b"[DONE]" {
            return Ok(());
        }
        let root = Node::root(data)?;
        if !root.is_list() {
            return self.chunk(root, out);
        }
        // Errors sometimes come in a list of one.
        for element in root.list()? {
            if !self.over {
                self.chunk(element, out)?;
            }
        }
        Ok(())
    }

    fn chunk(&mut self, root: Node<'_>, out: &mut Vec<Event>) -> Result<(), Fault> {
        let mut chunk = root.object()?;
        if chunk.some("error").is_some() {
            self.over = true;
            out.push(Event::Failed(stream::failure(root.raw().as_bytes())));
            return Ok(());
        }
        let id = chunk.text("responseId")?.unwrap_or_default();
        if self.maker.is_none() {
            self.maker = Some(ids::Maker::new(&id));
            let model = chunk.text("modelVersion")?.unwrap_or_default();
            let created_at_s = chunk.text("createTime").ok().flatten().and_then(|time| seconds(&time)).unwrap_or(0);
            out.push(Event::Start { id, model, created_at_s });
        }
        for (place, candidate) in chunk.list("candidates")?.into_iter().enumerate() {
            self.candidate(candidate, place as u64, out)?;
        }
        self.blocked |= chunk.some("promptFeedback").is_some_and(is_blocked);
        let told = chunk.some("usageMetadata").and_then(|told| usage::read(told.raw().as_bytes()));
        if told.is_some() && told != self.usage {
            self.usage = told;
            out.extend(told.map(Event::Usage));
        }
        Ok(())
    }

    fn candidate(&mut self, node: Node<'_>, place: u64, out: &mut Vec<Event>) -> Result<(), Fault> {
        let mut candidate = node.object()?;
        let index = names::whole(&mut candidate, "index")?.unwrap_or(place);
        let choice = match u32::try_from(index) {
            Ok(choice) if index < MAX_CHOICES => choice,
            _ => return Err(node.fault("has an index that is too large")),
        };
        let mut teller = Teller { choice, state: self.choices.entry(choice).or_default(), out };
        if let Some(content) = candidate.some("content") {
            // There is nobody to tell of members that are not known.
            let mut notes = Notes::new(Dialect::Gemini, Dialect::Gemini, false);
            let mut strangers = Strangers::new(b"", &mut notes);
            for one in content.object()?.list("parts")? {
                if let Some(piece) = Piece::read(one, teller.state.partial.is_some())? {
                    teller.piece(piece, self.maker.as_ref());
                } else if let Some(block) = part::read(one, &mut strangers)? {
                    teller.settle(self.maker.as_ref());
                    teller.block(block, self.maker.as_ref());
                }
            }
        }
        if let Some(logprobs) = candidate.some("logprobsResult").and_then(|result| logprobs::read(result).ok()) {
            teller.of_words(Delta::LogProbs(logprobs));
        }
        for citation in citations(&mut candidate) {
            teller.cite(citation);
        }
        if let Some(word) = candidate.text("finishReason")?
            && stop::read(&word, false).is_some()
        {
            teller.state.stop = Some(word);
        }
        Ok(())
    }

    /// The upstream has closed its body. Whether that was the end of the answer.
    pub(crate) fn finish(&mut self, out: &mut Vec<Event>) -> bool {
        if self.over || self.maker.is_none() {
            return false;
        }
        if self.choices.is_empty() {
            if !self.blocked {
                return false;
            }
            out.extend([Event::Stop { choice: 0, reason: StopReason::ContentFilter }, Event::End]);
            self.over = true;
            return true;
        }
        if !self.blocked && self.choices.values().any(|state| state.stop.is_none()) {
            return false;
        }
        for (&choice, state) in &mut self.choices {
            let mut teller = Teller { choice, state, out };
            teller.settle(self.maker.as_ref());
            teller.close();
            // A prompt that was blocked after all has candidates without a reason of their own.
            let word = state.stop.as_deref().unwrap_or("SAFETY");
            let reason = stop::read(word, state.calls > 0).unwrap_or(StopReason::End);
            out.push(Event::Stop { choice, reason });
        }
        out.push(Event::End);
        self.over = true;
        true
    }
}

/// Tells the events of one choice.
struct Teller<'a> {
    choice: u32,
    state: &'a mut State,
    out: &'a mut Vec<Event>,
}

impl Teller<'_> {
    fn block(&mut self, block: Block, maker: Option<&ids::Maker>) {
        match block {
            Block::Text(text) => self.words(Kind::Text, text.text, text.signature),
            Block::Thinking(thinking) if thinking.redacted => {
                if let Some(signature) = thinking.signature {
                    self.whole(Opening::RedactedThinking(signature));
                }
            }
            Block::Thinking(thinking) => self.words(Kind::Thinking, thinking.text, thinking.signature),
            Block::ToolCall(call) => self.call(call, maker),
            Block::Media(media) => self.whole(Opening::Media(media)),
            Block::Opaque(opaque) => self.whole(Opening::Opaque(opaque)),
            // No model answers with a result, and no part of Gemini's is a refusal.
            Block::ToolResult(_) | Block::Refusal(_) => {}
        }
    }

    /// Words go on with those of their kind. A proof is of its very part, which is therefore a block of its own.
    fn words(&mut self, kind: Kind, text: String, signature: Option<Signature>) {
        if signature.is_some() || self.state.open != Some(kind) {
            self.close();
            self.state.open = Some(kind);
            self.open(match kind {
                Kind::Text => Opening::Text,
                Kind::Thinking => Opening::Thinking,
            });
        }
        if !text.is_empty() {
            self.delta(Delta::Text(text));
        }
        if let Some(signature) = signature {
            self.delta(Delta::Signature(signature));
            self.close();
        }
    }

    /// A call that comes in pieces is told when it is whole.
    fn piece(&mut self, piece: Piece, maker: Option<&ids::Maker>) {
        if piece.begins() {
            self.settle(maker);
        }
        let goes_on = piece.goes_on();
        let assembly = match &mut self.state.partial {
            Some(assembly) => assembly,
            None => self.state.partial.insert(Assembly::new(&piece)),
        };
        assembly.add(piece);
        if !goes_on {
            self.settle(maker);
        }
    }

    /// Tells the call whose last piece has come.
    fn settle(&mut self, maker: Option<&ids::Maker>) {
        if let Some(assembly) = self.state.partial.take() {
            self.call(assembly.into_call(), maker);
        }
    }

    /// Calls come whole.
    fn call(&mut self, mut call: ToolCall, maker: Option<&ids::Maker>) {
        if call.name.is_empty() {
            return;
        }
        self.close();
        let arguments = std::mem::take(&mut call.arguments);
        if call.id.is_empty() {
            let made = maker.map(|maker| maker.id(self.choice, self.state.calls, &call.name, &arguments));
            call.id = made.unwrap_or_default();
        }
        self.state.calls += 1;
        self.open(Opening::ToolCall(call));
        if !arguments.is_empty() {
            self.delta(Delta::Arguments(arguments));
        }
        self.end();
    }

    /// Something that comes whole.
    fn whole(&mut self, what: Opening) {
        self.close();
        self.open(what);
        self.end();
    }

    /// Something about the words that are open.
    fn of_words(&mut self, delta: Delta) {
        if self.state.open == Some(Kind::Text) {
            self.delta(delta);
        }
    }

    /// Citations are of the whole answer: where no words are open, an empty block carries them.
    fn cite(&mut self, citation: Json) {
        if self.state.open != Some(Kind::Text) {
            self.words(Kind::Text, String::new(), None);
        }
        self.delta(Delta::Citation(citation));
    }

    fn open(&mut self, what: Opening) {
        let event = Event::Open { choice: self.choice, block: self.state.blocks, what };
        self.state.blocks += 1;
        self.out.push(event);
    }

    /// The block that was opened last.
    fn block_number(&self) -> u32 {
        self.state.blocks.saturating_sub(1)
    }

    fn delta(&mut self, delta: Delta) {
        self.out.push(Event::Delta { choice: self.choice, block: self.block_number(), delta });
    }

    fn end(&mut self) {
        self.out.push(Event::Close { choice: self.choice, block: self.block_number() });
    }

    /// Closes the words that are open.
    fn close(&mut self) {
        if self.state.open.take().is_some() {
            self.end();
        }
    }
}
