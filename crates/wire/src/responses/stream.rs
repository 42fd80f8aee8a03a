//! The events of a Responses stream.

use super::usage;
use crate::error::upstream_message;
use crate::json::{Members, get, short_string, whole};
use crate::stream::{Act, Failure, Seen, Terminal, event_type, take_deltas};

pub(crate) fn read(name: Option<&[u8]>, data: &[u8], seen: &mut Seen) -> Act {
    let Some(kind) = event_type(name, data) else {
        // Some servers close with the word of Chat; it ends nothing here, and is not an error either.
        seen.bad_events += u64::from(data.trim_ascii() != b"[DONE]");
        return Act::Forward;
    };
    match kind {
        b"error" | b"response.failed" => {
            take_usage(data, seen);
            let told = upstream_message(data).unwrap_or_default();
            let code = told.code.or(told.kind).filter(|code| code != "error");
            return Act::End(Terminal::Failed(Failure { message: told.message, code }));
        }
        b"response.completed" | b"response.incomplete" => {
            take_usage(data, seen);
            seen.answer_events += 1;
            return Act::End(Terminal::Complete);
        }
        b"response.created" => take_identity(data, seen),
        kind if kind.ends_with(b".delta") => take_deltas(data, &mut seen.words),
        _ => {}
    }
    seen.answer_events += 1;
    Act::Forward
}

fn take_usage(data: &[u8], seen: &mut Seen) {
    let told = get(data, b"response").and_then(|response| usage::read(get(response, b"usage")?));
    seen.last = told.or(seen.last);
}

/// The id and the time stand at the beginning; what follows (instructions, tools) may be long and is not read.
fn take_identity(data: &[u8], seen: &mut Seen) {
    let Some(response) = get(data, b"response") else {
        seen.bad_events += 1;
        return;
    };
    let Ok(mut members) = Members::of(response) else { return };
    while let Ok(Some(member)) = members.next() {
        let value = &response[member.value];
        match member.key {
            b"id" => seen.id = short_string(value, 256),
            b"created_at" => seen.created_at_s = whole(value).unwrap_or(0),
            _ => {}
        }
        if seen.id.is_some() && seen.created_at_s > 0 {
            return;
        }
    }
}
