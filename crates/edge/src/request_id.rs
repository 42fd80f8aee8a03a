//! Request and trace ids, minted once at the edge.

use http::HeaderMap;
use thinkwatch_policy::ids::RequestId;

/// A new request id for a request accepted at `now_us`.
pub fn mint(now_us: i64) -> RequestId {
    RequestId::from_parts(now_us, rand::random())
}

/// The trace id of an inbound W3C `traceparent` (version 00 and later: <https://www.w3.org/TR/trace-context/>);
/// `None` when there is none or it is malformed, which starts a new trace.
pub fn inbound_trace(headers: &HeaderMap) -> Option<&str> {
    let value = headers.get("traceparent")?.to_str().ok()?;
    let mut parts = value.split('-');
    let (version, trace, parent, flags) = (parts.next()?, parts.next()?, parts.next()?, parts.next()?);
    let hex = |text: &str, length: usize| {
        text.len() == length && text.bytes().all(|b| b.is_ascii_digit() || (b'a'..=b'f').contains(&b))
    };
    let well_formed = hex(version, 2)
        && version != "ff"
        && (version != "00" || parts.next().is_none())
        && hex(trace, 32)
        && hex(parent, 16)
        && hex(flags, 2)
        && trace.bytes().any(|b| b != b'0')
        && parent.bytes().any(|b| b != b'0');
    well_formed.then_some(trace)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_well_formed_traces_are_taken_over() {
        let cases = [
            ("00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01", Some("4bf92f3577b34da6a3ce929d0e0e4736")),
            ("cc-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01-more", Some("4bf92f3577b34da6a3ce929d0e0e4736")),
            ("00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01-more", None),
            ("ff-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01", None),
            ("00-4BF92F3577B34DA6A3CE929D0E0E4736-00f067aa0ba902b7-01", None),
            ("00-00000000000000000000000000000000-00f067aa0ba902b7-01", None),
            ("00-4bf92f3577b34da6a3ce929d0e0e4736-0000000000000000-01", None),
            ("00-4bf92f3577b34da6a3ce929d0e0e4736-01", None),
            ("", None),
        ];
        for (given, expected) in cases {
            let mut headers = HeaderMap::new();
            headers.insert("traceparent", given.parse().expect("ascii"));
            assert_eq!(inbound_trace(&headers), expected, "{given}");
        }
    }
}
