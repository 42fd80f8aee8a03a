//! The headers by which clients know how much is left of their rate limits.

use std::fmt::Write as _;

use http::header::{HeaderName, HeaderValue};
use http::{HeaderMap, Response};
use thinkwatch_policy::dialect::Dialect;
use thinkwatch_policy::limits::{Counter, Metric, Standing, Window};
use thinkwatch_policy::ports::{Answer, Counters};

use thinkwatch_wire::models::rfc3339;

use crate::body::AnswerBody;

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
    fn remaining(&self) -> u64 {
        self.max.saturating_sub(self.used)
    }

    /// Writes the headers of this limit in the names of the dialect; Messages gets those of OpenAI besides, which gateways'
    /// dashboards read.
    pub(crate) fn tell(&self, dialect: Dialect, now_us: i64, headers: &mut HeaderMap) {
        let at = usize::from(self.metric == Metric::Tokens);
        // The newest that is counted leaves the window when all of it has passed: then, without further calls, it is empty.
        let seconds = self.window.seconds();
        let mut put = |[limit, remaining, reset]: &Names, when: String| {
            headers.insert(limit.clone(), HeaderValue::from(self.max));
            headers.insert(remaining.clone(), HeaderValue::from(self.remaining()));
            if let Ok(when) = HeaderValue::try_from(when) {
                headers.insert(reset.clone(), when);
            }
        };
        if dialect == Dialect::Messages {
            put(&ANTHROPIC[at], rfc3339(now_us.div_euclid(1_000_000).saturating_add(seconds)));
        }
        put(&OPENAI[at], duration(seconds));
    }
}

/// Of requests and of tokens, the limit of which the smallest share is left.
pub(crate) fn tightest(rates: &[(Counter, u64)], standings: &[Standing]) -> [Option<Rate>; 2] {
    let mut tightest: [Option<Rate>; 2] = [None; 2];
    for ((counter, max), standing) in rates.iter().zip(standings) {
        let Counter::Ring { metric, window, .. } = counter else { continue };
        let rate = Rate { metric: *metric, window: *window, max: *max, used: standing.used };
        let slot = &mut tightest[usize::from(rate.metric == Metric::Tokens)];
        let share = |rate: &Rate| u128::from(rate.remaining()) * u128::from(u64::MAX) / u128::from(rate.max.max(1));
        if slot.is_none_or(|known| share(&rate) < share(&known)) {
            *slot = Some(rate);
        }
    }
    tightest
}

/// The answer, with how the limits of its caller stand. Where that has to be waited for it is asked for while the provider
/// answers.
pub(crate) async fn told(
    answering: impl Future<Output = Response<AnswerBody>>,
    counters: &dyn Counters,
    rates: Vec<(Counter, u64)>,
    dialect: Dialect,
    now_us: i64,
) -> Response<AnswerBody> {
    let asked = rates.iter().map(|(counter, _)| counter.clone()).collect();
    let (mut response, standings) = match counters.peek(asked, now_us) {
        Answer::Ready(standings) => (answering.await, standings),
        Answer::Waiting(standings) => tokio::join!(answering, standings),
    };
    for rate in tightest(&rates, &standings.unwrap_or_default()).into_iter().flatten() {
        rate.tell(dialect, now_us, response.headers_mut());
    }
    response
}

/// Tells clients not to try again by themselves.
pub(crate) fn do_not_retry(headers: &mut HeaderMap) {
    const X_SHOULD_RETRY: HeaderName = HeaderName::from_static("x-should-retry");
    headers.insert(X_SHOULD_RETRY, HeaderValue::from_static("false"));
}

/// `1m0s`, `5h0m0s`: as OpenAI writes it.
fn duration(seconds: i64) -> String {
    let (hours, minutes, seconds) = (seconds / 3600, seconds / 60 % 60, seconds % 60);
    let mut text = String::new();
    let written = match (hours, minutes) {
        (0, 0) => write!(text, "{seconds}s"),
        (0, _) => write!(text, "{minutes}m{seconds}s"),
        _ => write!(text, "{hours}h{minutes}m{seconds}s"),
    };
    debug_assert!(written.is_ok(), "writing to a string cannot fail");
    text
}

#[cfg(test)]
mod tests {
    use thinkwatch_policy::limits::{Subject, SubjectKind};
    use thinkwatch_policy::principal::Surface;

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
        let ring = |metric, window| Counter::Ring {
            subject: Subject { kind: SubjectKind::User, id: "u".into() },
            surface: Surface::AiGateway,
            metric,
            window,
        };
        let rates = [
            (ring(Metric::Requests, Window::Minute), 10),
            (ring(Metric::Requests, Window::Day), 1000),
            (ring(Metric::Tokens, Window::Minute), 5),
        ];
        let used = [4, 500, 9].map(|used| Standing { used, reserved: 0 });
        let [requests, tokens] = tightest(&rates, &used);
        assert_eq!(requests.map(|rate| (rate.window, rate.remaining())), Some((Window::Day, 500)));
        assert_eq!(tokens.map(|rate| (rate.window, rate.remaining())), Some((Window::Minute, 0)));
        assert_eq!(tightest(&[], &[]), [None, None]);
    }
}
