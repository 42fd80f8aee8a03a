//! Errors of ours in the shape of the client's dialect, and what an upstream's error body says.

use serde_json::Value;
use thinkwatch_policy::dialect::Dialect;

use crate::{chat, converse, embeddings, gemini, messages, responses};

pub use crate::converse::error::upstream as aws_message;

/// What went wrong, as a class. Each dialect has its own words and, for a few, its own status.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum ErrorKind {
    /// The request is not acceptable as it is.
    InvalidRequest,
    /// No credential, or one that is not valid.
    Authentication,
    /// The caller may not do this.
    PermissionDenied,
    /// No such model, response or path.
    NotFound,
    /// The body, its nesting or its headers exceed a stated limit.
    RequestTooLarge,
    /// A limit was reached; it passes with time.
    RateLimited,
    /// A budget is spent until its period ends.
    BudgetExhausted,
    /// The provider refused the gateway's own credential. Never shown as the client's 401.
    UpstreamAuth,
    /// The provider failed or answered with something unusable.
    UpstreamError,
    /// The provider was too slow in one of the stages.
    UpstreamTimeout,
    /// No provider could be reached.
    UpstreamUnavailable,
    /// The gateway or the provider has too much to do.
    Overloaded,
    /// A fault of the gateway.
    Internal,
}

impl ErrorKind {
    /// All of them.
    pub const ALL: [Self; 13] = [
        Self::InvalidRequest,
        Self::Authentication,
        Self::PermissionDenied,
        Self::NotFound,
        Self::RequestTooLarge,
        Self::RateLimited,
        Self::BudgetExhausted,
        Self::UpstreamAuth,
        Self::UpstreamError,
        Self::UpstreamTimeout,
        Self::UpstreamUnavailable,
        Self::Overloaded,
        Self::Internal,
    ];

    /// The usual HTTP status of the class; [`encode`] knows where a dialect differs.
    pub const fn status(self) -> u16 {
        match self {
            Self::InvalidRequest => 400,
            Self::Authentication => 401,
            Self::PermissionDenied => 403,
            Self::NotFound => 404,
            Self::RequestTooLarge => 413,
            Self::RateLimited | Self::BudgetExhausted => 429,
            Self::UpstreamAuth | Self::UpstreamError => 502,
            Self::UpstreamTimeout => 504,
            Self::UpstreamUnavailable | Self::Overloaded => 503,
            Self::Internal => 500,
        }
    }
}

/// An error to tell a client, before it has a dialect.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{message}")]
pub struct ApiError {
    /// The HTTP status, unless the dialect has its own for this kind.
    pub status: u16,
    /// The class.
    pub kind: ErrorKind,
    /// For people: what is wrong and what to do. Never a secret, never content.
    pub message: String,
    /// The field that is wrong.
    pub param: Option<String>,
    /// For programs; the dialect's usual code of the class when `None`.
    pub code: Option<String>,
    /// How long to wait before the call is made again, in seconds: Google's clients read it in the body, the others in the
    /// header `retry-after`.
    pub retry_after_s: Option<u64>,
}

impl ApiError {
    /// An error with the usual status of its class.
    pub fn new(kind: ErrorKind, message: impl Into<String>) -> Self {
        Self { status: kind.status(), kind, message: message.into(), param: None, code: None, retry_after_s: None }
    }

    /// The same with the field that is wrong.
    #[must_use]
    pub fn with_param(mut self, param: impl Into<String>) -> Self {
        self.param = Some(param.into());
        self
    }

    /// The same with a code for programs.
    #[must_use]
    pub fn with_code(mut self, code: impl Into<String>) -> Self {
        self.code = Some(code.into());
        self
    }

    /// The same with another status, for example the one the upstream gave.
    #[must_use]
    pub fn with_status(mut self, status: u16) -> Self {
        self.status = status;
        self
    }

    /// The same, with how long to wait before the call is made again.
    #[must_use]
    pub fn with_retry_after_s(mut self, seconds: u64) -> Self {
        self.retry_after_s = Some(seconds);
        self
    }

    /// The code for programs: its own, or that of its kind.
    pub(crate) fn word(&self) -> Option<&str> {
        self.code.as_deref().or(match self.kind {
            ErrorKind::InvalidRequest | ErrorKind::NotFound => None,
            ErrorKind::Authentication => Some("invalid_api_key"),
            ErrorKind::PermissionDenied => Some("permission_denied"),
            ErrorKind::RequestTooLarge => Some("request_too_large"),
            ErrorKind::RateLimited => Some("rate_limit_exceeded"),
            ErrorKind::BudgetExhausted => Some("insufficient_quota"),
            ErrorKind::UpstreamAuth => Some("upstream_auth"),
            ErrorKind::UpstreamError => Some("upstream_error"),
            ErrorKind::UpstreamTimeout => Some("upstream_timeout"),
            ErrorKind::UpstreamUnavailable => Some("upstream_unavailable"),
            ErrorKind::Overloaded => Some("overloaded"),
            ErrorKind::Internal => Some("internal_error"),
        })
    }
}

/// The status and the JSON body that tell the error to a client of this dialect.
pub fn encode(dialect: Dialect, error: &ApiError, request_id: &str) -> (u16, Vec<u8>) {
    match dialect {
        Dialect::Chat
        | Dialect::Completions
        | Dialect::Moderations
        | Dialect::Images
        | Dialect::Audio
        | Dialect::Rerank => (chat::error::status(error), chat::error::body(error)),
        Dialect::Messages => (messages::error::status(error), messages::error::body(error, request_id)),
        Dialect::Responses => (responses::error::status(error), responses::error::body(error)),
        Dialect::Embeddings => (embeddings::error::status(error), embeddings::error::body(error)),
        Dialect::Converse => (converse::error::status(error), converse::error::body(error)),
        Dialect::Gemini => (gemini::error::status(error), gemini::error::body(error)),
    }
}

/// Where a stream stands when it has to be ended with an error; [`crate::stream::Relay::place`] knows.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct StreamPlace {
    /// The id the upstream gave the answer.
    pub id: Option<String>,
    /// When the upstream says it began, seconds since the epoch.
    pub created_at_s: u64,
    /// The sequence number of the event to come.
    pub sequence: u64,
    /// The model's name as the client knows it.
    pub model: String,
}

/// The event that ends a stream with an error after a 200 was sent: complete, with its blank line.
pub fn stream_event(dialect: Dialect, error: &ApiError, request_id: &str, place: &StreamPlace) -> Vec<u8> {
    match dialect {
        Dialect::Chat
        | Dialect::Completions
        | Dialect::Moderations
        | Dialect::Images
        | Dialect::Audio
        | Dialect::Rerank => chat::error::event(error),
        Dialect::Messages => messages::error::event(error, request_id),
        Dialect::Responses => responses::error::event(error, request_id, place),
        Dialect::Embeddings => embeddings::error::event(error),
        Dialect::Converse => converse::error::event(error),
        Dialect::Gemini => gemini::error::event(error),
    }
}

/// What an upstream's error body says.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct UpstreamMessage {
    /// Its text, at most [`MAX_MESSAGE_BYTES`].
    pub message: String,
    /// Its `type`, or what Google calls `status`, if it has one.
    pub kind: Option<String>,
    /// Its `code`, if it has one (numbers as text).
    pub code: Option<String>,
    /// The field it blames.
    pub param: Option<String>,
}

/// The longest upstream message that is kept.
pub const MAX_MESSAGE_BYTES: usize = 2048;
const MAX_WORD_BYTES: usize = 128;
/// Longer error bodies are not read: no provider writes them.
const MAX_BODY_BYTES: usize = 256 * 1024;

/// Reads the error body of a provider of any dialect, and of the usual servers that imitate them. `None` when the
/// body is not JSON or holds no message.
pub fn upstream_message(body: &[u8]) -> Option<UpstreamMessage> {
    if body.len() > MAX_BODY_BYTES {
        return None;
    }
    let value: Value = serde_json::from_slice(body).ok()?;
    // A list with one error object in it is what some imitations answer.
    let value = match &value {
        Value::Array(list) => list.first()?,
        other => other,
    };
    let inner = match value.get("error").or_else(|| value.pointer("/response/error")) {
        Some(Value::String(text)) => {
            return Some(UpstreamMessage { message: cut(text, MAX_MESSAGE_BYTES), ..Default::default() });
        }
        Some(object @ Value::Object(_)) => object,
        _ => value,
    };
    let message = ["message", "detail", "msg", "error_message"].iter().find_map(|key| match inner.get(*key)? {
        Value::String(text) => Some(text.as_str()),
        // FastAPI servers list what did not validate.
        Value::Array(list) => list.first()?.get("msg")?.as_str(),
        _ => None,
    })?;
    let word = |key: &str| match inner.get(key)? {
        Value::String(text) => Some(cut(text, MAX_WORD_BYTES)),
        Value::Number(number) => Some(number.to_string()),
        _ => None,
    };
    Some(UpstreamMessage {
        message: cut(message, MAX_MESSAGE_BYTES),
        kind: word("type")
            .or_else(|| word("status").filter(|status| !status.starts_with(|c: char| c.is_ascii_digit()))),
        code: word("code"),
        param: word("param"),
    })
}

/// The text, cut at a character so that it has at most `max` bytes.
pub(crate) fn cut(text: &str, max: usize) -> String {
    text[..text.floor_char_boundary(max)].to_owned()
}
