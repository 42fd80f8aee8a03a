//! The periods of budgets: days, ISO weeks and months, in UTC or in a zone that is given as data.

use std::sync::Arc;

use serde::{Deserialize, Serialize};

const DAY_S: i64 = 86_400;

/// How long a budget lasts.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum PeriodKind {
    /// From midnight to midnight.
    Daily,
    /// From Monday to Sunday (ISO 8601).
    Weekly,
    /// A month of the calendar.
    Monthly,
}

impl PeriodKind {
    /// All of them, shortest first.
    pub const ALL: [Self; 3] = [Self::Daily, Self::Weekly, Self::Monthly];

    /// Its name in API, store and errors.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Daily => "daily",
            Self::Weekly => "weekly",
            Self::Monthly => "monthly",
        }
    }

    /// Reads the name written by [`Self::as_str`].
    pub fn parse(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|kind| kind.as_str() == name)
    }

    /// The first moment of the period that `now_us` lies in and that of the next: [`Period::at`] without the name, for
    /// whoever asks at each call.
    pub fn span(self, zone: &Zone, now_us: i64) -> (i64, i64) {
        let (first, next) = self.days(zone, now_us);
        (zone.midnight_s(first) * 1_000_000, zone.midnight_s(next) * 1_000_000)
    }

    /// The first local day of the period that `now_us` lies in, and that of the next, since 1970-01-01.
    fn days(self, zone: &Zone, now_us: i64) -> (i64, i64) {
        let now_s = now_us.div_euclid(1_000_000);
        let day = (now_s + zone.offset_s(now_s)).div_euclid(DAY_S);
        match self {
            Self::Daily => (day, day + 1),
            Self::Weekly => {
                // Day 0 of the epoch was a Thursday.
                let monday = day - (day + 3).rem_euclid(7);
                (monday, monday + 7)
            }
            Self::Monthly => {
                let (year, month, _) = civil(day);
                let (after, then) = if month == 12 { (year + 1, 1) } else { (year, month + 1) };
                (days(year, month, 1), days(after, then, 1))
            }
        }
    }
}

/// One period.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Period {
    /// Its first moment, in microseconds since the epoch.
    pub start_us: i64,
    /// The first moment of the next.
    pub end_us: i64,
    /// `2026-11-22`, `2026-W47`, `2026-11`.
    pub name: String,
}

impl Period {
    /// The one that `now_us` lies in.
    pub fn at(kind: PeriodKind, zone: &Zone, now_us: i64) -> Self {
        let (first, next) = kind.days(zone, now_us);
        let (year, month, date) = civil(first);
        let name = match kind {
            PeriodKind::Daily => format!("{year:04}-{month:02}-{date:02}"),
            PeriodKind::Weekly => {
                // A week belongs to the year its Thursday lies in.
                let (of, ..) = civil(first + 3);
                let week = (first + 3 - days(of, 1, 1)) / 7 + 1;
                format!("{of:04}-W{week:02}")
            }
            PeriodKind::Monthly => format!("{year:04}-{month:02}"),
        };
        Self { start_us: zone.midnight_s(first) * 1_000_000, end_us: zone.midnight_s(next) * 1_000_000, name }
    }
}

/// A time zone as a list of changes. Whoever knows the zones of the world writes it; nothing here does.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Zone {
    /// Since when (seconds since the epoch) local time is ahead of UTC by how many seconds; ascending. Before the first the
    /// first holds.
    changes: Arc<[(i64, i64)]>,
}

impl Zone {
    /// Coordinated universal time.
    pub fn utc() -> Self {
        Self { changes: Arc::new([]) }
    }

    /// A zone of these changes: since when, and by how many seconds local time is ahead of UTC. They are put in order.
    pub fn new(mut changes: Vec<(i64, i64)>) -> Self {
        changes.sort_unstable();
        Self { changes: changes.into() }
    }

    fn offset_s(&self, utc_s: i64) -> i64 {
        let later = self.changes.partition_point(|(since, _)| *since <= utc_s);
        self.changes.get(later.saturating_sub(1)).map_or(0, |(_, offset)| *offset)
    }

    /// The moment this local day begins: midnight, the first of two where clocks go back over it, the end of the gap where
    /// they go forward over it.
    fn midnight_s(&self, day: i64) -> i64 {
        let local = day * DAY_S;
        if self.changes.is_empty() {
            return local;
        }
        // No zone is further from UTC than this; the offsets on both sides of a change nearby are tried.
        let nearby = self.changes.iter().filter(|(since, _)| (since - local).abs() <= 2 * DAY_S);
        let mut offsets: Vec<i64> = nearby.map(|(_, offset)| *offset).collect();
        offsets.push(self.offset_s(local - 2 * DAY_S));
        let exact = offsets.iter().map(|offset| local - offset).filter(|utc| utc + self.offset_s(*utc) == local).min();
        exact.unwrap_or_else(|| {
            // Skipped: the change that skipped it.
            let skips =
                |(since, offset): &&(i64, i64)| since + offset > local && since + self.offset_s(since - 1) <= local;
            self.changes.iter().find(skips).map_or(local, |(since, _)| *since)
        })
    }
}

/// Year, month and day of a number of days since 1970-01-01, in the Gregorian calendar.
fn civil(day: i64) -> (i64, i64, i64) {
    // Years are counted from March, so that the leap day is the last of its year; 719,468 days lie between 0000-03-01 and
    // 1970-01-01, and 146,097 in the 400 years after which the calendar repeats.
    let from_march = day + 719_468;
    let era = from_march.div_euclid(146_097);
    let of_era = from_march.rem_euclid(146_097);
    let year_of_era = (of_era - of_era / 1_460 + of_era / 36_524 - of_era / 146_096) / 365;
    let of_year = of_era - (365 * year_of_era + year_of_era / 4 - year_of_era / 100);
    // Months from March: 31, 30, 31, 30, 31 days, and again.
    let march_month = (5 * of_year + 2) / 153;
    let date = of_year - (153 * march_month + 2) / 5 + 1;
    let month = if march_month < 10 { march_month + 3 } else { march_month - 9 };
    (year_of_era + era * 400 + i64::from(month <= 2), month, date)
}

/// The number of days from 1970-01-01 to this date.
fn days(year: i64, month: i64, date: i64) -> i64 {
    let march_year = if month <= 2 { year - 1 } else { year };
    let (era, of_era) = (march_year.div_euclid(400), march_year.rem_euclid(400));
    let march_month = (month + 9) % 12;
    let of_year = (153 * march_month + 2) / 5 + date - 1;
    era * 146_097 + of_era * 365 + of_era / 4 - of_era / 100 + of_year - 719_468
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    /// Berlin around the changes of 2026, and a zone whose clocks go forward at midnight (Cairo's rule of 2026-04-24).
    fn berlin() -> Zone {
        Zone::new(vec![(1_761_440_400, 3_600), (1_774_746_000, 7_200), (1_792_890_000, 3_600)])
    }

    fn cairo() -> Zone {
        Zone::new(vec![(1_761_858_000, 7_200), (1_776_981_600, 10_800)])
    }

    #[test]
    fn known_days() {
        // Checked with `date -u -d @…` and `TZ=… date`.
        let cases = [
            (PeriodKind::Daily, Zone::utc(), 1_795_305_600, "2026-11-22", 1_795_305_600, 1_795_392_000),
            (PeriodKind::Weekly, Zone::utc(), 1_795_305_600, "2026-W47", 1_794_787_200, 1_795_392_000),
            (PeriodKind::Monthly, Zone::utc(), 1_795_305_600, "2026-11", 1_793_491_200, 1_796_083_200),
            (PeriodKind::Weekly, Zone::utc(), 1_798_761_600, "2026-W53", 1_798_416_000, 1_799_020_800),
            (PeriodKind::Monthly, Zone::utc(), 951_782_400, "2000-02", 949_363_200, 951_868_800),
            (PeriodKind::Daily, berlin(), 1_774_746_000, "2026-03-29", 1_774_738_800, 1_774_821_600),
            (PeriodKind::Daily, berlin(), 1_792_890_000, "2026-10-25", 1_792_879_200, 1_792_969_200),
            (PeriodKind::Daily, cairo(), 1_776_981_600, "2026-04-24", 1_776_981_600, 1_777_064_400),
        ];
        for (kind, zone, now_s, name, start, end) in cases {
            let period = Period::at(kind, &zone, now_s * 1_000_000);
            assert_eq!(
                (period.name.as_str(), period.start_us / 1_000_000, period.end_us / 1_000_000),
                (name, start, end)
            );
        }
    }

    proptest! {
        #[test]
        fn periods_follow_one_another(now_s in 0i64..4_000_000_000, kind in 0usize..3, zone in 0usize..3) {
            let kind = PeriodKind::ALL[kind];
            let zone = [Zone::utc(), berlin(), cairo()][zone].clone();
            let now_us = now_s * 1_000_000;
            let period = Period::at(kind, &zone, now_us);
            prop_assert!(period.start_us <= now_us && now_us < period.end_us, "{period:?}");
            prop_assert_eq!(kind.span(&zone, now_us), (period.start_us, period.end_us));
            prop_assert_eq!(&Period::at(kind, &zone, period.start_us), &period);
            prop_assert_eq!(&Period::at(kind, &zone, period.end_us - 1), &period);
            let next = Period::at(kind, &zone, period.end_us);
            prop_assert_eq!(next.start_us, period.end_us);
            prop_assert!(next.name > period.name);
        }

        #[test]
        fn dates_come_back(day in -1_000_000i64..1_000_000) {
            let (year, month, date) = civil(day);
            prop_assert_eq!(days(year, month, date), day);
            prop_assert!((1..=12).contains(&month) && (1..=31).contains(&date));
        }
    }
}
