//! What a whole answer of a conversation is, in the dialect it was asked in.

use thinkwatch_policy::dialect::Dialect;
use thinkwatch_policy::usage::Usage;

use crate::json::Members;
use crate::usage;

/// What came with a status of success.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Whole {
    /// An answer, and what it consumed, if it tells.
    Answer(Option<Usage>),
    /// An error in the place of an answer, as some servers send it; [`crate::error::upstream_message`] reads it.
    Error,
    /// No JSON object.
    Nonsense,
}

/// Looks at all of a body in Chat, Messages, Responses or Gemini.
pub fn read(dialect: Dialect, body: &[u8]) -> Whole {
    let Some(top) = walk(dialect, body) else { return Whole::Nonsense };
    if top.error && !top.answer {
        return Whole::Error;
    }
    Whole::Answer(top.usage.and_then(|object| usage::of_object(dialect, object)))
}

#[derive(Default)]
struct Top<'a> {
    error: bool,
    answer: bool,
    usage: Option<&'a [u8]>,
}

fn walk(dialect: Dialect, body: &[u8]) -> Option<Top<'_>> {
    let mut top = Top::default();
    let mut members = Members::of(body).ok()?;
    while let Some(member) = members.next().ok()? {
        let value = &body[member.value];
        match member.key {
            b"error" => top.error = value.starts_with(b"{") || value.starts_with(b"\"") && value.len() > 2,
            key if key == usage::key(dialect).as_bytes() => top.usage = Some(value),
            key if holds_the_answer(dialect, key) => top.answer |= value != b"null",
            _ => {}
        }
    }
    members.ends_here().then_some(top)
}

fn holds_the_answer(dialect: Dialect, key: &[u8]) -> bool {
    match dialect {
        Dialect::Messages => key == b"content",
        Dialect::Responses => key == b"output",
        Dialect::Gemini => matches!(key, b"candidates" | b"promptFeedback"),
        _ => key == b"choices",
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn answers_errors_and_nonsense_are_told_apart() {
        let told = |input, output| Whole::Answer(Some(Usage { input, output, ..Usage::default() }));
        for (dialect, body, expected) in [
            (Dialect::Chat, r#"{"choices":[],"usage":{"prompt_tokens":3,"completion_tokens":5}}"#, told(3, 5)),
            (Dialect::Messages, r#"{"content":[],"usage":{"input_tokens":3,"output_tokens":5}}"#, told(3, 5)),
            (
                Dialect::Responses,
                r#"{"output":[],"error":null,"usage":{"input_tokens":3,"output_tokens":5}}"#,
                told(3, 5),
            ),
            (
                Dialect::Gemini,
                r#"{"candidates":[],"usageMetadata":{"promptTokenCount":3,"candidatesTokenCount":5}}"#,
                told(3, 5),
            ),
            (Dialect::Chat, "{}", Whole::Answer(None)),
            (Dialect::Chat, r#" {"choices":[{"error":{}}],"error":null} "#, Whole::Answer(None)),
            (Dialect::Chat, r#"{"choices":[{}],"error":{"message":"late"}}"#, Whole::Answer(None)),
            (Dialect::Responses, r#"{"status":"failed","output":[],"error":{"message":"no"}}"#, Whole::Answer(None)),
            (Dialect::Gemini, r#"{"promptFeedback":{"blockReason":"SAFETY"}}"#, Whole::Answer(None)),
            (Dialect::Chat, r#"{"error":""}"#, Whole::Answer(None)),
            (Dialect::Chat, r#"{"id":"x","choices":null,"error":{"message":"no","code":502}}"#, Whole::Error),
            (Dialect::Messages, r#"{"type":"error","error":{"type":"overloaded_error","message":"no"}}"#, Whole::Error),
            (Dialect::Gemini, r#"{"error":{"code":503,"message":"no"}}"#, Whole::Error),
            (Dialect::Chat, r#"{"error":"no"}"#, Whole::Error),
            (Dialect::Chat, r#"{"choices":[{"message":{"content":"x"]}]}"#, Whole::Nonsense),
            (Dialect::Chat, r#"{"choices":[]} {}"#, Whole::Nonsense),
            (Dialect::Chat, r#"[{"choices":[]}]"#, Whole::Nonsense),
            (Dialect::Chat, "<html>", Whole::Nonsense),
            (Dialect::Chat, "", Whole::Nonsense),
        ] {
            assert_eq!(read(dialect, body.as_bytes()), expected, "{dialect:?} {body}");
        }
    }
}
