//! From one dialect to another, by way of the canonical model: requests, answers, and (in [`translate`]) streams.

use std::sync::Arc;

use thinkwatch_policy::dialect::Dialect;
use thinkwatch_policy::usage::Usage;

use crate::canonical::notes::Lost;
use crate::canonical::{
    Answer, Block, Client, Event, Message, Notes, Refusal, Request, Role, Target, Text, tool_names,
};
use crate::error::{ApiError, ErrorKind};
use crate::json::node::Fault;
use crate::{chat, converse, gemini, messages, responses};

pub mod joint;
pub mod plain;
pub mod table;
pub mod translate;

#[cfg(test)]
pub(crate) mod tests;

/// A request in the words of a provider.
#[derive(Debug)]
pub struct Converted {
    /// Its body.
    pub body: Vec<u8>,
    /// What the client asked, for the way back.
    pub request: Arc<Request>,
    /// What was left out.
    pub lost: Vec<Lost>,
}

/// Why a request cannot be converted.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Unconvertible {
    /// It is not what its own dialect says it must be: no other provider would take it either.
    Malformed(ApiError),
    /// This provider's dialect has no word for something in it.
    Refused(ApiError),
}

impl Unconvertible {
    /// What the client is told.
    pub fn into_error(self) -> ApiError {
        match self {
            Self::Malformed(error) | Self::Refused(error) => error,
        }
    }
}

/// A request as a client sent it.
#[derive(Clone, Copy, Debug)]
pub struct Asked<'a> {
    /// Its dialect.
    pub dialect: Dialect,
    /// Its body.
    pub body: &'a [u8],
    /// The model it names, in the body or in the path.
    pub model: &'a str,
    /// Whether the answer is to be a stream.
    pub stream: bool,
}

/// What the gateway keeps for a call in Responses, in a provider's stead.
#[derive(Clone, Copy, Debug, Default)]
pub struct Keeping<'a> {
    /// What was said before this call, a JSON list of items. It stands in for what `previous_response_id` names.
    pub history: Option<&'a str>,
    /// Whether the gateway keeps the answer.
    pub keeps: bool,
}

impl Keeping<'_> {
    /// Takes off what the provider need not be told, since the gateway does it.
    fn take_off(self, request: &mut Request, to: Dialect) -> (Option<String>, Option<bool>) {
        let store = request.store;
        if self.keeps {
            request.store = (to == Dialect::Responses).then_some(false);
        }
        (if self.history.is_some() { request.previous_response_id.take() } else { None }, store)
    }

    /// Puts it back, for the answer that tells it again: `store` says whether the answer is kept.
    fn put_back(self, (previous, store): (Option<String>, Option<bool>), request: &mut Request, to: Dialect) {
        request.previous_response_id = previous.or_else(|| request.previous_response_id.take());
        let elsewhere = request.source == Dialect::Responses && to != Dialect::Responses;
        request.store = if self.keeps || elsewhere { Some(self.keeps) } else { store };
    }
}

/// Writes a client's request in the dialect `to`. `strict`: what would be left out is a refusal.
pub fn request(asked: Asked<'_>, to: Dialect, target: &Target<'_>, strict: bool) -> Result<Converted, Unconvertible> {
    request_kept(asked, Keeping::default(), to, target, strict)
}

/// The same for a call that goes on from what the gateway keeps, or whose answer it is to keep.
pub fn request_kept(
    asked: Asked<'_>,
    keeping: Keeping<'_>,
    to: Dialect,
    target: &Target<'_>,
    strict: bool,
) -> Result<Converted, Unconvertible> {
    let Asked { dialect: from, body, .. } = asked;
    let mut notes = Notes::new(from, to, strict);
    let read = match (from, keeping.history) {
        (Dialect::Responses, Some(said)) => {
            responses::convert::decode_request::decode_after(Some(said), body, &mut notes)
        }
        _ => decode_request(from, body, &mut notes),
    };
    let mut request = read.map_err(|fault| Unconvertible::Malformed(told(&fault, body)))?;
    if from == Dialect::Gemini {
        // They stand in the path.
        asked.model.clone_into(&mut request.model);
        request.stream = asked.stream;
    }
    let taken = keeping.take_off(&mut request, to);
    let writes_them_so = matches!(to, Dialect::Messages | Dialect::Converse);
    let fitted = if from == to || writes_them_so { None } else { tool_names::fitted(to, &request) };
    let written = encode_request(to, fitted.as_ref().unwrap_or(&request), target, &mut notes)
        .and_then(|body| notes.settle().map(|()| body));
    keeping.put_back(taken, &mut request, to);
    match written {
        Ok(body) => Ok(Converted { body, request: Arc::new(request), lost: notes.into_lost() }),
        Err(refusal) => Err(Unconvertible::Refused(refused(&refusal))),
    }
}

/// Writes a client's request again for a provider that is to go on where an answer broke off: `prefill` is what it is given of that
/// answer. The same dialect is written anew, too.
///
/// `None`: the request is one that cannot be gone on with, since it asks for more than plain text.
pub fn request_again(
    asked: Asked<'_>,
    prefill: Option<&str>,
    to: Dialect,
    target: &Target<'_>,
) -> Result<Option<Converted>, Unconvertible> {
    let Asked { dialect: from, body, .. } = asked;
    let mut notes = Notes::new(from, to, false);
    let read = decode_request(from, body, &mut notes);
    let mut request = read.map_err(|fault| Unconvertible::Malformed(told(&fault, body)))?;
    let asks_for_more =
        request.format.is_some() || request.logprobs.is_some() || request.choices.is_some_and(|n| n > 1);
    if asks_for_more || request.messages.last().is_some_and(|last| last.role == Role::Assistant) {
        return Ok(None);
    }
    if from == Dialect::Gemini {
        asked.model.clone_into(&mut request.model);
        request.stream = asked.stream;
    }
    // Whoever prefills may not ask for thoughts, and the client has the beginning of an answer without any.
    if let Some(prefill) = prefill {
        let text = Text { text: prefill.to_owned(), ..Text::default() };
        request.messages.push(Message::new(Role::Assistant, vec![Block::Text(text)]));
    }
    let writes_them_so = matches!(to, Dialect::Messages | Dialect::Converse);
    let fitted = if from == to || writes_them_so { None } else { tool_names::fitted(to, &request) };
    let written = encode_request(to, fitted.as_ref().unwrap_or(&request), target, &mut notes);
    if prefill.is_some() {
        request.messages.pop();
    }
    match written {
        Ok(body) => Ok(Some(Converted { body, request: Arc::new(request), lost: notes.into_lost() })),
        Err(refusal) => Err(Unconvertible::Refused(refused(&refusal))),
    }
}

/// An answer in the words of the client.
#[derive(Debug)]
pub struct ConvertedAnswer {
    /// Its body.
    pub body: Vec<u8>,
    /// What it consumed, if the provider tells.
    pub usage: Option<Usage>,
    /// What was left out.
    pub lost: Vec<Lost>,
}

/// Writes a provider's answer for the client. The error says what of it is not what the provider's dialect says it must
/// be.
pub fn answer(from: Dialect, body: &[u8], client: &Client) -> Result<ConvertedAnswer, String> {
    let to = client.request.source;
    let mut notes = Notes::new(from, to, false);
    let mut answer = decode_answer(from, body, &mut notes).map_err(|fault| not_understood(&fault, body))?;
    for block in answer.choices.iter_mut().flat_map(|choice| &mut choice.content) {
        if let Block::ToolCall(call) = block {
            tool_names::restore(from, &client.request, call);
        }
    }
    let body = encode_answer(to, &answer, client, &mut notes);
    Ok(ConvertedAnswer { body, usage: crate::usage::told(answer.usage), lost: notes.into_lost() })
}

/// What of a provider's answer is not what it must be. What is no JSON is said of the whole.
pub(crate) fn not_understood(fault: &Fault, body: &[u8]) -> String {
    let path = fault.path(body);
    let what = match (path.as_str(), fault.message.strip_prefix("the body ")) {
        (_, Some(of_body)) => format!("it {of_body}"),
        ("", None) => format!("it {}", fault.message),
        (path, None) => format!("{path} {}", fault.message),
    };
    format!("the provider's answer cannot be understood: {what}")
}

pub(crate) fn told(fault: &Fault, body: &[u8]) -> ApiError {
    let path = fault.path(body);
    if path.is_empty() {
        return ApiError::new(ErrorKind::InvalidRequest, format!("the body {}", fault.message));
    }
    ApiError::new(ErrorKind::InvalidRequest, format!("`{path}` {}", fault.message)).with_param(path)
}

pub(crate) fn refused(refusal: &Refusal) -> ApiError {
    let message = format!("`{}` cannot be sent to the provider of this model: {}", refusal.field, refusal.why);
    ApiError::new(ErrorKind::InvalidRequest, message).with_param(refusal.field.clone()).with_code("not_convertible")
}

fn not_converted(dialect: Dialect) -> String {
    format!("calls of {} are not converted", dialect.as_str())
}

pub(crate) fn decode_request(from: Dialect, body: &[u8], notes: &mut Notes) -> Result<Request, Fault> {
    match from {
        Dialect::Chat => chat::convert::decode_request::decode(body, notes),
        Dialect::Messages => messages::convert::decode_request::decode(body, notes),
        Dialect::Responses => responses::convert::decode_request::decode(body, notes),
        Dialect::Gemini => gemini::convert::decode_request::decode(body, notes),
        Dialect::Converse => converse::convert::decode_request::decode(body, notes),
        _ => Err(Fault { at: 0, missing: None, message: not_converted(from) }),
    }
}

fn encode_request(to: Dialect, request: &Request, target: &Target<'_>, notes: &mut Notes) -> Result<Vec<u8>, Refusal> {
    match to {
        Dialect::Chat => chat::convert::encode_request::encode(request, target, notes),
        Dialect::Messages => messages::convert::encode_request::encode(request, target, notes),
        Dialect::Responses => responses::convert::encode_request::encode(request, target, notes),
        Dialect::Gemini => gemini::convert::encode_request::encode(request, target, notes),
        Dialect::Converse => converse::convert::encode_request::encode(request, target, notes),
        _ => Err(Refusal { field: "model".to_owned(), why: not_converted(to) }),
    }
}

pub(crate) fn decode_answer(from: Dialect, body: &[u8], notes: &mut Notes) -> Result<Answer, Fault> {
    match from {
        Dialect::Chat => chat::convert::decode_answer::decode(body, notes),
        Dialect::Messages => messages::convert::decode_answer::decode(body, notes),
        Dialect::Responses => responses::convert::decode_answer::decode(body, notes),
        Dialect::Gemini => gemini::convert::decode_answer::decode(body, notes),
        Dialect::Converse => converse::convert::decode_answer::decode(body, notes),
        _ => Err(Fault { at: 0, missing: None, message: not_converted(from) }),
    }
}

fn encode_answer(to: Dialect, answer: &Answer, client: &Client, notes: &mut Notes) -> Vec<u8> {
    match to {
        Dialect::Messages => messages::convert::encode_answer::encode(answer, client, notes),
        Dialect::Responses => responses::convert::encode_answer::encode(answer, client, notes),
        Dialect::Gemini => gemini::convert::encode_answer::encode(answer, client, notes),
        Dialect::Converse => converse::convert::encode_answer::encode(answer, client, notes),
        // Nobody's request in another dialect gets this far.
        _ => chat::convert::encode_answer::encode(answer, client, notes),
    }
}

/// Reads the events of a provider's stream.
#[derive(Debug)]
enum Decoder {
    Chat(Box<chat::convert::decode_stream::Decoder>),
    Messages(Box<messages::convert::decode_stream::Decoder>),
    Responses(Box<responses::convert::decode_stream::Decoder>),
    Gemini(Box<gemini::convert::decode_stream::Decoder>),
    Converse(Box<converse::convert::decode_stream::Decoder>),
}

impl Decoder {
    fn of(dialect: Dialect) -> Self {
        match dialect {
            Dialect::Messages => Self::Messages(Box::new(messages::convert::decode_stream::Decoder::new())),
            Dialect::Responses => Self::Responses(Box::new(responses::convert::decode_stream::Decoder::new())),
            Dialect::Gemini => Self::Gemini(Box::new(gemini::convert::decode_stream::Decoder::new())),
            Dialect::Converse => Self::Converse(Box::new(converse::convert::decode_stream::Decoder::new())),
            _ => Self::Chat(Box::new(chat::convert::decode_stream::Decoder::new())),
        }
    }

    fn read(&mut self, name: Option<&[u8]>, data: &[u8], out: &mut Vec<Event>) -> Result<(), Fault> {
        match self {
            Self::Chat(decoder) => decoder.read(name, data, out),
            Self::Messages(decoder) => decoder.read(name, data, out),
            Self::Responses(decoder) => decoder.read(name, data, out),
            Self::Gemini(decoder) => decoder.read(name, data, out),
            Self::Converse(decoder) => decoder.read(name, data, out),
        }
    }

    fn finish(&mut self, out: &mut Vec<Event>) -> bool {
        match self {
            Self::Chat(decoder) => decoder.finish(out),
            Self::Messages(decoder) => decoder.finish(out),
            Self::Responses(decoder) => decoder.finish(out),
            Self::Gemini(decoder) => decoder.finish(out),
            Self::Converse(decoder) => decoder.finish(out),
        }
    }
}

/// Writes the events of a client's stream.
#[derive(Debug)]
enum Encoder {
    Chat(Box<chat::convert::encode_stream::Encoder>),
    Messages(Box<messages::convert::encode_stream::Encoder>),
    Responses(Box<responses::convert::encode_stream::Encoder>),
    Gemini(Box<gemini::convert::encode_stream::Encoder>),
}

impl Encoder {
    fn of(client: Client) -> Self {
        match client.request.source {
            Dialect::Messages => Self::Messages(Box::new(messages::convert::encode_stream::Encoder::new(client))),
            Dialect::Responses => Self::Responses(Box::new(responses::convert::encode_stream::Encoder::new(client))),
            Dialect::Gemini => {
                use gemini::convert::encode_stream::{Encoder, Framing};
                let framing = if client.as_list { Framing::List } else { Framing::Events };
                Self::Gemini(Box::new(Encoder::framed(client, framing)))
            }
            // No answer is written in any other one.
            _ => Self::Chat(Box::new(chat::convert::encode_stream::Encoder::new(client))),
        }
    }

    fn write(
        &mut self,
        event: Event,
        notes: &mut Notes,
        out: &mut Vec<u8>,
    ) -> Result<(), crate::canonical::sequence::TooMuchOverlap> {
        match self {
            Self::Chat(encoder) => encoder.write(event, notes, out),
            Self::Messages(encoder) => encoder.write(event, notes, out),
            Self::Responses(encoder) => encoder.write(event, notes, out),
            Self::Gemini(encoder) => encoder.write(event, notes, out),
        }
    }

    /// As it stands when it has written what the client has; the output is of no use to anybody.
    fn resumed(plain: &plain::Plain, client: Client) -> Result<Self, crate::canonical::sequence::TooMuchOverlap> {
        let mut notes = Notes::new(plain.source, client.request.source, false);
        let mut encoder = Self::of(client);
        let mut unused = Vec::new();
        for event in plain.events() {
            encoder.write(event, &mut notes, &mut unused)?;
        }
        if let Self::Responses(encoder) = &mut encoder {
            encoder.stand(plain.number, plain.item.as_deref());
        }
        Ok(encoder)
    }

    fn place(&self) -> crate::error::StreamPlace {
        match self {
            Self::Chat(encoder) => encoder.place(),
            Self::Messages(encoder) => encoder.place(),
            Self::Responses(encoder) => encoder.place(),
            Self::Gemini(encoder) => encoder.place(),
        }
    }
}
