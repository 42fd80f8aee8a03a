//! A breaker per route: a route that fails too often is moved behind the others, is tried by single probes after a while,
//! and gets its calls back little by little. Pure: time (microseconds, of a clock that only goes forward) and chance are arguments.

use crate::settings::Settings;

/// The window is counted in so many parts: it moves on by a part at a time.
const PARTS: usize = 10;

/// The settings of breakers.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Rules {
    /// Opens when so many percent of the tries in the window failed.
    pub failure_pct: u64,
    /// Opens not before so many tries were made in the window.
    pub min_samples: u64,
    /// Length of the window, microseconds.
    pub window_us: i64,
    /// How long it stays open before the first probe, microseconds. After a failed probe the next one may go after half of it.
    pub open_us: i64,
}

impl Rules {
    /// As the settings say.
    pub fn of(settings: &Settings) -> Self {
        Self {
            failure_pct: u64::try_from(settings.breaker_failure_pct).unwrap_or(100),
            min_samples: u64::try_from(settings.breaker_min_samples).unwrap_or(u64::MAX),
            window_us: settings.breaker_window_s.saturating_mul(1_000_000),
            open_us: settings.breaker_open_s.saturating_mul(1_000_000),
        }
    }

    /// How long calls come back little by little after a good probe.
    const fn ramp_us(&self) -> i64 {
        self.open_us / 4
    }
}

/// What a call may do with a route.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Admission {
    /// It takes its place among the others.
    Free,
    /// It is the one call that finds out whether the route works again.
    Probe,
    /// Only when nothing else is left.
    Behind,
}

impl Admission {
    /// The word in records.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Free => "free",
            Self::Probe => "probe",
            Self::Behind => "behind",
        }
    }
}

/// How a breaker is shown.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Shown {
    /// Calls go through.
    Closed,
    /// It is being probed, or calls come back little by little.
    HalfOpen,
    /// Calls go elsewhere.
    Open,
}

impl Shown {
    /// The word in records and the API.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Closed => "closed",
            Self::HalfOpen => "half_open",
            Self::Open => "open",
        }
    }

    /// The value of the metric.
    pub const fn value(self) -> u8 {
        match self {
            Self::Closed => 0,
            Self::HalfOpen => 1,
            Self::Open => 2,
        }
    }
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum State {
    Closed,
    Open { until_us: i64 },
    Probing { since_us: i64 },
    Ramp { since_us: i64 },
}

#[derive(Clone, Copy, Debug, Default)]
struct Part {
    /// Which part of time it counts: time divided by the length of a part.
    number: i64,
    good: u32,
    bad: u32,
}

/// The breaker of one route.
#[derive(Clone, Debug)]
pub struct Breaker {
    state: State,
    parts: [Part; PARTS],
}

impl Default for Breaker {
    fn default() -> Self {
        Self { state: State::Closed, parts: [Part::default(); PARTS] }
    }
}

impl Breaker {
    /// How it is shown.
    pub const fn shown(&self) -> Shown {
        match self.state {
            State::Closed => Shown::Closed,
            State::Open { .. } => Shown::Open,
            State::Probing { .. } | State::Ramp { .. } => Shown::HalfOpen,
        }
    }

    /// Whether nothing but counting is to be done: then nobody needs to ask.
    pub const fn is_closed(&self) -> bool {
        matches!(self.state, State::Closed)
    }

    /// Good and bad tries in the window.
    pub fn counts(&self, now_us: i64, rules: &Rules) -> (u64, u64) {
        let now = number(now_us, rules);
        let live = self.parts.iter().filter(|part| now - part.number < PARTS as i64 && part.number <= now);
        live.fold((0, 0), |(good, bad), part| (good + u64::from(part.good), bad + u64::from(part.bad)))
    }

    /// What a call may do now. `may_probe`: the call would really try this route first; only then a probe is given out.
    pub fn ask(&mut self, now_us: i64, may_probe: bool, pick: u64, rules: &Rules) -> Admission {
        match self.state {
            State::Closed => Admission::Free,
            State::Ramp { since_us } => {
                let gone = (now_us - since_us).max(0);
                if gone >= rules.ramp_us() {
                    self.state = State::Closed;
                    return Admission::Free;
                }
                // From a tenth of the calls up to all.
                let share = 10 + 90 * gone / rules.ramp_us().max(1);
                let drawn = i64::try_from((u128::from(pick) * 100) >> 64).unwrap_or(0);
                if drawn < share { Admission::Free } else { Admission::Behind }
            }
            State::Open { until_us: due_us } => self.probe(now_us, due_us, may_probe),
            // A probe of which nothing was ever heard does not keep the route shut.
            State::Probing { since_us } => self.probe(now_us, since_us.saturating_add(rules.open_us), may_probe),
        }
    }

    fn probe(&mut self, now_us: i64, due_us: i64, may_probe: bool) -> Admission {
        if now_us < due_us || !may_probe {
            return Admission::Behind;
        }
        self.state = State::Probing { since_us: now_us };
        Admission::Probe
    }

    /// A try succeeded.
    pub fn succeeded(&mut self, now_us: i64, as_admitted: Admission, rules: &Rules) {
        match (self.state, as_admitted) {
            (State::Closed | State::Ramp { .. }, _) => self.count(now_us, true, rules),
            // Also when it was the last resort: the route works.
            (State::Probing { .. }, Admission::Probe) | (State::Open { .. }, Admission::Behind) => {
                self.parts = Default::default();
                self.state = State::Ramp { since_us: now_us };
                self.count(now_us, true, rules);
            }
            // Begun before it opened, or beside the probe: tells nothing about now.
            _ => {}
        }
    }

    /// A try failed, and not by the caller's fault.
    pub fn failed(&mut self, now_us: i64, as_admitted: Admission, rules: &Rules) {
        match (self.state, as_admitted) {
            (State::Closed | State::Ramp { .. }, _) => {
                self.count(now_us, false, rules);
                let (good, bad) = self.counts(now_us, rules);
                let least = if self.is_closed() { rules.min_samples } else { 1 };
                if good + bad >= least && bad * 100 >= rules.failure_pct * (good + bad) {
                    self.open(now_us, rules.open_us);
                }
            }
            (State::Probing { .. }, Admission::Probe) => self.open(now_us, rules.open_us / 2),
            _ => {}
        }
    }

    /// A try ended without telling anything of the route: the client left, or the request was wrong.
    pub fn told_nothing(&mut self, now_us: i64, as_admitted: Admission) {
        if let (State::Probing { .. }, Admission::Probe) = (self.state, as_admitted) {
            self.state = State::Open { until_us: now_us };
        }
    }

    fn open(&mut self, now_us: i64, for_us: i64) {
        self.parts = Default::default();
        self.state = State::Open { until_us: now_us.saturating_add(for_us) };
    }

    fn count(&mut self, now_us: i64, good: bool, rules: &Rules) {
        let number = number(now_us, rules);
        let place = usize::try_from(number.rem_euclid(PARTS as i64)).unwrap_or(0);
        let part = &mut self.parts[place];
        if part.number != number {
            *part = Part { number, ..Part::default() };
        }
        let count = if good { &mut part.good } else { &mut part.bad };
        *count = count.saturating_add(1);
    }
}

fn number(now_us: i64, rules: &Rules) -> i64 {
    now_us / (rules.window_us / PARTS as i64).max(1)
}

#[cfg(test)]
mod tests;
