//! What the dashboard shows at a glance.
//!
//! Sums, times and quantiles come from the log store, with the scope applied there: from the roll-ups for those who may
//! see everything, from their own rows for the others. Money of the month and the lists of the largest come from the
//! ledger; whoever may only see their own is shown no list of others.

use std::collections::{BTreeMap, HashMap};

pub use thinkwatch_logs::Histogram;
use thinkwatch_logs::usage::STEP_US;
use thinkwatch_logs::{CallFilter, Dimension, Scope, Totals, UsageQuery};
use thinkwatch_policy::access::Action;
use thinkwatch_policy::ids::UserId;
use thinkwatch_policy::usage::Usage;
use thinkwatch_records::Outcome;

use crate::caller::Caller;
use crate::clock::{days, now_us};
use crate::control::Control;
use crate::error::{ControlError, Result};
use crate::usage::month_begins;

/// Points of a series at most.
const POINTS: i64 = 120;
/// The longest range: what a year of points by the day and the roll-ups behind them still answer in good time.
const LONGEST_US: i64 = days(92);
/// Entries of each list.
const TOP: usize = 8;
const HOUR_US: i64 = 3_600_000_000;

/// Sums of a time.
#[derive(Clone, Debug, Default)]
pub struct Sums {
    /// Calls.
    pub requests: u64,
    /// By outcome; those that did not occur are absent.
    pub outcomes: BTreeMap<String, u64>,
    /// Tokens by class.
    pub usage: Usage,
    /// Nano-dollars.
    pub cost_nano: i64,
    /// How long calls took.
    pub duration: Histogram,
    /// Time to first token.
    pub ttft: Histogram,
}

impl Sums {
    fn add(&mut self, outcome: &str, totals: &Totals) {
        self.requests += totals.calls;
        *self.outcomes.entry(outcome.to_owned()).or_default() += totals.calls;
        self.usage.add(&totals.usage);
        self.cost_nano = self.cost_nano.saturating_add(totals.cost_nano);
        self.duration.add(&totals.duration);
        self.ttft.add(&totals.ttft);
    }

    /// Calls that failed for whatever reason but that the client left.
    pub fn errors(&self) -> u64 {
        let fine = [Outcome::Ok.as_str(), Outcome::Cancelled.as_str()];
        self.outcomes.iter().filter(|(outcome, _)| !fine.contains(&outcome.as_str())).map(|(_, calls)| calls).sum()
    }

    /// Output tokens per second of answering.
    pub fn tokens_per_second(&self) -> Option<f64> {
        let micros = self.duration.mean_us()?.saturating_mul(self.duration.count());
        #[expect(clippy::cast_precision_loss, reason = "a rate for people")]
        let rate = self.usage.output as f64 / (micros as f64 / 1e6);
        (micros > 0).then_some(rate)
    }
}

/// One entry of a list of the largest.
#[derive(Clone, Debug, Default)]
pub struct Entry {
    /// The id or, of models and providers, the name.
    pub id: String,
    /// For people: key name, address, model, provider.
    pub label: String,
    /// Of a key: the first characters of its newest secret.
    pub prefix: Option<String>,
    /// Of a key: what outlives rotation. Calls are summed by it, and the request log finds them by it.
    pub lineage: Option<String>,
    /// Calls.
    pub requests: u64,
    /// Of models and providers: calls that failed.
    pub errors: Option<u64>,
    /// Of models and providers: input and output tokens.
    pub tokens: Option<(u64, u64)>,
    /// Nano-dollars.
    pub cost_nano: i64,
}

/// The whole answer.
#[derive(Clone, Debug)]
pub struct Overview {
    /// From.
    pub from_us: i64,
    /// Until.
    pub to_us: i64,
    /// Whether only the caller's own calls are counted.
    pub own: bool,
    /// The whole range.
    pub totals: Sums,
    /// The range of the same length before it.
    pub before: Sums,
    /// Since the first of this month, UTC, from the ledger.
    pub month_cost_nano: i64,
    /// Width of a point.
    pub step_us: i64,
    /// Every step of the range, those without calls too.
    pub series: Vec<(i64, Sums)>,
    /// The models with the most calls.
    pub models: Vec<Entry>,
    /// The providers with the most calls.
    pub providers: Vec<Entry>,
    /// The keys with the most calls; of others only for those who may see their usage.
    pub keys: Vec<Entry>,
    /// The users with the most calls, likewise.
    pub users: Vec<Entry>,
    /// Partitions of the log that could not be read and are missing.
    pub unreadable: Vec<String>,
}

/// Looks at everything between two times; the last day when none are given.
pub async fn get(control: &Control, caller: &Caller, from_us: Option<i64>, to_us: Option<i64>) -> Result<Overview> {
    let now = now_us();
    let all = caller.allows(Action::AnalyticsReadAll);
    if !all {
        caller.may(Action::AnalyticsReadOwn)?;
    }
    let to_us = to_us.unwrap_or(now);
    let from_us = from_us.unwrap_or_else(|| to_us.saturating_sub(days(1)));
    let length = to_us.saturating_sub(from_us);
    if length <= 0 {
        return Err(ControlError::invalid("to", "must be after `from`"));
    }
    if length > LONGEST_US {
        return Err(ControlError::invalid("from", "the range must be at most 92 days"));
    }
    let user = caller.user_id();
    let step_us = step_of(length);
    let question = |from_us, to_us, step_us| UsageQuery {
        scope: if all { Scope::All } else { Scope::Own(user.clone()) },
        from_us,
        to_us,
        step_us,
        group_by: vec![Dimension::Model, Dimension::Provider, Dimension::Outcome],
        filter: CallFilter::default(),
    };
    let mine = (!all).then_some(&user);
    let ask = UsageQuery { group_by: vec![Dimension::Outcome], ..question(from_us - length, from_us, None) };
    // The stores answer side by side.
    let (report, before, month_cost_nano, callers) = tokio::try_join!(
        async {
            control.logs.usage_over_time(question(from_us, to_us, Some(step_us))).await.map_err(ControlError::from)
        },
        async { control.logs.usage_over_time(ask).await.map_err(ControlError::from) },
        async {
            let (from, to) = (month_begins(now), now.saturating_add(1));
            control.store.cost_between(from, to, mine).await.map_err(ControlError::from)
        },
        callers(control, mine, from_us, to_us),
    )?;
    let (keys, users) = callers;

    let mut answer = Overview {
        from_us,
        to_us,
        own: !all,
        totals: Sums::default(),
        before: Sums::default(),
        month_cost_nano,
        step_us,
        series: empty_series(from_us, to_us, step_us),
        models: Vec::new(),
        providers: Vec::new(),
        keys,
        users,
        unreadable: report.unreadable,
    };
    let (mut models, mut providers) = (HashMap::new(), HashMap::new());
    for point in &report.points {
        let [model, provider, outcome] = point.group.as_slice() else { continue };
        answer.totals.add(outcome, &point.totals);
        let at = answer.series.binary_search_by_key(&point.start_us, |(start, _)| *start);
        if let Some((_, sums)) = at.ok().and_then(|at| answer.series.get_mut(at)) {
            sums.add(outcome, &point.totals);
        }
        for (of, name) in [(&mut models, model), (&mut providers, provider)] {
            of.entry(name.as_str()).or_insert_with(Sums::default).add(outcome, &point.totals);
        }
    }
    for point in &before.points {
        if let [outcome] = point.group.as_slice() {
            answer.before.add(outcome, &point.totals);
        }
    }
    answer.models = largest(models);
    answer.providers = largest(providers);
    Ok(answer)
}

/// The narrowest step with few enough points.
fn step_of(length: i64) -> i64 {
    let minutes = [5, 10, 15, 30, 60, 120, 180, 360, 720, 1440];
    let steps = minutes.map(|minutes| minutes * 60_000_000);
    steps.into_iter().find(|step| length <= step * POINTS).unwrap_or(days(1))
}

fn empty_series(from_us: i64, to_us: i64, step_us: i64) -> Vec<(i64, Sums)> {
    let first = from_us.div_euclid(STEP_US).saturating_mul(STEP_US).div_euclid(step_us).saturating_mul(step_us);
    let starts = std::iter::successors(Some(first), |start| start.checked_add(step_us));
    starts.take_while(|start| *start < to_us).map(|start| (start, Sums::default())).collect()
}

/// The named groups with the most calls. Refused calls may have no provider; nothing is not in a list of the largest.
fn largest(groups: HashMap<&str, Sums>) -> Vec<Entry> {
    let entries = groups.into_iter().filter(|(name, _)| !name.is_empty()).map(|(name, sums)| Entry {
        id: name.to_owned(),
        label: name.to_owned(),
        prefix: None,
        lineage: None,
        requests: sums.requests,
        errors: Some(sums.errors()),
        tokens: Some((sums.usage.total_input(), sums.usage.output)),
        cost_nano: sums.cost_nano,
    });
    top(entries.collect())
}

fn top(mut entries: Vec<Entry>) -> Vec<Entry> {
    entries.sort_by(|a, b| (b.requests, b.cost_nano, &a.id).cmp(&(a.requests, a.cost_nano, &b.id)));
    entries.truncate(TOP);
    entries
}

/// Keys and users with the most calls in the hours of the range. Who may not see others' usage gets their own keys.
async fn callers(
    control: &Control,
    only: Option<&UserId>,
    from_us: i64,
    to_us: i64,
) -> Result<(Vec<Entry>, Vec<Entry>)> {
    let first_hour = from_us.div_euclid(HOUR_US).saturating_mul(HOUR_US);
    let rows = control.store.usage_by_caller(first_hour, to_us, only).await?;
    let (mut keys, mut users): (HashMap<String, Entry>, HashMap<String, Entry>) = Default::default();
    for row in rows {
        let Some(user) = row.user_id else { continue };
        let add = |to: &mut HashMap<String, Entry>, id: String| {
            let entry = to.entry(id.clone()).or_insert_with(|| Entry { id, ..Entry::default() });
            entry.requests = entry.requests.saturating_add(u64::try_from(row.calls).unwrap_or(0));
            entry.cost_nano = entry.cost_nano.saturating_add(row.cost_nano);
        };
        add(&mut users, user);
        if let Some(lineage) = row.key_lineage_id {
            add(&mut keys, lineage);
        }
    }
    let (mut keys, mut users) = (top(keys.into_values().collect()), top(users.into_values().collect()));
    for entry in &mut keys {
        entry.lineage = Some(entry.id.clone());
    }
    let lineages: Vec<_> = keys.iter().map(|entry| entry.id.clone()).collect();
    for row in control.store.newest_of_lineages(&lineages).await? {
        if let Some(entry) = keys.iter_mut().find(|entry| entry.id == row.lineage_id) {
            entry.id = row.id;
            entry.label = row.name;
            entry.prefix = Some(row.key_prefix);
        }
    }
    let ids: Vec<_> = users.iter().map(|entry| entry.id.clone()).collect();
    let emails = control.store.emails_of(&ids).await?;
    for entry in &mut users {
        entry.label = emails.get(&entry.id).unwrap_or(&entry.id).clone();
    }
    Ok((keys, users))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_series_has_every_step_and_not_too_many() {
        for length in [1, STEP_US, HOUR_US, days(1), days(7), days(30), LONGEST_US] {
            let (from, step) = (1_795_344_800_123_456, step_of(length));
            let series = empty_series(from, from + length, step);
            assert!(i64::try_from(series.len()).unwrap() <= POINTS + 2, "{length}");
            assert!(series[0].0 <= from && series[0].0 % step == 0 && step % STEP_US == 0, "{length}");
            assert!(series.last().unwrap().0 + step >= from + length, "{length}");
        }
    }
}
