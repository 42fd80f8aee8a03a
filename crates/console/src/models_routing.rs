//! What models and routes say of routing for themselves, as the API has it.

use serde::{Deserialize, Serialize};
use thinkwatch_control::models::Routing;
use thinkwatch_policy::conduct::{BreakerLimits, RouteRouting, Timeouts};
use utoipa::ToSchema;

/// Time limits; what is `null` is as the model, or the setting `gateway.timeout` of the same name, says.
#[derive(Serialize, Deserialize, ToSchema, Default)]
#[serde(deny_unknown_fields, default)]
pub(crate) struct TimeoutBody {
    /// Up to the first event of a stream while another route is left, in milliseconds.
    first_byte_ms: Option<i64>,
    /// The same on the last route.
    first_byte_last_ms: Option<i64>,
    /// Longest silence between two events of a stream, in milliseconds.
    idle_ms: Option<i64>,
    /// The same while another route is left.
    idle_other_ms: Option<i64>,
    /// A complete JSON answer, in seconds.
    total_s: Option<i64>,
}

/// A breaker of its own; what is `null` is as the setting `gateway.breaker` of the same name says.
#[derive(Serialize, Deserialize, ToSchema, Default)]
#[serde(deny_unknown_fields, default)]
pub(crate) struct BreakerBody {
    /// It opens when so many percent of the tries fail.
    failure_pct: Option<i64>,
    /// Not before so many tries within the window.
    min_samples: Option<i64>,
    /// The window, in seconds.
    window_s: Option<i64>,
    /// How long it stays open, in seconds.
    open_s: Option<i64>,
}

/// What a model says of routing for itself; what is `null` is as the settings say.
#[derive(Serialize, Deserialize, ToSchema, Default)]
#[serde(deny_unknown_fields, default)]
pub(crate) struct RoutingBody {
    /// `priority`, `weighted`, `latency` or `cost`.
    strategy: Option<String>,
    /// `conversation` or `none`.
    affinity: Option<String>,
    /// `prefill`, `regenerate` or `off`.
    rescue: Option<String>,
    /// How often a call is tried again at a route that failed it for a moment.
    retry_max: Option<i64>,
    /// How long its routes are waited for, where they say nothing themselves.
    timeout: TimeoutBody,
    /// The models that take over, in order, when none of its own routes gives an answer: by name or id, at most 8.
    fallbacks: Vec<String>,
    /// The model that takes calls which are too long for it, by name or id.
    larger_context: Option<String>,
}

/// What a route says for itself; what is `null` is as its model or the settings say.
#[derive(Serialize, Deserialize, ToSchema, Default)]
#[serde(deny_unknown_fields, default)]
pub(crate) struct RouteRoutingBody {
    /// How long it is waited for.
    timeout: TimeoutBody,
    /// When it is left alone.
    breaker: BreakerBody,
    /// How many tokens a call may have there, input and output together; `null` when nothing is known.
    context_tokens: Option<u64>,
}

impl From<Timeouts> for TimeoutBody {
    fn from(own: Timeouts) -> Self {
        let Timeouts { first_byte_ms, first_byte_last_ms, idle_ms, idle_other_ms, total_s } = own;
        Self { first_byte_ms, first_byte_last_ms, idle_ms, idle_other_ms, total_s }
    }
}

impl From<TimeoutBody> for Timeouts {
    fn from(body: TimeoutBody) -> Self {
        let TimeoutBody { first_byte_ms, first_byte_last_ms, idle_ms, idle_other_ms, total_s } = body;
        Self { first_byte_ms, first_byte_last_ms, idle_ms, idle_other_ms, total_s }
    }
}

impl From<Routing> for RoutingBody {
    fn from(own: Routing) -> Self {
        let Routing { strategy, affinity, rescue, retry_max, timeout, fallbacks, larger_context } = own;
        Self { strategy, affinity, rescue, retry_max, timeout: timeout.into(), fallbacks, larger_context }
    }
}

impl From<RoutingBody> for Routing {
    fn from(body: RoutingBody) -> Self {
        let RoutingBody { strategy, affinity, rescue, retry_max, timeout, fallbacks, larger_context } = body;
        Self { strategy, affinity, rescue, retry_max, timeout: timeout.into(), fallbacks, larger_context }
    }
}

impl From<RouteRouting> for RouteRoutingBody {
    fn from(own: RouteRouting) -> Self {
        let BreakerLimits { failure_pct, min_samples, window_s, open_s } = own.breaker;
        let breaker = BreakerBody { failure_pct, min_samples, window_s, open_s };
        Self { timeout: own.timeout.into(), breaker, context_tokens: own.context_tokens }
    }
}

impl From<RouteRoutingBody> for RouteRouting {
    fn from(body: RouteRoutingBody) -> Self {
        let BreakerBody { failure_pct, min_samples, window_s, open_s } = body.breaker;
        let breaker = BreakerLimits { failure_pct, min_samples, window_s, open_s };
        Self { timeout: body.timeout.into(), breaker, context_tokens: body.context_tokens }
    }
}
