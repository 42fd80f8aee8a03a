//! The events of a Completions stream: chunks like those of Chat, with `text` where Chat has `delta`.

use std::sync::LazyLock;

use memchr::memmem::Finder;

use crate::chat;
use crate::stream::{Act, Seen, take_members};

static TEXT: LazyLock<Finder<'static>> = LazyLock::new(|| Finder::new(b"\"text\""));

pub(crate) fn read(data: &[u8], hide_usage: bool, seen: &mut Seen) -> Act {
    take_members(&TEXT, data, &mut seen.words);
    chat::stream::read(data, hide_usage, seen)
}
