//! What the client gets: an answer, a stream, or the failure of the last route.

use bytes::Bytes;
use http::header::{HeaderName, HeaderValue};
use http::{HeaderMap, Response, StatusCode};
use thinkwatch_policy::dialect::Endpoint;
use thinkwatch_policy::usage::Usage;
use thinkwatch_records::Outcome;
use thinkwatch_records::spool::{Receipt, SpoolError};
use thinkwatch_upstream::{FailureClass, Fault, copy_response_headers};
use thinkwatch_wire::error::{self as wire_error, ApiError, ErrorKind};

use crate::accept::Share;
use crate::account::{Account, Closing, Consumed, Ending, Timing};
use crate::answer::{LargeAnswer, Sought};
use crate::attempt::{Answer, Asked, Content, Failure};
use crate::attempts::Onward;
use crate::body::AnswerBody;
use crate::cache::Storing;
use crate::continuation::Keeping;
use crate::conversion::{note_lost, tell_lost};
use crate::counting::Said;
use crate::pipeline::{Arrival, refuse};
use crate::refusal::Refusal;
use crate::stream::{Begun, StreamAnswer};

/// An answer on its way to the client.
#[expect(
    clippy::large_enum_variant,
    reason = "whole answers are the usual ones, and a box costs them more than the copy"
)]
pub(crate) enum Outgoing {
    /// It may leave; its record is closed when it ends.
    Now(Response<AnswerBody>),
    /// A whole one, which leaves when its record is closed.
    Whole(Whole),
}

/// A whole answer whose record is being closed.
pub(crate) struct Whole {
    response: Response<AnswerBody>,
    bytes: Bytes,
    closing: Closes,
    /// What is to become of it beside.
    keeping: Option<Keeping>,
    storing: Option<Box<(Storing, (Usage, i64))>>,
    /// The call counts until then.
    _share: Share,
}

/// That a record is closed: usually known at once, but for how durable it is.
enum Closes {
    Written(Result<Receipt, SpoolError>),
    Counted(Closing),
}

/// Hands an answer out. Not `async`: only a whole one has something to wait for, and all the parts of an answer would be part of the
/// state of every call.
pub(crate) fn answer(
    asked: &Asked<'_>,
    answer: Answer,
    mut account: Box<Account>,
    share: Share,
    onward: Onward,
) -> Outgoing {
    let idle = onward.idle;
    let Answer { status, headers, upstream_request_id, content, lost, mut keeping } = answer;
    account.answered(status.as_u16(), &upstream_request_id);
    account.first_token();
    note_lost(&mut account.record, &lost);
    // Only what went well at once: anything else may be less than it seems.
    let storing = asked.cached.filter(|_| status == StatusCode::OK).and_then(|cached| {
        let mut headers = headers.clone();
        tell_lost(&mut headers, &lost);
        cached.storing(&headers)
    });
    match content {
        Content::Whole(bytes, told, _held) => {
            account.sent(bytes.len());
            let timing = account.timing();
            let ending = Ending::ok(status.as_u16());
            let consumed = match told {
                Some(usage) => Some(Consumed::Told(usage)),
                None if asked.endpoint.only_counts() => Some(Consumed::Nothing),
                None => None,
            };
            let guess = Consumed::Guess { output_bytes: bytes.len() as u64 };
            let storing = storing.map(|storing| Box::new((storing, account.worth(consumed.unwrap_or(guess)))));
            let closing = match consumed {
                Some(consumed) => Closes::Written(account.close(&ending, consumed)),
                None => Closes::Counted(account.close_counted(ending, None, Said::Answer(bytes.clone()))),
            };
            let mut response = head(status, &headers, timing);
            tell_lost(response.headers_mut(), &lost);
            *response.body_mut() = AnswerBody::whole(bytes.clone());
            Outgoing::Whole(Whole { response, bytes, closing, keeping, storing, _share: share })
        }
        Content::Large { begun, rest, readable } => {
            account.sent_status = Some(status.as_u16());
            if let Some(keeping) = &mut keeping {
                keeping.answered(&begun);
            }
            let timing = account.timing();
            let sought = Sought { endpoint: asked.endpoint, images: asked.peek.images, readable };
            let large = LargeAnswer::new(begun, rest, sought, account, idle, share);
            let mut response = head(status, &headers, timing);
            *response.body_mut() = AnswerBody::Large(Box::new(large));
            Outgoing::Now(response)
        }
        Content::Stream { begun, flow, ended, rest } => {
            if let (Some(keeping), Some(id)) = (&mut keeping, flow.upstream_id()) {
                keeping.id_told(id);
            }
            let begun = Begun { upstream: rest, flow, out: begun, ended, status: status.as_u16(), keeping, storing };
            let timing = account.timing();
            let stream = StreamAnswer::new(begun, account, onward, share);
            let mut response = head(status, &headers, timing);
            tell_lost(response.headers_mut(), &lost);
            response.headers_mut().insert("x-accel-buffering", HeaderValue::from_static("no"));
            *response.body_mut() = AnswerBody::Stream(Box::new(stream));
            Outgoing::Now(response)
        }
    }
}

impl Whole {
    /// The answer once its record is closed, as durably as the settings ask; a refusal if it cannot be.
    pub(crate) async fn when_recorded(self, endpoint: Endpoint, arrival: &Arrival) -> Response<AnswerBody> {
        let closed = match self.closing {
            Closes::Written(Ok(receipt)) => receipt.durable().await,
            Closes::Written(Err(error)) => Err(error),
            Closes::Counted(closing) => closing.await,
        };
        if closed.is_err() {
            return refuse(endpoint, &Refusal::Unrecordable, arrival);
        }
        if let Some(mut keeping) = self.keeping {
            keeping.answered(&self.bytes);
        }
        if let Some(storing) = self.storing {
            let (storing, worth) = *storing;
            storing.whole(&self.bytes, worth);
        }
        self.response
    }
}

/// Every route failed: the upstream's own error in its own words where the client may see it, else ours.
pub(crate) async fn failure(
    endpoint: Endpoint,
    failure: Box<Failure>,
    mut account: Box<Account>,
    arrival: &Arrival,
) -> Response<AnswerBody> {
    let dialect = endpoint.dialect();
    let as_it_came = passes(&failure);
    let (status, body, headers) = if as_it_came {
        (failure.status, failure.body.clone(), failure.headers)
    } else {
        let mut error = failure_error(&failure);
        let asked = failure.class.retry_after();
        error.retry_after_s = asked.map(|delay| delay.as_secs() + u64::from(delay.subsec_nanos() > 0));
        let (status, body) = wire_error::encode(dialect, &error, &arrival.request_id.to_string());
        let mut headers = HeaderMap::new();
        headers.insert(http::header::CONTENT_TYPE, HeaderValue::from_static("application/json"));
        if let Some(value) = failure.headers.get(http::header::RETRY_AFTER) {
            headers.insert(http::header::RETRY_AFTER, value.clone());
        }
        (status, Bytes::from(body), headers)
    };
    let outcome = match failure.class.fault() {
        Fault::Caller => Outcome::ClientError,
        Fault::Upstream => Outcome::UpstreamError,
    };
    account.sent(body.len());
    let ending = Ending { outcome, status, class: failure.class.label() };
    match account.close(&ending, Consumed::Nothing) {
        Ok(receipt) => drop(receipt.durable().await),
        // The answer is an error either way; recovery will close the record.
        Err(error) => tracing::error!(%error, "the record of a failed call could not be closed"),
    }
    let status = StatusCode::from_u16(status).unwrap_or(StatusCode::BAD_GATEWAY);
    let mut response = head(status, &headers, account.timing());
    *response.body_mut() = AnswerBody::whole(body);
    response
}

/// Whether the upstream's error goes to the client as it came: it is an error in a body, and not about our own
/// credential or account there.
fn passes(failure: &Failure) -> bool {
    !failure.body.is_empty()
        && failure.status >= 400
        && !matches!(failure.class, FailureClass::UpstreamAuth | FailureClass::QuotaExhausted)
        && thinkwatch_wire::error::upstream_message(&failure.body).is_some()
}

/// What a failure that has no body of its own looks like to the client.
fn failure_error(failure: &Failure) -> ApiError {
    if let Some(error) = &failure.error {
        return error.clone();
    }
    use thinkwatch_upstream::TimeoutStage::Connect;
    let kind = match failure.class {
        FailureClass::UpstreamAuth | FailureClass::NoCredential | FailureClass::QuotaExhausted => {
            ErrorKind::UpstreamAuth
        }
        FailureClass::Timeout(Connect) | FailureClass::Dns | FailureClass::Connect => ErrorKind::UpstreamUnavailable,
        FailureClass::Timeout(_) => ErrorKind::UpstreamTimeout,
        FailureClass::RateLimited { .. } => ErrorKind::RateLimited,
        FailureClass::Overloaded { .. } => ErrorKind::UpstreamUnavailable,
        FailureClass::ClientFault
        | FailureClass::Unconvertible
        | FailureClass::ContextLength
        | FailureClass::ContentPolicy => ErrorKind::InvalidRequest,
        FailureClass::TooLarge => ErrorKind::RequestTooLarge,
        FailureClass::NotFound => ErrorKind::NotFound,
        _ => ErrorKind::UpstreamError,
    };
    // Clients look for the name that the providers use.
    let code = match failure.class {
        FailureClass::ContextLength => "context_length_exceeded",
        class => class.label(),
    };
    ApiError::new(kind, failure.message.clone()).with_code(code)
}

/// The head of an answer: the upstream's headers that pass, and ours.
pub(crate) fn head(status: StatusCode, upstream: &HeaderMap, timing: Timing) -> Response<AnswerBody> {
    let mut response = Response::new(AnswerBody::Whole(None));
    *response.status_mut() = status;
    let headers = response.headers_mut();
    headers.reserve(16);
    copy_response_headers(upstream, headers);
    let mut text = String::with_capacity(48);
    text.push_str("gateway;dur=");
    push_millis(&mut text, timing.gateway_us);
    text.push_str(", upstream;dur=");
    push_millis(&mut text, timing.upstream_us);
    if let Ok(value) = HeaderValue::try_from(text) {
        const SERVER_TIMING: HeaderName = HeaderName::from_static("server-timing");
        headers.insert(SERVER_TIMING, value);
    }
    response
}

/// Milliseconds with three decimals. By hand: what formats numbers in general is large, and cold when calls are rare.
fn push_millis(out: &mut String, micros: i64) {
    let mut digits = [b'0'; 20];
    let mut rest = micros.unsigned_abs();
    let mut at = digits.len();
    while rest > 0 || at > digits.len() - 4 {
        at -= 1;
        digits[at] = b'0' + u8::try_from(rest % 10).unwrap_or(0);
        rest /= 10;
    }
    let point = digits.len() - 3;
    out.extend(digits[at..point].iter().map(|digit| char::from(*digit)));
    out.push('.');
    out.extend(digits[point..].iter().map(|digit| char::from(*digit)));
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn milliseconds_are_written_with_three_decimals() {
        let cases = [(0, "0.000"), (7, "0.007"), (999, "0.999"), (1000, "1.000"), (12_345_678, "12345.678")];
        for (micros, expected) in cases {
            let mut text = String::new();
            push_millis(&mut text, micros);
            assert_eq!(text, expected);
        }
        push_millis(&mut String::new(), i64::MIN);
    }
}
