//! Rate limits and budgets as operators set them: rules, what holds for a while instead, and resets.
//!
//! What is spent is never changed here: a reset raises the most that may be spent in its period, an override says another
//! most. So the ledger's sums stay true.

use sea_orm::sea_query::Expr;
use sea_orm::{ColumnTrait, ConnectionTrait, DatabaseTransaction, EntityTrait, QueryFilter, QueryOrder};
use thinkwatch_policy::ids::{BudgetId, RuleId};
use thinkwatch_policy::limits::{PeriodKind, Subject, SubjectKind};

use crate::entity::{budget, budget_reset, limit_override, rate_limit};
use crate::error::{StoreError, unique};
use crate::inputs::AuditEntry;
use crate::load::version_of;
use crate::providers::same_version;
use crate::spent;
use crate::store::{Part, Store, bump, insert, save};

/// Ids per statement.
const IDS: usize = 500;

/// Everything that limits are built from, of one version.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct LimitRows {
    /// Of the limits.
    pub version: i64,
    /// By subject, then as they were made.
    pub rate_limits: Vec<rate_limit::Model>,
    /// By subject, then as they were made.
    pub budgets: Vec<budget::Model>,
    /// Those that have not expired.
    pub overrides: Vec<limit_override::Model>,
    /// The last of each budget.
    pub resets: Vec<budget_reset::Model>,
}

/// Changes of a budget; absent fields stay.
#[derive(Clone, Copy, Debug, Default)]
pub struct BudgetPatch {
    /// Nano-dollars or tokens.
    pub max: Option<i64>,
    /// Whether calls reserve the most they can cost.
    pub hard: Option<bool>,
}

impl Store {
    /// Limits and budgets, overrides that are in force at `now_us`, and resets.
    pub async fn load_limits(&self, now_us: i64) -> Result<LimitRows, StoreError> {
        let txn = self.begin_read().await?;
        let version = version_of(&txn, Part::Limits).await?;
        let rate_limits = rate_limit::Entity::find()
            .order_by_asc(rate_limit::Column::SubjectKind)
            .order_by_asc(rate_limit::Column::SubjectId)
            .order_by_asc(rate_limit::Column::CreatedAtUs)
            .order_by_asc(rate_limit::Column::Id)
            .all(&txn)
            .await?;
        let budgets = budget::Entity::find()
            .order_by_asc(budget::Column::SubjectKind)
            .order_by_asc(budget::Column::SubjectId)
            .order_by_asc(budget::Column::CreatedAtUs)
            .order_by_asc(budget::Column::Id)
            .all(&txn)
            .await?;
        let overrides = limit_override::Entity::find()
            .filter(limit_override::Column::ExpiresAtUs.gt(now_us))
            .order_by_asc(limit_override::Column::TargetId)
            .all(&txn)
            .await?;
        let mut resets = budget_reset::Entity::find()
            .order_by_asc(budget_reset::Column::BudgetId)
            .order_by_desc(budget_reset::Column::PeriodStartUs)
            .all(&txn)
            .await?;
        txn.commit().await?;
        resets.dedup_by(|later, first| later.budget_id == first.budget_id);
        Ok(LimitRows { version, rate_limits, budgets, overrides, resets })
    }

    /// Adds a rate limit. A subject has one per surface, metric and window.
    pub async fn create_rate_limit(&self, row: rate_limit::Model, entry: &AuditEntry) -> Result<(), StoreError> {
        let txn = self.begin_change(entry, &[Part::Limits]).await?;
        insert(&txn, row).await.map_err(unique("rate limit", "window"))?;
        Ok(txn.commit().await?)
    }

    /// A rate limit.
    pub async fn get_rate_limit(&self, id: &RuleId) -> Result<rate_limit::Model, StoreError> {
        find_rule(&self.pools.reader, id).await
    }

    /// Gives a rate limit another max, if it still has the version the caller saw.
    pub async fn update_rate_limit(
        &self,
        id: &RuleId,
        expected_version: Option<i64>,
        max: i64,
        entry: &AuditEntry,
    ) -> Result<rate_limit::Model, StoreError> {
        let txn = self.begin_change(entry, &[Part::Limits]).await?;
        let mut rule = find_rule(&txn, id).await?;
        same_version("rate limit", rule.version, expected_version)?;
        rule.max = max;
        rule.version += 1;
        rule.updated_at_us = entry.timestamp_us;
        save(&txn, rule.clone()).await?;
        txn.commit().await?;
        Ok(rule)
    }

    /// Deletes a rate limit and its override.
    pub async fn delete_rate_limit(
        &self,
        id: &RuleId,
        expected_version: Option<i64>,
        entry: &AuditEntry,
    ) -> Result<(), StoreError> {
        let txn = self.begin_change(entry, &[Part::Limits]).await?;
        let rule = find_rule(&txn, id).await?;
        same_version("rate limit", rule.version, expected_version)?;
        remove(&txn, &[rule.id], &[]).await?;
        Ok(txn.commit().await?)
    }

    /// Adds a budget. A subject has one per period and unit.
    pub async fn create_budget(&self, row: budget::Model, entry: &AuditEntry) -> Result<(), StoreError> {
        let txn = self.begin_change(entry, &[Part::Limits]).await?;
        insert(&txn, row).await.map_err(unique("budget", "period"))?;
        Ok(txn.commit().await?)
    }

    /// A budget.
    pub async fn get_budget(&self, id: &BudgetId) -> Result<budget::Model, StoreError> {
        find_budget(&self.pools.reader, id).await
    }

    /// Changes a budget, if it still has the version the caller saw.
    pub async fn update_budget(
        &self,
        id: &BudgetId,
        expected_version: Option<i64>,
        patch: BudgetPatch,
        entry: &AuditEntry,
    ) -> Result<budget::Model, StoreError> {
        let txn = self.begin_change(entry, &[Part::Limits]).await?;
        let mut budget = find_budget(&txn, id).await?;
        same_version("budget", budget.version, expected_version)?;
        budget.max = patch.max.unwrap_or(budget.max);
        budget.hard = patch.hard.unwrap_or(budget.hard);
        budget.version += 1;
        budget.updated_at_us = entry.timestamp_us;
        save(&txn, budget.clone()).await?;
        txn.commit().await?;
        Ok(budget)
    }

    /// Deletes a budget with its override and resets. What was spent, and the alerts it gave, stay as history.
    pub async fn delete_budget(
        &self,
        id: &BudgetId,
        expected_version: Option<i64>,
        entry: &AuditEntry,
    ) -> Result<(), StoreError> {
        let txn = self.begin_change(entry, &[Part::Limits]).await?;
        let budget = find_budget(&txn, id).await?;
        same_version("budget", budget.version, expected_version)?;
        remove(&txn, &[], &[budget.id]).await?;
        Ok(txn.commit().await?)
    }

    /// Sets what holds instead of a rule's or budget's max for a while, in the place of what was set before.
    pub async fn set_limit_override(&self, row: limit_override::Model, entry: &AuditEntry) -> Result<(), StoreError> {
        let txn = self.begin_change(entry, &[Part::Limits]).await?;
        must_exist(&txn, &row.target_id).await?;
        limit_override::Entity::delete_by_id(row.target_id.as_str()).exec(&txn).await?;
        insert(&txn, row).await?;
        Ok(txn.commit().await?)
    }

    /// Takes an override away before its time.
    pub async fn clear_limit_override(&self, target: &str, entry: &AuditEntry) -> Result<(), StoreError> {
        let txn = self.begin_change(entry, &[Part::Limits]).await?;
        let gone = limit_override::Entity::delete_by_id(target).exec(&txn).await?;
        if gone.rows_affected == 0 {
            return Err(StoreError::NotFound("override"));
        }
        Ok(txn.commit().await?)
    }

    /// Forgives what a budget's subject has spent so far in the period that began at `start_us`: the budget's max is as
    /// much higher until the period ends. Returns how much is forgiven.
    pub async fn reset_budget(&self, id: &BudgetId, start_us: i64, entry: &AuditEntry) -> Result<i64, StoreError> {
        let txn = self.begin_change(entry, &[Part::Limits]).await?;
        let budget = find_budget(&txn, id).await?;
        let period = PeriodKind::parse(&budget.period_kind).ok_or(StoreError::Corrupt("period of a budget"))?;
        let purse = spent::Purse {
            subject: subject_of(&budget.subject_kind, &budget.subject_id)?,
            period,
            start_us,
        };
        let parts = spent::parts(&txn, &[purse]).await?;
        let usd = budget.unit == "usd";
        let forgiven =
            parts.iter().map(|part| if usd { part.cost_nano } else { part.tokens }).fold(0, i64::saturating_add);
        budget_reset::Entity::delete_many()
            .filter(budget_reset::Column::BudgetId.eq(id.as_str()))
            .exec(&txn)
            .await?;
        let row = budget_reset::Model {
            budget_id: id.to_string(),
            period_start_us: start_us,
            forgiven,
            reset_at_us: entry.timestamp_us,
        };
        insert(&txn, row).await?;
        txn.commit().await?;
        Ok(forgiven)
    }
}

/// The subject that a row names.
pub(crate) fn subject_of(kind: &str, id: &str) -> Result<Subject, StoreError> {
    let kind = SubjectKind::parse(kind).ok_or(StoreError::Corrupt("subject of a limit"))?;
    Ok(Subject { kind, id: id.into() })
}

/// Takes the rules of subjects away that are deleted in the same transaction: an id or a name that comes again must not
/// come back with them.
pub(crate) async fn forget(
    txn: &DatabaseTransaction,
    kind: SubjectKind,
    subjects: &[impl AsRef<str>],
) -> Result<(), StoreError> {
    for ids in subjects.chunks(IDS) {
        let ids: Vec<&str> = ids.iter().map(AsRef::as_ref).collect();
        let rules = rate_limit::Entity::find()
            .filter(rate_limit::Column::SubjectKind.eq(kind.as_str()))
            .filter(rate_limit::Column::SubjectId.is_in(ids.iter().copied()))
            .all(txn)
            .await?;
        let budgets = budget::Entity::find()
            .filter(budget::Column::SubjectKind.eq(kind.as_str()))
            .filter(budget::Column::SubjectId.is_in(ids))
            .all(txn)
            .await?;
        if rules.is_empty() && budgets.is_empty() {
            continue;
        }
        let rules: Vec<_> = rules.into_iter().map(|row| row.id).collect();
        let budgets: Vec<_> = budgets.into_iter().map(|row| row.id).collect();
        remove(txn, &rules, &budgets).await?;
        bump(txn, &[Part::Limits]).await?;
    }
    Ok(())
}

/// The rules of a subject go with it to its new name.
pub(crate) async fn rename(
    txn: &DatabaseTransaction,
    kind: SubjectKind,
    from: &str,
    to: &str,
) -> Result<(), StoreError> {
    // Rules that wait under the new name were for what was called by it until now.
    forget(txn, kind, &[to]).await?;
    let rules = rate_limit::Entity::update_many()
        .col_expr(rate_limit::Column::SubjectId, Expr::value(to))
        .filter(rate_limit::Column::SubjectKind.eq(kind.as_str()))
        .filter(rate_limit::Column::SubjectId.eq(from))
        .exec(txn)
        .await?;
    if rules.rows_affected > 0 {
        bump(txn, &[Part::Limits]).await?;
    }
    Ok(())
}

async fn remove(txn: &DatabaseTransaction, rules: &[String], budgets: &[String]) -> Result<(), StoreError> {
    let ids = |ids: &[String]| ids.to_vec();
    rate_limit::Entity::delete_many().filter(rate_limit::Column::Id.is_in(ids(rules))).exec(txn).await?;
    budget::Entity::delete_many().filter(budget::Column::Id.is_in(ids(budgets))).exec(txn).await?;
    budget_reset::Entity::delete_many()
        .filter(budget_reset::Column::BudgetId.is_in(ids(budgets)))
        .exec(txn)
        .await?;
    limit_override::Entity::delete_many()
        .filter(limit_override::Column::TargetId.is_in([rules, budgets].concat()))
        .exec(txn)
        .await?;
    Ok(())
}

async fn must_exist(txn: &DatabaseTransaction, target: &str) -> Result<(), StoreError> {
    match find_rule(txn, &target.into()).await {
        Err(StoreError::NotFound(_)) => find_budget(txn, &target.into()).await.map(|_| ()),
        found => found.map(|_| ()),
    }
}

async fn find_rule<C: ConnectionTrait>(db: &C, id: &RuleId) -> Result<rate_limit::Model, StoreError> {
    rate_limit::Entity::find_by_id(id.as_str()).one(db).await?.ok_or(StoreError::NotFound("rate limit"))
}

async fn find_budget<C: ConnectionTrait>(db: &C, id: &BudgetId) -> Result<budget::Model, StoreError> {
    budget::Entity::find_by_id(id.as_str()).one(db).await?.ok_or(StoreError::NotFound("budget"))
}
