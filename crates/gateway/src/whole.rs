//! Answers that are read to their end before they go on, and what they must be to count as such.

use bytes::{Bytes, BytesMut};
use http_body_util::BodyExt;
use thinkwatch_outbound::Incoming;
use thinkwatch_policy::settings::Settings;
use thinkwatch_upstream::{FailureClass, Upstream};
use thinkwatch_wire::error::upstream_message;
use thinkwatch_wire::usage;
use thinkwatch_wire::whole::{self, Whole};

use crate::accept::Share;
use crate::attempt::{Asked, Content, Failure, broken_off};
use crate::conversion::too_long_to_convert;

/// The longest error answer that is read.
const MAX_ERROR_BYTES: usize = 256 << 10;

/// As much of an answer as may be held.
pub(crate) enum Held {
    /// All of it, and the memory it takes.
    All(Bytes, Share),
    /// It is too long: what has come, and the rest.
    TooMuch(Bytes, Incoming),
}

/// Reads an answer to its end, or up to what may be held: of one answer, and of all together.
pub(crate) async fn hold(share: &Share, settings: &Settings, mut rest: Incoming) -> Result<Held, Box<Failure>> {
    let most = usize::try_from(settings.max_answer_buffer_bytes).unwrap_or(usize::MAX);
    let mut held = share.for_answer();
    let mut first = Bytes::new();
    let mut all = BytesMut::new();
    loop {
        match rest.frame().await {
            None => break,
            Some(Err(error)) => return Err(broken_off(&error).into()),
            Some(Ok(frame)) => {
                let Ok(data) = frame.into_data() else { continue };
                let room = held.grow(data.len(), settings);
                if first.is_empty() && all.is_empty() {
                    first = data;
                } else {
                    if all.is_empty() {
                        all.reserve(2 * (first.len() + data.len()));
                        all.extend_from_slice(&std::mem::take(&mut first));
                    }
                    all.extend_from_slice(&data);
                }
                if !room || first.len() + all.len() > most {
                    let begun = if all.is_empty() { first } else { all.freeze() };
                    return Ok(Held::TooMuch(begun, rest));
                }
            }
        }
    }
    Ok(Held::All(if all.is_empty() { first } else { all.freeze() }, held))
}

/// Reads an answer in the client's own dialect, and what it consumed. One of a conversation must be one: what clients cannot parse, and
/// an error that calls itself a success, are failed tries. What is too long to be held goes on unread.
pub(crate) async fn own(
    asked: &Asked<'_>,
    upstream: &Upstream,
    rest: Incoming,
    readable: bool,
) -> Result<Content, Box<Failure>> {
    let (body, held) = match hold(asked.share, asked.settings, rest).await? {
        Held::TooMuch(begun, rest) => return Ok(Content::Large { begun, rest, readable }),
        Held::All(body, held) => (body, held),
    };
    if !(readable && asked.endpoint.is_convertible()) {
        let told = usage::of_answer(asked.endpoint, &body);
        return Ok(Content::Whole(body, told, held));
    }
    match whole::read(asked.endpoint.dialect(), &body) {
        Whole::Answer(told) => Ok(Content::Whole(body, told, held)),
        Whole::Error => Err(error_as_success(upstream, &body)),
        Whole::Nonsense => Err(protocol("the provider's answer is not a valid JSON object")),
    }
}

/// Reads an answer that is to be written anew, and the memory it takes.
pub(crate) async fn foreign(asked: &Asked<'_>, rest: Incoming) -> Result<(Bytes, Share), Box<Failure>> {
    match hold(asked.share, asked.settings, rest).await? {
        Held::All(body, held) => Ok((body, held)),
        Held::TooMuch(..) => Err(too_long_to_convert(asked.settings).into()),
    }
}

/// What an error means that came with a status of success.
pub(crate) fn error_as_success(upstream: &Upstream, body: &[u8]) -> Box<Failure> {
    let told = upstream_message(body).map(|told| told.message);
    let message = told.unwrap_or_else(|| "the provider answered with an error and a status of success".to_owned());
    Box::new(Failure::without_answer(upstream.classify_event(body), upstream.safe_message(&message)))
}

/// What it means that JSON came where events were asked for, or the other way round: often it is an error.
pub(crate) async fn not_as_asked(asked: &Asked<'_>, upstream: &Upstream, rest: Incoming) -> Box<Failure> {
    let body = if asked.peek.stream { up_to_an_error(rest).await } else { Bytes::new() };
    match whole::read(asked.endpoint.dialect(), &body) {
        Whole::Error => error_as_success(upstream, &body),
        _ => protocol("the provider did not answer in the form it was asked for"),
    }
}

/// Reads as much as errors are long.
pub(crate) async fn up_to_an_error(mut rest: Incoming) -> Bytes {
    let mut body = BytesMut::new();
    while let Some(Ok(frame)) = rest.frame().await {
        let Ok(data) = frame.into_data() else { continue };
        let room = MAX_ERROR_BYTES - body.len();
        body.extend_from_slice(&data[..data.len().min(room)]);
        if body.len() == MAX_ERROR_BYTES {
            break;
        }
    }
    body.freeze()
}

fn protocol(message: &str) -> Box<Failure> {
    Box::new(Failure::without_answer(FailureClass::Protocol, message.to_owned()))
}
