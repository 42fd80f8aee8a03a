//! The events of a Messages stream.

use crate::error::upstream_message;
use crate::json::{get, short_string, whole};
use crate::stream::{Act, Failure, Seen, Terminal, event_type, take_deltas};

pub(crate) fn read(name: Option<&[u8]>, data: &[u8], seen: &mut Seen) -> Act {
    let Some(kind) = event_type(name, data) else {
        seen.bad_events += 1;
        return Act::Forward;
    };
    match kind {
        b"ping" => return Act::Forward,
        b"error" => {
            let told = upstream_message(data).unwrap_or_default();
            return Act::End(Terminal::Failed(Failure { message: told.message, code: told.kind.or(told.code) }));
        }
        b"message_stop" => return Act::End(Terminal::Complete),
        b"message_start" => match get(data, b"message") {
            Some(message) => {
                seen.id = get(message, b"id").and_then(|id| short_string(id, 256));
                merge_usage(message, seen);
            }
            None => seen.bad_events += 1,
        },
        b"message_delta" => {
            merge_usage(data, seen);
            let told = get(data, b"usage").and_then(|usage| get(usage, b"output_tokens")).and_then(whole);
            // Zero is what those say who do not count.
            seen.counted |= told.is_some_and(|told| told > 0);
            let reason = get(data, b"delta").and_then(|delta| get(delta, b"stop_reason"));
            seen.finish_seen |= reason.is_some_and(|reason| reason.starts_with(b"\""));
        }
        b"content_block_delta" => take_deltas(data, &mut seen.words),
        _ => {}
    }
    seen.answer_events += 1;
    Act::Forward
}

fn merge_usage(object: &[u8], seen: &mut Seen) {
    if let Some(usage) = get(object, b"usage") {
        seen.counts.merge(usage);
    }
}
