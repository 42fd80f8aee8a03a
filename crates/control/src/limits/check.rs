//! What the fields of rules may be.

use thinkwatch_policy::limits::{Metric, PeriodKind, Unit, Window};
use thinkwatch_policy::pricing::parse_usd;
use thinkwatch_policy::principal::Surface;

use crate::error::{ControlError, Result};

/// The largest whole number that every reader of JSON takes exactly.
const MOST: u64 = (1 << 53) - 1;
/// A year of 366 days and a day, so that "until this day next year" is allowed.
const LONGEST_EXCEPTION_DAYS: i64 = 367;

/// Reads which calls are counted. A rule for calls that do not exist yet would not act.
pub(super) fn surface(text: Option<&str>) -> Result<Surface> {
    match text.unwrap_or("ai_gateway") {
        "ai_gateway" => Ok(Surface::AiGateway),
        "mcp_gateway" => Err(ControlError::invalid(
            "surface",
            "there is no MCP gateway yet: give `ai_gateway`, a limit for `mcp_gateway` would not act",
        )),
        other => Err(ControlError::invalid("surface", format!("`{other}` is not `ai_gateway`"))),
    }
}

/// Reads what is counted, and how long back.
pub(super) fn counted(metric: &str, window: Option<&str>) -> Result<(Metric, Option<Window>)> {
    let metric = Metric::parse(metric).ok_or_else(|| one_of("metric", metric, Metric::ALL.map(Metric::as_str)))?;
    let windows = Window::ALL.map(Window::as_str).join(", ");
    match (metric, window) {
        (Metric::Concurrency, None) => Ok((metric, None)),
        (Metric::Concurrency, Some(_)) => {
            Err(ControlError::invalid("window", "`concurrency` counts calls at once and has no window: leave it out"))
        }
        (_, None) => {
            let message = format!("`{}` needs a window, one of {windows}", metric.as_str());
            Err(ControlError::invalid("window", message))
        }
        (_, Some(text)) => {
            let window = Window::parse(text).ok_or_else(|| one_of("window", text, Window::ALL.map(Window::as_str)))?;
            Ok((metric, Some(window)))
        }
    }
}

/// Reads a max of calls or tokens.
pub(super) fn count(max: u64) -> Result<i64> {
    let fits = (1..=MOST).contains(&max).then(|| i64::try_from(max).ok()).flatten();
    fits.ok_or_else(|| ControlError::invalid("max", format!("must be a whole number from 1 to {MOST}")))
}

/// Reads a budget's max as it is written: dollars as a decimal number, tokens as a whole one.
pub(super) fn amount(unit: Unit, text: &str) -> Result<i64> {
    match unit {
        Unit::Tokens => match text.parse() {
            Ok(tokens) => count(tokens),
            Err(_) => count(0),
        },
        Unit::Usd => match parse_usd(text) {
            Ok(nano) if nano > 0 => Ok(nano),
            Ok(_) => Err(ControlError::invalid("max", "must be more than 0 dollars")),
            Err(error) => Err(ControlError::invalid("max", error.to_string())),
        },
    }
}

/// Reads a period.
pub(super) fn period(text: &str) -> Result<PeriodKind> {
    PeriodKind::parse(text).ok_or_else(|| one_of("period", text, PeriodKind::ALL.map(PeriodKind::as_str)))
}

/// Reads a unit.
pub(super) fn unit(text: &str) -> Result<Unit> {
    Unit::parse(text).ok_or_else(|| one_of("unit", text, Unit::ALL.map(Unit::as_str)))
}

/// Checks the end of an exception.
pub(super) fn expiry(at_us: i64, now_us: i64) -> Result<i64> {
    if at_us <= now_us {
        return Err(ControlError::invalid("expires_at", "must be in the future"));
    }
    if at_us > now_us.saturating_add(crate::clock::days(LONGEST_EXCEPTION_DAYS)) {
        return Err(ControlError::invalid("expires_at", "must be within a year: for longer, change the rule itself"));
    }
    Ok(at_us)
}

fn one_of<const N: usize>(field: &str, text: &str, known: [&str; N]) -> ControlError {
    ControlError::invalid(field, format!("`{text}` is not one of {}", known.join(", ")))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_wrong_is_said_with_what_is_allowed() {
        let check = |result: Result<()>, field: &str, words: &str| {
            let error = result.unwrap_err();
            let ControlError::Invalid { field: named, message, .. } = &error else { panic!("{error}") };
            assert!(named == field && message.contains(words), "{named}: {message}");
        };
        check(counted("requests", None).map(drop), "window", "1m, 5m, 1h, 5h, 1d, 1w");
        check(counted("requests", Some("2m")).map(drop), "window", "1m, 5m, 1h, 5h, 1d, 1w");
        check(counted("concurrency", Some("1m")).map(drop), "window", "has no window");
        check(counted("calls", Some("1m")).map(drop), "metric", "requests, tokens, concurrency");
        check(surface(Some("mcp_gateway")).map(drop), "surface", "no MCP gateway yet");
        check(surface(Some("console")).map(drop), "surface", "ai_gateway");
        check(count(0).map(drop), "max", "from 1 to");
        check(count(1 << 53).map(drop), "max", "from 1 to");
        check(amount(Unit::Tokens, "1.5").map(drop), "max", "whole number");
        check(amount(Unit::Usd, "0.00").map(drop), "max", "more than 0");
        check(amount(Unit::Usd, "-1").map(drop), "max", "decimal number");
        check(period("yearly").map(drop), "period", "daily, weekly, monthly");
        check(unit("eur").map(drop), "unit", "usd, tokens");
        check(expiry(5, 5).map(drop), "expires_at", "future");
        check(expiry(i64::MAX, 5).map(drop), "expires_at", "year");
        assert_eq!(amount(Unit::Usd, "20.5").unwrap(), 20_500_000_000);
        assert_eq!(amount(Unit::Tokens, "9007199254740991").unwrap(), 9_007_199_254_740_991);
        assert_eq!(counted("concurrency", None).unwrap(), (Metric::Concurrency, None));
    }
}
