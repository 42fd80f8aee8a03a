//! Usage in the words of Chat Completions.

use thinkwatch_policy::usage::Usage;

use crate::json::write::Writer;
use crate::json::{Members, get, whole};

/// Reads a `usage` object. Counts that are no counts are passed over; `None` when nothing is left.
pub(crate) fn read(object: &[u8]) -> Option<Usage> {
    let (mut prompt, mut completion, mut cached, mut written) = (None, None, None, 0);
    let mut usage = Usage::default();
    let mut members = Members::of(object).ok()?;
    while let Some(member) = members.next().ok()? {
        let value = &object[member.value];
        match member.key {
            b"prompt_tokens" => prompt = whole(value).or(prompt),
            b"completion_tokens" => completion = whole(value).or(completion),
            b"prompt_tokens_details" => {
                cached = get(value, b"cached_tokens").and_then(whole).or(cached);
                written = get(value, b"cache_write_tokens").and_then(whole).unwrap_or(0);
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
    let mut usage = from_totals(usage, prompt, completion, cached)?;
    usage.cache_write_5m = written.min(usage.input);
    usage.input -= usage.cache_write_5m;
    usage.audio_input = usage.audio_input.min(usage.input);
    Some(usage)
}

/// Writes what a `usage` object holds.
pub(crate) fn write(usage: &Usage, object: &mut Writer<'_>) {
    let input = usage.total_input();
    object.whole("prompt_tokens", input).whole("completion_tokens", usage.output);
    object.whole("total_tokens", input.saturating_add(usage.output));
    {
        let mut details = object.object("prompt_tokens_details");
        details.whole("cached_tokens", usage.cache_read).whole("audio_tokens", usage.audio_input);
        let written = usage.cache_write_5m.saturating_add(usage.cache_write_1h);
        details.whole_some("cache_write_tokens", (written > 0).then_some(written));
    }
    let mut details = object.object("completion_tokens_details");
    details.whole("reasoning_tokens", usage.reasoning).whole("audio_tokens", usage.audio_output);
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
