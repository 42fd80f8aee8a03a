//! How rules stand: what their counters hold, without taking anything.

use std::collections::HashMap;

use thinkwatch_policy::limits::{Counter, Metric, Period, PurseKey, Standing, Unit};
use thinkwatch_store::{BudgetResetRow, BudgetRow, LimitOverrideRow, LimitRows, Purse, RateLimitRow};

use super::subject::Names;
use super::{Budget, Exception, Named, Rule};
use crate::clock::now_us;
use crate::consumers::spent::told;
use crate::control::Control;
use crate::error::Result;
use crate::snapshot::{budget_of, limit_of};

/// How a rule stands.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Use {
    /// Calls, tokens or nano-dollars that count now; of a budget without what was forgiven.
    pub used: u64,
    /// Of a budget: what calls on their way may yet spend.
    pub reserved: u64,
    /// The most that holds now, exceptions included.
    pub max: u64,
}

impl Use {
    /// How much of the max is used or reserved, in percent with one digit after the point; above 100 when it was overrun.
    pub fn percent(self) -> f64 {
        let taken = u128::from(self.used) + u128::from(self.reserved);
        let tenths = taken * 1000 / u128::from(self.max.max(1));
        f64::from(u32::try_from(tenths).unwrap_or(u32::MAX)) / 10.0
    }
}

/// Rules as they stand, in the order of the rows.
pub(super) async fn rules(
    control: &Control,
    rows: Vec<RateLimitRow>,
    overrides: &[LimitOverrideRow],
    named: impl Fn(&RateLimitRow) -> Option<Named>,
) -> Result<Vec<Rule>> {
    let exceptions = by_target(overrides);
    let mut rules: Vec<Rule> = Vec::with_capacity(rows.len());
    let mut counters = Vec::with_capacity(rows.len());
    for row in rows {
        let (Some(limit), Some(subject)) = (limit_of(&row), named(&row)) else { continue };
        counters.push(match (limit.metric, limit.window) {
            (Metric::Requests | Metric::Tokens, Some(window)) => {
                Counter::Ring { subject: limit.subject.clone(), surface: limit.surface, metric: limit.metric, window }
            }
            _ => Counter::Gauge { subject: limit.subject.clone(), surface: limit.surface },
        });
        rules.push(Rule {
            subject,
            name: limit.name(),
            surface: limit.surface,
            metric: limit.metric,
            window: limit.window,
            max: limit.max,
            exception: exceptions.get(row.id.as_str()).map(|row| exception(row)),
            usage: None,
            id: row.id,
            created_at_us: row.created_at_us,
            updated_at_us: row.updated_at_us,
            version: row.version,
        });
    }
    let standings = peek(control, counters).await;
    for (rule, standing) in rules.iter_mut().zip(standings.into_iter().flatten()) {
        let max = rule.exception.as_ref().map_or(rule.max, |exception| exception.max);
        rule.usage = Some(Use { used: standing.used, reserved: 0, max });
    }
    Ok(rules)
}

/// Budgets as they stand, in the order of the rows. Where the counters do not answer, what the store has is shown.
pub(super) async fn budgets(
    control: &Control,
    rows: Vec<BudgetRow>,
    overrides: &[LimitOverrideRow],
    resets: &[BudgetResetRow],
    named: impl Fn(&BudgetRow) -> Option<Named>,
) -> Result<Vec<Budget>> {
    let exceptions = by_target(overrides);
    let resets: HashMap<&str, &BudgetResetRow> = resets.iter().map(|row| (row.budget_id.as_str(), row)).collect();
    let now = now_us();
    let book = control.publisher.handle().limits.load_full();
    let mut budgets: Vec<Budget> = Vec::with_capacity(rows.len());
    let mut purses = Vec::with_capacity(rows.len());
    for row in rows {
        let (Some(budget), Some(subject)) = (budget_of(&row), named(&row)) else { continue };
        let period_now = Period::at(budget.period, book.zone(), now);
        let reset = resets.get(row.id.as_str()).filter(|reset| reset.period_start_us == period_now.start_us);
        purses.push(PurseKey {
            subject: budget.subject.clone(),
            unit: budget.unit,
            period: budget.period,
            start_us: period_now.start_us,
        });
        budgets.push(Budget {
            subject,
            name: budget.name(),
            period: budget.period,
            unit: budget.unit,
            max: budget.max,
            hard: budget.hard,
            exception: exceptions.get(row.id.as_str()).map(|row| exception(row)),
            forgiven: reset.map_or(0, |reset| u64::try_from(reset.forgiven).unwrap_or(0)),
            period_now,
            usage: None,
            id: row.id,
            created_at_us: row.created_at_us,
            updated_at_us: row.updated_at_us,
            version: row.version,
        });
    }
    let standings = match peek(control, purses.iter().cloned().map(Counter::Purse).collect()).await {
        Some(standings) => standings,
        None => stored(control, &purses).await?,
    };
    for (budget, standing) in budgets.iter_mut().zip(standings) {
        let max = budget.exception.as_ref().map_or(budget.max, |exception| exception.max);
        let used = standing.used.saturating_sub(budget.forgiven);
        budget.usage = Some(Use { used, reserved: standing.reserved, max });
    }
    Ok(budgets)
}

/// All rules and budgets of these rows.
pub(super) async fn all(control: &Control, rows: LimitRows) -> Result<(Vec<Rule>, Vec<Budget>)> {
    let names = Names::of(control);
    let kind = thinkwatch_policy::limits::SubjectKind::parse;
    let rules = rules(control, rows.rate_limits, &rows.overrides, |row| {
        Some(names.named(kind(&row.subject_kind)?, &row.subject_id))
    });
    let rules = rules.await?;
    let budgets = budgets(control, rows.budgets, &rows.overrides, &rows.resets, |row| {
        Some(names.named(kind(&row.subject_kind)?, &row.subject_id))
    });
    Ok((rules, budgets.await?))
}

/// What counters hold; `None` when they do not answer. Purses are only known once they were seeded.
pub(super) async fn peek(control: &Control, counters: Vec<Counter>) -> Option<Vec<Standing>> {
    let counting = control.counting.get()?;
    let of_budgets = counters.iter().any(|counter| matches!(counter, Counter::Purse(_)));
    if of_budgets && !counting.spent.ready() {
        return None;
    }
    counting.counters.peek(counters, now_us()).get().await.ok()
}

async fn stored(control: &Control, keys: &[PurseKey]) -> Result<Vec<Standing>> {
    let purse = |key: &PurseKey| Purse { subject: key.subject.clone(), period: key.period, start_us: key.start_us };
    let parts = control.store.spent_of(&keys.iter().map(purse).collect::<Vec<_>>()).await?;
    let mut sums: HashMap<PurseKey, u64> = HashMap::new();
    for (key, amount) in parts.iter().flat_map(|part| Unit::ALL.map(|unit| told(part, unit))) {
        let sum = sums.entry(key).or_default();
        *sum = sum.saturating_add(amount);
    }
    let standing = |key| Standing { used: sums.get(key).copied().unwrap_or(0), reserved: 0 };
    Ok(keys.iter().map(standing).collect())
}

fn by_target(overrides: &[LimitOverrideRow]) -> HashMap<&str, &LimitOverrideRow> {
    overrides.iter().map(|row| (row.target_id.as_str(), row)).collect()
}

fn exception(row: &LimitOverrideRow) -> Exception {
    Exception {
        max: u64::try_from(row.max).unwrap_or(0),
        reason: row.reason.clone(),
        user_email: row.user_email.clone(),
        created_at_us: row.created_at_us,
        expires_at_us: row.expires_at_us,
    }
}
