//! What is read of a Completions request. A prompt may be missing: then the model begins a document.

use crate::chat::request::read_stream_options;
use crate::request::{BadRequest, Fields, Name, Peek, common};

pub(crate) fn read(fields: &Fields<'_>) -> Result<Peek, BadRequest> {
    let mut peek = common(fields)?;
    peek.max_tokens = fields.positive(Name::MaxTokens)?;
    read_stream_options(fields, &mut peek)?;
    Ok(peek)
}
