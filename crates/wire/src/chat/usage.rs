//! Usage in the words of Chat Completions.

use thinkwatch_policy::usage::Usage;

use crate::json::{Members, get, whole};

/// Reads a `usage` object. Counts that are no counts are passed over; `None` when nothing is left.
pub(crate) fn read(object: &[u8]) -> Option<Usage> {
    let (mut prompt, mut completion, mut cached) = (None, None, None);
    let mut usage = Usage::default();
    let mut members = Members::of(object).ok()?;
    while let Some(member) = members.next().ok()? {
        let value = &object[member.value];
        match member.key {
            b"prompt_tokens" => prompt = whole(value).or(prompt),
            b"completion_tokens" => completion = whole(value).or(completion),
            b"prompt_tokens_details" => {
                cached = get(value, b"cached_tokens").and_then(whole).or(cached);
                usage.audio_input = get(value, b"audio_tokens").and_then(whole).unwrap_or(0);
            }
            // What DeepSeek calls it.
            b"prompt_cache_hit_tokens" => cached = cached.or(whole(value)),
            b"completion_tokens_details" => {
                usage.reasoning = get(value, b"reasoning_tokens").and_then(whole).unwrap_or(0);
                usage.audio_output = get(value, b"audio_tokens").and_then(whole).unwrap_or(0);
            }
            _ => {}
        }
    }
    from_totals(usage, prompt, completion, cached)
}

/// Usage from totals that include their parts, as OpenAI counts: `prompt_tokens` includes the cached ones. A part
/// can never be more than its whole.
pub(crate) fn from_totals(
    mut usage: Usage,
    input: Option<u64>,
    output: Option<u64>,
    cached: Option<u64>,
) -> Option<Usage> {
    if input.is_none() && output.is_none() {
        return None;
    }
    let (input, output) = (input.unwrap_or(0), output.unwrap_or(0));
    usage.cache_read = cached.unwrap_or(0).min(input);
    usage.input = input - usage.cache_read;
    usage.output = output;
    usage.reasoning = usage.reasoning.min(output);
    usage.audio_input = usage.audio_input.min(usage.input);
    usage.audio_output = usage.audio_output.min(output);
    Some(usage)
}
