//! Sums over time: from the roll-ups where they know the answer, else from the rows, summed by the server.

use futures_util::TryStreamExt as _;
use sqlx::Row as _;
use sqlx::postgres::{PgPool, PgRow};

use crate::port::LogError;
use crate::query::CallFilter;
use crate::summing::{Range, Sums, class_name, from_rollups, outcome_name, points};
use crate::usage::{Dimension, Totals, UsageQuery, UsageReport};

use super::conditions::Sql;
use super::connect::failed;
use super::rollups::{SUMS, add_at, add_numbers_at};

pub(super) async fn report(pool: &PgPool, query: &UsageQuery) -> Result<UsageReport, LogError> {
    let range = Range::of(query);
    let sums = if from_rollups(query) {
        of_rollups(pool, query, &range).await.map_err(failed("gateway_rollups"))
    } else {
        of_rows(pool, query, &range).await.map_err(failed("gateway_logs"))
    }?;
    Ok(UsageReport { points: points(sums), unreadable: Vec::new() })
}

async fn of_rollups(pool: &PgPool, query: &UsageQuery, range: &Range) -> Result<Sums, sqlx::Error> {
    let mut sql = Sql::new(format!("SELECT step, model, provider, outcome, status_class, {SUMS} FROM gateway_rollups"));
    sql.and().push("step >= ").push_bind(range.from).push(" AND step < ").push_bind(range.to);
    let CallFilter { model, provider, outcome, .. } = &query.filter;
    sql.equal("model", model.as_ref());
    sql.equal("provider", provider.as_ref());
    if let Some(outcome) = outcome {
        sql.and().push("outcome = ").push_bind(*outcome as i32);
    }
    let mut sums = Sums::new();
    let statement = sql.end().build();
    let mut rows = statement.fetch(pool);
    while let Some(row) = rows.try_next().await? {
        let group = query.group_by.iter().map(|dimension| match dimension {
            Dimension::Model => row.try_get(1),
            Dimension::Provider => row.try_get(2),
            Dimension::Outcome => row.try_get(3).map(outcome_name),
            _ => row.try_get::<i32, _>(4).map(|class| class_name(class.unsigned_abs())),
        });
        let group = group.collect::<Result<Vec<String>, _>>()?;
        add_at(sums.entry((range.start(row.try_get(0)?), group)).or_default(), &row, 5)?;
    }
    Ok(sums)
}

/// Rows are summed by start, group and the buckets of both times: few rows come back, and histograms are made of them.
async fn of_rows(pool: &PgPool, query: &UsageQuery, range: &Range) -> Result<Sums, sqlx::Error> {
    let start = match range.step {
        // Rounded down, below zero too.
        Some(step) => format!("timestamp - (timestamp % {step} + {step}) % {step}"),
        None => format!("{}::BIGINT", range.from),
    };
    let mut select = format!("SELECT {start}");
    for dimension in &query.group_by {
        select.push_str(", ");
        select.push_str(column(*dimension));
    }
    select.push_str(", duration_bucket, ttft_us > 0, ttft_bucket");
    let grouped = query.group_by.len() + 4;
    select.push_str(", COUNT(*), COUNT(*) FILTER (WHERE usage_estimated), COUNT(*) FILTER (WHERE cache_hit)");
    for column in [
        "input_tokens",
        "cache_read_tokens",
        "cache_write_5m_tokens",
        "cache_write_1h_tokens",
        "output_tokens",
        "reasoning_tokens",
        "audio_input_tokens",
        "audio_output_tokens",
        "image_units",
        "cost_nano",
        "GREATEST(duration_us, 0)",
        "GREATEST(ttft_us, 0)",
    ] {
        // A sum of BIGINT is NUMERIC; what no longer fits stays at the end.
        let (least, most) = (i64::MIN, i64::MAX);
        select.push_str(&format!(", LEAST(GREATEST(SUM({column}), {least}), {most})::BIGINT"));
    }
    select.push_str(" FROM gateway_logs");
    let mut sql = Sql::new(select);
    sql.scope(&query.scope);
    sql.accepted(range.from, range.to);
    sql.filter(&query.filter);
    let columns: Vec<String> = (1..=grouped).map(|at| at.to_string()).collect();
    sql.end().push(" GROUP BY ").push(columns.join(", "));

    let mut sums = Sums::new();
    let statement = sql.end().build().persistent(false);
    let mut rows = statement.fetch(pool);
    while let Some(row) = rows.try_next().await? {
        let mut group = Vec::with_capacity(query.group_by.len());
        for (at, dimension) in (1..).zip(&query.group_by) {
            group.push(match dimension {
                Dimension::Outcome => row.try_get(at).map(outcome_name)?,
                Dimension::StatusClass => row.try_get::<i32, _>(at).map(|class| class_name(class.unsigned_abs()))?,
                _ => row.try_get(at)?,
            });
        }
        add_group(sums.entry((row.try_get(0)?, group)).or_default(), &row, grouped)?;
    }
    Ok(sums)
}

/// Adds what was summed of rows that share their buckets, which stand before `first`.
fn add_group(totals: &mut Totals, row: &PgRow, first: usize) -> Result<(), sqlx::Error> {
    let bucket = |at: usize| row.try_get::<i16, _>(at).map(|bucket| u8::try_from(bucket).unwrap_or(u8::MAX));
    let number = |at: usize| row.try_get::<i64, _>(at).map(|n| u64::try_from(n).unwrap_or(0));
    add_numbers_at(totals, row, first)?;
    let calls = number(first)?;
    totals.duration.add_bucket(bucket(first - 3)?, calls, number(first + 13)?);
    if row.try_get(first - 2)? {
        totals.ttft.add_bucket(bucket(first - 1)?, calls, number(first + 14)?);
    }
    Ok(())
}

const fn column(dimension: Dimension) -> &'static str {
    match dimension {
        Dimension::Model => "model",
        Dimension::Provider => "provider",
        Dimension::Outcome => "outcome",
        Dimension::StatusClass => "status_code / 100",
        Dimension::User => "user_id",
        Dimension::Key => "key_id",
        Dimension::KeyLineage => "key_lineage_id",
        Dimension::Team => "team_id",
        Dimension::Client => "client",
        Dimension::CostCenter => "cost_center",
    }
}
