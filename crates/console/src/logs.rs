//! The request log.

use std::collections::BTreeMap;

use axum::Json;
use axum::extract::{Path, State};
use axum::http::StatusCode;
use serde::{Deserialize, Serialize};
use thinkwatch_control::logs::{self, Attempt, CallRecord, Filter, Order, Outcome, Plan, PlannedRoute, Question, Seen};
use thinkwatch_policy::pricing::parse_usd;
use thinkwatch_policy::usage::Usage;
use utoipa::{IntoParams, ToSchema};

use crate::error::{Answer, ApiError, ErrorBody};
use crate::query::AskedBoth;
use crate::shown::{money, read_maybe_time, time};
use crate::signed::Signed;
use crate::state::App;

/// Which calls: every condition that is given must hold.
#[derive(Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub(crate) struct FilterQuery {
    /// Part of model, e-mail or error class, or the beginning of a request id.
    q: Option<String>,
    /// Only of this user.
    user_id: Option<String>,
    /// Only with this key.
    key_id: Option<String>,
    /// Only of this lineage of keys.
    key_lineage_id: Option<String>,
    /// Only this model.
    model: Option<String>,
    /// Only this provider (name).
    provider: Option<String>,
    /// Only this outcome: ok, client_error, refused, upstream_error, cancelled, interrupted.
    outcome: Option<String>,
    /// Only this status (`429`), or this class of statuses (`5xx`).
    status_code: Option<String>,
    /// Only of this session.
    session_id: Option<String>,
    /// Only of this trace.
    trace_id: Option<String>,
    /// Only with this client program.
    client: Option<String>,
    /// Only streams, or only others.
    stream: Option<bool>,
    /// At least this long.
    min_duration_ms: Option<u32>,
    /// At most this long.
    max_duration_ms: Option<u32>,
    /// At least this cost in US dollars, as a decimal.
    min_cost_usd: Option<String>,
    /// At most this cost.
    max_cost_usd: Option<String>,
    /// At least so many tokens, input (cached or not) and output together.
    min_tokens: Option<u32>,
    /// At most so many tokens.
    max_tokens: Option<u32>,
}

/// Which page of them.
#[derive(Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub(crate) struct PageQuery {
    /// RFC 3339; a day ago when absent.
    from: Option<String>,
    /// RFC 3339, not included; now when absent.
    to: Option<String>,
    /// `desc` (newest first, when absent) or `asc`, by time: no other column has an index.
    order: Option<String>,
    /// `next_cursor` of the page before, asked for in the same order.
    cursor: Option<String>,
    /// Rows per page, at most 1000; 100 when absent.
    limit: Option<usize>,
}

/// One call.
#[derive(Serialize, ToSchema)]
pub(crate) struct CallBody {
    /// The row: the request id.
    id: String,
    /// Accepted at.
    timestamp: String,
    /// The request id.
    request_id: String,
    /// `x-session-id` of the client.
    session_id: String,
    /// The trace id.
    trace_id: String,
    /// Who.
    user_id: String,
    /// Their address then.
    user_email: String,
    /// With which key.
    key_id: String,
    /// The name that the key has now; `null` when the key is gone, and in the live feed.
    key_name: Option<String>,
    /// Of which lineage.
    key_lineage_id: String,
    /// For which team.
    team_id: String,
    /// Format of the request.
    dialect: String,
    /// What was asked for.
    endpoint: String,
    /// The model that answered (or was tried last), by its own name; where the call asked for another name, see `plan.asked`.
    model: String,
    /// The provider that answered or was tried last.
    provider: String,
    /// Its id.
    provider_id: String,
    /// The route.
    route_id: String,
    /// As the provider names the model.
    upstream_model: String,
    /// The provider's own request id.
    upstream_request_id: String,
    /// Whether a stream was asked for.
    stream: bool,
    /// What the client got.
    status_code: u32,
    /// ok, client_error, refused, upstream_error, cancelled, interrupted.
    outcome: &'static str,
    /// Class of the failure.
    error_class: String,
    /// Tokens and cost.
    #[serde(flatten)]
    tokens: TokensBody,
    /// Whether the tokens were estimated.
    usage_estimated: bool,
    /// The price that was used.
    price_version: String,
    /// From accepted to the last byte.
    duration_ms: f64,
    /// To the first event; `null` when none came.
    ttft_ms: Option<f64>,
    /// What the gateway itself spent before the call.
    gateway_us: i64,
    /// Every try at an upstream.
    attempts: Vec<AttemptBody>,
    /// Fields that could not be expressed upstream.
    dropped_fields: Vec<String>,
    /// Routes that were left out, and why.
    plan_excluded: Vec<String>,
    /// How the order of its routes came about; `null` where there was nothing to choose from.
    plan: Option<PlanBody>,
    /// Whether the answer came from the response cache.
    cache_hit: bool,
    /// Of such an answer, the tokens that it had taken when a provider gave it, input and output together.
    saved_tokens: u64,
    /// The same in US dollars, exact.
    saved_cost_usd: String,
    /// Tags of key and call.
    tags: BTreeMap<String, String>,
    /// Where the cost is booked.
    cost_center: String,
    /// The client's address.
    ip_address: String,
    /// The client's program, as it names itself.
    user_agent: String,
    /// The client's program, as we know it.
    client: String,
    /// Size of the request.
    request_bytes: u64,
    /// Size of the answer.
    response_bytes: u64,
}

/// Tokens and cost. The input classes are disjoint; reasoning is a part of output.
#[derive(Serialize, ToSchema)]
pub(crate) struct TokensBody {
    /// Input that was not cached.
    input_tokens: u64,
    /// Read from a cache.
    cache_read_tokens: u64,
    /// Written to a five-minute cache.
    cache_write_5m_tokens: u64,
    /// Written to a one-hour cache.
    cache_write_1h_tokens: u64,
    /// Output.
    output_tokens: u64,
    /// A part of output.
    reasoning_tokens: u64,
    /// Audio in.
    audio_input_tokens: u64,
    /// Audio out.
    audio_output_tokens: u64,
    /// Images made.
    image_units: u64,
    /// US dollars, exact.
    cost_usd: String,
}

/// One try at an upstream.
#[derive(Serialize, ToSchema)]
pub(crate) struct AttemptBody {
    /// The provider.
    provider: String,
    /// Its id.
    provider_id: String,
    /// The route.
    route_id: String,
    /// As the provider names the model.
    upstream_model: String,
    /// Its status; 0 when none came.
    status_code: u32,
    /// Class of the failure.
    error_class: String,
    /// Its own request id.
    upstream_request_id: String,
    /// Begun at.
    started_at: String,
    /// Begun so long after the call was accepted.
    start_ms: f64,
    /// How long it took.
    duration_ms: f64,
    /// The price that was used.
    price_version: String,
    /// Tokens and cost.
    #[serde(flatten)]
    tokens: TokensBody,
}

/// How the order of a call's routes came about.
#[derive(Serialize, ToSchema)]
pub(crate) struct PlanBody {
    /// priority, weighted, latency, cost.
    strategy: String,
    /// Whether the conversation decided among equal routes.
    by_conversation: bool,
    /// The name that the call asked for, where that is an alias, or other models could stand in; else empty.
    asked: String,
    /// First the routes in the order they were to be tried, then those that were left out.
    routes: Vec<PlannedRouteBody>,
}

/// A route as it was when the plan was made.
#[derive(Serialize, ToSchema)]
pub(crate) struct PlannedRouteBody {
    /// The route.
    route_id: String,
    /// The provider's name.
    provider: String,
    /// As the provider names the model.
    upstream_model: String,
    /// Lower is tried first.
    priority: i32,
    /// Share among equals.
    weight: u32,
    /// Time to a first token that the strategy `latency` went by; `null` where it was not known.
    first_token_ms: Option<f64>,
    /// US dollars for three million tokens in and one million out that the strategy `cost` went by; `null` where it has no price.
    price_usd: Option<String>,
    /// What its breaker said: free, probe (the one call that finds out whether it works again), behind (the last resort); empty
    /// where it was left out.
    admitted: String,
    /// Why it was left out; empty when it was not.
    excluded: String,
    /// The model it belongs to, where that is another than the one asked for; else empty.
    model: String,
    /// Why that model stands in: fallback, larger_context; else empty.
    stand_in: String,
}

impl From<Plan> for PlanBody {
    fn from(plan: Plan) -> Self {
        let of = |strategy: &str, score: Option<i64>| score.filter(|_| plan.strategy == strategy);
        let route = |route: PlannedRoute| PlannedRouteBody {
            first_token_ms: of("latency", route.score).map(millis),
            price_usd: of("cost", route.score).map(money),
            route_id: route.route_id,
            provider: route.provider,
            upstream_model: route.upstream_model,
            priority: route.priority,
            weight: route.weight,
            admitted: route.admitted,
            excluded: route.excluded,
            model: route.model,
            stand_in: route.stand_in,
        };
        let routes = plan.routes.into_iter().map(route).collect();
        Self { by_conversation: plan.conversation.is_some(), strategy: plan.strategy, asked: plan.asked, routes }
    }
}

/// A page of calls.
#[derive(Serialize, ToSchema)]
pub(crate) struct CallsBody {
    /// The calls, newest first.
    items: Vec<CallBody>,
    /// Give it as `cursor` to get the next page; `null` on the last one.
    next_cursor: Option<String>,
    /// Parts of the log that could not be read and are missing.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    unreadable: Vec<String>,
}

fn millis(us: i64) -> f64 {
    // Microseconds of a call fit a double exactly.
    #[expect(clippy::cast_precision_loss, reason = "far below 2^53")]
    let millis = us as f64 / 1000.0;
    millis
}

fn tokens(usage: Usage, cost_nano: i64) -> TokensBody {
    TokensBody {
        input_tokens: usage.input,
        cache_read_tokens: usage.cache_read,
        cache_write_5m_tokens: usage.cache_write_5m,
        cache_write_1h_tokens: usage.cache_write_1h,
        output_tokens: usage.output,
        reasoning_tokens: usage.reasoning,
        audio_input_tokens: usage.audio_input,
        audio_output_tokens: usage.audio_output,
        image_units: usage.image_units,
        cost_usd: money(cost_nano),
    }
}

impl AttemptBody {
    fn of(attempt: Attempt, accepted_us: i64) -> Self {
        Self {
            start_ms: millis(attempt.started_at.saturating_sub(accepted_us).max(0)),
            tokens: tokens(attempt.usage.unwrap_or_default().into(), attempt.cost_nano),
            provider: attempt.provider,
            provider_id: attempt.provider_id,
            route_id: attempt.route_id,
            upstream_model: attempt.upstream_model,
            status_code: attempt.status_code,
            error_class: attempt.error_class,
            upstream_request_id: attempt.upstream_request_id,
            started_at: time(attempt.started_at),
            duration_ms: millis(attempt.duration_us),
            price_version: attempt.price_version,
        }
    }
}

impl From<CallRecord> for CallBody {
    fn from(call: CallRecord) -> Self {
        Seen { call, key_name: None }.into()
    }
}

impl From<Seen> for CallBody {
    fn from(Seen { call, key_name }: Seen) -> Self {
        let id = call.request_id().to_string();
        let saved = Usage::from(call.saved.unwrap_or_default());
        Self {
            request_id: id.clone(),
            id,
            timestamp: time(call.timestamp),
            trace_id: call.trace_id(),
            tokens: tokens(call.tokens(), call.cost_nano),
            outcome: Outcome::try_from(call.outcome).unwrap_or(Outcome::Interrupted).as_str(),
            session_id: call.session_id,
            user_id: call.user_id,
            user_email: call.user_email,
            key_id: call.key_id,
            key_name,
            key_lineage_id: call.key_lineage_id,
            team_id: call.team_id,
            dialect: call.dialect,
            endpoint: call.endpoint,
            model: call.model,
            provider: call.provider,
            provider_id: call.provider_id,
            route_id: call.route_id,
            upstream_model: call.upstream_model,
            upstream_request_id: call.upstream_request_id,
            stream: call.stream,
            status_code: call.status_code,
            error_class: call.error_class,
            usage_estimated: call.usage_estimated,
            price_version: call.price_version,
            duration_ms: millis(call.duration_us),
            ttft_ms: (call.ttft_us > 0).then(|| millis(call.ttft_us)),
            gateway_us: call.gateway_us,
            attempts: call.attempts.into_iter().map(|one| AttemptBody::of(one, call.timestamp)).collect(),
            dropped_fields: call.dropped_fields,
            plan_excluded: call.plan_excluded,
            plan: call.plan.map(PlanBody::from),
            cache_hit: call.cache_hit,
            saved_tokens: saved.total_input().saturating_add(saved.output),
            saved_cost_usd: money(call.saved_nano),
            tags: call.tags.into_iter().map(|tag| (tag.name, tag.value)).collect(),
            cost_center: call.cost_center,
            ip_address: call.ip_address,
            user_agent: call.user_agent,
            client: call.client,
            request_bytes: call.request_bytes,
            response_bytes: call.response_bytes,
        }
    }
}

impl FilterQuery {
    /// As the log takes it.
    pub(crate) fn read(self) -> Answer<Filter> {
        let invalid = |field: &'static str, message: String| {
            ApiError::new(StatusCode::BAD_REQUEST, "invalid", message).field(Some(field))
        };
        let outcome = match self.outcome {
            Some(name) => Some(Outcome::parse(&name).ok_or_else(|| {
                let known: Vec<_> = Outcome::ALL.iter().map(|outcome| outcome.as_str()).collect();
                invalid("outcome", format!("must be one of {}", known.join(", ")))
            })?),
            None => None,
        };
        let status_code = match self.status_code {
            Some(text) => Some(read_status(&text).ok_or_else(|| {
                invalid("status_code", "must be a status such as 429, or a class such as 5xx".to_owned())
            })?),
            None => None,
        };
        let cost = |field, text: Option<String>| {
            text.map(|text| parse_usd(&text).map_err(|error| invalid(field, error.to_string()))).transpose()
        };
        let micros = |millis: Option<u32>| millis.map(|millis| i64::from(millis) * 1000);
        Ok(Filter {
            user_id: self.user_id,
            key_id: self.key_id,
            key_lineage_id: self.key_lineage_id,
            model: self.model,
            provider: self.provider,
            outcome,
            status_code,
            session_id: self.session_id,
            trace_id: self.trace_id,
            client: self.client,
            stream: self.stream,
            min_duration_us: micros(self.min_duration_ms),
            max_duration_us: micros(self.max_duration_ms),
            min_cost_nano: cost("min_cost_usd", self.min_cost_usd)?,
            max_cost_nano: cost("max_cost_usd", self.max_cost_usd)?,
            min_tokens: self.min_tokens.map(i64::from),
            max_tokens: self.max_tokens.map(i64::from),
            text: self.q.filter(|text| !text.trim().is_empty()),
            ..Filter::default()
        })
    }
}

/// `429` is one status, `5xx` a class.
fn read_status(text: &str) -> Option<(u32, u32)> {
    if let Some(class) = text.strip_suffix("xx") {
        let class: u32 = class.parse().ok().filter(|class| (1..=5).contains(class))?;
        return Some((class * 100, class * 100 + 99));
    }
    text.parse().ok().map(|status| (status, status))
}

/// Calls, newest first: all for those who may see them, else one's own.
#[utoipa::path(get, path = "/api/gateway/logs", tag = "logs", params(PageQuery, FilterQuery),
    responses((status = 200, body = CallsBody), (status = 400, body = ErrorBody), (status = 401, body = ErrorBody), (status = 403, body = ErrorBody)))]
pub(crate) async fn list(
    State(app): State<App>,
    Signed(caller): Signed,
    AskedBoth(page, filter): AskedBoth<PageQuery, FilterQuery>,
) -> Answer<Json<CallsBody>> {
    let order = match page.order.as_deref() {
        None | Some("desc") => Order::NewestFirst,
        Some("asc") => Order::OldestFirst,
        Some(_) => {
            let message = "must be `desc` or `asc`; rows are sorted by time, no other column has an index";
            return Err(ApiError::new(StatusCode::BAD_REQUEST, "invalid", message).field(Some("order")));
        }
    };
    let question = Question {
        from_us: read_maybe_time("from", page.from.as_deref())?,
        to_us: read_maybe_time("to", page.to.as_deref())?,
        order,
        cursor: page.cursor,
        limit: page.limit.unwrap_or(100).clamp(1, 1000),
        filter: filter.read()?,
    };
    let page = logs::list(&app.control, &caller, question).await?;
    Ok(Json(CallsBody {
        items: page.items.into_iter().map(Into::into).collect(),
        next_cursor: page.next_cursor,
        unreadable: page.unreadable,
    }))
}

/// One call, by request id or trace id.
#[utoipa::path(get, path = "/api/gateway/logs/{request_id}", tag = "logs", params(("request_id" = String, Path)),
    responses((status = 200, body = CallBody), (status = 401, body = ErrorBody), (status = 403, body = ErrorBody), (status = 404, body = ErrorBody)))]
pub(crate) async fn get(
    State(app): State<App>,
    Signed(caller): Signed,
    Path(id): Path<String>,
) -> Answer<Json<CallBody>> {
    Ok(Json(logs::get(&app.control, &caller, &id).await?.into()))
}
