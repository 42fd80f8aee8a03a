//! A record while its call runs, and the buffers it is encoded into. Their memory is used again by the next call: a
//! call has some thirty short texts, and to allocate each anew costs more than to write it.

use std::cell::RefCell;
use std::ops::{Deref, DerefMut};
use std::thread::LocalKey;

use prost::Message;

use crate::call::{Attempt, CallRecord};

/// Kept on each thread at most: as many as a busy one has in flight.
const KEPT: usize = 128;
/// A buffer that once held more is not kept.
const LARGEST: usize = 8 << 10;

thread_local! {
    #[expect(clippy::vec_box, reason = "what is kept is the box: the record itself is large")]
    static RECORDS: RefCell<Vec<Box<CallRecord>>> = const { RefCell::new(Vec::new()) };
    static ATTEMPTS: RefCell<Vec<Attempt>> = const { RefCell::new(Vec::new()) };
    static BUFFERS: RefCell<Vec<Vec<u8>>> = const { RefCell::new(Vec::new()) };
}

/// The one used last, which is still in the processor's cache.
fn take<T>(kept: &'static LocalKey<RefCell<Vec<T>>>) -> Option<T> {
    // While the thread ends nothing is kept any more.
    kept.try_with(|kept| kept.try_borrow_mut().ok()?.pop()).ok().flatten()
}

fn keep<T>(kept: &'static LocalKey<RefCell<Vec<T>>>, spare: T) {
    let keeping = kept.try_with(|kept| {
        let Ok(mut kept) = kept.try_borrow_mut() else { return };
        if kept.len() < KEPT {
            kept.push(spare);
        }
    });
    keeping.unwrap_or_default();
}

/// A record that is being written. It begins empty, and gives its memory back when dropped.
#[derive(Debug)]
pub struct Draft {
    /// `None` only while it is being dropped. Boxed: it is large, and moves through every stage of a call.
    record: Option<Box<CallRecord>>,
}

impl Draft {
    /// An empty record.
    pub fn new() -> Self {
        Self { record: Some(take(&RECORDS).unwrap_or_default()) }
    }

    /// Adds an empty attempt.
    pub fn push_attempt(&mut self) -> &mut Attempt {
        let attempt = take(&ATTEMPTS).unwrap_or_default();
        self.attempts.push_mut(attempt)
    }
}

impl Default for Draft {
    fn default() -> Self {
        Self::new()
    }
}

impl Deref for Draft {
    type Target = CallRecord;

    fn deref(&self) -> &CallRecord {
        self.record.as_deref().expect("it is there until it is dropped")
    }
}

impl DerefMut for Draft {
    fn deref_mut(&mut self) -> &mut CallRecord {
        self.record.as_deref_mut().expect("it is there until it is dropped")
    }
}

impl Drop for Draft {
    fn drop(&mut self) {
        let Some(mut record) = self.record.take() else { return };
        for mut attempt in record.attempts.drain(..) {
            if attempt.encoded_len() <= LARGEST {
                attempt.clear();
                keep(&ATTEMPTS, attempt);
            }
        }
        if record.encoded_len() <= LARGEST {
            // Empties every text and keeps its allocation.
            record.clear();
            keep(&RECORDS, record);
        }
    }
}

/// An empty buffer for frames.
pub(crate) fn buffer() -> Vec<u8> {
    take(&BUFFERS).unwrap_or_else(|| Vec::with_capacity(1024))
}

/// Gives a buffer back.
pub(crate) fn give_back(mut buffer: Vec<u8>) {
    if buffer.capacity() <= LARGEST {
        buffer.clear();
        keep(&BUFFERS, buffer);
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::call::{Tag, TokenCounts};

    fn filled() -> Draft {
        let mut draft = Draft::new();
        *draft = CallRecord {
            id_high: 1,
            id_low: 2,
            timestamp: 3,
            session_id: "session".to_owned(),
            model: "model".to_owned(),
            stream: true,
            status_code: 200,
            outcome: 3,
            usage: Some(TokenCounts { input: 5, ..TokenCounts::default() }),
            cost_nano: 7,
            dropped_fields: vec!["field".to_owned()],
            tags: vec![Tag { name: "name".to_owned(), value: "value".to_owned() }],
            plan_excluded: vec!["route:reason".to_owned()],
            ..CallRecord::default()
        };
        let attempt = draft.push_attempt();
        attempt.provider.push_str("provider");
        attempt.status_code = 500;
        attempt.usage = Some(TokenCounts::default());
        draft
    }

    #[test]
    fn nothing_of_a_call_is_found_in_the_next_one() {
        for _ in 0..3 {
            let mut draft = filled();
            assert_eq!(draft.attempts.len(), 1);
            assert_eq!(draft.attempts[0].provider, "provider");
            let at = draft.session_id.as_ptr();
            drop(draft);
            draft = Draft::new();
            assert_eq!(*draft, CallRecord::default());
            assert_eq!(draft.push_attempt(), &Attempt::default());
            draft.session_id.push_str("other");
            assert_eq!(draft.session_id.as_ptr(), at, "its memory is used again");
        }
    }

    #[test]
    fn large_ones_are_not_kept_and_not_more_than_some() {
        let mut large = Draft::new();
        large.model = "m".repeat(LARGEST + 1);
        let attempt = large.push_attempt();
        attempt.upstream_model = "m".repeat(LARGEST + 1);
        drop(large);
        assert!(Draft::new().model.capacity() <= LARGEST);
        give_back(Vec::with_capacity(LARGEST * 2));
        assert!(buffer().capacity() <= LARGEST);
        let many: Vec<Draft> = (0..KEPT * 2).map(|_| filled()).collect();
        drop(many);
        assert_eq!(RECORDS.with_borrow(Vec::len), KEPT);
        assert_eq!(ATTEMPTS.with_borrow(Vec::len), KEPT);
    }
}
