//! The grammar of RFC 8259 for what is nearly always right: says where a value ends, and nothing of what is wrong where it does not.
//! [`Cursor`](super::Cursor) asks here first, and looks a second time, slowly, at what has no place here.

use super::scan::{SHORT, plain_length, stops};

/// So many objects and lists in each other are followed: a bit each, and one that ends them.
const MAX_LEVELS: usize = 63;

/// Where the value that begins at `at`, or after white space, ends. `None` if there is none, and if it is nested deeper than `levels`
/// or than can be followed here.
pub(super) fn value(bytes: &[u8], at: usize, levels: usize) -> Option<usize> {
    walk(bytes, at, levels, |_, _| {})
}

/// The same, and shows where the strings and numbers begin and end that are no keys: a string behind its first quote and behind
/// its last.
pub(crate) fn walk(bytes: &[u8], at: usize, levels: usize, mut show: impl FnMut(usize, usize)) -> Option<usize> {
    let full = 1 << levels.min(MAX_LEVELS);
    // A bit for each that is open, 1 if it is an object; the highest bit that is set stands before them all.
    let mut nest = 1_u64;
    let mut at = white(bytes, at);
    loop {
        match *bytes.get(at)? {
            b'"' => {
                let start = at + 1;
                at = inside(bytes, start)?;
                show(start, at);
            }
            open @ (b'{' | b'[') => {
                if nest >= full {
                    return None;
                }
                let object = open == b'{';
                nest = nest << 1 | u64::from(object);
                at = white(bytes, at + 1);
                match bytes.get(at)? {
                    b'}' | b']' => {}
                    b'"' if object => {
                        at = colon(bytes, inside(bytes, at + 1)?)?;
                        continue;
                    }
                    _ if object => return None,
                    _ => continue,
                }
            }
            b'n' => at = word(bytes, at, b"null")?,
            b't' => at = word(bytes, at, b"true")?,
            b'f' => at = word(bytes, at, b"false")?,
            _ => {
                let start = at;
                at = number(bytes, start)?;
                show(start, at);
            }
        }
        while nest > 1 {
            at = white(bytes, at);
            let object = nest & 1 == 1;
            match *bytes.get(at)? {
                b',' => {
                    at = white(bytes, at + 1);
                    if object {
                        at = key(bytes, at)?;
                    }
                    break;
                }
                b'}' if object => {}
                b']' if !object => {}
                _ => return None,
            }
            at += 1;
            nest >>= 1;
        }
        // The loop above was left by the last bracket, or was never entered; else another value follows a comma.
        if nest == 1 {
            return Some(at);
        }
    }
}

/// Over a key that begins at `at`, its colon, and white space.
fn key(bytes: &[u8], at: usize) -> Option<usize> {
    if *bytes.get(at)? != b'"' {
        return None;
    }
    colon(bytes, inside(bytes, at + 1)?)
}

/// Over a colon and the white space on its two sides.
fn colon(bytes: &[u8], at: usize) -> Option<usize> {
    let at = white(bytes, at);
    (*bytes.get(at)? == b':').then(|| white(bytes, at + 1))
}

#[inline]
fn white(bytes: &[u8], mut at: usize) -> usize {
    while let Some(b' ' | b'\n' | b'\r' | b'\t') = bytes.get(at) {
        at += 1;
    }
    at
}

/// Over the inside of a string and its closing quote. Keys and most values are short; those that are not are for [`plain_length`].
#[inline]
pub(crate) fn inside(bytes: &[u8], start: usize) -> Option<usize> {
    let mut at = start;
    while let Some(word) = bytes.get(at..).and_then(<[u8]>::first_chunk) {
        let stops = stops(u64::from_le_bytes(*word));
        if stops != 0 {
            at += stops.trailing_zeros() as usize / 8;
            if bytes[at] == b'"' {
                return Some(at + 1);
            }
            break;
        }
        at += 8;
        if at > start + SHORT {
            break;
        }
    }
    rest_of_string(bytes, at)
}

fn rest_of_string(bytes: &[u8], mut at: usize) -> Option<usize> {
    loop {
        at += plain_length(&bytes[at..]);
        match *bytes.get(at)? {
            b'"' => return Some(at + 1),
            b'\\' => at = escape(bytes, at + 1)?,
            _ => return None,
        }
    }
}

fn escape(bytes: &[u8], at: usize) -> Option<usize> {
    match *bytes.get(at)? {
        b'"' | b'\\' | b'/' | b'b' | b'f' | b'n' | b'r' | b't' => Some(at + 1),
        b'u' => bytes.get(at + 1..at + 5)?.iter().all(u8::is_ascii_hexdigit).then_some(at + 5),
        _ => None,
    }
}

fn word(bytes: &[u8], at: usize, word: &[u8]) -> Option<usize> {
    bytes[at..].starts_with(word).then_some(at + word.len())
}

/// Over a number.
pub(crate) fn number(bytes: &[u8], mut at: usize) -> Option<usize> {
    if bytes.get(at) == Some(&b'-') {
        at += 1;
    }
    at = if *bytes.get(at)? == b'0' { at + 1 } else { digits(bytes, at)? };
    if bytes.get(at) == Some(&b'.') {
        at = digits(bytes, at + 1)?;
    }
    if let Some(b'e' | b'E') = bytes.get(at) {
        at += 1;
        if let Some(b'+' | b'-') = bytes.get(at) {
            at += 1;
        }
        at = digits(bytes, at)?;
    }
    Some(at)
}

fn digits(bytes: &[u8], start: usize) -> Option<usize> {
    let mut at = start;
    while bytes.get(at).is_some_and(u8::is_ascii_digit) {
        at += 1;
    }
    (at > start).then_some(at)
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::super::Cursor;

    /// A value of some kind, often broken.
    fn values() -> impl Strategy<Value = String> {
        let scalar = "(null|true|false|nul|-?[0-9]{0,3}(\\.[0-9]{0,2})?([eE][-+]?[0-9]{0,2})?|\"[a-z\\\\\"u0-9\u{1f}é]{0,40}\"?|\"[a-z]{0,20}\")";
        let space = "[ \n\t]{0,2}";
        scalar.prop_recursive(6, 40, 4, move |inner| {
            let member = (space, "\"[a-z]{0,10}\"?", space, "[:;]?", space, inner.clone(), space);
            let member = member.prop_map(|(a, key, b, colon, c, value, d)| [a, key, b, colon, c, value, d].concat());
            let plain = inner.clone().prop_map(|value| format!("\"k\":{value}"));
            let joined = |members: Vec<String>, comma: bool| members.join(if comma { "," } else { ",," });
            prop_oneof![
                (proptest::collection::vec(prop_oneof![plain.clone(), plain, member], 0..4), any::<u8>())
                    .prop_map(move |(members, n)| format!("{{{}}}", joined(members, n > 9))),
                (proptest::collection::vec(inner, 0..4), any::<u8>())
                    .prop_map(move |(elements, n)| format!("[{}]", joined(elements, n > 9))),
            ]
        })
    }

    proptest! {
        #[test]
        fn agrees_with_the_slow_way(text in values(), levels in 0..8_usize) {
            let slow = Cursor::at(text.as_bytes(), 0).value_slowly(512 - levels).ok();
            let quick = super::value(text.as_bytes(), 0, levels);
            prop_assert_eq!(quick, slow.map(|span| span.end), "{}", text);
        }
    }

    #[test]
    fn what_is_too_deep_to_follow_is_left_to_the_slow_way() {
        for depth in [1, 62, 63, 64, 65, 200, 512, 513] {
            let text = "[".repeat(depth) + &"]".repeat(depth);
            assert_eq!(super::value(text.as_bytes(), 0, 512).is_some(), depth <= 63, "{depth}");
            assert_eq!(Cursor::at(text.as_bytes(), 0).value(0).is_ok(), depth <= 512, "{depth}");
        }
    }
}
