//! The wall clock, in the unit of every stored time.

use std::time::{SystemTime, UNIX_EPOCH};

/// Microseconds since the epoch, UTC.
pub(crate) fn now_us() -> i64 {
    SystemTime::now().duration_since(UNIX_EPOCH).map_or(0, |since| i64::try_from(since.as_micros()).unwrap_or(i64::MAX))
}

/// Seconds as microseconds.
pub(crate) const fn seconds(count: i64) -> i64 {
    count.saturating_mul(1_000_000)
}

/// Days as microseconds.
pub(crate) const fn days(count: i64) -> i64 {
    seconds(count.saturating_mul(86_400))
}
