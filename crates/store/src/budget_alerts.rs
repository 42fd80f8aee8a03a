//! Alerts of budgets: once per budget, period and threshold, whichever replica sees it first.

use sea_orm::sea_query::OnConflict;
use sea_orm::{ColumnTrait, EntityTrait, IntoActiveModel, QueryFilter, QueryOrder, QuerySelect};

use crate::entity::budget_alert::{Column, Entity, Model};
use crate::error::StoreError;
use crate::inputs::{AuditEntry, Page};
use crate::page;
use crate::store::Store;

/// Which alerts to list (newest first).
#[derive(Clone, Debug, Default)]
pub struct AlertFilter {
    /// Only of this budget.
    pub budget_id: Option<String>,
    /// Only of this subject: kind and id.
    pub subject: Option<(String, String)>,
    /// From an earlier page.
    pub cursor: Option<String>,
    /// Page size, 1 to 1000.
    pub limit: u64,
}

impl Store {
    /// Notes an alert with its entry in the trail. False, and nothing written, when it was raised before.
    pub async fn raise_budget_alert(&self, row: Model, entry: &AuditEntry) -> Result<bool, StoreError> {
        let txn = self.begin_change(entry, &[]).await?;
        let once = [Column::BudgetId, Column::PeriodStartUs, Column::Threshold];
        let done = Entity::insert(row.into_active_model())
            .on_conflict(OnConflict::columns(once).do_nothing().to_owned())
            .exec_without_returning(&txn)
            .await?;
        if done == 0 {
            txn.rollback().await?;
            return Ok(false);
        }
        txn.commit().await?;
        Ok(true)
    }

    /// The thresholds (percent) that were raised of a budget in a period.
    pub async fn raised_thresholds(&self, budget: &str, start_us: i64) -> Result<Vec<i32>, StoreError> {
        let rows = Entity::find()
            .filter(Column::BudgetId.eq(budget))
            .filter(Column::PeriodStartUs.eq(start_us))
            .order_by_asc(Column::Threshold)
            .all(&self.pools.reader)
            .await?;
        Ok(rows.into_iter().map(|row| row.threshold).collect())
    }

    /// Alerts, newest first.
    pub async fn list_budget_alerts(&self, filter: &AlertFilter) -> Result<Page<Model>, StoreError> {
        let sorting = page::Sorting {
            name: "raised_at",
            descending: true,
            column: Column::RaisedAtUs,
            without: None,
            value: &|row: &Model| page::Value::Number(row.raised_at_us),
        };
        let mut query = Entity::find();
        if let Some(cursor) = &filter.cursor {
            query = query.filter(sorting.behind(cursor, Column::Id)?);
        }
        if let Some(budget) = &filter.budget_id {
            query = query.filter(Column::BudgetId.eq(budget.as_str()));
        }
        if let Some((kind, id)) = &filter.subject {
            query = query.filter(Column::SubjectKind.eq(kind.as_str())).filter(Column::SubjectId.eq(id.as_str()));
        }
        let rows = query
            .order_by_desc(Column::RaisedAtUs)
            .order_by_desc(Column::Id)
            .limit(page::size(filter.limit) + 1)
            .all(&self.pools.reader)
            .await?;
        Ok(page::cut(rows, filter.limit, |row| sorting.cursor(row, &row.id)))
    }
}
