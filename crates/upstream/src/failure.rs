//! Classes of failure, and what follows from each: one table for failover, blame and names.

use std::time::Duration;

use http::{HeaderMap, StatusCode};
use thinkwatch_outbound::CallError;
use thinkwatch_policy::retry::Again;
use time::OffsetDateTime;
use time::format_description::well_known::Rfc2822;

use crate::report::ErrorReport;

/// Which wait was too long.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum TimeoutStage {
    /// For a connection.
    Connect,
    /// For the first byte or event of the answer.
    FirstByte,
    /// Between two events.
    Idle,
    /// For the complete answer.
    Total,
}

/// What a failed attempt means.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum FailureClass {
    /// The request itself is wrong; it would be wrong everywhere.
    ClientFault,
    /// The request is larger than this upstream takes.
    TooLarge,
    /// More tokens than the model can hold.
    ContextLength,
    /// The provider's own content policy.
    ContentPolicy,
    /// Something the request names does not exist there (a stored response, a file).
    NotFound,
    /// The provider does not know the model, or our account may not use it.
    ModelMissing,
    /// Our credential was not taken.
    UpstreamAuth,
    /// There is no credential to sign with: where the machine's come from gives none.
    NoCredential,
    /// Our account there is empty or at its hard limit.
    QuotaExhausted,
    /// Too many requests or tokens.
    RateLimited {
        /// How long the provider asks to wait.
        retry_after: Option<Duration>,
    },
    /// The provider has no capacity right now.
    Overloaded {
        /// How long the provider asks to wait.
        retry_after: Option<Duration>,
    },
    /// The provider failed.
    ServerError,
    /// The provider answered with a redirect, which is never followed with a credential in hand.
    Redirect,
    /// A wait was too long.
    Timeout(TimeoutStage),
    /// The provider's name does not resolve.
    Dns,
    /// The provider does not take connections.
    Connect,
    /// The proxy on the way there gave no tunnel.
    Proxy,
    /// No trusted TLS session.
    Tls,
    /// The provider's address may not be connected to.
    PrivateAddress,
    /// The connection ended before the head of an answer.
    Reset,
    /// The connection ended in the middle of the answer.
    Broken,
    /// What came is not HTTP, or not the dialect.
    Protocol,
    /// The request could not be built for this provider.
    Unsendable,
    /// The request holds something the provider's dialect has no word for, and nothing may be lost.
    Unconvertible,
}

/// Whose doing it is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Fault {
    /// The caller's: outcome `client_error`. Never counts against a route.
    Caller,
    /// The provider's, or of the way to it: outcome `upstream_error`.
    Upstream,
}

impl FailureClass {
    /// Whether another route may do better, as long as nothing has been sent to the client.
    ///
    /// What is wrong with the request stays wrong elsewhere, and asking again costs time and perhaps money.
    pub const fn try_next_route(self) -> bool {
        self.row().1
    }

    /// Whose doing it is.
    pub const fn fault(self) -> Fault {
        self.row().2
    }

    /// The name in records, metrics and logs.
    pub const fn label(self) -> &'static str {
        self.row().0
    }

    const fn row(self) -> (&'static str, bool, Fault) {
        use Fault::{Caller, Upstream};
        match self {
            Self::ClientFault => ("client_fault", false, Caller),
            Self::TooLarge => ("too_large", false, Caller),
            Self::ContextLength => ("context_length", false, Caller),
            Self::ContentPolicy => ("content_policy", false, Caller),
            Self::NotFound => ("not_found", false, Caller),
            Self::ModelMissing => ("model_missing", true, Upstream),
            Self::UpstreamAuth => ("upstream_auth", true, Upstream),
            Self::NoCredential => ("no_credential", true, Upstream),
            Self::QuotaExhausted => ("quota_exhausted", true, Upstream),
            Self::RateLimited { .. } => ("rate_limited", true, Upstream),
            Self::Overloaded { .. } => ("overloaded", true, Upstream),
            Self::ServerError => ("server_error", true, Upstream),
            Self::Redirect => ("redirect", true, Upstream),
            Self::Timeout(TimeoutStage::Connect) => ("connect_timeout", true, Upstream),
            Self::Timeout(TimeoutStage::FirstByte) => ("first_byte_timeout", true, Upstream),
            Self::Timeout(TimeoutStage::Idle) => ("idle_timeout", true, Upstream),
            Self::Timeout(TimeoutStage::Total) => ("total_timeout", false, Upstream),
            Self::Dns => ("dns", true, Upstream),
            Self::Connect => ("connect", true, Upstream),
            Self::Proxy => ("proxy", true, Upstream),
            Self::Tls => ("tls", true, Upstream),
            Self::PrivateAddress => ("private_address", true, Upstream),
            Self::Reset => ("reset", true, Upstream),
            Self::Broken => ("broken", true, Upstream),
            Self::Protocol => ("protocol", true, Upstream),
            Self::Unsendable => ("unsendable", true, Upstream),
            Self::Unconvertible => ("unconvertible", true, Caller),
        }
    }

    /// Whether the same route may be asked again, given the status that came (0: none).
    ///
    /// A silent provider is left and not asked again, and one that says no without saying when is not pressed.
    pub fn again(self, status: u16) -> Again {
        let asked = |delay: Duration| Again::After(i64::try_from(delay.as_micros()).unwrap_or(i64::MAX));
        match self {
            Self::Reset => Again::Once,
            // Also in an error event in place of the first one, where there is no status.
            Self::ServerError if matches!(status, 0 | 500 | 502 | 503 | 529) => Again::Once,
            Self::Overloaded { retry_after } => retry_after.map_or(Again::Once, asked),
            Self::RateLimited { retry_after: Some(delay) } => asked(delay),
            _ => Again::Never,
        }
    }

    /// Whether it tells something of the route: what the caller did wrong, or what cannot be written for it, does not.
    pub const fn counts_against_route(self) -> bool {
        matches!(self.fault(), Fault::Upstream) && !matches!(self, Self::Unsendable)
    }

    /// How long the provider asks to wait, if it does.
    pub const fn retry_after(self) -> Option<Duration> {
        match self {
            Self::RateLimited { retry_after } | Self::Overloaded { retry_after } => retry_after,
            _ => None,
        }
    }

    /// The class of a call without an answer.
    pub const fn of_call(error: &CallError) -> Self {
        match error {
            CallError::Refused { .. } => Self::PrivateAddress,
            CallError::Dns { .. } => Self::Dns,
            CallError::Connect { .. } => Self::Connect,
            CallError::ConnectTimeout { .. } => Self::Timeout(TimeoutStage::Connect),
            CallError::Proxy { .. } => Self::Proxy,
            CallError::Tls { .. } => Self::Tls,
            CallError::BeforeHeaders { .. } | CallError::NotSent => Self::Reset,
            CallError::Http { .. } => Self::Protocol,
            CallError::Invalid { .. } => Self::Unsendable,
        }
    }

    fn of_status(status: StatusCode) -> Self {
        match status.as_u16() {
            300..=399 => Self::Redirect,
            401 | 403 | 407 => Self::UpstreamAuth,
            402 => Self::QuotaExhausted,
            404 | 410 => Self::NotFound,
            413 => Self::TooLarge,
            429 => Self::RateLimited { retry_after: None },
            408 => Self::ServerError,
            400..=499 => Self::ClientFault,
            503 | 529 => Self::Overloaded { retry_after: None },
            500..=599 => Self::ServerError,
            _ => Self::Protocol,
        }
    }

    fn after(self, delay: Option<Duration>) -> Self {
        match self {
            Self::RateLimited { .. } => Self::RateLimited { retry_after: delay },
            Self::Overloaded { .. } => Self::Overloaded { retry_after: delay },
            other => other,
        }
    }
}

/// One line of a provider's error table.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Row {
    /// Only with this status; 0 for any, also none.
    status: u16,
    /// Only where there is no status, in a stream.
    bare: bool,
    /// The `code` or `type` of the error; empty for any.
    word: &'static str,
    /// What its message contains, in lower case; empty for anything.
    says: &'static str,
    class: FailureClass,
}

impl Row {
    /// The row only counts where there is no status.
    pub(crate) const fn without_status(mut self) -> Self {
        self.bare = true;
        self
    }

    fn fits(&self, status: Option<StatusCode>, report: &ErrorReport) -> bool {
        // Inside a stream there is no status left to compare with, so the words must do.
        let status_fits = match status {
            Some(status) => !self.bare && (self.status == 0 || self.status == status.as_u16()),
            None => true,
        };
        status_fits
            && (self.word.is_empty() || report.code == self.word || report.kind == self.word)
            && (self.says.is_empty() || report.message.to_ascii_lowercase().contains(self.says))
    }
}

/// A row by `code` or `type`.
pub(crate) const fn word(word: &'static str, class: FailureClass) -> Row {
    Row { status: 0, bare: false, word, says: "", class }
}

/// A row by status and a part of the message.
pub(crate) const fn says(status: u16, says: &'static str, class: FailureClass) -> Row {
    Row { status, bare: false, word: "", says, class }
}

/// The class of an error answer, or (without a status) of an error event in a stream.
pub(crate) fn classify(
    tables: &[&[Row]],
    status: Option<StatusCode>,
    headers: Option<&HeaderMap>,
    report: &ErrorReport,
) -> FailureClass {
    let found = tables.iter().copied().flatten().find(|row| row.fits(status, report)).map(|row| row.class);
    found
        .unwrap_or_else(|| status.map_or(FailureClass::ServerError, FailureClass::of_status))
        .after(headers.and_then(delay).or(report.retry_after))
}

/// `retry-after-ms`, or `retry-after` in seconds or as a date (RFC 9110, 10.2.3). A date is compared with the provider's own
/// `date` where it sends one: whether its clock is ours does not matter then.
fn delay(headers: &HeaderMap) -> Option<Duration> {
    let text = |name: &str| headers.get(name)?.to_str().ok().map(str::trim);
    let number = |name: &str| text(name)?.parse::<f64>().ok();
    if let Some(seconds) = number("retry-after-ms").map(|ms| ms / 1000.0).or_else(|| number("retry-after")) {
        return Duration::try_from_secs_f64(seconds).ok();
    }
    let date = |name: &str| OffsetDateTime::parse(text(name)?, &Rfc2822).ok();
    let until = date("retry-after")?;
    let now = date("date").unwrap_or_else(OffsetDateTime::now_utc);
    Some(Duration::try_from(until - now).unwrap_or(Duration::ZERO))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn when_to_come_again_is_read_in_every_form() {
        let check = |given: &[(&'static str, &str)], expected: Option<u64>| {
            let headers = given.iter().map(|(name, value)| (name.parse().unwrap(), value.parse().unwrap()));
            let headers: HeaderMap = headers.collect();
            assert_eq!(delay(&headers), expected.map(Duration::from_millis), "{given:?}");
        };
        check(&[("retry-after", "2")], Some(2_000));
        check(&[("retry-after", " 1.5 ")], Some(1_500));
        check(&[("retry-after-ms", "250"), ("retry-after", "1")], Some(250));
        let date = ("date", "Sun, 06 Nov 1994 08:49:37 GMT");
        check(&[("retry-after", "Sun, 06 Nov 1994 08:49:40 GMT"), date], Some(3_000));
        check(&[("retry-after", "Sun, 06 Nov 1994 08:49:30 GMT"), date], Some(0));
        check(&[("retry-after", "Sun, 06 Nov 1994 08:49:37 GMT")], Some(0));
        check(&[("retry-after", "-1")], None);
        check(&[("retry-after", "soon")], None);
        check(&[], None);
    }

    #[test]
    fn only_a_moments_trouble_is_tried_again_at_the_same_route() {
        use FailureClass as F;
        let second = Some(Duration::from_secs(1));
        for (class, status, expected) in [
            (F::Reset, 0, Again::Once),
            (F::ServerError, 500, Again::Once),
            (F::ServerError, 502, Again::Once),
            (F::ServerError, 503, Again::Once),
            (F::ServerError, 504, Again::Never),
            (F::ServerError, 408, Again::Never),
            (F::Overloaded { retry_after: None }, 503, Again::Once),
            (F::Overloaded { retry_after: second }, 529, Again::After(1_000_000)),
            (F::RateLimited { retry_after: second }, 429, Again::After(1_000_000)),
            (F::RateLimited { retry_after: None }, 429, Again::Never),
            (F::Timeout(TimeoutStage::FirstByte), 0, Again::Never),
            (F::Timeout(TimeoutStage::Connect), 0, Again::Never),
            (F::Broken, 200, Again::Never),
            (F::ContextLength, 400, Again::Never),
            (F::ContentPolicy, 400, Again::Never),
            (F::QuotaExhausted, 429, Again::Never),
        ] {
            assert_eq!(class.again(status), expected, "{class:?} {status}");
        }
    }
}
