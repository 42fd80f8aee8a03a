//! What a replica tells Redis when it comes in: all it knows, in parts, so that no step is long.

use super::memory::Memory;
use super::round::{push, whole};
use super::text;

/// Counters in one part at most.
const PART: usize = 1_000;

/// One part: arguments of `join.lua`'s `write`.
#[derive(Debug, Default)]
pub(super) struct Part {
    pub(super) keys: Vec<String>,
    pub(super) replicas: Vec<String>,
    pub(super) changes: Vec<u8>,
}

/// What each replica has spent, and with `holdings` what our own calls hold.
pub(super) fn parts(memory: &Memory, holdings: bool) -> Vec<Part> {
    let mut parts = Vec::new();
    for (key, replica, spent) in memory.all_spent() {
        let part = with(&mut parts, text::purse_key(key));
        let whose = part.replica(replica.as_str());
        part.change(1.0, &[whose, whole(spent), text::kept_s(key.period).into()]);
    }
    if holdings {
        for (key, held) in memory.all_held() {
            with(&mut parts, text::purse_key(key)).change(3.0, &[whole(held), text::kept_s(key.period).into()]);
        }
        for (counter, calls) in memory.all_gauges() {
            with(&mut parts, text::key_of(counter)).change(2.0, &[whole(calls)]);
        }
    }
    parts
}

/// A part that has room, with this key as its last.
fn with(parts: &mut Vec<Part>, key: String) -> &mut Part {
    if parts.last().is_none_or(|part| part.keys.len() >= PART) {
        parts.push(Part::default());
    }
    let last = parts.len() - 1;
    parts[last].keys.push(key);
    &mut parts[last]
}

impl Part {
    /// Of the last key.
    fn change(&mut self, kind: f64, numbers: &[f64]) {
        // The first key is who is there, and the script counts from one.
        push(&mut self.changes, &[kind, whole(self.keys.len() as u64 + 1)]);
        push(&mut self.changes, numbers);
    }

    /// Where the script finds a replica: after its first four arguments.
    fn replica(&mut self, id: &str) -> f64 {
        let known = self.replicas.iter().position(|known| known == id);
        let at = known.unwrap_or_else(|| {
            self.replicas.push(id.to_owned());
            self.replicas.len() - 1
        });
        whole(at as u64 + 5)
    }
}
