//! Calls to a provider that speaks another dialect than the client: what goes out and what comes back, in each other's
//! words.

use bytes::Bytes;
use http::header::{CONTENT_TYPE, HeaderName};
use http::{HeaderMap, HeaderValue};
use thinkwatch_policy::catalogue::Route;
use thinkwatch_policy::dialect::Dialect;
use thinkwatch_policy::settings::Settings;
use thinkwatch_records::Draft;
use thinkwatch_upstream::{FailureClass, Upstream};
use thinkwatch_wire::canonical::notes::Lost;
use thinkwatch_wire::canonical::{Client, Target};
use thinkwatch_wire::convert::translate::Translator;
use thinkwatch_wire::convert::{self, Converted, ConvertedAnswer, Unconvertible};
use thinkwatch_wire::flow::Flow;
use thinkwatch_wire::whole::{self, Whole};

use crate::attempt::{Asked, Failure};
use crate::caller::Caller;
use crate::whole::error_as_success;

/// Asks that nothing be left out: what a provider's dialect has no word for is then a 400.
const STRICT: HeaderName = HeaderName::from_static("x-thinkwatch-strict");
/// Names what was left out of the request.
pub(crate) const DROPPED: HeaderName = HeaderName::from_static("x-thinkwatch-dropped");
/// As many bytes of names as fit a header everywhere.
const MAX_DROPPED_BYTES: usize = 2 << 10;
/// What a dialect that must name a number is told where the client named none: what every present model can write.
pub(crate) const DEFAULT_MAX_OUTPUT_TOKENS: u64 = 8192;

/// A request in the provider's words, and all that the way back needs.
pub(crate) struct Conversion {
    pub(crate) body: Bytes,
    pub(crate) lost: Vec<Lost>,
    from: Dialect,
    client: Client,
}

/// Writes the request for a provider that is asked in `dialect`.
pub(crate) fn prepare(asked: &Asked<'_>, route: &Route, dialect: Dialect) -> Result<Conversion, Box<Failure>> {
    let target = Target {
        model: &route.upstream_model,
        default_max_output_tokens: DEFAULT_MAX_OUTPUT_TOKENS,
        ask_usage: route.provider.ask_usage,
    };
    let said = convert::Asked {
        dialect: asked.endpoint.dialect(),
        body: asked.body,
        model: &asked.peek.model,
        stream: asked.peek.stream,
    };
    let keeping = asked.turn.map(|turn| turn.for_provider(route)).unwrap_or_default();
    let Converted { body, request, lost } =
        convert::request_kept(said, keeping, dialect, &target, asked.strict).map_err(unconvertible)?;
    let client = Client {
        request,
        model: asked.peek.model.clone(),
        request_id: asked.request_id.to_string(),
        now_s: u64::try_from(asked.now_us / 1_000_000).unwrap_or(0),
        as_list: asked.as_list(),
    };
    Ok(Conversion { body: body.into(), lost, from: dialect, client })
}

impl Conversion {
    /// A whole answer in the client's words.
    pub(crate) fn answer(&self, upstream: &Upstream, body: &[u8]) -> Result<ConvertedAnswer, Box<Failure>> {
        convert::answer(self.from, body, &self.client).map_err(|message| match whole::read(self.from, body) {
            Whole::Error => error_as_success(upstream, body),
            _ => Box::new(Failure::without_answer(FailureClass::Protocol, message)),
        })
    }

    /// The stream of an answer on its way to the client; `watched` if another route may have to go on with it.
    pub(crate) fn flow(&self, max_event_bytes: usize, watched: bool) -> Flow {
        let translator = Translator::new(self.from, self.client.clone(), max_event_bytes);
        Flow::Translated(Box::new(if watched { translator.watched() } else { translator }))
    }
}

/// What a call that cannot be written in the provider's words is: no other provider may take it, or another dialect's.
pub(crate) fn unconvertible(error: Unconvertible) -> Box<Failure> {
    let class = match error {
        Unconvertible::Malformed(_) => FailureClass::ClientFault,
        Unconvertible::Refused(_) => FailureClass::Unconvertible,
    };
    let error = error.into_error();
    Box::new(Failure { error: Some(error.clone()), ..Failure::without_answer(class, error.message) })
}

/// An answer that cannot be written anew because it cannot be held.
pub(crate) fn too_long_to_convert(settings: &Settings) -> Failure {
    let most = settings.max_answer_buffer_bytes;
    let message = format!("the provider's answer is longer than the {most} bytes that can be converted");
    Failure::without_answer(FailureClass::Protocol, message)
}

/// Whether what cannot be said is refused: the key or the call may ask for it. The header cannot take back what the key
/// says, because who set the key up relies on it, whatever program uses the key.
pub(crate) fn is_strict(caller: &Caller, headers: &HeaderMap) -> bool {
    let of_key = matches!(caller, Caller::Key(key) if key.strict_conversion);
    of_key || headers.get(STRICT).is_some_and(|value| matches!(value.as_bytes(), b"1" | b"true"))
}

/// Keeps the names of what was left out in the record.
pub(crate) fn note_lost(record: &mut Draft, lost: &[Lost]) {
    for one in lost {
        if !record.dropped_fields.contains(&one.field) {
            record.dropped_fields.push(one.field.clone());
        }
    }
}

/// Names to the client what was left out. Names are what the client wrote, so they may hold anything.
pub(crate) fn tell_lost(headers: &mut HeaderMap, lost: &[Lost]) {
    let mut names = String::new();
    for one in lost {
        let name: String = one.field.chars().map(|c| if c.is_ascii_graphic() && c != ',' { c } else { '_' }).collect();
        if names.len() + name.len() + 2 > MAX_DROPPED_BYTES {
            break;
        }
        if !names.is_empty() {
            names.push_str(", ");
        }
        names.push_str(&name);
    }
    if let Some(value) =
        Some(names).filter(|names| !names.is_empty()).and_then(|names| HeaderValue::try_from(names).ok())
    {
        headers.insert(DROPPED, value);
    }
}

/// The kind of body that the client gets, whatever the provider's was.
pub(crate) fn set_content_type(headers: &mut HeaderMap, events: bool) {
    let kind = if events { "text/event-stream; charset=utf-8" } else { "application/json" };
    headers.insert(CONTENT_TYPE, HeaderValue::from_static(kind));
}
