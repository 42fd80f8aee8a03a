//! Metrics of calls. Handles are made once per label set and kept; the label sets are bounded by what operators
//! configure, never by what clients send.

use std::sync::Arc;
use std::time::{Duration, Instant};

use metrics::{Counter, Histogram, counter, histogram};
use parking_lot::{Mutex, RwLock};
use thinkwatch_policy::Map;
use thinkwatch_records::{CallRecord, Outcome};
use thinkwatch_upstream::Fault;

use crate::attempt::Failure;

const LOG_EVERY: Duration = Duration::from_secs(10);

/// Everything counted about calls of one endpoint to one provider.
#[derive(Clone)]
struct Handles {
    outcomes: [Counter; Outcome::ALL.len()],
    duration: Histogram,
    first_token: Histogram,
    gateway: Histogram,
    input: Counter,
    output: Counter,
    cached: Counter,
    streams_complete: Counter,
    streams_failed: Counter,
    streams_cancelled: Counter,
}

/// The meter of the data plane.
#[derive(Default)]
pub(crate) struct Meter {
    /// By endpoint, then provider.
    handles: RwLock<Map<String, Map<String, Arc<Handles>>>>,
    /// When a provider's failures were last written to the log.
    logged: Mutex<Map<String, Instant>>,
}

impl std::fmt::Debug for Meter {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Meter").finish_non_exhaustive()
    }
}

impl Handles {
    fn new(endpoint: &str, provider: &str) -> Self {
        let labels = || [("endpoint", endpoint.to_owned()), ("provider", provider.to_owned())];
        let tokens = |kind: &'static str| counter!("gateway_tokens_total", "endpoint" => endpoint.to_owned(), "provider" => provider.to_owned(), "type" => kind);
        let streams = |result: &'static str| counter!("gateway_stream_completion_total", "endpoint" => endpoint.to_owned(), "provider" => provider.to_owned(), "result" => result);
        Self {
            outcomes: Outcome::ALL.map(|outcome| {
                counter!("gateway_requests_total", "endpoint" => endpoint.to_owned(), "provider" => provider.to_owned(), "outcome" => outcome.as_str())
            }),
            duration: histogram!("gateway_request_duration_seconds", &labels()),
            first_token: histogram!("gateway_time_to_first_token_seconds", &labels()),
            gateway: histogram!("gateway_overhead_seconds", &labels()),
            input: tokens("input"),
            output: tokens("output"),
            cached: tokens("cache_read"),
            streams_complete: streams("complete"),
            streams_failed: streams("failed"),
            streams_cancelled: streams("cancelled"),
        }
    }
}

#[expect(clippy::cast_precision_loss, reason = "durations far below 2^53 microseconds")]
fn seconds(micros: i64) -> f64 {
    micros as f64 / 1e6
}

impl Meter {
    fn of(&self, endpoint: &str, provider: &str) -> Arc<Handles> {
        if let Some(handles) = self.handles.read().get(endpoint).and_then(|providers| providers.get(provider)) {
            return Arc::clone(handles);
        }
        let mut all = self.handles.write();
        let providers = all.entry(endpoint.to_owned()).or_default();
        let made = || Arc::new(Handles::new(endpoint, provider));
        Arc::clone(providers.entry(provider.to_owned()).or_insert_with(made))
    }

    /// A call has ended.
    pub(crate) fn finished(&self, record: &CallRecord) {
        let handles = self.of(&record.endpoint, &record.provider);
        let outcome = record.outcome();
        handles.outcomes[outcome as usize].increment(1);
        handles.duration.record(seconds(record.duration_us));
        if record.gateway_us > 0 {
            handles.gateway.record(seconds(record.gateway_us));
        }
        if record.ttft_us > 0 {
            handles.first_token.record(seconds(record.ttft_us));
        }
        let usage = record.tokens();
        handles.input.increment(usage.total_input() - usage.cache_read);
        handles.cached.increment(usage.cache_read);
        handles.output.increment(usage.output);
        if record.stream && record.ttft_us > 0 {
            match outcome {
                Outcome::Ok => handles.streams_complete.increment(1),
                Outcome::Cancelled => handles.streams_cancelled.increment(1),
                _ => handles.streams_failed.increment(1),
            }
        }
    }

    /// An attempt at a provider has failed.
    pub(crate) fn attempt_failed(&self, provider: &str, class: &'static str) {
        counter!("gateway_upstream_failures_total", "provider" => provider.to_owned(), "class" => class).increment(1);
    }

    /// A route is asked again, or would have been if there were not too many retries already.
    pub(crate) fn retry(&self, provider: &str, made: bool) {
        let result = if made { "made" } else { "over_budget" };
        counter!("gateway_retries_total", "provider" => provider.to_owned(), "result" => result).increment(1);
    }

    /// Tells the operator why a provider fails, at most every ten seconds for each: in an outage each call would.
    pub(crate) fn log_failure(&self, provider: &str, failure: &Failure) {
        if failure.class.fault() == Fault::Caller {
            return;
        }
        let now = Instant::now();
        let mut logged = self.logged.lock();
        if logged.get(provider).is_some_and(|last| now.duration_since(*last) < LOG_EVERY) {
            return;
        }
        logged.insert(provider.to_owned(), now);
        drop(logged);
        let reason = if failure.detail.is_empty() { &failure.message } else { &failure.detail };
        tracing::warn!(provider, class = failure.class.label(), status = failure.status, reason, "a provider failed");
    }

    /// A call was refused before a provider was called.
    pub(crate) fn refused(&self, class: &'static str) {
        counter!("gateway_refused_total", "reason" => class).increment(1);
    }
}
