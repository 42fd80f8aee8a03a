//! One AI call, from its arrival to its answer, as a list of named stages.

use std::borrow::Cow;
use std::fmt::Write as _;
use std::net::IpAddr;
use std::sync::Arc;
use std::time::Instant;

use bytes::Bytes;
use http::header::{CONTENT_TYPE, HeaderName, HeaderValue, USER_AGENT};
use http::{HeaderMap, Response, StatusCode, request};
use hyper::body::Incoming;
use percent_encoding::percent_decode_str;
use thinkwatch_edge::headers::{self, bounded, push_bounded};
use thinkwatch_edge::request_id::inbound_trace;
use thinkwatch_policy::access;
use thinkwatch_policy::catalogue::{Catalogue, Model, Route};
use thinkwatch_policy::conduct::Conduct;
use thinkwatch_policy::dialect::Endpoint;
use thinkwatch_policy::ids::RequestId;
use thinkwatch_policy::routing::{self, Counting, Excluded, Plan};
use thinkwatch_policy::settings::Settings;
use thinkwatch_records::{CallRecord, Draft, Tag};
use thinkwatch_wire::error as wire_error;
use thinkwatch_wire::multipart;
use thinkwatch_wire::request::{self as wire_request, Peek};

use crate::accept;
use crate::account::{Account, Opening, recorded_weight};
use crate::attempt::Asked;
use crate::body::AnswerBody;
use crate::caller::Caller;
use crate::continuation::{self, Asking, Turn};
use crate::conversion::is_strict;
use crate::count;
use crate::counting::Uncounted;
use crate::decide::Deciding;
use crate::rate_headers;
use crate::refusal::{Memory, Refusal};
use crate::reserve::{self, Wanting};
use crate::serve::Parts;
use crate::tags;
use crate::{attempts, cache, context, decide, dry_run, program, query, wish};

/// What is known of a call when it arrives.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Arrival {
    pub(crate) request_id: RequestId,
    pub(crate) timestamp_us: i64,
    pub(crate) started: Instant,
    pub(crate) client: IpAddr,
}

/// A call that was refused: why, and by then known caller, if any.
pub(crate) struct Refused {
    pub(crate) refusal: Refusal,
    record: Option<Draft>,
}

impl From<Refusal> for Refused {
    fn from(refusal: Refusal) -> Self {
        Self { refusal, record: None }
    }
}

/// Runs a call to a provider. `named` is the model of a path that names one, percent-encoded.
pub(crate) async fn run(
    parts: &Arc<Parts>,
    endpoint: Endpoint,
    named: Option<&str>,
    arrival: Arrival,
    head: &request::Parts,
    body: Incoming,
) -> Result<Response<AnswerBody>, Refused> {
    let settings = parts.snapshot.settings.load_full();

    let mut share = parts.load.admit(&settings)?;
    let of_query = if endpoint.has_model_in_path() { query::key(head.uri.query()) } else { None };
    let caller = parts.credentials.authenticate(&head.headers, of_query, &parts.snapshot, arrival.timestamp_us)?;
    let mut record = describe(&arrival, endpoint, &caller, head);

    let reading = Instant::now();
    let body = match accept::body(&head.headers, body, &settings, &mut share).await {
        Ok(body) => body,
        Err(refusal) => return Err(with_record(refusal, record)),
    };
    let body_wait = reading.elapsed();
    record.request_bytes = body.len() as u64;
    let peek = match peek(endpoint, named, &head.headers, &body, &settings) {
        Ok(peek) => peek,
        Err(refusal) => return Err(with_record(refusal, record)),
    };
    record.model.clone_from(&peek.model);
    record.stream = peek.stream;
    if let Some(metadata) = &peek.metadata {
        tags::add_metadata(&mut record.tags, &body[metadata.clone()]);
    }

    let catalogue = parts.snapshot.catalogue.load_full();
    // Whatever name it was called by, access, limits, prices and records go by its own.
    let own = catalogue.model(&peek.model);
    let model = own.map_or(peek.model.as_str(), |own| &*own.name);
    if model != peek.model {
        model.clone_into(&mut record.model);
    }
    let may_use = |model: &str| access::use_model(caller.as_ref(), model, arrival.timestamp_us);
    if let Err(refusal) = may_use(model) {
        let refusal = Refusal::Model(refusal, bounded(&peek.model, 256));
        return Err(with_record(refusal, record));
    }
    let mut plan = match plan(&catalogue, own, endpoint, &peek, arrival.request_id) {
        Ok(Counting::There(plan)) => plan,
        Ok(Counting::Here(excluded)) => {
            record.plan_excluded = reasons(&excluded);
            return count::here(parts, endpoint, &body, record, &arrival).await;
        }
        Err(refusal) => return Err(with_record(refusal, record)),
    };
    if let Some(own) = own.filter(|_| !endpoint.only_counts()) {
        plan.add_stand_ins(own, endpoint, |model| may_use(model).is_ok());
    }
    let asking = Asking {
        states: &parts.responses,
        caller: &caller,
        peek: &peek,
        model,
        body: &body,
        settings: &settings,
        now_us: arrival.timestamp_us,
    };
    let turn = match continuation::turn(&asking, endpoint, &mut plan, &mut share).await {
        Ok(turn) => turn,
        Err(refusal) => {
            record.plan_excluded = reasons(&plan.excluded);
            return Err(with_record(refusal, record));
        }
    };
    record.plan_excluded = reasons(&plan.excluded);
    if plan.candidates.is_empty() {
        return Err(with_record(Refusal::NoRoute(bounded(&peek.model, 256), endpoint), record));
    }

    let mut conduct = Conduct::of(own.map(|own| &own.routing), &settings);
    conduct.strategy = match wish::heed(&head.headers, &caller, &peek.model, &mut plan, conduct.strategy) {
        Ok(strategy) => strategy,
        Err(refusal) => return Err(with_record(refusal, record)),
    };
    let history_bytes = turn.as_ref().map_or(0, Turn::history_bytes);
    let wanting = Wanting {
        call: arrival.request_id,
        now_us: arrival.timestamp_us,
        endpoint,
        caller: &caller,
        peek: &peek,
        model,
        input_bytes: (body.len() + history_bytes) as u64,
        settings: &settings,
        catalogue: &catalogue,
        reaches_provider: true,
    };
    let same = cache::Asking {
        endpoint,
        caller: &caller,
        head,
        body: &body,
        peek: &peek,
        turn: turn.as_ref(),
        plan: &plan,
        catalogue: &catalogue,
        settings: &settings,
        arrival: &arrival,
    };
    let cached = cache::of(parts.cache.as_ref(), &same);
    if let Some(cached) = &cached {
        match cached.find(arrival.timestamp_us).await {
            Ok(Some(entry)) => return Box::pin(cache::answer(parts, &wanting, entry, record, &arrival)).await,
            Ok(None) => {}
            Err(refusal) => return Err(with_record(refusal, record)),
        }
    }
    context::fit(&mut plan, &peek, &body, history_bytes);
    let deciding = Deciding { conduct, settings: &settings, catalogue: &catalogue, asked: &peek.model, body: &body };
    let mut trials = decide::decide(parts, &mut plan, &deciding, &mut record);
    if dry_run::is_wanted(&head.headers) {
        let thought = Box::pin(dry_run::answer(parts, &wanting, &plan, &mut record, &arrival)).await;
        return thought.map_err(|refusal| with_record(refusal, record));
    }
    let left_out = plan.excluded.len();
    let reserved = reserve::reserve(parts, &wanting, &mut plan).await;
    record.plan_excluded.extend(reasons(&plan.excluded[left_out..]));
    let mut reservation = match reserved {
        Ok(reservation) => reservation,
        Err(limited) => return Err(with_record(Refusal::Limit(Box::new(limited)), record)),
    };
    trials.drain(..plan.excluded.len() - left_out);
    let rates = reservation.rates();
    record.token_weight_milli = own.map_or(0, |own| recorded_weight(own.token_weight_milli));

    let opening = Opening { endpoint, started: arrival.started, body_wait };
    let mut account = open_record(parts, record, &plan, opening, catalogue).await?;
    account.reservation = reservation;
    if endpoint.reads_text() {
        account.uncounted = Some(Uncounted { counting: Arc::clone(&parts.counting), endpoint, body: body.clone() });
    }
    let answers = share.for_answer();
    let asked = Asked {
        endpoint,
        request_id: arrival.request_id,
        now_us: arrival.timestamp_us,
        headers: &head.headers,
        query: head.uri.query(),
        traceparent: traceparent(&account.record, arrival.request_id),
        body: &body,
        peek: &peek,
        strict: is_strict(&caller, &head.headers),
        settings: &settings,
        conduct,
        share: &answers,
        turn: turn.as_ref(),
        cached: cached.as_ref(),
    };
    let mut answer = attempts::run(parts, &asked, plan, trials, account, share, &arrival).await;
    rate_headers::tell(&rates, endpoint.dialect(), arrival.timestamp_us, answer.headers_mut());
    if cached.is_some() {
        cache::tell_miss(answer.headers_mut());
    }
    Ok(answer)
}

pub(crate) fn with_record(refusal: Refusal, record: Draft) -> Refused {
    Refused { refusal, record: Some(record) }
}

/// What the record says of who calls, from where, with what.
pub(crate) fn describe(arrival: &Arrival, endpoint: Endpoint, caller: &Caller, head: &request::Parts) -> Draft {
    let user = caller.as_ref().user();
    let mut record = Draft::new();
    record.set_request_id(arrival.request_id);
    record.timestamp = arrival.timestamp_us;
    session_id(&head.headers, &mut record.session_id);
    record.client_trace_id.push_str(inbound_trace(&head.headers).unwrap_or_default());
    record.user_id.push_str(user.id.as_str());
    record.user_email.push_str(&user.email);
    record.dialect.push_str(endpoint.dialect().as_str());
    record.endpoint.push_str(endpoint.as_str());
    record.tags = tags::of_headers(&head.headers);
    push_address(&mut record.ip_address, arrival.client);
    push_bounded(&mut record.user_agent, &head.headers, &USER_AGENT, 256);
    let program = program::recognise(&record.user_agent);
    record.client.push_str(program);
    if let Caller::Key(key) = caller {
        record.key_id.push_str(key.id.as_str());
        record.key_lineage_id.push_str(key.lineage.as_str());
        record.team_id.push_str(key.team.as_ref().map_or("", |team| team.as_str()));
        record.cost_center.push_str(key.cost_center.as_deref().unwrap_or_default());
        // After the caller's: of two of a name the last one holds, and nobody books on what the key does not say.
        let of_key = key.tags.iter().map(|(name, value)| Tag { name: name.clone(), value: value.clone() });
        record.tags.extend(of_key);
    }
    record
}

/// The conversation, as far as the client tells it.
fn session_id(headers: &HeaderMap, out: &mut String) {
    static NAMES: [HeaderName; 3] = [
        HeaderName::from_static("x-session-id"),
        HeaderName::from_static("session-id"),
        HeaderName::from_static("x-claude-code-session-id"),
    ];
    for name in &NAMES {
        push_bounded(out, headers, name, 128);
        if !out.is_empty() {
            return;
        }
    }
}

fn push_address(out: &mut String, address: IpAddr) {
    let written = write!(out, "{address}");
    debug_assert!(written.is_ok(), "writing to a string cannot fail");
}

fn peek(
    endpoint: Endpoint,
    named: Option<&str>,
    headers: &HeaderMap,
    body: &Bytes,
    settings: &Settings,
) -> Result<Peek, Refusal> {
    if endpoint.takes_forms() {
        let kinds = headers.get_all(CONTENT_TYPE).iter().map(HeaderValue::as_bytes);
        let form = multipart::boundary(kinds).map_err(|fault| Refusal::BadRequest(fault.into()))?;
        if let Some(boundary) = form {
            return multipart::peek(endpoint, &boundary, body).map_err(Refusal::BadRequest);
        }
    }
    let depth = usize::try_from(settings.max_json_depth).unwrap_or(usize::MAX);
    let peek = wire_request::peek(endpoint, body, depth).map_err(Refusal::BadRequest)?;
    let Some(named) = named else { return Ok(peek) };
    peek.with_model(&percent_decode_str(named).decode_utf8_lossy()).map_err(Refusal::BadRequest)
}

/// The routes to try of the model (`own`, if an operator has made it), in order. The random bits of the request id draw among weights, so the plan can be replayed.
fn plan(
    catalogue: &Catalogue,
    own: Option<&Arc<Model>>,
    endpoint: Endpoint,
    peek: &Peek,
    id: RequestId,
) -> Result<Counting, Refusal> {
    let by_prefix = || routing::by_prefix(catalogue, &peek.model).map(Cow::Owned);
    let routes = own.map(|own| Cow::Borrowed(own.routes.as_slice())).or_else(by_prefix);
    let routes = routes.ok_or_else(|| Refusal::UnknownModel(bounded(&peek.model, 256)))?;
    #[expect(clippy::cast_possible_truncation, reason = "the low 64 bits are the random ones")]
    let pick = id.0 as u64;
    if endpoint.only_counts() {
        return Ok(routing::plan_count(&routes, endpoint, pick));
    }
    Ok(Counting::There(routing::plan(&routes, endpoint, pick)))
}

/// The routes that were left out, for the record.
fn reasons(excluded: &[(Route, Excluded)]) -> Vec<String> {
    excluded.iter().map(|(route, why)| format!("{}:{}", route.id, why.as_str())).collect()
}

/// Opens the record and makes it as durable as the settings ask, before any upstream hears of the call.
async fn open_record(
    parts: &Parts,
    record: Draft,
    plan: &Plan,
    opening: Opening,
    catalogue: Arc<Catalogue>,
) -> Result<Box<Account>, Refusal> {
    let first = plan.candidates.first().ok_or(Refusal::Unrecordable)?;
    let meter = Arc::clone(&parts.meter);
    let (account, receipt) =
        Account::open(&parts.spool, record, first, opening, catalogue, meter).map_err(|_| Refusal::Unrecordable)?;
    receipt.durable().await.map_err(|_| Refusal::Unrecordable)?;
    // Boxed: it goes on to whoever gives the answer, through some hands.
    Ok(Box::new(account))
}

/// `00-<trace>-<span>-01`: the client's trace or ours, and the request's own random bits as the span.
pub(crate) fn traceparent(record: &CallRecord, id: RequestId) -> HeaderValue {
    // A span of zeros is not allowed.
    let own = RequestId(id.0 | 1).trace_digits();
    let mut text = String::with_capacity(55);
    text.push_str("00-");
    match record.client_trace_id.as_str() {
        "" => text.push_str(&id.trace_digits()),
        theirs => text.push_str(theirs),
    }
    text.push('-');
    text.push_str(&own[16..]);
    text.push_str("-01");
    HeaderValue::try_from(text).unwrap_or(HeaderValue::from_static(""))
}

/// Ids and security headers, on every answer.
pub(crate) fn own_headers(headers: &mut HeaderMap, arrival: &Arrival) {
    headers::secure(headers);
    const X_REQUEST_ID: HeaderName = HeaderName::from_static("x-request-id");
    const REQUEST_ID: HeaderName = HeaderName::from_static("request-id");
    const X_TRACE_ID: HeaderName = HeaderName::from_static("x-trace-id");
    let id = arrival.request_id.shown();
    let trace = HeaderValue::from_str(id.trim_start_matches("req_"));
    if let Ok(id) = HeaderValue::try_from(id) {
        headers.insert(X_REQUEST_ID, id.clone());
        headers.insert(REQUEST_ID, id);
    }
    if let Ok(trace) = trace {
        headers.entry(X_TRACE_ID).or_insert(trace);
    }
}

/// The answer to a refused call, without remembering it.
pub(crate) fn refuse(endpoint: Endpoint, refusal: &Refusal, arrival: &Arrival) -> Response<AnswerBody> {
    refuse_as(endpoint.dialect(), refusal, arrival)
}

/// The same in a dialect.
pub(crate) fn refuse_as(
    dialect: thinkwatch_policy::dialect::Dialect,
    refusal: &Refusal,
    arrival: &Arrival,
) -> Response<AnswerBody> {
    let error = refusal.to_error();
    let (status, body) = wire_error::encode(dialect, &error, &arrival.request_id.to_string());
    let mut response = Response::new(AnswerBody::whole(body));
    *response.status_mut() = StatusCode::from_u16(status).unwrap_or(StatusCode::INTERNAL_SERVER_ERROR);
    let headers = response.headers_mut();
    headers.insert(http::header::CONTENT_TYPE, HeaderValue::from_static("application/json"));
    if let Refusal::WrongMethod(allowed) = refusal {
        headers.insert(http::header::ALLOW, HeaderValue::from_static(allowed));
    }
    if let Some(seconds) = error.retry_after_s {
        headers.insert(http::header::RETRY_AFTER, HeaderValue::from(seconds));
    }
    if let Refusal::Limit(limited) = refusal {
        limited.tell(dialect, headers);
    }
    response
}

/// Remembers a refused call: as a record when somebody is known, else in the access channel.
pub(crate) fn remember(parts: &Parts, refused: Refused, status: u16, arrival: &Arrival) -> Option<Refusal> {
    parts.meter.refused(refused.refusal.class());
    match (refused.refusal.memory(), refused.record) {
        (Memory::Record(outcome), Some(mut record)) => {
            record.set_outcome(outcome);
            record.status_code = u32::from(status);
            refused.refusal.class().clone_into(&mut record.error_class);
            record.duration_us = crate::clock::micros_since(arrival.started);
            if let Err(error) = parts.spool.record_closed(&record) {
                tracing::warn!(%error, "a refused call could not be recorded");
            }
            None
        }
        _ => Some(refused.refusal),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_traceparent_carries_the_clients_trace_or_our_own() {
        let id = RequestId(0x0123_4567_89ab_cdef_0011_2233_4455_6676);
        let ours = CallRecord::default();
        assert_eq!(traceparent(&ours, id), "00-0123456789abcdef0011223344556676-0011223344556677-01");
        let trace = "4bf92f3577b34da6a3ce929d0e0e4736";
        let theirs = CallRecord { client_trace_id: trace.to_owned(), ..CallRecord::default() };
        assert_eq!(traceparent(&theirs, id), format!("00-{trace}-0011223344556677-01"));
    }
}
