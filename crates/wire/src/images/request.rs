//! What is read of an Images request in JSON. Since the models of the time when the API had a default are retired it has
//! none, so the model must be named.

use crate::json::{get, whole};
use crate::request::{BadRequest, Fields, Peek, common};

/// The most images that the API makes in one call.
const MAX_IMAGES: u64 = 10;

pub(crate) fn read(fields: &Fields<'_>, body: &[u8]) -> Result<Peek, BadRequest> {
    let mut peek = common(fields)?;
    peek.images = wanted(get(body, b"n"));
    Ok(peek)
}

/// How many images are asked for. What is no such number is the provider's to refuse.
pub(crate) fn wanted(n: Option<&[u8]>) -> u64 {
    n.and_then(whole).unwrap_or(1).clamp(1, MAX_IMAGES)
}
