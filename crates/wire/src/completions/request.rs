//! What is read of a Completions request. A prompt may be missing: then the model begins a document.

use crate::chat::request::read_stream_options;
use crate::request::{BadRequest, Fields, Name, Peek, common};

pub(crate) fn read(fields: &Fields<'_>) -> Result<Peek, BadRequest> {
    let mut peek = common(fields)?;
    peek.max_tokens = fields.positive(Name::MaxTokens)?;
    // Candidates that are thrown away are paid for, too.
    peek.answers = fields.positive(Name::N)?.max(fields.positive(Name::BestOf)?).unwrap_or(1);
    read_stream_options(fields, &mut peek)?;
    Ok(peek)
}
