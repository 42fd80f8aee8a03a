//! Writes the blocks of a stream as items and their parts.

use thinkwatch_policy::dialect::Dialect;

use super::super::citations::annotation;
use super::super::encode_answer::elements;
use super::super::names::{self, Known};
use super::super::output;
use super::super::proofs::{self, Of};
use super::Encoder;
use crate::canonical::{Delta, Feature, Json, Notes, Opening, Signature, ToolCall, ToolKind};
use crate::json::write::Writer;

/// A message that may go on.
#[derive(Debug)]
pub(super) struct OpenMessage {
    pub(super) id: String,
    parts: Vec<Vec<u8>>,
}

/// The block that is being told.
#[derive(Debug)]
pub(super) enum OpenBlock {
    Words(Words),
    Refusal(String),
    Thinking {
        id: String,
        text: String,
        signature: Option<Signature>,
    },
    Call(Call),
    /// One that has nothing to add.
    Whole,
}

#[derive(Debug, Default)]
pub(super) struct Words {
    text: String,
    annotations: Vec<Json>,
    /// Log probabilities, as the elements of a list, and those of them that no event has told.
    logprobs: String,
    untold: String,
    signature: Option<Signature>,
}

#[derive(Debug)]
pub(super) struct Call {
    id: String,
    call_id: String,
    known: Known,
    /// Whether the arguments hold the text of a custom tool, so that they can be told only when they are complete.
    wraps: bool,
    arguments: String,
    signature: Option<Signature>,
}

impl Encoder {
    pub(super) fn open(&mut self, what: Opening, notes: &mut Notes, out: &mut Vec<u8>) {
        match what {
            Opening::Text => {
                self.open_part(&output::text_part("", &[], ""), out);
                self.block = Some(OpenBlock::Words(Words::default()));
                return;
            }
            Opening::Refusal => {
                self.open_part(&output::refusal_part(""), out);
                self.block = Some(OpenBlock::Refusal(String::new()));
                return;
            }
            _ => self.end_message(out),
        }
        self.block = Some(OpenBlock::Whole);
        match what {
            Opening::Thinking => {
                let id = self.minted("rs");
                self.item_added(&output::reasoning(&id, "", None), out);
                self.block = Some(OpenBlock::Thinking { id, text: String::new(), signature: None });
            }
            Opening::RedactedThinking(signature) => self.proof(&signature, &Of::HiddenThought, out),
            Opening::ToolCall(call) => self.open_call(call, out),
            Opening::Media(media) => match output::picture(&self.minted("ig"), &media) {
                Some(item) => self.whole(item, out),
                None => notes.note(Feature::AnswerMedia.as_str(), "the Responses API answers with pictures only"),
            },
            Opening::Opaque(opaque) if opaque.dialect == Dialect::Responses => {
                self.whole(opaque.value.as_bytes().to_vec(), out);
            }
            Opening::Opaque(_) => {
                notes.keeps_of_answer(Feature::AnswerServerTools);
            }
            Opening::Text | Opening::Refusal => {}
        }
    }

    pub(super) fn go_on(&mut self, delta: Delta, notes: &mut Notes, out: &mut Vec<u8>) {
        let Some(mut block) = self.block.take() else { return };
        match (&mut block, delta) {
            (OpenBlock::Words(words), Delta::Text(text)) => {
                words.text.push_str(&text);
                let logprobs = std::mem::take(&mut words.untold);
                self.words("response.output_text.delta", "delta", &text, Some(&logprobs), out);
            }
            (OpenBlock::Words(words), Delta::LogProbs(logprobs)) => {
                let logprobs = elements(&logprobs);
                for all in [&mut words.logprobs, &mut words.untold] {
                    if !all.is_empty() && !logprobs.is_empty() {
                        all.push(',');
                    }
                    all.push_str(&logprobs);
                }
            }
            (OpenBlock::Words(words), Delta::Citation(citation)) => {
                match annotation(notes.source, &citation, words.text.chars().count()) {
                    Some(annotation) => {
                        let number = words.annotations.len() as u64;
                        self.part_event("response.output_text.annotation.added", out, |data| {
                            data.whole("annotation_index", number).raw("annotation", &annotation);
                        });
                        words.annotations.push(annotation);
                    }
                    None => notes.note(Feature::Citations.as_str(), "the Responses API cites the web and files only"),
                }
            }
            (OpenBlock::Words(words), Delta::Signature(proof)) => words.signature = Some(proof),
            (OpenBlock::Refusal(all), Delta::Text(text)) => {
                all.push_str(&text);
                self.words("response.refusal.delta", "delta", &text, None, out);
            }
            (OpenBlock::Thinking { id, text: all, .. }, Delta::Text(text)) => {
                if all.is_empty() && !text.is_empty() {
                    self.summary("response.reasoning_summary_part.added", id, out, |data| summary_part(data, ""));
                }
                all.push_str(&text);
                if !text.is_empty() {
                    self.summary("response.reasoning_summary_text.delta", id, out, |data| {
                        data.text("delta", &text);
                    });
                }
            }
            (OpenBlock::Thinking { signature, .. }, Delta::Signature(proof)) => *signature = Some(proof),
            (OpenBlock::Call(call), Delta::Arguments(part)) => {
                call.arguments.push_str(&part);
                if !call.wraps && !part.is_empty() {
                    self.arguments(call, "delta", "delta", &part, out);
                }
            }
            (OpenBlock::Call(call), Delta::Signature(proof)) => call.signature = Some(proof),
            _ => {}
        }
        self.block = Some(block);
    }

    pub(super) fn close(&mut self, out: &mut Vec<u8>) {
        match self.block.take() {
            None | Some(OpenBlock::Whole) => {}
            Some(OpenBlock::Words(words)) => self.close_words(&words, out),
            Some(OpenBlock::Refusal(text)) => {
                self.refuses = true;
                self.words("response.refusal.done", "refusal", &text, None, out);
                self.close_part(output::refusal_part(&text), out);
            }
            Some(OpenBlock::Thinking { id, text, signature }) => {
                if !text.is_empty() {
                    self.summary("response.reasoning_summary_text.done", &id, out, |data| {
                        data.text("text", &text);
                    });
                    self.summary("response.reasoning_summary_part.done", &id, out, |data| summary_part(data, &text));
                }
                let proof = signature.map(|signature| proofs::carry(&signature, &Of::Thought, &id));
                self.item_done(output::reasoning(&id, &text, proof.as_deref()), out);
            }
            Some(OpenBlock::Call(call)) => self.close_call(call, out),
        }
    }

    fn minted(&self, prefix: &str) -> String {
        output::minted(prefix, &self.client, self.output.len())
    }

    /// An item that is told at once.
    fn whole(&mut self, item: Vec<u8>, out: &mut Vec<u8>) {
        self.item_added(&item, out);
        self.item_done(item, out);
    }

    /// A reasoning item that carries nothing but a proof.
    fn proof(&mut self, signature: &Signature, of: &Of, out: &mut Vec<u8>) {
        let id = self.minted("rs");
        let proof = proofs::carry(signature, of, &id);
        self.whole(output::reasoning(&id, "", Some(&proof)), out);
    }

    fn open_part(&mut self, part: &[u8], out: &mut Vec<u8>) {
        if self.message.is_none() {
            let id = self.minted("msg");
            self.item_added(&output::message(&id, "in_progress", &[]), out);
            self.message = Some(OpenMessage { id, parts: Vec::new() });
        }
        self.part("response.content_part.added", part, out);
    }

    fn close_part(&mut self, part: Vec<u8>, out: &mut Vec<u8>) {
        self.part("response.content_part.done", &part, out);
        if let Some(message) = &mut self.message {
            message.parts.push(part);
        }
    }

    fn part(&mut self, name: &str, part: &[u8], out: &mut Vec<u8>) {
        self.part_event(name, out, |data| {
            data.raw("part", std::str::from_utf8(part).unwrap_or("null"));
        });
    }

    /// An event about the part that is being told.
    fn part_event(&mut self, name: &str, out: &mut Vec<u8>, fill: impl FnOnce(&mut Writer<'_>)) {
        let Some(message) = self.message.take() else { return };
        self.about(name, out, |data| {
            data.text("item_id", &message.id).whole("content_index", message.parts.len() as u64);
            fill(data);
        });
        self.message = Some(message);
    }

    fn words(&mut self, name: &str, key: &str, text: &str, logprobs: Option<&str>, out: &mut Vec<u8>) {
        self.part_event(name, out, |data| {
            data.text(key, text);
            if let Some(logprobs) = logprobs {
                data.raw("logprobs", &format!("[{logprobs}]"));
            }
        });
    }

    fn close_words(&mut self, words: &Words, out: &mut Vec<u8>) {
        if !words.untold.is_empty() {
            self.words("response.output_text.delta", "delta", "", Some(&words.untold), out);
        }
        self.words("response.output_text.done", "text", &words.text, Some(&words.logprobs), out);
        self.close_part(output::text_part(&words.text, &words.annotations, &words.logprobs), out);
        if let Some(signature) = &words.signature {
            self.end_message(out);
            self.proof(signature, &Of::Words, out);
        }
    }

    pub(super) fn end_message(&mut self, out: &mut Vec<u8>) {
        if let Some(message) = self.message.take() {
            self.item_done(output::message(&message.id, "completed", &message.parts), out);
        }
    }

    fn summary(&mut self, name: &str, id: &str, out: &mut Vec<u8>, fill: impl FnOnce(&mut Writer<'_>)) {
        self.about(name, out, |data| {
            data.text("item_id", id).whole("summary_index", 0);
            fill(data);
        });
    }

    fn open_call(&mut self, call: ToolCall, out: &mut Vec<u8>) {
        let known = names::known(&self.client, &call);
        let custom = known.kind == ToolKind::Custom;
        let id = call.item_id.unwrap_or_else(|| self.minted(if custom { "ctc" } else { "fc" }));
        self.item_added(&output::call(&id, "in_progress", &call.id, &known, ""), out);
        let wraps = custom && call.kind == ToolKind::Function;
        let arguments = call.arguments;
        let call = Call { id, call_id: call.id, known, wraps, arguments, signature: call.signature };
        if !call.wraps && !call.arguments.is_empty() {
            self.arguments(&call, "delta", "delta", &call.arguments, out);
        }
        self.block = Some(OpenBlock::Call(call));
    }

    fn close_call(&mut self, mut call: Call, out: &mut Vec<u8>) {
        let custom = call.known.kind == ToolKind::Custom;
        if call.wraps {
            call.arguments = output::free_text(&call.arguments);
            self.arguments(&call, "delta", "delta", &call.arguments, out);
        } else if call.arguments.is_empty() && !custom {
            // Clients parse it.
            call.arguments.push_str("{}");
            self.arguments(&call, "delta", "delta", &call.arguments, out);
        }
        self.arguments(&call, "done", if custom { "input" } else { "arguments" }, &call.arguments, out);
        self.item_done(output::call(&call.id, "completed", &call.call_id, &call.known, &call.arguments), out);
        if let Some(signature) = &call.signature {
            self.proof(signature, &Of::Call(call.call_id.clone()), out);
        }
    }

    fn arguments(&mut self, call: &Call, step: &str, key: &str, text: &str, out: &mut Vec<u8>) {
        let what = match call.known.kind {
            ToolKind::Custom => "custom_tool_call_input",
            ToolKind::Function => "function_call_arguments",
        };
        self.about(&format!("response.{what}.{step}"), out, |data| {
            data.text("item_id", &call.id).text(key, text);
        });
    }
}

fn summary_part(data: &mut Writer<'_>, text: &str) {
    data.object("part").text("type", "summary_text").text("text", text);
}
