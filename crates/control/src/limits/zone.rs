//! The zones of the world, as the list of changes that budgets reckon with.

use jiff::Timestamp;
use jiff::tz::TimeZone;
use thinkwatch_policy::limits::Zone;

use crate::clock::days;
use crate::error::{ControlError, Result};

/// Changes are known this far back and ahead: a part of the snapshot that is older than thirty years was not made by this
/// process.
const BACK_US: i64 = days(3 * 366);
const AHEAD_US: i64 = days(30 * 366);

/// The zone of this name, around `now_us`.
pub fn read(name: &str, now_us: i64) -> Result<Zone> {
    let unknown = || {
        let message = format!("`{name}` is not a time zone; give a name such as UTC or Europe/Berlin");
        ControlError::invalid("organisation.timezone", message)
    };
    if name == "UTC" {
        return Ok(Zone::utc());
    }
    let zone = TimeZone::get(name).map_err(|_| unknown())?;
    let from = Timestamp::from_microsecond(now_us.saturating_sub(BACK_US)).map_err(|_| unknown())?;
    let until = now_us.saturating_add(AHEAD_US) / 1_000_000;
    let first = (from.as_second(), i64::from(zone.to_offset(from).seconds()));
    let later = zone
        .following(from)
        .map(|change| (change.timestamp().as_second(), i64::from(change.offset().seconds())))
        .take_while(|(since, _)| *since < until);
    Ok(Zone::new(std::iter::once(first).chain(later).collect()))
}

#[cfg(test)]
mod tests {
    use thinkwatch_policy::limits::Period;
    use thinkwatch_policy::limits::PeriodKind::{Daily, Monthly, Weekly};

    use super::*;

    #[test]
    fn days_begin_where_people_live() {
        // 2026-11-22T18:00:00Z; what is expected was checked with `TZ=… date`.
        let now_s = 1_795_370_400;
        for (zone, kind, name, start_s) in [
            ("UTC", Daily, "2026-11-22", 1_795_305_600),
            ("Europe/Berlin", Daily, "2026-11-22", 1_795_302_000),
            ("Asia/Kolkata", Daily, "2026-11-22", 1_795_285_800),
            ("Asia/Shanghai", Daily, "2026-11-23", 1_795_363_200),
            ("America/New_York", Monthly, "2026-11", 1_793_505_600),
            ("Etc/GMT+5", Weekly, "2026-W47", 1_794_805_200),
        ] {
            let known = read(zone, now_s * 1_000_000).unwrap();
            let period = Period::at(kind, &known, now_s * 1_000_000);
            assert_eq!((period.name.as_str(), period.start_us / 1_000_000), (name, start_s), "{zone}");
        }
        // Summer time of a year that is yet to come.
        let july = 1_972_900_800;
        let berlin = read("Europe/Berlin", now_s * 1_000_000).unwrap();
        let day = Period::at(Daily, &berlin, july * 1_000_000);
        assert_eq!((july - day.start_us / 1_000_000) % 3600, 0, "{day:?}");
    }

    #[test]
    fn an_unknown_zone_is_told() {
        for name in ["Mars/Olympus", "", "Berlin"] {
            let error = read(name, 0).unwrap_err();
            assert!(
                matches!(&error, ControlError::Invalid { field, .. } if field == "organisation.timezone"),
                "{error}"
            );
        }
    }
}
