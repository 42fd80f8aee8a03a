//! Forms: the model is found and replaced, and the same reader finds the new one in the same place and all else as it was.

use bytes::Bytes;
use thinkwatch_policy::dialect::Endpoint;
use thinkwatch_wire::{multipart, splice};

const BOUNDARY: &[u8] = b"multipart/form-data; boundary=bnd-1";
const ENDPOINTS: [Endpoint; 4] =
    [Endpoint::ImageEdits, Endpoint::ImageVariations, Endpoint::Transcriptions, Endpoint::Translations];

/// First byte: what the form is for. A form whose content type is to be read, too, has it before a zero byte.
pub(crate) fn run(data: &[u8]) {
    let Some((&choice, rest)) = data.split_first() else { return };
    let endpoint = ENDPOINTS[usize::from(choice) % ENDPOINTS.len()];
    let (kind, body) = match rest.iter().position(|byte| *byte == 0).filter(|_| choice & 0x80 != 0) {
        Some(at) => (&rest[..at], &rest[at + 1..]),
        None => (BOUNDARY, rest),
    };
    let Ok(Some(boundary)) = multipart::boundary([kind]) else { return };
    let Ok(peek) = multipart::peek(endpoint, &boundary, body) else { return };
    if peek.model_span.is_empty() {
        return;
    }
    let patched = splice::patch(&Bytes::copy_from_slice(body), &peek, "another-model", false).into_bytes();
    let span = &peek.model_span;
    let expected = [&body[..span.start], b"another-model", &body[span.end..]].concat();
    assert!(patched == expected, "more than the model was changed: {}", String::from_utf8_lossy(&patched));
    match multipart::peek(endpoint, &boundary, &patched) {
        Ok(again) => assert!((again.model.as_str(), again.stream) == ("another-model", peek.stream)),
        Err(refused) => panic!("a patched form is refused: {refused:?}"),
    }
}
