//! What a model wrote in a stream, for those who must count it because the provider did not.

use std::borrow::Cow;

use crate::json::text;

/// As much as is kept: some sixteen thousand tokens, more than most answers have. A longer one is taken to go on as it began.
const KEPT_BYTES: usize = 64 << 10;

/// The beginning of what was written (text, thinking, arguments of tools, one after the other), and how much it was in all.
#[derive(Clone, Debug)]
pub struct Words {
    kept: Vec<u8>,
    bytes: u64,
    escaped: bool,
}

impl Words {
    /// Of strings that are kept as they stand in JSON, without their quotes: unescaping is for when somebody counts.
    pub(crate) const fn escaped() -> Self {
        Self { kept: Vec::new(), bytes: 0, escaped: true }
    }

    /// Of strings as they mean.
    pub(crate) const fn plain() -> Self {
        Self { kept: Vec::new(), bytes: 0, escaped: false }
    }

    /// More was written.
    pub(crate) fn add(&mut self, words: &[u8]) {
        self.bytes += words.len() as u64;
        let room = KEPT_BYTES - self.kept.len();
        self.kept.extend_from_slice(&words[..words.len().min(room)]);
    }

    /// The bytes that were written in all.
    pub const fn bytes(&self) -> u64 {
        self.bytes
    }

    /// The bytes that were not kept.
    pub const fn bytes_beyond(&self) -> u64 {
        self.bytes - self.kept.len() as u64
    }

    /// What was kept, as text.
    pub fn text(&self) -> Cow<'_, str> {
        if self.escaped { text::unescape(&self.kept) } else { String::from_utf8_lossy(&self.kept) }
    }
}

#[cfg(test)]
mod tests {
    use super::{KEPT_BYTES, Words};

    #[test]
    fn words_are_kept_up_to_a_bound_and_counted_beyond_it() {
        let mut words = Words::escaped();
        words.add(br#"a \"quoted\" "#);
        words.add("wörd\\n".as_bytes());
        assert_eq!((words.text().as_ref(), words.bytes_beyond()), ("a \"quoted\" wörd\n", 0));
        let mut words = Words::plain();
        for _ in 0..3 {
            words.add(&vec![b'x'; KEPT_BYTES / 2 + 1]);
        }
        assert_eq!(words.text().len(), KEPT_BYTES);
        assert_eq!(words.bytes_beyond(), KEPT_BYTES as u64 / 2 + 3);
    }
}
