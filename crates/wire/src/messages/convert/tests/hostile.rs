//! Nothing that is sent makes the converters panic.

use super::*;

#[test]
fn every_beginning_of_a_body_is_refused_or_read() {
    for (_, text) in REQUESTS {
        for end in 0..text.len() {
            let body = &text.as_bytes()[..end];
            drop(decode_request::decode(body, &mut notes(Dialect::Messages, Dialect::Chat)));
        }
    }
    for (_, text) in ANSWERS {
        for end in 0..text.len() {
            drop(decode_answer::decode(&text.as_bytes()[..end], &mut notes(Dialect::Messages, Dialect::Chat)));
        }
    }
}

/// Two bytes that are wrong in most places; others at the next place.
fn wrong(at: usize) -> [u8; 2] {
    const BYTES: [u8; 8] = [b'"', b'{', b']', b'0', b'\\', 0xFF, b'n', b'\n'];
    [BYTES[at % 8], BYTES[(at / 8 + 3) % 8]]
}

#[test]
fn every_changed_byte_is_refused_or_read() {
    for (_, text) in REQUESTS {
        let mut body = text.as_bytes().to_vec();
        for at in 0..body.len() {
            for byte in wrong(at) {
                let was = std::mem::replace(&mut body[at], byte);
                let mut notes = notes(Dialect::Messages, Dialect::Messages);
                if let Ok(request) = decode_request::decode(&body, &mut notes)
                    && let Ok(written) = encode_request::encode(&request, &target(MODEL), &mut notes)
                {
                    assert!(serde_json::from_slice::<Value>(&written).is_ok() || !is_json(&body));
                }
                body[at] = was;
            }
        }
    }
    for (_, text) in ANSWERS {
        let mut body = text.as_bytes().to_vec();
        for at in 0..body.len() {
            for byte in wrong(at) {
                let was = std::mem::replace(&mut body[at], byte);
                let mut notes = notes(Dialect::Messages, Dialect::Messages);
                if let Ok(answer) = decode_answer::decode(&body, &mut notes) {
                    encode_answer::encode(&answer, &client(), &mut notes);
                }
                body[at] = was;
            }
        }
    }
}

/// Serde refuses what is JSON to us: numbers beyond its range.
fn is_json(body: &[u8]) -> bool {
    serde_json::from_slice::<Value>(body).is_ok()
}

#[test]
fn every_beginning_and_every_changed_byte_of_a_stream_is_read_in_order() {
    for (_, text) in STREAMS {
        for end in 0..=text.len() {
            let read = decode_pieces([&text.as_bytes()[..end]]);
            assert!(read.is_ok(), "{read:?}");
        }
        let mut bytes = text.as_bytes().to_vec();
        for at in 0..bytes.len() {
            for byte in wrong(at) {
                let was = std::mem::replace(&mut bytes[at], byte);
                if let Ok((events, _)) = decode_pieces([bytes.as_slice()]) {
                    encode_events(Dialect::Messages, events);
                }
                bytes[at] = was;
            }
        }
    }
}

#[test]
fn deep_nesting_is_refused() {
    let deep = "[".repeat(100_000);
    for body in [deep.clone(), format!("{{\"model\":{deep}"), format!(r#"{{"model":"m","messages":{deep}"#)] {
        assert!(decode_request::decode(body.as_bytes(), &mut notes(Dialect::Messages, Dialect::Chat)).is_err());
    }
    let results = r#"{"type":"tool_result","tool_use_id":"a","content":["#.repeat(5000);
    let body = format!(r#"{{"model":"m","messages":[{{"role":"user","content":[{results}"#);
    assert!(decode_request::decode(body.as_bytes(), &mut notes(Dialect::Messages, Dialect::Chat)).is_err());
}
