//! A call that is answered from the cache. No provider hears of it; limits count it as a call that used nothing.

use http::header::{AGE, HeaderValue};
use http::{Response, StatusCode};
use metrics::counter;
use thinkwatch_policy::limits::Used;
use thinkwatch_policy::routing::Plan;
use thinkwatch_policy::usage::Usage;
use thinkwatch_records::{Draft, Outcome};

use super::{CACHE, Entry};
use crate::account::Timing;
use crate::body::AnswerBody;
use crate::pipeline::{Arrival, Refused, with_record};
use crate::refusal::Refusal;
use crate::reserve::{self, Wanting};
use crate::serve::Parts;
use crate::{clock, deliver, rate_headers};

/// Gives a kept answer again: the same bytes, so the same events, ids included.
pub(crate) async fn answer(
    parts: &Parts,
    wanting: &Wanting<'_>,
    entry: Entry,
    mut record: Draft,
    arrival: &Arrival,
) -> Result<Response<AnswerBody>, Refused> {
    let wanting = Wanting { reaches_provider: false, ..*wanting };
    let mut reservation = match reserve::reserve(parts, &wanting, &mut Plan::default()).await {
        Ok(reservation) => reservation,
        Err(limited) => return Err(with_record(Refusal::Limit(Box::new(limited)), record)),
    };
    let rates = reservation.rates();
    close(parts, &mut record, &entry, arrival);
    reservation.settle(&record.model, Used::default());
    let receipt = parts.spool.record_closed(&record).map_err(|_| Refused::from(Refusal::Unrecordable))?;
    receipt.durable().await.map_err(|_| Refused::from(Refusal::Unrecordable))?;
    let mut answer = respond(entry, &record, arrival);
    rate_headers::tell(&rates, wanting.endpoint.dialect(), arrival.timestamp_us, answer.headers_mut());
    Ok(answer)
}

fn close(parts: &Parts, record: &mut Draft, entry: &Entry, arrival: &Arrival) {
    let took_us = clock::micros_since(arrival.started).max(1);
    record.set_outcome(Outcome::Ok);
    record.status_code = 200;
    record.cache_hit = true;
    record.usage = Some(Usage::default().into());
    record.saved = Some(entry.usage.into());
    record.saved_nano = entry.cost_nano;
    record.response_bytes = entry.body.len() as u64;
    record.ttft_us = took_us;
    record.gateway_us = took_us;
    record.duration_us = took_us;
    parts.meter.finished(record);
    let saved = entry.usage.total_input().saturating_add(entry.usage.output);
    counter!("gateway_cache_saved_tokens_total").increment(saved);
}

fn respond(entry: Entry, record: &Draft, arrival: &Arrival) -> Response<AnswerBody> {
    let timing = Timing { gateway_us: record.gateway_us, upstream_us: 0 };
    let age_s = entry.age_s(arrival.timestamp_us);
    let mut response = deliver::head(StatusCode::OK, &http::HeaderMap::new(), timing);
    let headers = response.headers_mut();
    headers.extend(entry.headers);
    headers.insert(CACHE, HeaderValue::from_static("HIT"));
    headers.insert(AGE, HeaderValue::from(age_s));
    if record.stream {
        headers.insert("x-accel-buffering", HeaderValue::from_static("no"));
    }
    *response.body_mut() = AnswerBody::whole(entry.body);
    response
}
