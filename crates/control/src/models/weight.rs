//! What a model's tokens weigh in limits and budgets, and how long its answers are.

use crate::error::{ControlError, Result};

/// Of a model that nobody has given a weight, in thousandths.
pub(super) const PLAIN: i64 = 1000;
/// A thousand times a plain token.
const HEAVIEST: i64 = 1_000_000;
/// No model answers with more.
const LONGEST: u64 = 100_000_000;

/// Reads a decimal number with up to three digits after the point into thousandths.
pub(super) fn read(text: Option<&str>) -> Result<Option<i64>> {
    let Some(text) = text else { return Ok(None) };
    let (whole, fraction) = text.split_once('.').unwrap_or((text, ""));
    let digits = |s: &str| s.len() <= 7 && s.bytes().all(|b| b.is_ascii_digit());
    let milli = (!whole.is_empty() && digits(whole) && digits(fraction) && fraction.len() <= 3)
        .then(|| format!("{whole}{fraction:0<3}").parse().ok())
        .flatten()
        .filter(|milli| (1..=HEAVIEST).contains(milli));
    let wrong = || {
        ControlError::invalid(
            "token_weight",
            "must be a decimal number such as \"1.5\", from 0.001 to 1000, with at most 3 digits after the point",
        )
    };
    milli.map(Some).ok_or_else(wrong)
}

/// Thousandths as a decimal number.
pub(super) fn shown(milli: i64) -> String {
    let text = format!("{}.{:03}", milli / 1000, milli % 1000);
    text.trim_end_matches('0').trim_end_matches('.').to_owned()
}

/// Checks the length of the longest answer.
pub(super) fn output(tokens: u64) -> Result<i64> {
    let fits = (1..=LONGEST).contains(&tokens).then(|| i64::try_from(tokens).ok()).flatten();
    fits.ok_or_else(|| ControlError::invalid("max_output_tokens", format!("must be from 1 to {LONGEST} tokens")))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn weights_read_back() {
        for (text, milli, again) in [
            ("1", 1000, "1"),
            ("1.5", 1500, "1.5"),
            ("0.001", 1, "0.001"),
            ("1000.000", HEAVIEST, "1000"),
            ("02.50", 2500, "2.5"),
        ] {
            assert_eq!(read(Some(text)).unwrap(), Some(milli), "{text}");
            assert_eq!(shown(milli), again);
        }
        assert_eq!(read(None).unwrap(), None);
        for bad in ["", "0", "0.000", ".5", "1.2345", "1000.001", "-1", "1,5", "1e3", "99999999999999999999"] {
            let error = read(Some(bad)).unwrap_err();
            assert!(matches!(&error, ControlError::Invalid { field, .. } if field == "token_weight"), "{bad}: {error}");
        }
        assert!(output(0).is_err() && output(LONGEST + 1).is_err());
    }
}
