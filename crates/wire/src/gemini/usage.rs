//! Usage in the words of Gemini: the prompt includes what was cached, the candidates exclude what was thought.

use thinkwatch_policy::usage::Usage;

use crate::json::write::Writer;
use crate::json::{Elements, Members, get, whole};

/// Reads a `usageMetadata` object. Counts that are no counts are passed over; `None` when nothing is left.
pub(crate) fn read(object: &[u8]) -> Option<Usage> {
    let (mut prompt, mut candidates, mut total) = (None, None, None);
    let (mut cached, mut thoughts, mut tools) = (0, 0, 0);
    let (mut audio_input, mut audio_output) = (0, 0);
    let mut members = Members::of(object).ok()?;
    while let Some(member) = members.next().ok()? {
        let value = &object[member.value];
        let count = whole(value);
        match member.key {
            b"promptTokenCount" => prompt = count.or(prompt),
            b"candidatesTokenCount" => candidates = count.or(candidates),
            b"totalTokenCount" => total = count.or(total),
            b"cachedContentTokenCount" => cached = count.unwrap_or(cached),
            b"thoughtsTokenCount" => thoughts = count.unwrap_or(thoughts),
            b"toolUsePromptTokenCount" => tools = count.unwrap_or(tools),
            b"promptTokensDetails" => audio_input = audio(value),
            b"candidatesTokensDetails" => audio_output = audio(value),
            _ => {}
        }
    }
    if prompt.is_none() && candidates.is_none() && total.is_none() {
        return None;
    }
    // Zeros are left out. Without a prompt's count the total is all there is to go by.
    let before: u64 = [prompt.unwrap_or(0), tools, thoughts].into_iter().fold(0, u64::saturating_add);
    let candidates = match (candidates, prompt, total) {
        (Some(told), _, _) => told,
        (None, Some(_), Some(total)) => total.saturating_sub(before),
        _ => 0,
    };
    let prompt = prompt.unwrap_or_else(|| total.unwrap_or(0).saturating_sub(candidates.saturating_add(thoughts)));
    let cache_read = cached.min(prompt);
    // What a tool of the provider's put into the prompt is input like any other, and never from the cache.
    let input = (prompt - cache_read).saturating_add(tools);
    let output = candidates.saturating_add(thoughts);
    Some(Usage {
        input,
        cache_read,
        output,
        reasoning: thoughts,
        audio_input: audio_input.min(input),
        audio_output: audio_output.min(output),
        ..Usage::default()
    })
}

/// The tokens of sound in a list of counts by modality.
fn audio(list: &[u8]) -> u64 {
    let counts = Elements::of(list).into_iter().flatten();
    counts
        .filter(|count| get(count, b"modality") == Some(b"\"AUDIO\""))
        .filter_map(|count| get(count, b"tokenCount").and_then(whole))
        .fold(0, u64::saturating_add)
}

/// Writes the members of a `usageMetadata` object.
pub(crate) fn write(usage: &Usage, out: &mut Writer<'_>) {
    let prompt = usage.total_input();
    let thoughts = usage.reasoning.min(usage.output);
    out.whole("promptTokenCount", prompt).whole("candidatesTokenCount", usage.output - thoughts);
    out.whole("totalTokenCount", prompt.saturating_add(usage.output));
    if usage.cache_read > 0 {
        out.whole("cachedContentTokenCount", usage.cache_read);
    }
    if thoughts > 0 {
        out.whole("thoughtsTokenCount", thoughts);
    }
    for (key, whole, audio) in [
        ("promptTokensDetails", prompt, usage.audio_input),
        ("candidatesTokensDetails", usage.output - thoughts, usage.audio_output),
    ] {
        if audio > 0 {
            let mut details = out.list(key);
            details.push_object().text("modality", "TEXT").whole("tokenCount", whole.saturating_sub(audio));
            details.push_object().text("modality", "AUDIO").whole("tokenCount", audio);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::json::write;

    fn check(object: &str, [input, cache_read, output, reasoning]: [u64; 4]) {
        let expected = Usage { input, cache_read, output, reasoning, ..Usage::default() };
        assert_eq!(read(object.as_bytes()), Some(expected), "{object}");
        let mut again = Vec::new();
        super::write(&expected, &mut write::object(&mut again));
        assert_eq!(read(&again), Some(expected), "{object}");
    }

    #[test]
    fn prompts_include_what_was_cached_and_candidates_exclude_what_was_thought() {
        check(
            r#"{"promptTokenCount":100,"candidatesTokenCount":20,"totalTokenCount":150,"cachedContentTokenCount":40,"thoughtsTokenCount":30}"#,
            [60, 40, 50, 30],
        );
        check(
            r#"{"promptTokenCount":10,"toolUsePromptTokenCount":90,"candidatesTokenCount":5,"totalTokenCount":105}"#,
            [100, 0, 5, 0],
        );
        check(r#"{"promptTokenCount":10,"totalTokenCount":14}"#, [10, 0, 4, 0]);
        check(r#"{"promptTokenCount":10,"thoughtsTokenCount":3,"totalTokenCount":14}"#, [10, 0, 4, 3]);
        check(r#"{"promptTokenCount":10,"cachedContentTokenCount":11}"#, [0, 10, 0, 0]);
        check(r#"{"totalTokenCount":7}"#, [7, 0, 0, 0]);
        assert_eq!(read(br#"{"trafficType":"ON_DEMAND","promptTokenCount":-1}"#), None);
    }

    #[test]
    fn sound_is_a_part_of_its_class() {
        let told = br#"{"promptTokenCount":100,"candidatesTokenCount":9,"promptTokensDetails":[{"modality":"TEXT","tokenCount":40},{"modality":"AUDIO","tokenCount":60}],"candidatesTokensDetails":[{"modality":"AUDIO","tokenCount":99}]}"#;
        let usage = read(told).unwrap();
        assert_eq!((usage.audio_input, usage.audio_output), (60, 9));
    }
}
