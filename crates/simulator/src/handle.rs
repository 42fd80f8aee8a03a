//! One request: check the headers, check the body, decide on a turn, render it, misbehave as asked.

use std::time::Duration;

use bytes::Bytes;
use http::request::Parts;
use http::{HeaderMap, HeaderValue, Method, Request, Response, StatusCode};
use http_body_util::{BodyExt, Limited};
use hyper::body::Incoming;
use serde_json::Value;
use tokio::time::sleep;

use crate::admin;
use crate::body::{Do, Steps};
use crate::config::SimulatorConfig;
use crate::credential;
use crate::dialects::{Event, chat, embeddings, messages, responses};
use crate::errors::{self, Provider, Refusal};
use crate::fault::Faults;
use crate::journal::{Exchange, Journal, now_us};
use crate::json::{Raw, object};
use crate::magic::Magic;
use crate::prompt::Prompt;
use crate::signature::digest;
use crate::turn::{Turn, decide};

const MOST_BODY: usize = 256 << 20;

/// Everything a strict simulator knows.
pub(crate) struct Handler {
    config: SimulatorConfig,
    journal: Journal,
    faults: Faults,
    started: i64,
}

/// What a path stands for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Endpoint {
    Chat,
    Responses,
    Embeddings,
    Messages,
    CountTokens,
    Models,
}

impl Endpoint {
    fn of(method: &Method, path: &str) -> Option<Self> {
        match (method.as_str(), path) {
            ("POST", "/v1/chat/completions") => Some(Self::Chat),
            ("POST", "/v1/responses") => Some(Self::Responses),
            ("POST", "/v1/embeddings") => Some(Self::Embeddings),
            ("POST", "/v1/messages") => Some(Self::Messages),
            ("POST", "/v1/messages/count_tokens") => Some(Self::CountTokens),
            ("GET", "/v1/models") => Some(Self::Models),
            _ => None,
        }
    }
}

/// An answer before it becomes bytes.
enum Answer {
    Json(Raw),
    Stream(Vec<Event>),
}

impl Handler {
    pub(crate) fn new(config: SimulatorConfig, journal: Journal, faults: Faults) -> Self {
        Self { config, journal, faults, started: now_us() }
    }

    pub(crate) async fn answer(&self, request: Request<Incoming>) -> Response<Steps> {
        let (head, body) = request.into_parts();
        if head.uri.path().starts_with("/_sim/") {
            return self.administer(&head, body).await;
        }
        let exchange = self.journal.open(&head);
        let nonce = digest(&format!("{}/{}", self.started, exchange.seq()));
        let provider = provider_of(&head);
        let body = match Limited::new(body, MOST_BODY).collect().await {
            Ok(body) => body.to_bytes(),
            Err(_) => return refuse(provider, &Refusal::bad("the body did not arrive whole"), nonce, exchange),
        };
        exchange.note(|entry| entry.body = body.clone());
        match self.respond(&head, provider, &body, nonce, &exchange).await {
            Ok((answer, magic)) => self.send(answer, &magic, provider, nonce, exchange),
            Err(Stopped::Strict(refusal)) => {
                exchange.refused(&refusal.message);
                refuse(provider, &refusal, nonce, exchange)
            }
            Err(Stopped::Asked(refusal, retry_after)) => {
                let mut response = refuse(provider, &refusal, nonce, exchange);
                if let Some(value) = retry_after.and_then(|value| HeaderValue::try_from(value).ok()) {
                    response.headers_mut().insert("retry-after", value);
                }
                response
            }
        }
    }

    async fn administer(&self, head: &Parts, body: Incoming) -> Response<Steps> {
        let body = Limited::new(body, 1 << 16).collect().await.map(|body| body.to_bytes()).unwrap_or_default();
        let query = head.uri.query().unwrap_or_default();
        let (status, text) = admin::answer(&head.method, head.uri.path(), query, &body, &self.journal, &self.faults);
        let mut response = Response::new(Steps::whole(text.into(), None));
        *response.status_mut() = status;
        response.headers_mut().insert("content-type", HeaderValue::from_static("application/json"));
        response
    }

    async fn respond(
        &self,
        head: &Parts,
        provider: Provider,
        body: &Bytes,
        nonce: u64,
        exchange: &Exchange,
    ) -> Result<(Answer, Magic), Stopped> {
        let leaked = credential::leaks(head, provider, self.config.direct);
        if !leaked.is_empty() {
            exchange.leaked(&leaked);
            return Err(Stopped::Strict(Refusal::bad(format!("leaked header: {}", leaked.join(", ")))));
        }
        let Some(endpoint) = Endpoint::of(&head.method, head.uri.path()) else {
            let message = format!("Invalid URL ({} {})", head.method, head.uri.path());
            return Err(Stopped::Strict(Refusal { status: StatusCode::NOT_FOUND, message, code: None }));
        };
        credential::check(&head.headers, provider, &self.config)?;
        if endpoint == Endpoint::Models {
            return Ok((Answer::Json(self.models(provider)), Magic::default()));
        }
        credential::check_framing(&head.headers, body.len())?;
        let body: Value = serde_json::from_slice(body)
            .map_err(|why| Refusal::bad(format!("We could not parse the JSON body of your request: {why}")))?;
        if !body.is_object() {
            return Err(Stopped::Strict(Refusal::bad("the body must be an object")));
        }
        let (prompt, vectors) = check(endpoint, &body)?;
        let magic = self.directives(&prompt);
        exchange.note(|entry| {
            entry.model = Some(prompt.model.clone());
            entry.stream = prompt.stream;
            entry.notes.clone_from(&prompt.notes);
            entry.notes.extend(magic.unknown.iter().map(|word| format!("unknown directive: {word}")));
        });
        if !self.config.serves(&prompt.model) {
            return Err(Stopped::Strict(Refusal::unknown_model(provider, &prompt.model)));
        }
        if magic.silent {
            std::future::pending::<()>().await;
        }
        if let Some(pause) = magic.slow_headers_ms {
            sleep(Duration::from_millis(pause)).await;
        }
        if let Some(status) = magic.status.and_then(|status| StatusCode::from_u16(status).ok()) {
            return Err(Stopped::Asked(Refusal::asked_for(status), magic.retry_after.clone()));
        }
        let turn = decide(&prompt, &magic, &self.config, nonce);
        let answer = match (endpoint, vectors) {
            (Endpoint::CountTokens, _) => Answer::Json(object! { "input_tokens": prompt.input_tokens }),
            (_, Some(wanted)) => Answer::Json(embeddings::whole(&wanted, magic.no_usage)),
            _ if prompt.stream => {
                Answer::Stream(misbehave(endpoint, stream(endpoint, &prompt, &turn), &prompt, &turn, &magic))
            }
            (Endpoint::Chat, _) => Answer::Json(chat::whole(&prompt, &turn)),
            (Endpoint::Messages, _) => Answer::Json(messages::whole(&prompt, &turn)),
            _ => Answer::Json(responses::whole(&prompt, &turn)),
        };
        Ok((answer, magic))
    }

    /// The model's own behaviour, then a waiting fault, then the prompt: the later may add to the former.
    fn directives(&self, prompt: &Prompt) -> Magic {
        let mut magic = Magic::default();
        if let Some(always) = self.config.behaviours.get(&prompt.model) {
            magic.read(always);
        }
        if let Some(fault) = self.faults.take(&prompt.model) {
            magic.read(&fault);
        }
        magic.read_text(&prompt.conversation.last_user);
        magic
    }

    fn models(&self, provider: Provider) -> Raw {
        let names = self.config.models_of(provider == Provider::Anthropic);
        let ends = (names.first().cloned(), names.last().cloned());
        match provider {
            Provider::Anthropic => {
                let item = |id: String| {
                    object! { "type": "model", "id": id, "display_name": id, "created_at": "2025-09-29T00:00:00Z" }
                };
                let data: Vec<Raw> = names.into_iter().map(item).collect();
                object! { "data": data, "has_more": false, "first_id": ends.0, "last_id": ends.1 }
            }
            Provider::OpenAi => {
                let item = |id: String| {
                    object! { "id": id, "object": "model", "created": 1_700_000_000, "owned_by": "simulator" }
                };
                let data: Vec<Raw> = names.into_iter().map(item).collect();
                object! { "object": "list", "data": data }
            }
        }
    }

    fn send(
        &self,
        answer: Answer,
        magic: &Magic,
        provider: Provider,
        nonce: u64,
        exchange: Exchange,
    ) -> Response<Steps> {
        exchange.note(|entry| entry.status = 200);
        let mut response = match answer {
            Answer::Json(json) => {
                let bytes = Bytes::from(json.0);
                let kind = HeaderValue::from_static("application/json");
                let body = match (magic.cut_after, magic.stall_after) {
                    (None, None) => Steps::whole(bytes, Some(exchange)),
                    (cut, stall) => {
                        let half = bytes.len() / 2;
                        let end = if cut.is_some() || stall.is_none() { Do::Cut } else { Do::Stall };
                        Steps::stream(vec![Do::Send(bytes.slice(..half)), end], Some(exchange))
                    }
                };
                with_type(body, kind)
            }
            Answer::Stream(events) => {
                let delay = magic.delay_ms.unwrap_or(self.config.delay_ms);
                let kind = HeaderValue::from_static("text/event-stream; charset=utf-8");
                let mut response = with_type(Steps::stream(steps(&events, magic, delay), Some(exchange)), kind);
                response.headers_mut().insert("cache-control", HeaderValue::from_static("no-cache"));
                response
            }
        };
        own_headers(response.headers_mut(), provider, nonce);
        response
    }
}

/// Why no answer is made.
enum Stopped {
    /// The request is wrong.
    Strict(Refusal),
    /// An error was asked for.
    Asked(Refusal, Option<String>),
}

impl From<Refusal> for Stopped {
    fn from(refusal: Refusal) -> Self {
        Self::Strict(refusal)
    }
}

fn check(endpoint: Endpoint, body: &Value) -> Result<(Prompt, Option<embeddings::Wanted>), Refusal> {
    let checked = match endpoint {
        Endpoint::Chat => chat::check(body),
        Endpoint::Messages => messages::check(body),
        Endpoint::CountTokens => messages::check_count(body),
        Endpoint::Embeddings => {
            return embeddings::check(body).map(|wanted| (wanted.prompt.clone(), Some(wanted))).map_err(Refusal::bad);
        }
        Endpoint::Responses | Endpoint::Models => responses::check(body),
    };
    checked.map(|prompt| (prompt, None)).map_err(Refusal::bad)
}

fn stream(endpoint: Endpoint, prompt: &Prompt, turn: &Turn) -> Vec<Event> {
    match endpoint {
        Endpoint::Chat => chat::events(prompt, turn),
        Endpoint::Messages => messages::events(prompt, turn),
        _ => responses::events(prompt, turn),
    }
}

/// Faults that are made of events.
fn misbehave(endpoint: Endpoint, mut events: Vec<Event>, prompt: &Prompt, turn: &Turn, magic: &Magic) -> Vec<Event> {
    if magic.no_done {
        events.retain(|event| !event.terminal);
    }
    if magic.bad_json_event {
        let place = events.len().min(2);
        let name = events.get(place).and_then(|event| event.name);
        events.insert(place, Event { name, data: "{\"broken\": ".to_owned(), terminal: false });
    }
    if let Some(after) = magic.error_event_after {
        events.truncate(after);
        events.push(match endpoint {
            Endpoint::Chat => chat::error_event(),
            Endpoint::Messages => messages::error_event(),
            _ => responses::error_event(prompt, turn, after),
        });
    }
    events
}

/// Turns events into what the connection does.
fn steps(events: &[Event], magic: &Magic, delay_ms: u64) -> Vec<Do> {
    let mut steps = Vec::with_capacity(events.len() * 2);
    let end = |after: Option<usize>, at: usize| after.is_some_and(|after| after <= at);
    for (at, event) in events.iter().enumerate() {
        if end(magic.cut_after, at) || end(magic.stall_after, at) {
            break;
        }
        if delay_ms > 0 && at > 0 {
            steps.push(Do::Wait(Duration::from_millis(delay_ms)));
        }
        let bytes = Bytes::from(event.frame(magic.crlf));
        match magic.split {
            None => steps.push(Do::Send(bytes)),
            Some(size) => steps.extend(bytes.chunks(size).map(|part| Do::Send(bytes.slice_ref(part)))),
        }
    }
    if magic.cut_after.is_some() {
        steps.push(Do::Cut);
    } else if magic.stall_after.is_some() {
        steps.push(Do::Stall);
    }
    steps
}

/// A path tells the provider; the list of models is both's, and there the headers tell.
fn provider_of(head: &Parts) -> Provider {
    let anthropic = head.uri.path().starts_with("/v1/messages")
        || (head.uri.path().starts_with("/v1/models") && head.headers.contains_key("anthropic-version"));
    if anthropic { Provider::Anthropic } else { Provider::OpenAi }
}

fn request_id(nonce: u64) -> String {
    format!("req_{nonce:016x}")
}

fn with_type(body: Steps, kind: HeaderValue) -> Response<Steps> {
    let mut response = Response::new(body);
    response.headers_mut().insert("content-type", kind);
    response
}

fn own_headers(headers: &mut HeaderMap, provider: Provider, nonce: u64) {
    let (id, more) = match provider {
        Provider::OpenAi => ("x-request-id", [("openai-version", "2020-10-01"), ("openai-processing-ms", "5")]),
        Provider::Anthropic => (
            "request-id",
            [("anthropic-organization-id", "org-sim"), ("anthropic-ratelimit-requests-remaining", "999")],
        ),
    };
    if let Ok(value) = HeaderValue::try_from(request_id(nonce)) {
        headers.insert(id, value);
    }
    for (name, value) in more {
        headers.insert(name, HeaderValue::from_static(value));
    }
}

fn refuse(provider: Provider, refusal: &Refusal, nonce: u64, exchange: Exchange) -> Response<Steps> {
    exchange.note(|entry| entry.status = refusal.status.as_u16());
    let json = errors::body(provider, refusal, &request_id(nonce));
    let mut response =
        with_type(Steps::whole(json.0.into(), Some(exchange)), HeaderValue::from_static("application/json"));
    *response.status_mut() = refusal.status;
    own_headers(response.headers_mut(), provider, nonce);
    response
}
