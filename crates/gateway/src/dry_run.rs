//! `x-thinkwatch-dry-run: 1`: where a call would go, what it could cost, and what would refuse it. Nothing is taken, nobody is
//! called, and nothing of it counts.

use bytes::Bytes;
use http::header::{CONTENT_TYPE, HeaderName, HeaderValue};
use http::{HeaderMap, Response};
use serde::Serialize;
use thinkwatch_policy::catalogue::Route;
use thinkwatch_policy::limits::{Counter, Forecast, Outlook, Unit, forecast};
use thinkwatch_policy::ports::Unavailable;
use thinkwatch_policy::pricing::format_usd;
use thinkwatch_policy::routing::Plan;
use thinkwatch_records::{Draft, Outcome};

use crate::body::AnswerBody;
use crate::clock;
use crate::limited::Limited;
use crate::pipeline::Arrival;
use crate::refusal::Refusal;
use crate::reserve::{self, Wanting};
use crate::serve::Parts;
use thinkwatch_wire::models::rfc3339;

#[derive(Serialize)]
struct Report<'a> {
    dry_run: bool,
    model: &'a str,
    /// The route it would take; `null` when it would be refused.
    route: Option<Place<'a>>,
    estimate: Most,
    blocked_by: Vec<Rule<'a>>,
    candidates: Vec<Candidate<'a>>,
    /// Where it would go if it turned out to be too long.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    larger_context: Vec<Place<'a>>,
    excluded: Vec<Excluded<'a>>,
}

/// The most the call can use, wherever it goes.
#[derive(Serialize)]
struct Most {
    tokens: u64,
    cost_usd: String,
}

#[derive(Serialize)]
struct Place<'a> {
    id: &'a str,
    provider: &'a str,
    upstream_model: &'a str,
    /// The model that it belongs to, where that is not the one asked for.
    #[serde(skip_serializing_if = "Option::is_none")]
    model: Option<&'a str>,
}

#[derive(Serialize)]
struct Candidate<'a> {
    route: Place<'a>,
    cost_usd: String,
    blocked_by: Vec<Rule<'a>>,
}

#[derive(Serialize)]
struct Excluded<'a> {
    route: &'a str,
    reason: &'static str,
}

#[derive(Serialize)]
struct Rule<'a> {
    rule: &'a str,
    #[serde(flatten)]
    amounts: Amounts,
    #[serde(skip_serializing_if = "Option::is_none")]
    ends_at: Option<String>,
}

/// Dollars are decimal strings, all else whole numbers.
#[derive(Serialize)]
#[serde(untagged)]
enum Amounts {
    Usd { used_usd: String, asks_usd: String, max_usd: String },
    Whole { used: u64, asks: u64, max: u64 },
}

/// Whether a call is only to be thought through.
pub(crate) fn is_wanted(headers: &HeaderMap) -> bool {
    const NAME: HeaderName = HeaderName::from_static("x-thinkwatch-dry-run");
    headers.get(NAME).is_some_and(|value| matches!(value.as_bytes(), b"1" | b"true"))
}

/// Thinks a call through. It is on record as one that reached nobody.
pub(crate) async fn answer(
    parts: &Parts,
    wanting: &Wanting<'_>,
    plan: &Plan,
    record: &mut Draft,
    arrival: &Arrival,
) -> Result<Response<AnswerBody>, Refusal> {
    let book = parts.snapshot.limits.load_full();
    let mut assessment = wanting.assess_by(&book, parts, &reserve::all_routes(plan));
    assessment.claims.choices.truncate(plan.candidates.len());
    let counters = forecast::counters(&assessment.claims);
    let standings = if counters.is_empty() {
        Vec::new()
    } else {
        let peeked = parts.counters.peek(counters, wanting.now_us).get().await;
        peeked.map_err(|_| Refusal::Limit(Box::new(Limited::Unavailable(Unavailable::All))))?
    };
    let forecast = forecast::forecast(&assessment.claims, plan.candidates.len(), &standings);
    let body = report(&wanting.peek.model, plan, &forecast, assessment.tokens, &assessment.costs);

    record.set_outcome(Outcome::Refused);
    "dry_run".clone_into(&mut record.error_class);
    record.status_code = 200;
    record.response_bytes = body.len() as u64;
    record.duration_us = clock::micros_since(arrival.started);
    parts
        .spool
        .record_closed(record)
        .map_err(|_| Refusal::Unrecordable)?
        .durable()
        .await
        .map_err(|_| Refusal::Unrecordable)?;
    let mut response = Response::new(AnswerBody::whole(body));
    response.headers_mut().insert(CONTENT_TYPE, HeaderValue::from_static("application/json"));
    Ok(response)
}

fn report(model: &str, plan: &Plan, forecast: &Forecast, tokens: u64, costs: &[u64]) -> Bytes {
    let usd = |nano: u64| format_usd(i64::try_from(nano).unwrap_or(i64::MAX));
    let candidates = plan.candidates.iter().zip(costs).zip(&forecast.ways);
    let report = Report {
        dry_run: true,
        model,
        route: forecast.choice.and_then(|choice| plan.candidates.get(choice)).map(place),
        estimate: Most { tokens, cost_usd: usd(costs.iter().copied().max().unwrap_or(0)) },
        blocked_by: rules(&forecast.always),
        candidates: candidates
            .map(|((route, cost), way)| Candidate { route: place(route), cost_usd: usd(*cost), blocked_by: rules(way) })
            .collect(),
        larger_context: plan.larger.iter().map(place).collect(),
        excluded: plan
            .excluded
            .iter()
            .map(|(route, why)| Excluded { route: route.id.as_str(), reason: why.as_str() })
            .collect(),
    };
    #[expect(clippy::expect_used, reason = "strings and numbers have a JSON form")]
    serde_json::to_vec(&report).expect("strings and numbers").into()
}

fn place(route: &Route) -> Place<'_> {
    Place {
        id: route.id.as_str(),
        provider: &route.provider.name,
        upstream_model: &route.upstream_model,
        model: route.stand_in.as_ref().map(|stand_in| &*stand_in.model.name),
    }
}

fn rules(outlooks: &[Outlook]) -> Vec<Rule<'_>> {
    outlooks.iter().filter(|outlook| outlook.blocks).map(rule).collect()
}

fn rule(outlook: &Outlook) -> Rule<'_> {
    let Outlook { used, amount, max, .. } = *outlook;
    let usd = |nano: u64| format_usd(i64::try_from(nano).unwrap_or(i64::MAX));
    let amounts = match &outlook.counter {
        Counter::Purse(key) if key.unit == Unit::Usd => {
            Amounts::Usd { used_usd: usd(used), asks_usd: usd(amount), max_usd: usd(max) }
        }
        _ => Amounts::Whole { used, asks: amount, max },
    };
    Rule { rule: &outlook.name, amounts, ends_at: outlook.ends_us.map(|ends| rfc3339(ends.div_euclid(1_000_000))) }
}
