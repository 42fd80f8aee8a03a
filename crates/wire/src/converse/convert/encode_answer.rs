//! Writes a whole answer.

use thinkwatch_policy::dialect::Dialect;

use super::{media, stop, write as blocks};
use crate::canonical::{Answer, Block, Choice, Client, Feature, MediaSource, Notes, StopReason};
use crate::converse::usage;
use crate::json::write;

pub(crate) fn encode(answer: &Answer, _client: &Client, notes: &mut Notes) -> Vec<u8> {
    let nothing = Choice::default();
    let choice = answer.choices.first().unwrap_or(&nothing);
    if answer.choices.len() > 1 {
        notes.keeps_of_answer(Feature::SeveralChoices);
    }
    let mut out = Vec::new();
    let mut root = write::object(&mut out);
    {
        let mut output = root.object("output");
        let mut message = output.object("message");
        message.text("role", "assistant");
        let mut content = message.list("content");
        for block in &choice.content {
            if let Some(json) = block_json(block, notes) {
                content.push_raw(&String::from_utf8_lossy(&json));
            }
        }
    }
    let calls = choice.content.iter().any(|block| matches!(block, Block::ToolCall(_)));
    let usual = if calls { StopReason::ToolUse } else { StopReason::End };
    let reason = choice.stop.as_ref().unwrap_or(&usual);
    if *reason == StopReason::Pause {
        notes.keeps_of_answer(Feature::AnswerPause);
    }
    root.text("stopReason", stop::word(reason));
    usage::write(&answer.usage.unwrap_or_default(), &mut root.object("usage"));
    root.object("metrics").whole("latencyMs", 0);
    if let StopReason::StopSequence(Some(sequence)) = reason {
        root.object("additionalModelResponseFields").text("stop_sequence", sequence);
    }
    if let Some(tier) = &answer.service_tier {
        root.object("serviceTier").text("type", tier);
    }
    if answer.fingerprint.is_some() {
        notes.keeps_of_answer(Feature::AnswerFingerprint);
    }
    if choice.logprobs.is_some() {
        notes.keeps_of_answer(Feature::LogProbs);
    }
    drop(root);
    out
}

fn block_json(block: &Block, notes: &mut Notes) -> Option<Vec<u8>> {
    Some(match block {
        Block::Text(text) if text.citations_of == Some(Dialect::Converse) => blocks::cited(&text.text, &text.citations),
        Block::Text(text) => {
            if !text.citations.is_empty() {
                notes.keeps_of_answer(Feature::Citations);
            }
            blocks::text(&text.text)
        }
        Block::Refusal(words) => blocks::text(words),
        Block::ToolCall(call) => blocks::call(call),
        Block::Thinking(thought) => match &thought.signature {
            Some(proof) if thought.redacted => blocks::hidden_thought(proof),
            proof => blocks::thought(&thought.text, proof.as_ref()),
        },
        Block::Media(one) => {
            let format = media::format(one);
            if matches!(one.source, MediaSource::FileId(_) | MediaSource::Text(_)) || format.is_none() {
                notes.keeps_of_answer(Feature::FileId);
                return None;
            }
            blocks::object(|block| media::write(one, format, None, block))
        }
        Block::ToolResult(result) => blocks::object(|block| {
            let mut inside = block.object("toolResult");
            inside.text("toolUseId", &blocks::call_id(&result.call_id));
            inside.list("content");
        }),
        Block::Opaque(own) if own.dialect == Dialect::Converse => own.value.as_bytes().to_vec(),
        Block::Opaque(_) => {
            notes.keeps_of_answer(Feature::AnswerServerTools);
            return None;
        }
    })
}
