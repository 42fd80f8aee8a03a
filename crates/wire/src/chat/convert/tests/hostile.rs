//! Bodies and streams that are cut or spoilt: whatever is in them, nothing panics, and the order of events stays.

use super::super::{decode_answer, decode_request, encode_answer, encode_request};
use super::streams::{assert_order, events};
use super::*;

/// Each prefix, and each byte replaced by one of those that mean something to a parser.
fn spoilt(text: &str, mut check: impl FnMut(&[u8])) {
    const OTHERS: &[u8] = b"\"}[0n\xFF,\\";
    let bytes = text.as_bytes();
    for end in 0..bytes.len() {
        check(&bytes[..end]);
    }
    let mut copy = bytes.to_vec();
    for at in 0..copy.len() {
        // Not each with each: that would take a minute, and the corpus has every kind of place several times.
        let before = std::mem::replace(&mut copy[at], OTHERS[at % OTHERS.len()]);
        check(&copy);
        copy[at] = before;
    }
}

#[test]
fn spoilt_requests() {
    for (_, body) in REQUESTS {
        spoilt(body, |bytes| {
            if let Ok(request) = decode_request::decode(bytes, &mut notes()) {
                drop(encode_request::encode(&request, &target(&request), &mut notes()));
            }
        });
    }
}

#[test]
fn spoilt_answers() {
    let client = client(Request::new(Dialect::Chat, "m"), "m");
    for (_, body) in ANSWERS {
        spoilt(body, |bytes| {
            if let Ok(answer) = decode_answer::decode(bytes, &mut notes()) {
                let told = encode_answer::encode(&answer, &client, &mut notes());
                assert!(crate::json::is_object(&told), "{}", String::from_utf8_lossy(&told));
            }
        });
    }
}

#[test]
fn spoilt_streams() {
    for (_, text) in STREAMS {
        spoilt(text, |bytes| assert_order(&events(&[bytes]).0));
    }
}

#[test]
fn deep_nesting_is_a_fault_and_no_stack() {
    let deep = format!(r#"{{"model":"m","messages":{}{}}}"#, "[".repeat(100_000), "]".repeat(100_000));
    assert!(decode_request::decode(deep.as_bytes(), &mut notes()).is_err());
    assert!(decode_answer::decode(deep.as_bytes(), &mut notes()).is_err());
}
