//! What is in memory: all that waits to be written, and of the rest the newest, up to a number of bytes.

use std::collections::{HashMap, VecDeque};
use std::sync::Arc;

use thinkwatch_policy::ids::UserId;
use thinkwatch_policy::ports::BoundResponse;

/// What a response takes beside its state: its texts, and its places in the map and the queues.
const OVERHEAD: usize = 512;

/// All room is taken by what waits to be written.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct NoRoom;

/// Whose, and which.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub(super) struct Key {
    pub(super) user: UserId,
    pub(super) id: Arc<str>,
}

#[derive(Debug)]
struct Entry {
    response: Arc<BoundResponse>,
    /// Tells it from an earlier one of the same key.
    number: u64,
    waits: bool,
}

impl Entry {
    fn size(&self) -> usize {
        OVERHEAD + self.response.state.as_ref().map_or(0, |state| state.len())
    }
}

/// One of a batch to be written.
#[derive(Clone, Debug)]
pub(super) struct Waiting {
    key: Key,
    number: u64,
    pub(super) response: Arc<BoundResponse>,
}

/// Responses by whose and which.
#[derive(Debug, Default)]
pub(super) struct Front {
    entries: HashMap<Key, Entry>,
    /// In the order they came; those that are gone since are passed over.
    order: VecDeque<(Key, u64)>,
    /// The same of those that wait to be written.
    waiting: VecDeque<(Key, u64)>,
    next: u64,
    bytes: usize,
    waiting_bytes: usize,
    removals: u64,
}

impl Front {
    /// Bytes of what waits to be written.
    pub(super) const fn waiting_bytes(&self) -> usize {
        self.waiting_bytes
    }

    /// How many wait to be written, about.
    pub(super) fn waiting(&self) -> usize {
        self.waiting.len()
    }

    /// How often something was removed before its time.
    pub(super) const fn removals(&self) -> u64 {
        self.removals
    }

    /// The response, also one that has expired.
    pub(super) fn find(&self, key: &Key) -> Option<Arc<BoundResponse>> {
        self.entries.get(key).map(|entry| Arc::clone(&entry.response))
    }

    /// Whether the store has it too, so that another replica may have deleted it there.
    pub(super) fn is_written(&self, key: &Key) -> bool {
        self.entries.get(key).is_some_and(|entry| !entry.waits)
    }

    /// Takes one that must be written.
    pub(super) fn put(&mut self, response: BoundResponse, most_bytes: usize) -> Result<(), NoRoom> {
        self.add(Arc::new(response), true, most_bytes)
    }

    /// Takes one that was read from the store, if there is room.
    pub(super) fn put_read(&mut self, response: Arc<BoundResponse>, most_bytes: usize) {
        // It is in the store; without room it is read again.
        drop(self.add(response, false, most_bytes));
    }

    fn add(&mut self, response: Arc<BoundResponse>, waits: bool, most_bytes: usize) -> Result<(), NoRoom> {
        let key = Key { user: response.user.clone(), id: Arc::clone(&response.id) };
        let entry = Entry { response, number: self.next, waits };
        let size = entry.size();
        self.take(&key);
        self.make_room(size, most_bytes)?;
        self.next += 1;
        self.bytes += size;
        self.order.push_back((key.clone(), entry.number));
        if waits {
            self.waiting_bytes += size;
            self.waiting.push_back((key.clone(), entry.number));
        }
        self.entries.insert(key, entry);
        Ok(())
    }

    /// Removes the oldest that are written.
    fn make_room(&mut self, size: usize, most_bytes: usize) -> Result<(), NoRoom> {
        let mut unwritten = Vec::new();
        while self.bytes + size > most_bytes
            && let Some((key, number)) = self.order.pop_front()
        {
            match self.entries.get(&key).filter(|entry| entry.number == number).map(|entry| entry.waits) {
                Some(true) => unwritten.push((key, number)),
                Some(false) => drop(self.take(&key)),
                None => {}
            }
        }
        for one in unwritten.into_iter().rev() {
            self.order.push_front(one);
        }
        if self.bytes + size > most_bytes { Err(NoRoom) } else { Ok(()) }
    }

    fn take(&mut self, key: &Key) -> Option<Entry> {
        let entry = self.entries.remove(key)?;
        self.bytes -= entry.size();
        if entry.waits {
            self.waiting_bytes -= entry.size();
        }
        Some(entry)
    }

    /// Removes one before its time.
    pub(super) fn remove(&mut self, key: &Key) {
        self.removals += 1;
        self.take(key);
    }

    /// Removes all for which `gone` holds, before their time.
    pub(super) fn remove_where(&mut self, gone: impl Fn(&BoundResponse) -> bool) {
        self.removals += 1;
        let keys = self.entries.iter().filter(|(_, entry)| gone(&entry.response)).map(|(key, _)| key.clone());
        for key in keys.collect::<Vec<_>>() {
            self.take(&key);
        }
    }

    /// Removes what has expired, and what the queues remember of those that are gone.
    pub(super) fn sweep(&mut self, now_us: i64) {
        let expired = self.entries.iter().filter(|(_, entry)| entry.response.expires_at_us <= now_us);
        for key in expired.map(|(key, _)| key.clone()).collect::<Vec<_>>() {
            self.take(&key);
        }
        let entries = &self.entries;
        let is_there = |(key, number): &(Key, u64)| entries.get(key).is_some_and(|entry| entry.number == *number);
        self.order.retain(is_there);
        self.waiting.retain(is_there);
    }

    /// The first that wait to be written, without taking them out.
    pub(super) fn batch(&mut self, most: usize, most_bytes: usize) -> Vec<Waiting> {
        let mut batch = Vec::new();
        let mut bytes = 0;
        for (key, number) in &self.waiting {
            let Some(entry) = self.entries.get(key).filter(|entry| entry.number == *number) else { continue };
            bytes += entry.size();
            if !batch.is_empty() && (bytes > most_bytes || batch.len() == most) {
                break;
            }
            batch.push(Waiting { key: key.clone(), number: *number, response: Arc::clone(&entry.response) });
        }
        if batch.is_empty() {
            self.waiting.clear();
        }
        batch
    }

    /// These need not wait any longer.
    pub(super) fn written(&mut self, batch: &[Waiting]) {
        let mut freed = 0;
        for one in batch {
            if let Some(entry) =
                self.entries.get_mut(&one.key).filter(|entry| entry.number == one.number && entry.waits)
            {
                entry.waits = false;
                freed += entry.size();
            }
        }
        self.waiting_bytes -= freed;
        let entries = &self.entries;
        let waits =
            |(key, number): &(Key, u64)| entries.get(key).is_some_and(|entry| entry.number == *number && entry.waits);
        while self.waiting.front().is_some_and(|first| !waits(first)) {
            self.waiting.pop_front();
        }
    }
}

#[cfg(test)]
mod tests {
    use thinkwatch_policy::ports::ResponseState;

    use super::*;

    fn response(user: &str, id: &str, bytes: usize, expires_at_us: i64) -> BoundResponse {
        let state = ResponseState { items: "x".repeat(bytes).into(), response: "".into() };
        BoundResponse {
            id: id.into(),
            user: user.into(),
            provider: "prov_1".into(),
            model: "m".into(),
            upstream_model: "m".into(),
            created_at_us: 0,
            expires_at_us,
            state: (bytes > 0).then(|| Arc::new(state)),
        }
    }

    fn key(user: &str, id: &str) -> Key {
        Key { user: user.into(), id: id.into() }
    }

    fn ids(batch: &[Waiting]) -> Vec<&str> {
        batch.iter().map(|one| &*one.response.id).collect()
    }

    const ROOM: usize = 4 * (OVERHEAD + 100);

    #[test]
    fn what_waits_is_never_pushed_out() {
        let mut front = Front::default();
        for n in 0..4 {
            front.put(response("a", &n.to_string(), 100, 9), ROOM).unwrap();
        }
        assert_eq!(front.put(response("a", "4", 100, 9), ROOM), Err(NoRoom));
        let batch = front.batch(2, usize::MAX);
        assert_eq!(ids(&batch), ["0", "1"]);
        assert!(!front.is_written(&key("a", "0")) && !front.is_written(&key("a", "none")));
        front.written(&batch);
        assert!(front.is_written(&key("a", "0")) && !front.is_written(&key("a", "2")));
        assert_eq!(front.waiting_bytes(), 2 * (OVERHEAD + 100));
        front.put(response("a", "4", 100, 9), ROOM).unwrap();
        assert!(front.find(&key("a", "0")).is_none() && front.find(&key("a", "1")).is_some());
        assert_eq!(ids(&front.batch(9, usize::MAX)), ["2", "3", "4"]);
        assert_eq!(ids(&front.batch(9, 2 * (OVERHEAD + 100))), ["2", "3"]);
        // One that is too large for a batch goes alone.
        assert_eq!(ids(&front.batch(9, 1)), ["2"]);
    }

    #[test]
    fn users_have_ids_of_their_own() {
        let mut front = Front::default();
        front.put(response("a", "1", 1, 9), ROOM).unwrap();
        front.put(response("b", "1", 2, 9), ROOM).unwrap();
        let bytes = |user| front.find(&key(user, "1")).unwrap().state.as_ref().unwrap().len();
        assert_eq!((bytes("a"), bytes("b")), (1, 2));
        assert!(front.find(&key("c", "1")).is_none());
        front.remove_where(|response| response.user == UserId::from("a"));
        assert!(front.find(&key("a", "1")).is_none() && front.find(&key("b", "1")).is_some());
    }

    #[test]
    fn one_that_is_gone_or_replaced_is_not_written() {
        let mut front = Front::default();
        front.put(response("a", "1", 10, 9), ROOM).unwrap();
        front.put(response("a", "2", 10, 9), ROOM).unwrap();
        let old = front.batch(9, usize::MAX);
        front.put(response("a", "2", 20, 9), ROOM).unwrap();
        front.remove(&key("a", "1"));
        front.written(&old);
        let left = front.batch(9, usize::MAX);
        assert_eq!(ids(&left), ["2"]);
        assert_eq!(left[0].response.state.as_ref().unwrap().len(), 20);
        front.written(&left);
        assert_eq!((front.waiting(), front.waiting_bytes()), (0, 0));
        assert!(front.batch(9, usize::MAX).is_empty());
    }

    #[test]
    fn what_has_expired_goes() {
        let mut front = Front::default();
        front.put(response("a", "1", 10, 5), ROOM).unwrap();
        front.put(response("a", "2", 0, 6), ROOM).unwrap();
        front.sweep(5);
        assert!(front.find(&key("a", "1")).is_none() && front.find(&key("a", "2")).is_some());
        front.sweep(6);
        assert_eq!((front.bytes, front.waiting_bytes, front.order.len(), front.waiting()), (0, 0, 0, 0));
    }
}
