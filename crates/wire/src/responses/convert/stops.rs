//! Why an answer stopped: here, a status and perhaps what the answer lacks.

use crate::canonical::{Feature, Notes, StopReason};
use crate::json::node::{Fault, Object};

/// What the output says about its end.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct Content {
    pub(super) calls: bool,
    pub(super) refuses: bool,
}

/// Reads it off a response. `None`: it has not stopped.
pub(super) fn read(response: &mut Object<'_>, content: Content) -> Result<Option<StopReason>, Fault> {
    let reason = match response.some("incomplete_details") {
        Some(details) => details.object()?.text("reason")?,
        None => None,
    };
    Ok(match (response.text("status")?.as_deref(), reason.as_deref()) {
        (Some("queued" | "in_progress"), _) => None,
        (_, Some("max_output_tokens")) => Some(StopReason::MaxTokens),
        (_, Some("content_filter")) => Some(StopReason::ContentFilter),
        (_, Some(other)) => Some(StopReason::Other(other.to_owned())),
        (Some("incomplete"), None) => Some(StopReason::MaxTokens),
        (Some("cancelled"), None) => Some(StopReason::Other("cancelled".to_owned())),
        _ if content.calls => Some(StopReason::ToolUse),
        _ if content.refuses => Some(StopReason::Refusal),
        _ => Some(StopReason::End),
    })
}

/// The status, and what is told as the reason that the answer is incomplete.
pub(super) fn write(
    stop: Option<&StopReason>,
    content: Content,
    notes: &mut Notes,
) -> (&'static str, Option<&'static str>) {
    match stop {
        Some(StopReason::MaxTokens | StopReason::ContextLength) => ("incomplete", Some("max_output_tokens")),
        Some(StopReason::ContentFilter) => ("incomplete", Some("content_filter")),
        // The API says no with a part of a message. Where there is none, the answer must not look like a usual one.
        Some(StopReason::Refusal) if !content.refuses => ("incomplete", Some("content_filter")),
        Some(StopReason::Pause) => {
            notes.keeps_of_answer(Feature::AnswerPause);
            ("completed", None)
        }
        Some(StopReason::StopSequence(Some(_))) => {
            notes.keeps_of_answer(Feature::AnswerStopSequence);
            ("completed", None)
        }
        Some(StopReason::Other(_)) => {
            notes.note("stop reason", "the Responses API has no word for it");
            ("completed", None)
        }
        _ => ("completed", None),
    }
}
