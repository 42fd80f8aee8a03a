//! Embeddings between the two dialects, and what is counted and kept of calls: JSON comes out, of bounded size.

use thinkwatch_policy::dialect::Endpoint;
use thinkwatch_wire::{countable, embeddings, kept};

use crate::{assert_bounded, assert_json};

/// First byte: in which dialect. A zero byte separates the call from its answer.
pub(crate) fn embeddings(data: &[u8]) {
    let Some((&choice, rest)) = data.split_first() else { return };
    let endpoints = [Endpoint::Embeddings, Endpoint::EmbedContent, Endpoint::BatchEmbedContents];
    let endpoint = endpoints[usize::from(choice) % endpoints.len()];
    let at = rest.iter().position(|byte| *byte == 0).unwrap_or(rest.len());
    let Ok(converted) = embeddings::request(endpoint, &rest[..at], ("ours", "theirs"), choice & 0x80 != 0) else {
        return;
    };
    assert_json("request", &converted.body);
    assert_bounded("request", rest.len(), converted.body.len());
    if let Ok(answer) = embeddings::answer(&converted.back, rest.get(at + 1..).unwrap_or_default()) {
        assert_json("answer", &answer.body);
        assert_bounded("answer", rest.len(), answer.body.len());
    }
}

/// First byte: which endpoint. Whatever is counted is no more than the body has, but for the flat numbers.
pub(crate) fn countable(data: &[u8]) {
    let Some((&choice, body)) = data.split_first() else { return };
    let endpoint = Endpoint::ALL[usize::from(choice) % Endpoint::ALL.len()];
    let mut bytes = 0;
    let mut show = |one: countable::Countable<'_>| {
        if let countable::Countable::Text(text) = one {
            bytes += text.len();
        }
    };
    let understood = countable::request(endpoint, body, choice & 0x80 != 0, &mut show).is_ok();
    countable::answer(endpoint, body, &mut show);
    assert_bounded("texts to count", body.len(), bytes);
    assert!(understood || bytes <= 64 * 1024 + 256 * body.len());
}

/// A zero byte separates a call in Responses from its answer.
pub(crate) fn kept(data: &[u8]) {
    let at = data.iter().position(|byte| *byte == 0).unwrap_or(data.len());
    let (body, answer) = (&data[..at], data.get(at + 1..).unwrap_or_default());
    let _ = kept::response_of_stream(answer);
    let _ = kept::id_of(answer);
    let (true, Ok(response)) = (is_json(body) && is_json(answer), std::str::from_utf8(answer)) else { return };
    let items = kept::conversation(None, body);
    assert_json("items", items.as_bytes());
    let history = kept::history(&items, response);
    assert_json("history", history.as_bytes());
    let again = kept::conversation(Some(&history), body);
    assert_json("the next call's items", again.as_bytes());
    assert_bounded("the next call's items", data.len(), again.len());
}

/// Only what was understood is kept.
fn is_json(text: &[u8]) -> bool {
    serde_json::from_slice::<serde_json::Map<String, serde_json::Value>>(text).is_ok()
}
