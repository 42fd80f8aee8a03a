//! Streams between dialects: however the bytes are cut into packets the client gets the same, each event of it JSON.

use bytes::Bytes;
use thinkwatch_policy::dialect::Dialect;
use thinkwatch_wire::convert::translate::Translator;
use thinkwatch_wire::error::{ApiError, ErrorKind};
use thinkwatch_wire::frames;
use thinkwatch_wire::stream::End;

use crate::clients::client;
use crate::{CONVERTED, assert_bounded, assert_json};

const MAX_EVENT_BYTES: usize = 64 * 1024;

/// First byte: whom it is for, and whether Converse's frames are made of lines or taken as they are. Second: the size of
/// the packets.
pub(crate) fn run(from: Dialect, data: &[u8]) {
    let [choice, packet, stream @ ..] = data else { return };
    let to = CONVERTED[usize::from(*choice) % 4];
    let framed;
    let stream = if from == Dialect::Converse && choice & 0x80 == 0 {
        framed = frames_of_lines(stream);
        &framed
    } else {
        stream
    };
    let whole = translated(from, to, *choice, stream, usize::MAX);
    assert_bounded("stream", stream.len(), whole.len());
    check(to, *choice, &whole);
    if *packet != 0 {
        let pieces = translated(from, to, *choice, stream, usize::from(*packet));
        assert!(
            whole == pieces,
            "packets change what comes out:\n{}\n--\n{}",
            String::from_utf8_lossy(&whole),
            String::from_utf8_lossy(&pieces)
        );
    }
}

/// All that the client gets: the events, and at a bad end the error event.
fn translated(from: Dialect, to: Dialect, choice: u8, stream: &[u8], packet: usize) -> Vec<u8> {
    let mut translator = Translator::new(from, client(to, choice >> 2), MAX_EVENT_BYTES);
    let mut out: Vec<Bytes> = Vec::new();
    let mut fault = None;
    for chunk in stream.chunks(packet.min(stream.len().max(1))) {
        if let Err(error) = translator.feed(chunk, &mut out) {
            fault = Some(error.to_string());
            break;
        }
    }
    let fault = fault.or_else(|| match translator.finish() {
        End::Complete | End::Failed(_) => None,
        End::CutShort => Some("cut short".to_owned()),
    });
    out.extend(translator.take_held());
    if let Some(message) = fault {
        out.push(translator.error_event(&ApiError::new(ErrorKind::UpstreamError, message), "id"));
    }
    out.concat()
}

fn check(to: Dialect, choice: u8, events: &[u8]) {
    if to == Dialect::Gemini && (choice >> 2) & 1 != 0 {
        // A list that ends with an error is closed by it, whatever came before.
        assert_json("list", events);
        return;
    }
    for line in events.split(|&byte| byte == b'\n') {
        let line = line.strip_suffix(b"\r").unwrap_or(line);
        match line.strip_prefix(b"data: ") {
            Some(b"[DONE]") => {}
            Some(data) => assert_json("event", data),
            None => assert!(
                line.is_empty() || line.starts_with(b"event: ") || line.starts_with(b":"),
                "a line that is no event: {}",
                String::from_utf8_lossy(line)
            ),
        }
    }
}

/// `name payload` per line, each in a frame with the right checksums: else nothing would get past them.
pub(crate) fn frames_of_lines(lines: &[u8]) -> Vec<u8> {
    let mut framed = Vec::new();
    for line in lines.split(|&byte| byte == b'\n').filter(|line| !line.is_empty()) {
        let at = line.iter().position(|&byte| byte == b' ').unwrap_or(line.len());
        let name = String::from_utf8_lossy(&line[..at.min(64)]);
        let payload = line.get(at + 1..).unwrap_or_default();
        match name.strip_prefix('!') {
            Some(exception) => frames::exception(exception, payload, &mut framed),
            None => frames::event(&name, payload, &mut framed),
        }
    }
    framed
}
