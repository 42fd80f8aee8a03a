//! What is read of an Embeddings request.

use crate::request::fields::is_filled_list;
use crate::request::{BadRequest, Fields, Name, Peek, common};

pub(crate) fn read(fields: &Fields<'_>) -> Result<Peek, BadRequest> {
    let peek = common(fields)?;
    check_input(fields)?;
    Ok(peek)
}

/// Checks that there is something in `input`.
pub(crate) fn check_input(fields: &Fields<'_>) -> Result<(), BadRequest> {
    const EXPECTED: &str = "a non-empty string or a non-empty list";
    fields.required(Name::Input, EXPECTED)?;
    let filled = fields.value(Name::Input).is_some_and(|value| match value[0] {
        b'"' => value.len() > 2,
        _ => is_filled_list(value),
    });
    if filled { Ok(()) } else { Err(fields.wrong(Name::Input, EXPECTED)) }
}
