//! How times, money and pages are shown, and how they are read back.

use serde::Serialize;
use time::OffsetDateTime;
use time::format_description::well_known::Rfc3339;
use time::macros::format_description;
use utoipa::ToSchema;

use crate::error::ApiError;
use axum::http::StatusCode;

/// The time now, in microseconds since the epoch.
pub(crate) fn now_us() -> i64 {
    i64::try_from(OffsetDateTime::now_utc().unix_timestamp_nanos() / 1000).unwrap_or(i64::MAX)
}

/// Microseconds since the epoch as RFC 3339, always in UTC and with six digits, so that texts sort like times.
pub(crate) fn time(us: i64) -> String {
    let format = format_description!("[year]-[month]-[day]T[hour]:[minute]:[second].[subsecond digits:6]Z");
    OffsetDateTime::from_unix_timestamp_nanos(i128::from(us) * 1000)
        .ok()
        .and_then(|at| at.format(&format).ok())
        .unwrap_or_default()
}

/// The same for a time that may be missing.
pub(crate) fn maybe_time(us: Option<i64>) -> Option<String> {
    us.map(time)
}

/// Reads an RFC 3339 time into microseconds.
pub(crate) fn read_time(field: &str, text: &str) -> Result<i64, ApiError> {
    // A `+` of an offset arrives as a space when the caller did not escape it.
    let nanos = OffsetDateTime::parse(&text.replace(' ', "+"), &Rfc3339)
        .map_err(|_| {
            ApiError::new(StatusCode::BAD_REQUEST, "invalid", "must be a time such as 2026-11-22T08:00:00Z")
                .field(Some(field))
        })?
        .unix_timestamp_nanos();
    Ok(i64::try_from(nanos / 1000).unwrap_or(i64::MAX))
}

/// The same for a time that may be missing.
pub(crate) fn read_maybe_time(field: &str, text: Option<&str>) -> Result<Option<i64>, ApiError> {
    text.map(|text| read_time(field, text)).transpose()
}

/// Nano-dollars as a decimal string of dollars.
pub(crate) fn money(nano: i64) -> String {
    thinkwatch_policy::pricing::format_usd(nano)
}

/// A page of a list.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct Page<T: ToSchema> {
    /// The rows.
    pub(crate) items: Vec<T>,
    /// Give it as `cursor` to get the next page; `null` on the last one.
    pub(crate) next_cursor: Option<String>,
}

impl<T: ToSchema> Page<T> {
    /// Everything there is, on one page.
    pub(crate) fn whole(items: impl IntoIterator<Item = T>) -> Self {
        Self { items: items.into_iter().collect(), next_cursor: None }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn times_read_back_and_sort_as_text() {
        for (us, text) in [
            (0, "1970-01-01T00:00:00.000000Z"),
            (1_795_324_147_500_000, "2026-11-22T05:09:07.500000Z"),
            (1_795_324_147_500_001, "2026-11-22T05:09:07.500001Z"),
        ] {
            assert_eq!(time(us), text);
            assert_eq!(read_time("from", text).ok(), Some(us));
        }
        assert_eq!(read_time("from", "2026-11-22T07:09:07 02:00").ok(), Some(1_795_324_147_000_000));
        assert!(read_time("from", "yesterday").is_err());
    }
}
