//! What a tool answered: `functionResponse`. Its response is an object; `output` and `error` are the names Google gives to
//! the one text in it.

use std::borrow::Cow;

use super::read::media_of;
use super::{Part, coat, coated, is_plain_object};
use crate::canonical::{Block, Media, Text, ToolResult};
use crate::gemini::convert::ids;
use crate::gemini::convert::names::Strangers;
use crate::json::node::{Fault, Node};

pub(super) fn read(node: Node<'_>, strangers: &mut Strangers<'_>) -> Result<ToolResult, Fault> {
    let mut result = node.object()?;
    let call_id = result.text("id")?.unwrap_or_default();
    let name = result.text("name")?;
    let mut content = Vec::new();
    let mut is_error = None;
    if let Some(response) = result.some("response") {
        if let Some(output) = coated(response, "output") {
            content.extend((!output.is_empty()).then(|| Block::text(output)));
        } else if let Some(error) = coated(response, "error") {
            is_error = Some(true);
            content.push(Block::text(error));
        } else {
            content.push(Block::text(response.raw()));
        }
    }
    for part in result.list("parts")? {
        let mut object = part.object()?;
        match media_of(&mut object, false, strangers)? {
            Some(media) => {
                strangers.rest(object);
                content.push(Block::Media(media));
            }
            None => strangers.value(part),
        }
    }
    strangers.rest(result);
    Ok(ToolResult { call_id, name, content, is_error, ..ToolResult::default() })
}

impl<'a> Part<'a> {
    /// A result, whose media are given apart.
    pub(in super::super) fn result(result: &'a ToolResult, name: &'a str, media: Vec<Self>) -> Self {
        Self::Result { id: ids::told(&result.call_id), name, response: response(result), media }
    }
}

/// The media in a result.
pub(in super::super) fn media(result: &ToolResult) -> impl Iterator<Item = &Media> {
    result.content.iter().filter_map(|block| match block {
        Block::Media(media) => Some(media),
        _ => None,
    })
}

fn response(result: &ToolResult) -> Cow<'_, str> {
    let mut texts = result.content.iter().filter_map(words);
    let text = match (texts.next(), texts.next()) {
        (None, _) => Cow::Borrowed(""),
        (Some(only), None) => only,
        (Some(first), Some(second)) => {
            let mut joined = first.into_owned();
            for next in std::iter::once(second).chain(texts) {
                joined.push('\n');
                joined.push_str(&next);
            }
            Cow::Owned(joined)
        }
    };
    if result.is_error == Some(true) {
        return Cow::Owned(coat("error", &text));
    }
    // An object stands for itself, unless it would be taken for one of our coats when it comes back.
    let mistakable = || {
        Node::root(text.as_bytes()).is_ok_and(|node| ["output", "error"].iter().any(|key| coated(node, key).is_some()))
    };
    if is_plain_object(&text) && text.ends_with('}') && !mistakable() {
        return text;
    }
    Cow::Owned(coat("output", &text))
}

/// What a block of a result says in words.
fn words(block: &Block) -> Option<Cow<'_, str>> {
    match block {
        Block::Text(Text { text, .. }) | Block::Refusal(text) => Some(Cow::Borrowed(text)),
        // Anthropic's tool search answers with the tools that it found.
        Block::Opaque(opaque) if opaque.kind == "tool_reference" => {
            let name = Node::root(opaque.value.as_bytes()).and_then(|node| node.object()?.text("tool_name")).ok()??;
            Some(Cow::Owned(format!("The tool {name} is available now.")))
        }
        Block::Opaque(_) | Block::Media(_) | Block::ToolCall(_) | Block::ToolResult(_) | Block::Thinking(_) => None,
    }
}
