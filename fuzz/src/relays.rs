//! Streams that pass through: every byte arrives, in order, however they were cut into packets.

use bytes::Bytes;
use thinkwatch_policy::dialect::Dialect;
use thinkwatch_wire::sse::{Event, Framer};
use thinkwatch_wire::stream::Relay;

use crate::assert_json;

const MAX_EVENT_BYTES: usize = 64 * 1024;

/// First byte: whether usage is hidden. Second: the size of the packets.
pub(crate) fn run(dialect: Dialect, data: &[u8]) {
    let [choice, packet, stream @ ..] = data else { return };
    let hide = choice & 1 != 0 && dialect == Dialect::Chat;
    let whole = relayed(dialect, hide, stream, usize::MAX);
    match &whole {
        Some(bytes) if hide => assert!(bytes.len() <= stream.len() + 2, "hiding adds nothing"),
        Some(bytes) => {
            // A torn event at the end is left out: it would swallow an error event that follows. One that lacks only its blank
            // line is given one.
            let bytes = if stream.starts_with(bytes) { bytes } else { bytes.strip_suffix(b"\n\n").unwrap_or(bytes) };
            let rest = stream.strip_prefix(bytes);
            assert!(
                rest.is_some_and(|rest| !rest.windows(2).any(|pair| pair == b"\n\n")),
                "bytes were changed or are missing: {}",
                String::from_utf8_lossy(bytes)
            );
        }
        None => {}
    }
    if *packet != 0 {
        let pieces = relayed(dialect, hide, stream, usize::from(*packet));
        assert!(whole == pieces, "packets change what comes out");
    }
}

fn relayed(dialect: Dialect, hide: bool, stream: &[u8], packet: usize) -> Option<Vec<u8>> {
    let mut relay = Relay::new(dialect, hide, MAX_EVENT_BYTES);
    let mut out: Vec<Bytes> = Vec::new();
    for chunk in stream.chunks(packet.min(stream.len().max(1))) {
        relay.feed(Bytes::copy_from_slice(chunk), &mut out).ok()?;
    }
    assert_readable(&out.concat());
    relay.finish();
    out.extend(relay.take_held());
    Some(out.concat())
}

/// What leaves before the end is something that a client can parse, however much of it was like what came before.
fn assert_readable(passed: &[u8]) {
    let (mut framer, mut at) = (Framer::default(), 0);
    while let Some(length) = framer.boundary(&passed[at..]) {
        let event = Event::parse(&passed[at..at + length], at == 0);
        if let Some(data) = event.data().map(<[u8]>::trim_ascii)
            && !data.is_empty()
            && data != b"[DONE]"
        {
            assert!(data.starts_with(b"{"), "no object: {}", String::from_utf8_lossy(data));
            assert_json("an event", data);
        }
        at += length;
    }
}
