//! What is read of a Moderations request.

use crate::embeddings::request::check_input;
use crate::request::{BadRequest, Fields, Peek, common_or};

/// What the API takes where a request names none; most callers do not.
const DEFAULT_MODEL: &str = "omni-moderation-latest";

pub(crate) fn read(fields: &Fields<'_>) -> Result<Peek, BadRequest> {
    let peek = common_or(fields, DEFAULT_MODEL)?;
    check_input(fields)?;
    Ok(peek)
}
