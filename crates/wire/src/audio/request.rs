//! What is read of an Audio request in JSON.

use thinkwatch_policy::dialect::Endpoint;

use crate::json::get;
use crate::request::{BadRequest, Fields, Name, Peek, common};

pub(crate) fn read(fields: &Fields<'_>, body: &[u8], endpoint: Endpoint) -> Result<Peek, BadRequest> {
    let mut peek = common(fields)?;
    if endpoint == Endpoint::Speech {
        const EXPECTED: &str = "the text to speak, a string that is not empty";
        fields.required(Name::Input, EXPECTED)?;
        if fields.string(Name::Input).is_none_or(<[u8]>::is_empty) {
            return Err(fields.wrong(Name::Input, EXPECTED));
        }
        // Speech is asked for as events in words of its own.
        peek.stream = get(body, b"stream_format") == Some(b"\"sse\"");
    }
    Ok(peek)
}
