//! The kinds of logs, and what their partitions are called.

use crate::day::Day;
use crate::port::LogError;

/// The kinds of logs. A further kind is a variant here and rows of its own in each store.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub(crate) enum LogKind {
    Gateway,
    Access,
}

impl LogKind {
    pub(crate) const ALL: [Self; 2] = [Self::Gateway, Self::Access];

    pub(crate) const fn as_str(self) -> &'static str {
        match self {
            Self::Gateway => "gateway",
            Self::Access => "access",
        }
    }
}

/// `gateway/2026-11-22`: how errors and statistics name a partition.
pub(crate) fn partition_name(kind: LogKind, day: Day) -> String {
    format!("{}/{day}", kind.as_str())
}

/// Whether a consumer's name can be kept by every store (a file name in one, a key in the other).
pub(crate) fn check_consumer(name: &str) -> Result<(), LogError> {
    let fits = |b: u8| b.is_ascii_lowercase() || b.is_ascii_digit() || b == b'-' || b == b'_';
    if name.is_empty() || name.len() > 64 || !name.bytes().all(fits) {
        return Err(LogError::BadConsumer(name.to_owned()));
    }
    Ok(())
}
