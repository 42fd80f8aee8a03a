//! Ids and names for dialects whose alphabet is smaller than the one they were written in.
//!
//! A call of a tool has an id that its result quotes, and the two may pass through different dialects. Messages and
//! Converse take letters, digits, `-` and `_` only, and at most 64 of them; others take anything. So what does not fit is
//! written in those letters in a way that can be read back without remembering anything: `tw1_`, then every other byte,
//! and `_` itself, as `_` and two hexadecimal digits. What is too long even for that is replaced by its hash, which is the
//! same each time, so that call and result still match.

use std::borrow::Cow;

const MARK: &str = "tw1_";

/// The longest id of a call in Messages and Converse.
pub const MAX_CALL_ID: usize = 64;

/// The id, or name, in letters, digits, `-` and `_`, and at most `max` of them: as it is if it fits.
pub fn fit(id: &str, max: usize) -> Cow<'_, str> {
    if is_plain(id) && !id.is_empty() && id.len() <= max && !is_written(id) {
        return Cow::Borrowed(id);
    }
    written(id, max)
}

/// The id, or name, as [`fit`] writes what does not fit.
pub(crate) fn written(id: &str, max: usize) -> Cow<'_, str> {
    let mut fitted = MARK.to_owned();
    for byte in id.bytes() {
        if byte.is_ascii_alphanumeric() || byte == b'-' {
            fitted.push(char::from(byte));
        } else {
            fitted.push('_');
            push_hex(byte, &mut fitted);
        }
        if fitted.len() > max {
            return Cow::Owned(hashed(id));
        }
    }
    Cow::Owned(fitted)
}

/// Whether it looks like what [`fit`] writes, and so has to be written anew to be told apart.
pub(crate) fn is_written(id: &str) -> bool {
    id.starts_with(MARK)
}

/// Reads what [`fit`] wrote; anything else is what it is.
pub fn restore(id: &str) -> Cow<'_, str> {
    match id.strip_prefix(MARK).and_then(read) {
        Some(original) => Cow::Owned(original),
        None => Cow::Borrowed(id),
    }
}

fn is_plain(id: &str) -> bool {
    id.bytes().all(|byte| byte.is_ascii_alphanumeric() || byte == b'-' || byte == b'_')
}

fn read(escaped: &str) -> Option<String> {
    let mut bytes = Vec::with_capacity(escaped.len());
    let mut rest = escaped.bytes();
    while let Some(byte) = rest.next() {
        if byte == b'_' {
            let (high, low) = (digit(rest.next()?)?, digit(rest.next()?)?);
            bytes.push(high << 4 | low);
        } else {
            bytes.push(byte);
        }
    }
    String::from_utf8(bytes).ok()
}

fn digit(byte: u8) -> Option<u8> {
    u8::try_from(char::from(byte).to_digit(16)?).ok()
}

fn push_hex(byte: u8, out: &mut String) {
    for half in [byte >> 4, byte & 15] {
        out.extend(char::from_digit(u32::from(half), 16));
    }
}

/// FNV-1a with 128 bits: it need not resist anybody, since whoever makes two ids collide confuses only their own calls.
/// The second `_` keeps it apart from what can be read back.
fn hashed(id: &str) -> String {
    const BASIS: u128 = 0x6c62_272e_07bb_0142_62b8_2175_6295_c58d;
    const PRIME: u128 = 0x0000_0000_0100_0000_0000_0000_0000_013b;
    let hash = id.bytes().fold(BASIS, |hash, byte| (hash ^ u128::from(byte)).wrapping_mul(PRIME));
    format!("{MARK}_{hash:032x}")
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn what_fits_stays_as_it_is() {
        for id in ["toolu_01A", "call_abc-9", "a", &"x".repeat(64)] {
            assert_eq!(fit(id, MAX_CALL_ID), id);
            assert_eq!(restore(id), id);
        }
    }

    #[test]
    fn what_does_not_fit_can_still_be_read() {
        assert_eq!(fit("functions.Read:0", MAX_CALL_ID), "tw1_functions_2eRead_3a0");
        assert_eq!(restore("tw1_functions_2eRead_3a0"), "functions.Read:0");
    }

    #[test]
    fn what_is_too_long_is_always_the_same() {
        let (one, other) = ("x".repeat(65), "x".repeat(66));
        assert_eq!(fit(&one, MAX_CALL_ID), fit(&one, MAX_CALL_ID));
        assert_ne!(fit(&one, MAX_CALL_ID), fit(&other, MAX_CALL_ID));
        assert_eq!(restore(&fit(&one, MAX_CALL_ID)), fit(&one, MAX_CALL_ID));
    }

    proptest! {
        #[test]
        fn every_id_fits_and_short_ones_come_back(id in ".{0,40}") {
            let fitted = fit(&id, MAX_CALL_ID);
            prop_assert!(is_plain(&fitted) && (1..=MAX_CALL_ID).contains(&fitted.len()), "{}", fitted);
            if id.len() <= 20 {
                prop_assert_eq!(restore(&fitted).into_owned(), id);
            }
        }

        #[test]
        fn what_already_looks_fitted_comes_back_too(id in "tw1_[a-z_0-9]{0,12}") {
            let fitted = fit(&id, MAX_CALL_ID).into_owned();
            prop_assert_eq!(restore(&fitted).into_owned(), id);
        }
    }
}
