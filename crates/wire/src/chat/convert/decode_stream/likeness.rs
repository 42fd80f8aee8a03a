//! Most chunks of a stream are alike but for the word in them. One that is need not be parsed again.

use std::ops::Range;

use crate::json::{find, plain_length};

/// Longer ones are not kept.
const MAX_BYTES: usize = 4096;

/// A chunk that said a few words and nothing else, cut open where its words stand, and where OpenAI stands letters that
/// hide how many there are.
#[derive(Debug)]
pub(super) struct Likeness {
    before: Vec<u8>,
    between: Vec<u8>,
    /// What stands after the letters, where there are some.
    after: Option<Vec<u8>>,
}

impl Likeness {
    /// Of this chunk, whose words stand there, quotes included. `None` where its words are not plain.
    pub(super) fn of(data: &[u8], words: Range<usize>) -> Option<Self> {
        let inside = words.start + 1..words.end.checked_sub(1)?;
        if data.len() > MAX_BYTES || plain_length(data.get(inside.clone())?) != inside.len() {
            return None;
        }
        let (before, rest) = (&data[..inside.start], &data[inside.end..]);
        let letters = find(data, b"obfuscation").filter(|value| value.start >= inside.end && data[value.start] == b'"');
        let letters = letters.map(|value| value.start + 1..value.end - 1);
        Some(match letters {
            Some(letters) => Self {
                before: before.to_vec(),
                between: data[inside.end..letters.start].to_vec(),
                after: Some(data[letters.end..].to_vec()),
            },
            None => Self { before: before.to_vec(), between: rest.to_vec(), after: None },
        })
    }

    /// The words of a chunk that is the same but for them: at least one letter, none of them escaped.
    pub(super) fn words<'d>(&self, data: &'d [u8]) -> Option<&'d str> {
        let rest = data.strip_prefix(self.before.as_slice())?;
        let (words, rest) = rest.split_at(plain_length(rest));
        let rest = rest.strip_prefix(self.between.as_slice())?;
        let alike = match &self.after {
            None => rest.is_empty(),
            Some(after) => rest[plain_length(rest)..] == **after,
        };
        if !alike || words.is_empty() {
            return None;
        }
        std::str::from_utf8(words).ok()
    }
}

#[cfg(test)]
mod tests {
    use super::Likeness;

    fn of(chunk: &str, word: &str) -> Option<Likeness> {
        let at = chunk.find(word).unwrap() - 1;
        Likeness::of(chunk.as_bytes(), at..at + word.len() + 2)
    }

    #[test]
    fn only_words_may_differ() {
        let likeness = of(r#"{"id":"a","c":[{"delta":{"content":"one"}}],"usage":null}"#, "one").unwrap();
        for (chunk, expected) in [
            (r#"{"id":"a","c":[{"delta":{"content":"two, Grüße"}}],"usage":null}"#, Some("two, Grüße")),
            (r#"{"id":"a","c":[{"delta":{"content":""}}],"usage":null}"#, None),
            (r#"{"id":"a","c":[{"delta":{"content":"a\nb"}}],"usage":null}"#, None),
            (r#"{"id":"b","c":[{"delta":{"content":"two"}}],"usage":null}"#, None),
            (r#"{"id":"a","c":[{"delta":{"content":"two"}}],"usage":{}}"#, None),
            (r#"{"id":"a","c":[{"delta":{"content":"two"}}],"usage":null} "#, None),
            (r#"{"id":"a","c":[{"delta":{"content":"two","x":"y"}}],"usage":null}"#, None),
            (r#"{"id":"a","c":[{"delta":{"content":"two"#, None),
            ("", None),
        ] {
            assert_eq!(likeness.words(chunk.as_bytes()), expected, "{chunk}");
        }
        let mut torn = br#"{"id":"a","c":[{"delta":{"content":"tw"}}],"usage":null}"#.to_vec();
        let at = torn.len() - 20;
        torn[at] = 0xff;
        assert_eq!(likeness.words(&torn), None);
    }

    #[test]
    fn letters_that_hide_the_length_may_differ_too() {
        let likeness = of(r#"{"c":[{"content":"one"}],"usage":null,"obfuscation":"xYz"}"#, "one").unwrap();
        for (chunk, expected) in [
            (r#"{"c":[{"content":"two"}],"usage":null,"obfuscation":""}"#, Some("two")),
            (r#"{"c":[{"content":"two"}],"usage":null,"obfuscation":"abcd1"}"#, Some("two")),
            (r#"{"c":[{"content":"two"}],"usage":null,"obfuscation":"a","b":1}"#, None),
            (r#"{"c":[{"content":"two"}],"usage":null,"obfuscation":1}"#, None),
            (r#"{"c":[{"content":"two"}],"usage":null}"#, None),
        ] {
            assert_eq!(likeness.words(chunk.as_bytes()), expected, "{chunk}");
        }
    }

    #[test]
    fn what_is_not_plain_makes_none() {
        assert!(of(r#"{"content":"a\nb"}"#, r"a\nb").is_none());
        assert!(of(&format!(r#"{{"content":"one","x":"{}"}}"#, "y".repeat(5000)), "one").is_none());
    }
}
