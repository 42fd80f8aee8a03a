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
