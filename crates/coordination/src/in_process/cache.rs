//! The response cache of one process: bounded in bytes, those go first that were asked for longest ago.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use parking_lot::Mutex;
use thinkwatch_policy::Map;
use thinkwatch_policy::ports::{Answer, Answering, CacheKey, CacheUnavailable, Kept, ResponseCache, Stay};

/// What an answer takes beside its bytes: its key three times, and the nodes that hold it.
const OVERHEAD: u64 = 256;

#[derive(Debug)]
struct Entry {
    answer: Arc<[u8]>,
    expires_at_us: i64,
    /// Its place in the order of use.
    used: u64,
}

#[derive(Debug, Default)]
struct Entries {
    by_key: Map<CacheKey, Entry>,
    /// The one used longest ago first.
    by_use: BTreeMap<u64, CacheKey>,
    /// The one that is over first first.
    by_end: BTreeSet<(i64, CacheKey)>,
    bytes: u64,
    uses: u64,
}

/// Kept answers in memory.
#[derive(Debug, Default)]
pub struct InProcessCache {
    entries: Mutex<Entries>,
}

fn size(answer: &[u8]) -> u64 {
    answer.len() as u64 + OVERHEAD
}

impl Entries {
    fn find(&mut self, key: &CacheKey, now_us: i64) -> Option<Arc<[u8]>> {
        self.uses += 1;
        let used = self.uses;
        let entry = self.by_key.get_mut(key).filter(|entry| entry.expires_at_us > now_us)?;
        self.by_use.remove(&entry.used);
        entry.used = used;
        self.by_use.insert(used, *key);
        Some(Arc::clone(&entry.answer))
    }

    fn keep(&mut self, key: CacheKey, answer: Arc<[u8]>, stay: Stay) -> Kept {
        self.remove(&key);
        let size = size(&answer);
        if size > stay.room {
            return Kept::TooLarge;
        }
        while let Some(&(ends_us, over)) = self.by_end.first()
            && ends_us <= stay.now_us
        {
            self.remove(&over);
        }
        while self.bytes + size > stay.room
            && let Some((_, &oldest)) = self.by_use.first_key_value()
        {
            self.remove(&oldest);
            metrics::counter!("thinkwatch_cache_evicted_total").increment(1);
        }
        self.uses += 1;
        let expires_at_us = stay.now_us.saturating_add(stay.ttl_us);
        self.by_use.insert(self.uses, key);
        self.by_end.insert((expires_at_us, key));
        self.by_key.insert(key, Entry { answer, expires_at_us, used: self.uses });
        self.bytes += size;
        Kept::Kept
    }

    fn remove(&mut self, key: &CacheKey) {
        let Some(entry) = self.by_key.remove(key) else { return };
        self.by_use.remove(&entry.used);
        self.by_end.remove(&(entry.expires_at_us, *key));
        self.bytes -= size(&entry.answer);
    }
}

impl ResponseCache for InProcessCache {
    fn find<'a>(&'a self, key: &'a CacheKey, now_us: i64) -> Answer<'a, Option<Arc<[u8]>>> {
        Answer::Ready(self.entries.lock().find(key, now_us))
    }

    fn keep<'a>(&'a self, key: &'a CacheKey, answer: Arc<[u8]>, stay: Stay) -> Answering<'a, Kept> {
        let mut entries = self.entries.lock();
        let kept = entries.keep(*key, answer, stay);
        #[expect(clippy::cast_precision_loss, reason = "a gauge; exact up to 2^53")]
        metrics::gauge!("thinkwatch_cache_bytes").set(entries.bytes as f64);
        Box::pin(std::future::ready(kept))
    }

    fn purge(&self) -> Answering<'_, Result<u64, CacheUnavailable>> {
        let purged = std::mem::take(&mut *self.entries.lock());
        metrics::gauge!("thinkwatch_cache_bytes").set(0.0);
        Box::pin(std::future::ready(Ok(purged.by_key.len() as u64)))
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    proptest! {
        #[test]
        fn bytes_are_those_of_the_entries_and_within_the_room(
            steps in prop::collection::vec((0_u8..6, 0_usize..2000, 0_i64..50, any::<bool>()), 1..60),
        ) {
            let (mut entries, room) = (Entries::default(), 3000);
            for (now_us, (name, length, ttl_us, look)) in (0..).zip(steps) {
                let key = CacheKey([name; 32]);
                if look {
                    entries.find(&key, now_us);
                } else {
                    entries.keep(key, vec![name; length].into(), Stay { now_us, ttl_us, room });
                }
                let sum: u64 = entries.by_key.values().map(|entry| size(&entry.answer)).sum();
                prop_assert_eq!(sum, entries.bytes);
                prop_assert!(sum <= room);
                prop_assert_eq!(entries.by_use.len(), entries.by_key.len());
                prop_assert_eq!(entries.by_end.len(), entries.by_key.len());
            }
        }
    }
}
