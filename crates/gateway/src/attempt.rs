//! One try at one route: patch, call, and wait until it is sure to be an answer. Nothing reaches the client here, so
//! another route may still be tried.

use std::sync::Arc;
use std::time::{Duration, Instant, SystemTime};

use bytes::Bytes;
use http::header::{CONTENT_TYPE, RETRY_AFTER};
use http::{HeaderMap, HeaderValue, StatusCode, response};
use http_body_util::BodyExt;
use thinkwatch_outbound::{CallError, Incoming};
use thinkwatch_policy::catalogue::Route;
use thinkwatch_policy::conduct::Conduct;
use thinkwatch_policy::dialect::{Dialect, Endpoint};
use thinkwatch_policy::ids::RequestId;
use thinkwatch_policy::patience::{self, Stage, Times, Waiting};
use thinkwatch_policy::routing;
use thinkwatch_policy::settings::Settings;
use thinkwatch_policy::usage::Usage;
use thinkwatch_upstream::{
    CredentialError, FailureClass, Inbound, Pools, RequestError, TimeoutStage, Upstream, is_readable,
    upstream_request_id,
};
use thinkwatch_wire::canonical::notes::Lost;
use thinkwatch_wire::canonical::signature;
use thinkwatch_wire::convert::ConvertedAnswer;
use thinkwatch_wire::convert::plain::Watch;
use thinkwatch_wire::error::ApiError;
use thinkwatch_wire::flow::Flow;
use thinkwatch_wire::request::Peek;
use thinkwatch_wire::splice;
use thinkwatch_wire::stream::{End, Relay, Terminal};

use crate::accept::Share;
use crate::cache::Cached;
use crate::continuation::{Keeping, Turn};
use crate::conversion::{self, Conversion};
use crate::{query, rescue, vectors, whole};

/// The longest event of a stream: an image in base64 fits.
pub(crate) const MAX_EVENT_BYTES: usize = 16 << 20;

/// What all tries of a call share.
pub(crate) struct Asked<'a> {
    pub(crate) endpoint: Endpoint,
    pub(crate) request_id: RequestId,
    pub(crate) now_us: i64,
    pub(crate) headers: &'a HeaderMap,
    pub(crate) query: Option<&'a str>,
    pub(crate) traceparent: HeaderValue,
    pub(crate) body: &'a Bytes,
    pub(crate) peek: &'a Peek,
    /// Whether a conversion that would leave something out is refused.
    pub(crate) strict: bool,
    pub(crate) settings: &'a Settings,
    /// How calls of its model are conducted.
    pub(crate) conduct: Conduct,
    pub(crate) share: &'a Share,
    /// Of a call in Responses, its place among others.
    pub(crate) turn: Option<&'a Turn>,
    /// Of a call whose answer is kept to be given again, how.
    pub(crate) cached: Option<&'a Cached>,
}

impl Asked<'_> {
    /// Whether the client wants a stream as one list in JSON, which is Google's way without `alt=sse`.
    pub(crate) fn as_list(&self) -> bool {
        self.endpoint == Endpoint::StreamGenerateContent && !query::wants_events(self.query)
    }
}

/// An answer that will be used.
pub(crate) struct Answer {
    pub(crate) status: StatusCode,
    pub(crate) headers: HeaderMap,
    pub(crate) upstream_request_id: String,
    pub(crate) content: Content,
    /// What was left out because the provider's dialect, or the client's, has no word for it.
    pub(crate) lost: Vec<Lost>,
    /// What is to be kept of it.
    pub(crate) keeping: Option<Keeping>,
}

/// What the answer consists of.
pub(crate) enum Content {
    /// All of it, what it consumed if the provider tells, and the memory it takes.
    Whole(Bytes, Option<Usage>, Share),
    /// More than may be held, or what must not wait: what has come, and the rest.
    Large { begun: Bytes, rest: Incoming, readable: bool },
    /// A stream whose first event has come.
    Stream {
        begun: Vec<Bytes>,
        flow: Flow,
        /// How it ended, if it already has.
        ended: Option<End>,
        rest: Incoming,
    },
}

/// A try that failed before anything of it was sent.
#[derive(Debug)]
pub(crate) struct Failure {
    pub(crate) class: FailureClass,
    /// The upstream's status; 0 when none came.
    pub(crate) status: u16,
    pub(crate) headers: HeaderMap,
    /// The upstream's error as it came.
    pub(crate) body: Bytes,
    /// What the client is told, where that is known better than by the class.
    pub(crate) error: Option<ApiError>,
    /// What the client may be told about it: never an address or a credential.
    pub(crate) message: String,
    /// What the operator needs to know besides; empty when the message says it all.
    pub(crate) detail: String,
    pub(crate) upstream_request_id: String,
}

impl Failure {
    pub(crate) fn without_answer(class: FailureClass, message: String) -> Self {
        Self {
            class,
            status: 0,
            headers: HeaderMap::new(),
            body: Bytes::new(),
            error: None,
            message,
            detail: String::new(),
            upstream_request_id: String::new(),
        }
    }

    /// The provider could not be reached. Where it is and why is the operator's business.
    pub(crate) fn unreachable(error: &CallError) -> Self {
        let class = FailureClass::of_call(error);
        let message = format!("the provider could not be reached ({})", class.label());
        Self { detail: error.to_string(), ..Self::without_answer(class, message) }
    }
}

/// The provider of a route, ready for calling.
pub(crate) fn upstream(pools: &Pools, route: &Route) -> Result<Arc<Upstream>, Box<Failure>> {
    pools.upstream_for(&route.provider).map_err(|error| {
        let message = "the provider is not configured properly".to_owned();
        let failure = Failure::without_answer(FailureClass::Unsendable, message);
        Box::new(Failure { detail: error.to_string(), ..failure })
    })
}

/// Tries one route, which was asked `waiting.spent_us` after the first.
pub(crate) async fn run(
    asked: &Asked<'_>,
    route: &Route,
    pools: &Pools,
    waiting: Waiting,
) -> Result<Answer, Box<Failure>> {
    let upstream = upstream(pools, route)?;
    let last = waiting.others_left == 0;
    let (limit_us, stage) = patience::limit_us(waiting, &Times::of(route.timeouts(), asked.settings));
    let stage = match stage {
        Stage::FirstByte => TimeoutStage::FirstByte,
        Stage::Total => TimeoutStage::Total,
    };
    let limit = Duration::from_micros(u64::try_from(limit_us).unwrap_or(0));
    let deadline = Instant::now() + limit;
    match tokio::time::timeout_at(deadline.into(), call(asked, route, &upstream, last)).await {
        Ok(result) => result,
        Err(_) => Err(Box::new(Failure::without_answer(
            FailureClass::Timeout(stage),
            format!(
                "the provider gave no {} within {} ms",
                if asked.peek.stream { "event" } else { "answer" },
                limit.as_millis()
            ),
        ))),
    }
}

/// Asks the provider in the dialect it speaks: the client's own wherever it can, and then byte for byte, unless the body
/// carries what another provider gave and this one would refuse.
async fn call(asked: &Asked<'_>, route: &Route, upstream: &Upstream, last: bool) -> Result<Answer, Box<Failure>> {
    match routing::spoken(route, asked.endpoint) {
        Some(dialect) if dialect != asked.endpoint.dialect() && asked.endpoint.makes_vectors() => {
            vectors::converted(asked, route, upstream).await
        }
        Some(dialect) if dialect != asked.endpoint.dialect() => converted(asked, route, upstream, dialect, last).await,
        // Providers are asked for events.
        Some(dialect) if asked.as_list() => converted(asked, route, upstream, dialect, last).await,
        Some(dialect) if asked.endpoint.is_convertible() && signature::may_carry(asked.body) => {
            converted(asked, route, upstream, dialect, last).await
        }
        Some(dialect) if asked.turn.is_some_and(|turn| turn.rewrites(route)) => {
            converted(asked, route, upstream, dialect, last).await
        }
        _ => same(asked, route, upstream, last).await,
    }
}

/// The provider speaks the client's dialect: the bytes go on as they came but for the model's name.
async fn same(asked: &Asked<'_>, route: &Route, upstream: &Upstream, last: bool) -> Result<Answer, Box<Failure>> {
    let can_ask = matches!(asked.endpoint, Endpoint::ChatCompletions | Endpoint::Completions);
    let ask_usage = can_ask && route.provider.ask_usage;
    let body = splice::patch(asked.body, asked.peek, &route.upstream_model, ask_usage);
    let hide_usage = ask_usage && asked.peek.stream && !asked.peek.include_usage;
    let inbound = Inbound { headers: asked.headers, query: asked.query, traceparent: Some(asked.traceparent.clone()) };
    let now = credentials(upstream).await?;
    let request = upstream
        .request(asked.endpoint, &route.upstream_model, inbound, body.segments, now)
        .map_err(|error| unsendable(&error))?;
    let response = upstream.send(request).await.map_err(|error| Failure::unreachable(&error))?;
    let (head, rest) = response.into_parts();
    if !head.status.is_success() {
        return Err(refused(upstream, head, rest).await.into());
    }
    let upstream_request_id = upstream_request_id(&head.headers).unwrap_or_default().to_owned();
    let readable = is_readable(&head.headers);
    let dialect = asked.endpoint.dialect();
    let events = readable && comes_as_stream(asked, dialect, &head.headers);
    if readable && asked.endpoint.is_convertible() && events != asked.peek.stream {
        return Err(whole::not_as_asked(asked, upstream, rest).await);
    }
    let content = if events {
        let relay = Box::new(Relay::new(dialect, hide_usage, MAX_EVENT_BYTES).with_images(asked.peek.images));
        let watched = !last && rescue::may_be_rescued(asked);
        let flow = if watched { Flow::Watched(relay, Box::new(Watch::new(dialect))) } else { Flow::Same(relay) };
        first_event(upstream, flow, rest, last).await?
    } else if asked.endpoint == Endpoint::Speech && !is_text(&head.headers) {
        sound(rest).await?
    } else {
        whole::own(asked, upstream, rest, readable).await?
    };
    let keeping = asked.turn.and_then(|turn| turn.keeping(route, asked.endpoint.dialect()));
    Ok(Answer { status: head.status, headers: head.headers, upstream_request_id, content, lost: Vec::new(), keeping })
}

/// The provider speaks another dialect: what goes out and what comes back is written anew.
async fn converted(
    asked: &Asked<'_>,
    route: &Route,
    upstream: &Upstream,
    dialect: Dialect,
    last: bool,
) -> Result<Answer, Box<Failure>> {
    let mut conversion = conversion::prepare(asked, route, dialect)?;
    let mut lost = std::mem::take(&mut conversion.lost);
    let query = asked.query.filter(|_| dialect == asked.endpoint.dialect());
    let inbound = Inbound { headers: asked.headers, query, traceparent: Some(asked.traceparent.clone()) };
    let body = [conversion.body.clone()];
    let endpoint = Endpoint::answering(dialect, asked.peek.stream);
    let now = credentials(upstream).await?;
    let request =
        upstream.request(endpoint, &route.upstream_model, inbound, body, now).map_err(|error| unsendable(&error))?;
    let (mut head, rest) = upstream.send(request).await.map_err(|error| Failure::unreachable(&error))?.into_parts();
    if !head.status.is_success() {
        // In another dialect's words it is of no use to the client; what it says goes on in the client's.
        return Err(Failure { body: Bytes::new(), ..refused(upstream, head, rest).await }.into());
    }
    let upstream_request_id = upstream_request_id(&head.headers).unwrap_or_default().to_owned();
    if !is_readable(&head.headers) || comes_as_stream(asked, dialect, &head.headers) != asked.peek.stream {
        return Err(whole::not_as_asked(asked, upstream, rest).await);
    }
    let content = if asked.peek.stream {
        first_event(upstream, conversion.flow(MAX_EVENT_BYTES, !last && rescue::may_be_rescued(asked)), rest, last)
            .await?
    } else {
        whole_converted(asked, upstream, &conversion, rest, &mut lost).await?
    };
    conversion::set_content_type(&mut head.headers, asked.peek.stream && !asked.as_list());
    let keeping = asked.turn.and_then(|turn| turn.keeping(route, dialect));
    Ok(Answer { status: StatusCode::OK, headers: head.headers, upstream_request_id, content, lost, keeping })
}

/// Reads a JSON answer to its end and writes it in the client's words.
async fn whole_converted(
    asked: &Asked<'_>,
    upstream: &Upstream,
    conversion: &Conversion,
    rest: Incoming,
    lost: &mut Vec<Lost>,
) -> Result<Content, Box<Failure>> {
    let (body, held) = whole::foreign(asked, rest).await?;
    let ConvertedAnswer { body, usage, lost: of_answer } = conversion.answer(upstream, &body)?;
    lost.extend(of_answer);
    Ok(Content::Whole(body.into(), usage, held))
}

/// Waits for what the call is signed with, where that is the machine's and must be fetched. The time is that of the signature.
pub(crate) async fn credentials(upstream: &Upstream) -> Result<SystemTime, Box<Failure>> {
    let now = SystemTime::now();
    let missing = |error: CredentialError| {
        let message = "the gateway has no credential for the provider at the moment".to_owned();
        Box::new(Failure { detail: error.to_string(), ..Failure::without_answer(FailureClass::NoCredential, message) })
    };
    upstream.obtain_credentials(now).await.map(|()| now).map_err(missing)
}

/// The route names a model that has no place in an address, or a call that cannot be signed: the next one may be better.
pub(crate) fn unsendable(error: &RequestError) -> Failure {
    let message = "the call cannot be sent to the provider as its route is configured".to_owned();
    Failure { detail: error.to_string(), ..Failure::without_answer(FailureClass::Unsendable, message) }
}

/// Whether an answer in this dialect is a stream. Bedrock's are of frames, all others of events.
pub(crate) fn is_stream_of(dialect: Dialect, headers: &HeaderMap) -> bool {
    match dialect {
        Dialect::Converse => {
            let kind = headers.get(CONTENT_TYPE).map(HeaderValue::as_bytes).unwrap_or_default();
            kind.eq_ignore_ascii_case(b"application/vnd.amazon.eventstream")
        }
        _ => is_event_stream(headers),
    }
}

/// Whether what was asked for comes as a stream. Some servers name another kind of body than events for it, or none.
fn comes_as_stream(asked: &Asked<'_>, dialect: Dialect, headers: &HeaderMap) -> bool {
    let may_be = asked.peek.stream && asked.endpoint.is_convertible() && dialect != Dialect::Converse;
    is_stream_of(dialect, headers) || may_be && !is_json(headers)
}

fn is_json(headers: &HeaderMap) -> bool {
    let kind = headers.get(CONTENT_TYPE).map(HeaderValue::as_bytes).unwrap_or_default();
    kind.get(..16).is_some_and(|start| start.eq_ignore_ascii_case(b"application/json"))
}

fn is_event_stream(headers: &HeaderMap) -> bool {
    let kind = headers.get(CONTENT_TYPE).map(HeaderValue::as_bytes).unwrap_or_default();
    kind.get(..17).is_some_and(|start| start.eq_ignore_ascii_case(b"text/event-stream"))
}

/// The upstream answered with an error: read it, bounded, and say what it means.
pub(crate) async fn refused(upstream: &Upstream, mut head: response::Parts, rest: Incoming) -> Failure {
    let body = whole::up_to_an_error(rest).await;
    let class = upstream.classify(head.status, &head.headers, &body);
    let told = thinkwatch_wire::error::upstream_message(&body).map(|told| told.message);
    // In words that only this provider uses.
    let own = || Some(upstream.report(&head.headers, &body).message).filter(|own| !own.is_empty());
    let told = told.or_else(|| own().filter(|_| body.starts_with(b"{")));
    let message = match class {
        // Providers repeat parts of the credential here.
        FailureClass::UpstreamAuth => "the provider did not accept the gateway's credential".to_owned(),
        _ => upstream.safe_message(&told.unwrap_or_else(|| format!("the provider answered {}", head.status.as_u16()))),
    };
    if let Some(delay) = class.retry_after().filter(|_| !head.headers.contains_key(RETRY_AFTER)) {
        // Some tell it in the body only, where no client of another dialect looks; and many retry by this header alone.
        let seconds = delay.as_secs() + u64::from(delay.subsec_nanos() > 0);
        head.headers.insert(RETRY_AFTER, HeaderValue::from(seconds));
    }
    Failure {
        class,
        status: head.status.as_u16(),
        upstream_request_id: upstream_request_id(&head.headers).unwrap_or_default().to_owned(),
        headers: head.headers,
        body,
        error: None,
        message,
        detail: String::new(),
    }
}

/// Whether the body is JSON or other text, as opposed to sound.
fn is_text(headers: &HeaderMap) -> bool {
    let kind = headers.get(CONTENT_TYPE).map(|value| value.as_bytes().to_ascii_lowercase()).unwrap_or_default();
    kind.starts_with(b"application/json") || kind.starts_with(b"text/")
}

/// Sound leaves as it arrives: whoever speaks does not wait for the last word.
async fn sound(mut rest: Incoming) -> Result<Content, Box<Failure>> {
    loop {
        match rest.frame().await {
            None => {
                let message = "the provider sent no sound".to_owned();
                return Err(Failure::without_answer(FailureClass::Broken, message).into());
            }
            Some(Err(error)) => return Err(broken_off(&error).into()),
            Some(Ok(frame)) => {
                let Some(begun) = frame.into_data().ok().filter(|data| !data.is_empty()) else { continue };
                return Ok(Content::Large { begun, rest, readable: false });
            }
        }
    }
}

pub(crate) fn broken_off(error: &dyn std::error::Error) -> Failure {
    Failure::without_answer(FailureClass::Broken, format!("the provider broke off its answer: {error}"))
}

/// Reads a stream up to its first event. An error before it is a failed try, unless no other route is left: then the
/// client gets the upstream's own words.
pub(crate) async fn first_event(
    upstream: &Upstream,
    mut flow: Flow,
    mut rest: Incoming,
    last: bool,
) -> Result<Content, Box<Failure>> {
    let broken = |message: String| Box::new(Failure::without_answer(FailureClass::Broken, message));
    let mut begun = Vec::new();
    let mut ended = None;
    while !flow.first_event_seen() && flow.terminal().is_none() && ended.is_none() {
        match rest.frame().await {
            Some(Ok(frame)) => {
                let Ok(data) = frame.into_data() else { continue };
                flow.feed(data, &mut begun)
                    .map_err(|error| Box::new(Failure::without_answer(FailureClass::Protocol, error.to_string())))?;
            }
            Some(Err(error)) => return Err(broken(format!("the provider broke off its stream: {error}"))),
            None => ended = Some(flow.finish()),
        }
    }
    if !flow.first_event_seen() && ended == Some(End::CutShort) {
        return Err(broken("the provider ended its stream before the first event".to_owned()));
    }
    if !flow.first_event_seen()
        && !last
        && let Some(Terminal::Failed(failure)) = flow.terminal()
    {
        let code = failure.code.clone().unwrap_or_default();
        let event = serde_json::json!({"error": {"type": code, "code": code, "message": failure.message}});
        let class = upstream.classify_event(event.to_string().as_bytes());
        if class.try_next_route() {
            return Err(Box::new(Failure::without_answer(class, upstream.safe_message(&failure.message))));
        }
    }
    Ok(Content::Stream { begun, flow, ended, rest })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn streams_are_known_by_the_type_of_their_dialect() {
        for (dialect, kind, expected) in [
            (Dialect::Chat, "text/event-stream; charset=utf-8", true),
            (Dialect::Gemini, "Text/Event-Stream", true),
            (Dialect::Gemini, "application/json", false),
            (Dialect::Converse, "application/vnd.amazon.eventstream", true),
            (Dialect::Converse, "application/json", false),
            (Dialect::Chat, "application/vnd.amazon.eventstream", false),
        ] {
            let mut headers = HeaderMap::new();
            headers.insert(CONTENT_TYPE, HeaderValue::from_static(kind));
            assert_eq!(is_stream_of(dialect, &headers), expected, "{dialect:?} {kind}");
        }
        assert!(!is_stream_of(Dialect::Converse, &HeaderMap::new()));
    }
}
