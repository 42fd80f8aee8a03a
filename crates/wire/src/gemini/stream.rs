//! The events of a Gemini stream: whole answers of a few words each. None of them is the last; the body just ends.

use super::usage;
use crate::error::upstream_message;
use crate::json::{Elements, Members, each_text, get, short_string};
use crate::stream::{Act, Failure, Seen, Terminal, Words};

pub(crate) fn read(data: &[u8], seen: &mut Seen) -> Act {
    let Some(failed) = walk(data, seen) else {
        // Some servers close with the word of Chat; it ends nothing here, and is not an error either.
        seen.bad_events += u64::from(data.trim_ascii() != b"[DONE]");
        return Act::Forward;
    };
    if failed {
        return Act::End(Terminal::Failed(failure(data)));
    }
    seen.answer_events += 1;
    Act::Forward
}

/// What an error object in a stream tells.
pub(crate) fn failure(data: &[u8]) -> Failure {
    let told = upstream_message(data).unwrap_or_default();
    Failure { message: told.message, code: told.kind.or(told.code) }
}

/// Takes in what a chunk tells; whether it is an error. `None`: it is no chunk.
fn walk(data: &[u8], seen: &mut Seen) -> Option<bool> {
    let mut failed = false;
    let mut members = Members::of(data).ok()?;
    while let Some(member) = members.next().ok()? {
        let value = &data[member.value];
        match member.key {
            b"responseId" if seen.id.is_none() => seen.id = short_string(value, 256),
            // Every chunk tells all that was consumed so far.
            b"usageMetadata" => seen.last = usage::read(value).or(seen.last),
            b"error" => failed = value != b"null",
            // The prompt itself was refused: there will be no candidate.
            b"promptFeedback" => seen.finish_seen |= get(value, b"blockReason").is_some_and(is_word),
            b"candidates" => {
                for candidate in Elements::of(value).into_iter().flatten() {
                    seen.finish_seen |= get(candidate, b"finishReason").is_some_and(is_word);
                    take_words(candidate, &mut seen.words);
                }
            }
            _ => {}
        }
    }
    members.ends_here().then_some(failed)
}

fn is_word(value: &[u8]) -> bool {
    value.starts_with(b"\"")
}

/// Takes what the model wrote: texts, thoughts and arguments, but not signatures or media.
fn take_words(candidate: &[u8], words: &mut Words) {
    let parts = get(candidate, b"content").and_then(|content| get(content, b"parts"));
    let parts = parts.and_then(Elements::of).into_iter().flatten();
    for part in parts {
        let call = get(part, b"functionCall").and_then(|call| get(call, b"args"));
        for written in [get(part, b"text"), call].into_iter().flatten() {
            each_text(written, 0, |text| words.add(text));
        }
    }
}
