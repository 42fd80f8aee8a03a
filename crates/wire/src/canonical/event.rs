//! A stream as events of no particular dialect.
//!
//! The order every decoder keeps to, whatever its upstream sends: `Start` once and first; a block is opened before its
//! deltas and closed after them, and never again; blocks of a choice are numbered from 0 in the order they open; all
//! blocks of a choice are closed before its `Stop`; `End` or `Failed` once and last. Blocks may overlap (Chat's parallel
//! calls do): [`super::sequence::Sequence`] lines them up for those dialects that want one after the other.

use thinkwatch_policy::usage::Usage;

use super::{Json, Opaque, Signature, StopReason, ToolCall};
use crate::stream::Failure;

/// Something happened in a stream.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Event {
    /// The answer begins.
    Start {
        /// The id the provider gave it; may be empty.
        id: String,
        /// The model, in the provider's words; may be empty.
        model: String,
        /// Seconds since the epoch; 0 if the provider does not say.
        created_at_s: u64,
    },
    /// A block begins.
    Open {
        /// Which of several answers; 0 usually.
        choice: u32,
        /// Which block of that answer, from 0.
        block: u32,
        /// What it is.
        what: Opening,
    },
    /// A block goes on.
    Delta {
        /// As in `Open`.
        choice: u32,
        /// As in `Open`.
        block: u32,
        /// What is added.
        delta: Delta,
    },
    /// A block is complete.
    Close {
        /// As in `Open`.
        choice: u32,
        /// As in `Open`.
        block: u32,
    },
    /// An answer is complete.
    Stop {
        /// As in `Open`.
        choice: u32,
        /// Why.
        reason: StopReason,
    },
    /// What was consumed so far, all classes together: it replaces what an earlier one said.
    Usage(Usage),
    /// The provider's last word: nothing follows.
    End,
    /// The provider tells an error instead: nothing follows.
    Failed(Failure),
}

/// What a block is, and what of it is known when it begins.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Opening {
    /// Words.
    Text,
    /// Thoughts.
    Thinking,
    /// Thoughts the provider hides: whole at once.
    RedactedThinking(Signature),
    /// A call of a tool. Its `arguments` are empty here, and come as deltas.
    ToolCall(ToolCall),
    /// The model refuses.
    Refusal,
    /// Media or something only its own dialect knows: whole at once.
    Opaque(Opaque),
    /// Media that the model made: whole at once.
    Media(super::Media),
}

/// What is added to a block.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Delta {
    /// Words, thoughts or a refusal, as the block is.
    Text(String),
    /// A part of a call's arguments: any cut of their text.
    Arguments(String),
    /// The signature of the block; it replaces an earlier one.
    Signature(Signature),
    /// A citation, in the provider's words.
    Citation(Json),
    /// Log probabilities of the words that came with it, in Chat's words.
    LogProbs(Json),
}
