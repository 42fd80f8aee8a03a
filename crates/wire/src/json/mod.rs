//! JSON without a tree: one validating pass that says where things are.

use std::ops::Range;

pub mod canonical;
pub mod node;
pub(crate) mod quick;
pub mod scan;
pub mod text;
pub mod write;

pub(crate) use scan::plain_length;
pub use scan::{Cursor, Elements, Member, Members, ScanError};

/// The nesting that is followed in what providers send.
pub(crate) const ANSWER_DEPTH: usize = 512;

/// The whole number of a value, if it is one that fits.
pub(crate) fn whole(value: &[u8]) -> Option<u64> {
    // Longer ones are not counts of anything; `parse` would take a leading plus.
    if value.is_empty() || value.len() > 20 || !value.iter().all(u8::is_ascii_digit) {
        return None;
    }
    std::str::from_utf8(value).ok()?.parse().ok()
}

/// The text of a value, if it is a string, with at most `max` bytes.
pub(crate) fn short_string(value: &[u8], max: usize) -> Option<String> {
    let raw = value.strip_prefix(b"\"")?.strip_suffix(b"\"")?;
    // An escape is at most six bytes for one.
    let raw = &raw[..raw.len().min(6 * max)];
    let text = text::unescape(raw);
    Some(text[..text.floor_char_boundary(max)].to_owned())
}

/// Where the value of the first member of this name is, if `object` is an object that is well-formed up to it.
pub(crate) fn find(object: &[u8], key: &[u8]) -> Option<Range<usize>> {
    let mut members = Members::of(object).ok()?;
    while let Some(member) = members.next().ok()? {
        if member.key == key {
            return Some(member.value);
        }
    }
    None
}

/// The value of the first member of this name.
pub fn get<'a>(object: &'a [u8], key: &[u8]) -> Option<&'a [u8]> {
    find(object, key).map(|value| &object[value])
}

/// Where a value begins, if the bytes from `at` are a colon and then something.
pub(crate) fn after_colon(data: &[u8], at: usize) -> Option<usize> {
    let mut cursor = Cursor::at(data, at);
    cursor.skip_whitespace();
    if cursor.peek() != Some(b':') {
        return None;
    }
    cursor.advance();
    cursor.skip_whitespace();
    Some(cursor.position())
}

/// Whether the cursor, standing after a member's value, sees the rest of one object and then nothing.
pub(crate) fn closes_one_object(cursor: &mut Cursor<'_>) -> bool {
    let mut members = Members::resume(cursor.clone());
    loop {
        match members.next() {
            Ok(Some(_)) => {}
            Ok(None) => return members.ends_here(),
            Err(_) => return false,
        }
    }
}

/// Whether these bytes are one JSON object and nothing else.
pub(crate) fn is_object(bytes: &[u8]) -> bool {
    let mut cursor = Cursor::at(bytes, 0);
    cursor.skip_whitespace();
    if cursor.peek() != Some(b'{') || cursor.value(0).is_err() {
        return false;
    }
    cursor.skip_whitespace();
    cursor.peek().is_none()
}

/// Shows the insides of all strings in the value at `at`, keys and the values of `type`, `id`, `role` and `signature` left
/// out: the text in a delta. Stops quietly where the value is not well-formed.
pub(crate) fn each_text(data: &[u8], at: usize, mut show: impl FnMut(&[u8])) {
    let mut cursor = Cursor::at(data, at);
    let (mut depth, mut named) = (0_usize, true);
    loop {
        cursor.skip_whitespace();
        match cursor.peek() {
            Some(b'"') => {
                let Ok(span) = cursor.string() else { return };
                cursor.skip_whitespace();
                if cursor.peek() == Some(b':') {
                    cursor.advance();
                    named = !matches!(&data[span], b"\"type\"" | b"\"id\"" | b"\"role\"" | b"\"signature\"");
                } else if named {
                    show(&data[span.start + 1..span.end - 1]);
                }
            }
            Some(b'{' | b'[') => {
                depth += 1;
                cursor.advance();
            }
            Some(b'}' | b']') => {
                depth = depth.saturating_sub(1);
                cursor.advance();
            }
            Some(b',' | b':') => cursor.advance(),
            Some(_) if cursor.scalar().is_ok() => {}
            _ => return,
        }
        if depth == 0 {
            return;
        }
    }
}
