//! A call that a limit or a budget refused: what its client is told, in words and in headers.

use http::HeaderMap;
use thinkwatch_policy::catalogue::Route;
use thinkwatch_policy::dialect::Dialect;
use thinkwatch_policy::limits::{Claim, Counter, Metric, Refusal, RefusalKind, Unit};
use thinkwatch_policy::ports::Unavailable;
use thinkwatch_policy::pricing::format_usd;
use thinkwatch_wire::error::{ApiError, ErrorKind};
use thinkwatch_wire::models::rfc3339;

use crate::rate_headers::{self, Rate};
use crate::reserve::Wanting;
use crate::serve::Parts;

/// Why limits or budgets let a call go no further.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Limited {
    /// This rule.
    Rule {
        refusal: Refusal,
        /// What the call asked of it.
        claim: Option<Claim>,
        /// When it was refused, in microseconds since the epoch.
        now_us: i64,
    },
    /// Nobody can say how they stand.
    Unavailable(Unavailable),
}

impl Limited {
    /// The rule's refusal, with what the call asked of it.
    pub(crate) fn rule(refusal: Refusal, wanting: &Wanting<'_>, parts: &Parts, candidates: &[Route]) -> Self {
        // Only what is asked wherever it goes: how a provider stands is none of the caller's business.
        let claims = wanting.assess(parts, candidates).unwrap_or_default().claims;
        let claim = claims.always.into_iter().find(|claim| claim.name == refusal.name);
        Self::Rule { refusal, claim, now_us: wanting.now_us }
    }

    /// A short word for records and metrics.
    pub(crate) fn class(&self) -> &'static str {
        match self {
            Self::Rule { refusal: Refusal { kind: RefusalKind::Budget { .. }, .. }, .. } => "budget",
            Self::Rule { .. } => "rate_limit",
            Self::Unavailable(_) => "limits_unavailable",
        }
    }

    /// What the client is told.
    pub(crate) fn to_error(&self) -> ApiError {
        let (refusal, claim) = match self {
            Self::Unavailable(what) => {
                return ApiError::new(ErrorKind::Overloaded, format!("{what}; try again"))
                    .with_status(503)
                    .with_code("limits_unavailable")
                    .with_retry_after_s(1);
            }
            Self::Rule { refusal, claim, .. } => (refusal, claim.as_ref()),
        };
        let Refusal { name, used, max, retry_after_us, kind } = refusal;
        match kind {
            RefusalKind::Concurrency => {
                let message = format!("the limit `{name}` is reached: {used} of {max} calls at once are in progress");
                ApiError::new(ErrorKind::RateLimited, message).with_retry_after_s(1)
            }
            RefusalKind::Rate => {
                let asks = asks(claim);
                let error = |rest: String| {
                    let message = format!("the limit `{name}` is reached: {used} of {max} are used{asks}{rest}");
                    ApiError::new(ErrorKind::RateLimited, message)
                };
                match retry_after_us {
                    Some(wait_us) => {
                        let seconds = seconds_up(*wait_us);
                        error(format!("; try again in {seconds} s")).with_retry_after_s(seconds)
                    }
                    None => error(", more than it ever allows: ask for fewer output tokens".to_owned()),
                }
            }
            RefusalKind::Budget { ends_us } => {
                let stands = claim.map_or_else(String::new, |claim| {
                    let [used, max, asks] = [*used, *max, claim.amount].map(|amount| shown(claim, amount));
                    format!(": {used} of {max} are spent or reserved, and this call may use up to {asks}")
                });
                let ends = |ends: i64| format!("; its period ends at {}", rfc3339(ends.div_euclid(1_000_000)));
                let ends = ends_us.map_or_else(String::new, ends);
                let message = format!("the budget `{name}` is exhausted{stands}{ends}");
                ApiError::new(ErrorKind::BudgetExhausted, message)
            }
        }
    }

    /// The headers that tell the same to programs.
    pub(crate) fn tell(&self, dialect: Dialect, headers: &mut HeaderMap) {
        let Self::Rule { refusal, claim, now_us } = self else { return };
        if refusal.kind != RefusalKind::Concurrency && (refusal.retry_after_us.is_none() || self.class() == "budget") {
            // Trying again is of no use, and the clients of OpenAI and Anthropic believe this header.
            rate_headers::do_not_retry(headers);
        }
        if let Some(Claim { counter: Counter::Ring { metric, window, .. }, .. }) = claim {
            let rate = Rate { metric: *metric, window: *window, max: refusal.max, used: refusal.used };
            rate.tell(dialect, *now_us, headers);
        }
    }
}

/// What the call asks for beyond its being one more.
fn asks(claim: Option<&Claim>) -> String {
    match claim {
        Some(Claim { counter: Counter::Ring { metric: Metric::Tokens, .. }, amount, .. }) => {
            format!(", and this call may use up to {amount} tokens")
        }
        _ => String::new(),
    }
}

/// An amount of a budget, as people read it.
fn shown(claim: &Claim, amount: u64) -> String {
    match &claim.counter {
        Counter::Purse(key) if key.unit == Unit::Usd => {
            format!("{} USD", format_usd(i64::try_from(amount).unwrap_or(i64::MAX)))
        }
        _ => format!("{amount} tokens"),
    }
}

/// Seconds, rounded up: who waits for them waits long enough.
fn seconds_up(micros: i64) -> u64 {
    u64::try_from(micros).unwrap_or(0).div_ceil(1_000_000).max(1)
}

#[cfg(test)]
mod tests {
    use thinkwatch_policy::limits::{PeriodKind, PurseKey, Subject, SubjectKind, Window};
    use thinkwatch_policy::principal::Surface;

    use super::*;

    fn told(refusal: Refusal, counter: Option<Counter>, amount: u64) -> (ApiError, HeaderMap) {
        let (name, max) = (refusal.name.clone(), refusal.max);
        let claim = counter.map(|counter| Claim { counter, amount, max, name, ends_us: None });
        let limited = Limited::Rule { refusal, claim, now_us: 0 };
        let mut headers = HeaderMap::new();
        limited.tell(Dialect::Chat, &mut headers);
        (limited.to_error(), headers)
    }

    fn refusal(name: &str, kind: RefusalKind, retry_after_us: Option<i64>) -> Refusal {
        Refusal { name: name.into(), used: 58, max: 60, retry_after_us, kind }
    }

    fn tokens() -> Counter {
        let subject = Subject { kind: SubjectKind::Key, id: "lin_1".into() };
        Counter::Ring { subject, surface: Surface::AiGateway, metric: Metric::Tokens, window: Window::Minute }
    }

    #[test]
    fn a_rate_limit_names_itself_and_when_to_come_again() {
        let (error, headers) = told(refusal("key:tokens/1m", RefusalKind::Rate, Some(1_200_001)), Some(tokens()), 9);
        let expected = "the limit `key:tokens/1m` is reached: 58 of 60 are used, and this call may use up to 9 tokens; \
                        try again in 2 s";
        assert_eq!((error.message.as_str(), error.retry_after_s), (expected, Some(2)));
        assert_eq!(headers["x-ratelimit-remaining-tokens"], "2");
        assert!(!headers.contains_key("x-should-retry"));
        let (error, headers) = told(refusal("key:tokens/1m", RefusalKind::Rate, None), Some(tokens()), 90);
        assert_eq!((error.kind, error.retry_after_s), (ErrorKind::RateLimited, None));
        assert_eq!(headers["x-should-retry"], "false");
        // Somebody else's place becomes free at any moment.
        let (error, headers) = told(refusal("user:concurrency", RefusalKind::Concurrency, None), None, 1);
        assert_eq!((error.retry_after_s, headers.is_empty()), (Some(1), true));
    }

    #[test]
    fn a_budget_says_when_its_period_ends_and_a_providers_says_no_amounts() {
        let ends = RefusalKind::Budget { ends_us: Some(1_796_083_200_000_000) };
        let subject = Subject { kind: SubjectKind::Team, id: "team_1".into() };
        let key = PurseKey { subject, unit: Unit::Usd, period: PeriodKind::Monthly, start_us: 0 };
        let (error, headers) =
            told(refusal("team:usd/monthly", ends, Some(5)), Some(Counter::Purse(key)), 2_500_000_000);
        let expected = "the budget `team:usd/monthly` is exhausted: 0.000000058 USD of 0.00000006 USD are spent or reserved, \
                        and this call may use up to 2.5 USD; its period ends at 2026-12-01T00:00:00Z";
        assert_eq!((error.message.as_str(), error.kind), (expected, ErrorKind::BudgetExhausted));
        assert_eq!((error.retry_after_s, &headers["x-should-retry"]), (None, &"false".parse().unwrap()));
        let (error, _) = told(refusal("provider:usd/daily", ends, None), None, 0);
        let expected = "the budget `provider:usd/daily` is exhausted; its period ends at 2026-12-01T00:00:00Z";
        assert_eq!(error.message, expected);
    }
}
