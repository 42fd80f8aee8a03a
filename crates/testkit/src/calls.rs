//! Calls like real ones, made from a counter: the same every time. To fill a log or a ledger with.

use thinkwatch_policy::ids::RequestId;
use thinkwatch_records::call::TokenCounts;
use thinkwatch_records::{Attempt, CallRecord, Outcome, Tag};

/// Models that are called.
pub const MODELS: u64 = 8;

/// Somebody who calls, with one key.
#[derive(Clone, Debug, Default)]
pub struct Caller {
    /// Their id.
    pub user_id: String,
    /// Their address.
    pub user_email: String,
    /// The key.
    pub key_id: String,
    /// What outlives its rotation.
    pub key_lineage_id: String,
    /// The team, if any.
    pub team_id: String,
    /// Where their cost is booked.
    pub cost_center: String,
    /// The value of the tag `project`; without one there is no tag.
    pub project: String,
}

/// The call of that number. Each caller uses each model; there are a few failures and second attempts.
///
/// # Panics
///
/// Without any caller.
pub fn call(n: i64, timestamp: i64, callers: &[Caller]) -> CallRecord {
    let mixed = n.cast_unsigned().wrapping_mul(0x9e37_79b9_7f4a_7c15).rotate_left(17);
    let picked = usize::try_from(mixed / 7 % callers.len() as u64).unwrap_or(0);
    let caller = callers[picked].clone();
    let (model, failed) = (mixed / 4001 % MODELS, mixed.is_multiple_of(97));
    let mut call = CallRecord {
        timestamp,
        session_id: format!("session-{}", mixed % 5000),
        user_id: caller.user_id,
        user_email: caller.user_email,
        key_id: caller.key_id,
        key_lineage_id: caller.key_lineage_id,
        team_id: caller.team_id,
        dialect: "messages".to_owned(),
        endpoint: "messages".to_owned(),
        model: format!("claude-sonnet-4-{model}"),
        provider: format!("anthropic-{}", model % 2),
        provider_id: format!("prov_{:032x}", model % 2),
        route_id: format!("rte_{model:032x}"),
        upstream_model: format!("claude-sonnet-4-{model}-20260101"),
        upstream_request_id: format!("req_{mixed:024x}"),
        stream: !mixed.is_multiple_of(3),
        status_code: if failed { 529 } else { 200 },
        outcome: if failed { Outcome::UpstreamError } else { Outcome::Ok } as i32,
        error_class: if failed { "overloaded".to_owned() } else { String::new() },
        usage: (!failed).then(|| tokens(mixed, model)),
        cost_nano: (mixed % 50_000_000).cast_signed(),
        price_version: format!("prc_{model:032x}"),
        duration_us: (500_000 + mixed % 20_000_000).cast_signed(),
        ttft_us: (200_000 + mixed % 2_000_000).cast_signed(),
        gateway_us: (mixed % 300).cast_signed(),
        cost_center: caller.cost_center,
        ip_address: format!("10.0.{}.{}", picked / 250, picked % 250),
        user_agent: "claude-cli/2.0.14 (external, cli)".to_owned(),
        client: "claude-code".to_owned(),
        request_bytes: mixed % 200_000,
        response_bytes: mixed % 30_000,
        ..CallRecord::default()
    };
    if !caller.project.is_empty() {
        call.tags.push(Tag { name: "project".to_owned(), value: caller.project });
    }
    call.set_request_id(RequestId::from_parts(timestamp, u128::from(mixed) << 7 | 5));
    let attempt = Attempt {
        provider: call.provider.clone(),
        provider_id: call.provider_id.clone(),
        route_id: call.route_id.clone(),
        upstream_model: call.upstream_model.clone(),
        status_code: call.status_code,
        error_class: call.error_class.clone(),
        upstream_request_id: call.upstream_request_id.clone(),
        started_at: timestamp + call.gateway_us,
        duration_us: call.duration_us - call.gateway_us,
        cost_nano: call.cost_nano,
        price_version: call.price_version.clone(),
        usage: call.usage,
    };
    if mixed.is_multiple_of(50) {
        call.attempts.push(Attempt { status_code: 503, error_class: "server_error".to_owned(), ..attempt.clone() });
    }
    call.attempts.push(attempt);
    call
}

/// Every class, not all of them in each call: half of the models reason, and one call of five writes to a cache.
fn tokens(mixed: u64, model: u64) -> TokenCounts {
    let output = mixed % 1200;
    TokenCounts {
        input: mixed % 9000,
        cache_read: mixed % 20_000,
        cache_write_5m: if mixed.is_multiple_of(5) { mixed % 8000 } else { 0 },
        output,
        reasoning: if model.is_multiple_of(2) { output / 3 } else { 0 },
        ..TokenCounts::default()
    }
}

#[cfg(test)]
mod tests {
    use std::collections::HashSet;

    use super::*;

    #[test]
    fn calls_repeat_exactly_and_use_everything() {
        let callers: Vec<_> = (0..50).map(|n| Caller { user_id: n.to_string(), ..Caller::default() }).collect();
        let make = || (0..20_000).map(|n| call(n, 1_795_996_800_000_000 + n, &callers)).collect::<Vec<_>>();
        let calls = make();
        assert_eq!(calls, make());
        let different = |of: fn(&CallRecord) -> String| calls.iter().map(of).collect::<HashSet<_>>().len();
        assert_eq!(different(|call| call.request_id().to_string()), calls.len());
        assert_eq!(different(|call| format!("{} {}", call.user_id, call.model)), callers.len() * MODELS as usize);
        let some: [fn(&CallRecord) -> bool; 4] = [
            |call| call.attempts.len() > 1,
            |call| call.usage.is_none(),
            |call| call.tokens().reasoning > 0,
            |call| call.tokens().cache_write_5m > 0,
        ];
        for of in some {
            let share = calls.iter().filter(|call| of(call)).count();
            assert!((100..calls.len() / 2 + 500).contains(&share), "{share}");
        }
        assert!(calls.iter().all(|call| call.tokens().reasoning <= call.tokens().output));
    }
}
