//! Rows → limits and budgets as the data plane sees them.

use std::collections::HashMap;

use thinkwatch_policy::limits::{
    Budget, BudgetRule, Forgiven, LimitBook, LimitRule, Metric, Override, PeriodKind, RateLimit, Subject, SubjectKind,
    Unit, Window, Zone,
};
use thinkwatch_policy::principal::Surface;
use thinkwatch_store::{BudgetRow, LimitRows, RateLimitRow};

/// Builds the book. A rule that cannot be read (of a newer version) is left out and logged: one bad row must not take the
/// others down.
pub(super) fn build(zone: Zone, rows: LimitRows) -> LimitBook {
    let overrides: HashMap<&str, Override> = rows
        .overrides
        .iter()
        .map(|row| (row.target_id.as_str(), Override { max: whole(row.max), until_us: row.expires_at_us }))
        .collect();
    let resets: HashMap<&str, Forgiven> = rows
        .resets
        .iter()
        .map(|row| (row.budget_id.as_str(), Forgiven { start_us: row.period_start_us, amount: whole(row.forgiven) }))
        .collect();
    let unreadable = |id: &str| tracing::error!(rule = id, "this limit cannot be read and is not in force");
    let limits = rows.rate_limits.iter().filter_map(|row| {
        let limit = limit_of(row);
        if limit.is_none() {
            unreadable(&row.id);
        }
        Some(LimitRule::new(limit?, overrides.get(row.id.as_str()).copied()))
    });
    let budgets = rows.budgets.iter().filter_map(|row| {
        let budget = budget_of(row);
        if budget.is_none() {
            unreadable(&row.id);
        }
        let id = row.id.as_str();
        Some(BudgetRule::new(budget?, overrides.get(id).copied(), resets.get(id).copied()))
    });
    LimitBook::build(zone, limits.collect(), budgets.collect())
}

/// A rate limit as it was set.
pub(crate) fn limit_of(row: &RateLimitRow) -> Option<RateLimit> {
    Some(RateLimit {
        id: row.id.as_str().into(),
        subject: subject_of(&row.subject_kind, &row.subject_id)?,
        surface: Surface::parse(&row.surface)?,
        metric: Metric::parse(&row.metric)?,
        window: if row.window.is_empty() { None } else { Some(Window::parse(&row.window)?) },
        max: whole(row.max),
    })
}

/// A budget as it was set.
pub(crate) fn budget_of(row: &BudgetRow) -> Option<Budget> {
    Some(Budget {
        id: row.id.as_str().into(),
        subject: subject_of(&row.subject_kind, &row.subject_id)?,
        period: PeriodKind::parse(&row.period_kind)?,
        unit: Unit::parse(&row.unit)?,
        max: whole(row.max),
        hard: row.hard,
    })
}

fn subject_of(kind: &str, id: &str) -> Option<Subject> {
    Some(Subject { kind: SubjectKind::parse(kind)?, id: id.into() })
}

fn whole(number: i64) -> u64 {
    u64::try_from(number).unwrap_or(0)
}
