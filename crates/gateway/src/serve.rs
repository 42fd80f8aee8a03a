//! The gateway port: one handler for everything that arrives on it.

use std::sync::Arc;
use std::time::{Duration, Instant};

use http::header::{CONTENT_TYPE, HeaderValue, USER_AGENT};
use http::{Method, Request, Response, StatusCode, Uri};
use hyper::body::Incoming;
use secrecy::{ExposeSecret, SecretString};
use thinkwatch_edge::access_log::{AccessEntry, AccessSink, Port};
use thinkwatch_edge::headers::{bounded, text, within_bounds};
use thinkwatch_edge::request_id::{inbound_trace, mint};
use thinkwatch_edge::{Peer, TrustedProxies, credential};
use thinkwatch_identity::api_key::Pepper;
use thinkwatch_identity::encryption::Cipher;
use thinkwatch_identity::token::TokenKeys;
use thinkwatch_policy::access;
use thinkwatch_policy::breaker;
use thinkwatch_policy::dialect::{Dialect, Endpoint};
use thinkwatch_policy::ids::RouteId;
use thinkwatch_policy::ports::{Counters, ResponseCache, ResponseStates, RouteStanding, RouteStandings};
use thinkwatch_policy::snapshot::SnapshotHandle;
use thinkwatch_records::spool::Spool;
use thinkwatch_upstream::Pools;

use crate::accept::Load;
use crate::body::AnswerBody;
use crate::cache::Cache;
use crate::caller::Credentials;
use crate::counting::Counting;
use crate::health::Readiness;
use crate::listing::Shape;
use crate::meter::Meter;
use crate::pipeline::{self, Arrival, Refused};
use crate::refusal::Refusal;
use crate::standing::Standings;
use crate::stored::{self, Verb};
use crate::surface::{Target, dialect_of, target};
use crate::usual::Usual;
use crate::{clock, cors, listing, query};

/// Renders the metrics page, given the calls in progress and the bytes of request bodies in memory.
pub type MetricsPage = Box<dyn Fn((i64, i64)) -> String + Send + Sync>;

/// What the gateway is made of.
pub struct Parts {
    pub(crate) snapshot: Arc<SnapshotHandle>,
    pub(crate) spool: Spool,
    pub(crate) pools: Arc<Pools>,
    pub(crate) credentials: Credentials,
    pub(crate) meter: Arc<Meter>,
    pub(crate) load: Arc<Load>,
    pub(crate) responses: Arc<dyn ResponseStates>,
    pub(crate) counting: Arc<Counting>,
    pub(crate) standings: Arc<Standings>,
    pub(crate) counters: Arc<dyn Counters>,
    pub(crate) usual: Arc<Usual>,
    pub(crate) cache: Option<Arc<Cache>>,
    proxies: TrustedProxies,
    access: AccessSink,
    readiness: Arc<Readiness>,
    metrics_page: Option<MetricsPage>,
    metrics_token: Option<SecretString>,
    /// Whether `/metrics` is on the gateway's own port.
    metrics_here: bool,
}

impl std::fmt::Debug for Parts {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Parts").finish_non_exhaustive()
    }
}

impl Parts {
    /// Puts the parts together.
    #[expect(clippy::too_many_arguments, reason = "each is a part that no gateway can do without")]
    pub fn new(
        snapshot: Arc<SnapshotHandle>,
        spool: Spool,
        pools: Arc<Pools>,
        pepper: Arc<Pepper>,
        tokens: TokenKeys,
        access: AccessSink,
        readiness: Arc<Readiness>,
        responses: Arc<dyn ResponseStates>,
        counters: Arc<dyn Counters>,
    ) -> Self {
        Self {
            snapshot,
            spool,
            pools,
            credentials: Credentials { pepper, tokens },
            meter: Arc::new(Meter::default()),
            load: Arc::new(Load::default()),
            responses,
            counting: Arc::default(),
            standings: Arc::default(),
            counters,
            usual: Arc::default(),
            cache: None,
            proxies: TrustedProxies::default(),
            access,
            readiness,
            metrics_page: None,
            metrics_token: None,
            metrics_here: false,
        }
    }

    /// Whether one more retry may be made now; counted either way.
    pub(crate) fn may_retry(&self, provider: &str) -> bool {
        let may = self.standings.budget.spend();
        self.meter.retry(provider, may);
        may
    }

    /// Keeps answers there, sealed with this, where a key or a model wants them to be given again.
    #[must_use]
    pub fn with_cache(mut self, store: Arc<dyn ResponseCache>, cipher: Cipher) -> Self {
        self.cache = Some(Arc::new(Cache::new(store, cipher)));
        self
    }

    /// The proxies whose `X-Forwarded-For` is believed.
    #[must_use]
    pub fn with_proxies(mut self, proxies: TrustedProxies) -> Self {
        self.proxies = proxies;
        self
    }

    /// Serves `/metrics`, with a bearer token if one is given: on the gateway's port (`here`), or only on the listener
    /// whose requests go to [`Gateway::handle_metrics`].
    #[must_use]
    pub fn with_metrics(mut self, page: MetricsPage, token: Option<SecretString>, here: bool) -> Self {
        self.metrics_page = Some(page);
        self.metrics_token = token;
        self.metrics_here = here;
        self
    }
}

/// The data plane's HTTP handler. Cheap to clone.
#[derive(Clone, Debug)]
pub struct Gateway {
    parts: Arc<Parts>,
}

impl RouteStandings for Gateway {
    fn standing(&self, route: &RouteId) -> Option<RouteStanding> {
        self.parts.standings.shown(route, &breaker::Rules::of(&self.parts.snapshot.settings.load()))
    }
}

impl Gateway {
    /// A gateway of these parts.
    pub fn new(parts: Parts) -> Self {
        Self { parts: Arc::new(parts) }
    }

    /// How the routes stand.
    pub fn standings(&self) -> Arc<Standings> {
        Arc::clone(&self.parts.standings)
    }

    /// Waits until the records of calls whose tokens are still being counted are closed; false if that takes longer than
    /// `patience`. To be called when no calls come any more and before the spool ends.
    pub async fn settled(&self, patience: Duration) -> bool {
        let settled = self.parts.counting.settled(patience).await;
        if let Some(cache) = &self.parts.cache {
            // An answer that is not kept does no harm.
            cache.settled(patience).await;
        }
        settled
    }

    /// Answers a request on the listener that is for metrics only.
    pub async fn handle_metrics(self, request: Request<Incoming>, peer: Peer) -> Response<AnswerBody> {
        let arrival = self.arrival(&request, peer);
        let mut response = match target(request.method(), request.uri().path()) {
            Target::Metrics => self.metrics(&request, arrival),
            Target::Health | Target::Live => word(StatusCode::OK, r#"{"status":"ok"}"#),
            _ => self.refused(Refusal::NoSuchPath.into(), &request_line(&request), arrival),
        };
        pipeline::own_headers(response.headers_mut(), &arrival);
        response
    }

    fn arrival(&self, request: &Request<Incoming>, peer: Peer) -> Arrival {
        let timestamp_us = clock::now_us();
        Arrival {
            request_id: mint(timestamp_us),
            timestamp_us,
            started: Instant::now(),
            client: self.parts.proxies.client(peer.0.ip(), request.headers()).0,
        }
    }

    /// Answers one request, whatever it is.
    pub async fn handle(self, request: Request<Incoming>, peer: Peer) -> Response<AnswerBody> {
        let arrival = self.arrival(&request, peer);
        let trace = inbound_trace(request.headers()).and_then(|trace| HeaderValue::from_str(trace).ok());
        let line = request_line(&request);
        let from_browser = request.headers().contains_key(http::header::ORIGIN);
        let mut response = match target(&line.method, line.uri.path()) {
            _ if !within_bounds(request.headers()) => self.refused(Refusal::HeadersTooLarge.into(), &line, arrival),
            Target::Call(endpoint) => self.call(endpoint, None, &line, arrival, request).await,
            Target::ModelCall(endpoint, model) => self.call(endpoint, Some(model), &line, arrival, request).await,
            Target::Stored(verb, id) => self.stored(verb, id, &line, arrival, request).await,
            Target::Models => self.models(&request, arrival, None),
            Target::Model(name) => self.models(&request, arrival, Some(name)),
            Target::GeminiModels => self.models(&request, arrival, None),
            Target::GeminiModel(name) => self.models(&request, arrival, Some(name)),
            Target::Health => word(StatusCode::OK, r#"{"status":"ok"}"#),
            Target::Live => word(StatusCode::OK, r#"{"status":"alive"}"#),
            Target::Ready => self.ready(request.uri().query()),
            Target::Metrics if self.parts.metrics_here => self.metrics(&request, arrival),
            Target::Metrics => self.refused(Refusal::NoSuchPath.into(), &line, arrival),
            Target::Probe => word(StatusCode::OK, r#"{"service":"thinkwatch"}"#),
            Target::WrongMethod(allowed) => match cors::preflight(&line.method, line.uri.path(), request.headers()) {
                Some(answer) => answer,
                None => self.refused(Refusal::WrongMethod(allowed).into(), &line, arrival),
            },
            Target::Unknown => self.refused(Refusal::NoSuchPath.into(), &line, arrival),
        };
        pipeline::own_headers(response.headers_mut(), &arrival);
        if from_browser {
            cors::allow(response.headers_mut());
        }
        if let Some(trace) = trace {
            response.headers_mut().insert("x-trace-id", trace);
        }
        response
    }

    /// A call to a provider.
    async fn call(
        &self,
        endpoint: Endpoint,
        model: Option<&str>,
        line: &RequestLine,
        arrival: Arrival,
        request: Request<Incoming>,
    ) -> Response<AnswerBody> {
        let (head, body) = request.into_parts();
        // Boxed: the state of a call is some kilobytes, which would be moved several times on its way to the server.
        match Box::pin(pipeline::run(&self.parts, endpoint, model, arrival, &head, body)).await {
            Ok(response) => response,
            Err(refused) => self.refused(refused, line, arrival),
        }
    }

    /// A call about a response that was kept.
    async fn stored(
        &self,
        verb: Verb,
        id: &str,
        line: &RequestLine,
        arrival: Arrival,
        request: Request<Incoming>,
    ) -> Response<AnswerBody> {
        let (head, _body) = request.into_parts();
        match Box::pin(stored::run(&self.parts, verb, id, arrival, &head)).await {
            Ok(response) => response,
            Err(refused) => self.refused(refused, line, arrival),
        }
    }

    /// Remembers a refusal where it belongs and tells it.
    fn refused(&self, refused: Refused, line: &RequestLine, arrival: Arrival) -> Response<AnswerBody> {
        let response = pipeline::refuse_as(line.dialect, &refused.refusal, &arrival);
        let status = response.status().as_u16();
        if let Some(refusal) = pipeline::remember(&self.parts, refused, status, &arrival) {
            self.parts.access.log(AccessEntry {
                timestamp_us: arrival.timestamp_us,
                request_id: arrival.request_id,
                port: Port::Gateway,
                method: bounded(line.method.as_str(), 16),
                path: bounded(line.uri.path(), 256),
                status,
                duration_us: clock::micros_since(arrival.started),
                ip: arrival.client,
                user_agent: line.user_agent.as_ref().map(|agent| text(agent, 256)).unwrap_or_default(),
                user_id: None,
                key_id: None,
                reason: Some(refusal.class()),
            });
        }
        response
    }

    fn models(&self, request: &Request<Incoming>, arrival: Arrival, name: Option<&str>) -> Response<AnswerBody> {
        let snapshot = &self.parts.snapshot;
        let now = arrival.timestamp_us;
        // Google's libraries ask other addresses than Google's under `/v1`, too, but with a header of their own.
        let googles = request.uri().path().starts_with("/v1beta") || request.headers().contains_key("x-goog-api-key");
        let shape = if googles { Shape::Google } else { Shape::Common };
        let of_query = if shape == Shape::Google { query::key(request.uri().query()) } else { None };
        let caller = match self.parts.credentials.authenticate(request.headers(), of_query, snapshot, now) {
            Ok(caller) => caller,
            Err(refusal) => return self.refused(refusal.into(), &request_line(request), arrival),
        };
        // An empty list would look like a key without models.
        if let Err(refusal) = access::use_gateway(caller.as_ref(), now) {
            return self.refused(Refusal::Access(refusal).into(), &request_line(request), arrival);
        }
        let catalogue = snapshot.catalogue.load();
        let body = match name {
            None => listing::list(&catalogue, &caller, shape, now),
            Some(name) => match listing::one(&catalogue, &caller, name, shape, now) {
                Some(body) => body,
                None => {
                    let refusal = Refusal::UnknownModel(bounded(name, 256));
                    return self.refused(refusal.into(), &request_line(request), arrival);
                }
            },
        };
        json(StatusCode::OK, body)
    }

    fn ready(&self, query: Option<&str>) -> Response<AnswerBody> {
        let strict = query.is_some_and(|query| query.split('&').any(|pair| pair == "strict=1"));
        match self.parts.readiness.refuses(&self.parts.spool, strict) {
            None => word(StatusCode::OK, r#"{"status":"ready"}"#),
            Some(why) => {
                let body = serde_json::json!({"status": "not_ready", "reason": why}).to_string();
                json(StatusCode::SERVICE_UNAVAILABLE, body.into_bytes())
            }
        }
    }

    fn metrics(&self, request: &Request<Incoming>, arrival: Arrival) -> Response<AnswerBody> {
        let Some(page) = &self.parts.metrics_page else {
            return self.refused(Refusal::NoSuchPath.into(), &request_line(request), arrival);
        };
        if let Some(token) = &self.parts.metrics_token {
            let presented = credential::presented(request.headers()).unwrap_or_default();
            if !same(presented.as_bytes(), token.expose_secret().as_bytes()) {
                return self.refused(Refusal::NoCredential.into(), &request_line(request), arrival);
            }
        }
        let mut response = Response::new(AnswerBody::whole(page((self.parts.load.calls(), self.parts.load.bytes()))));
        let kind = HeaderValue::from_static("text/plain; version=0.0.4; charset=utf-8");
        response.headers_mut().insert(CONTENT_TYPE, kind);
        response
    }
}

/// Compares without telling by its time where two secrets differ.
fn same(a: &[u8], b: &[u8]) -> bool {
    a.len() == b.len() && a.iter().zip(b).fold(0, |differ, (x, y)| differ | (x ^ y)) == 0
}

/// What is kept of a request to log a refusal.
struct RequestLine {
    method: Method,
    uri: Uri,
    user_agent: Option<HeaderValue>,
    dialect: Dialect,
}

/// Copies nothing but reference counts: it is made for every call, and needed for few.
fn request_line(request: &Request<Incoming>) -> RequestLine {
    RequestLine {
        method: request.method().clone(),
        uri: request.uri().clone(),
        user_agent: request.headers().get(USER_AGENT).cloned(),
        dialect: dialect_of(request.uri().path(), request.headers().contains_key("anthropic-version")),
    }
}

fn word(status: StatusCode, body: &'static str) -> Response<AnswerBody> {
    json(status, body.as_bytes().to_vec())
}

fn json(status: StatusCode, body: Vec<u8>) -> Response<AnswerBody> {
    let mut response = Response::new(AnswerBody::whole(body));
    *response.status_mut() = status;
    response.headers_mut().insert(CONTENT_TYPE, HeaderValue::from_static("application/json"));
    response
}
