//! What becomes of a stream of plain text that breaks off in the middle: the next route goes on from where it broke, or is asked again
//! and goes on where its answer has the same beginning. Nothing reaches the client before it is sure that the two fit.

use std::sync::Arc;
use std::time::Instant;

use bytes::Bytes;
use http::{HeaderMap, HeaderValue};
use thinkwatch_outbound::Incoming;
use thinkwatch_policy::catalogue::Route;
use thinkwatch_policy::conduct::Rescue;
use thinkwatch_policy::dialect::{Dialect, Endpoint};
use thinkwatch_policy::ids::RequestId;
use thinkwatch_policy::routing;
use thinkwatch_policy::usage::Usage;
use thinkwatch_upstream::{FailureClass, Fault, Inbound, TimeoutStage, upstream_request_id};
use thinkwatch_wire::canonical::{Client, Target};
use thinkwatch_wire::convert::joint::GoOn;
use thinkwatch_wire::convert::plain::Plain;
use thinkwatch_wire::convert::translate::Translator;
use thinkwatch_wire::convert::{self, Converted};
use thinkwatch_wire::flow::Flow;
use thinkwatch_wire::request::Peek;
use thinkwatch_wire::stream::End;

use crate::account::Account;
use crate::attempt::{self, Asked, Content, Failure};
use crate::attempts;
use crate::clock;
use crate::continuation::Turn;
use crate::conversion;
use crate::serve::Parts;
use crate::standing::Trial;

/// All that is needed to ask another route while the stream runs.
pub(crate) struct Rescuer {
    parts: Arc<Parts>,
    endpoint: Endpoint,
    request_id: RequestId,
    now_us: i64,
    headers: HeaderMap,
    traceparent: HeaderValue,
    body: Bytes,
    peek: Peek,
    as_list: bool,
    routes: Vec<(Route, Trial)>,
    prefills: bool,
}

/// A stream that goes on.
pub(crate) struct Rescued {
    pub(crate) upstream: Incoming,
    pub(crate) flow: Flow,
    pub(crate) out: Vec<Bytes>,
    pub(crate) ended: Option<End>,
    pub(crate) trial: Trial,
}

/// Whether a broken stream of this call may be rescued at all.
pub(crate) fn may_be_rescued(asked: &Asked<'_>) -> bool {
    let alone = asked.turn.is_none_or(Turn::stands_alone);
    asked.conduct.rescue != Rescue::Off && asked.peek.stream && asked.endpoint.is_convertible() && alone
}

impl Rescuer {
    /// For the routes that are left.
    pub(crate) fn new(parts: &Arc<Parts>, asked: &Asked<'_>, routes: Vec<(Route, Trial)>) -> Option<Box<Self>> {
        if routes.is_empty() || !may_be_rescued(asked) {
            return None;
        }
        Some(Box::new(Self {
            parts: Arc::clone(parts),
            endpoint: asked.endpoint,
            request_id: asked.request_id,
            now_us: asked.now_us,
            headers: asked.headers.clone(),
            traceparent: asked.traceparent.clone(),
            body: asked.body.clone(),
            peek: asked.peek.clone(),
            as_list: asked.as_list(),
            routes,
            prefills: asked.conduct.rescue == Rescue::Prefill,
        }))
    }

    /// Asks the routes that are left to go on, one after the other, until one does or `deadline` has come. The account comes back
    /// either way, with every try in it.
    pub(crate) async fn run(
        mut self,
        mut account: Account,
        plain: Plain,
        before: Usage,
        deadline: Instant,
    ) -> (Account, Option<Rescued>) {
        for (route, mut trial) in std::mem::take(&mut self.routes) {
            let Some(dialect) = routing::spoken(&route, self.endpoint) else { continue };
            if !account.enter(&route).await {
                continue;
            }
            // Whoever does not take a beginning is asked without one.
            let mut prefill = self.prefills && dialect == Dialect::Messages;
            loop {
                if !attempts::on_record(&mut account, &route).await {
                    return (account, None);
                }
                let asked_at = Instant::now();
                let said = if prefill { plain.text.trim_end() } else { "" };
                let go_on = GoOn { repeats: plain.text[said.len()..].to_owned(), plain: plain.clone(), before };
                let call = self.call(&route, dialect, Some(said).filter(|said| !said.is_empty()), go_on);
                let failure = match tokio::time::timeout_at(deadline.into(), call).await {
                    Ok(Ok((id, Content::Stream { begun, flow, ended, rest }))) => {
                        account.answered(200, &id);
                        trial.succeeded(clock::micros_since(asked_at));
                        return (account, Some(Rescued { upstream: rest, flow, out: begun, ended, trial }));
                    }
                    Ok(Ok(_)) => protocol("the provider did not answer with a stream".to_owned()).into(),
                    Ok(Err(failure)) => failure,
                    Err(_) => {
                        let class = FailureClass::Timeout(TimeoutStage::FirstByte);
                        let message = "the provider did not go on with the answer in time".to_owned();
                        Box::new(Failure::without_answer(class, message))
                    }
                };
                account.attempt_failed(failure.status, failure.class.label(), &failure.upstream_request_id);
                self.parts.meter.log_failure(&route.provider.name, &failure);
                if prefill && failure.class.fault() == Fault::Caller {
                    prefill = false;
                    continue;
                }
                trial.failed_with(failure.class);
                break;
            }
        }
        (account, None)
    }

    /// Asks a route, and reads until something comes that the client does not have.
    async fn call(
        &self,
        route: &Route,
        dialect: Dialect,
        prefill: Option<&str>,
        go_on: GoOn,
    ) -> Result<(String, Content), Box<Failure>> {
        let target = Target {
            model: &route.upstream_model,
            default_max_output_tokens: conversion::DEFAULT_MAX_OUTPUT_TOKENS,
            ask_usage: route.provider.ask_usage,
        };
        let said = convert::Asked {
            dialect: self.endpoint.dialect(),
            body: &self.body,
            model: &self.peek.model,
            stream: true,
        };
        let written = convert::request_again(said, prefill, dialect, &target).map_err(conversion::unconvertible)?;
        let Some(Converted { body, request, .. }) = written else {
            let message = "the call asks for more than plain text".to_owned();
            return Err(Box::new(Failure::without_answer(FailureClass::Unconvertible, message)));
        };
        let client = Client {
            request,
            model: self.peek.model.clone(),
            request_id: self.request_id.to_string(),
            now_s: u64::try_from(self.now_us / 1_000_000).unwrap_or(0),
            as_list: self.as_list,
        };
        let upstream = attempt::upstream(&self.parts.pools, route)?;
        let inbound = Inbound { headers: &self.headers, query: None, traceparent: Some(self.traceparent.clone()) };
        let endpoint = Endpoint::answering(dialect, true);
        let now = attempt::credentials(&upstream).await?;
        let request = upstream
            .request(endpoint, &route.upstream_model, inbound, [Bytes::from(body)], now)
            .map_err(|error| attempt::unsendable(&error))?;
        let response = upstream.send(request).await.map_err(|error| Failure::unreachable(&error))?;
        let (head, rest) = response.into_parts();
        if !head.status.is_success() {
            return Err(Box::new(attempt::refused(&upstream, head, rest).await));
        }
        if !attempt::is_stream_of(dialect, &head.headers) {
            return Err(Box::new(protocol("the provider did not answer with a stream".to_owned())));
        }
        let id = upstream_request_id(&head.headers).unwrap_or_default().to_owned();
        let joined = Translator::joined(dialect, client, go_on, attempt::MAX_EVENT_BYTES);
        let flow = Flow::Translated(Box::new(joined.map_err(|error| protocol(error.to_string()))?));
        let content = attempt::first_event(&upstream, flow, rest, false).await?;
        Ok((id, content))
    }
}

fn protocol(message: String) -> Failure {
    Failure::without_answer(FailureClass::Protocol, message)
}
