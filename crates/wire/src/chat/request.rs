//! What is read of a Chat Completions request.

use std::ops::Range;

use crate::json::Members;
use crate::request::{BadRequest, Fields, Name, Peek, StreamOptions, common};

pub(crate) fn read(fields: &Fields<'_>) -> Result<Peek, BadRequest> {
    let mut peek = common(fields)?;
    fields.filled_list(Name::Messages)?;
    // Old and new name of one limit. Where both are given the provider decides; the larger one is the safe bound.
    peek.max_tokens = fields.positive(Name::MaxTokens)?.max(fields.positive(Name::MaxCompletionTokens)?);
    peek.answers = fields.positive(Name::N)?.unwrap_or(1);
    read_stream_options(fields, &mut peek)?;
    Ok(peek)
}

pub(crate) fn read_stream_options(fields: &Fields<'_>, peek: &mut Peek) -> Result<(), BadRequest> {
    const INCLUDE_USAGE: &str = "stream_options.include_usage";
    let Some(span) = fields.raw_span(Name::StreamOptions) else { return Ok(()) };
    let Some(value) = fields.value(Name::StreamOptions) else {
        peek.stream_options = StreamOptions::Null(span);
        return Ok(());
    };
    let Ok(mut members) = Members::of(value) else { return Err(fields.wrong(Name::StreamOptions, "an object")) };
    let mut empty = true;
    let mut include: Option<Range<usize>> = None;
    while let Some(member) = members.next()? {
        empty = false;
        if crate::json::text::unescape(member.key) != "include_usage" {
            continue;
        }
        let offset = span.start + member.value.start;
        if include.is_some() {
            return Err(BadRequest::Duplicate { param: INCLUDE_USAGE, offset });
        }
        peek.include_usage = match &value[member.value.clone()] {
            b"true" => true,
            b"false" | b"null" => false,
            _ => return Err(BadRequest::Wrong { param: INCLUDE_USAGE, expected: "true or false", offset }),
        };
        include = Some(offset..span.start + member.value.end);
    }
    peek.stream_options = match include {
        Some(span) => StreamOptions::IncludeUsage(span),
        None => StreamOptions::Object { span, empty },
    };
    Ok(())
}
