//! The events of a Completions stream: chunks like those of Chat, with `text` where Chat has `delta`.

use std::sync::LazyLock;

use memchr::memmem::Finder;

use crate::chat;
use crate::stream::{Act, Seen, bytes_under};

static TEXT: LazyLock<Finder<'static>> = LazyLock::new(|| Finder::new(b"\"text\""));

pub(crate) fn read(data: &[u8], hide_usage: bool, seen: &mut Seen) -> Act {
    seen.output_bytes += bytes_under(&TEXT, data);
    chat::stream::read(data, hide_usage, seen)
}
