//! Counting endpoints towards providers that do not count: answered here.

use bytes::Bytes;
use http::header::{CONTENT_TYPE, HeaderName, HeaderValue};
use http::{Response, StatusCode};
use thinkwatch_policy::dialect::Endpoint;
use thinkwatch_records::{Draft, Outcome};
use thinkwatch_upstream::FailureClass;

use crate::account::{Account, Consumed, Ending};
use crate::attempt::{Asked, Failure};
use crate::body::AnswerBody;
use crate::clock;
use crate::pipeline::{Arrival, Refused, refuse, with_record};
use crate::refusal::Refusal;
use crate::serve::Parts;

/// Says that a number was counted here and not by the provider.
const ESTIMATED: HeaderName = HeaderName::from_static("x-thinkwatch-estimated");

/// Counts a request for a model whose provider does not count in the client's dialect. No provider hears of it.
pub(crate) async fn here(
    parts: &Parts,
    endpoint: Endpoint,
    body: &Bytes,
    mut record: Draft,
    arrival: &Arrival,
) -> Result<Response<AnswerBody>, Refused> {
    let tokens = match parts.counting.tokens(endpoint, body).await {
        Ok(tokens) => tokens,
        Err(error) => return Err(with_record(Refusal::Malformed(Box::new(error)), record)),
    };
    let answer = answer(endpoint, tokens);
    record.set_outcome(Outcome::Ok);
    record.status_code = 200;
    record.response_bytes = answer.len() as u64;
    record.duration_us = clock::micros_since(arrival.started);
    record.gateway_us = record.duration_us;
    let receipt = parts.spool.record_closed(&record).map_err(|_| Refused::from(Refusal::Unrecordable))?;
    receipt.durable().await.map_err(|_| Refused::from(Refusal::Unrecordable))?;
    Ok(respond(answer))
}

/// Whether a provider says that it has no such endpoint, rather than no such model.
pub(crate) fn is_missing(asked: &Asked<'_>, failure: &Failure) -> bool {
    asked.endpoint.only_counts()
        && matches!(failure.status, 404 | 405 | 501)
        && failure.class != FailureClass::ModelMissing
}

/// Counts in place of a provider that speaks the client's dialect and has no counting.
pub(crate) async fn instead(
    parts: &Parts,
    asked: &Asked<'_>,
    mut account: Box<Account>,
    arrival: &Arrival,
) -> Response<AnswerBody> {
    // It has been read by a provider, which found nothing wrong but the address.
    let counted = parts.counting.tokens(asked.endpoint, asked.body).await;
    let tokens = match counted {
        Ok(tokens) => tokens,
        Err(error) => {
            let ending = Ending { outcome: Outcome::ClientError, status: 400, class: "bad_request" };
            let refusal = Refusal::Malformed(Box::new(error));
            return match account.close(&ending, Consumed::Nothing) {
                Ok(_) => refuse(asked.endpoint, &refusal, arrival),
                Err(_) => refuse(asked.endpoint, &Refusal::Unrecordable, arrival),
            };
        }
    };
    let answer = answer(asked.endpoint, tokens);
    account.sent(answer.len());
    let durable = match account.close(&Ending::ok(200), Consumed::Nothing) {
        Ok(receipt) => receipt.durable().await.is_ok(),
        Err(_) => false,
    };
    if durable { respond(answer) } else { refuse(asked.endpoint, &Refusal::Unrecordable, arrival) }
}

fn answer(endpoint: Endpoint, tokens: u64) -> String {
    match endpoint {
        Endpoint::GeminiCountTokens => format!(r#"{{"totalTokens":{tokens}}}"#),
        Endpoint::InputTokens => format!(r#"{{"object":"response.input_tokens","input_tokens":{tokens}}}"#),
        _ => format!(r#"{{"input_tokens":{tokens}}}"#),
    }
}

fn respond(answer: String) -> Response<AnswerBody> {
    let mut response = Response::new(AnswerBody::whole(answer));
    *response.status_mut() = StatusCode::OK;
    let headers = response.headers_mut();
    headers.insert(CONTENT_TYPE, HeaderValue::from_static("application/json"));
    headers.insert(ESTIMATED, HeaderValue::from_static("true"));
    response
}
