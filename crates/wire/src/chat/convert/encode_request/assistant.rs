//! The model's turns.

use std::borrow::Cow;

use super::super::{calls, thinking};
use super::Writing;
use super::media::address;
use super::messages::Turn;
use crate::canonical::block::MediaKind;
use crate::canonical::{
    Block, Feature, Maker, Media, MediaSource, Refusal, Signature, Text, Thinking, ToolCall, ToolKind,
};
use crate::json::write::Writer;

impl Writing<'_> {
    pub(super) fn assistant(&mut self, turn: &Turn<'_>, list: &mut Writer<'_>) -> Result<(), Refusal> {
        let said = self.sort(&turn.blocks)?;
        if said.is_empty() && !turn.blocks.is_empty() {
            // All of it was left out, and a turn of nothing is worse than none.
            return Ok(());
        }
        let mut object = list.push_object();
        object.text("role", "assistant");
        self.participant(turn, &mut object)?;
        if said.texts.is_empty() && !(said.calls.is_empty() && said.refusals.is_empty() && said.audio.is_none()) {
            object.raw("content", "null");
        } else {
            // Texts of one turn are one text that something interrupted.
            let texts: Vec<_> = said.texts.iter().map(|text| Cow::Borrowed(text.text.as_str())).collect();
            self.write_texts(&texts, "", &mut object);
        }
        if !said.refusals.is_empty() {
            object.text("refusal", &said.refusals.concat());
        }
        if let Some(id) = said.audio {
            object.object("audio").text("id", id);
        }
        if !said.thoughts.is_empty() {
            object.text("reasoning_content", &said.thoughts.concat());
        }
        if !said.proven.is_empty() {
            let mut details = object.list("reasoning_details");
            for ((thought, proof), index) in said.proven.iter().zip(0..) {
                thinking::push_own(&mut details, index, thought, proof);
            }
        }
        let citations: Vec<_> = said.texts.iter().flat_map(|text| &text.citations).collect();
        if !citations.is_empty() {
            if self.own {
                let mut annotations = object.list("annotations");
                for citation in citations {
                    annotations.push_raw(citation);
                }
            } else {
                self.notes.note("citations", "sources of earlier turns are not sent to this provider");
            }
        }
        if let Some(signature) = said.signature {
            calls::write_signature(&mut object, signature);
        }
        if !said.calls.is_empty() {
            let mut list = object.list("tool_calls");
            for call in said.calls {
                self.call(call, &mut list)?;
            }
        }
        Ok(())
    }

    fn sort<'m>(&mut self, blocks: &[&'m Block]) -> Result<Said<'m>, Refusal> {
        let mut said = Said::default();
        for block in blocks {
            match block {
                Block::Text(text) => {
                    self.cache_mark(text.cache)?;
                    said.signature = self.own_proof(text.signature.as_ref())?.or(said.signature);
                    said.texts.push(text);
                }
                Block::Refusal(text) => said.refusals.push(text),
                Block::ToolCall(call) => {
                    self.cache_mark(call.cache)?;
                    said.calls.push(call);
                }
                Block::Thinking(thought) => self.thought(thought, &mut said)?,
                Block::Media(Media { kind: MediaKind::Audio, source: MediaSource::FileId(id), .. }) if self.own => {
                    said.audio = Some(id);
                }
                Block::Media(media) => {
                    let what = if address(media, "").is_some() { "media" } else { "file" };
                    self.notes.lose(what, "the model's turns hold words only in this dialect")?;
                }
                Block::Opaque(opaque) => self.notes.lose(&*opaque.kind, "only its own dialect knows it")?,
                Block::ToolResult(_) => {
                    self.notes.lose("messages.content", "results of tools stand in the user's turns")?;
                }
            }
        }
        Ok(said)
    }

    fn thought<'m>(&mut self, thought: &'m Thinking, said: &mut Said<'m>) -> Result<(), Refusal> {
        match &thought.signature {
            None => {
                if !thought.text.is_empty() && self.keeps(Feature::UnsignedThinking)? {
                    said.thoughts.push(&thought.text);
                }
            }
            // Google's proofs stand on calls and words here, not on thoughts.
            Some(proof) if proof.maker == Maker::Anthropic && self.maker == Some(Maker::Anthropic) => {
                if self.keeps(Feature::ThinkingHistory)? {
                    said.proven.push((thought, proof));
                }
            }
            Some(_) => {
                self.notes.keeps(Feature::ForeignThinking)?;
            }
        }
        Ok(())
    }

    /// The proof on words or a call, if the provider is the one that takes it.
    fn own_proof<'m>(&mut self, proof: Option<&'m Signature>) -> Result<Option<&'m Signature>, Refusal> {
        let Some(proof) = proof else { return Ok(None) };
        if proof.maker == Maker::Google && self.maker == Some(Maker::Google) {
            return Ok(self.keeps(Feature::ThinkingHistory)?.then_some(proof));
        }
        self.notes.keeps(Feature::ForeignThinking)?;
        Ok(None)
    }

    fn call(&mut self, call: &ToolCall, list: &mut Writer<'_>) -> Result<(), Refusal> {
        let signature = self.own_proof(call.signature.as_ref())?;
        let lent = call.kind == ToolKind::Custom && !self.own;
        let kind = if lent { ToolKind::Function } else { call.kind };
        let arguments =
            if lent { Cow::Owned(calls::as_input(&call.arguments)) } else { Cow::Borrowed(&*call.arguments) };
        let id = self.call_id(&call.id);
        calls::Written { id: &id, name: &call.name, kind, arguments, signature }.push(list);
        Ok(())
    }
}

/// The blocks of the model's turn, by where they go.
#[derive(Default)]
struct Said<'m> {
    texts: Vec<&'m Text>,
    refusals: Vec<&'m str>,
    calls: Vec<&'m ToolCall>,
    thoughts: Vec<&'m str>,
    proven: Vec<(&'m Thinking, &'m Signature)>,
    audio: Option<&'m str>,
    signature: Option<&'m Signature>,
}

impl Said<'_> {
    const fn is_empty(&self) -> bool {
        self.texts.is_empty()
            && self.refusals.is_empty()
            && self.calls.is_empty()
            && self.thoughts.is_empty()
            && self.proven.is_empty()
            && self.audio.is_none()
    }
}
