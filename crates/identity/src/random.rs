//! Random bytes and text from the operating system's generator.

use zeroize::Zeroizing;

/// The generator gave nothing. Nothing secret can be made until it does.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("the system's random number generator failed")]
pub struct RandomError;

/// Random bytes.
pub fn bytes<const N: usize>() -> Result<[u8; N], RandomError> {
    let mut bytes = [0; N];
    aws_lc_rs::rand::fill(&mut bytes).map_err(|_| RandomError)?;
    Ok(bytes)
}

/// 128 random bits, for ids.
pub fn bits128() -> Result<u128, RandomError> {
    bytes().map(u128::from_be_bytes)
}

/// 64 hexadecimal digits: a new `ENCRYPTION_KEY` or `JWT_SECRET`.
pub fn hex64() -> Result<Zeroizing<String>, RandomError> {
    let bytes = Zeroizing::new(bytes::<32>()?);
    Ok(Zeroizing::new(hex::encode(bytes.as_slice())))
}

const ALPHABET: &[u8; 62] = b"0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz";

/// Appends random letters and digits, each of the 62 equally likely.
pub(crate) fn push_base62(text: &mut String, count: usize) -> Result<(), RandomError> {
    let mut left = count;
    while left > 0 {
        let pool = Zeroizing::new(bytes::<64>()?);
        // 248 = 4 * 62: bytes from there on would make some letters likelier than others.
        for byte in pool.iter().filter(|b| **b < 248).take(left) {
            text.push(char::from(ALPHABET[usize::from(byte % 62)]));
            left -= 1;
        }
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn all_letters_are_about_equally_likely() {
        let mut text = String::new();
        push_base62(&mut text, 62_000).expect("random");
        assert_eq!(text.len(), 62_000);
        for letter in ALPHABET {
            let seen = text.bytes().filter(|b| b == letter).count();
            // 1000 expected, standard deviation about 31.
            assert!((800..1200).contains(&seen), "{}: {seen}", char::from(*letter));
        }
    }

    #[test]
    fn nothing_repeats() {
        assert_ne!(bits128().expect("random"), bits128().expect("random"));
        assert_eq!(hex64().expect("random").len(), 64);
    }
}
