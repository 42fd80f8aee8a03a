//! A part as a block.

use super::result;
use super::{coated, kind_of, mime_of_name, standard_base64};
use crate::canonical::block::MediaKind;
use crate::canonical::{Block, Media, MediaSource, Opaque, Text, Thinking, ToolCall};
use crate::gemini::convert::names::{self, Strangers};
use crate::gemini::convert::proofs::{self, Proof};
use crate::json::node::{Fault, Node, Object};
use thinkwatch_policy::dialect::Dialect;

/// Reads a part. `None`: it says nothing. Calls and results without an id come with an empty one, and calls without a
/// name with an empty name: what becomes of them is for the caller to know.
pub(in super::super) fn read(node: Node<'_>, strangers: &mut Strangers<'_>) -> Result<Option<Block>, Fault> {
    let mut part = node.object()?;
    let (signature, redacted) = match names::text(&mut part, "thoughtSignature")?.as_deref().map(proofs::read) {
        Some(Proof::OfPart(signature, redacted)) => (Some(signature), redacted),
        Some(Proof::OfThoughts(_) | Proof::None) | None => (None, false),
    };
    let thought = names::boolean(&mut part, "thought")?.unwrap_or(false);

    let text = names::text(&mut part, "text")?;
    let block = if let Some(text) = text {
        words(text, thought, signature, redacted)
    } else if let Some(call) = names::take(&mut part, "functionCall")? {
        Some(Block::ToolCall(ToolCall { signature, ..call_of(call, strangers)? }))
    } else if let Some(result) = names::take(&mut part, "functionResponse")? {
        Some(Block::ToolResult(result::read(result, strangers)?))
    } else if let Some(media) = media_of(&mut part, thought, strangers)? {
        Some(Block::Media(Media { signature, ..media }))
    } else {
        // What only Google knows, its signature included; or nothing but a signature.
        return Ok(match part.rest().next() {
            Some((kind, _)) => {
                let (kind, value) = (kind.into_owned(), node.raw().into());
                Some(Block::Opaque(Opaque { dialect: Dialect::Gemini, kind, value }))
            }
            None => words(String::new(), thought, signature, redacted),
        });
    };
    strangers.rest(part);
    Ok(block)
}

/// The thoughts that a call carries, for clients that keep calls only.
pub(in super::super) fn thoughts(node: Node<'_>) -> Vec<Thinking> {
    let carried = node.object().and_then(|mut part| names::text(&mut part, "thoughtSignature"));
    match carried.ok().flatten().as_deref().map(proofs::read) {
        Some(Proof::OfThoughts(thoughts)) => thoughts,
        _ => Vec::new(),
    }
}

/// Words or thoughts. Empty ones without a signature say nothing.
fn words(text: String, thought: bool, signature: Option<crate::canonical::Signature>, redacted: bool) -> Option<Block> {
    if text.is_empty() && signature.is_none() {
        return None;
    }
    Some(if thought {
        Block::Thinking(Thinking { text, signature, redacted })
    } else {
        Block::Text(Text { signature, ..Text::new(text) })
    })
}

fn call_of(node: Node<'_>, strangers: &mut Strangers<'_>) -> Result<ToolCall, Fault> {
    let mut call = node.object()?;
    let id = call.text("id")?.unwrap_or_default();
    let name = call.text("name")?.unwrap_or_default();
    let arguments = call.some("args").map(arguments_of).unwrap_or_default();
    strangers.rest(call);
    Ok(ToolCall { id, name, arguments, ..ToolCall::default() })
}

fn arguments_of(args: Node<'_>) -> String {
    coated(args, "_raw").unwrap_or_else(|| args.raw().to_owned())
}

/// The media of a part, if it has some. A picture that belongs to a thought is not taken for an answer.
pub(super) fn media_of(
    part: &mut Object<'_>,
    thought: bool,
    strangers: &mut Strangers<'_>,
) -> Result<Option<Media>, Fault> {
    if thought {
        return Ok(None);
    }
    let (mut object, key) = match names::take(part, "inlineData")? {
        Some(node) => (node.object()?, "data"),
        None => match names::take(part, "fileData")? {
            Some(node) => (node.object()?, "fileUri"),
            None => return Ok(None),
        },
    };
    let media_type = names::text(&mut object, "mimeType")?.filter(|mime| !mime.is_empty());
    let name = names::text(&mut object, "displayName")?;
    let value = names::text(&mut object, key)?.ok_or_else(|| Fault {
        at: object.at(),
        missing: Some(key.to_owned()),
        message: "is required".to_owned(),
    })?;
    strangers.rest(object);
    let known = media_type.as_deref().or_else(|| if key == "data" { None } else { mime_of_name(&value) });
    let kind = known.map_or_else(|| usual_kind(&value), kind_of);
    let source = match key {
        "data" => MediaSource::Base64(standard_base64(value)),
        _ if is_kept_by_google(&value) => MediaSource::FileId(value),
        _ => MediaSource::Url(value),
    };
    Ok(Some(Media { media_type, name, ..Media::new(kind, source) }))
}

/// Films are the one thing that is given by an address which does not tell what it is.
fn usual_kind(uri: &str) -> MediaKind {
    if uri.contains("youtube.com/") || uri.contains("youtu.be/") { MediaKind::Video } else { MediaKind::File }
}

/// Whether the address is one of Google's files, which nobody else can read.
fn is_kept_by_google(uri: &str) -> bool {
    uri.starts_with("https://generativelanguage.googleapis.com/") || uri.starts_with("files/")
}
