//! What is read of bodies that pass through: the model is found and replaced, and nothing else changes.

use bytes::Bytes;
use thinkwatch_policy::dialect::Endpoint;
use thinkwatch_wire::canonical::signature;
use thinkwatch_wire::whole::{self, Whole};
use thinkwatch_wire::{error, request, splice, usage};

/// First byte: what the body is read as.
pub(crate) fn run(data: &[u8]) {
    let Some((&choice, body)) = data.split_first() else { return };
    let endpoint = Endpoint::ALL[usize::from(choice) % Endpoint::ALL.len()];
    let _ = usage::of_answer(endpoint, body);
    if whole::read(endpoint.dialect(), body) != Whole::Nonsense {
        crate::assert_json("what counts as an answer", body);
    }
    let _ = usage::of_tail(endpoint, body);
    let _ = error::upstream_message(body);
    let _ = signature::may_carry(body);

    let Ok(peek) = request::peek(endpoint, body, 64) else { return };
    crate::assert_json("a body that was let through", body);
    if peek.model.is_empty() {
        return;
    }
    let patched = splice::patch(&Bytes::copy_from_slice(body), &peek, "another-model", choice & 0x80 != 0).into_bytes();
    crate::assert_json("a patched body", &patched);
    match request::peek(endpoint, &patched, 64) {
        Ok(again) => {
            assert!(again.model == "another-model", "renamed: {}", again.model);
            assert!((again.stream, again.max_tokens, again.store) == (peek.stream, peek.max_tokens, peek.store));
        }
        Err(refused) => panic!("a patched body is refused: {refused:?}"),
    }
}
