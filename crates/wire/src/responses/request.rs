//! What is read of a Responses request.

use crate::request::{BadRequest, Fields, Name, Peek, common};

pub(crate) fn read(fields: &Fields<'_>) -> Result<Peek, BadRequest> {
    let mut peek = common(fields)?;
    // A stored prompt may stand in for it, so it may be absent.
    if fields.value(Name::Input).is_some_and(|value| !matches!(value[0], b'"' | b'[')) {
        return Err(fields.wrong(Name::Input, "a string or a list"));
    }
    peek.max_tokens = fields.positive(Name::MaxOutputTokens)?;
    Ok(peek)
}
