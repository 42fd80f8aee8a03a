//! Usage in the words of Converse: the input classes are apart, and what was written to a cache is broken down by how
//! long it stays.

use thinkwatch_policy::usage::Usage;

use crate::json::write::Writer;
use crate::json::{Elements, get, whole};

/// Reads a `usage` object. Counts that are no counts are passed over; `None` when nothing is left.
pub(crate) fn read(object: &[u8]) -> Option<Usage> {
    let count = |key: &[u8]| get(object, key).and_then(whole);
    let (input, output) = (count(b"inputTokens"), count(b"outputTokens"));
    if input.is_none() && output.is_none() {
        return None;
    }
    let written = |ttl: &[u8]| -> u64 {
        let details = get(object, b"cacheDetails").and_then(Elements::of).into_iter().flatten();
        details.filter(|one| get(one, b"ttl") == Some(ttl)).fold(0, |sum, one| {
            let tokens = get(one, b"inputTokens").and_then(whole).unwrap_or(0);
            sum.saturating_add(tokens)
        })
    };
    let hour = written(b"\"1h\"");
    let told = written(b"\"5m\"").saturating_add(hour);
    // What goes beyond the breakdown is of the short-lived kind, which is the default.
    let beyond = count(b"cacheWriteInputTokens").unwrap_or(0).saturating_sub(told);
    Some(Usage {
        input: input.unwrap_or(0),
        cache_read: count(b"cacheReadInputTokens").unwrap_or(0),
        cache_write_5m: told.saturating_sub(hour).saturating_add(beyond),
        cache_write_1h: hour,
        output: output.unwrap_or(0),
        ..Usage::default()
    })
}

/// Writes the members of a `usage` object.
pub(crate) fn write(usage: &Usage, object: &mut Writer<'_>) {
    let written = usage.cache_write_5m.saturating_add(usage.cache_write_1h);
    object.whole("inputTokens", usage.input).whole("outputTokens", usage.output);
    object.whole("totalTokens", usage.total_input().saturating_add(usage.output));
    if usage.cache_read > 0 || written > 0 {
        object.whole("cacheReadInputTokens", usage.cache_read).whole("cacheWriteInputTokens", written);
    }
    if written > 0 {
        let mut details = object.list("cacheDetails");
        for (ttl, tokens) in [("1h", usage.cache_write_1h), ("5m", usage.cache_write_5m)] {
            if tokens > 0 {
                details.push_object().text("ttl", ttl).whole("inputTokens", tokens);
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::json::write;

    fn usage(input: u64, read: u64, five: u64, hour: u64, output: u64) -> Usage {
        Usage { input, cache_read: read, cache_write_5m: five, cache_write_1h: hour, output, ..Usage::default() }
    }

    #[test]
    fn cached_tokens_are_apart() {
        for (text, expected) in [
            (r#"{"inputTokens":10,"outputTokens":5,"totalTokens":15}"#, Some(usage(10, 0, 0, 0, 5))),
            (
                r#"{"inputTokens":10,"outputTokens":5,"totalTokens":45,"cacheReadInputTokens":20,"cacheWriteInputTokens":10}"#,
                Some(usage(10, 20, 10, 0, 5)),
            ),
            (
                r#"{"inputTokens":1,"outputTokens":2,"cacheWriteInputTokens":30,
                    "cacheDetails":[{"ttl":"1h","inputTokens":20},{"ttl":"5m","inputTokens":10}]}"#,
                Some(usage(1, 0, 10, 20, 2)),
            ),
            // A breakdown that says less than the sum, and one without a sum.
            (
                r#"{"inputTokens":1,"cacheWriteInputTokens":30,"cacheDetails":[{"ttl":"1h","inputTokens":20}]}"#,
                Some(usage(1, 0, 10, 20, 0)),
            ),
            (r#"{"outputTokens":1,"cacheDetails":[{"ttl":"5m","inputTokens":7}]}"#, Some(usage(0, 0, 7, 0, 1))),
            (r#"{"inputTokens":-1,"outputTokens":"x"}"#, None),
            ("{}", None),
            ("[", None),
        ] {
            assert_eq!(read(text.as_bytes()), expected, "{text}");
        }
    }

    #[test]
    fn what_is_written_is_read_again() {
        for told in [usage(1, 0, 0, 0, 2), usage(1, 2, 0, 0, 3), usage(1, 2, 3, 4, 5), usage(0, 0, 0, 9, 1)] {
            let mut out = Vec::new();
            super::write(&told, &mut write::object(&mut out));
            assert_eq!(read(&out), Some(told));
        }
    }
}
