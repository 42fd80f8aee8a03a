//! What a call with a form asks for.

use thinkwatch_policy::dialect::{Dialect, Endpoint};

use super::boundary::Boundary;
use super::parts::{Part, parts};
use crate::images::request::wanted;
use crate::request::{BadRequest, Continuation, MODEL, Peek, StreamOptions, is_model};

/// The fields by which something is decided.
const DECISIVE: [&str; 2] = ["model", "stream"];

/// Reads and checks a form: the model and whether a stream is wanted, each given once and in no other spelling, and the
/// file without which there is nothing to do. The rest is the provider's to judge.
pub fn peek(endpoint: Endpoint, boundary: &Boundary, body: &[u8]) -> Result<Peek, BadRequest> {
    let parts = parts(boundary, body)?;
    let mut decisive: [Option<&Part<'_>>; DECISIVE.len()] = Default::default();
    for part in &parts {
        let folded = folded(part.name);
        let Some(index) = DECISIVE.iter().position(|name| folded == *name) else { continue };
        let param = DECISIVE[index];
        if part.name != param {
            return Err(BadRequest::Misspelt { param, offset: part.at });
        }
        if decisive[index].replace(part).is_some() {
            return Err(BadRequest::Duplicate { param, offset: part.at });
        }
    }
    let [model, stream] = decisive;
    let model = model.ok_or(BadRequest::Missing { param: "model", expected: MODEL })?;
    let wrong = |param, expected, part: &Part<'_>| BadRequest::Wrong { param, expected, offset: part.at };
    let name = text(model, body).filter(|name| is_model(name)).ok_or_else(|| wrong("model", MODEL, model))?;
    let stream = match stream {
        None => false,
        Some(part) => match text(part, body).map(str::to_ascii_lowercase).as_deref() {
            Some("true") => true,
            Some("false") => false,
            _ => return Err(wrong("stream", "true or false", part)),
        },
    };
    check_file(endpoint, &parts)?;
    let of_images = endpoint.dialect() == Dialect::Images;
    let n = parts.iter().find(|part| part.name == "n").and_then(|part| text(part, body));
    Ok(Peek {
        model: name.to_owned(),
        model_span: model.value.clone(),
        model_copies: Vec::new(),
        model_is_default: false,
        is_form: true,
        stream: endpoint.streams().unwrap_or(stream),
        max_tokens: None,
        answers: 1,
        store: None,
        include_usage: false,
        stream_options: StreamOptions::Absent,
        images: if of_images { wanted(n.map(str::as_bytes)) } else { 0 },
        user: None,
        metadata: None,
        continuation: Continuation::default(),
        object_end: body.len(),
    })
}

/// The content of a plain field. None of what servers would take for a file, or read in another character set.
fn text<'a>(part: &Part<'_>, body: &'a [u8]) -> Option<&'a str> {
    let plain = part.content_type.is_none_or(|kind| {
        let kind = kind.to_ascii_lowercase();
        let (base, rest) = kind.split_at(memchr::memchr(b';', &kind).unwrap_or(kind.len()));
        let charset = rest.trim_ascii_start().strip_prefix(b";").unwrap_or_default().trim_ascii();
        base.trim_ascii() == b"text/plain"
            && matches!(charset, b"" | b"charset=utf-8" | b"charset=\"utf-8\"" | b"charset=us-ascii")
    });
    if part.is_file || !plain {
        return None;
    }
    std::str::from_utf8(&body[part.value.clone()]).ok()
}

fn check_file(endpoint: Endpoint, parts: &[Part<'_>]) -> Result<(), BadRequest> {
    let (param, expected) = match endpoint.dialect() {
        Dialect::Audio => ("file", "the recording"),
        _ => ("image", "at least one image"),
    };
    let fits = |name: &str| name == param || name.strip_prefix(param).is_some_and(|rest| rest.starts_with('['));
    if parts.iter().any(|part| fits(part.name)) { Ok(()) } else { Err(BadRequest::Missing { param, expected }) }
}

/// A name as servers that are not strict read it: without case, white space around it, and brackets behind it.
fn folded(name: &str) -> String {
    let name = name.trim().to_lowercase();
    name.strip_suffix("[]").unwrap_or(&name).trim().to_owned()
}
