//! Reasons to stop.

use crate::canonical::StopReason;
use crate::json::node::{Node, Object};

/// What a word of Converse's means. `sequence` is what the model's own field tells, where it was asked for.
pub(super) fn read(word: &str, sequence: Option<String>) -> StopReason {
    match word {
        "end_turn" => StopReason::End,
        "tool_use" => StopReason::ToolUse,
        "max_tokens" => StopReason::MaxTokens,
        "model_context_window_exceeded" => StopReason::ContextLength,
        "stop_sequence" => StopReason::StopSequence(sequence),
        "content_filtered" | "guardrail_intervened" => StopReason::ContentFilter,
        "refusal" => StopReason::Refusal,
        "pause_turn" => StopReason::Pause,
        other => StopReason::Other(other.to_owned()),
    }
}

/// The reason in an object that ends an answer: its `stopReason`, and what the model adds to it. Some models say that
/// they are done although they call a tool.
pub(super) fn of(object: &mut Object<'_>, called: bool) -> Option<StopReason> {
    let fields = object.some("additionalModelResponseFields");
    let word = object.some("stopReason")?.text().ok()?.into_owned();
    let sequence = fields.and_then(sequence);
    Some(match read(&word, sequence) {
        StopReason::End if called => StopReason::ToolUse,
        reason => reason,
    })
}

fn sequence(fields: Node<'_>) -> Option<String> {
    fields.object().ok()?.text("stop_sequence").ok()?
}

/// The word for a reason.
pub(super) fn word(reason: &StopReason) -> &str {
    match reason {
        StopReason::End | StopReason::Pause => "end_turn",
        StopReason::ToolUse => "tool_use",
        StopReason::MaxTokens => "max_tokens",
        StopReason::ContextLength => "model_context_window_exceeded",
        StopReason::StopSequence(_) => "stop_sequence",
        StopReason::ContentFilter | StopReason::Refusal => "content_filtered",
        // SDKs take words they do not know for text; but only Converse's own are handed on.
        StopReason::Other(word) if word.starts_with("malformed_") => word,
        StopReason::Other(_) => "end_turn",
    }
}
