//! JSON strings to text and back.

use std::borrow::Cow;

use super::scan::plain_length;

/// The text of a string's inside. Borrowed where nothing is escaped. A lone surrogate, which JSON may name and text
/// cannot hold, becomes U+FFFD.
pub fn unescape(raw: &[u8]) -> Cow<'_, str> {
    if memchr::memchr(b'\\', raw).is_none() {
        return String::from_utf8_lossy(raw);
    }
    let mut text = String::with_capacity(raw.len());
    let mut rest = raw;
    while let Some(at) = memchr::memchr(b'\\', rest) {
        text.push_str(&String::from_utf8_lossy(&rest[..at]));
        let escape = rest.get(at + 1).copied();
        rest = rest.get(at + 2..).unwrap_or_default();
        match escape {
            Some(b'n') => text.push('\n'),
            Some(b't') => text.push('\t'),
            Some(b'r') => text.push('\r'),
            Some(b'b') => text.push('\u{8}'),
            Some(b'f') => text.push('\u{c}'),
            Some(b'u') => {
                let (character, used) = code_point(rest);
                text.push(character);
                rest = &rest[used..];
            }
            Some(other) => text.push(char::from(other)),
            None => {}
        }
    }
    text.push_str(&String::from_utf8_lossy(rest));
    Cow::Owned(text)
}

/// The same of what is known to be text, which need not be checked again.
pub(super) fn unescape_text(raw: &str) -> Cow<'_, str> {
    match memchr::memchr(b'\\', raw.as_bytes()) {
        None => Cow::Borrowed(raw),
        Some(_) => unescape(raw.as_bytes()),
    }
}

/// The character of the digits after `\u`, and how many bytes it took; a pair of surrogates takes its second half.
fn code_point(digits: &[u8]) -> (char, usize) {
    let Some(first) = hex4(digits) else { return (char::REPLACEMENT_CHARACTER, digits.len().min(4)) };
    if (0xD800..0xDC00).contains(&first)
        && let Some(second) = digits.get(4..).and_then(|rest| rest.strip_prefix(b"\\u")).and_then(hex4)
        && (0xDC00..0xE000).contains(&second)
    {
        let joined = 0x1_0000 + ((first - 0xD800) << 10) + (second - 0xDC00);
        return (char::from_u32(joined).unwrap_or(char::REPLACEMENT_CHARACTER), 10);
    }
    (char::from_u32(first).unwrap_or(char::REPLACEMENT_CHARACTER), 4)
}

fn hex4(digits: &[u8]) -> Option<u32> {
    digits.get(..4)?.iter().try_fold(0, |value, digit| Some(value << 4 | char::from(*digit).to_digit(16)?))
}

/// The text as a JSON string, quotes included.
pub fn quote(text: &str) -> Vec<u8> {
    let mut out = Vec::with_capacity(text.len() + 2);
    quote_into(text, &mut out);
    out
}

/// Appends the text as a JSON string, quotes included.
pub fn quote_into(text: &str, out: &mut Vec<u8>) {
    const HEX: &[u8; 16] = b"0123456789abcdef";
    out.reserve(text.len() + 2);
    out.push(b'"');
    let mut rest = text.as_bytes();
    loop {
        let (plain, more) = rest.split_at(plain_length(rest));
        out.extend_from_slice(plain);
        let Some((&byte, more)) = more.split_first() else { break };
        rest = more;
        match byte {
            b'"' | b'\\' => out.extend_from_slice(&[b'\\', byte]),
            b'\n' => out.extend_from_slice(b"\\n"),
            b'\r' => out.extend_from_slice(b"\\r"),
            b'\t' => out.extend_from_slice(b"\\t"),
            _ => out.extend_from_slice(&[
                b'\\',
                b'u',
                b'0',
                b'0',
                HEX[usize::from(byte >> 4)],
                HEX[usize::from(byte & 15)],
            ]),
        }
    }
    out.push(b'"');
}
