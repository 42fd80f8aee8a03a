//! The candidates of a call, tried one after the other until one answers; some are asked a second time.

use std::sync::Arc;
use std::time::{Duration, Instant};

use http::Response;
use thinkwatch_policy::breaker::{self, Admission};
use thinkwatch_policy::catalogue::Route;
use thinkwatch_policy::patience::{self, Times, Waiting};
use thinkwatch_policy::retry::{self, Tried};
use thinkwatch_policy::routing::Plan;
use thinkwatch_upstream::{FailureClass, Fault};

use crate::accept::Share;
use crate::account::Account;
use crate::attempt::{self, Asked, Failure};
use crate::body::AnswerBody;
use crate::deliver::Outgoing;
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
    pub(crate) rescuer: Option<Box<Rescuer>>,
}

/// What became of a call's tries so far.
struct Course<'a> {
    asked: &'a Asked<'a>,
    started: Instant,
    retries: u32,
    /// The failure to tell if nothing works out.
    shown: Option<Box<Failure>>,
}

/// Tries the candidates one after the other until one answers or none is left. `trials` are theirs, in the same order.
pub(crate) async fn run(
    parts: &Arc<Parts>,
    asked: &Asked<'_>,
    plan: Plan,
    trials: Vec<Trial>,
    mut account: Box<Account>,
    share: Share,
    arrival: &Arrival,
) -> Response<AnswerBody> {
    let mut course = Course { asked, started: Instant::now(), retries: 0, shown: None };
    parts.standings.budget.earn(asked.settings.retry_budget_pct);
    let mut larger = Some(plan.larger);
    let mut ways = plan.candidates.into_iter().zip(trials);
    let mut first = true;
    'routes: while let Some((route, mut trial)) = ways.next() {
        let others_left = ways.len();
        let (begins, mut here) = (std::mem::take(&mut first), 0);
        if !begins && !account.enter(&route).await {
            continue;
        }
        loop {
            if (!begins || here > 0) && !on_record(&mut account, &route).await {
                break 'routes;
            }
            let asked_at = Instant::now();
            let failure = match attempt::run(asked, &route, &parts.pools, course.waiting(&route, others_left)).await {
                Ok(answer) => {
                    trial.succeeded(clock::micros_since(asked_at));
                    let idle = course.idle(&route, others_left);
                    let course = Onward { trial, idle, rescuer: Rescuer::new(parts, asked, ways.collect()) };
                    return match deliver::answer(asked, answer, account, share, course) {
                        Outgoing::Now(response) => response,
                        Outgoing::Whole(whole) => whole.when_recorded(asked.endpoint, arrival).await,
                    };
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
            match course.wait(class, status, tried, &route) {
                Some(wait) if parts.may_retry(&route.provider.name) => {
                    tokio::time::sleep(wait).await;
                    course.retries += 1;
                    here += 1;
                }
                _ if class.try_next_route() => break,
                _ if class == FailureClass::ContextLength => {
                    let Some(larger) = larger.take() else { break 'routes };
                    let (routes, trials): (Vec<_>, Vec<_>) =
                        larger_ways(parts, asked, &route, (ways, larger), &mut account).into_iter().unzip();
                    ways = routes.into_iter().zip(trials);
                    break;
                }
                _ => break 'routes,
            }
        }
    }
    let untried = || Failure::without_answer(FailureClass::Unsendable, "no route could be tried".to_owned()).into();
    let failure = course.shown.unwrap_or_else(untried);
    deliver::failure(asked.endpoint, failure, account, arrival).await
}

/// Where a call goes once, after a route has said that it is too long: to the routes that are left and take more, then to the model
/// that does.
fn larger_ways(
    parts: &Parts,
    asked: &Asked<'_>,
    refused: &Route,
    (left, larger): (impl Iterator<Item = (Route, Trial)>, Vec<Route>),
    account: &mut Account,
) -> Vec<(Route, Trial)> {
    let mut ways: Vec<_> = left.filter(|(route, _)| Plan::is_larger(refused, route)).collect();
    #[expect(clippy::cast_possible_truncation, reason = "the low 64 bits are the random ones")]
    let pick = (asked.request_id.0 as u64).rotate_left(16);
    let admitted = parts.standings.admit(&larger, breaker::Rules::of(asked.settings), pick);
    let mut larger: Vec<_> = larger.into_iter().map(Some).collect();
    for (place, trial) in admitted {
        let Some(route) = larger.get_mut(place).and_then(Option::take) else { continue };
        if trial.admission() == Admission::Behind {
            account.record.plan_excluded.push(format!("{}:breaker_open", route.id));
        }
        ways.push((route, trial));
    }
    ways
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
        let times = Times::of(route.timeouts(), self.asked.settings);
        let idle_us = patience::idle_us(others_left, patience::thinks(&route.upstream_model), &times);
        Duration::from_micros(u64::try_from(idle_us).unwrap_or(0))
    }

    /// The first failure is the one to tell, unless a later route says that the request itself is wrong.
    fn note(&mut self, failure: Box<Failure>) {
        if self.shown.is_none() || failure.class.fault() == Fault::Caller {
            self.shown = Some(failure);
        }
    }

    /// How long to wait before the same route is asked again, if it is. Never longer than the caller waits for this route.
    fn wait(&self, class: FailureClass, status: u16, tried: Tried, route: &Route) -> Option<Duration> {
        // The request id is random; each retry draws anew from it.
        #[expect(clippy::cast_possible_truncation, reason = "the low 64 bits are the random ones")]
        let pick = (self.asked.request_id.0 as u64).wrapping_mul(u64::from(tried.retries) * 2 + 0x9e37_79b9_7f4a_7c15);
        let wait_us = retry::wait_us(&self.asked.conduct.retry, class.again(status), tried, pick)?;
        let times = Times::of(route.timeouts(), self.asked.settings);
        let (limit_us, _) = patience::limit_us(self.waiting(route, usize::from(tried.others_left)), &times);
        (wait_us < limit_us).then(|| Duration::from_micros(u64::try_from(wait_us).unwrap_or(0)))
    }
}
