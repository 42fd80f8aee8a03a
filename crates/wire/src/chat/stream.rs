//! The events of a Chat Completions stream.
//!
//! Most chunks are recognised by a few searches and never parsed. The searches look for a quoted word; inside a string
//! its quotes would be escaped, so a hit is a real key (or a whole string of that word, which the parse sorts out).

use std::ops::Range;
use std::sync::LazyLock;

use memchr::memmem::Finder;

use super::usage;
use crate::error::upstream_message;
use crate::json::{Elements, Members, get, short_string, whole};
use crate::stream::{Act, Failure, Seen, Terminal, take_deltas};

static USAGE: LazyLock<Finder<'static>> = LazyLock::new(|| Finder::new(b"\"usage\""));
static ERROR: LazyLock<Finder<'static>> = LazyLock::new(|| Finder::new(b"\"error\""));
static FINISH: LazyLock<Finder<'static>> = LazyLock::new(|| Finder::new(b"\"finish_reason\""));

/// How OpenAI ends each chunk of a stream that was asked for usage.
const NULL_USAGE_TAIL: &[u8] = b",\"usage\":null}";

pub(crate) fn read(data: &[u8], hide_usage: bool, seen: &mut Seen) -> Act {
    let trimmed = data.trim_ascii();
    if trimmed == b"[DONE]" {
        return Act::End(Terminal::Complete);
    }
    if !trimmed.starts_with(b"{") || !trimmed.ends_with(b"}") {
        seen.bad_events += 1;
        return Act::Forward;
    }
    take_deltas(data, &mut seen.words);
    // A member just before the last brace is a top-level one, and its name cannot be part of a longer string: the
    // quote before it follows a comma, so it opens the name.
    let null_tail = data.ends_with(NULL_USAGE_TAIL);
    let searched = if null_tail { &data[..data.len() - NULL_USAGE_TAIL.len()] } else { data };
    let only_words = || {
        USAGE.find(searched).is_none()
            && ERROR.find(searched).is_none()
            && FINISH.find_iter(searched).all(|at| is_null_member(&searched[at + b"\"finish_reason\"".len()..]))
    };
    // One with the same keys, and the same in them but for strings and numbers, has not more.
    seen.only_words = seen.answer_events > 0 && (seen.only_words && seen.like_the_last || only_words());
    if seen.only_words {
        seen.answer_events += 1;
        if null_tail && hide_usage {
            return Act::Cut(data.len() - NULL_USAGE_TAIL.len()..data.len() - 1);
        }
        return Act::Forward;
    }
    parse(data, hide_usage, seen)
}

/// Whether `:null` follows.
fn is_null_member(rest: &[u8]) -> bool {
    rest.trim_ascii_start().strip_prefix(b":").is_some_and(|value| value.trim_ascii_start().starts_with(b"null"))
}

/// What the top level of a chunk says.
#[derive(Default)]
struct Chunk<'a> {
    usage: Option<&'a [u8]>,
    null_usage: Option<Range<usize>>,
    error: bool,
    no_choices: bool,
    finished: bool,
}

fn parse(data: &[u8], hide_usage: bool, seen: &mut Seen) -> Act {
    let Some(chunk) = walk(data, seen) else {
        seen.bad_events += 1;
        return Act::Forward;
    };
    if chunk.error {
        let told = upstream_message(data).unwrap_or_default();
        return Act::End(Terminal::Failed(Failure { message: told.message, code: told.code.or(told.kind) }));
    }
    seen.answer_events += 1;
    seen.finish_seen |= chunk.finished;
    if let Some(told) = chunk.usage.and_then(usage::read) {
        seen.last = Some(told);
    }
    if !hide_usage {
        return Act::Forward;
    }
    match chunk.null_usage {
        Some(span) => Act::Cut(span),
        None if chunk.no_choices && chunk.usage.is_some() => Act::Drop,
        None => Act::Forward,
    }
}

fn walk<'a>(data: &'a [u8], seen: &mut Seen) -> Option<Chunk<'a>> {
    let mut chunk = Chunk::default();
    let mut members = Members::of(data).ok()?;
    let mut before = None;
    while let Some(member) = members.next().ok()? {
        let value = &data[member.value.clone()];
        match member.key {
            b"id" if seen.id.is_none() => seen.id = short_string(value, 256),
            b"created" if seen.created_at_s == 0 => seen.created_at_s = whole(value).unwrap_or(0),
            b"usage" if value == b"null" => {
                chunk.null_usage = Some(with_comma(data, before, &member.key_span, &member.value));
            }
            b"usage" => chunk.usage = value.starts_with(b"{").then_some(value),
            b"error" => chunk.error = value != b"null",
            b"choices" => {
                let mut choices = 0;
                for choice in Elements::of(value)? {
                    choices += 1;
                    chunk.finished |= get(choice, b"finish_reason").is_some_and(|reason| reason.starts_with(b"\""));
                }
                chunk.no_choices = choices == 0;
            }
            _ => {}
        }
        before = Some(member.value.end);
    }
    members.ends_here().then_some(chunk)
}

/// The member and the one comma that has to go with it: the one before, or for a first member the one after.
fn with_comma(data: &[u8], before: Option<usize>, key: &Range<usize>, value: &Range<usize>) -> Range<usize> {
    if let Some(before) = before {
        return before..value.end;
    }
    let rest = &data[value.end..];
    let space = rest.len() - rest.trim_ascii_start().len();
    let comma = usize::from(rest.get(space) == Some(&b','));
    key.start..value.end + if comma == 1 { space + 1 } else { 0 }
}
