//! Names that are longer than the API takes.

use std::borrow::Cow;

/// The longest `call_id` and `safety_identifier` that the API takes everywhere.
const MAX_BYTES: usize = 64;

/// The text, or, if it is too long, a hash of it that is the same each time: a call and its result still match, and an end
/// user is still the same one.
pub(super) fn shorten<'a>(prefix: &str, text: &'a str) -> Cow<'a, str> {
    if text.len() <= MAX_BYTES {
        return Cow::Borrowed(text);
    }
    // FNV-1a with 128 bits: nobody gains anything from a collision, so it need not be cryptographic.
    let mut hash = 0x6c62_272e_07bb_0142_62b8_2175_6295_c58d_u128;
    for byte in text.bytes() {
        hash = (hash ^ u128::from(byte)).wrapping_mul(0x0000_0000_0100_0000_0000_0000_0000_013b);
    }
    Cow::Owned(format!("{prefix}{hash:032x}"))
}
