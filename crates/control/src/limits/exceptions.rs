//! What is done about a rule for once: another max for a while, or beginning anew.

use serde_json::Value;
use thinkwatch_coordination::Part;
use thinkwatch_policy::ids::{BudgetId, RuleId};
use thinkwatch_policy::limits::{Counter, Metric, PeriodKind};
use thinkwatch_store::LimitOverrideRow;

use super::{Budget, Rule, budgets, check, rules};
use crate::caller::Caller;
use crate::clock::now_us;
use crate::control::Control;
use crate::error::{ControlError, Result};
use crate::snapshot::limit_of;
use crate::users::read_label;

/// Another max for a while.
#[derive(Clone, Debug)]
pub struct OverrideWish {
    /// As it is written: dollars as a decimal number, calls and tokens as a whole one.
    pub max: String,
    /// Why.
    pub reason: String,
    /// Until when (microseconds).
    pub expires_at_us: i64,
}

/// Sets what holds instead of a rate limit's max for a while.
pub async fn override_rule(
    control: &Control,
    caller: &Caller,
    (kind, id): (&str, &str),
    rule: &RuleId,
    wish: OverrideWish,
) -> Result<Rule> {
    let row = rules::find(control, caller, kind, id, rule).await?;
    let max = match wish.max.parse() {
        Ok(max) => check::count(max)?,
        Err(_) => check::count(0)?,
    };
    set(control, caller, ("rate_limit", rule.as_str()), rules::described(&row), max, wish).await?;
    rules::get(control, caller, kind, id, rule).await
}

/// Takes that away before its time.
pub async fn clear_rule(control: &Control, caller: &Caller, kind: &str, id: &str, rule: &RuleId) -> Result<Rule> {
    let row = rules::find(control, caller, kind, id, rule).await?;
    clear(control, caller, ("rate_limit", rule.as_str()), rules::described(&row)).await?;
    rules::get(control, caller, kind, id, rule).await
}

/// Sets what holds instead of a budget's max for a while.
pub async fn override_budget(
    control: &Control,
    caller: &Caller,
    (kind, id): (&str, &str),
    budget: &BudgetId,
    wish: OverrideWish,
) -> Result<Budget> {
    let row = budgets::find(control, caller, kind, id, budget).await?;
    let max = check::amount(budgets::unit_of(&row)?, &wish.max)?;
    set(control, caller, ("budget", budget.as_str()), budgets::described(&row), max, wish).await?;
    budgets::get(control, caller, kind, id, budget).await
}

/// Takes that away before its time.
pub async fn clear_budget(
    control: &Control,
    caller: &Caller,
    kind: &str,
    id: &str,
    budget: &BudgetId,
) -> Result<Budget> {
    let row = budgets::find(control, caller, kind, id, budget).await?;
    clear(control, caller, ("budget", budget.as_str()), budgets::described(&row)).await?;
    budgets::get(control, caller, kind, id, budget).await
}

/// Empties a rate limit's counter. A limit of calls at once cannot be reset: its calls are on their way.
pub async fn reset_rule(control: &Control, caller: &Caller, kind: &str, id: &str, rule: &RuleId) -> Result<Rule> {
    let row = rules::find(control, caller, kind, id, rule).await?;
    let limit = limit_of(&row).ok_or_else(|| ControlError::Internal(format!("rate limit {rule} cannot be read")))?;
    let (Metric::Requests | Metric::Tokens, Some(window)) = (limit.metric, limit.window) else {
        let message = "calls at once are counted as they are and cannot be reset".to_owned();
        return Err(ControlError::Conflict { field: None, message });
    };
    let counting = control.counting.get().ok_or_else(no_counters)?;
    // First the trail: an act that is done must not be missing there.
    let entry = caller.audit("rate_limit.reset", ("rate_limit", Some(rule.as_str())), rules::described(&row));
    control.store.record_audit(&entry).await?;
    let counter = Counter::Ring { subject: limit.subject, surface: limit.surface, metric: limit.metric, window };
    counting.spent.reset(counter).await.map_err(|_| no_counters())?;
    rules::get(control, caller, kind, id, rule).await
}

/// Forgives what was spent of a budget in the period that runs.
pub async fn reset_budget(
    control: &Control,
    caller: &Caller,
    kind: &str,
    id: &str,
    budget: &BudgetId,
) -> Result<Budget> {
    let row = budgets::find(control, caller, kind, id, budget).await?;
    let period = PeriodKind::parse(&row.period_kind)
        .ok_or_else(|| ControlError::Internal(format!("budget {budget} has an unknown period")))?;
    let (start_us, _) = control.publisher.handle().limits.load().period(period, now_us());
    let entry = caller.audit("budget.reset", ("budget", Some(budget.as_str())), budgets::described(&row));
    control.store.reset_budget(budget, start_us, &entry).await?;
    control.announce(&[Part::Limits]).await;
    budgets::get(control, caller, kind, id, budget).await
}

fn no_counters() -> ControlError {
    ControlError::Unavailable { what: "the counters of limits", detail: "no answer".to_owned() }
}

async fn set(
    control: &Control,
    caller: &Caller,
    (what, target): (&str, &str),
    mut details: Value,
    max: i64,
    wish: OverrideWish,
) -> Result<()> {
    let now = now_us();
    let row = LimitOverrideRow {
        target_id: target.to_owned(),
        max,
        reason: read_label("reason", &wish.reason, false)?,
        user_id: Some(caller.user_id().to_string()),
        user_email: Some(caller.user().email.to_string()),
        created_at_us: now,
        expires_at_us: check::expiry(wish.expires_at_us, now)?,
    };
    details["override"] = serde_json::json!({ "max": max, "reason": row.reason, "expires_at_us": row.expires_at_us });
    let entry = caller.audit(&format!("{what}.override"), (what, Some(target)), details);
    control.store.set_limit_override(row, &entry).await?;
    control.announce(&[Part::Limits]).await;
    Ok(())
}

async fn clear(control: &Control, caller: &Caller, (what, target): (&str, &str), mut details: Value) -> Result<()> {
    details["override"] = Value::Null;
    let entry = caller.audit(&format!("{what}.override"), (what, Some(target)), details);
    control.store.clear_limit_override(target, &entry).await?;
    control.announce(&[Part::Limits]).await;
    Ok(())
}
