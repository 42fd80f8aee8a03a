//! What a call asks for, read from its body in one pass and without a tree.

use std::ops::Range;

use thinkwatch_policy::dialect::{Dialect, Endpoint};

use crate::error::{ApiError, ErrorKind};
use crate::json::{ScanError, text};
use crate::multipart::FormFault;
use crate::{audio, chat, completions, embeddings, gemini, images, messages, moderations, rerank, responses};

pub mod conversation;
pub(crate) mod fields;

pub(crate) use fields::{Fields, Name};

/// The longest model name that is accepted, in bytes.
pub const MAX_MODEL_BYTES: usize = 256;

/// What the gateway needs to know of a request. Spans are byte ranges of the body that was read.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Peek {
    /// The model the client names, unescaped. Empty where the path names it: [`Peek::with_model`].
    pub model: String,
    /// Where its value stands, quotes included. Empty where the path names it.
    pub model_span: Range<usize>,
    /// Where the body repeats the model that the path names, as `models/{model}`: to be renamed with it, whatever they
    /// say, so that no other model is called than the one that was asked for.
    pub model_copies: Vec<Range<usize>>,
    /// The body names no model, and the API's default is meant: it is written out, so that what is asked for is what was
    /// decided on.
    pub model_is_default: bool,
    /// The body is a form: its values stand there without quotes.
    pub is_form: bool,
    /// Whether the answer is to be a stream.
    pub stream: bool,
    /// The most output tokens the client allows.
    pub max_tokens: Option<u64>,
    /// How many answers are asked for at once, at least 1: each may be as long as `max_tokens` allows.
    pub answers: u64,
    /// Whether the client wants the provider to keep the answer.
    pub store: Option<bool>,
    /// What a call in Responses wants of those before it.
    pub continuation: Continuation,
    /// Whether the client asked for usage in its stream (only Chat knows the question; others always tell).
    pub include_usage: bool,
    /// Where and what `stream_options` is; Chat only.
    pub stream_options: StreamOptions,
    /// How many images are asked for; 0 where none can be.
    pub images: u64,
    /// The value of `user`.
    pub user: Option<Range<usize>>,
    /// The value of `metadata`.
    pub metadata: Option<Range<usize>>,
    /// Where the closing brace of the body stands.
    pub object_end: usize,
}

impl Peek {
    /// The same with the model that the path names.
    pub fn with_model(mut self, model: &str) -> Result<Self, BadRequest> {
        if !is_model(model) {
            return Err(BadRequest::Wrong { param: Name::Model.as_str(), expected: MODEL, offset: 0 });
        }
        model.clone_into(&mut self.model);
        Ok(self)
    }
}

/// What a call in Responses wants of what a provider keeps.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Continuation {
    /// The response it goes on from (`previous_response_id`), unescaped.
    pub previous: Option<String>,
    /// A field that only a provider which keeps responses can do something with.
    pub needs_keeper: Option<&'static str>,
}

/// What a chat request says about `stream_options`: all that is needed to ask for usage in its place.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub enum StreamOptions {
    /// Not there.
    #[default]
    Absent,
    /// `null`, at this span.
    Null(Range<usize>),
    /// An object without `include_usage`.
    Object {
        /// Its span, braces included.
        span: Range<usize>,
        /// Whether it has no member at all.
        empty: bool,
    },
    /// An object with `include_usage`, whose value is at this span.
    IncludeUsage(Range<usize>),
}

/// Why a body is refused. Says where, which field, and what is allowed; never what the body holds.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum BadRequest {
    /// Not a JSON object, or one nested too deep.
    #[error("{0}")]
    Json(#[from] ScanError),
    /// Not a form that every server would read alike.
    #[error("the form cannot be read: {0}")]
    Form(#[from] FormFault),
    /// A field that decides something is there twice: parsers differ in which one they take.
    #[error("'{param}' is given more than once (again at byte {offset})")]
    Duplicate {
        /// The field.
        param: &'static str,
        /// Where the second one begins.
        offset: usize,
    },
    /// A field that decides something in another spelling, which some parsers take for it.
    #[error("the field at byte {offset} is a variant of '{param}': write it exactly so")]
    Misspelt {
        /// The field it resembles.
        param: &'static str,
        /// Where it begins.
        offset: usize,
    },
    /// A field that must be there is not.
    #[error("'{param}' is required: {expected}")]
    Missing {
        /// The field.
        param: &'static str,
        /// What is allowed.
        expected: &'static str,
    },
    /// A field has a value that is not allowed.
    #[error("'{param}' must be {expected}")]
    Wrong {
        /// The field.
        param: &'static str,
        /// What is allowed.
        expected: &'static str,
        /// Where the value begins.
        offset: usize,
    },
}

impl BadRequest {
    /// The field that is wrong, if it is one.
    pub const fn param(&self) -> Option<&'static str> {
        match self {
            Self::Json(_) | Self::Form(_) => None,
            Self::Duplicate { param, .. }
            | Self::Misspelt { param, .. }
            | Self::Missing { param, .. }
            | Self::Wrong { param, .. } => Some(param),
        }
    }

    /// The byte of the body that is wrong, if it is one.
    pub const fn offset(&self) -> Option<usize> {
        match self {
            Self::Json(error) => error.offset(),
            Self::Form(fault) => fault.offset(),
            Self::Missing { .. } => None,
            Self::Duplicate { offset, .. } | Self::Misspelt { offset, .. } | Self::Wrong { offset, .. } => {
                Some(*offset)
            }
        }
    }

    /// A word for programs.
    pub const fn code(&self) -> &'static str {
        match self {
            Self::Json(ScanError::TooDeep { .. }) => "json_too_deep",
            Self::Json(_) => "invalid_json",
            Self::Form(_) => "invalid_form",
            Self::Duplicate { .. } | Self::Misspelt { .. } => "duplicate_field",
            Self::Missing { .. } => "missing_required_parameter",
            Self::Wrong { .. } => "invalid_value",
        }
    }
}

impl From<&BadRequest> for ApiError {
    fn from(bad: &BadRequest) -> Self {
        let kind = match bad {
            BadRequest::Json(ScanError::TooDeep { .. }) => ErrorKind::RequestTooLarge,
            _ => ErrorKind::InvalidRequest,
        };
        let error = Self::new(kind, bad.to_string()).with_code(bad.code());
        match bad.param() {
            Some(param) => error.with_param(param),
            None => error,
        }
    }
}

impl From<BadRequest> for ApiError {
    fn from(bad: BadRequest) -> Self {
        Self::from(&bad)
    }
}

/// Reads and checks the top level of a request body: the whole of it must be one JSON object, nested at most
/// `max_depth` deep, and the fields the gateway decides by must be there once and have their right types. What the
/// gateway does not decide by is the provider's to judge.
pub fn peek(endpoint: Endpoint, body: &[u8], max_depth: usize) -> Result<Peek, BadRequest> {
    let fields = || Fields::read(body, max_depth);
    let mut peek = match endpoint.dialect() {
        Dialect::Chat => chat::request::read(&fields()?),
        Dialect::Messages => messages::request::read(&fields()?, endpoint == Endpoint::CountTokens),
        Dialect::Responses => responses::request::read(&fields()?),
        Dialect::Embeddings => embeddings::request::read(&fields()?),
        Dialect::Gemini => gemini::request::read(endpoint, body, max_depth),
        Dialect::Completions => completions::request::read(&fields()?),
        Dialect::Moderations => moderations::request::read(&fields()?),
        Dialect::Images => images::request::read(&fields()?, body),
        Dialect::Audio => audio::request::read(&fields()?, body, endpoint),
        Dialect::Rerank => rerank::request::read(&fields()?, body),
        // No endpoint of ours speaks it.
        Dialect::Converse => common(&fields()?),
    }?;
    // Some never stream, whatever the body says.
    peek.stream = endpoint.streams().unwrap_or(peek.stream);
    Ok(peek)
}

pub(crate) const MODEL: &str = "a non-empty string of at most 256 bytes without control characters";

pub(crate) fn is_model(name: &str) -> bool {
    !name.is_empty() && name.len() <= MAX_MODEL_BYTES && !name.chars().any(char::is_control)
}

/// What every dialect has in common.
pub(crate) fn common(fields: &Fields<'_>) -> Result<Peek, BadRequest> {
    fields.required(Name::Model, MODEL)?;
    common_or(fields, "")
}

/// The same where a request without a model means this one.
pub(crate) fn common_or(fields: &Fields<'_>, default_model: &str) -> Result<Peek, BadRequest> {
    let Some(model_span) = fields.span(Name::Model) else {
        let model_span = fields.raw_span(Name::Model).unwrap_or(fields.end..fields.end);
        return Ok(Peek { model_is_default: true, ..rest(fields, default_model.to_owned(), model_span)? });
    };
    let wrong = || fields.wrong(Name::Model, MODEL);
    let raw = fields.string(Name::Model).ok_or_else(wrong)?;
    let model = text::unescape(raw);
    if !is_model(&model) {
        return Err(wrong());
    }
    rest(fields, model.into_owned(), model_span)
}

fn rest(fields: &Fields<'_>, model: String, model_span: Range<usize>) -> Result<Peek, BadRequest> {
    Ok(Peek {
        model,
        model_span,
        model_copies: Vec::new(),
        model_is_default: false,
        is_form: false,
        stream: fields.boolean(Name::Stream)?.unwrap_or(false),
        max_tokens: None,
        answers: 1,
        store: fields.boolean(Name::Store)?,
        continuation: Continuation::default(),
        include_usage: false,
        stream_options: StreamOptions::Absent,
        images: 0,
        user: fields.span(Name::User),
        metadata: fields.span(Name::Metadata),
        object_end: fields.end,
    })
}
