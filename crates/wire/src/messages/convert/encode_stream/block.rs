//! The block that speaks.

use thinkwatch_policy::dialect::Dialect;

use super::Encoder;
use crate::canonical::signature::UNSIGNED;
use crate::canonical::{Delta, Feature, Maker, Notes, Opaque, Opening, Signature, ToolCall, ToolKind, ids};
use crate::json::node::Node;
use crate::json::write::Writer;
use crate::messages::convert::{carrier, input};

/// The longest arguments that are held back because they are no object.
const MAX_HELD: usize = 16 * 1024 * 1024;

/// What is known of the block.
#[derive(Debug)]
pub(super) enum Speaking {
    /// Words; whether they have begun, since a block of none is not written, and a proof that came with them.
    Text { begun: bool, proof: Option<Signature> },
    /// Thoughts, the same, and whether their proof came.
    Thinking { begun: bool, proven: bool },
    /// A call.
    Call(Arguments, Option<Signature>),
    /// Nothing that is written.
    Silent,
}

/// What the arguments of a call look like so far.
#[derive(Debug)]
pub(super) enum Arguments {
    /// Nothing but white space.
    None,
    /// The text of an object, which passes as it comes.
    Object,
    /// Something else: it has to be wrapped when it is whole. The name of the member it is wrapped in follows.
    Other(String, ToolKind),
}

impl Encoder {
    pub(super) fn open(&mut self, what: Opening, notes: &mut Notes, out: &mut Vec<u8>) {
        self.close(out);
        let speaking = match what {
            Opening::Text | Opening::Refusal => Speaking::Text { begun: false, proof: None },
            Opening::Thinking => Speaking::Thinking { begun: false, proven: false },
            Opening::RedactedThinking(signature) => {
                self.redacted(&signature.carried(Maker::Anthropic), out);
                Speaking::Silent
            }
            Opening::ToolCall(call) => {
                self.calls = true;
                self.call(&call, out)
            }
            Opening::Opaque(opaque) => {
                if Self::passes(opaque.dialect, notes) {
                    self.opaque(&opaque, out);
                }
                Speaking::Silent
            }
            Opening::Media(_) => {
                notes.keeps_of_answer(Feature::AnswerMedia);
                Speaking::Silent
            }
        };
        self.speaking = Some(speaking);
    }

    fn call(&mut self, call: &ToolCall, out: &mut Vec<u8>) -> Speaking {
        if let Some(signature) = &call.signature {
            self.redacted(&carrier::before(signature), out);
        }
        self.start_block(out, |block| {
            block.text("type", "tool_use").text("id", &ids::fit(&call.id, ids::MAX_CALL_ID)).text("name", &call.name);
            block.raw("input", "{}");
        });
        let arguments = match call.kind {
            ToolKind::Function => Arguments::None,
            ToolKind::Custom => Arguments::Other(String::new(), ToolKind::Custom),
        };
        Speaking::Call(arguments, None)
    }

    pub(super) fn delta(&mut self, delta: Delta, notes: &mut Notes, out: &mut Vec<u8>) {
        // Taken out while it is written, and put back.
        let Some(mut speaking) = self.speaking.take() else { return };
        match (&mut speaking, delta) {
            (Speaking::Text { begun, .. }, Delta::Text(words)) if !words.is_empty() => {
                self.begin_text(begun, out);
                self.write_delta("text_delta", "text", &words, out);
            }
            (Speaking::Text { begun, .. }, Delta::Citation(citation)) => {
                if notes.source == Dialect::Messages {
                    self.begin_text(begun, out);
                    self.block_delta("citations_delta", out, |delta| {
                        delta.raw("citation", &citation);
                    });
                } else {
                    notes.keeps_of_answer(Feature::Citations);
                }
            }
            (Speaking::Text { proof, .. }, Delta::Signature(signature)) => *proof = Some(signature),
            (Speaking::Thinking { begun, .. }, Delta::Text(words)) if !words.is_empty() => {
                self.begin_thinking(begun, out);
                self.write_delta("thinking_delta", "thinking", &words, out);
            }
            (Speaking::Thinking { begun, proven }, Delta::Signature(signature)) => {
                *proven = true;
                self.begin_thinking(begun, out);
                self.write_delta("signature_delta", "signature", &signature.carried(Maker::Anthropic), out);
            }
            (Speaking::Call(arguments, _), Delta::Arguments(part)) => self.arguments(arguments, &part, out),
            (Speaking::Call(_, proof), Delta::Signature(signature)) => *proof = Some(signature),
            _ => {}
        }
        self.speaking = Some(speaking);
    }

    fn arguments(&mut self, arguments: &mut Arguments, part: &str, out: &mut Vec<u8>) {
        if let Arguments::None = arguments {
            match part.trim_ascii_start().as_bytes().first() {
                None => return,
                Some(b'{') => *arguments = Arguments::Object,
                Some(_) => *arguments = Arguments::Other(String::new(), ToolKind::Function),
            }
        }
        match arguments {
            // More than anybody writes: what follows is left out, as a limit would have it.
            Arguments::Other(held, _) if held.len() + part.len() <= MAX_HELD => held.push_str(part),
            Arguments::Other(..) | Arguments::None => {}
            Arguments::Object => self.write_delta("input_json_delta", "partial_json", part, out),
        }
    }

    /// Ends the block that speaks, if one does.
    pub(super) fn close(&mut self, out: &mut Vec<u8>) {
        match self.speaking.take() {
            None | Some(Speaking::Silent | Speaking::Thinking { begun: false, .. }) => {}
            Some(Speaking::Thinking { begun: true, proven }) => {
                // Clients send the thought back, and its provider would refuse it with an empty proof.
                if !proven {
                    self.write_delta("signature_delta", "signature", UNSIGNED, out);
                }
                self.stop_block(out);
            }
            Some(Speaking::Text { begun, proof }) => {
                if begun {
                    self.stop_block(out);
                }
                if let Some(proof) = proof {
                    self.held.push(if begun { carrier::after(&proof) } else { carrier::instead(&proof) });
                }
            }
            Some(Speaking::Call(arguments, proof)) => {
                if let Arguments::Other(held, kind) = arguments {
                    let whole =
                        if kind == ToolKind::Custom { input::wrapped(input::CUSTOM, &held) } else { input::raw(&held) };
                    self.write_delta("input_json_delta", "partial_json", &whole, out);
                }
                self.stop_block(out);
                if let Some(proof) = proof {
                    self.redacted(&carrier::after(&proof), out);
                }
            }
        }
    }

    fn begin_text(&mut self, begun: &mut bool, out: &mut Vec<u8>) {
        if !std::mem::replace(begun, true) {
            self.start_block(out, |block| {
                block.text("type", "text").text("text", "");
            });
        }
    }

    fn begin_thinking(&mut self, begun: &mut bool, out: &mut Vec<u8>) {
        if !std::mem::replace(begun, true) {
            self.start_block(out, |block| {
                block.text("type", "thinking").text("thinking", "").text("signature", "");
            });
        }
    }

    fn redacted(&mut self, data: &str, out: &mut Vec<u8>) {
        self.start_block(out, |block| {
            block.text("type", "redacted_thinking").text("data", data);
        });
        self.stop_block(out);
    }

    /// What came with the last words, when no more will follow. Where those are the answer (and no call of a tool is), a block
    /// after them would hide them: Claude Code, among others, says what the last block says. Their words are gone by now, so
    /// the proof cannot stand before them.
    pub(super) fn last_proofs(&mut self, notes: &mut Notes, out: &mut Vec<u8>) {
        if self.calls {
            self.write_held(out);
        } else if !std::mem::take(&mut self.held).is_empty() {
            notes.lose_of_answer(
                Feature::AnswerSignature,
                "Messages would take a block after the last words for the answer",
            );
        }
    }

    fn write_held(&mut self, out: &mut Vec<u8>) {
        for data in std::mem::take(&mut self.held) {
            self.redacted(&data, out);
        }
    }

    /// A block of Messages' own. Clients expect the input of calls in deltas.
    fn opaque(&mut self, opaque: &Opaque, out: &mut Vec<u8>) {
        self.write_held(out);
        let input = if opaque.kind.ends_with("tool_use") { input_of(&opaque.value) } else { None };
        let members = input.as_ref().and_then(|_| Node::root(opaque.value.as_bytes()).ok()?.object().ok());
        match members {
            Some(members) => self.start_block(out, |block| {
                for (key, value) in members.rest() {
                    block.raw(&key, if key == "input" { "{}" } else { value.raw() });
                }
            }),
            None => {
                let index = self.blocks;
                self.blocks += 1;
                self.event("content_block_start", out, |event| {
                    event.whole("index", index).raw("content_block", &opaque.value);
                });
            }
        }
        if let Some(input) = input {
            self.write_delta("input_json_delta", "partial_json", &input, out);
        }
        self.stop_block(out);
    }

    fn start_block(&mut self, out: &mut Vec<u8>, fill: impl FnOnce(&mut Writer<'_>)) {
        self.write_held(out);
        let index = self.blocks;
        self.blocks += 1;
        self.event("content_block_start", out, |event| {
            event.whole("index", index);
            fill(&mut event.object("content_block"));
        });
    }

    fn write_delta(&mut self, kind: &str, key: &str, value: &str, out: &mut Vec<u8>) {
        self.block_delta(kind, out, |delta| {
            delta.text(key, value);
        });
    }

    fn block_delta(&mut self, kind: &str, out: &mut Vec<u8>, fill: impl FnOnce(&mut Writer<'_>)) {
        let index = self.blocks.saturating_sub(1);
        self.event("content_block_delta", out, |event| {
            event.whole("index", index);
            let mut delta = event.object("delta");
            delta.text("type", kind);
            fill(&mut delta);
        });
    }

    fn stop_block(&mut self, out: &mut Vec<u8>) {
        let index = self.blocks.saturating_sub(1);
        self.event("content_block_stop", out, |event| {
            event.whole("index", index);
        });
    }
}

fn input_of(block: &str) -> Option<String> {
    let input = Node::root(block.as_bytes()).ok()?.object().ok()?.some("input")?;
    (input.is_object() && input.raw() != "{}").then(|| input.raw().to_owned())
}
