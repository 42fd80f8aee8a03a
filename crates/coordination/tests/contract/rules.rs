//! Rules and calls for the checks, and questions in one line.

use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

use thinkwatch_policy::ids::RequestId;
use thinkwatch_policy::limits::{
    Ask, Claim, Counter, Metric, PeriodKind, PurseKey, Reserved, Standing, Subject, SubjectKind, Unit, Window,
};
use thinkwatch_policy::ports::Unavailable;
use thinkwatch_policy::principal::Surface;

use crate::backends::Backend;

/// The checks' clock begins here, in the middle of every sub-window.
pub(crate) const START: i64 = 1_790_000_000_500_000;

pub(crate) fn subject(id: &str) -> Subject {
    Subject { kind: SubjectKind::Key, id: id.into() }
}

pub(crate) fn ring(id: &str, metric: Metric, window: Window) -> Counter {
    Counter::Ring { subject: subject(id), surface: Surface::AiGateway, metric, window }
}

pub(crate) fn gauge(id: &str) -> Counter {
    Counter::Gauge { subject: subject(id), surface: Surface::AiGateway }
}

pub(crate) fn purse(id: &str, unit: Unit) -> PurseKey {
    PurseKey { subject: subject(id), unit, period: PeriodKind::Monthly, start_us: START - 86_400_000_000 }
}

pub(crate) fn usd(id: &str) -> Counter {
    Counter::Purse(purse(id, Unit::Usd))
}

pub(crate) fn claim(counter: Counter, amount: u64, max: u64) -> Claim {
    let ends_us = matches!(counter, Counter::Purse(_)).then_some(START + 86_400_000_000);
    let name = match &counter {
        Counter::Ring { subject, metric, window, .. } => {
            format!("{}:{}/{}", subject.id, metric.as_str(), window.as_str())
        }
        Counter::Gauge { subject, .. } => format!("{}:concurrency", subject.id),
        Counter::Purse(key) => format!("{}:{}/{}", key.subject.id, key.unit.as_str(), key.period.as_str()),
    };
    Claim { counter, amount, max, name: name.into(), ends_us }
}

pub(crate) fn requests(id: &str, max: u64) -> Claim {
    claim(ring(id, Metric::Requests, Window::Minute), 1, max)
}

pub(crate) fn tokens(id: &str, amount: u64, max: u64) -> Claim {
    claim(ring(id, Metric::Tokens, Window::Minute), amount, max)
}

pub(crate) fn budget(id: &str, amount: u64, max: u64) -> Claim {
    claim(usd(id), amount, max)
}

/// A call nobody made before.
pub(crate) fn a_call() -> RequestId {
    static MADE: AtomicU64 = AtomicU64::new(1);
    RequestId(u128::from(MADE.fetch_add(1, Ordering::Relaxed)))
}

/// Asks for claims without a choice.
pub(crate) async fn reserve(
    of: &Arc<dyn Backend>,
    call: RequestId,
    now_us: i64,
    always: Vec<Claim>,
) -> Result<Reserved, Unavailable> {
    of.reserve(Ask { call, now_us, always, choices: Vec::new() }).get().await
}

/// The same, and who refused.
pub(crate) async fn refused_by(of: &Arc<dyn Backend>, now_us: i64, always: Vec<Claim>) -> Option<String> {
    match reserve(of, a_call(), now_us, always).await.unwrap() {
        Reserved::Taken { .. } => None,
        Reserved::Refused { refusal, .. } => Some(refusal.name.to_string()),
    }
}

pub(crate) async fn standing(of: &Arc<dyn Backend>, counter: Counter, now_us: i64) -> Standing {
    of.peek(vec![counter], now_us).get().await.unwrap()[0]
}

pub(crate) async fn used(of: &Arc<dyn Backend>, counter: Counter, now_us: i64) -> u64 {
    standing(of, counter, now_us).await.used
}

/// What is spent and reserved of a budget.
pub(crate) async fn purse_of(of: &Arc<dyn Backend>, id: &str) -> (u64, u64) {
    let standing = standing(of, usd(id), START).await;
    (standing.used, standing.reserved)
}
