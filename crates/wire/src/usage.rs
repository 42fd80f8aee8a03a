//! What a JSON answer says it consumed.

use std::sync::LazyLock;

use memchr::memmem;
use thinkwatch_policy::dialect::{Dialect, Endpoint};
use thinkwatch_policy::usage::Usage;

use crate::json::{self, Cursor, Members};
use crate::{audio, chat, converse, embeddings, gemini, images, messages, rerank, responses};

/// The usage a whole JSON answer tells. `None` when it tells none, is not JSON, or the call costs nothing
/// (`count_tokens`).
pub fn of_answer(endpoint: Endpoint, body: &[u8]) -> Option<Usage> {
    if endpoint.only_counts() {
        return None;
    }
    match endpoint.dialect() {
        Dialect::Images => return told(images::usage::of_answer(body)),
        Dialect::Rerank => return told(rerank::usage::of_answer(body)),
        _ => {}
    }
    // The last one wins, as it would in most parsers.
    let mut members = Members::of(body).ok()?;
    let mut usage = None;
    while let Some(member) = members.next().ok()? {
        if member.key == key(endpoint.dialect()).as_bytes() {
            usage = Some(member.value);
        }
    }
    of_object(endpoint.dialect(), &body[usage?])
}

/// The usage of an answer of which only the last part was kept. Finds the last `usage` object after which the rest of
/// the bytes closes exactly one object, so that a `usage` nested in something is not taken for the answer's own.
pub fn of_tail(endpoint: Endpoint, tail: &[u8]) -> Option<Usage> {
    /// More than a few would be a body made to keep us busy.
    const MAX_TRIES: usize = 16;
    static USAGE: LazyLock<memmem::FinderRev<'static>> = LazyLock::new(|| memmem::FinderRev::new(b"\"usage\""));
    static GEMINI: LazyLock<memmem::FinderRev<'static>> =
        LazyLock::new(|| memmem::FinderRev::new(b"\"usageMetadata\""));
    if endpoint.only_counts() {
        return None;
    }
    let needle = if endpoint.dialect() == Dialect::Gemini { &GEMINI } else { &USAGE };
    needle.rfind_iter(tail).take(MAX_TRIES).find_map(|at| {
        let mut cursor = Cursor::at(tail, at + needle.needle().len());
        let value = cursor.member_value().ok()?;
        json::closes_one_object(&mut cursor).then(|| of_object(endpoint.dialect(), &tail[value]))?
    })
}

/// What the dialect calls it.
pub(crate) const fn key(dialect: Dialect) -> &'static str {
    match dialect {
        Dialect::Gemini => "usageMetadata",
        _ => "usage",
    }
}

/// Reads the value of a `usage` member, under whatever name.
pub(crate) fn of_object(dialect: Dialect, object: &[u8]) -> Option<Usage> {
    told(match dialect {
        Dialect::Chat | Dialect::Completions | Dialect::Moderations => chat::usage::read(object),
        Dialect::Messages => messages::usage::read(object),
        Dialect::Responses | Dialect::Images => responses::usage::read(object),
        Dialect::Embeddings | Dialect::Rerank => embeddings::usage::read(object),
        Dialect::Audio => audio::usage::read(object),
        Dialect::Converse => converse::usage::read(object),
        Dialect::Gemini => gemini::usage::read(object),
    })
}

/// No call consumes nothing: providers that do not count fill in zeros, because their clients need the object.
pub(crate) fn told(usage: Option<Usage>) -> Option<Usage> {
    usage.filter(|usage| !usage.is_empty())
}
