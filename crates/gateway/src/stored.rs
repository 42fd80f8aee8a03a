//! Calls about a response that was kept: to get it, to list what it was made of, to delete or to cancel it. The gateway
//! answers for what it keeps itself; all else is asked of the provider that made it.

use std::sync::Arc;
use std::time::{Duration, Instant};

use bytes::Bytes;
use http::{HeaderMap, HeaderValue, Method, Response, StatusCode, request};
use percent_encoding::percent_decode_str;
use thinkwatch_edge::headers::bounded;
use thinkwatch_policy::access;
use thinkwatch_policy::catalogue::{Catalogue, Route};
use thinkwatch_policy::dialect::Endpoint;
use thinkwatch_policy::ids::RouteId;
use thinkwatch_policy::ports::{BoundResponse, ResponseState};
use thinkwatch_policy::routing;
use thinkwatch_policy::settings::Settings;
use thinkwatch_records::{Draft, Outcome};
use thinkwatch_upstream::{FailureClass, StoredCall, TimeoutStage, upstream_request_id};
use thinkwatch_wire::kept::{self, Page};

use crate::accept::Share;
use crate::account::{Account, Consumed, Ending, Opening};
use crate::attempt::{self, Failure};
use crate::body::AnswerBody;
use crate::clock;
use crate::pipeline::{self, Arrival, Refused, describe, with_record};
use crate::refusal::Refusal;
use crate::serve::Parts;
use crate::state_refusal::StateRefusal;
use crate::whole::{Held, hold};
use crate::{deliver, query};

/// What is asked of a kept response.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Verb {
    /// `GET /v1/responses/{id}`
    Get,
    /// `DELETE /v1/responses/{id}`
    Delete,
    /// `GET /v1/responses/{id}/input_items`
    InputItems,
    /// `POST /v1/responses/{id}/cancel`
    Cancel,
}

impl Verb {
    /// The name used in records and metrics, in the place of an endpoint.
    const fn as_str(self) -> &'static str {
        match self {
            Self::Get => "responses.get",
            Self::Delete => "responses.delete",
            Self::InputItems => "responses.input_items",
            Self::Cancel => "responses.cancel",
        }
    }

    const fn method(self) -> Method {
        match self {
            Self::Get | Self::InputItems => Method::GET,
            Self::Delete => Method::DELETE,
            Self::Cancel => Method::POST,
        }
    }

    const fn tail(self) -> &'static str {
        match self {
            Self::Get | Self::Delete => "",
            Self::InputItems => "/input_items",
            Self::Cancel => "/cancel",
        }
    }
}

/// Runs a call about the response with this id, percent-encoded.
pub(crate) async fn run(
    parts: &Arc<Parts>,
    verb: Verb,
    id: &str,
    arrival: Arrival,
    head: &request::Parts,
) -> Result<Response<AnswerBody>, Refused> {
    let settings = parts.snapshot.settings.load_full();
    let share = parts.load.admit(&settings)?;
    let now_us = arrival.timestamp_us;
    let caller = parts.credentials.authenticate(&head.headers, None, &parts.snapshot, now_us)?;
    let mut record = describe(&arrival, Endpoint::Responses, &caller, head);
    verb.as_str().clone_into(&mut record.endpoint);
    if let Err(refusal) = access::use_gateway(caller.as_ref(), now_us) {
        return Err(with_record(Refusal::Access(refusal), record));
    }
    let id = percent_decode_str(id).decode_utf8_lossy();
    let found = match parts.responses.find(&caller.as_ref().user().id, &id, now_us).await {
        Ok(found) => found,
        Err(_) => return Err(with_record(StateRefusal::Unavailable.into(), record)),
    };
    let unknown = || Refusal::from(StateRefusal::Unknown(bounded(&id, 128)));
    let Some(response) = found else { return Err(with_record(unknown(), record)) };
    response.model.as_ref().clone_into(&mut record.model);
    if let Err(refusal) = access::use_model(caller.as_ref(), &response.model, now_us) {
        return Err(with_record(Refusal::Model(refusal, bounded(&response.model, 256)), record));
    }
    if verb == Verb::Get && query::is_true(head.uri.query(), "stream") {
        return Err(with_record(StateRefusal::NotStreamed.into(), record));
    }
    match &response.state {
        Some(state) => {
            let answered = own_answer(parts, verb, &response, state, head.uri.query()).await;
            let body = match answered {
                Ok(body) => body,
                Err(refusal) => return Err(with_record(refusal, record)),
            };
            tell_own(parts, record, body, &arrival).await
        }
        None => {
            let catalogue = parts.snapshot.catalogue.load_full();
            let Some(route) = route_to(&catalogue, &response) else { return Err(with_record(unknown(), record)) };
            let call =
                Call { parts, verb, response: &response, route: &route, settings: &settings, share: &share, head };
            ask_provider(&call, record, catalogue, &arrival).await
        }
    }
}

/// The answer about a response that the gateway keeps.
async fn own_answer(
    parts: &Parts,
    verb: Verb,
    response: &BoundResponse,
    state: &ResponseState,
    query: Option<&str>,
) -> Result<Bytes, Refusal> {
    match verb {
        Verb::Get => Ok(Bytes::copy_from_slice(state.response.as_bytes())),
        Verb::InputItems => {
            let pairs = query::pairs(query);
            let page = Page::read(pairs.iter().map(|(name, value)| (name.as_ref(), value.as_ref())));
            let list = page.and_then(|page| kept::input_items(&state.items, &response.id, &page));
            Ok(list.map_err(StateRefusal::BadPage)?.into())
        }
        Verb::Delete => {
            let gone = parts.responses.forget(&response.user, &response.id).await;
            gone.map_err(|_| StateRefusal::Unavailable)?;
            Ok(kept::deleted(&response.id).into())
        }
        Verb::Cancel => Err(StateRefusal::NotCancellable.into()),
    }
}

/// Records the call, which asked nobody else, and answers it.
async fn tell_own(
    parts: &Parts,
    mut record: Draft,
    body: Bytes,
    arrival: &Arrival,
) -> Result<Response<AnswerBody>, Refused> {
    record.set_outcome(Outcome::Ok);
    record.status_code = 200;
    record.response_bytes = body.len() as u64;
    record.duration_us = clock::micros_since(arrival.started);
    // What was said may be read here, so that it was read must be known.
    let receipt = parts.spool.record_closed(&record).map_err(|_| Refused::from(Refusal::Unrecordable))?;
    receipt.durable().await.map_err(|_| Refused::from(Refusal::Unrecordable))?;
    let mut response = Response::new(AnswerBody::whole(body));
    response.headers_mut().insert(http::header::CONTENT_TYPE, HeaderValue::from_static("application/json"));
    Ok(response)
}

/// The way to the provider that keeps it: the model's route there, or, if the model has none any more, one without a name.
fn route_to(catalogue: &Catalogue, response: &BoundResponse) -> Option<Route> {
    let resolved = routing::resolve(catalogue, &response.model);
    let routes = resolved.as_ref().map_or(&[][..], |resolved| resolved.routes());
    if let Some(route) = routes.iter().find(|route| route.provider.id == response.provider) {
        return Some(Route { upstream_model: Arc::clone(&response.upstream_model), ..route.clone() });
    }
    Some(Route {
        id: RouteId::from(""),
        provider: Arc::clone(catalogue.provider(&response.provider)?),
        upstream_model: Arc::clone(&response.upstream_model),
        weight: 1,
        priority: 0,
        enabled: true,
        dialect: None,
        routing: None,
        stand_in: None,
    })
}

/// A call about a response that a provider keeps.
struct Call<'a> {
    parts: &'a Parts,
    verb: Verb,
    response: &'a BoundResponse,
    route: &'a Route,
    settings: &'a Settings,
    share: &'a Share,
    head: &'a request::Parts,
}

async fn ask_provider(
    call: &Call<'_>,
    record: Draft,
    catalogue: Arc<Catalogue>,
    arrival: &Arrival,
) -> Result<Response<AnswerBody>, Refused> {
    let (spool, meter) = (&call.parts.spool, Arc::clone(&call.parts.meter));
    let opening = Opening { endpoint: Endpoint::Responses, started: arrival.started, body_wait: Duration::ZERO };
    let opened = Account::open(spool, record, call.route, opening, catalogue, meter);
    let (mut account, receipt) = opened.map_err(|_| Refused::from(Refusal::Unrecordable))?;
    receipt.durable().await.map_err(|_| Refused::from(Refusal::Unrecordable))?;
    let traceparent = pipeline::traceparent(&account.record, arrival.request_id);
    let patience = Duration::from_secs(u64::try_from(call.settings.total_s).unwrap_or(0));
    let answered = tokio::time::timeout_at((Instant::now() + patience).into(), exchange(call, traceparent)).await;
    let answered = match answered {
        Ok(answered) => answered,
        Err(_) => {
            let message = format!("the provider gave no answer within {} s", patience.as_secs());
            Err(Failure::without_answer(FailureClass::Timeout(TimeoutStage::Total), message).into())
        }
    };
    let (status, headers, body) = match answered {
        Ok(Answered { status, headers, body, .. }) => (status, headers, body),
        Err(failure) => {
            account.attempt_failed(failure.status, failure.class.label(), &failure.upstream_request_id);
            call.parts.meter.log_failure(&call.route.provider.name, &failure);
            return Ok(deliver::failure(Endpoint::Responses, failure, Box::new(account), arrival).await);
        }
    };
    if call.verb == Verb::Delete && call.parts.responses.forget(&call.response.user, &call.response.id).await.is_err() {
        // The provider has deleted it, and says so to whoever asks again.
        tracing::warn!("the id of a deleted response could not be forgotten");
    }
    account.answered(status.as_u16(), upstream_request_id(&headers).unwrap_or_default());
    account.first_token();
    account.sent(body.len());
    let closed = account.close(&Ending::ok(status.as_u16()), Consumed::Nothing);
    let durable = match closed {
        Ok(receipt) => receipt.durable().await.is_ok(),
        Err(_) => false,
    };
    if !durable {
        return Err(Refusal::Unrecordable.into());
    }
    let mut response = deliver::head(status, &headers, account.timing());
    *response.body_mut() = AnswerBody::whole(body);
    Ok(response)
}

/// What the provider said.
struct Answered {
    status: StatusCode,
    headers: HeaderMap,
    body: Bytes,
    /// The memory it takes.
    _held: Share,
}

async fn exchange(call: &Call<'_>, traceparent: HeaderValue) -> Result<Answered, Box<Failure>> {
    let upstream = attempt::upstream(&call.parts.pools, call.route)?;
    let asked = StoredCall {
        method: call.verb.method(),
        id: &call.response.id,
        tail: call.verb.tail(),
        query: call.head.uri.query(),
        headers: &call.head.headers,
        traceparent,
    };
    let request = upstream.stored_request(&asked).map_err(|error| attempt::unsendable(&error))?;
    let (head, rest) = upstream.send(request).await.map_err(|error| Failure::unreachable(&error))?.into_parts();
    if !head.status.is_success() {
        return Err(attempt::refused(&upstream, head, rest).await.into());
    }
    match hold(call.share, call.settings, rest).await? {
        Held::All(body, held) => Ok(Answered { status: head.status, headers: head.headers, body, _held: held }),
        Held::TooMuch(..) => {
            let most = call.settings.max_answer_buffer_bytes;
            let message = format!("the provider's answer is longer than the {most} bytes that can be held");
            Err(Failure::without_answer(FailureClass::Protocol, message).into())
        }
    }
}
