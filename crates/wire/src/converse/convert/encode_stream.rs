//! Writes a stream, as frames.

use super::{blob, media, stop, write as blocks};
use crate::canonical::block::MediaKind;
use crate::canonical::sequence::{Sequence, TooMuchOverlap};
use crate::canonical::{
    Client, Delta, Event, Feature, Maker, MediaSource, Notes, Opaque, Opening, StopReason, tool_names,
};
use crate::converse::{frames, usage};
use crate::error::StreamPlace;
use crate::json::node::Node;
use crate::json::write::{self, Writer};
use thinkwatch_policy::dialect::Dialect;
use thinkwatch_policy::usage::Usage;

/// Writes events.
#[derive(Debug)]
pub(crate) struct Encoder {
    sequence: Sequence,
    lined_up: Vec<Event>,
    place: StreamPlace,
    /// Whether the block that is open is one of thought.
    thinking: bool,
    called: bool,
    reason: Option<StopReason>,
    usage: Usage,
}

impl Encoder {
    pub(crate) fn new(client: Client) -> Self {
        let place = StreamPlace { id: Some(client.request_id), model: client.model, ..StreamPlace::default() };
        Self {
            sequence: Sequence::default(),
            lined_up: Vec::new(),
            place,
            thinking: false,
            called: false,
            reason: None,
            usage: Usage::default(),
        }
    }

    /// Appends the frames of an event. The reason to stop and the usage leave at the end.
    pub(crate) fn write(&mut self, event: Event, notes: &mut Notes, out: &mut Vec<u8>) -> Result<(), TooMuchOverlap> {
        let mut lined_up = std::mem::take(&mut self.lined_up);
        let result = self.sequence.take(event, &mut lined_up);
        for event in lined_up.drain(..) {
            self.tell(event, notes, out);
        }
        self.lined_up = lined_up;
        result
    }

    /// Where the stream stands.
    pub(crate) fn place(&self) -> StreamPlace {
        self.place.clone()
    }

    fn tell(&mut self, event: Event, notes: &mut Notes, out: &mut Vec<u8>) {
        match event {
            Event::Open { choice, .. }
            | Event::Delta { choice, .. }
            | Event::Close { choice, .. }
            | Event::Stop { choice, .. }
                if choice > 0 =>
            {
                notes.keeps_of_answer(Feature::SeveralChoices);
            }
            Event::Start { id, created_at_s, .. } => {
                if !id.is_empty() {
                    self.place.id = Some(id);
                }
                self.place.created_at_s = created_at_s;
                self.frame("messageStart", out, |event| {
                    event.text("role", "assistant");
                });
            }
            Event::Open { block, what, .. } => self.open(block, what, notes, out),
            Event::Delta { block, delta, .. } => self.delta(block, delta, notes, out),
            Event::Close { block, .. } => self.frame("contentBlockStop", out, |event| {
                event.whole("contentBlockIndex", u64::from(block));
            }),
            Event::Stop { reason, .. } => {
                if reason == StopReason::Pause {
                    notes.keeps_of_answer(Feature::AnswerPause);
                }
                self.reason = Some(reason);
            }
            Event::Usage(usage) => self.usage = usage,
            Event::End => self.end(out),
            Event::Failed(_) => {}
        }
    }

    fn open(&mut self, block: u32, what: Opening, notes: &mut Notes, out: &mut Vec<u8>) {
        self.thinking = what == Opening::Thinking;
        match what {
            // These begin with their first delta.
            Opening::Text | Opening::Thinking | Opening::Refusal => {}
            Opening::RedactedThinking(proof) => self.block_delta(block, out, |delta| {
                delta.object("reasoningContent").text("redactedContent", &blob::of_proof(&proof));
            }),
            Opening::ToolCall(call) => {
                self.called = true;
                let name = tool_names::fit(Dialect::Converse, &call.name);
                self.block_start(block, out, |start| {
                    start.object("toolUse").text("toolUseId", &blocks::call_id(&call.id)).text("name", &name);
                });
            }
            Opening::Media(image) if image.kind == MediaKind::Image => {
                if let (MediaSource::Base64(bytes), Some(format)) = (&image.source, media::format(&image)) {
                    self.block_start(block, out, |start| {
                        start.object("image").text("format", format);
                    });
                    self.block_delta(block, out, |delta| {
                        delta.object("image").object("source").text("bytes", bytes);
                    });
                }
            }
            Opening::Media(_) => {
                notes.keeps_of_answer(Feature::FileId);
            }
            Opening::Opaque(own) if own.dialect == Dialect::Converse => self.server_tool(block, &own, out),
            Opening::Opaque(_) => {
                notes.keeps_of_answer(Feature::AnswerServerTools);
            }
        }
    }

    /// A call or a result of a tool that the provider runs, as it came.
    fn server_tool(&mut self, block: u32, own: &Opaque, out: &mut Vec<u8>) {
        let read = || {
            let inside = Node::root(own.value.as_bytes()).ok()?.object().ok()?.some(&own.kind)?;
            let mut object = inside.object().ok()?;
            let whole = object.some(if own.kind == "toolUse" { "input" } else { "content" })?;
            Some((whole, object))
        };
        let Some((whole, rest)) = read() else { return };
        self.block_start(block, out, |start| {
            let mut inside = start.object(&own.kind);
            for (name, value) in rest.rest() {
                inside.raw(&name, value.raw());
            }
        });
        self.block_delta(block, out, |delta| {
            if own.kind == "toolUse" {
                delta.object("toolUse").text("input", whole.raw());
            } else {
                delta.raw("toolResult", whole.raw());
            }
        });
    }

    fn delta(&mut self, block: u32, delta: Delta, notes: &mut Notes, out: &mut Vec<u8>) {
        let thinking = self.thinking;
        match delta {
            Delta::Text(words) => self.block_delta(block, out, |delta| {
                if thinking {
                    delta.object("reasoningContent").text("text", &words);
                } else {
                    delta.text("text", &words);
                }
            }),
            Delta::Arguments(part) => self.block_delta(block, out, |delta| {
                delta.object("toolUse").text("input", &part);
            }),
            // A proof of words or of a call has no place here.
            Delta::Signature(_) if !thinking => {}
            Delta::Signature(proof) => self.block_delta(block, out, |delta| {
                delta.object("reasoningContent").text("signature", &proof.carried(Maker::Anthropic));
            }),
            Delta::Citation(citation) if notes.source == Dialect::Converse => self.block_delta(block, out, |delta| {
                delta.raw("citation", &citation);
            }),
            Delta::Citation(_) => {
                notes.keeps_of_answer(Feature::Citations);
            }
            Delta::LogProbs(_) => {
                notes.keeps_of_answer(Feature::LogProbs);
            }
        }
    }

    fn end(&mut self, out: &mut Vec<u8>) {
        let usual = if self.called { StopReason::ToolUse } else { StopReason::End };
        let reason = self.reason.take().unwrap_or(usual);
        self.frame("messageStop", out, |event| {
            event.text("stopReason", stop::word(&reason));
            if let StopReason::StopSequence(Some(sequence)) = &reason {
                event.object("additionalModelResponseFields").text("stop_sequence", sequence);
            }
        });
        let counted = self.usage;
        self.frame("metadata", out, |event| {
            usage::write(&counted, &mut event.object("usage"));
            event.object("metrics").whole("latencyMs", 0);
        });
    }

    fn block_start(&mut self, block: u32, out: &mut Vec<u8>, start: impl FnOnce(&mut Writer<'_>)) {
        self.frame("contentBlockStart", out, |event| {
            start(&mut event.object("start"));
            event.whole("contentBlockIndex", u64::from(block));
        });
    }

    fn block_delta(&mut self, block: u32, out: &mut Vec<u8>, delta: impl FnOnce(&mut Writer<'_>)) {
        self.frame("contentBlockDelta", out, |event| {
            delta(&mut event.object("delta"));
            event.whole("contentBlockIndex", u64::from(block));
        });
    }

    fn frame(&mut self, name: &str, out: &mut Vec<u8>, members: impl FnOnce(&mut Writer<'_>)) {
        let mut payload = Vec::new();
        members(&mut write::object(&mut payload));
        frames::event(name, &payload, out);
        self.place.sequence += 1;
    }
}
