//! The turns of the conversation, in the order Converse wants: the user begins, and then they alternate.

use super::super::write as blocks;
use super::pieces::{Kind, Piece, Pieces, cache_point};
use super::{Call, names_and_ids};
use crate::canonical::{Block, CacheMark, Feature, Refusal, Role};

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Speaker {
    User,
    Assistant,
    /// Only for clients of this dialect: most models do not know it.
    System,
}

impl Speaker {
    pub(super) const fn as_str(self) -> &'static str {
        match self {
            Self::User => "user",
            Self::Assistant => "assistant",
            Self::System => "system",
        }
    }
}

/// A turn.
#[derive(Debug)]
pub(super) struct Turn {
    pub(super) speaker: Speaker,
    pub(super) pieces: Vec<Piece>,
}

/// Writes the turns, and joins those of one speaker that follow each other.
pub(super) fn gather(call: &mut Call<'_, '_>) -> Result<Vec<Turn>, Refusal> {
    let request = call.request;
    let mut turns: Vec<Turn> = Vec::with_capacity(request.messages.len());
    let mut pieces = Pieces::default();
    let begin = request.system_length();
    for (index, message) in request.messages.iter().enumerate().skip(begin) {
        names_and_ids(message, call)?;
        let is_system = matches!(message.role, Role::System | Role::Developer);
        let speaker = match message.role {
            Role::User => Speaker::User,
            Role::Assistant => Speaker::Assistant,
            Role::System if call.own => Speaker::System,
            Role::System | Role::Developer => Speaker::User,
        };
        if is_system {
            call.notes.keeps(Feature::SystemInTheMiddle)?;
        }
        let is_last = index + 1 == request.messages.len();
        if is_last && speaker == Speaker::Assistant {
            call.notes.keeps(Feature::Prefill)?;
        }
        // A turn of the model's in which nothing is left is none; one of the user's still stands between two others.
        if turns.last().is_none_or(|last| last.speaker != speaker)
            && (speaker != Speaker::Assistant || says_something(&message.content))
        {
            turns.push(Turn { speaker, pieces: Vec::new() });
        }
        for (place, block) in message.content.iter().enumerate() {
            let ends = is_last && place + 1 == message.content.len();
            let piece = match block {
                Block::Text(text) if is_system && speaker == Speaker::User => {
                    let words = text.text.trim();
                    (!words.is_empty())
                        .then(|| Piece::new(Kind::Words, blocks::text(&format!("<system>\n{words}\n</system>"))))
                }
                // What the model is to continue may not end in white space.
                Block::Text(text) if ends && speaker == Speaker::Assistant && !call.own => {
                    let words = text.text.trim_end();
                    (!words.is_empty()).then(|| Piece::new(Kind::Words, blocks::text(words)))
                }
                block => pieces.piece(block, call)?,
            };
            let point = cache_point(mark_of(block), call)?;
            let Some(turn) = turns.last_mut() else { continue };
            turn.pieces.extend(piece);
            if let (Some(point), Some(marked)) = (point, turn.pieces.last_mut()) {
                marked.mark(point);
            }
        }
    }
    join(&mut turns);
    Ok(turns)
}

fn says_something(content: &[Block]) -> bool {
    content.iter().any(|block| match block {
        Block::Text(text) => !text.text.trim().is_empty(),
        Block::Refusal(words) => !words.trim().is_empty(),
        _ => true,
    })
}

const fn mark_of(block: &Block) -> Option<CacheMark> {
    match block {
        Block::Text(text) => text.cache,
        Block::Media(media) => media.cache,
        Block::ToolCall(call) => call.cache,
        Block::ToolResult(result) => result.cache,
        Block::Thinking(_) | Block::Refusal(_) | Block::Opaque(_) => None,
    }
}

/// Takes out turns of the model's of which nothing was left, and joins what then stands together.
fn join(turns: &mut Vec<Turn>) {
    let mut joined: Vec<Turn> = Vec::with_capacity(turns.len());
    for turn in turns.drain(..).filter(|turn| turn.speaker != Speaker::Assistant || !turn.pieces.is_empty()) {
        match joined.last_mut() {
            Some(last) if last.speaker == turn.speaker => last.pieces.extend(turn.pieces),
            _ => joined.push(turn),
        }
    }
    *turns = joined;
}

/// Puts in what Converse refuses to be without.
pub(super) fn finish(turns: &mut Vec<Turn>, no_calls: bool, own: bool) {
    let words = |words: &str| Piece::new(Kind::Words, blocks::text(words));
    if !turns.first().is_some_and(|first| first.speaker == Speaker::User || own) {
        turns.insert(0, Turn { speaker: Speaker::User, pieces: vec![words("(The conversation begins.)")] });
    }
    for turn in turns.iter_mut().filter(|turn| turn.speaker == Speaker::User) {
        // Results come first: they answer the calls of the turn before.
        if turn.pieces.iter().any(|piece| piece.kind == Kind::Result) && !own {
            turn.pieces.sort_by_key(|piece| piece.kind != Kind::Result);
        }
        let has = |kind| turn.pieces.iter().any(|piece| piece.kind == kind);
        if turn.pieces.is_empty() {
            turn.pieces.push(words("(empty)"));
        } else if has(Kind::Document) && !has(Kind::Words) && !own {
            turn.pieces.push(words("(See the document.)"));
        }
    }
    if no_calls
        && let Some(last) = turns.last_mut()
        && last.speaker == Speaker::User
    {
        last.pieces.push(words("(Answer without calling a tool.)"));
    }
}
