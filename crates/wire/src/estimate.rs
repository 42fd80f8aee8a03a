//! Tokens guessed from bytes. No tokeniser runs on the request path: a guess reserves, real usage settles.

/// A guess at the input tokens of a request body that is rarely exceeded: three bytes a token. English text has about
/// four, code and JSON three to four, Chinese in UTF-8 two to three bytes a token, but the JSON around it is cheaper
/// than its length. Pictures in base64 are far overestimated, which is the safe side for a reservation.
pub const fn input_tokens_at_most(body_bytes: u64) -> u64 {
    body_bytes.div_ceil(3)
}

/// A plain guess at the output tokens behind this many bytes of generated text
/// ([`crate::stream::Words::bytes`]): four bytes a token, rounded up.
pub const fn output_tokens(text_bytes: u64) -> u64 {
    text_bytes.div_ceil(4)
}
