//! A provider made ready for calling: URLs, credential and headers are built once, so that a request only clones.

use std::fmt;
use std::str::FromStr as _;

use http::uri::PathAndQuery;
use http::{HeaderMap, HeaderName, HeaderValue, Method, Request, Response, StatusCode, Uri, header};
use secrecy::ExposeSecret as _;
use thinkwatch_outbound::{CallError, Client, Incoming, SegmentedBody};
use thinkwatch_policy::catalogue::{Provider, ProviderKind};
use thinkwatch_policy::dialect::{Dialect, Endpoint};
use thinkwatch_policy::ids::ProviderId;

use crate::failure::{self, FailureClass};
use crate::headers::copy_request_headers;
use crate::kind::Kind;
use crate::report::ErrorReport;

const ANTHROPIC_VERSION: HeaderName = HeaderName::from_static("anthropic-version");
const TRACEPARENT: HeaderName = HeaderName::from_static("traceparent");

/// Sent when the client named none; the only version there has been since 2023.
const DEFAULT_ANTHROPIC_VERSION: HeaderValue = HeaderValue::from_static("2023-06-01");

/// Endpoints a provider can be asked for, in the order of [`Upstream::urls`].
const ENDPOINTS: [Endpoint; 5] =
    [Endpoint::ChatCompletions, Endpoint::Messages, Endpoint::CountTokens, Endpoint::Responses, Endpoint::Embeddings];

/// Headers that belong to the connection: an operator's custom header must not replace them.
const RESERVED: [HeaderName; 8] = [
    header::HOST,
    header::CONTENT_LENGTH,
    header::TRANSFER_ENCODING,
    header::CONNECTION,
    header::TE,
    header::TRAILER,
    header::UPGRADE,
    header::ACCEPT_ENCODING,
];

/// Why a provider cannot be called as it is configured. Never repeats a secret.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum PrepareError {
    /// The base address is not an http or https URL with a host.
    #[error("the base URL of provider `{provider}` is not an http or https URL: `{base_url}`")]
    BaseUrl {
        /// Its name.
        provider: String,
        /// What was configured, without user and password.
        base_url: String,
    },
    /// The credential holds a character that no header can carry.
    #[error("the credential of provider `{provider}` holds characters that cannot be sent")]
    Credential {
        /// Its name.
        provider: String,
    },
    /// A custom header has a name or value that cannot be sent, or that belongs to the connection.
    #[error("the custom header `{header}` of provider `{provider}` cannot be sent")]
    Header {
        /// Its name.
        provider: String,
        /// The header's name.
        header: String,
    },
}

/// What a call brings with it from the client.
#[derive(Clone, Debug)]
pub struct Inbound<'a> {
    /// The client's headers; only those in the table pass.
    pub headers: &'a HeaderMap,
    /// The client's query; only `beta` passes, and only for Messages.
    pub query: Option<&'a str>,
    /// The W3C trace context to send.
    pub traceparent: Option<HeaderValue>,
}

/// A provider made ready for calling.
pub struct Upstream {
    id: ProviderId,
    kind: ProviderKind,
    client: Client,
    urls: [Uri; ENDPOINTS.len()],
    pub(crate) models_url: Uri,
    host: Option<HeaderValue>,
    openai_credentials: Vec<(HeaderName, HeaderValue)>,
    messages_credentials: Vec<(HeaderName, HeaderValue)>,
    custom: Vec<(HeaderName, HeaderValue)>,
    /// Only to take it out of messages an upstream might echo it in.
    secret: Option<secrecy::SecretString>,
}

impl fmt::Debug for Upstream {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Upstream").field("id", &self.id).field("kind", &self.kind).finish_non_exhaustive()
    }
}

impl Upstream {
    /// Makes a provider ready.
    pub fn prepare(provider: &Provider, client: Client, http2: bool) -> Result<Self, PrepareError> {
        let kind = Kind::of(provider.kind);
        let name = || provider.name.to_string();
        let url = |text: String| {
            Uri::from_str(&text)
                .ok()
                .filter(|uri| {
                    matches!(uri.scheme_str(), Some("http" | "https")) && uri.host().is_some_and(|h| !h.is_empty())
                })
                .filter(|uri| !uri.authority().is_some_and(|a| a.as_str().contains('@')))
                .ok_or_else(|| PrepareError::BaseUrl { provider: name(), base_url: without_user(&provider.base_url) })
        };
        let endpoint = |endpoint| url((kind.url)(&provider.base_url, endpoint));
        let urls = [
            endpoint(ENDPOINTS[0])?,
            endpoint(ENDPOINTS[1])?,
            endpoint(ENDPOINTS[2])?,
            endpoint(ENDPOINTS[3])?,
            endpoint(ENDPOINTS[4])?,
        ];
        let models_url = url((kind.models_url)(&provider.base_url))?;
        let credentials = |dialect| -> Result<Vec<(HeaderName, HeaderValue)>, PrepareError> {
            let Some(secret) = provider.credential.as_ref().map(|s| s.expose_secret()).filter(|s| !s.is_empty()) else {
                return Ok(Vec::new());
            };
            (kind.credentials)(secret, dialect)
                .into_iter()
                .map(|(header, value)| Some((header, value?)))
                .collect::<Option<_>>()
                .ok_or_else(|| PrepareError::Credential { provider: name() })
        };
        Ok(Self {
            id: provider.id.clone(),
            kind: provider.kind,
            client,
            // HTTP/2 has `:authority` instead, and servers dislike both.
            host: (!http2).then(|| host_header(&models_url)).flatten(),
            urls,
            models_url,
            openai_credentials: credentials(Dialect::Chat)?,
            messages_credentials: credentials(Dialect::Messages)?,
            custom: custom_headers(provider)?,
            secret: provider.credential.clone(),
        })
    }

    /// Which provider it is.
    pub fn provider_id(&self) -> &ProviderId {
        &self.id
    }

    /// The request for an endpoint. The body goes on as it is given.
    pub fn request(&self, endpoint: Endpoint, inbound: Inbound<'_>, body: SegmentedBody) -> Request<SegmentedBody> {
        let mut request = Request::new(body);
        *request.method_mut() = Method::POST;
        *request.uri_mut() = self.url(endpoint, inbound.query);
        let mut headers = HeaderMap::with_capacity(24);
        copy_request_headers(inbound.headers, &mut headers, endpoint.dialect());
        headers.entry(header::CONTENT_TYPE).or_insert(HeaderValue::from_static("application/json"));
        if let Some(traceparent) = inbound.traceparent {
            headers.insert(TRACEPARENT, traceparent);
        }
        self.own_headers(&mut headers, endpoint.dialect());
        *request.headers_mut() = headers;
        request
    }

    /// What is sent whoever calls: host, credential, format version, the operator's own headers (which win).
    pub(crate) fn own_headers(&self, headers: &mut HeaderMap, dialect: Dialect) {
        if let Some(host) = &self.host {
            headers.insert(header::HOST, host.clone());
        }
        headers.insert(header::ACCEPT_ENCODING, HeaderValue::from_static("identity"));
        let credentials = if dialect == Dialect::Messages {
            headers.entry(ANTHROPIC_VERSION).or_insert(DEFAULT_ANTHROPIC_VERSION);
            &self.messages_credentials
        } else {
            &self.openai_credentials
        };
        for (name, value) in credentials.iter().chain(&self.custom) {
            headers.insert(name.clone(), value.clone());
        }
    }

    fn url(&self, endpoint: Endpoint, query: Option<&str>) -> Uri {
        let at = ENDPOINTS.iter().position(|e| *e == endpoint).unwrap_or_default();
        let plain = &self.urls[at];
        let Some(beta) = query.filter(|_| endpoint.dialect() == Dialect::Messages).and_then(beta_of) else {
            return plain.clone();
        };
        with_query(plain, beta).unwrap_or_else(|| plain.clone())
    }

    /// Sends a request and waits for the head of the answer. The first-byte limit is the caller's; dropping the future
    /// or the body of the answer cancels the call upstream.
    pub async fn send(&self, request: Request<SegmentedBody>) -> Result<Response<Incoming>, CallError> {
        self.client.send(request).await
    }

    /// The pool behind it.
    pub fn client(&self) -> &Client {
        &self.client
    }

    /// The kind of API it has.
    pub fn kind(&self) -> ProviderKind {
        self.kind
    }

    /// What an answer with an error status means.
    pub fn classify(&self, status: StatusCode, headers: &HeaderMap, body: &[u8]) -> FailureClass {
        failure::classify(Kind::of(self.kind).errors, Some(status), Some(headers), &ErrorReport::read(body))
    }

    /// What an error event in a stream means (the data of the event).
    pub fn classify_event(&self, data: &[u8]) -> FailureClass {
        failure::classify(Kind::of(self.kind).errors, None, None, &ErrorReport::read(data))
    }

    /// A message of the upstream, bounded, with our credential taken out should it be in there.
    pub fn safe_message(&self, message: &str) -> String {
        let bounded: String = message.chars().take(500).collect();
        match self.secret.as_ref().map(|s| s.expose_secret()).filter(|s| s.len() >= 8) {
            Some(secret) => bounded.replace(secret, "[credential]"),
            None => bounded,
        }
    }
}

/// The `beta=...` pair of a query. Nothing else passes: a query can hold credentials (`key=`).
fn beta_of(query: &str) -> Option<&str> {
    query.split('&').find(|pair| pair.starts_with("beta=") && pair.len() <= 64)
}

fn with_query(uri: &Uri, query: &str) -> Option<Uri> {
    let path = PathAndQuery::from_str(&format!("{}?{query}", uri.path())).ok()?;
    let mut parts = uri.clone().into_parts();
    parts.path_and_query = Some(path);
    Uri::from_parts(parts).ok()
}

fn host_header(uri: &Uri) -> Option<HeaderValue> {
    let default = if uri.scheme_str() == Some("https") { 443 } else { 80 };
    let text = match uri.port_u16() {
        Some(port) if port != default => format!("{}:{port}", uri.host()?),
        _ => uri.host()?.to_owned(),
    };
    HeaderValue::from_str(&text).ok()
}

fn custom_headers(provider: &Provider) -> Result<Vec<(HeaderName, HeaderValue)>, PrepareError> {
    let one = |(name, value): &(String, secrecy::SecretString)| {
        let name = HeaderName::from_str(name).ok().filter(|name| !RESERVED.contains(name))?;
        let mut value = HeaderValue::from_str(value.expose_secret()).ok()?;
        value.set_sensitive(true);
        Some((name, value))
    };
    let checked = |pair: &(String, secrecy::SecretString)| {
        one(pair).ok_or_else(|| PrepareError::Header { provider: provider.name.to_string(), header: pair.0.clone() })
    };
    provider.headers.iter().map(checked).collect()
}

/// A URL as it may be shown: user and password left out.
fn without_user(url: &str) -> String {
    match url.split_once("://") {
        Some((scheme, rest)) => {
            let (authority, path) = rest.split_once('/').map_or((rest, None), |(a, p)| (a, Some(p)));
            let host = authority.rsplit('@').next().unwrap_or_default();
            path.map_or_else(|| format!("{scheme}://{host}"), |path| format!("{scheme}://{host}/{path}"))
        }
        None => url.rsplit('@').next().unwrap_or_default().to_owned(),
    }
}
