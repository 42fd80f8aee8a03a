//! A sum of tokens over several texts, of which only so much is counted.

use crate::vocabulary;

/// So many bytes of text are counted token by token: more than fits the context of present models. What is beyond is taken to
/// be like what was counted.
pub const EXACT_BYTES: usize = 1 << 20;

/// Tokens so far.
#[derive(Clone, Debug)]
pub struct Tally {
    /// Bytes that may still be counted.
    room: usize,
    counted_bytes: u64,
    counted_tokens: u64,
    beyond_bytes: u64,
    flat: u64,
}

impl Default for Tally {
    fn default() -> Self {
        Self::exact_up_to(EXACT_BYTES)
    }
}

impl Tally {
    /// One that counts so many bytes exactly.
    pub const fn exact_up_to(bytes: usize) -> Self {
        Self { room: bytes, counted_bytes: 0, counted_tokens: 0, beyond_bytes: 0, flat: 0 }
    }

    /// Adds a text.
    pub fn text(&mut self, text: &str) {
        let counted = &text[..text.floor_char_boundary(self.room)];
        self.room -= counted.len();
        if counted.len() < text.len() {
            // Not even a letter of the next one, whatever still fits.
            self.room = 0;
            self.more_of_the_same((text.len() - counted.len()) as u64);
        }
        if !counted.is_empty() {
            self.counted_bytes += counted.len() as u64;
            self.counted_tokens += vocabulary::tokens(counted);
        }
    }

    /// Adds so many bytes of text that are not there any more.
    pub const fn more_of_the_same(&mut self, bytes: u64) {
        self.beyond_bytes = self.beyond_bytes.saturating_add(bytes);
    }

    /// Adds tokens of something that is no text.
    pub const fn flat(&mut self, tokens: u64) {
        self.flat = self.flat.saturating_add(tokens);
    }

    /// All of it.
    pub fn total(&self) -> u64 {
        let beyond = match self.counted_bytes {
            // Nothing to go by.
            0 => self.beyond_bytes.div_ceil(4),
            counted => {
                let beyond = u128::from(self.beyond_bytes) * u128::from(self.counted_tokens) / u128::from(counted);
                u64::try_from(beyond).unwrap_or(u64::MAX)
            }
        };
        self.counted_tokens.saturating_add(beyond).saturating_add(self.flat)
    }
}

#[cfg(test)]
mod tests {
    use super::Tally;

    fn check(room: usize, texts: &[&str], expected: u64) {
        let mut tally = Tally::exact_up_to(room);
        for text in texts {
            tally.text(text);
        }
        assert_eq!(tally.total(), expected, "{room} bytes of {texts:?}");
    }

    #[test]
    fn beyond_the_bound_all_is_taken_to_be_alike() {
        let words = " word".repeat(100);
        check(10_000, &[&words], 100);
        check(250, &[&words], 100);
        check(250, &[&words, &words], 200);
        check(0, &["four bytes a token"], 5);
        // A letter of two bytes does not fit into one.
        check(1, &["é", "a"], 1);
        check(1000, &["", ""], 0);
    }

    #[test]
    fn what_is_no_text_is_added() {
        let mut tally = Tally::default();
        tally.text(" word word");
        tally.more_of_the_same(50);
        tally.flat(7);
        assert_eq!(tally.total(), 2 + 10 + 7);
        tally.flat(u64::MAX);
        tally.more_of_the_same(u64::MAX);
        assert_eq!(tally.total(), u64::MAX);
    }
}
