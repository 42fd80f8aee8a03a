//! Edits to a body that leave every other byte where it was.

use std::ops::Range;

use bytes::Bytes;

use crate::json::text;
use crate::request::{Peek, StreamOptions};

/// The bytes of `span` give way to `replacement`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Edit {
    /// What is replaced; empty to insert.
    pub span: Range<usize>,
    /// What stands there afterwards; empty to cut.
    pub replacement: Bytes,
}

/// A body in pieces that share the memory of the original.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Spliced {
    /// The pieces in order, none of them empty (an empty body has none).
    pub segments: Vec<Bytes>,
    /// Their length together.
    pub len: usize,
}

impl Spliced {
    /// Whether there is nothing in it.
    pub const fn is_empty(&self) -> bool {
        self.len == 0
    }

    /// One piece: the original where nothing was edited, a copy otherwise. For small bodies one write of a copy is
    /// cheaper than several pieces.
    pub fn into_bytes(mut self) -> Bytes {
        match self.segments.len() {
            0 => Bytes::new(),
            1 => self.segments.swap_remove(0),
            _ => self.segments.concat().into(),
        }
    }
}

/// Applies the edits to the body without copying it. Spans are of the original body and must not overlap; where they
/// do, the later one gives way (so that a wrong list can garble a body but never crash).
pub fn apply(body: &Bytes, mut edits: Vec<Edit>) -> Spliced {
    edits.sort_by_key(|edit| edit.span.start);
    let mut segments = Vec::with_capacity(2 * edits.len() + 1);
    let mut at = 0;
    for edit in edits {
        let start = edit.span.start.clamp(at, body.len());
        if at < start {
            segments.push(body.slice(at..start));
        }
        if !edit.replacement.is_empty() {
            segments.push(edit.replacement);
        }
        at = edit.span.end.clamp(start, body.len());
    }
    if at < body.len() {
        segments.push(body.slice(at..));
    }
    let len = segments.iter().map(Bytes::len).sum();
    Spliced { segments, len }
}

/// The edit that names another model, or the one that is meant where the body names none. None where the path does.
pub fn rename_model(peek: &Peek, model: &str) -> Option<Edit> {
    let span = peek.model_span.clone();
    if peek.model_is_default {
        let mut named = if span.is_empty() { b",\"model\":".to_vec() } else { Vec::new() };
        text::quote_into(model, &mut named);
        return Some(Edit { span, replacement: named.into() });
    }
    let written = || if peek.is_form { model.as_bytes().to_vec() } else { text::quote(model) };
    (peek.model != model && !span.is_empty()).then(|| Edit { span, replacement: written().into() })
}

/// The edit that asks a chat stream for its usage, merged into what the client says in `stream_options`.
pub fn ask_usage(peek: &Peek) -> Option<Edit> {
    if peek.include_usage || !peek.stream {
        return None;
    }
    let (span, replacement): (_, &'static str) = match &peek.stream_options {
        // At the end of the body: the prompt's prefix, which providers cache by, stays as it was.
        StreamOptions::Absent => (peek.object_end..peek.object_end, r#","stream_options":{"include_usage":true}"#),
        StreamOptions::Null(span) => (span.clone(), r#"{"include_usage":true}"#),
        StreamOptions::IncludeUsage(span) => (span.clone(), "true"),
        StreamOptions::Object { span, empty: true } => (span.clone(), r#"{"include_usage":true}"#),
        StreamOptions::Object { span, empty: false } => (span.start + 1..span.start + 1, r#""include_usage":true,"#),
    };
    Some(Edit { span, replacement: Bytes::from_static(replacement.as_bytes()) })
}

/// The body as the upstream gets it: with the upstream's name of the model and, if `ask` (Chat and Completions), the question
/// for usage. Where neither changes anything the same bytes come back.
pub fn patch(body: &Bytes, peek: &Peek, upstream_model: &str, ask: bool) -> Spliced {
    let copies = peek
        .model_copies
        .iter()
        .map(|span| Edit { span: span.clone(), replacement: text::quote(&format!("models/{upstream_model}")).into() });
    let edits =
        rename_model(peek, upstream_model).into_iter().chain(copies).chain(ask.then(|| ask_usage(peek)).flatten());
    apply(body, edits.collect())
}
