//! Reads blocks, which are the same in requests and answers.

use thinkwatch_policy::dialect::Dialect;

use super::{arguments, blob, media};
use crate::canonical::{
    Block, CacheMark, Json, Maker, Notes, Opaque, Signature, Text, Thinking, ToolCall, ToolResult, ids,
};
use crate::json::node::{Fault, Node, Object, path_to};

const UNKNOWN: &str = "unknown field";

/// What reading a body needs beside the body.
pub(super) struct Reader<'a, 'n> {
    /// The whole text, to name places in it.
    pub(super) root: &'a [u8],
    pub(super) notes: &'n mut Notes,
    /// Whether ids were perhaps made by the encoder of a request, and have to be undone.
    pub(super) of_request: bool,
}

impl<'a> Reader<'a, '_> {
    /// Notes what nobody has read of an object.
    pub(super) fn rest(&mut self, object: Object<'_>) {
        for (_, node) in object.rest() {
            self.notes.note(path_to(self.root, node.at()), UNKNOWN);
        }
    }

    /// Reads the blocks of a turn. A cache mark stands after what it marks.
    pub(super) fn blocks(&mut self, nodes: Vec<Node<'a>>) -> Result<Vec<Block>, Fault> {
        let mut blocks: Vec<Block> = Vec::with_capacity(nodes.len());
        for node in nodes {
            let Some((kind, value)) = sole(node)? else {
                blocks.push(opaque("several", node));
                continue;
            };
            if kind == "cachePoint"
                && let Some(mark) = cache_mark(value)?
                && let Some(slot) = blocks.last_mut().and_then(cache_slot)
            {
                *slot = Some(mark);
                continue;
            }
            let block = self.block(&kind, value)?;
            blocks.push(block.unwrap_or_else(|| opaque(&kind, node)));
        }
        Ok(blocks)
    }

    /// `None`: only this dialect knows it.
    fn block(&mut self, kind: &str, value: Node<'a>) -> Result<Option<Block>, Fault> {
        if let Some(kind) = media::kind(kind) {
            return Ok(media::read(kind, value)?.map(Block::Media));
        }
        Ok(match kind {
            "text" => Some(Block::text(value.text()?)),
            "toolUse" => self.tool_use(value)?.map(Block::ToolCall),
            "toolResult" => self.tool_result(value)?.map(Block::ToolResult),
            "reasoningContent" => self.reasoning(value)?.map(Block::Thinking),
            "citationsContent" => cited(value)?.map(Block::Text),
            _ => None,
        })
    }

    fn tool_use(&mut self, value: Node<'a>) -> Result<Option<ToolCall>, Fault> {
        let mut object = value.object()?;
        if object.peek("type").is_some() {
            return Ok(None);
        }
        let call = ToolCall {
            id: self.unfitted(&object.need_text("toolUseId")?),
            name: self.unfitted(&object.need_text("name")?),
            arguments: object.some("input").map(arguments::text).unwrap_or_default(),
            ..ToolCall::default()
        };
        self.rest(object);
        Ok(Some(call))
    }

    fn tool_result(&mut self, value: Node<'a>) -> Result<Option<ToolResult>, Fault> {
        let mut object = value.object()?;
        if object.peek("type").is_some() {
            return Ok(None);
        }
        let is_error = match object.some("status") {
            Some(status) => match status.text()?.as_ref() {
                "error" => Some(true),
                "success" => Some(false),
                _ => return Err(status.fault("must be 'success' or 'error'")),
            },
            None => None,
        };
        let call_id = self.unfitted(&object.need_text("toolUseId")?);
        let content = self.blocks(object.need("content")?.list()?)?;
        self.rest(object);
        Ok(Some(ToolResult { call_id, content, is_error, ..ToolResult::default() }))
    }

    fn reasoning(&mut self, value: Node<'a>) -> Result<Option<Thinking>, Fault> {
        let mut object = value.object()?;
        if let Some(hidden) = object.text("redactedContent")? {
            let signature = Some(blob::proof(&hidden));
            return Ok(Some(Thinking { text: String::new(), signature, redacted: true }));
        }
        let Some(inside) = object.some("reasoningText") else { return Ok(None) };
        let mut inside = inside.object()?;
        let text = inside.text("text")?.unwrap_or_default();
        let signature = inside.text("signature")?.filter(|proof| !proof.is_empty());
        let signature = signature.map(|proof| Signature::unwrap_or_own(&proof, Maker::Anthropic));
        self.rest(inside);
        Ok(Some(Thinking { text, signature, redacted: false }))
    }

    fn unfitted(&self, id: &str) -> String {
        if self.of_request { ids::restore(id).into_owned() } else { id.to_owned() }
    }
}

/// The one member of a union, and its name. `None` when there are several.
pub(super) fn sole<'a>(node: Node<'a>) -> Result<Option<(String, Node<'a>)>, Fault> {
    let mut members = node.object()?.rest().filter(|(_, value)| !value.is_null());
    let first = members.next().ok_or_else(|| {
        node.fault(
            "must have one member, such as: text, image, document, toolUse, toolResult, reasoningContent, cachePoint",
        )
    })?;
    Ok(members.next().is_none().then(|| (first.0.into_owned(), first.1)))
}

/// Something that only this dialect knows: the whole block.
pub(super) fn opaque(kind: &str, node: Node<'_>) -> Block {
    Block::Opaque(Opaque { dialect: Dialect::Converse, kind: kind.to_owned(), value: Json::from(node.raw()) })
}

/// `None`: a mark of a kind that is not known.
pub(super) fn cache_mark(value: Node<'_>) -> Result<Option<CacheMark>, Fault> {
    let mut object = value.object()?;
    let kind = object.text("type")?;
    let ttl = object.text("ttl")?;
    Ok(match (kind.as_deref(), ttl.as_deref()) {
        (Some("default"), None | Some("5m")) => Some(CacheMark::FiveMinutes),
        (Some("default"), Some("1h")) => Some(CacheMark::OneHour),
        _ => None,
    })
}

/// Where a block keeps its mark, if it has a place for one that is still free.
fn cache_slot(block: &mut Block) -> Option<&mut Option<CacheMark>> {
    let slot = match block {
        Block::Text(text) => &mut text.cache,
        Block::Media(media) => &mut media.cache,
        Block::ToolCall(call) => &mut call.cache,
        Block::ToolResult(result) => &mut result.cache,
        Block::Thinking(_) | Block::Refusal(_) | Block::Opaque(_) => return None,
    };
    slot.is_none().then_some(slot)
}

/// Words with citations. `None`: several pieces of text, or none, which would not come back as they are.
fn cited(value: Node<'_>) -> Result<Option<Text>, Fault> {
    let mut object = value.object()?;
    let mut content = object.list("content")?.into_iter();
    let citations: Vec<Json> = object.list("citations")?.iter().map(|one| Json::from(one.raw())).collect();
    let (Some(only), None) = (content.next(), content.next()) else { return Ok(None) };
    let Some(text) = only.object()?.text("text")? else { return Ok(None) };
    if citations.is_empty() {
        return Ok(None);
    }
    Ok(Some(Text { text, citations, citations_of: Some(Dialect::Converse), ..Text::default() }))
}
