//! Most events of a stream are like the one before, but for a word and a number or two. Such a one is well-formed if the one before
//! was: this is found by comparing, which costs a tenth of reading.

use crate::json::ANSWER_DEPTH;
use crate::json::quick::{inside, number, walk};

/// Longer events are read each time.
const MAX_BYTES: usize = 4096;

/// The last event whose data was one JSON object.
#[derive(Debug, Default)]
pub(super) struct Pattern {
    data: Vec<u8>,
    /// Its strings and numbers that are no keys, in order: a string from behind its first quote to behind its last.
    values: Vec<(usize, usize)>,
}

impl Pattern {
    /// Whether this is the same but for the values of strings and numbers, so that it is one JSON object too.
    pub(super) fn fits(&self, data: &[u8]) -> bool {
        !self.data.is_empty() && self.compare(data).is_some()
    }

    fn compare(&self, data: &[u8]) -> Option<()> {
        let mut values = self.values.iter();
        let (mut mine, mut theirs) = (0, 0);
        loop {
            let same = same_length(&self.data[mine..], data.get(theirs..)?);
            (mine, theirs) = (mine + same, theirs + same);
            if mine == self.data.len() {
                return (theirs == data.len()).then_some(());
            }
            // They part here. A number may also go on behind the end of mine.
            let (start, end) = *values.find(|(_, end)| mine <= *end)?;
            let begin = theirs.checked_sub(mine.checked_sub(start)?)?;
            let string = self.data[end - 1] == b'"';
            theirs = if string { inside(data, begin)? } else { number(data, begin)? };
            mine = end;
        }
    }

    /// Reads data whole: whether it is one JSON object. If so it is the pattern from now on, unless it is long.
    pub(super) fn learn(&mut self, data: &[u8]) -> bool {
        self.data.clear();
        self.values.clear();
        let data = data.trim_ascii();
        if data.first() != Some(&b'{') {
            return false;
        }
        let end = walk(data, 0, ANSWER_DEPTH, |start, end| self.values.push((start, end)));
        let is_object = end == Some(data.len());
        if is_object && data.len() <= MAX_BYTES {
            self.data.extend_from_slice(data);
        }
        is_object
    }
}

/// How many bytes at the beginning are the same.
fn same_length(mine: &[u8], theirs: &[u8]) -> usize {
    fn blocks<const N: usize>(mine: &[u8], theirs: &[u8]) -> usize {
        let pairs = mine.as_chunks::<N>().0.iter().zip(theirs.as_chunks::<N>().0);
        pairs.take_while(|(mine, theirs)| mine == theirs).count() * N
    }
    let long = blocks::<32>(mine, theirs);
    let short = long + blocks::<8>(&mine[long..], &theirs[long..]);
    let pairs = mine[short..].iter().zip(&theirs[short..]);
    short + pairs.take_while(|(mine, theirs)| mine == theirs).count()
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::Pattern;
    use crate::json;

    const EVENT: &str =
        r#"{"id":"c-1","n":12,"choices":[{"delta":{"content":" one"},"at":-0.5e3,"finish_reason":null}],"x":"y"}"#;

    fn fits(last: &str, next: &str) -> bool {
        let mut pattern = Pattern::default();
        assert!(pattern.learn(last.as_bytes()), "{last}");
        pattern.fits(next.as_bytes())
    }

    #[test]
    fn other_words_and_numbers_fit() {
        for (was, is) in [
            (" one", ""),
            (" one", " o"),
            (" one", " one and more"),
            (" one", "\\\" \\\\ \\u00e9 敏捷的棕色狐狸跳过了懒狗"),
            ("12", "123"),
            ("12", "1"),
            ("12", "-7.5"),
            ("-0.5e3", "0"),
            ("-0.5e3", "-0.5e33"),
            ("\"y\"", "\"\""),
        ] {
            let next = EVENT.replace(was, is);
            assert!(fits(EVENT, &next) && fits(&next, EVENT), "{next}");
        }
        assert!(fits(EVENT, EVENT) && fits("{}", "{}"));
        assert!(fits(
            EVENT,
            &EVENT.replace("c-1", "c-22").replace("12", "3").replace(" one", " two!").replace("\"y\"", "\"\"")
        ));
    }

    #[test]
    fn what_has_other_keys_kinds_or_an_end_too_early_does_not() {
        for (was, is) in [
            ("content", "contents"),
            ("null", "\"stop\""),
            ("null", "true"),
            ("12", "\"12\""),
            ("12", "012"),
            ("12", "1."),
            (" one\"", " one"),
            (" one\"", " one\\\""),
            (" one", " one\", \"usage\": \"none"),
            (" one", "a\nb"),
            ("}]", "]"),
            ("\"y\"}", "\"y\"}}"),
            ("\"y\"}", "\"y\""),
        ] {
            let next = EVENT.replace(was, is);
            assert!(next != EVENT && !fits(EVENT, &next), "{next}");
        }
        assert!(!Pattern::default().fits(b"") && !Pattern::default().fits(b"{}"));
    }

    #[test]
    fn what_is_none_or_long_is_not_kept() {
        let mut pattern = Pattern::default();
        assert!(pattern.learn(EVENT.as_bytes()));
        assert!(!pattern.learn(b"{\"a\":}") && !pattern.fits(EVENT.as_bytes()) && !pattern.fits(b"{\"a\":}"));
        let long = format!("{{\"a\":\"{}\"}}", "x".repeat(5000));
        assert!(pattern.learn(long.as_bytes()) && !pattern.fits(long.as_bytes()));
    }

    proptest! {
        #[test]
        fn what_fits_is_an_object(
            at in any::<proptest::sample::Index>(),
            length in 0..12_usize,
            with in "[a-z\\\\\"0-9,:{}\\[\\] eE.+-]{0,12}",
        ) {
            let at = at.index(EVENT.len());
            let next = [&EVENT[..at], &with, &EVENT[(at + length).min(EVENT.len())..]].concat();
            let is_object = json::is_object(next.as_bytes());
            prop_assert!(is_object || !fits(EVENT, &next), "{next}");
            prop_assert_eq!(Pattern::default().learn(next.as_bytes()), is_object, "{}", next);
        }
    }
}
