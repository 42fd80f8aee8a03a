//! The Prometheus page.

use std::time::Duration;

use anyhow::Result;
use metrics_exporter_prometheus::{Matcher, PrometheusBuilder, PrometheusHandle};
use thinkwatch_records::spool::Spool;

/// Upper bounds of durations in seconds: fine below 50 ms, where the gateway's own time is, and up to ten minutes.
const SECONDS: &[f64] = &[
    0.0001, 0.00025, 0.0005, 0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 5.0, 10.0, 30.0, 60.0,
    120.0, 300.0, 600.0,
];

/// The documented names of older installations, and what they show today.
const ALIASES: &[(&str, &str)] = &[
    ("gateway_tokens_total", "llm_tokens_total"),
    ("gateway_request_duration_seconds", "http_request_duration_seconds"),
    ("gateway_refused_total", "http_requests_errors_total"),
];

/// Installs the recorder. Once per process, before anything makes a metric.
pub(crate) fn install() -> Result<PrometheusHandle> {
    Ok(PrometheusBuilder::new()
        .set_buckets_for_metric(Matcher::Suffix("_seconds".to_owned()), SECONDS)?
        .install_recorder()?)
}

/// Keeps histograms from growing between two scrapes.
pub(crate) async fn keep(handle: PrometheusHandle) {
    loop {
        tokio::time::sleep(Duration::from_secs(5)).await;
        handle.run_upkeep();
    }
}

/// Renders the page, with the figures that are only worth computing when somebody looks.
pub(crate) fn render(handle: &PrometheusHandle, spool: &Spool, in_flight: (i64, i64)) -> String {
    let report = spool.report();
    #[expect(clippy::cast_precision_loss, reason = "gauges; exact up to 2^53")]
    {
        metrics::gauge!("gateway_calls_in_progress").set(in_flight.0 as f64);
        metrics::gauge!("gateway_request_bytes_in_memory").set(in_flight.1 as f64);
        metrics::gauge!("thinkwatch_spool_bytes").set(report.bytes as f64);
        metrics::gauge!("thinkwatch_spool_open_calls").set(report.open_calls as f64);
        metrics::gauge!("thinkwatch_spool_admits").set(if report.admits.is_ok() { 1.0 } else { 0.0 });
        for (consumer, lag) in report.lag_bytes {
            metrics::gauge!("thinkwatch_spool_consumer_lag_bytes", "consumer" => consumer).set(lag as f64);
        }
        if let Some(bytes) = resident_bytes() {
            metrics::gauge!("process_resident_memory_bytes").set(bytes as f64);
        }
    }
    let mut page = handle.render();
    let mut more = String::new();
    for line in page.lines() {
        let bare = line.strip_prefix("# TYPE ").or_else(|| line.strip_prefix("# HELP ")).unwrap_or(line);
        for (name, alias) in ALIASES {
            if bare.starts_with(name) {
                more.push_str(&line.replacen(name, alias, 1));
                more.push('\n');
            }
        }
    }
    page.push_str(&more);
    page
}

/// Memory of this process, from `/proc`.
pub(crate) fn resident_bytes() -> Option<u64> {
    let status = std::fs::read_to_string("/proc/self/status").ok()?;
    let line = status.lines().find(|line| line.starts_with("VmRSS:"))?;
    let kilobytes: u64 = line.split_whitespace().nth(1)?.parse().ok()?;
    Some(kilobytes * 1024)
}
