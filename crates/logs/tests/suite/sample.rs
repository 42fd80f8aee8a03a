//! Records for tests, made from a counter so that a failure can be repeated.

use std::sync::atomic::{AtomicU64, Ordering};

use thinkwatch_logs::AccessRecord;
use thinkwatch_policy::ids::RequestId;
use thinkwatch_records::call::{Plan, PlannedRoute, TokenCounts};
use thinkwatch_records::{Attempt, CallRecord, Tag};

pub(crate) const DAY_US: i64 = 86_400_000_000;
/// 2026-11-22 10:53:20.123456 UTC.
pub(crate) const NOW_US: i64 = 1_795_344_800_123_456;

static NEXT: AtomicU64 = AtomicU64::new(1);

/// A new request id of that time.
pub(crate) fn id_at(timestamp: i64) -> RequestId {
    RequestId::from_parts(timestamp, mix(NEXT.fetch_add(1, Ordering::Relaxed)).into())
}

fn mix(n: u64) -> u64 {
    let mut x = n.wrapping_mul(0x9e37_79b9_7f4a_7c15);
    x ^= x >> 29;
    x.wrapping_mul(0xbf58_476d_1ce4_e5b9).rotate_left(31)
}

pub(crate) fn call() -> CallRecord {
    call_at(NOW_US)
}

/// A plain call that was answered at the first attempt.
pub(crate) fn call_at(timestamp: i64) -> CallRecord {
    let usage = Some(TokenCounts { input: 10, output: 20, cache_read: 5, ..TokenCounts::default() });
    let mut call = CallRecord {
        timestamp,
        user_id: "usr_1".to_owned(),
        user_email: "person.1@example.com".to_owned(),
        model: "claude-sonnet".to_owned(),
        provider: "anthropic".to_owned(),
        route_id: "rte_1".to_owned(),
        status_code: 200,
        usage,
        cost_nano: 4_200,
        duration_us: 300_000,
        ttft_us: 100_000,
        ..CallRecord::default()
    };
    call.set_request_id(id_at(timestamp));
    call.attempts = vec![plain(&call)];
    call
}

/// The attempt that says what the row says.
fn plain(call: &CallRecord) -> Attempt {
    Attempt {
        provider: call.provider.clone(),
        provider_id: call.provider_id.clone(),
        route_id: call.route_id.clone(),
        upstream_model: call.upstream_model.clone(),
        status_code: call.status_code,
        error_class: call.error_class.clone(),
        upstream_request_id: call.upstream_request_id.clone(),
        started_at: call.timestamp + 150,
        duration_us: call.duration_us - 150,
        cost_nano: call.cost_nano,
        price_version: call.price_version.clone(),
        usage: call.usage,
    }
}

pub(crate) fn access(timestamp_us: i64) -> AccessRecord {
    AccessRecord {
        timestamp_us,
        request_id: id_at(timestamp_us),
        port: "gateway".to_owned(),
        method: "POST".to_owned(),
        path: "/v1/messages".to_owned(),
        status: 200,
        duration_us: 1234,
        ip: "192.0.2.7".to_owned(),
        user_agent: "curl/8".to_owned(),
        user_id: None,
        key_id: Some("key_1".to_owned()),
        bytes_in: 17,
        bytes_out: 4000,
        reason: String::new(),
    }
}

pub(crate) struct Sample {
    pub(crate) calls: Vec<CallRecord>,
}

impl Sample {
    /// Calls that differ in everything a question can ask for, spread over some days before `NOW_US`.
    pub(crate) fn random(count: u64, days: i64) -> Self {
        let calls = (0..count).map(|n| {
            let r = mix(n + 77);
            let pick =
                |shift: u32, of: &[&str]| of[usize::try_from((r >> shift) % of.len() as u64).unwrap()].to_owned();
            let user = (r >> 3) % 6;
            let offset = i64::try_from(r % 1_000_000).unwrap() * (days * DAY_US / 1_000_000);
            let mut call = call_at(NOW_US - offset);
            call.user_id = format!("usr_{user}");
            call.user_email = format!("person.{user}@example.com");
            call.key_id = format!("key_{}", (r >> 7) % 9);
            call.key_lineage_id = format!("lin_{}", (r >> 7) % 4);
            call.team_id = format!("team_{}", user % 3);
            call.client = pick(11, &["claude-code", "codex", ""]);
            call.model = pick(13, &["gpt-4", "gpt-4o", "claude-sonnet", ""]);
            call.provider = pick(17, &["openai", "anthropic"]);
            call.session_id = pick(19, &["s1", "s2", ""]);
            call.status_code = [200, 200, 200, 429, 500, 529][usize::try_from((r >> 23) % 6).unwrap()];
            call.outcome = i32::try_from((r >> 29) % 6).unwrap();
            call.error_class = pick(31, &["", "", "overloaded", "timeout"]);
            call.stream = r & 1 == 1;
            call.usage_estimated = (r >> 37).is_multiple_of(5);
            call.cache_hit = (r >> 39).is_multiple_of(7);
            call.cost_nano = i64::try_from((r >> 33) % 10_000).unwrap();
            call.duration_us = i64::try_from((r >> 35) % 800_000).unwrap();
            call.ttft_us = i64::try_from((r >> 41) % 3).unwrap() * 50_000;
            if (r >> 43).is_multiple_of(3) {
                call.tags = vec![tag("env", "prod"), tag("team", &pick(45, &["a\"b' c", "x", ""]))];
            }
            call
        });
        Self { calls: calls.collect() }
    }

    /// A call for each way in which a row can be unlike the usual one.
    pub(crate) fn everything() -> Self {
        type Change = fn(&mut CallRecord);
        let changes: [Change; 21] = [
            |_| {},
            |c| {
                *c =
                    CallRecord { timestamp: c.timestamp, id_high: c.id_high, id_low: c.id_low, ..CallRecord::default() }
            },
            |c| c.attempts.clear(),
            |c| {
                c.attempts.clear();
                c.cache_hit = true;
                c.saved = Some(TokenCounts { input: 9, output: 4, ..TokenCounts::default() });
                c.saved_nano = 11;
            },
            |c| c.usage = None,
            |c| c.usage = Some(TokenCounts::default()),
            |c| c.attempts[0].usage = None,
            |c| c.attempts[0].usage = Some(TokenCounts { input: 1, ..TokenCounts::default() }),
            |c| c.attempts[0].status_code = 503,
            |c| c.attempts[0].upstream_request_id = "another".to_owned(),
            |c| c.attempts[0].cost_nano += 1,
            |c| c.attempts[0].started_at = 0,
            |c| c.attempts.push(plain(c)),
            |c| (c.usage, c.attempts[0].usage) = (None, None),
            |c| c.dropped_fields = vec!["top_k".to_owned(), "a,b\u{0}\"".to_owned()],
            |c| c.plan_excluded = vec!["rte_1:disabled".to_owned()],
            |c| (c.dropped_fields, c.plan_excluded) = (vec!["a".to_owned()], vec!["b".to_owned()]),
            |c| c.plan = Some(plan()),
            |c| (c.plan, c.attempts) = (Some(plan()), Vec::new()),
            |c| c.tags = vec![tag("a", ""), tag("a", "žluťoučký \u{1f40e} [\"]"), tag("", "x")],
            |c| {
                let many = TokenCounts {
                    input: 1,
                    cache_read: 2,
                    cache_write_5m: 3,
                    cache_write_1h: 4,
                    output: 5,
                    reasoning: 6,
                    audio_input: 7,
                    audio_output: 8,
                    image_units: 9,
                };
                let (high, low) = (c.id_high, c.id_low);
                let text = |name: &str| format!("the {name}");
                *c = CallRecord {
                    id_high: high,
                    id_low: low,
                    timestamp: c.timestamp,
                    session_id: text("session"),
                    client_trace_id: text("trace"),
                    user_id: text("user"),
                    user_email: text("email"),
                    key_id: text("key"),
                    key_lineage_id: text("lineage"),
                    team_id: text("team"),
                    dialect: text("dialect"),
                    endpoint: text("endpoint"),
                    model: text("model"),
                    provider: text("provider"),
                    provider_id: text("provider id"),
                    route_id: text("route"),
                    upstream_model: text("upstream model"),
                    upstream_request_id: text("upstream request"),
                    stream: true,
                    status_code: 499,
                    outcome: 4,
                    error_class: text("class"),
                    usage: Some(many),
                    usage_estimated: true,
                    cost_nano: -7,
                    price_version: text("price"),
                    duration_us: i64::MAX,
                    ttft_us: 1,
                    gateway_us: 2,
                    attempts: vec![],
                    dropped_fields: vec![text("field")],
                    cache_hit: true,
                    tags: vec![tag("n", "v")],
                    cost_center: text("centre"),
                    ip_address: text("address"),
                    user_agent: text("agent"),
                    client: text("client"),
                    plan_excluded: vec![text("excluded")],
                    request_bytes: 3,
                    response_bytes: 4,
                    plan: None,
                    // What budgets count is the ledger's.
                    token_weight_milli: 0,
                    weighted_tokens: 0,
                    saved: None,
                    saved_nano: 0,
                };
                c.attempts = vec![Attempt {
                    started_at: 5,
                    duration_us: 6,
                    ..plain(&CallRecord { duration_us: 0, ..c.clone() })
                }];
            },
        ];
        let calls = changes.iter().enumerate().map(|(n, change)| {
            let mut call = call_at(NOW_US - i64::try_from(n).unwrap() * 7 * 3_600_000_000);
            change(&mut call);
            call
        });
        Self { calls: calls.collect() }
    }
}

fn plan() -> Plan {
    let route = |id: &str, score, excluded: &str| PlannedRoute {
        route_id: id.to_owned(),
        provider: "p".to_owned(),
        upstream_model: "m".to_owned(),
        priority: -1,
        weight: 100,
        score,
        admitted: "free".to_owned(),
        excluded: excluded.to_owned(),
        model: "other".to_owned(),
        stand_in: "fallback".to_owned(),
        place: 2,
    };
    let routes = vec![route("rte_1", Some(7), ""), route("rte_2", None, "disabled")];
    Plan { strategy: "latency".to_owned(), pick: u64::MAX, conversation: Some(3), routes, asked: "alias".to_owned() }
}

fn tag(name: &str, value: &str) -> Tag {
    Tag { name: name.to_owned(), value: value.to_owned() }
}
