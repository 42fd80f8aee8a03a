//! Questions to the ledger.

use std::collections::BTreeMap;

use sea_orm::sea_query::{Alias, Expr, ExprTrait, Query, SelectStatement};
use sea_orm::{ConnectionTrait, DbErr, Iden, QueryResult};
use thinkwatch_policy::ids::UserId;

use crate::entity::usage_hourly::{Column, Entity};
use crate::error::StoreError;
use crate::inputs::{CallerUsage, UsageGroup, UsageGroupRow, UsageQuery, UsageSums};
use crate::ledger::SUMS;
use crate::store::Store;

const DAY_US: i64 = 86_400_000_000;

impl Store {
    /// Sums by group, ordered by the groups' values.
    pub async fn usage(&self, query: &UsageQuery) -> Result<Vec<UsageGroupRow>, StoreError> {
        let mut groups: BTreeMap<Vec<Option<String>>, UsageSums> = BTreeMap::new();
        for row in self.pools.reader.query_all(&select(query)).await? {
            let keys = query.group_by.iter().enumerate().map(|(index, group)| key(&row, index, group));
            groups.entry(keys.collect::<Result<_, _>>()?).or_default().add(&sums(&row)?);
        }
        Ok(groups.into_iter().map(|(keys, sums)| UsageGroupRow { keys, sums }).collect())
    }

    /// The sum of everything asked for.
    pub async fn usage_total(&self, query: &UsageQuery) -> Result<UsageSums, StoreError> {
        let all = UsageQuery { group_by: Vec::new(), ..query.clone() };
        Ok(self.usage(&all).await?.pop().map(|row| row.sums).unwrap_or_default())
    }
}

impl Store {
    /// Calls and cost by user and key, of everybody or of one user: what the dashboard's lists of the largest are made of.
    /// Only columns of an index are read: rows of the ledger are wide, and there may be a million of them. They are summed
    /// by hour first, which is the order of the index, so that only those sums have to be sorted.
    pub async fn usage_by_caller(
        &self,
        from_us: i64,
        to_us: i64,
        user: Option<&UserId>,
    ) -> Result<Vec<CallerUsage>, StoreError> {
        let mut hours = Query::select();
        hours.from(Entity).column(Column::UserId).column(Column::KeyLineageId);
        for column in [Column::Calls, Column::CostNano] {
            hours.expr_as(Expr::col(column).sum(), Alias::new(column.to_string()));
        }
        hours.and_where(Expr::col(Column::HourUs).gte(from_us)).and_where(Expr::col(Column::HourUs).lt(to_us));
        if let Some(user) = user {
            hours.and_where(Expr::col(Column::UserId).eq(user.as_str()));
        }
        hours.group_by_columns([Column::HourUs, Column::UserId, Column::KeyLineageId]);
        let mut select = Query::select();
        select.from_subquery(hours, Alias::new("hours")).column(Column::UserId).column(Column::KeyLineageId);
        for column in [Column::Calls, Column::CostNano] {
            select.expr_as(Expr::col(column).sum().cast_as("bigint"), Alias::new(column.to_string()));
        }
        select.group_by_columns([Column::UserId, Column::KeyLineageId]);
        let rows = self.pools.reader.query_all(&select).await?;
        let read = |row: QueryResult| {
            Ok(CallerUsage {
                user_id: row.try_get("", &Column::UserId.to_string())?,
                key_lineage_id: row.try_get("", &Column::KeyLineageId.to_string())?,
                calls: row.try_get("", &Column::Calls.to_string())?,
                cost_nano: row.try_get("", &Column::CostNano.to_string())?,
            })
        };
        Ok(rows.into_iter().map(read).collect::<Result<_, DbErr>>()?)
    }

    /// The cost of a time, of everybody or of one user, from an index alone.
    pub async fn cost_between(&self, from_us: i64, to_us: i64, user: Option<&UserId>) -> Result<i64, StoreError> {
        let mut select = Query::select();
        select.from(Entity).expr_as(Expr::col(Column::CostNano).sum().cast_as("bigint"), Alias::new("cost"));
        select.and_where(Expr::col(Column::HourUs).gte(from_us)).and_where(Expr::col(Column::HourUs).lt(to_us));
        if let Some(user) = user {
            select.and_where(Expr::col(Column::UserId).eq(user.as_str()));
        }
        let row = self.pools.reader.query_one(&select).await?;
        Ok(row.map(|row| row.try_get::<Option<i64>>("", "cost")).transpose()?.flatten().unwrap_or(0))
    }
}

fn select(query: &UsageQuery) -> SelectStatement {
    let mut select = Query::select();
    select.from(Entity);
    for (index, group) in query.group_by.iter().enumerate() {
        let alias = Alias::new(format!("k{index}"));
        let value = match group {
            UsageGroup::User => Expr::col(Column::UserId),
            UsageGroup::UserEmail => Expr::col(Column::UserEmail),
            UsageGroup::KeyLineage => Expr::col(Column::KeyLineageId),
            UsageGroup::Team => Expr::col(Column::TeamId),
            UsageGroup::Model => Expr::col(Column::Model),
            UsageGroup::Provider => Expr::col(Column::ProviderId),
            UsageGroup::ProviderName => Expr::col(Column::ProviderName),
            UsageGroup::UpstreamModel => Expr::col(Column::UpstreamModel),
            UsageGroup::CostCenter => Expr::col(Column::CostCenter),
            UsageGroup::Outcome => Expr::col(Column::Outcome),
            UsageGroup::Hour => Expr::col(Column::HourUs).cast_as("text"),
            UsageGroup::Day => Expr::cust(format!("CAST(hour_us - hour_us % {DAY_US} AS text)")),
            // Which tag is looked for is decided in `key`: nothing is filtered inside JSON in SQL.
            UsageGroup::Tag(_) => Expr::col(Column::Tags),
        };
        select.expr_as(value, alias);
        // By position: the expression itself would be bound a second time and be another one to PostgreSQL.
        select.add_group_by([Expr::cust((index + 1).to_string())]);
    }
    for column in SUMS {
        // PostgreSQL sums BIGINT into NUMERIC.
        select.expr_as(Expr::col(column).sum().cast_as("bigint"), Alias::new(column.to_string()));
    }
    select.and_where(Expr::col(Column::HourUs).gte(query.from_us)).and_where(Expr::col(Column::HourUs).lt(query.to_us));
    for (column, wanted) in [
        (Column::UserId, query.user_id.as_ref().map(AsRef::as_ref)),
        (Column::KeyLineageId, query.key_lineage_id.as_ref().map(AsRef::as_ref)),
        (Column::TeamId, query.team_id.as_ref().map(AsRef::as_ref)),
        (Column::Model, query.model.as_deref()),
        (Column::ProviderId, query.provider_id.as_ref().map(AsRef::as_ref)),
    ] {
        if let Some::<&str>(wanted) = wanted {
            select.and_where(Expr::col(column).eq(wanted));
        }
    }
    select
}

fn key(row: &QueryResult, index: usize, group: &UsageGroup) -> Result<Option<String>, StoreError> {
    let value: Option<String> = row.try_get("", &format!("k{index}"))?;
    let UsageGroup::Tag(name) = group else { return Ok(value) };
    let tags: BTreeMap<String, String> =
        serde_json::from_str(value.as_deref().unwrap_or("{}")).map_err(|_| StoreError::Corrupt("tags"))?;
    Ok(tags.get(name).cloned())
}

/// Without groups there is one row even when nothing was found: its sums are NULL.
fn sums(row: &QueryResult) -> Result<UsageSums, DbErr> {
    let sum = |column: Column| row.try_get::<Option<i64>>("", &column.to_string()).map(Option::unwrap_or_default);
    Ok(UsageSums {
        calls: sum(Column::Calls)?,
        input: sum(Column::Input)?,
        cache_read: sum(Column::CacheRead)?,
        cache_write_5m: sum(Column::CacheWrite5m)?,
        cache_write_1h: sum(Column::CacheWrite1h)?,
        output: sum(Column::Output)?,
        reasoning: sum(Column::Reasoning)?,
        audio_in: sum(Column::AudioIn)?,
        audio_out: sum(Column::AudioOut)?,
        images: sum(Column::Images)?,
        cost_nano: sum(Column::CostNano)?,
        estimated_calls: sum(Column::EstimatedCalls)?,
        unpriced_calls: sum(Column::UnpricedCalls)?,
    })
}
