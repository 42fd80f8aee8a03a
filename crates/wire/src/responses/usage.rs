//! Usage in the words of Responses.

use thinkwatch_policy::usage::Usage;

use crate::chat::usage::from_totals;
use crate::json::{Members, get, whole};

/// Reads a `usage` object. Counts that are no counts are passed over; `None` when nothing is left.
pub(crate) fn read(object: &[u8]) -> Option<Usage> {
    let (mut input, mut output, mut cached) = (None, None, None);
    let mut usage = Usage::default();
    let mut members = Members::of(object).ok()?;
    while let Some(member) = members.next().ok()? {
        let value = &object[member.value];
        match member.key {
            b"input_tokens" => input = whole(value).or(input),
            b"output_tokens" => output = whole(value).or(output),
            b"input_tokens_details" => {
                cached = get(value, b"cached_tokens").and_then(whole).or(cached);
                usage.audio_input = get(value, b"audio_tokens").and_then(whole).unwrap_or(0);
            }
            b"output_tokens_details" => {
                usage.reasoning = get(value, b"reasoning_tokens").and_then(whole).unwrap_or(0);
                usage.audio_output = get(value, b"audio_tokens").and_then(whole).unwrap_or(0);
            }
            _ => {}
        }
    }
    from_totals(usage, input, output, cached)
}
