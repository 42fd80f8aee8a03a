//! The events of a speech or transcription stream. vLLM streams transcriptions as chunks like those of Chat.

use super::usage;
use crate::chat;
use crate::error::upstream_message;
use crate::json::get;
use crate::stream::{Act, Failure, Seen, Terminal, event_type};

pub(crate) fn read(name: Option<&[u8]>, data: &[u8], seen: &mut Seen) -> Act {
    let Some(kind) = event_type(name, data) else { return chat::stream::read(data, false, seen) };
    match kind {
        b"error" => {
            let told = upstream_message(data).unwrap_or_default();
            let code = told.code.or(told.kind).filter(|code| code != "error");
            Act::End(Terminal::Failed(Failure { message: told.message, code }))
        }
        b"speech.audio.done" | b"transcript.text.done" => {
            seen.last = get(data, b"usage").and_then(usage::read).or(seen.last);
            seen.answer_events += 1;
            Act::End(Terminal::Complete)
        }
        _ => {
            seen.answer_events += 1;
            Act::Forward
        }
    }
}
