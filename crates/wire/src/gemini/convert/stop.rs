//! Why a model stopped, in Gemini's words.

use crate::canonical::StopReason;

/// Reads a `finishReason`. Gemini says STOP also where it wants tools called.
pub(super) fn read(word: &str, has_call: bool) -> Option<StopReason> {
    Some(match word {
        "" | "FINISH_REASON_UNSPECIFIED" => return None,
        "STOP" if has_call => StopReason::ToolUse,
        "STOP" => StopReason::End,
        "MAX_TOKENS" => StopReason::MaxTokens,
        "SAFETY"
        | "RECITATION"
        | "BLOCKLIST"
        | "PROHIBITED_CONTENT"
        | "SPII"
        | "IMAGE_SAFETY"
        | "IMAGE_PROHIBITED_CONTENT"
        | "IMAGE_RECITATION"
        | "MODEL_ARMOR" => StopReason::ContentFilter,
        other => StopReason::Other(other.to_owned()),
    })
}

/// The `finishReason` of it.
pub(super) fn word(reason: &StopReason) -> &str {
    match reason {
        // A pause is noted as lost by who writes it.
        StopReason::End | StopReason::ToolUse | StopReason::StopSequence(_) | StopReason::Pause => "STOP",
        StopReason::MaxTokens | StopReason::ContextLength => "MAX_TOKENS",
        StopReason::ContentFilter | StopReason::Refusal => "SAFETY",
        // Libraries know a fixed set of words; a word of another dialect is none of them.
        StopReason::Other(word) if is_own(word) => word,
        StopReason::Other(_) => "OTHER",
    }
}

fn is_own(word: &str) -> bool {
    !word.is_empty() && word.len() <= 64 && word.bytes().all(|byte| byte.is_ascii_uppercase() || byte == b'_')
}
