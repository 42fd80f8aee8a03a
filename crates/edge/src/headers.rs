//! Headers that every answer carries, and the bounds on what a request may carry.

use http::HeaderMap;
use http::header::{HeaderName, HeaderValue, X_CONTENT_TYPE_OPTIONS, X_FRAME_OPTIONS};

/// Most bytes of header names and values together that a request may have.
pub const MAX_BYTES: usize = 64 << 10;

/// Sets `nosniff` and `DENY`, on both ports.
pub fn secure(headers: &mut HeaderMap) {
    headers.insert(X_CONTENT_TYPE_OPTIONS, HeaderValue::from_static("nosniff"));
    headers.insert(X_FRAME_OPTIONS, HeaderValue::from_static("DENY"));
}

/// Whether the headers are within [`MAX_BYTES`].
pub fn within_bounds(headers: &HeaderMap) -> bool {
    headers.iter().map(|(name, value)| name.as_str().len() + value.len()).sum::<usize>() <= MAX_BYTES
}

/// The text of a header, cut to at most `most` bytes at a character border, without control characters.
pub fn bounded_text(headers: &HeaderMap, name: &HeaderName, most: usize) -> String {
    headers.get(name).map(|value| text(value, most)).unwrap_or_default()
}

/// Appends the same to `out`.
pub fn push_bounded(out: &mut String, headers: &HeaderMap, name: &HeaderName, most: usize) {
    match headers.get(name).map(|value| (value, value.to_str())) {
        Some((_, Ok(plain))) if !plain.contains('\t') => out.push_str(&plain[..plain.len().min(most)]),
        Some((value, _)) => out.push_str(&text(value, most)),
        None => {}
    }
}

/// The same of a value.
pub fn text(value: &HeaderValue, most: usize) -> String {
    match value.to_str() {
        // Visible ASCII: nothing to take out, any byte is a border. A tab passes for visible.
        Ok(plain) if !plain.contains('\t') => plain[..plain.len().min(most)].to_owned(),
        _ => bounded(&String::from_utf8_lossy(value.as_bytes()), most),
    }
}

/// The text, cut to at most `most` bytes at a character border, without control characters.
pub fn bounded(text: &str, most: usize) -> String {
    let mut end = text.len().min(most);
    while !text.is_char_boundary(end) {
        end -= 1;
    }
    text[..end].chars().filter(|c| !c.is_control()).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn texts_are_bounded_and_without_control_characters() {
        let cases: &[(&[u8], usize, &str)] = &[
            (b"curl/8.1", 256, "curl/8.1"),
            (b"curl/8.1", 4, "curl"),
            ("caf\u{e9}".as_bytes(), 4, "caf"),
            ("caf\u{e9}".as_bytes(), 5, "caf\u{e9}"),
            (b"a\tb", 9, "ab"),
            (b"", 9, ""),
        ];
        for (given, most, expected) in cases {
            let value = HeaderValue::from_bytes(given).expect("a header value");
            assert_eq!(text(&value, *most), *expected, "{given:?}");
        }
    }
}
