//! How each route stands: its breaker and how fast it begins to answer. Kept by route id, so that it survives every swap of the
//! snapshot. A route's lock is held for some dozens of instructions, never across waiting; a closed breaker is not asked at all.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Instant;

use arc_swap::ArcSwap;
use metrics::{Gauge, gauge};
use parking_lot::Mutex;
use thinkwatch_policy::Map;
use thinkwatch_policy::breaker::{Admission, Breaker, Rules};
use thinkwatch_policy::catalogue::Route;
use thinkwatch_policy::ids::RouteId;
use thinkwatch_policy::latency::Latency;
use thinkwatch_policy::ports::RouteStanding;
use thinkwatch_policy::retry::Budget;
use thinkwatch_upstream::FailureClass;

use crate::clock;

/// The standing of all routes, and what may be spent on asking them again.
#[derive(Debug)]
pub struct Standings {
    routes: ArcSwap<Map<RouteId, Arc<Standing>>>,
    pub(crate) budget: Budget,
    /// Breakers have a clock that only goes forward: microseconds since then.
    origin: Instant,
}

/// The standing of one route.
#[derive(Debug)]
pub(crate) struct Standing {
    /// The breaker is closed.
    calm: AtomicBool,
    inner: Mutex<Inner>,
    gauge: Gauge,
}

#[derive(Debug, Default)]
struct Inner {
    breaker: Breaker,
    latency: Latency,
    last_failure: Option<(i64, &'static str)>,
}

impl Default for Standings {
    fn default() -> Self {
        Self { routes: ArcSwap::default(), budget: Budget::default(), origin: Instant::now() }
    }
}

impl Standings {
    fn now_us(&self) -> i64 {
        clock::micros_since(self.origin)
    }

    fn of(&self, route: &Route) -> Arc<Standing> {
        if let Some(found) = self.routes.load().get(&route.id) {
            return Arc::clone(found);
        }
        let made = Arc::new(Standing::new(route));
        self.routes.rcu(|routes| {
            let mut routes = Map::clone(routes);
            routes.entry(route.id.clone()).or_insert_with(|| Arc::clone(&made));
            routes
        });
        self.routes.load().get(&route.id).map_or(made, Arc::clone)
    }

    /// Asks the breakers of a call's candidates, in their order. `rules` are those of routes that have none of their own.
    ///
    /// Gives for each its place: those that may be tried first, then those that are only the last resort. `pick` is a random number.
    pub(crate) fn admit(self: &Arc<Self>, candidates: &[Route], rules: Rules, pick: u64) -> Vec<(usize, Trial)> {
        let now_us = self.now_us();
        let mut front = Vec::with_capacity(candidates.len());
        let mut behind = Vec::new();
        for (place, route) in candidates.iter().enumerate() {
            let standing = self.of(route);
            let rules = route.breaker(rules);
            let admission = standing.ask(now_us, front.is_empty(), pick, &rules);
            let trial = Trial { all: Arc::clone(self), standing, rules, admission, told: false };
            if admission == Admission::Behind { behind.push((place, trial)) } else { front.push((place, trial)) }
        }
        front.append(&mut behind);
        front
    }

    /// The same of a call's only candidate.
    pub(crate) fn admit_alone(self: &Arc<Self>, route: &Route, rules: Rules, pick: u64) -> Trial {
        let standing = self.of(route);
        let rules = route.breaker(rules);
        let admission = standing.ask(self.now_us(), true, pick, &rules);
        Trial { all: Arc::clone(self), standing, rules, admission, told: false }
    }

    /// How a route stands; `None` if no call has tried it since the start.
    pub(crate) fn shown(&self, route: &RouteId, rules: &Rules) -> Option<RouteStanding> {
        let now_us = self.now_us();
        let routes = self.routes.load();
        let inner = routes.get(route)?.inner.lock();
        let (good, bad) = inner.breaker.counts(now_us, rules);
        Some(RouteStanding {
            breaker: inner.breaker.shown(),
            good,
            bad,
            first_token_us: inner.latency.average_us(),
            samples: inner.latency.samples(),
            last_failure: inner.last_failure,
        })
    }

    /// Forgets the routes that are gone. To be called now and then with those of the current snapshot.
    pub fn sweep(&self, is_live: impl Fn(&RouteId) -> bool) {
        if self.routes.load().keys().all(&is_live) {
            return;
        }
        self.routes.rcu(|routes| {
            let mut routes = Map::clone(routes);
            routes.retain(|id, standing| {
                let live = is_live(id);
                if !live {
                    standing.gauge.set(0.0);
                }
                live
            });
            routes
        });
    }
}

impl Standing {
    fn new(route: &Route) -> Self {
        let (id, provider) = (route.id.as_str().to_owned(), route.provider.name.to_string());
        let gauge = gauge!("circuit_breaker_state", "route" => id, "provider" => provider);
        gauge.set(0.0);
        Self { calm: AtomicBool::new(true), inner: Mutex::default(), gauge }
    }

    fn ask(&self, now_us: i64, may_probe: bool, pick: u64, rules: &Rules) -> Admission {
        if self.calm.load(Ordering::Relaxed) {
            return Admission::Free;
        }
        let mut inner = self.inner.lock();
        let admission = inner.breaker.ask(now_us, may_probe, pick, rules);
        self.show(&inner.breaker);
        admission
    }

    fn show(&self, breaker: &Breaker) {
        self.calm.store(breaker.is_closed(), Ordering::Relaxed);
        self.gauge.set(f64::from(breaker.shown().value()));
    }
}

/// One call's right to try a route, and what it has to tell of it. Dropped without telling, it told nothing.
#[derive(Debug)]
pub(crate) struct Trial {
    all: Arc<Standings>,
    standing: Arc<Standing>,
    rules: Rules,
    admission: Admission,
    told: bool,
}

impl Trial {
    /// How the route was admitted.
    pub(crate) const fn admission(&self) -> Admission {
        self.admission
    }

    /// The answer has begun, so many microseconds after it was asked for.
    pub(crate) fn succeeded(&mut self, first_token_us: i64) {
        self.tell(|inner, now_us, admission, rules| {
            inner.latency.add(first_token_us);
            inner.breaker.succeeded(now_us, admission, rules);
        });
    }

    /// The try failed, or the stream broke later on.
    pub(crate) fn failed(&mut self, class: &'static str) {
        self.tell(|inner, now_us, admission, rules| {
            inner.last_failure = Some((clock::now_us(), class));
            inner.breaker.failed(now_us, admission, rules);
        });
    }

    /// The try failed with this class, which may tell nothing of the route.
    pub(crate) fn failed_with(&mut self, class: FailureClass) {
        if class.counts_against_route() {
            self.failed(class.label());
        }
    }

    fn tell(&mut self, what: impl FnOnce(&mut Inner, i64, Admission, &Rules)) {
        self.told = true;
        let now_us = self.all.now_us();
        let mut inner = self.standing.inner.lock();
        what(&mut inner, now_us, self.admission, &self.rules);
        self.standing.show(&inner.breaker);
    }
}

impl Drop for Trial {
    fn drop(&mut self) {
        if !self.told && self.admission == Admission::Probe {
            let now_us = self.all.now_us();
            let mut inner = self.standing.inner.lock();
            inner.breaker.told_nothing(now_us, self.admission);
            self.standing.show(&inner.breaker);
        }
    }
}
