//! The endpoints that a gateway only passes on: which body is whose, and which answer.

use bytes::Bytes;
use serde_json::Value;

use crate::dialects::{Event, audio, completions, images, moderations, rerank};
use crate::json::Raw;
use crate::magic::Magic;
use crate::prompt::Prompt;
use crate::route::Endpoint;
use crate::turn::Turn;

/// What is wanted, beside what every prompt says.
pub(crate) enum Wanted {
    Completion,
    Moderation(Vec<String>),
    Images(images::Wanted),
    Speech(audio::Speech),
    Transcript(audio::Transcript),
    Rerank(rerank::Wanted),
}

/// An answer that may be anything.
pub(crate) enum Answered {
    Json(Raw),
    /// In one piece, with its type.
    Text(&'static str, String),
    /// Piece by piece, with its type.
    Sound(&'static str, Vec<Bytes>),
    Stream(Vec<Event>),
}

/// Checks a body, or the fields of a form. `None` where the endpoint is none of these.
pub(crate) fn check(endpoint: Endpoint, body: &Value, form: bool) -> Option<Result<(Prompt, Wanted), String>> {
    Some(match endpoint {
        Endpoint::Completions => completions::check(body).map(|prompt| (prompt, Wanted::Completion)),
        Endpoint::Moderations => moderations::check(body).map(|(prompt, texts)| (prompt, Wanted::Moderation(texts))),
        Endpoint::ImageGenerations | Endpoint::ImageEdits | Endpoint::ImageVariations => {
            images::check(endpoint, body, form).map(|(prompt, wanted)| (prompt, Wanted::Images(wanted)))
        }
        Endpoint::Speech => audio::check_speech(body).map(|(prompt, speech)| (prompt, Wanted::Speech(speech))),
        Endpoint::Transcriptions | Endpoint::Translations => {
            audio::check_transcript(endpoint, body, form).map(|(prompt, wanted)| (prompt, Wanted::Transcript(wanted)))
        }
        Endpoint::Rerank => rerank::check(body).map(|(prompt, wanted)| (prompt, Wanted::Rerank(wanted))),
        _ => return None,
    })
}

/// The answer.
pub(crate) fn answer(prompt: &Prompt, wanted: &Wanted, turn: &Turn, magic: &Magic) -> Answered {
    match wanted {
        Wanted::Completion if prompt.stream => Answered::Stream(completions::events(prompt, turn)),
        Wanted::Completion => Answered::Json(completions::whole(prompt, turn)),
        Wanted::Moderation(texts) => Answered::Json(moderations::whole(prompt, texts, turn)),
        Wanted::Images(wanted) if prompt.stream => Answered::Stream(images::events(prompt, wanted, magic)),
        Wanted::Images(wanted) => Answered::Json(images::whole(prompt, wanted, magic)),
        Wanted::Speech(_) if prompt.stream => Answered::Stream(audio::Speech::events(prompt, magic)),
        Wanted::Speech(speech) => Answered::Sound(speech.content_type(), audio::Speech::pieces(magic)),
        Wanted::Transcript(wanted) if prompt.stream => Answered::Stream(wanted.events(prompt, turn)),
        Wanted::Transcript(wanted) => {
            let (kind, text) = wanted.whole(prompt, turn);
            Answered::Text(kind, text)
        }
        Wanted::Rerank(wanted) => Answered::Json(rerank::whole(prompt, wanted, turn)),
    }
}
