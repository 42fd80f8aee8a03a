//! What a call consumed, by token class. The input classes are disjoint.

use serde::{Deserialize, Serialize};

/// Tokens of one call. `input` excludes cached tokens; `reasoning` is a part of `output`; `audio_input` is a part of
/// `input` and `audio_output` a part of `output` (as providers report them).
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct Usage {
    /// Input tokens that were neither read from nor written to a prompt cache.
    pub input: u64,
    /// Input tokens read from the provider's prompt cache.
    pub cache_read: u64,
    /// Input tokens written to a cache that lives five minutes.
    pub cache_write_5m: u64,
    /// Input tokens written to a cache that lives one hour.
    pub cache_write_1h: u64,
    /// Output tokens, reasoning included.
    pub output: u64,
    /// Reasoning tokens, a part of `output`.
    pub reasoning: u64,
    /// Audio tokens in the input.
    pub audio_input: u64,
    /// Audio tokens in the output.
    pub audio_output: u64,
    /// Images made.
    pub image_units: u64,
}

impl Usage {
    /// All input classes together.
    pub const fn total_input(&self) -> u64 {
        self.input
            .saturating_add(self.cache_read)
            .saturating_add(self.cache_write_5m)
            .saturating_add(self.cache_write_1h)
    }

    /// Whether nothing was counted at all.
    pub fn is_empty(&self) -> bool {
        *self == Self::default()
    }

    /// Adds another call's usage, class by class.
    pub fn add(&mut self, other: &Self) {
        for (mine, theirs) in [
            (&mut self.input, other.input),
            (&mut self.cache_read, other.cache_read),
            (&mut self.cache_write_5m, other.cache_write_5m),
            (&mut self.cache_write_1h, other.cache_write_1h),
            (&mut self.output, other.output),
            (&mut self.reasoning, other.reasoning),
            (&mut self.audio_input, other.audio_input),
            (&mut self.audio_output, other.audio_output),
            (&mut self.image_units, other.image_units),
        ] {
            *mine = mine.saturating_add(theirs);
        }
    }
}
