//! Whatever comes, nothing panics.

use proptest::prelude::*;

use super::{ANSWERS, REQUESTS, STREAMS, events, notes, target, written_answer, written_stream};
use crate::gemini::convert::encode_stream::Framing;
use crate::gemini::convert::{decode_answer, decode_request, encode_request};

fn try_all(bytes: &[u8]) {
    if let Ok(request) = decode_request::decode(bytes, &mut notes()) {
        drop(encode_request::encode(&request, &target("gemini-3-pro"), &mut notes()));
    }
    if let Ok(answer) = decode_answer::decode(bytes, &mut notes()) {
        written_answer(&answer);
    }
    let (told, _) = events(&[bytes]);
    written_stream(&told, Framing::List);
}

#[test]
fn beginnings_of_good_things() {
    for (_, text) in REQUESTS.iter().chain(ANSWERS).chain(STREAMS) {
        for end in 0..text.len() {
            try_all(&text.as_bytes()[..end]);
        }
    }
}

#[test]
fn deep_things() {
    for (open, close) in [("[", "]"), ("{\"items\":", "}"), ("{\"parts\":[", "]}")] {
        let deep = format!("{}1{}", open.repeat(100_000), close.repeat(100_000));
        for body in [
            deep.clone(),
            format!("{{\"contents\":{deep}}}"),
            format!("{{\"contents\":[{{\"parts\":[{{\"functionCall\":{{\"name\":\"f\",\"args\":{deep}}}}}]}}]}}"),
            format!(
                "{{\"contents\":[1],\"tools\":[{{\"functionDeclarations\":[{{\"name\":\"f\",\"parameters\":{deep}}}]}}]}}"
            ),
        ] {
            try_all(body.as_bytes());
        }
    }
}

proptest! {
    /// One byte is another.
    #[test]
    fn good_things_with_a_fault(which in any::<prop::sample::Index>(), at in any::<prop::sample::Index>(), byte in any::<u8>()) {
        let all: Vec<&(&str, &str)> = REQUESTS.iter().chain(ANSWERS).chain(STREAMS).collect();
        let mut bytes = which.get(&all).1.as_bytes().to_vec();
        let at = at.index(bytes.len());
        bytes[at] = byte;
        try_all(&bytes);
    }

    /// A word is another, so that things of the wrong type stand where others are looked for.
    #[test]
    fn good_things_with_a_wrong_type(which in any::<prop::sample::Index>(), at in any::<prop::sample::Index>(), value in "(null|true|1|-1|1e99|\"x\"|\\[\\]|\\{\\}|\\[1\\])") {
        let all: Vec<&(&str, &str)> = REQUESTS.iter().chain(ANSWERS).collect();
        let text = which.get(&all).1;
        let places: Vec<usize> = text.match_indices(": ").map(|(at, _)| at + 2).collect();
        let at = *at.get(&places);
        let end = text[at..].find(['\n', ',']).map_or(text.len(), |end| at + end);
        try_all(format!("{}{value}{}", &text[..at], &text[end..]).as_bytes());
    }
}
