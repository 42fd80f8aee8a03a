//! What each subject has spent per period, by replica: written with the ledger, read by budgets.

use std::collections::{BTreeMap, BTreeSet};

use sea_orm::sea_query::{Alias, Expr, ExprTrait, OnConflict, Query};
use sea_orm::{
    ColumnTrait, ConnectionTrait, DatabaseTransaction, DbErr, EntityTrait, IntoActiveModel, Iden, QueryFilter,
};
use thinkwatch_policy::ids::ReplicaId;
use thinkwatch_policy::limits::{PeriodKind, Subject, SubjectKind};

use crate::entity::subject_spent::{Column, Entity, Model};
use crate::error::StoreError;
use crate::limits::subject_of;
use crate::store::Store;

/// Rows per statement: 8 values each, and SQLite takes 32,766.
const ROWS: usize = 1000;
/// Subjects per question.
const SUBJECTS: usize = 500;

/// What was spent, of one subject in one period.
#[derive(Clone, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct Purse {
    /// Who spends.
    pub subject: Subject,
    /// How long the period is.
    pub period: PeriodKind,
    /// Its first moment (microseconds).
    pub start_us: i64,
}

/// Sums of calls.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Spent {
    /// Nano-dollars.
    pub cost_nano: i64,
    /// Weighted tokens.
    pub tokens: i64,
    /// Calls.
    pub calls: i64,
}

impl Spent {
    /// Adds another's sums.
    pub const fn add(&mut self, other: Self) {
        self.cost_nano = self.cost_nano.saturating_add(other.cost_nano);
        self.tokens = self.tokens.saturating_add(other.tokens);
        self.calls = self.calls.saturating_add(other.calls);
    }
}

/// What one replica has spent of a purse, in all.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SpentPart {
    /// Of which purse.
    pub purse: Purse,
    /// By whom.
    pub replica: ReplicaId,
    /// Nano-dollars.
    pub cost_nano: i64,
    /// Weighted tokens.
    pub tokens: i64,
}

impl Store {
    /// What each replica has spent of these purses; those that spent nothing are not there.
    pub async fn spent_of(&self, purses: &[Purse]) -> Result<Vec<SpentPart>, StoreError> {
        if purses.is_empty() {
            return Ok(Vec::new());
        }
        let txn = self.begin_read().await?;
        let found = parts(&txn, purses).await?;
        txn.commit().await?;
        Ok(found)
    }

    /// What a subject has spent in its last periods, over all replicas: the first moment of each period and the sums,
    /// newest first, at most `limit`. Periods in which nothing was spent are not there.
    pub async fn spent_history(
        &self,
        subject: &Subject,
        period: PeriodKind,
        limit: u64,
    ) -> Result<Vec<(i64, Spent)>, StoreError> {
        let mut select = Query::select();
        select.from(Entity).column(Column::PeriodStartUs);
        for column in [Column::CostNano, Column::Tokens, Column::Calls] {
            // PostgreSQL sums BIGINT into NUMERIC.
            select.expr_as(Expr::col(column).sum().cast_as("bigint"), Alias::new(column.to_string()));
        }
        select
            .and_where(Expr::col(Column::SubjectKind).eq(subject.kind.as_str()))
            .and_where(Expr::col(Column::SubjectId).eq(&*subject.id))
            .and_where(Expr::col(Column::PeriodKind).eq(period.as_str()))
            .group_by_col(Column::PeriodStartUs)
            .order_by(Column::PeriodStartUs, sea_orm::Order::Desc)
            .limit(limit);
        let rows = self.pools.reader.query_all(&select).await?;
        let read = |row: sea_orm::QueryResult| {
            let number = |column: Column| row.try_get::<i64>("", &column.to_string());
            let spent = Spent {
                cost_nano: number(Column::CostNano)?,
                tokens: number(Column::Tokens)?,
                calls: number(Column::Calls)?,
            };
            Ok((number(Column::PeriodStartUs)?, spent))
        };
        Ok(rows.into_iter().map(read).collect::<Result<_, DbErr>>()?)
    }

    /// Removes what was spent in periods that began before this time. Returns how many rows.
    pub async fn drop_spent_before(&self, before_us: i64) -> Result<u64, StoreError> {
        let txn = self.begin_write().await?;
        let gone = Entity::delete_many().filter(Column::PeriodStartUs.lt(before_us)).exec(&txn).await?;
        txn.commit().await?;
        Ok(gone.rows_affected)
    }
}

/// Adds what calls of a replica spent. Only this replica writes these rows.
pub(crate) async fn add(
    txn: &DatabaseTransaction,
    replica: &str,
    deltas: &[(Purse, Spent)],
) -> Result<(), StoreError> {
    // One statement may not meet the same row twice.
    let mut sums: BTreeMap<&Purse, Spent> = BTreeMap::new();
    for (purse, spent) in deltas {
        sums.entry(purse).or_default().add(*spent);
    }
    let rows: Vec<Model> = sums
        .into_iter()
        .map(|(purse, spent)| Model {
            subject_kind: purse.subject.kind.as_str().to_owned(),
            subject_id: purse.subject.id.to_string(),
            period_kind: purse.period.as_str().to_owned(),
            period_start_us: purse.start_us,
            replica: replica.to_owned(),
            cost_nano: spent.cost_nano,
            tokens: spent.tokens,
            calls: spent.calls,
        })
        .collect();
    for rows in rows.chunks(ROWS) {
        let mut adding = OnConflict::columns([
            Column::SubjectKind,
            Column::SubjectId,
            Column::PeriodKind,
            Column::PeriodStartUs,
            Column::Replica,
        ]);
        for column in [Column::CostNano, Column::Tokens, Column::Calls] {
            adding.value(column, Expr::col((Entity, column)).add(Expr::col(("excluded", column))));
        }
        Entity::insert_many(rows.iter().cloned().map(IntoActiveModel::into_active_model))
            .on_conflict(adding)
            .exec_without_returning(txn)
            .await?;
    }
    Ok(())
}

/// What each replica has spent of these purses.
pub(crate) async fn parts(txn: &DatabaseTransaction, purses: &[Purse]) -> Result<Vec<SpentPart>, StoreError> {
    let wanted: BTreeSet<&Purse> = purses.iter().collect();
    let mut by_kind: BTreeMap<SubjectKind, (BTreeSet<&str>, BTreeSet<i64>)> = BTreeMap::new();
    for purse in &wanted {
        let (ids, starts) = by_kind.entry(purse.subject.kind).or_default();
        ids.insert(&purse.subject.id);
        starts.insert(purse.start_us);
    }
    let mut found = Vec::new();
    for (kind, (ids, starts)) in by_kind {
        let ids: Vec<&str> = ids.into_iter().collect();
        for ids in ids.chunks(SUBJECTS) {
            let rows = Entity::find()
                .filter(Column::SubjectKind.eq(kind.as_str()))
                .filter(Column::SubjectId.is_in(ids.iter().copied()))
                .filter(Column::PeriodStartUs.is_in(starts.iter().copied()))
                .all(txn)
                .await?;
            for row in rows {
                let purse = Purse {
                    subject: subject_of(&row.subject_kind, &row.subject_id)?,
                    period: PeriodKind::parse(&row.period_kind).ok_or(StoreError::Corrupt("period"))?,
                    start_us: row.period_start_us,
                };
                // A Monday may begin a month: the question was wider than what was wanted.
                if wanted.contains(&purse) {
                    let replica = ReplicaId::new(row.replica);
                    found.push(SpentPart { purse, replica, cost_nano: row.cost_nano, tokens: row.tokens });
                }
            }
        }
    }
    Ok(found)
}
