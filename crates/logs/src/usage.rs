//! Sums over time for dashboards, as data.

use thinkwatch_policy::usage::Usage;

use crate::histogram::Histogram;
use crate::query::{CallFilter, Scope};

/// The width of the roll-ups. Finer questions are answered from rows by `query_calls`.
pub const STEP_US: i64 = 300 * 1_000_000;

/// What sums can be grouped by.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Dimension {
    /// The model the client named.
    Model,
    /// The provider.
    Provider,
    /// How it ended (`ok`, `refused`, ...).
    Outcome,
    /// First digit of the status: `2xx`, `4xx`.
    StatusClass,
    /// User id.
    User,
    /// Key id.
    Key,
    /// Key lineage.
    KeyLineage,
    /// Team id.
    Team,
    /// Client program.
    Client,
    /// Cost centre.
    CostCenter,
}

impl Dimension {
    /// Whether the roll-ups know it; the others are summed from the rows, which takes longer.
    pub const fn is_rolled_up(self) -> bool {
        matches!(self, Self::Model | Self::Provider | Self::Outcome | Self::StatusClass)
    }
}

/// A question for sums.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct UsageQuery {
    /// Whose.
    pub scope: Scope,
    /// From, microseconds; rounded down to [`STEP_US`].
    pub from_us: i64,
    /// Until (not included), microseconds; rounded up to [`STEP_US`].
    pub to_us: i64,
    /// Width of a point, rounded up to a multiple of [`STEP_US`]; `None` for one point over the whole range.
    pub step_us: Option<i64>,
    /// Grouping, in this order.
    pub group_by: Vec<Dimension>,
    /// Conditions. Without any, or with only model, provider and outcome, the answer comes from the roll-ups.
    pub filter: CallFilter,
}

/// Sums of calls.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Totals {
    /// Calls.
    pub calls: u64,
    /// Calls whose tokens were estimated.
    pub estimated: u64,
    /// Answers from the response cache.
    pub cache_hits: u64,
    /// Tokens by class.
    pub usage: Usage,
    /// Cost in nano-dollars.
    pub cost_nano: i64,
    /// How long calls took, microseconds.
    pub duration: Histogram,
    /// Time to first token, microseconds, of calls that had one.
    pub ttft: Histogram,
}

impl Totals {
    /// Adds other sums.
    pub fn add(&mut self, other: &Self) {
        self.calls = self.calls.saturating_add(other.calls);
        self.estimated = self.estimated.saturating_add(other.estimated);
        self.cache_hits = self.cache_hits.saturating_add(other.cache_hits);
        self.usage.add(&other.usage);
        self.cost_nano = self.cost_nano.saturating_add(other.cost_nano);
        self.duration.add(&other.duration);
        self.ttft.add(&other.ttft);
    }
}

/// Sums of one step and one group.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct UsagePoint {
    /// Start of the step, microseconds.
    pub start_us: i64,
    /// Values of the dimensions asked for, in their order.
    pub group: Vec<String>,
    /// The sums.
    pub totals: Totals,
}

/// Sums over time; steps without calls have no point.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct UsageReport {
    /// Points by time, then group.
    pub points: Vec<UsagePoint>,
    /// Partitions (`kind/day`) that could not be read and are missing from the sums.
    pub unreadable: Vec<String>,
}
