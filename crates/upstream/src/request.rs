//! A call as one provider gets it: where it goes, what of the client's headers passes, credential and signature.

use std::str::FromStr as _;
use std::time::SystemTime;

use bytes::Bytes;
use http::uri::PathAndQuery;
use http::{HeaderMap, HeaderName, HeaderValue, Method, Request, Uri, header};
use thinkwatch_outbound::SegmentedBody;
use thinkwatch_policy::catalogue::ProviderKind;
use thinkwatch_policy::dialect::{Dialect, Endpoint};

use crate::bedrock;
use crate::head::{Ready, Signs, Upstream};
use crate::headers::copy_request_headers;
use crate::kind::{Outgoing, Unsignable, segment};

const ANTHROPIC_VERSION: HeaderName = HeaderName::from_static("anthropic-version");
const TRACEPARENT: HeaderName = HeaderName::from_static("traceparent");

/// Sent when the client named none; the only version there has been since 2023.
const DEFAULT_ANTHROPIC_VERSION: HeaderValue = HeaderValue::from_static("2023-06-01");

/// Why a request cannot be built for a provider that can be called otherwise. Never repeats a secret.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum RequestError {
    /// Providers of this type have no such endpoint.
    #[error("a provider of type `{}` has no endpoint `{}`", kind.as_str(), endpoint.as_str())]
    Endpoint {
        /// What it is.
        kind: ProviderKind,
        /// What it was asked for.
        endpoint: Endpoint,
    },
    /// The model's name cannot stand in an address.
    #[error("the upstream model `{0}` is no name that could be asked for")]
    Model(String),
    /// It cannot be signed.
    #[error(transparent)]
    Unsignable(#[from] Unsignable),
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

impl Upstream {
    /// The request for an endpoint. The body goes on as it is given; what names the model in the address, and the time, only
    /// matter to providers that want them.
    pub fn request<B: AsRef<[Bytes]> + Into<SegmentedBody>>(
        &self,
        endpoint: Endpoint,
        model: &str,
        inbound: Inbound<'_>,
        body: B,
        now: SystemTime,
    ) -> Result<Request<SegmentedBody>, RequestError> {
        let url = self.url(endpoint, model, inbound.query)?;
        let mut headers = HeaderMap::with_capacity(24);
        copy_request_headers(inbound.headers, &mut headers, endpoint.dialect());
        headers.entry(header::CONTENT_TYPE).or_insert(HeaderValue::from_static("application/json"));
        if let Some(traceparent) = inbound.traceparent {
            headers.insert(TRACEPARENT, traceparent);
        }
        self.own_headers(&mut headers, endpoint.dialect(), self.host.as_ref());
        if self.signer.is_some() {
            let content_type = headers.get(header::CONTENT_TYPE).cloned();
            let whole = match body.as_ref() {
                [one] => one.clone(),
                pieces => pieces.concat().into(),
            };
            let kind = content_type.as_ref().and_then(|kind| kind.to_str().ok());
            let outgoing = Outgoing { method: &Method::POST, url: &url, content_type: kind, body: &whole };
            self.sign(&outgoing, &mut headers, now)?;
        }
        let mut request = Request::new(body.into());
        *request.method_mut() = Method::POST;
        *request.uri_mut() = url;
        *request.headers_mut() = headers;
        Ok(request)
    }

    /// Adds the signature, where calls are signed.
    pub(crate) fn sign(
        &self,
        request: &Outgoing<'_>,
        headers: &mut HeaderMap,
        now: SystemTime,
    ) -> Result<(), Unsignable> {
        if let Some((signs, region)) = &self.signer {
            let keys = match signs {
                Signs::Own(keys) => Some(keys.clone()),
                Signs::Instance(instance) => instance.as_ref().and_then(|instance| instance.keys(now)),
            };
            for (name, value) in bedrock::sign(request, &keys.ok_or(Unsignable::NoCredentials)?, region, now)? {
                headers.insert(name, value);
            }
        }
        Ok(())
    }

    /// What is sent whoever calls: host, credential, format version, the operator's own headers (which win).
    pub(crate) fn own_headers(&self, headers: &mut HeaderMap, dialect: Dialect, host: Option<&HeaderValue>) {
        if let Some(host) = host {
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

    fn url(&self, endpoint: Endpoint, model: &str, query: Option<&str>) -> Result<Uri, RequestError> {
        match self.urls.get(endpoint as usize) {
            Some(Some(Ready::Fixed(plain))) => {
                let beta = query.filter(|_| endpoint.dialect() == Dialect::Messages).and_then(beta_of);
                Ok(beta.and_then(|beta| with_query(plain, beta)).unwrap_or_else(|| plain.clone()))
            }
            Some(Some(Ready::OfModel(before, after))) => {
                // Lists of Google's call models by their path, and so do operators who copy from there.
                let name = model.strip_prefix("models/").unwrap_or(model);
                let url = segment(name).and_then(|name| format!("{before}{name}{after}").parse().ok());
                url.ok_or_else(|| RequestError::Model(model.chars().take(256).collect()))
            }
            _ => Err(RequestError::Endpoint { kind: self.kind, endpoint }),
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
