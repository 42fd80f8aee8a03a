//! How calls are summed, the same in every store: steps, classes, and which questions the roll-ups can answer.

use std::collections::BTreeMap;

use thinkwatch_records::{CallRecord, Outcome};

use crate::query::{CallFilter, Scope};
use crate::usage::{STEP_US, Totals, UsagePoint, UsageQuery};

/// Sums by start of the step and group.
pub(crate) type Sums = BTreeMap<(i64, Vec<String>), Totals>;

/// Sums as the points of an answer.
pub(crate) fn points(sums: Sums) -> Vec<UsagePoint> {
    sums.into_iter().map(|((start_us, group), totals)| UsagePoint { start_us, group, totals }).collect()
}

/// Start of the step in which a time lies.
pub(crate) fn step_of(timestamp: i64) -> i64 {
    timestamp.div_euclid(STEP_US).saturating_mul(STEP_US)
}

/// First digit of a status.
pub(crate) fn status_class(status_code: u32) -> u32 {
    status_code / 100
}

/// Adds one call to sums.
pub(crate) fn add_call(totals: &mut Totals, call: &CallRecord) {
    totals.calls += 1;
    totals.estimated += u64::from(call.usage_estimated);
    totals.cache_hits += u64::from(call.cache_hit);
    totals.usage.add(&call.tokens());
    totals.cost_nano = totals.cost_nano.saturating_add(call.cost_nano);
    totals.duration.record(call.duration_us);
    if call.ttft_us > 0 {
        totals.ttft.record(call.ttft_us);
    }
}

/// Whether the roll-ups know the answer: everyone's calls, and nothing asked that they do not keep.
pub(crate) fn from_rollups(query: &UsageQuery) -> bool {
    query.scope == Scope::All
        && query.group_by.iter().all(|d| d.is_rolled_up())
        && CallFilter { model: None, provider: None, outcome: None, ..query.filter.clone() } == CallFilter::default()
}

/// The range in whole steps.
pub(crate) struct Range {
    pub(crate) from: i64,
    pub(crate) to: i64,
    pub(crate) step: Option<i64>,
}

impl Range {
    pub(crate) fn of(query: &UsageQuery) -> Self {
        let up = |t: i64| step_of(t.saturating_add(STEP_US - 1));
        let step = query.step_us.map(|s| up(s.max(1)));
        Self { from: step_of(query.from_us), to: up(query.to_us), step }
    }

    /// Start of the point in which a time lies. Points begin at multiples of their width, so that those of two
    /// questions fit; the first may therefore begin before the range.
    pub(crate) fn start(&self, time: i64) -> i64 {
        self.step.map_or(self.from, |step| time.div_euclid(step) * step)
    }
}

pub(crate) fn outcome_name(outcome: i32) -> String {
    Outcome::try_from(outcome).map_or_else(|_| outcome.to_string(), |o| o.as_str().to_owned())
}

pub(crate) fn class_name(class: u32) -> String {
    format!("{class}xx")
}
