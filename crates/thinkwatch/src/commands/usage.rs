//! `thinkwatch usage`: who used what and what it cost, from the ledger. Reads the store, also beside a running server.

use std::process::ExitCode;

use anyhow::{Context, Result};
use serde_json::json;
use thinkwatch_control::usage::{UsageGroupRow, UsageSums, read_group};
use thinkwatch_policy::pricing::format_usd;
use thinkwatch_store::{Store, UsageQuery};

use super::{configuration, runtime};
use crate::assembly::connect_options;
use crate::cli::{self, say};

const DAY_US: i64 = 86_400_000_000;

pub(crate) fn run(question: &cli::Usage) -> Result<ExitCode> {
    let config = configuration()?;
    runtime()?.block_on(async {
        let group_by = question.by.iter().map(|name| read_group(name)).collect::<Result<Vec<_>, _>>()?;
        let store = Store::open(&connect_options(&config)).await.context("the store cannot be opened")?;
        let now = std::time::SystemTime::now().duration_since(std::time::UNIX_EPOCH)?;
        let now_us = i64::try_from(now.as_micros())?;
        let today = now_us - now_us.rem_euclid(DAY_US);
        let query = UsageQuery {
            from_us: today - i64::from(question.days.max(1) - 1) * DAY_US,
            to_us: today + DAY_US,
            group_by,
            user_id: None,
            key_lineage_id: None,
            team_id: None,
            model: None,
            provider_id: None,
        };
        let rows = store.usage(&query).await?;
        let total = store.usage_total(&query).await?;
        store.close().await;
        if question.json {
            print_json(question, &rows, &total)
        } else {
            print_table(question, &rows, &total)
        }
        Ok(ExitCode::SUCCESS)
    })
}

fn sums(sums: &UsageSums) -> serde_json::Value {
    json!({"calls": sums.calls, "input_tokens": sums.input, "cache_read_tokens": sums.cache_read,
        "cache_write_5m_tokens": sums.cache_write_5m, "cache_write_1h_tokens": sums.cache_write_1h,
        "output_tokens": sums.output, "reasoning_tokens": sums.reasoning, "cost_usd": format_usd(sums.cost_nano),
        "estimated_calls": sums.estimated_calls, "unpriced_calls": sums.unpriced_calls})
}

fn print_json(question: &cli::Usage, rows: &[UsageGroupRow], total: &UsageSums) {
    let rows: Vec<_> = rows
        .iter()
        .map(|row| {
            let group: serde_json::Map<_, _> =
                question.by.iter().cloned().zip(row.keys.iter().map(|key| json!(key))).collect();
            json!({"group": group, "usage": sums(&row.sums)})
        })
        .collect();
    say(json!({"days": question.days, "rows": rows, "total": sums(total)}));
}

fn print_table(question: &cli::Usage, rows: &[UsageGroupRow], total: &UsageSums) {
    let mut head: Vec<String> = question.by.clone();
    head.extend(["calls", "input", "cached", "output", "cost USD"].map(str::to_owned));
    let line = |keys: Vec<String>, sums: &UsageSums| {
        let mut line = keys;
        line.extend([
            sums.calls.to_string(),
            (sums.input + sums.cache_write_5m + sums.cache_write_1h).to_string(),
            sums.cache_read.to_string(),
            sums.output.to_string(),
            format_usd(sums.cost_nano),
        ]);
        line
    };
    let keys = |row: &UsageGroupRow| row.keys.iter().map(|k| k.clone().unwrap_or_else(|| "–".to_owned())).collect();
    let mut lines: Vec<Vec<String>> = rows.iter().map(|row| line(keys(row), &row.sums)).collect();
    let mut last = vec![String::new(); question.by.len()];
    if let Some(first) = last.first_mut() {
        "total".clone_into(first);
    }
    lines.push(line(last, total));
    let width = |column: usize| {
        lines.iter().chain([&head]).filter_map(|line| line.get(column)).map(|cell| cell.chars().count()).max()
    };
    let widths: Vec<usize> = (0..head.len()).map(|column| width(column).unwrap_or(0)).collect();
    let texts = question.by.len();
    for line in std::iter::once(&head).chain(&lines) {
        let cells = line.iter().zip(&widths).enumerate().map(|(column, (cell, width))| {
            if column < texts { format!("{cell:<width$}") } else { format!("{cell:>width$}") }
        });
        say(cells.collect::<Vec<_>>().join("  ").trim_end());
    }
    if total.unpriced_calls > 0 {
        say(format!("\n{} calls have no price: add one for their model.", total.unpriced_calls));
    }
    if total.estimated_calls > 0 {
        say(format!("{} calls were estimated: their provider told no usage.", total.estimated_calls));
    }
}
