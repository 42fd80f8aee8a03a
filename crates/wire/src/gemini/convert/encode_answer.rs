//! A whole answer in the words of Gemini.

use std::borrow::Cow;

use super::decode_answer::WHOLE_CITATIONS;
use super::part::{Part, coat};
use super::{logprobs, proofs, stop};
use crate::canonical::{
    Answer, Block, Choice, Client, Feature, Json, MediaSource, Notes, StopReason, Text, Thinking, ToolKind,
};
use crate::gemini::usage;
use crate::json::node::Node;
use crate::json::write::{self, Writer};
use thinkwatch_policy::dialect::Dialect;

pub(crate) fn encode(answer: &Answer, client: &Client, notes: &mut Notes) -> Vec<u8> {
    let mut out = Vec::with_capacity(1024);
    {
        let mut root = write::object(&mut out);
        {
            let mut candidates = root.list("candidates");
            for (index, choice) in answer.choices.iter().enumerate() {
                candidate(index as u64, choice, notes, &mut candidates.push_object());
            }
        }
        if let Some(told) = &answer.usage {
            usage::write(told, &mut root.object("usageMetadata"));
        }
        root.text("modelVersion", &client.model);
        root.text("responseId", if answer.id.is_empty() { &client.request_id } else { &answer.id });
    }
    if answer.service_tier.is_some() {
        notes.keeps_of_answer(Feature::AnswerServiceTier);
    }
    if answer.fingerprint.is_some() {
        notes.keeps_of_answer(Feature::AnswerFingerprint);
    }
    out
}

fn candidate(index: u64, choice: &Choice, notes: &mut Notes, out: &mut Writer<'_>) {
    let mut citations: Vec<&Json> = Vec::new();
    {
        let mut content = out.object("content");
        {
            let mut parts = content.list("parts");
            let mut thoughts = Vec::new();
            for block in &choice.content {
                if let Block::Thinking(thinking) = block {
                    thoughts.push(thinking.clone());
                }
                if let Some(mut part) = part_of(block, notes) {
                    carry(&mut thoughts, &mut part);
                    part.write(&mut parts);
                }
                if let Block::Text(text) = block {
                    citations.extend(own_citations(text, notes));
                }
            }
        }
        content.text("role", "model");
    }
    if let Some(reason) = &choice.stop {
        note_stop(reason, notes);
        out.text("finishReason", stop::word(reason));
    }
    out.whole("index", index);
    write_citations(&citations, out);
    if let Some(told) = &choice.logprobs {
        logprobs::write(told, &mut out.object("logprobsResult"));
    }
}

/// What of a reason to stop has no word.
pub(super) fn note_stop(reason: &StopReason, notes: &mut Notes) {
    match reason {
        StopReason::StopSequence(Some(_)) => notes.keeps_of_answer(Feature::AnswerStopSequence),
        StopReason::Pause => notes.keeps_of_answer(Feature::AnswerPause),
        StopReason::Refusal => notes.keeps_of_answer(Feature::AnswerRefusal),
        _ => true,
    };
}

/// The part of a block of an answer. None where it says nothing or has no word.
pub(super) fn part_of<'a>(block: &'a Block, notes: &mut Notes) -> Option<Part<'a>> {
    match block {
        Block::Text(Text { text, signature, .. }) => {
            let signature = signature.as_ref().map(|proof| proofs::carried(proof, false));
            (!text.is_empty() || signature.is_some()).then(|| Part::Text {
                text: text.into(),
                thought: false,
                signature,
            })
        }
        Block::Refusal(text) => {
            notes.keeps_of_answer(Feature::AnswerRefusal);
            (!text.is_empty()).then(|| Part::text(text))
        }
        Block::Thinking(Thinking { text, signature, redacted }) => {
            let signature = signature.as_ref().map(|proof| proofs::carried(proof, *redacted));
            (!text.is_empty() || signature.is_some()).then(|| Part::Text {
                text: text.into(),
                thought: true,
                signature,
            })
        }
        Block::Media(media) => match &media.source {
            MediaSource::Text(text) => Some(Part::text(text)),
            _ => Part::media(media, true),
        },
        Block::ToolCall(call) => {
            let mut part = Part::call(&call.id, &call.name, &call.arguments, call.signature.as_ref());
            if let (ToolKind::Custom, Part::Call { arguments, .. }) = (call.kind, &mut part) {
                *arguments = coat("input", &call.arguments).into();
            }
            Some(part)
        }
        Block::Opaque(opaque) if opaque.dialect == Dialect::Gemini => Some(Part::Raw(&opaque.value)),
        Block::Opaque(_) => {
            notes.keeps_of_answer(Feature::AnswerServerTools);
            None
        }
        // No model answers with a result.
        Block::ToolResult(_) => None,
    }
}

/// Lets a call carry the thoughts that led to it.
pub(super) fn carry(thoughts: &mut Vec<Thinking>, part: &mut Part<'_>) {
    if let Part::Call { signature, .. } = part {
        if signature.is_none() {
            *signature = proofs::carried_by_call(thoughts).map(Cow::Owned);
        }
        thoughts.clear();
    }
}

fn own_citations<'a>(text: &'a Text, notes: &mut Notes) -> &'a [Json] {
    if text.citations.is_empty() || text.citations_of == Some(Dialect::Gemini) {
        return &text.citations;
    }
    notes.keeps_of_answer(Feature::Citations);
    &[]
}

/// Writes citations back to where `decode_answer` found them.
pub(super) fn write_citations(citations: &[&Json], out: &mut Writer<'_>) {
    let mut single = Vec::new();
    for citation in citations {
        let whole = WHOLE_CITATIONS.into_iter().find_map(|key| {
            let mut object = Node::root(citation.as_bytes()).ok()?.object().ok()?;
            Some((key, object.take(key)?.raw()))
        });
        match whole {
            Some((key, metadata)) => {
                out.raw(key, metadata);
            }
            None => single.push(citation),
        }
    }
    if !single.is_empty() {
        let mut metadata = out.object("citationMetadata");
        let mut list = metadata.list("citations");
        for citation in single {
            list.push_raw(citation);
        }
    }
}
