//! What a stream has told so far, and what becomes of an event.

use std::ops::Range;

use thinkwatch_policy::usage::Usage;

use super::{Terminal, Words};
use crate::messages::usage::Counts;
use crate::usage::told;

/// What becomes of an event.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Act {
    /// It leaves as it came.
    Forward,
    /// It does not leave.
    Drop,
    /// It leaves without these bytes.
    Cut(Range<usize>),
    /// These bytes leave instead.
    Rewrite(Vec<u8>),
    /// It is none, and what follows cannot be trusted.
    Garbage,
    /// It ends the stream.
    End(Terminal),
}

/// What was learnt.
#[derive(Debug)]
pub(crate) struct Seen {
    pub(crate) events: u64,
    pub(crate) answer_events: u64,
    pub(crate) bad_events: u64,
    /// Whether the event differs from the last one in the values of strings and numbers only.
    pub(crate) like_the_last: bool,
    /// Whether the last one was looked through, and had nothing but words.
    pub(crate) only_words: bool,
    pub(crate) words: Words,
    pub(crate) finish_seen: bool,
    /// How many images were asked for.
    pub(crate) images: u64,
    pub(crate) id: Option<String>,
    pub(crate) created_at_s: u64,
    /// The last usage told, where each one is final.
    pub(crate) last: Option<Usage>,
    /// Usage told in parts, where it is so (Messages).
    pub(crate) counts: Counts,
    /// Whether the end of the answer told how much it was (Messages).
    pub(crate) counted: bool,
}

impl Default for Seen {
    fn default() -> Self {
        Self {
            events: 0,
            answer_events: 0,
            bad_events: 0,
            like_the_last: false,
            only_words: false,
            words: Words::escaped(),
            finish_seen: false,
            images: 0,
            id: None,
            created_at_s: 0,
            last: None,
            counts: Counts::default(),
            counted: false,
        }
    }
}

impl Seen {
    pub(crate) fn usage(&self) -> Option<Usage> {
        told(self.last.or_else(|| self.counts.usage()))
    }

    pub(crate) const fn usage_is_final(&self) -> bool {
        self.last.is_some() || self.counted
    }
}
