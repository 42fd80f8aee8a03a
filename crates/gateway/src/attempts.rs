//! The candidates of a call, tried one after the other until one answers; some are asked a second time.

use std::sync::Arc;
use std::time::{Duration, Instant};

use bytes::Bytes;
use http::{HeaderMap, Response};
use thinkwatch_policy::breaker::Admission;
use thinkwatch_policy::catalogue::Route;
use thinkwatch_policy::patience::{self, Waiting};
use thinkwatch_policy::retry::{self, Tried};
use thinkwatch_policy::routing::Plan;
use thinkwatch_upstream::{FailureClass, Fault};

use crate::accept::Share;
use crate::account::Account;
use crate::attempt::{self, Asked, Failure};
use crate::body::AnswerBody;
use crate::pipeline::Arrival;
use crate::rescue::Rescuer;
use crate::serve::Parts;
use crate::standing::Trial;
use crate::{clock, count, deliver};

/// What a stream needs once it has begun.
pub(crate) struct Onward {
    /// Told if it breaks.
    pub(crate) trial: Trial,
    /// How long it may be silent.
    pub(crate) idle: Duration,
    /// Who goes on if it breaks.
    pub(crate) rescuer: Option<Rescuer>,
}

/// What became of a call's tries so far.
struct Course<'a> {
    asked: &'a Asked<'a>,
    started: Instant,
    retries: u32,
    /// The failure to tell if nothing works out.
    shown: Option<Failure>,
}

/// Tries the candidates one after the other until one answers or none is left. `trials` are theirs, in the same order.
pub(crate) async fn run(
    parts: &Arc<Parts>,
    asked: &Asked<'_>,
    plan: &Plan,
    trials: Vec<Trial>,
    mut account: Account,
    share: Share,
    arrival: &Arrival,
) -> Response<AnswerBody> {
    let mut course = Course { asked, started: Instant::now(), retries: 0, shown: None };
    parts.standings.budget.earn(asked.settings.retry_budget_pct);
    let mut trials = trials.into_iter();
    'routes: for (index, route) in plan.candidates.iter().enumerate() {
        let Some(mut trial) = trials.next() else { break };
        let others_left = plan.candidates.len() - index - 1;
        let mut here = 0;
        if index > 0 && !account.enter(route).await {
            continue;
        }
        loop {
            if (index > 0 || here > 0) && !on_record(&mut account, route).await {
                break 'routes;
            }
            let asked_at = Instant::now();
            let failure = match attempt::run(asked, route, &parts.pools, course.waiting(route, others_left)).await {
                Ok(answer) => {
                    trial.succeeded(clock::micros_since(asked_at));
                    let idle = course.idle(route, others_left);
                    let left = plan.candidates[index + 1..].iter().cloned().zip(trials).collect();
                    let course = Onward { trial, idle, rescuer: Rescuer::new(parts, asked, left) };
                    return deliver::answer(asked, answer, account, share, arrival, course).await;
                }
                Err(failure) => failure,
            };
            account.attempt_failed(failure.status, failure.class.label(), &failure.upstream_request_id);
            parts.meter.log_failure(&route.provider.name, &failure);
            if count::is_missing(asked, &failure) {
                return count::instead(parts, asked, account, arrival).await;
            }
            trial.failed_with(failure.class);
            let suspect = trial.admission() != Admission::Free;
            let tried = Tried { retries: course.retries, here, others_left: others_left > 0, suspect };
            let (class, status) = (failure.class, failure.status);
            course.note(failure);
            match course.wait(class, status, tried, route) {
                Some(wait) if parts.may_retry(&route.provider.name) => {
                    tokio::time::sleep(wait).await;
                    course.retries += 1;
                    here += 1;
                }
                _ if class.try_next_route() => break,
                _ => break 'routes,
            }
        }
    }
    let failure = course.shown.unwrap_or_else(|| Failure {
        class: FailureClass::Unsendable,
        status: 0,
        headers: HeaderMap::new(),
        body: Bytes::new(),
        error: None,
        message: "no route could be tried".to_owned(),
        detail: String::new(),
        upstream_request_id: String::new(),
    });
    deliver::failure(asked.endpoint, failure, account, arrival).await
}

/// A further try is on record, as durably as the settings ask, before it is made.
pub(crate) async fn on_record(account: &mut Account, route: &Route) -> bool {
    match account.next_attempt(route) {
        Ok(Some(receipt)) => receipt.durable().await.is_ok(),
        Ok(None) => true,
        Err(_) => false,
    }
}

impl Course<'_> {
    fn waiting(&self, route: &Route, others_left: usize) -> Waiting {
        Waiting {
            stream: self.asked.peek.stream,
            max_tokens: self.asked.peek.max_tokens,
            thinks: patience::thinks(&route.upstream_model),
            others_left,
            spent_us: clock::micros_since(self.started),
        }
    }

    /// How long the stream may be silent once it has begun.
    fn idle(&self, route: &Route, others_left: usize) -> Duration {
        let idle_us = patience::idle_us(others_left, patience::thinks(&route.upstream_model), self.asked.settings);
        Duration::from_micros(u64::try_from(idle_us).unwrap_or(0))
    }

    /// The first failure is the one to tell, unless a later route says that the request itself is wrong.
    fn note(&mut self, failure: Failure) {
        if self.shown.is_none() || failure.class.fault() == Fault::Caller {
            self.shown = Some(failure);
        }
    }

    /// How long to wait before the same route is asked again, if it is. Never longer than the caller waits for this route.
    fn wait(&self, class: FailureClass, status: u16, tried: Tried, route: &Route) -> Option<Duration> {
        let rules = retry::Rules::of(self.asked.settings);
        // The request id is random; each retry draws anew from it.
        #[expect(clippy::cast_possible_truncation, reason = "the low 64 bits are the random ones")]
        let pick = (self.asked.request_id.0 as u64).wrapping_mul(u64::from(tried.retries) * 2 + 0x9e37_79b9_7f4a_7c15);
        let wait_us = retry::wait_us(&rules, class.again(status), tried, pick)?;
        let (limit_us, _) =
            patience::limit_us(self.waiting(route, usize::from(tried.others_left)), self.asked.settings);
        (wait_us < limit_us).then(|| Duration::from_micros(u64::try_from(wait_us).unwrap_or(0)))
    }
}
