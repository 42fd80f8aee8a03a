//! Words of Messages and what they mean elsewhere.

use crate::canonical::{Block, CacheMark, StopReason};
use crate::json::write::Writer;
use thinkwatch_policy::usage::Usage;

/// Reads `stop_reason`, with the `stop_sequence` beside it.
pub(super) fn read_stop(word: &str, sequence: Option<String>) -> StopReason {
    match word {
        "end_turn" => StopReason::End,
        "tool_use" => StopReason::ToolUse,
        "max_tokens" => StopReason::MaxTokens,
        "model_context_window_exceeded" => StopReason::ContextLength,
        "stop_sequence" => StopReason::StopSequence(sequence),
        "refusal" => StopReason::Refusal,
        "pause_turn" => StopReason::Pause,
        other => StopReason::Other(other.to_owned()),
    }
}

/// The word for a reason. Some providers say that all was said although they called tools (Gemini does): a client would
/// wait for nothing, so the calls decide.
pub(super) fn stop_word(reason: &StopReason, calls: bool, own: bool) -> &str {
    match reason {
        StopReason::End if calls => "tool_use",
        StopReason::End => "end_turn",
        StopReason::ToolUse => "tool_use",
        StopReason::MaxTokens => "max_tokens",
        StopReason::ContextLength => "model_context_window_exceeded",
        StopReason::StopSequence(_) => "stop_sequence",
        StopReason::ContentFilter | StopReason::Refusal => "refusal",
        StopReason::Pause => "pause_turn",
        StopReason::Other(word) if own => word,
        StopReason::Other(_) if calls => "tool_use",
        StopReason::Other(_) => "end_turn",
    }
}

/// Which stop sequence came.
pub(super) fn stop_sequence(reason: &StopReason) -> Option<&str> {
    match reason {
        StopReason::StopSequence(sequence) => sequence.as_deref(),
        _ => None,
    }
}

/// The class of service that was asked for, in OpenAI's words, which the model in the middle speaks.
pub(super) fn read_asked_tier(word: &str) -> &str {
    if word == "standard_only" { "default" } else { word }
}

/// The class of service that is asked for, if Messages has it.
pub(super) fn asked_tier(word: &str) -> Option<&'static str> {
    match word {
        "auto" | "priority" => Some("auto"),
        "default" | "standard" | "standard_only" => Some("standard_only"),
        _ => None,
    }
}

/// The class of service that was given, in OpenAI's words.
pub(super) fn read_given_tier(word: &str) -> &str {
    if word == "standard" { "default" } else { word }
}

/// The class of service that was given, if Messages has it.
pub(super) fn given_tier(word: &str) -> Option<&'static str> {
    match word {
        "default" | "standard" => Some("standard"),
        "priority" => Some("priority"),
        "batch" => Some("batch"),
        _ => None,
    }
}

/// Writes `cache_control`.
pub(super) fn cache_control(mark: CacheMark, into: &mut Writer<'_>) {
    let mut control = into.object("cache_control");
    control.text("type", "ephemeral");
    if mark == CacheMark::OneHour {
        control.text("ttl", "1h");
    }
}

/// Writes `usage` of a whole answer or of the beginning of a stream, every field that the SDKs know as never absent
/// included.
pub(super) fn usage(usage: &Usage, tier: Option<&str>, into: &mut Writer<'_>) {
    let mut told = into.object("usage");
    counts(usage, &mut told);
    told.object("cache_creation")
        .whole("ephemeral_5m_input_tokens", usage.cache_write_5m)
        .whole("ephemeral_1h_input_tokens", usage.cache_write_1h);
    told.raw("server_tool_use", "null").text_or_null("service_tier", tier);
}

/// Writes `usage` of the end of a stream.
pub(super) fn final_usage(usage: &Usage, into: &mut Writer<'_>) {
    let mut told = into.object("usage");
    counts(usage, &mut told);
    // Only the beginning has a field for the hour's share in the types, but it is known only now if it is told late.
    if usage.cache_write_1h > 0 {
        told.object("cache_creation")
            .whole("ephemeral_5m_input_tokens", usage.cache_write_5m)
            .whole("ephemeral_1h_input_tokens", usage.cache_write_1h);
    }
    told.raw("server_tool_use", "null");
}

fn counts(usage: &Usage, told: &mut Writer<'_>) {
    told.whole("input_tokens", usage.input)
        .whole("cache_creation_input_tokens", usage.cache_write_5m.saturating_add(usage.cache_write_1h))
        .whole("cache_read_input_tokens", usage.cache_read)
        .whole("output_tokens", usage.output);
    if usage.reasoning > 0 {
        told.object("output_tokens_details").whole("thinking_tokens", usage.reasoning);
    }
}

/// Whether tools are called.
pub(super) fn has_calls(content: &[Block]) -> bool {
    content.iter().any(|block| matches!(block, Block::ToolCall(_)))
}
