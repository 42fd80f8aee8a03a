//! Usage of Audio: tokens, or the seconds of sound, which are not counted here.

use thinkwatch_policy::usage::Usage;

use crate::chat::usage::from_totals;
use crate::json::{get, whole};

/// Reads a `usage` object. `None` when it tells no tokens.
pub(crate) fn read(object: &[u8]) -> Option<Usage> {
    let count = |key: &[u8]| get(object, key).and_then(whole);
    let details = get(object, b"input_token_details").or_else(|| get(object, b"input_tokens_details"));
    let audio_input = details.and_then(|details| get(details, b"audio_tokens")).and_then(whole).unwrap_or(0);
    let usage = Usage { audio_input, ..Usage::default() };
    from_totals(usage, count(b"input_tokens"), count(b"output_tokens"), None)
}
