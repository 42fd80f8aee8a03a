//! Usage in the words of Messages: the input classes are apart, and a stream tells them in several events.

use thinkwatch_policy::usage::Usage;

use crate::json::{Members, get, whole};

/// Reads a `usage` object. Counts that are no counts are passed over; `None` when nothing is left.
pub(crate) fn read(object: &[u8]) -> Option<Usage> {
    let mut counts = Counts::default();
    counts.merge(object);
    counts.usage()
}

/// What the `usage` objects of one answer have told together.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) struct Counts {
    input: Option<u64>,
    output: Option<u64>,
    cache_read: Option<u64>,
    cache_write: Option<u64>,
    cache_write_5m: Option<u64>,
    cache_write_1h: Option<u64>,
    reasoning: Option<u64>,
}

impl Counts {
    /// Takes in one more object. Counts are cumulative, so the larger one is the later one: an event that repeats a
    /// field as 0 or null takes nothing back.
    pub(crate) fn merge(&mut self, object: &[u8]) {
        let Ok(mut members) = Members::of(object) else { return };
        while let Ok(Some(member)) = members.next() {
            let value = &object[member.value];
            match member.key {
                b"input_tokens" => raise(&mut self.input, whole(value)),
                b"output_tokens" => raise(&mut self.output, whole(value)),
                b"cache_read_input_tokens" => raise(&mut self.cache_read, whole(value)),
                b"cache_creation_input_tokens" => raise(&mut self.cache_write, whole(value)),
                b"cache_creation" => {
                    raise(&mut self.cache_write_5m, get(value, b"ephemeral_5m_input_tokens").and_then(whole));
                    raise(&mut self.cache_write_1h, get(value, b"ephemeral_1h_input_tokens").and_then(whole));
                }
                b"output_tokens_details" => {
                    raise(&mut self.reasoning, get(value, b"thinking_tokens").and_then(whole));
                }
                _ => {}
            }
        }
    }

    /// The classes apart. What was written to a cache beyond the breakdown counts as the short-lived kind, which is
    /// the default.
    pub(crate) fn usage(&self) -> Option<Usage> {
        if self.input.is_none() && self.output.is_none() {
            return None;
        }
        let hour = self.cache_write_1h.unwrap_or(0);
        let told = self.cache_write_5m.unwrap_or(0).saturating_add(hour);
        let beyond = self.cache_write.unwrap_or(0).saturating_sub(told);
        let output = self.output.unwrap_or(0);
        Some(Usage {
            input: self.input.unwrap_or(0),
            cache_read: self.cache_read.unwrap_or(0),
            cache_write_5m: self.cache_write_5m.unwrap_or(0).saturating_add(beyond),
            cache_write_1h: hour,
            output,
            reasoning: self.reasoning.unwrap_or(0).min(output),
            ..Usage::default()
        })
    }
}

fn raise(count: &mut Option<u64>, told: Option<u64>) {
    *count = (*count).max(told);
}
