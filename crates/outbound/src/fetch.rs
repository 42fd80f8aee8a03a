//! Whole answers in memory, for the control plane and the command line. Not for the data plane, which streams.

use std::time::Duration;

use bytes::{Bytes, BytesMut};
use http::{HeaderMap, HeaderValue, Method, Request, StatusCode, Uri, header};
use http_body_util::BodyExt as _;
use serde::Serialize;
use serde::de::DeserializeOwned;

use crate::body::SegmentedBody;
use crate::client::Client;
use crate::error::CallError;
use crate::incoming::BodyError;

/// How long and how much.
#[derive(Clone, Copy, Debug)]
pub struct FetchLimits {
    /// Longest time for everything together.
    pub total: Duration,
    /// Largest body.
    pub max_bytes: usize,
}

impl Default for FetchLimits {
    fn default() -> Self {
        Self { total: Duration::from_secs(30), max_bytes: 8 * 1024 * 1024 }
    }
}

/// A whole answer, whatever its status.
#[derive(Clone, Debug)]
pub struct Fetched {
    /// The status.
    pub status: StatusCode,
    /// The headers.
    pub headers: HeaderMap,
    /// The body.
    pub body: Bytes,
}

impl Fetched {
    /// The body as JSON.
    pub fn json<T: DeserializeOwned>(&self) -> Result<T, FetchError> {
        serde_json::from_slice(&self.body).map_err(FetchError::Json)
    }
}

/// Why there is no whole answer.
#[derive(Debug, thiserror::Error)]
pub enum FetchError {
    /// No head of an answer came.
    #[error(transparent)]
    Call(#[from] CallError),
    /// It took too long.
    #[error("no complete answer within {0:?}")]
    Timeout(Duration),
    /// It is larger than allowed.
    #[error("the answer is larger than {0} bytes")]
    TooLarge(usize),
    /// The connection ended in the middle of the body.
    #[error("the answer was cut off: {0}")]
    Body(BodyError),
    /// The body is not the JSON that was expected (or could not be written as JSON).
    #[error("the answer is not the JSON that was expected: {0}")]
    Json(serde_json::Error),
    /// The request is not well-formed.
    #[error("the request is not well-formed: {0}")]
    Request(http::Error),
}

impl Client {
    /// Sends a request and reads the whole answer.
    pub async fn fetch(&self, request: Request<SegmentedBody>, limits: FetchLimits) -> Result<Fetched, FetchError> {
        let work = async {
            let (head, mut body) = self.send(request).await?.into_parts();
            let mut whole = BytesMut::new();
            while let Some(frame) = body.frame().await {
                let Ok(data) = frame.map_err(FetchError::Body)?.into_data() else { continue };
                if whole.len() + data.len() > limits.max_bytes {
                    return Err(FetchError::TooLarge(limits.max_bytes));
                }
                whole.extend_from_slice(&data);
            }
            Ok(Fetched { status: head.status, headers: head.headers, body: whole.freeze() })
        };
        tokio::time::timeout(limits.total, work).await.unwrap_or(Err(FetchError::Timeout(limits.total)))
    }

    /// `GET`, asking for JSON. The answer is given back whatever its status.
    pub async fn get_json(&self, uri: Uri, headers: HeaderMap, limits: FetchLimits) -> Result<Fetched, FetchError> {
        self.fetch(json_request(Method::GET, uri, headers, SegmentedBody::empty())?, limits).await
    }

    /// `POST` of a JSON body. The answer is given back whatever its status.
    pub async fn post_json<T: Serialize + Sync>(
        &self,
        uri: Uri,
        headers: HeaderMap,
        body: &T,
        limits: FetchLimits,
    ) -> Result<Fetched, FetchError> {
        let body = Bytes::from(serde_json::to_vec(body).map_err(FetchError::Json)?);
        let mut request = json_request(Method::POST, uri, headers, body.into())?;
        request.headers_mut().insert(header::CONTENT_TYPE, HeaderValue::from_static("application/json"));
        self.fetch(request, limits).await
    }
}

fn json_request(
    method: Method,
    uri: Uri,
    headers: HeaderMap,
    body: SegmentedBody,
) -> Result<Request<SegmentedBody>, FetchError> {
    let mut request = Request::builder().method(method).uri(uri).body(body).map_err(FetchError::Request)?;
    *request.headers_mut() = headers;
    request.headers_mut().entry(header::ACCEPT).or_insert(HeaderValue::from_static("application/json"));
    Ok(request)
}
