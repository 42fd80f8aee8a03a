//! The headers by which clients know how much is left of their rate limits.

use http::HeaderMap;
use http::header::{HeaderName, HeaderValue};
use thinkwatch_policy::dialect::Dialect;
use thinkwatch_policy::limits::{Claim, Counter, Metric, Window};

use thinkwatch_wire::models::rfc3339;

/// How a rate limit stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Rate {
    pub(crate) metric: Metric,
    pub(crate) window: Window,
    pub(crate) max: u64,
    pub(crate) used: u64,
}

/// The names in one family: limit, remaining, reset.
type Names = [HeaderName; 3];

/// Those of OpenAI, which other dialects' clients know as well as any.
/// <https://platform.openai.com/docs/guides/rate-limits#rate-limits-in-headers>
static OPENAI: [Names; 2] = [
    [
        HeaderName::from_static("x-ratelimit-limit-requests"),
        HeaderName::from_static("x-ratelimit-remaining-requests"),
        HeaderName::from_static("x-ratelimit-reset-requests"),
    ],
    [
        HeaderName::from_static("x-ratelimit-limit-tokens"),
        HeaderName::from_static("x-ratelimit-remaining-tokens"),
        HeaderName::from_static("x-ratelimit-reset-tokens"),
    ],
];

/// Those of Anthropic. <https://docs.anthropic.com/en/api/rate-limits#response-headers>
static ANTHROPIC: [Names; 2] = [
    [
        HeaderName::from_static("anthropic-ratelimit-requests-limit"),
        HeaderName::from_static("anthropic-ratelimit-requests-remaining"),
        HeaderName::from_static("anthropic-ratelimit-requests-reset"),
    ],
    [
        HeaderName::from_static("anthropic-ratelimit-tokens-limit"),
        HeaderName::from_static("anthropic-ratelimit-tokens-remaining"),
        HeaderName::from_static("anthropic-ratelimit-tokens-reset"),
    ],
];

impl Rate {
    /// Of a rate limit that nothing was counted in yet; nothing for other claims.
    pub(crate) fn of(claim: &Claim) -> Option<Self> {
        let Counter::Ring { metric, window, .. } = claim.counter else { return None };
        Some(Self { metric, window, max: claim.max, used: 0 })
    }

    fn remaining(&self) -> u64 {
        self.max.saturating_sub(self.used)
    }

    /// Writes the headers of this limit in the names of the dialect; Messages gets those of OpenAI besides, which gateways'
    /// dashboards read.
    pub(crate) fn tell(&self, dialect: Dialect, now_us: i64, headers: &mut HeaderMap) {
        let at = usize::from(self.metric == Metric::Tokens);
        // The newest that is counted leaves the window when all of it has passed: then, without further calls, it is empty.
        let seconds = self.window.seconds();
        let (max, remaining) = (HeaderValue::from(self.max), HeaderValue::from(self.remaining()));
        let mut put = |names: &Names, values: [HeaderValue; 3]| {
            for (name, value) in names.iter().zip(values) {
                headers.insert(name, value);
            }
        };
        if dialect == Dialect::Messages
            && let Ok(when) = HeaderValue::try_from(rfc3339(now_us.div_euclid(1_000_000).saturating_add(seconds)))
        {
            put(&ANTHROPIC[at], [max.clone(), remaining.clone(), when]);
        }
        put(&OPENAI[at], [max, remaining, duration(self.window)]);
    }
}

/// Of requests and of tokens, the limit of which the smallest share is left.
fn tightest(rates: &[Rate]) -> [Option<Rate>; 2] {
    let mut tightest: [Option<Rate>; 2] = [None; 2];
    for &rate in rates {
        let slot = &mut tightest[usize::from(rate.metric == Metric::Tokens)];
        let share = |rate: &Rate| u128::from(rate.remaining()) * u128::from(u64::MAX) / u128::from(rate.max.max(1));
        if slot.is_none_or(|known| share(&rate) < share(&known)) {
            *slot = Some(rate);
        }
    }
    tightest
}

/// Tells in an answer how the rate limits of its caller stood when it was let in.
pub(crate) fn tell(rates: &[Rate], dialect: Dialect, now_us: i64, headers: &mut HeaderMap) {
    for rate in tightest(rates).into_iter().flatten() {
        rate.tell(dialect, now_us, headers);
    }
}

/// Tells clients not to try again by themselves.
pub(crate) fn do_not_retry(headers: &mut HeaderMap) {
    const X_SHOULD_RETRY: HeaderName = HeaderName::from_static("x-should-retry");
    headers.insert(X_SHOULD_RETRY, HeaderValue::from_static("false"));
}

/// `1m0s`, `5h0m0s`: as OpenAI writes it.
const fn duration(window: Window) -> HeaderValue {
    HeaderValue::from_static(match window {
        Window::Minute => "1m0s",
        Window::FiveMinutes => "5m0s",
        Window::Hour => "1h0m0s",
        Window::FiveHours => "5h0m0s",
        Window::Day => "24h0m0s",
        Window::Week => "168h0m0s",
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_dialect_gets_the_names_that_its_clients_know() {
        let check = |dialect, metric, window, expected: &[(&str, &str)]| {
            let mut headers = HeaderMap::new();
            Rate { metric, window, max: 60, used: 72 }.tell(dialect, 1_795_305_600_000_000, &mut headers);
            for (name, value) in expected {
                assert_eq!(headers.get(*name).map(|value| value.to_str().unwrap()), Some(*value), "{name}");
            }
            assert_eq!(headers.len(), expected.len());
        };
        check(
            Dialect::Chat,
            Metric::Requests,
            Window::Minute,
            &[
                ("x-ratelimit-limit-requests", "60"),
                ("x-ratelimit-remaining-requests", "0"),
                ("x-ratelimit-reset-requests", "1m0s"),
            ],
        );
        check(
            Dialect::Messages,
            Metric::Tokens,
            Window::FiveHours,
            &[
                ("anthropic-ratelimit-tokens-limit", "60"),
                ("anthropic-ratelimit-tokens-remaining", "0"),
                ("anthropic-ratelimit-tokens-reset", "2026-11-22T05:00:00Z"),
                ("x-ratelimit-limit-tokens", "60"),
                ("x-ratelimit-remaining-tokens", "0"),
                ("x-ratelimit-reset-tokens", "5h0m0s"),
            ],
        );
    }

    #[test]
    fn of_several_limits_the_tightest_is_told() {
        let rate = |metric, window, max, used| Rate { metric, window, max, used };
        let rates = [
            rate(Metric::Requests, Window::Minute, 10, 4),
            rate(Metric::Requests, Window::Day, 1000, 500),
            rate(Metric::Tokens, Window::Minute, 5, 9),
        ];
        let [requests, tokens] = tightest(&rates);
        assert_eq!(requests.map(|rate| (rate.window, rate.remaining())), Some((Window::Day, 500)));
        assert_eq!(tokens.map(|rate| (rate.window, rate.remaining())), Some((Window::Minute, 0)));
        assert_eq!(tightest(&[]), [None, None]);
    }
}
