//! The one vocabulary.

use std::sync::atomic::{AtomicBool, Ordering};

static LOADED: AtomicBool = AtomicBool::new(false);

/// How many tokens of `o200k_base` the text is. What looks like a special token (`<|endoftext|>`) is text. Takes about
/// 25 µs per KB, and never more than a few times that, whatever the text is; the first call reads the vocabulary. To be
/// called where a thread may be kept: see [`crate::Counter`].
pub fn tokens(text: &str) -> u64 {
    let vocabulary = bpe_openai::o200k_base();
    LOADED.store(true, Ordering::Relaxed);
    vocabulary.count(text) as u64
}

/// Whether something has been counted, so that the vocabulary is in memory.
pub fn is_loaded() -> bool {
    LOADED.load(Ordering::Relaxed)
}

#[cfg(test)]
mod tests {
    use super::tokens;

    /// As OpenAI's own `tiktoken` has them.
    #[test]
    fn counts_are_those_of_the_vocabulary() {
        for (text, expected) in [
            ("", 0),
            ("hello world", 2),
            ("tiktoken is great!", 6),
            ("antidisestablishmentarianism", 6),
            ("2 + 2 = 4", 7),
            ("お誕生日おめでとう", 8),
            ("<|endoftext|>", 7),
        ] {
            assert_eq!(tokens(text), expected, "{text:?}");
        }
        assert!(super::is_loaded());
    }

    #[test]
    fn long_runs_are_counted_too() {
        assert_eq!(tokens(&"a".repeat(200_000)), 25_000);
        assert_eq!(tokens(&" ".repeat(200_000)), 1563);
        assert_eq!(tokens(&"🦀🙂".repeat(25_000)), 100_000);
    }
}
