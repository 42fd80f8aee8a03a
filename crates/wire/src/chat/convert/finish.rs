//! Why an answer stopped.

use crate::canonical::StopReason;

/// Reads a `finish_reason`. `called` and `refused` say what the answer holds: some servers tell `stop` for everything.
pub(super) fn read(word: &str, stop_sequence: Option<String>, called: bool, refused: bool) -> StopReason {
    match word {
        "stop" if called => StopReason::ToolUse,
        "stop" if refused => StopReason::Refusal,
        "stop" if stop_sequence.is_some() => StopReason::StopSequence(stop_sequence),
        "stop" => StopReason::End,
        "tool_calls" | "function_call" => StopReason::ToolUse,
        "length" => StopReason::MaxTokens,
        "content_filter" => StopReason::ContentFilter,
        other => StopReason::Other(other.to_owned()),
    }
}

/// The `finish_reason`. A refusal that comes with words of its own is a usual stop here; one without must not look like one.
pub(super) const fn word(reason: Option<&StopReason>, called: bool, refused: bool, legacy: bool) -> &'static str {
    match reason {
        Some(StopReason::ToolUse) if legacy => "function_call",
        Some(StopReason::ToolUse) => "tool_calls",
        // Not complete, and the client can have the rest: what it does for any answer that was cut.
        Some(StopReason::MaxTokens | StopReason::ContextLength | StopReason::Pause) => "length",
        Some(StopReason::ContentFilter) => "content_filter",
        Some(StopReason::Refusal) if !refused => "content_filter",
        // Without the word agents would not look for the calls.
        _ if called && legacy => "function_call",
        _ if called => "tool_calls",
        _ => "stop",
    }
}

/// The stop sequence, which goes into vLLM's `stop_reason`.
pub(super) fn sequence(reason: Option<&StopReason>) -> Option<&str> {
    match reason {
        Some(StopReason::StopSequence(Some(text))) => Some(text),
        _ => None,
    }
}
