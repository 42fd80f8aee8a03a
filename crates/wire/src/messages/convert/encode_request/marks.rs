//! Cache marks: a provider of Messages takes four of them and refuses a fifth.

use std::borrow::Cow;

use super::Turn;
use crate::canonical::{Block, Tool};

const MOST: usize = 4;

/// Which marks stay, in the order they are written: the first, which what never changes stands before, and the last ones,
/// which reach furthest.
#[derive(Debug, Default)]
pub(super) struct Marks {
    all: usize,
    seen: usize,
    /// Whether a mark of five minutes is written.
    pub(super) short_seen: bool,
}

impl Marks {
    pub(super) fn over(tools: &[&Tool], system: &[Cow<'_, Block>], turns: &[Turn<'_>]) -> Self {
        let in_tools = tools.iter().filter(|tool| matches!(tool, Tool::Client(tool) if tool.cache.is_some())).count();
        let blocks = system.iter().chain(turns.iter().flat_map(|turn| &turn.blocks));
        Self { all: in_tools + blocks.map(|block| of(block)).sum::<usize>(), seen: 0, short_seen: false }
    }

    pub(super) const fn some_are_left_out(&self) -> bool {
        self.all > MOST
    }

    /// Whether the mark that would be written next is.
    pub(super) const fn next_stays(&mut self) -> bool {
        self.seen += 1;
        self.all <= MOST || self.seen == 1 || self.seen + MOST > self.all + 1
    }
}

fn of(block: &Block) -> usize {
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
