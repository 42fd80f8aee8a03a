//! The alerts that budgets have given.

use thinkwatch_policy::limits::SubjectKind;
use thinkwatch_store::{AlertFilter, BudgetAlertRow, Page};

use super::Named;
use super::subject::{Names, may_see_any};
use crate::caller::Caller;
use crate::control::Control;
use crate::error::Result;

/// An alert.
#[derive(Clone, Debug)]
pub struct Alert {
    /// What was noted.
    pub row: BudgetAlertRow,
    /// Whose budget it is or was.
    pub subject: Named,
}

/// Alerts, newest first.
pub async fn alerts(control: &Control, caller: &Caller, filter: &AlertFilter) -> Result<Page<Alert>> {
    may_see_any(caller)?;
    let page = control.store.list_budget_alerts(filter).await?;
    let names = Names::of(control);
    let items = page.items.into_iter().filter_map(|row| {
        let subject = names.named(SubjectKind::parse(&row.subject_kind)?, &row.subject_id);
        Some(Alert { row, subject })
    });
    Ok(Page { items: items.collect(), next_cursor: page.next_cursor })
}
