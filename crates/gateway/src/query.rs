//! What paths say after the question mark. Never logged: the key may be in it.

use std::borrow::Cow;

use percent_encoding::percent_decode_str;

/// The value of `key`, which carries the credential where a client cannot set headers. Keys are letters, digits, `-` and `_`,
/// so nothing has to be decoded.
pub(crate) fn key(query: Option<&str>) -> Option<&str> {
    value(query?, "key").filter(|key| !key.is_empty())
}

/// Whether a stream is wanted as events (`alt=sse`), not as one list in JSON.
pub(crate) fn wants_events(query: Option<&str>) -> bool {
    query.and_then(|query| value(query, "alt")).is_some_and(|alt| alt.eq_ignore_ascii_case("sse"))
}

/// Whether a parameter is `true`.
pub(crate) fn is_true(query: Option<&str>, name: &str) -> bool {
    query.and_then(|query| value(query, name)).is_some_and(|value| value.eq_ignore_ascii_case("true"))
}

/// Names and values, decoded.
pub(crate) fn pairs(query: Option<&str>) -> Vec<(Cow<'_, str>, Cow<'_, str>)> {
    let decoded = |text| percent_decode_str(text).decode_utf8_lossy();
    let pairs = query.unwrap_or_default().split('&').filter_map(|pair| pair.split_once('='));
    pairs.map(|(name, value)| (decoded(name), decoded(value))).collect()
}

fn value<'a>(query: &'a str, name: &str) -> Option<&'a str> {
    query.split('&').find_map(|pair| pair.strip_prefix(name)?.strip_prefix('='))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_query_is_read_for_what_it_says() {
        let cases = [
            (None, None, false),
            (Some(""), None, false),
            (Some("alt=sse"), None, true),
            (Some("key=tw-abc&alt=SSE"), Some("tw-abc"), true),
            (Some("alt=json&key="), None, false),
            (Some("monkey=tw-x&keys=tw-y"), None, false),
        ];
        for (query, expected, events) in cases {
            assert_eq!(key(query), expected, "{query:?}");
            assert_eq!(wants_events(query), events, "{query:?}");
        }
    }
}
