//! What is read of a Responses request.

use crate::json::text;
use crate::request::{BadRequest, Continuation, Fields, Name, Peek, common};

pub(crate) fn read(fields: &Fields<'_>) -> Result<Peek, BadRequest> {
    let mut peek = common(fields)?;
    // A stored prompt may stand in for it, so it may be absent.
    if fields.value(Name::Input).is_some_and(|value| !matches!(value[0], b'"' | b'[')) {
        return Err(fields.wrong(Name::Input, "a string or a list"));
    }
    peek.max_tokens = fields.positive(Name::MaxOutputTokens)?;
    peek.continuation = continuation(fields)?;
    Ok(peek)
}

fn continuation(fields: &Fields<'_>) -> Result<Continuation, BadRequest> {
    let previous = match (fields.value(Name::PreviousResponseId), fields.string(Name::PreviousResponseId)) {
        (None, _) => None,
        (Some(_), Some(raw)) if !raw.is_empty() => Some(text::unescape(raw).into_owned()),
        _ => return Err(fields.wrong(Name::PreviousResponseId, "the id of a response")),
    };
    let given = [Name::Conversation, Name::Prompt].into_iter().find(|name| fields.value(*name).is_some());
    let background = fields.boolean(Name::Background)?.unwrap_or(false).then_some(Name::Background);
    Ok(Continuation { previous, needs_keeper: given.or(background).map(Name::as_str) })
}
