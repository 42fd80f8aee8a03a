//! What is read of a Messages request, and of one that only counts its tokens.

use crate::request::fields::POSITIVE;
use crate::request::{BadRequest, Fields, Name, Peek, common};

pub(crate) fn read(fields: &Fields<'_>, count_only: bool) -> Result<Peek, BadRequest> {
    let mut peek = common(fields)?;
    fields.filled_list(Name::Messages)?;
    peek.max_tokens = fields.positive(Name::MaxTokens)?;
    if peek.max_tokens.is_none() && !count_only {
        return Err(BadRequest::Missing { param: Name::MaxTokens.as_str(), expected: POSITIVE });
    }
    Ok(peek)
}
