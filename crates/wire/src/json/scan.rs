//! The scanner: the full grammar of RFC 8259, iterative, with a bound on nesting.
//!
//! It does not look at UTF-8; [`crate::request::peek`] checks that once for the whole body, which is faster than
//! doing it string by string.

use std::ops::Range;

use super::{ANSWER_DEPTH, quick};

/// Why bytes are not an acceptable JSON object.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum ScanError {
    /// JSON perhaps, but not an object.
    #[error("the body must be a JSON object")]
    NotAnObject,
    /// Not JSON.
    #[error("the body is not valid JSON: {expected} expected at byte {offset}")]
    Invalid {
        /// Where.
        offset: usize,
        /// What should be there.
        expected: &'static str,
    },
    /// Not UTF-8.
    #[error("the body is not valid UTF-8 at byte {offset}")]
    Utf8 {
        /// Where.
        offset: usize,
    },
    /// Nested deeper than allowed.
    #[error("the body is nested deeper than {max} levels at byte {offset}")]
    TooDeep {
        /// Where.
        offset: usize,
        /// The bound.
        max: usize,
    },
}

impl ScanError {
    /// Where in the body.
    pub const fn offset(&self) -> Option<usize> {
        match self {
            Self::NotAnObject => None,
            Self::Invalid { offset, .. } | Self::Utf8 { offset } | Self::TooDeep { offset, .. } => Some(*offset),
        }
    }
}

/// A place in bytes that should be JSON.
#[derive(Clone, Debug)]
pub struct Cursor<'a> {
    bytes: &'a [u8],
    at: usize,
    max_depth: usize,
}

impl<'a> Cursor<'a> {
    /// At this offset, with the nesting allowed in answers.
    pub const fn at(bytes: &'a [u8], at: usize) -> Self {
        Self { bytes, at, max_depth: ANSWER_DEPTH }
    }

    /// The byte here.
    pub fn peek(&self) -> Option<u8> {
        self.bytes.get(self.at).copied()
    }

    /// Where it stands.
    pub const fn position(&self) -> usize {
        self.at
    }

    /// One byte on.
    pub const fn advance(&mut self) {
        self.at += 1;
    }

    /// To the next byte that is not JSON white space.
    pub fn skip_whitespace(&mut self) {
        while let Some(b' ' | b'\n' | b'\r' | b'\t') = self.peek() {
            self.at += 1;
        }
    }

    const fn wrong<T>(&self, expected: &'static str) -> Result<T, ScanError> {
        Err(ScanError::Invalid { offset: self.at, expected })
    }

    /// Over a string; its span, quotes included.
    pub fn string(&mut self) -> Result<Range<usize>, ScanError> {
        let start = self.at;
        if self.peek() != Some(b'"') {
            return self.wrong("a string");
        }
        self.at += 1;
        loop {
            self.at += plain_length(&self.bytes[self.at..]);
            match self.peek() {
                Some(b'"') => {
                    self.at += 1;
                    return Ok(start..self.at);
                }
                Some(b'\\') => self.escape()?,
                Some(_) => return self.wrong("no control character in a string"),
                None => return self.wrong("the end of a string"),
            }
        }
    }

    fn escape(&mut self) -> Result<(), ScanError> {
        self.at += 1;
        match self.peek() {
            Some(b'"' | b'\\' | b'/' | b'b' | b'f' | b'n' | b'r' | b't') => self.at += 1,
            Some(b'u') => {
                self.at += 1;
                for _ in 0..4 {
                    if !self.peek().is_some_and(|b| b.is_ascii_hexdigit()) {
                        return self.wrong("four hexadecimal digits");
                    }
                    self.at += 1;
                }
            }
            _ => return self.wrong("an escape"),
        }
        Ok(())
    }

    fn digits(&mut self) -> Result<(), ScanError> {
        let start = self.at;
        while self.peek().is_some_and(|b| b.is_ascii_digit()) {
            self.at += 1;
        }
        if self.at == start { self.wrong("a digit") } else { Ok(()) }
    }

    fn number(&mut self) -> Result<(), ScanError> {
        if self.peek() == Some(b'-') {
            self.at += 1;
        }
        if self.peek() == Some(b'0') {
            self.at += 1;
        } else {
            self.digits()?;
        }
        if self.peek() == Some(b'.') {
            self.at += 1;
            self.digits()?;
        }
        if let Some(b'e' | b'E') = self.peek() {
            self.at += 1;
            if let Some(b'+' | b'-') = self.peek() {
                self.at += 1;
            }
            self.digits()?;
        }
        Ok(())
    }

    fn word(&mut self, word: &'static str) -> Result<(), ScanError> {
        if self.bytes[self.at..].starts_with(word.as_bytes()) {
            self.at += word.len();
            Ok(())
        } else {
            self.wrong(word)
        }
    }

    /// Over a value that is neither an object nor a list.
    pub fn scalar(&mut self) -> Result<(), ScanError> {
        match self.peek() {
            Some(b'"') => self.string().map(drop),
            Some(b'-' | b'0'..=b'9') => self.number(),
            Some(b't') => self.word("true"),
            Some(b'f') => self.word("false"),
            Some(b'n') => self.word("null"),
            _ => self.wrong("a value"),
        }
    }

    /// Over a key and its colon; the key's span, quotes included.
    fn key(&mut self) -> Result<Range<usize>, ScanError> {
        self.skip_whitespace();
        if self.peek() != Some(b'"') {
            return self.wrong("a key");
        }
        let key = self.string()?;
        self.skip_whitespace();
        if self.peek() != Some(b':') {
            return self.wrong("a colon");
        }
        self.at += 1;
        Ok(key)
    }

    /// Over any value, inside of `around` objects and lists; its span.
    pub fn value(&mut self, around: usize) -> Result<Range<usize>, ScanError> {
        self.skip_whitespace();
        let start = self.at;
        match quick::value(self.bytes, start, self.max_depth.saturating_sub(around)) {
            Some(end) => {
                self.at = end;
                Ok(start..end)
            }
            None => self.value_slowly(around),
        }
    }

    /// The same of what is wrong, and says what, or is nested deeply.
    pub(super) fn value_slowly(&mut self, around: usize) -> Result<Range<usize>, ScanError> {
        let start = self.at;
        let mut nest = Nest::default();
        'value: loop {
            self.skip_whitespace();
            match self.peek() {
                Some(open @ (b'{' | b'[')) => {
                    if around + nest.depth >= self.max_depth {
                        return Err(ScanError::TooDeep { offset: self.at, max: self.max_depth });
                    }
                    self.at += 1;
                    self.skip_whitespace();
                    let object = open == b'{';
                    if self.peek() == Some(if object { b'}' } else { b']' }) {
                        self.at += 1;
                    } else {
                        nest.push(object);
                        if object {
                            self.key()?;
                        }
                        continue 'value;
                    }
                }
                _ => self.scalar()?,
            }
            while nest.depth > 0 {
                self.skip_whitespace();
                let object = nest.in_object();
                match self.peek() {
                    Some(b',') => {
                        self.at += 1;
                        if object {
                            self.key()?;
                        }
                        continue 'value;
                    }
                    Some(b'}') if object => {}
                    Some(b']') if !object => {}
                    _ => {
                        return self.wrong(if object {
                            "a comma or the end of an object"
                        } else {
                            "a comma or the end of a list"
                        });
                    }
                }
                self.at += 1;
                nest.pop();
            }
            return Ok(start..self.at);
        }
    }

    /// Over the colon and the value after a key that was found otherwise.
    pub(crate) fn member_value(&mut self) -> Result<Range<usize>, ScanError> {
        self.skip_whitespace();
        if self.peek() != Some(b':') {
            return self.wrong("a colon");
        }
        self.at += 1;
        self.value(1)
    }
}

/// Most strings are not longer, and not worth more than words of eight bytes.
pub(super) const SHORT: usize = 32;

/// The high bit of each byte that ends the plain inside of a string, and perhaps of others above the lowest such.
#[inline]
pub(super) const fn stops(word: u64) -> u64 {
    const ONES: u64 = 0x0101_0101_0101_0101;
    const HIGH: u64 = 0x8080_8080_8080_8080;
    let quote = word ^ (ONES * b'"' as u64);
    let backslash = word ^ (ONES * b'\\' as u64);
    let control = word.wrapping_sub(ONES * 0x20) & !word;
    ((quote.wrapping_sub(ONES) & !quote) | (backslash.wrapping_sub(ONES) & !backslash) | control) & HIGH
}

/// How many bytes from the start are the plain inside of a string: no quote, no backslash, no control character.
///
/// Long strings go by 32 bytes at a time, which compilers turn into a few wide instructions; short ones and the ends of long
/// ones by eight. There each test sets the high bit of a byte that matches; a borrow may set one wrongly, but only
/// above a true match, and only the lowest is looked at.
pub(crate) fn plain_length(bytes: &[u8]) -> usize {
    let by_eights = |bytes: &[u8]| {
        let (words, rest) = bytes.as_chunks::<8>();
        for (index, word) in words.iter().enumerate() {
            let stops = stops(u64::from_le_bytes(*word));
            if stops != 0 {
                return index * 8 + stops.trailing_zeros() as usize / 8;
            }
        }
        words.len() * 8 + rest.iter().position(|b| matches!(b, b'"' | b'\\' | 0..0x20)).unwrap_or(rest.len())
    };
    let Some((short, long)) = bytes.split_at_checked(SHORT) else { return by_eights(bytes) };
    let in_short = by_eights(short);
    if in_short < SHORT {
        return in_short;
    }
    let plain = |block: &&[u8; 32]| {
        let stops = |byte: &u8| u8::from(*byte < b' ') | u8::from(*byte == b'"') | u8::from(*byte == b'\\');
        block.iter().fold(0, |any, byte| any | stops(byte)) == 0
    };
    let blocks = long.as_chunks::<32>().0.iter().take_while(plain).count();
    SHORT + blocks * 32 + by_eights(&long[blocks * 32..])
}

/// Which of the open brackets are objects: a bit each, on the heap only beyond 64.
#[derive(Default)]
struct Nest {
    depth: usize,
    top: u64,
    below: Vec<u64>,
}

impl Nest {
    fn push(&mut self, object: bool) {
        if self.depth > 0 && self.depth.is_multiple_of(64) {
            self.below.push(self.top);
        }
        self.top = self.top << 1 | u64::from(object);
        self.depth += 1;
    }

    const fn in_object(&self) -> bool {
        self.top & 1 == 1
    }

    fn pop(&mut self) {
        self.top >>= 1;
        self.depth -= 1;
        if self.depth > 0 && self.depth.is_multiple_of(64) {
            self.top = self.below.pop().unwrap_or_default();
        }
    }
}

/// A member of an object. Spans are of the bytes the object was given in.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Member<'a> {
    /// The inside of the key, as it is written.
    pub key: &'a [u8],
    /// The key, quotes included.
    pub key_span: Range<usize>,
    /// The value.
    pub value: Range<usize>,
}

/// Walks over the members of one object, checking as it goes.
#[derive(Debug)]
pub struct Members<'a> {
    cursor: Cursor<'a>,
    first: bool,
}

impl<'a> Members<'a> {
    /// Over the object the bytes begin with, with the nesting allowed in answers.
    pub fn of(bytes: &'a [u8]) -> Result<Self, ScanError> {
        Self::within(bytes, ANSWER_DEPTH)
    }

    /// The same with another bound on nesting.
    pub fn within(bytes: &'a [u8], max_depth: usize) -> Result<Self, ScanError> {
        let mut cursor = Cursor { bytes, at: 0, max_depth };
        cursor.skip_whitespace();
        match cursor.peek() {
            Some(b'{') if max_depth == 0 => Err(ScanError::TooDeep { offset: cursor.at, max: 0 }),
            Some(b'{') => {
                cursor.at += 1;
                Ok(Self { cursor, first: true })
            }
            Some(b'[' | b'"' | b'-' | b'0'..=b'9' | b't' | b'f' | b'n') => Err(ScanError::NotAnObject),
            _ => cursor.wrong("a JSON object"),
        }
    }

    /// Over the members that follow the value the cursor stands behind.
    pub(crate) const fn resume(cursor: Cursor<'a>) -> Self {
        Self { cursor, first: false }
    }

    /// The next member; `None` at the end of the object (do not call again after it).
    #[expect(clippy::should_implement_trait, reason = "an iterator of results would go on after an error")]
    pub fn next(&mut self) -> Result<Option<Member<'a>>, ScanError> {
        let cursor = &mut self.cursor;
        cursor.skip_whitespace();
        match cursor.peek() {
            Some(b'}') => {
                cursor.at += 1;
                return Ok(None);
            }
            _ if self.first => self.first = false,
            Some(b',') => cursor.at += 1,
            _ => return cursor.wrong("a comma or the end of an object"),
        }
        let key_span = cursor.key()?;
        let value = cursor.value(1)?;
        Ok(Some(Member { key: &cursor.bytes[key_span.start + 1..key_span.end - 1], key_span, value }))
    }

    /// Where the walk stands: after the last `None`, just behind the closing brace.
    pub const fn position(&self) -> usize {
        self.cursor.at
    }

    /// Whether, after the last `None`, nothing but white space follows.
    pub fn ends_here(&mut self) -> bool {
        self.cursor.skip_whitespace();
        self.cursor.peek().is_none()
    }
}

/// Walks over the elements of one list.
#[derive(Debug)]
pub struct Elements<'a> {
    cursor: Cursor<'a>,
    first: bool,
}

impl<'a> Elements<'a> {
    /// Over the list the bytes begin with; `None` if they do not begin with one.
    pub fn of(bytes: &'a [u8]) -> Option<Self> {
        let mut cursor = Cursor::at(bytes, 0);
        cursor.skip_whitespace();
        (cursor.peek() == Some(b'[')).then(|| {
            cursor.advance();
            Self { cursor, first: true }
        })
    }
}

impl<'a> Iterator for Elements<'a> {
    type Item = &'a [u8];

    /// The next element; `None` at the end, or where the list is not well-formed.
    fn next(&mut self) -> Option<&'a [u8]> {
        self.cursor.skip_whitespace();
        match self.cursor.peek()? {
            b']' => return None,
            _ if self.first => self.first = false,
            b',' => self.cursor.advance(),
            _ => return None,
        }
        let span = self.cursor.value(1).ok()?;
        Some(&self.cursor.bytes[span])
    }
}
