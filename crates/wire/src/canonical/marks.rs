//! Cache marks: Anthropic's models take four of them, on its own API or another's, and refuse a fifth.

use super::Block;

const MOST: usize = 4;

/// Which marks stay, in the order they are written: the first, which what never changes stands before, and the last ones,
/// which reach furthest.
#[derive(Debug, Default)]
pub(crate) struct Marks {
    all: usize,
    seen: usize,
    /// Whether a mark of five minutes is written.
    pub(crate) short_seen: bool,
}

impl Marks {
    /// Where so many are asked for.
    pub(crate) const fn of(all: usize) -> Self {
        Self { all, seen: 0, short_seen: false }
    }

    pub(crate) const fn some_are_left_out(&self) -> bool {
        self.all > MOST
    }

    /// Whether the mark that would be written next is.
    pub(crate) const fn next_stays(&mut self) -> bool {
        self.seen += 1;
        self.all <= MOST || self.seen == 1 || self.seen + MOST > self.all + 1
    }
}

/// How many marks stand on a block and in it.
pub(crate) fn on(block: &Block) -> usize {
    match block {
        Block::Text(text) => usize::from(text.cache.is_some()),
        Block::Media(media) => usize::from(media.cache.is_some()),
        Block::ToolCall(call) => usize::from(call.cache.is_some()),
        Block::ToolResult(result) => {
            usize::from(result.cache.is_some()) + result.content.iter().map(inside).sum::<usize>()
        }
        _ => 0,
    }
}

fn inside(block: &Block) -> usize {
    match block {
        Block::Text(text) => usize::from(text.cache.is_some()),
        Block::Media(media) => usize::from(media.cache.is_some()),
        _ => 0,
    }
}
