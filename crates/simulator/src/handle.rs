//! One request: check the headers, check the body, decide on a turn, render it, misbehave as asked.

use std::time::Duration;

use bytes::Bytes;
use http::request::Parts;
use http::{HeaderMap, HeaderName, HeaderValue, Request, Response, StatusCode};
use http_body_util::{BodyExt, Limited};
use hyper::body::Incoming;
use serde_json::Value;
use tokio::time::sleep;

use crate::admin;
use crate::body::{CutOnPurpose, Do, Steps};
use crate::config::SimulatorConfig;
use crate::credential;
use crate::dialects::responses::kept::{self, Responses};
use crate::dialects::{Event, azure, chat, converse, embeddings, gemini, messages, responses};
use crate::errors::{self, Provider, Refusal};
use crate::fault::Faults;
use crate::form;
use crate::journal::{Exchange, Journal, now_us};
use crate::json::{Raw, object};
use crate::listing;
use crate::magic::Magic;
use crate::metadata::{self, Issuer};
use crate::misbehave::{self, Framing, steps};
use crate::passed::{self, Answered};
use crate::prompt::Prompt;
use crate::route::{Endpoint, Route, provider_of};
use crate::signature::digest;
use crate::turn::decide;

const MOST_BODY: usize = 256 << 20;
const ERROR_TYPE: HeaderName = HeaderName::from_static("x-amzn-errortype");

/// Everything a strict simulator knows.
pub(crate) struct Handler {
    config: SimulatorConfig,
    journal: Journal,
    faults: Faults,
    issuer: Issuer,
    started: i64,
    responses: Responses,
}

/// An answer before it becomes bytes.
enum Answer {
    Json(Raw),
    Text(&'static str, String),
    /// Bytes of a type, piece by piece.
    Pieces(&'static str, Vec<Bytes>),
    Stream(Framing, Vec<Event>),
}

impl Handler {
    pub(crate) fn new(config: SimulatorConfig, journal: Journal, faults: Faults) -> Self {
        Self { config, journal, faults, issuer: Issuer::default(), started: now_us(), responses: Responses::default() }
    }

    /// An error closes the connection before the head of any answer.
    pub(crate) async fn answer(&self, request: Request<Incoming>) -> Result<Response<Steps>, CutOnPurpose> {
        let (head, body) = request.into_parts();
        if head.uri.path().starts_with("/_sim/") {
            return Ok(self.administer(&head, body).await);
        }
        let exchange = self.journal.open(&head);
        if metadata::is_here(head.uri.path()) {
            return Ok(self.hand_out(&head, exchange));
        }
        let nonce = digest(&format!("{}/{}", self.started, exchange.seq()));
        let provider = provider_of(&head);
        let body = match Limited::new(body, MOST_BODY).collect().await {
            Ok(body) => body.to_bytes(),
            Err(_) => {
                let refusal = Refusal::bad("the body did not arrive whole");
                return Ok(refuse(provider, &refusal, None, nonce, exchange));
            }
        };
        exchange.note(|entry| entry.body = body.clone());
        Ok(match self.respond(&head, provider, &body, nonce, &exchange).await {
            Err(Stopped::Reset) => {
                exchange.note(|entry| entry.cut = true);
                return Err(CutOnPurpose);
            }
            Ok((answer, magic)) => self.send(answer, &magic, provider, nonce, exchange),
            Err(Stopped::Strict(refusal)) => {
                exchange.refused(&refusal.message);
                refuse(provider, &refusal, None, nonce, exchange)
            }
            Err(Stopped::Asked(refusal, retry_after)) => {
                refuse(provider, &refusal, retry_after.as_deref(), nonce, exchange)
            }
        })
    }

    /// Credentials of the machine, unless a fault for the model `metadata` says otherwise.
    fn hand_out(&self, head: &Parts, exchange: Exchange) -> Response<Steps> {
        let mut magic = Magic::default();
        if let Some(fault) = self.faults.take("metadata") {
            magic.read(&fault);
        }
        let (status, text) = match magic.status.and_then(|status| StatusCode::from_u16(status).ok()) {
            Some(status) => (status, "asked for".to_owned()),
            None => self.issuer.answer(head, &self.config, now_us() / 1_000_000),
        };
        exchange.note(|entry| entry.status = status.as_u16());
        let mut response = with_type(Steps::whole(text.into(), Some(exchange)), HeaderValue::from_static("text/plain"));
        *response.status_mut() = status;
        response
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
        let stored = kept::asked(head.uri.path()).filter(|_| self.config.responses_state);
        if let Some(asked) = stored {
            credential::check(head, body, provider, &self.config, &self.issuer)?;
            let query = head.uri.query().unwrap_or_default();
            let answer = self.responses.answer(&head.method, asked, query)?;
            return Ok((Answer::Json(answer), Magic::default()));
        }
        let Some(route) = Route::of(&head.method, head.uri.path()) else {
            return Err(Stopped::Strict(unknown_path(provider, head)));
        };
        credential::check(head, body, provider, &self.config, &self.issuer)?;
        if route.endpoint == Endpoint::Models {
            return Ok((Answer::Json(listing::models(provider, &self.config)), Magic::default()));
        }
        let form = route.endpoint.takes_forms() && form::is_form(&head.headers);
        credential::check_framing(&head.headers, body.len(), form)?;
        let body: Value = match form {
            true => form::read(&head.headers, body).map_err(Refusal::bad)?,
            false => serde_json::from_slice(body)
                .map_err(|why| Refusal::bad(format!("We could not parse the JSON body of your request: {why}")))?,
        };
        if !body.is_object() {
            return Err(Stopped::Strict(Refusal::bad("the body must be an object")));
        }
        let framing = framing(route.endpoint, head.uri.query().unwrap_or_default())?;
        let keeps = route.endpoint == Endpoint::Responses;
        let before = if keeps { self.before(&body)? } else { Vec::new() };
        let asked = if keeps { body.clone() } else { Value::Null };
        let Checked { prompt, wanted } = check(&route, body, form, &before).map_err(Refusal::bad)?;
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
        if magic.reset {
            return Err(Stopped::Reset);
        }
        if let Some(what) = &magic.refuse {
            let refusal = match what.as_str() {
                "context" => Refusal::context_length(provider),
                _ => Refusal::content_policy(provider),
            };
            return Err(Stopped::Asked(refusal, None));
        }
        if magic.no_prefill && prompt.prefill.is_some() {
            let message = "This model does not support assistant message prefill. The conversation must end with a \
                           user message.";
            return Err(Stopped::Asked(Refusal::bad(message), None));
        }
        if let Some(status) = magic.status.and_then(|status| StatusCode::from_u16(status).ok()) {
            return Err(Stopped::Asked(Refusal::asked_for(status), magic.retry_after.clone()));
        }
        let turn = decide(&prompt, &magic, &self.config, nonce);
        if keeps && self.config.responses_state {
            self.responses.keep(&before, &asked, &responses::whole(&prompt, &turn));
        }
        if !magic.steps.is_empty() {
            exchange.note(|entry| {
                let offered = |name: &str| prompt.tools.iter().any(|tool| tool.name == name);
                let missing = turn.calls.iter().filter(|call| !offered(&call.name));
                entry.notes.extend(missing.map(|call| format!("unknown directive: tool={} is not offered", call.name)));
            });
        }
        let answer = match (route.endpoint, wanted) {
            (Endpoint::CountTokens, _) => Answer::Json(object! { "input_tokens": prompt.input_tokens }),
            (Endpoint::InputTokens, _) => Answer::Json(object! {
                "object": "response.input_tokens", "input_tokens": prompt.input_tokens,
            }),
            (Endpoint::CountContent, _) => Answer::Json(gemini::counted(&prompt)),
            (_, Some(Wanted::OpenAi(wanted))) => Answer::Json(embeddings::whole(&wanted, magic.no_usage)),
            (_, Some(Wanted::Google(wanted))) => Answer::Json(gemini::embedded(&wanted, magic.no_usage)),
            (endpoint, Some(Wanted::Passed(wanted))) => match passed::answer(&prompt, &wanted, &turn, &magic) {
                Answered::Json(json) => Answer::Json(json),
                Answered::Text(kind, text) => Answer::Text(kind, text),
                Answered::Sound(kind, pieces) => Answer::Pieces(kind, pieces),
                Answered::Stream(events) => {
                    Answer::Stream(framing, misbehave::misbehave(endpoint, events, &prompt, &turn, &magic))
                }
            },
            (endpoint, None) if prompt.stream => {
                Answer::Stream(framing, misbehave::events(endpoint, &prompt, &turn, &magic))
            }
            (Endpoint::Chat, _) => Answer::Json(chat::whole(&prompt, &turn)),
            (Endpoint::Messages, _) => Answer::Json(messages::whole(&prompt, &turn)),
            (Endpoint::Generate, _) => Answer::Json(gemini::whole(&prompt, &turn)),
            (Endpoint::Converse, _) => Answer::Json(converse::whole(&prompt, &turn)),
            _ => Answer::Json(responses::whole(&prompt, &turn)),
        };
        Ok((answer, magic))
    }

    /// What was said before a call in Responses.
    fn before(&self, body: &Value) -> Result<Vec<Value>, Refusal> {
        if self.config.responses_state {
            return self.responses.before(body);
        }
        match body.get("previous_response_id").filter(|id| !id.is_null()) {
            Some(_) => Err(Refusal::bad("previous_response_id: this server keeps no responses")),
            None if body.get("store") == Some(&Value::Bool(true)) => {
                Err(Refusal::bad("store: this server keeps no responses"))
            }
            None => Ok(Vec::new()),
        }
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
            Answer::Pieces(kind, pieces) => {
                let delay = magic.delay_ms.unwrap_or(self.config.delay_ms);
                let steps = misbehave::pieces(&pieces, magic, delay);
                with_type(Steps::stream(steps, Some(exchange)), HeaderValue::from_static(kind))
            }
            Answer::Text(kind, text) => {
                with_type(Steps::whole(text.into(), Some(exchange)), HeaderValue::from_static(kind))
            }
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
            Answer::Stream(framing, events) => {
                let delay = magic.delay_ms.unwrap_or(self.config.delay_ms);
                let kind = HeaderValue::from_static(framing.content_type());
                let steps = steps(&events, framing, magic, delay);
                let mut response = with_type(Steps::stream(steps, Some(exchange)), kind);
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
    /// The connection is to be closed.
    Reset,
}

impl From<Refusal> for Stopped {
    fn from(refusal: Refusal) -> Self {
        Self::Strict(refusal)
    }
}

/// A checked request.
struct Checked {
    prompt: Prompt,
    wanted: Option<Wanted>,
}

/// What is wanted other than an answer in words.
enum Wanted {
    OpenAi(embeddings::Wanted),
    Google(gemini::Wanted),
    Passed(passed::Wanted),
}

fn check(route: &Route, body: Value, form: bool, before: &[Value]) -> Result<Checked, String> {
    let model = route.model.as_deref().unwrap_or_default();
    // Only Azure's paths name the model of a body that could name it, too.
    let named = route.endpoint.has_deployments() && route.model.is_some();
    let body = if named { azure::with_model(body, model)? } else { body };
    if let Some(checked) = passed::check(route.endpoint, &body, form) {
        return checked.map(|(prompt, wanted)| Checked { prompt, wanted: Some(Wanted::Passed(wanted)) });
    }
    let google = |wanted: gemini::Wanted| (wanted.prompt.clone(), Some(Wanted::Google(wanted)));
    let (prompt, wanted) = match route.endpoint {
        Endpoint::Chat => (chat::check(&body)?, None),
        Endpoint::Messages => (messages::check(&body)?, None),
        Endpoint::CountTokens => (messages::check_count(&body)?, None),
        Endpoint::Generate => (gemini::check(&body, model, route.stream)?, None),
        Endpoint::CountContent => (gemini::check_count(&body, model)?, None),
        Endpoint::InputTokens => (responses::check_count(&body)?, None),
        Endpoint::Embed => google(gemini::check_embed(&body, model)?),
        Endpoint::EmbedBatch => google(gemini::check_batch(&body, model)?),
        Endpoint::Converse => (converse::check(&body, model, route.stream)?, None),
        Endpoint::Embeddings => {
            let wanted = embeddings::check(&body)?;
            (wanted.prompt.clone(), Some(Wanted::OpenAi(wanted)))
        }
        _ => (responses::check(&body, before)?, None),
    };
    Ok(Checked { prompt, wanted })
}

/// How a stream would be framed. Google is told so in the query.
fn framing(endpoint: Endpoint, query: &str) -> Result<Framing, Refusal> {
    match endpoint {
        Endpoint::Converse => Ok(Framing::Frames),
        Endpoint::Generate => match query.split('&').find_map(|pair| pair.strip_prefix("alt=")) {
            Some("sse") => Ok(Framing::Crlf),
            None | Some("json") => Ok(Framing::List),
            Some(other) => Err(Refusal::bad(format!("Invalid value at 'alt', \"{other}\""))),
        },
        _ => Ok(Framing::Lines),
    }
}

fn unknown_path(provider: Provider, head: &Parts) -> Refusal {
    let (message, code) = match provider {
        Provider::Azure => ("Resource not found".to_owned(), None),
        Provider::Bedrock => ("Unknown operation".to_owned(), Some("UnknownOperationException")),
        _ => (format!("Invalid URL ({} {})", head.method, head.uri.path()), None),
    };
    Refusal { status: StatusCode::NOT_FOUND, message, code }
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
    let (id, more): (_, &[(&str, &str)]) = match provider {
        Provider::OpenAi => ("x-request-id", &[("openai-version", "2020-10-01"), ("openai-processing-ms", "5")]),
        Provider::Azure => ("apim-request-id", &[("x-ms-region", "Simulated")]),
        // It gives no id; a trace id is what comes nearest.
        Provider::Google => ("x-cloud-trace-context", &[("server-timing", "gfet4t7; dur=5")]),
        Provider::Bedrock => ("x-amzn-requestid", &[("x-amzn-bedrock-invocation-latency", "5")]),
        Provider::Anthropic => (
            "request-id",
            &[("anthropic-organization-id", "org-sim"), ("anthropic-ratelimit-requests-remaining", "999")],
        ),
    };
    if let Ok(value) = HeaderValue::try_from(request_id(nonce)) {
        headers.insert(id, value);
    }
    for &(name, value) in more {
        headers.insert(name, HeaderValue::from_static(value));
    }
}

fn refuse(
    provider: Provider,
    refusal: &Refusal,
    retry_after: Option<&str>,
    nonce: u64,
    exchange: Exchange,
) -> Response<Steps> {
    exchange.note(|entry| entry.status = refusal.status.as_u16());
    let json = match provider {
        Provider::Google => errors::google(refusal, retry_after),
        _ => errors::body(provider, refusal, &request_id(nonce)),
    };
    let mut response =
        with_type(Steps::whole(json.0.into(), Some(exchange)), HeaderValue::from_static("application/json"));
    *response.status_mut() = refusal.status;
    own_headers(response.headers_mut(), provider, nonce);
    if provider == Provider::Bedrock {
        let kind = format!("{}:http://internal.amazon.com/coral/com.amazon.bedrock/", errors::bedrock_type(refusal));
        response.headers_mut().extend(HeaderValue::try_from(kind).ok().map(|kind| (ERROR_TYPE, kind)));
    }
    let value =
        retry_after.filter(|_| provider != Provider::Google).and_then(|value| HeaderValue::try_from(value).ok());
    response.headers_mut().extend(value.map(|value| (http::header::RETRY_AFTER, value)));
    response
}
