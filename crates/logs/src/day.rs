//! UTC days, which name the partitions.

use std::fmt;

use thinkwatch_policy::ids::RequestId;
use time::Date;
use time::macros::format_description;

/// Days since 1970-01-01, UTC.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub(crate) struct Day(i32);

const MILLIS: i64 = 86_400_000;
const EPOCH_JULIAN: i32 = 2_440_588;

impl Day {
    /// The day of a time in microseconds.
    pub(crate) fn of_micros(micros: i64) -> Self {
        Self::of_millis(micros.div_euclid(1000))
    }

    /// The day a record belongs to: that of its id, so that an id alone finds its partition. `None` for ids that no
    /// clock has made (beyond the year 9999).
    pub(crate) fn of_id(id: u128) -> Option<Self> {
        let day = Self::of_millis(RequestId(id).millis());
        day.date().filter(|d| d.year() <= 9999).map(|_| day)
    }

    fn of_millis(millis: i64) -> Self {
        Self(i32::try_from(millis.div_euclid(MILLIS)).unwrap_or(i32::MAX))
    }

    fn date(self) -> Option<Date> {
        Date::from_julian_day(self.0.checked_add(EPOCH_JULIAN)?).ok()
    }

    /// This many days earlier.
    pub(crate) fn minus(self, days: u32) -> Self {
        Self(self.0.saturating_sub_unsigned(days))
    }

    /// The day after.
    pub(crate) fn next(self) -> Self {
        Self(self.0.saturating_add(1))
    }

    /// When it begins, microseconds.
    pub(crate) fn start_us(self) -> i64 {
        i64::from(self.0).saturating_mul(MILLIS * 1000)
    }

    /// The smallest id of the day; 0 for days before 1970, which no id has.
    pub(crate) fn first_id(self) -> u128 {
        u128::try_from(i64::from(self.0).saturating_mul(MILLIS)).unwrap_or(0) << 80
    }

    /// Reads `2026-11-22`.
    pub(crate) fn parse(text: &str) -> Option<Self> {
        let date = Date::parse(text, format_description!("[year]-[month]-[day]")).ok()?;
        Some(Self(date.to_julian_day() - EPOCH_JULIAN))
    }
}

impl fmt::Display for Day {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.date() {
            Some(d) => write!(f, "{:04}-{:02}-{:02}", d.year(), u8::from(d.month()), d.day()),
            None => f.write_str("out-of-range"),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::Day;

    #[test]
    fn days_begin_at_midnight_utc_and_read_back() {
        for (micros, name) in [
            (0, "1970-01-01"),
            (-1, "1969-12-31"),
            (1_795_391_999_999_999, "2026-11-22"),
            (1_795_392_000_000_000, "2026-11-23"),
            (951_782_400_000_000, "2000-02-29"),
        ] {
            let day = Day::of_micros(micros);
            assert_eq!(day.to_string(), name, "{micros}");
            assert_eq!(Day::parse(name), Some(day));
            assert_eq!(Day::of_micros(day.start_us()), day);
            assert_eq!(Day::of_micros(day.next().start_us() - 1), day);
            if micros >= 0 {
                assert_eq!(Day::of_id(day.first_id()), Some(day));
                assert_eq!(Day::of_id(day.next().first_id() - 1), Some(day));
            }
        }
        for bad in ["", "2026-13-01", "2026-11-22-wal", "x"] {
            assert_eq!(Day::parse(bad), None, "{bad}");
        }
        assert_eq!(Day::of_id(u128::MAX), None);
    }
}
