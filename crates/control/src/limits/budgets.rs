//! Budgets of a subject.

use serde_json::{Value, json};
use thinkwatch_coordination::Part;
use thinkwatch_policy::ids::BudgetId;
use thinkwatch_policy::limits::{SubjectKind, Unit};
use thinkwatch_store::{BudgetPatch, BudgetRow, StoreError};

use super::subject::{self, Wish};
use super::{Budget, Named, check, seed, standing};
use crate::caller::Caller;
use crate::clock::now_us;
use crate::control::Control;
use crate::error::{ControlError, Result};

/// What a new budget is made of.
#[derive(Clone, Debug)]
pub struct NewBudget {
    /// `daily`, `weekly` or `monthly`.
    pub period: String,
    /// `usd` or `tokens`.
    pub unit: String,
    /// As it is written: dollars as a decimal number, tokens as a whole one.
    pub max: String,
    /// Whether calls reserve the most they can cost; yes when absent.
    pub hard: Option<bool>,
}

/// What is to change of a budget; absent fields stay.
#[derive(Clone, Debug, Default)]
pub struct BudgetEdit {
    /// As it is written.
    pub max: Option<String>,
    /// Whether calls reserve the most they can cost.
    pub hard: Option<bool>,
}

/// The budgets of a subject.
pub async fn list(control: &Control, caller: &Caller, kind: &str, id: &str) -> Result<Vec<Budget>> {
    let subject = subject::find(control, caller, kind, id, Wish::See).await?;
    let mut rows = control.store.load_limits(now_us()).await?;
    rows.budgets.retain(|row| is_of(row, &subject));
    standing::budgets(control, rows.budgets, &rows.overrides, &rows.resets, |_| Some(subject.clone())).await
}

/// One of them.
pub async fn get(control: &Control, caller: &Caller, kind: &str, id: &str, budget: &BudgetId) -> Result<Budget> {
    let budgets = list(control, caller, kind, id).await?;
    budgets.into_iter().find(|known| known.id == budget.as_str()).ok_or(ControlError::NotFound("budget"))
}

/// Sets a budget. What was spent before in the period counts.
pub async fn create(control: &Control, caller: &Caller, kind: &str, id: &str, new: NewBudget) -> Result<Budget> {
    let subject = subject::find(control, caller, kind, id, Wish::Set).await?;
    if !subject.kind.has_budget() {
        let with: Vec<_> =
            SubjectKind::ALL.into_iter().filter(|kind| kind.has_budget()).map(SubjectKind::as_str).collect();
        let message = format!("a {} cannot have a budget; one of {} can", subject.kind.as_str(), with.join(", "));
        return Err(ControlError::invalid("subject_kind", message));
    }
    let (period, unit) = (check::period(&new.period)?, check::unit(&new.unit)?);
    let now = now_us();
    let row = BudgetRow {
        id: BudgetId::from_bits(rand::random()).to_string(),
        subject_kind: subject.kind.as_str().to_owned(),
        subject_id: subject.id.clone(),
        period_kind: period.as_str().to_owned(),
        unit: unit.as_str().to_owned(),
        max: check::amount(unit, &new.max)?,
        hard: new.hard.unwrap_or(true),
        version: 1,
        created_at_us: now,
        updated_at_us: now,
    };
    let entry = caller.audit("budget.create", ("budget", Some(&row.id)), described(&row));
    control.store.create_budget(row.clone(), &entry).await.map_err(|error| match error {
        StoreError::Conflict { .. } => ControlError::Conflict {
            field: Some("period"),
            message: format!("there is such a budget for {} already: change its max", subject.name),
        },
        other => other.into(),
    })?;
    // Before anybody reckons with it, the counters learn what was spent.
    seed::one(control, &subject.subject(), unit, period).await;
    control.announce(&[Part::Limits]).await;
    get(control, caller, kind, id, &row.id.into()).await
}

/// Changes a budget.
pub async fn update(
    control: &Control,
    caller: &Caller,
    (kind, id): (&str, &str),
    budget: &BudgetId,
    seen: Option<i64>,
    edit: BudgetEdit,
) -> Result<Budget> {
    let row = find(control, caller, kind, id, budget).await?;
    let unit = unit_of(&row)?;
    let max = edit.max.as_deref().map(|text| check::amount(unit, text)).transpose()?;
    let patch = BudgetPatch { max, hard: edit.hard };
    let mut details = described(&row);
    details["max"] = json!({ "from": row.max, "to": max.unwrap_or(row.max) });
    details["hard"] = json!({ "from": row.hard, "to": edit.hard.unwrap_or(row.hard) });
    let entry = caller.audit("budget.update", ("budget", Some(budget.as_str())), details);
    control.store.update_budget(budget, seen, patch, &entry).await?;
    control.announce(&[Part::Limits]).await;
    get(control, caller, kind, id, budget).await
}

/// Deletes a budget.
pub async fn delete(
    control: &Control,
    caller: &Caller,
    (kind, id): (&str, &str),
    budget: &BudgetId,
    seen: Option<i64>,
) -> Result<()> {
    let row = find(control, caller, kind, id, budget).await?;
    let entry = caller.audit("budget.delete", ("budget", Some(budget.as_str())), described(&row));
    control.store.delete_budget(budget, seen, &entry).await?;
    control.announce(&[Part::Limits]).await;
    Ok(())
}

/// Deletes all budgets of a subject.
pub async fn delete_all(control: &Control, caller: &Caller, kind: &str, id: &str) -> Result<()> {
    let subject = subject::find(control, caller, kind, id, Wish::Set).await?;
    let rows = control.store.load_limits(now_us()).await?;
    for row in rows.budgets.iter().filter(|row| is_of(row, &subject)) {
        let entry = caller.audit("budget.delete", ("budget", Some(&row.id)), described(row));
        match control.store.delete_budget(&row.id.as_str().into(), None, &entry).await {
            // Somebody else was quicker.
            Ok(()) | Err(StoreError::NotFound(_)) => {}
            Err(error) => return Err(error.into()),
        }
    }
    control.announce(&[Part::Limits]).await;
    Ok(())
}

/// A budget of this subject that the caller may change.
pub(super) async fn find(
    control: &Control,
    caller: &Caller,
    kind: &str,
    id: &str,
    budget: &BudgetId,
) -> Result<BudgetRow> {
    let subject = subject::find(control, caller, kind, id, Wish::Set).await?;
    let row = control.store.get_budget(budget).await?;
    if is_of(&row, &subject) { Ok(row) } else { Err(ControlError::NotFound("budget")) }
}

/// What a budget counts.
pub(super) fn unit_of(row: &BudgetRow) -> Result<Unit> {
    Unit::parse(&row.unit).ok_or_else(|| ControlError::Internal(format!("budget {} has an unknown unit", row.id)))
}

fn is_of(row: &BudgetRow, subject: &Named) -> bool {
    row.subject_kind == subject.kind.as_str() && row.subject_id == subject.id
}

pub(super) fn described(row: &BudgetRow) -> Value {
    json!({ "subject_kind": row.subject_kind, "subject_id": row.subject_id, "period": row.period_kind,
        "unit": row.unit, "max": row.max, "hard": row.hard })
}
