//! The windows of rate limits.

use serde::{Deserialize, Serialize};

/// How long a rate limit looks back.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
pub enum Window {
    /// One minute.
    #[serde(rename = "1m")]
    Minute,
    /// Five minutes.
    #[serde(rename = "5m")]
    FiveMinutes,
    /// One hour.
    #[serde(rename = "1h")]
    Hour,
    /// Five hours.
    #[serde(rename = "5h")]
    FiveHours,
    /// A day of 24 hours.
    #[serde(rename = "1d")]
    Day,
    /// Seven days.
    #[serde(rename = "1w")]
    Week,
}

impl Window {
    /// All of them, shortest first.
    pub const ALL: [Self; 6] = [Self::Minute, Self::FiveMinutes, Self::Hour, Self::FiveHours, Self::Day, Self::Week];

    /// Its name in API, store and errors.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Minute => "1m",
            Self::FiveMinutes => "5m",
            Self::Hour => "1h",
            Self::FiveHours => "5h",
            Self::Day => "1d",
            Self::Week => "1w",
        }
    }

    /// Reads the name written by [`Self::as_str`].
    pub fn parse(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|window| window.as_str() == name)
    }

    /// Its length in seconds.
    pub const fn seconds(self) -> i64 {
        match self {
            Self::Minute => 60,
            Self::FiveMinutes => 300,
            Self::Hour => 3_600,
            Self::FiveHours => 18_000,
            Self::Day => 86_400,
            Self::Week => 604_800,
        }
    }

    /// The length of one of its 60 sub-windows in microseconds.
    pub const fn slot_us(self) -> i64 {
        self.seconds() * 1_000_000 / 60
    }
}
