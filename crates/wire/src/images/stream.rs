//! The events of an image stream: sketches, then each image in an event of its own. There is no event for the end: it is
//! the last of the images that were asked for.

use crate::error::upstream_message;
use crate::json::get;
use crate::responses;
use crate::stream::{Act, Failure, Seen, Terminal, event_type};

pub(crate) fn read(name: Option<&[u8]>, data: &[u8], seen: &mut Seen) -> Act {
    if data.trim_ascii() == b"[DONE]" {
        return Act::End(Terminal::Complete);
    }
    let kind = event_type(name, data);
    if kind == Some(b"error") || get(data, b"error").is_some_and(|error| error != b"null") {
        let told = upstream_message(data).unwrap_or_default();
        let code = told.code.or(told.kind).filter(|code| code != "error");
        return Act::End(Terminal::Failed(Failure { message: told.message, code }));
    }
    let Some(kind) = kind else {
        seen.bad_events += 1;
        return Act::Forward;
    };
    seen.answer_events += 1;
    if !kind.ends_with(b".completed") {
        return Act::Forward;
    }
    let mut usage = get(data, b"usage").and_then(responses::usage::read).unwrap_or_default();
    usage.image_units = 1;
    let mut all = seen.last.unwrap_or_default();
    all.add(&usage);
    seen.last = Some(all);
    // What the client has is whole, should the provider end here.
    seen.finish_seen = true;
    if all.image_units >= seen.images { Act::End(Terminal::Complete) } else { Act::Forward }
}
