//! How counters are named in Redis.

use std::fmt::Write as _;

use thinkwatch_policy::limits::{Counter, PeriodKind, PurseKey};

/// Who is there: sessions and their leases, the epoch.
pub(super) const WHO: &str = "{tw}:who";

/// The key of a counter. Ids come last, so that whatever is in them cannot make one counter look like another.
pub(super) fn key_of(counter: &Counter) -> String {
    let mut key = String::with_capacity(80);
    // Writing to a string cannot fail.
    let written = match counter {
        Counter::Ring { subject, surface, metric, window } => {
            write!(key, "{{tw}}:r:{}:{}:{}:{subject}", surface.as_str(), metric.as_str(), window.as_str())
        }
        Counter::Gauge { subject, surface } => write!(key, "{{tw}}:g:{}:{subject}", surface.as_str()),
        Counter::Purse(purse) => write_purse(&mut key, purse),
    };
    debug_assert!(written.is_ok());
    key
}

/// The key of a purse.
pub(super) fn purse_key(purse: &PurseKey) -> String {
    let mut key = String::with_capacity(80);
    let written = write_purse(&mut key, purse);
    debug_assert!(written.is_ok());
    key
}

fn write_purse(key: &mut String, purse: &PurseKey) -> std::fmt::Result {
    let PurseKey { subject, unit, period, start_us } = purse;
    write!(key, "{{tw}}:p:{}:{}:{start_us}:{subject}", unit.as_str(), period.as_str())
}

/// For how many seconds a purse is kept: its period, and two days.
pub(super) const fn kept_s(period: PeriodKind) -> u32 {
    let days = match period {
        PeriodKind::Daily => 3,
        PeriodKind::Weekly => 9,
        PeriodKind::Monthly => 33,
    };
    days * 86_400
}
