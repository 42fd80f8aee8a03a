//! What is read of a Gemini request: the model and the way of the answer are in the path, the token limit a level down.

use std::borrow::Cow;
use std::ops::Range;

use thinkwatch_policy::dialect::Endpoint;

use crate::json::node::Node;
use crate::json::{ANSWER_DEPTH, Members, ScanError, text, whole};
use crate::request::fields::{POSITIVE, is_filled_list};
use crate::request::{BadRequest, Continuation, Peek, StreamOptions};

/// The members that are looked at, by both of their names.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Name {
    Contents,
    Content,
    Requests,
    Model,
    GenerationConfig,
    GenerateContentRequest,
    MaxOutputTokens,
    CandidateCount,
    Store,
    Labels,
}

impl Name {
    const COUNT: usize = 10;

    /// As errors name it.
    const fn as_str(self) -> &'static str {
        match self {
            Self::Contents => "contents",
            Self::Content => "content",
            Self::Requests => "requests",
            Self::Model => "model",
            Self::GenerationConfig => "generationConfig",
            Self::GenerateContentRequest => "generateContentRequest",
            Self::MaxOutputTokens => "generationConfig.maxOutputTokens",
            Self::CandidateCount => "generationConfig.candidateCount",
            Self::Store => "store",
            Self::Labels => "labels",
        }
    }

    fn of(key: &[u8]) -> Option<Self> {
        Some(match key {
            b"contents" => Self::Contents,
            b"content" => Self::Content,
            b"requests" => Self::Requests,
            b"model" => Self::Model,
            b"generationConfig" | b"generation_config" => Self::GenerationConfig,
            b"generateContentRequest" | b"generate_content_request" => Self::GenerateContentRequest,
            b"maxOutputTokens" | b"max_output_tokens" => Self::MaxOutputTokens,
            b"candidateCount" | b"candidate_count" => Self::CandidateCount,
            b"store" => Self::Store,
            b"labels" => Self::Labels,
            _ => return None,
        })
    }
}

/// Where the members of one object are.
struct Level<'a> {
    body: &'a [u8],
    spans: [Option<Range<usize>>; Name::COUNT],
    end: usize,
}

impl<'a> Level<'a> {
    /// Reads the object at this place of the body.
    fn read(body: &'a [u8], place: Range<usize>, max_depth: usize) -> Result<Self, BadRequest> {
        let base = place.start;
        let mut members = Members::within(&body[place], max_depth)?;
        let mut level = Self { body, spans: Default::default(), end: 0 };
        while let Some(member) = members.next()? {
            let key = match memchr::memchr(b'\\', member.key) {
                Some(_) => Cow::Owned(text::unescape(member.key).into_owned().into_bytes()),
                None => Cow::Borrowed(member.key),
            };
            let Some(name) = Name::of(&key) else { continue };
            let slot = &mut level.spans[name as usize];
            // Also by its other name: nobody knows which one would be believed.
            if slot.is_some() {
                return Err(BadRequest::Duplicate { param: name.as_str(), offset: base + member.key_span.start });
            }
            *slot = Some(base + member.value.start..base + member.value.end);
        }
        level.end = base + members.position() - 1;
        if base == 0 && !members.ends_here() {
            return Err(ScanError::Invalid { offset: members.position(), expected: "nothing after the object" }.into());
        }
        Ok(level)
    }

    /// Where the member's value is; a `null` counts as absent.
    fn span(&self, name: Name) -> Option<Range<usize>> {
        self.spans[name as usize].clone().filter(|span| &self.body[span.clone()] != b"null")
    }

    fn value(&self, name: Name) -> Option<&'a [u8]> {
        self.span(name).map(|span| &self.body[span])
    }

    fn wrong(&self, name: Name, expected: &'static str) -> BadRequest {
        let offset = self.spans[name as usize].as_ref().map_or(0, |span| span.start);
        BadRequest::Wrong { param: name.as_str(), expected, offset }
    }

    /// The object of this name, read in turn.
    fn object(&self, name: Name) -> Result<Option<Self>, BadRequest> {
        match self.span(name) {
            None => Ok(None),
            Some(span) if self.body[span.start] == b'{' => Self::read(self.body, span, ANSWER_DEPTH).map(Some),
            Some(_) => Err(self.wrong(name, "an object")),
        }
    }

    fn filled_list(&self, name: Name, expected: &'static str) -> Result<(), BadRequest> {
        match self.value(name) {
            None => Err(BadRequest::Missing { param: name.as_str(), expected }),
            Some(value) if is_filled_list(value) => Ok(()),
            Some(_) => Err(self.wrong(name, expected)),
        }
    }

    /// The model, if it is named here as a string.
    fn model(&self) -> Result<Option<Range<usize>>, BadRequest> {
        match self.span(Name::Model) {
            Some(span) if self.body[span.start] != b'"' => Err(self.wrong(Name::Model, "a string")),
            span => Ok(span),
        }
    }
}

pub(crate) fn read(endpoint: Endpoint, body: &[u8], max_depth: usize) -> Result<Peek, BadRequest> {
    const CONTENTS: &str = "a list with at least one turn";
    std::str::from_utf8(body).map_err(|e| ScanError::Utf8 { offset: e.valid_up_to() })?;
    let top = Level::read(body, 0..body.len(), max_depth)?;
    // What is counted may stand a level down, in the shape of the call it is counted for.
    let inner = match endpoint {
        Endpoint::GeminiCountTokens => top.object(Name::GenerateContentRequest)?,
        _ => None,
    };
    let call = inner.as_ref().unwrap_or(&top);
    let mut model_copies = Vec::new();
    model_copies.extend(top.model()?);
    if inner.is_some() {
        model_copies.extend(call.model()?);
    }
    match endpoint {
        Endpoint::EmbedContent => {
            if top.value(Name::Content).is_none_or(|value| value[0] != b'{') {
                return Err(top.wrong(Name::Content, "an object with parts"));
            }
        }
        Endpoint::BatchEmbedContents => {
            top.filled_list(Name::Requests, "a list with at least one request")?;
            model_copies.extend(models_of_list(&top)?);
        }
        _ => call.filled_list(Name::Contents, CONTENTS)?,
    }
    Ok(Peek {
        model: String::new(),
        model_span: 0..0,
        model_copies,
        model_is_default: false,
        is_form: false,
        stream: endpoint.streams().unwrap_or(false),
        max_tokens: of_config(call, Name::MaxOutputTokens)?,
        answers: of_config(call, Name::CandidateCount)?.unwrap_or(1),
        store: match call.value(Name::Store) {
            None => None,
            Some(b"true") => Some(true),
            Some(b"false") => Some(false),
            Some(_) => return Err(call.wrong(Name::Store, "true or false")),
        },
        continuation: Continuation::default(),
        include_usage: false,
        stream_options: StreamOptions::Absent,
        images: 0,
        user: None,
        metadata: call.span(Name::Labels),
        object_end: top.end,
    })
}

/// The model that each of several requests names.
fn models_of_list(top: &Level<'_>) -> Result<Vec<Range<usize>>, BadRequest> {
    let wrong = || top.wrong(Name::Requests, "a list of objects");
    let list = top.span(Name::Requests).unwrap_or_default();
    let elements = Node::root(&top.body[list.clone()]).and_then(|requests| requests.list()).map_err(|_| wrong())?;
    let mut models = Vec::new();
    for element in elements {
        if !element.is_object() {
            return Err(wrong());
        }
        let start = list.start + element.at();
        let request = Level::read(top.body, start..start + element.raw().len(), ANSWER_DEPTH)?;
        models.extend(request.model()?);
    }
    Ok(models)
}

/// A positive number in `generationConfig`.
fn of_config(call: &Level<'_>, name: Name) -> Result<Option<u64>, BadRequest> {
    let Some(config) = call.object(Name::GenerationConfig)? else { return Ok(None) };
    let Some(value) = config.value(name) else { return Ok(None) };
    // Google takes numbers as strings, too.
    let digits = value.strip_prefix(b"\"").and_then(|rest| rest.strip_suffix(b"\"")).unwrap_or(value);
    match whole(digits) {
        Some(number) if number > 0 => Ok(Some(number)),
        _ => Err(config.wrong(name, POSITIVE)),
    }
}
