//! Reads content blocks, of requests and of answers.

use thinkwatch_policy::dialect::Dialect;

use super::{input, words};
use crate::canonical::block::MediaKind;
use crate::canonical::signature::UNSIGNED;
use crate::canonical::{
    Block, CacheMark, Json, Maker, Media, MediaSource, Notes, Opaque, Signature, Text, Thinking, ToolCall, ToolKind,
    ToolResult,
};
use crate::json::node::{Fault, Node, Object, path_to};

/// What reading needs beside the value.
pub(super) struct Reader<'r> {
    root: &'r [u8],
    pub(super) notes: &'r mut Notes,
    /// Whether Messages is written again: what nobody here understands then passes as it was written.
    pub(super) same: bool,
    /// How many members nobody understood so far.
    pub(super) unknown: usize,
    /// What ids are made of where an answer's calls have none.
    pub(super) answer: Option<String>,
    /// Tools that are defined in the middle of the conversation.
    pub(super) defined: Vec<Json>,
}

/// The kind of an opaque block that is a whole message: one of the system's with settings of its own.
pub(super) const MESSAGE: &str = "message";

/// Paths of unknown members are not looked for beyond as many as are kept.
const MAX_PATHS: usize = 64;

impl<'r> Reader<'r> {
    pub(super) fn new(root: &'r [u8], notes: &'r mut Notes) -> Self {
        let same = notes.target == Dialect::Messages;
        Self { root, notes, same, unknown: 0, answer: None, defined: Vec::new() }
    }

    /// Whether something is left of an object that must pass as a whole to the same dialect.
    pub(super) fn passes_whole(&self, object: &Object<'_>) -> bool {
        self.same && object.has_rest()
    }

    /// Notes what nobody took of an object.
    pub(super) fn lost_of(&mut self, object: Object<'_>) {
        for (_, value) in object.rest().filter(|(_, value)| !value.is_null()) {
            self.lost(value);
        }
    }

    fn lost(&mut self, value: Node<'_>) {
        if self.notes.lost().len() < MAX_PATHS {
            self.notes.note(path_to(self.root, value.at()), "unknown field");
        }
    }

    /// Counts what nobody took of an object inside a block, which passes as a whole to the same dialect.
    fn rest_of(&mut self, object: Object<'_>) {
        for (_, value) in object.rest().filter(|(_, value)| !value.is_null()) {
            self.unknown += 1;
            if !self.same {
                self.lost(value);
            }
        }
    }

    /// The content of a message, of a tool's result or of the system: words, or blocks.
    pub(super) fn content(&mut self, node: Node<'_>) -> Result<Vec<Block>, Fault> {
        if node.is_text() {
            return Ok(vec![Block::text(node.text()?)]);
        }
        if !node.is_list() {
            return Err(node.fault("must be a string or a list of content blocks"));
        }
        let elements = node.list()?;
        let mut blocks = Vec::with_capacity(elements.len());
        for element in elements {
            self.block(element, &mut blocks)?;
        }
        Ok(blocks)
    }

    /// One block, which may become several for another dialect.
    pub(super) fn block(&mut self, node: Node<'_>, blocks: &mut Vec<Block>) -> Result<(), Fault> {
        let mut object = node.object()?;
        let kind = object.need_text("type")?;
        let (seen, already) = (self.unknown, blocks.len());
        match &*kind {
            "text" => blocks.push(Block::Text(self.text(&mut object)?)),
            "thinking" | "redacted_thinking" => blocks.push(Block::Thinking(thinking(&kind, &mut object)?)),
            "tool_use" => blocks.push(Block::ToolCall(self.tool_use(&mut object, blocks.len())?)),
            "tool_result" => blocks.push(Block::ToolResult(self.tool_result(&mut object)?)),
            "image" => blocks.push(Block::Media(self.image(&mut object)?)),
            "document" => self.document(node, &mut object, blocks)?,
            "tool_reference" if !self.same => {
                let name = object.need_text("tool_name")?;
                blocks.push(Block::text(format!("The tool {name} can be called now.")));
            }
            "tool_addition" | "tool_removal" if !self.same => {
                let told = self.tool_change(&kind, object.need("tool")?)?;
                blocks.push(Block::Text(Text { cache: self.cache(&mut object)?, ..told }));
            }
            "search_result" if !self.same => self.search_result(&mut object, blocks)?,
            _ => {
                blocks.push(Block::Opaque(opaque(&kind, node)));
                return Ok(());
            }
        }
        self.rest_of(object);
        if self.same && self.unknown > seen {
            blocks.truncate(already);
            blocks.push(Block::Opaque(opaque(&kind, node)));
        }
        Ok(())
    }

    /// A tool that comes or goes in the middle of the conversation: elsewhere all tools are there from the beginning, and
    /// the model is told.
    fn tool_change(&mut self, kind: &str, tool: Node<'_>) -> Result<Text, Fault> {
        let mut tool = tool.object()?;
        let name = match tool.some("definition") {
            Some(definition) => {
                self.defined.push(definition.raw().into());
                definition.object()?.text("name")?
            }
            None => tool.text("name")?.or(tool.text("server_name")?),
        };
        let name = name.unwrap_or_default();
        let what = if kind == "tool_addition" { "can be called now" } else { "can no longer be called" };
        Ok(Text::new(format!("The tool {name} {what}.")))
    }

    fn text(&mut self, object: &mut Object<'_>) -> Result<Text, Fault> {
        let text = object.need_text("text")?.into_owned();
        let citations: Vec<Json> = object.list("citations")?.iter().map(|one| one.raw().into()).collect();
        let citations_of = (!citations.is_empty()).then_some(Dialect::Messages);
        Ok(Text { text, citations, citations_of, cache: self.cache(object)?, signature: None })
    }

    fn tool_use(&mut self, object: &mut Object<'_>, place: usize) -> Result<ToolCall, Fault> {
        // Every call says who makes it; the model itself is the usual one.
        if let Some(caller) = object.some("caller") {
            let mut caller = caller.object()?;
            if caller.need_text("type")? != "direct" {
                self.unknown += 1;
            }
            self.rest_of(caller);
        }
        let id = match &self.answer {
            Some(answer) => object.text("id")?.filter(|id| !id.is_empty()).unwrap_or_else(|| made_id(answer, place)),
            None => object.need_text("id")?.into_owned(),
        };
        Ok(ToolCall {
            id,
            name: object.need_text("name")?.into_owned(),
            kind: ToolKind::Function,
            arguments: object.some("input").map_or_else(|| Ok("{}".to_owned()), arguments)?,
            cache: self.cache(object)?,
            ..ToolCall::default()
        })
    }

    fn tool_result(&mut self, object: &mut Object<'_>) -> Result<ToolResult, Fault> {
        Ok(ToolResult {
            call_id: object.need_text("tool_use_id")?.into_owned(),
            content: object.some("content").map_or_else(|| Ok(Vec::new()), |content| self.content(content))?,
            is_error: object.boolean("is_error")?,
            cache: self.cache(object)?,
            ..ToolResult::default()
        })
    }

    fn image(&mut self, object: &mut Object<'_>) -> Result<Media, Fault> {
        let (source, media_type) = self.source(object.need("source")?)?;
        let mut image = Media::new(MediaKind::Image, source);
        image.media_type = media_type;
        image.cache = self.cache(object)?;
        Ok(image)
    }

    fn document(&mut self, node: Node<'_>, object: &mut Object<'_>, blocks: &mut Vec<Block>) -> Result<(), Fault> {
        let source = object.need("source")?;
        let (name, context) = (object.text("title")?, object.text("context")?);
        let (cache, citations) = (self.cache(object)?, self.may_cite(object)?);
        if source.object()?.need_text("type")? == "content" {
            if self.same {
                blocks.push(Block::Opaque(opaque("document", node)));
                return Ok(());
            }
            // A document made of blocks: other dialects get the blocks, under its title.
            let heading: Vec<String> = [name, context].into_iter().flatten().collect();
            if !heading.is_empty() {
                blocks.push(Block::text(heading.join("\n")));
            }
            let mut inside = self.content(source.object()?.need("content")?)?;
            if let Some(Block::Text(last)) = inside.last_mut() {
                last.cache = last.cache.or(cache);
            }
            blocks.append(&mut inside);
            return Ok(());
        }
        let (source, media_type) = self.source(source)?;
        let kind = MediaKind::File;
        blocks.push(Block::Media(Media {
            kind,
            source,
            media_type,
            name,
            detail: None,
            context,
            citations,
            cache,
            signature: None,
        }));
        Ok(())
    }

    fn may_cite(&mut self, object: &mut Object<'_>) -> Result<Option<bool>, Fault> {
        let Some(citations) = object.some("citations") else { return Ok(None) };
        let mut citations = citations.object()?;
        let enabled = citations.boolean("enabled")?;
        self.rest_of(citations);
        Ok(enabled)
    }

    fn source(&mut self, node: Node<'_>) -> Result<(MediaSource, Option<String>), Fault> {
        let mut object = node.object()?;
        let kind = object.need("type")?;
        let source = match &*kind.text()? {
            "base64" => MediaSource::Base64(object.need_text("data")?.into_owned()),
            "text" => MediaSource::Text(object.need_text("data")?.into_owned()),
            "url" => MediaSource::Url(object.need_text("url")?.into_owned()),
            "file" => MediaSource::FileId(object.need_text("file_id")?.into_owned()),
            _ if self.same => {
                // The block passes as a whole.
                self.unknown += 1;
                MediaSource::Text(String::new())
            }
            _ => return Err(kind.fault("must be base64, text, url, file or content")),
        };
        let media_type = object.text("media_type")?;
        self.rest_of(object);
        Ok((source, media_type))
    }

    fn search_result(&mut self, object: &mut Object<'_>, blocks: &mut Vec<Block>) -> Result<(), Fault> {
        let (title, source) = (object.need_text("title")?, object.need_text("source")?);
        blocks.push(Block::text(format!("{title}\n{source}")));
        let mut inside = self.content(object.need("content")?)?;
        let cache = self.cache(object)?;
        if let Some(Block::Text(last)) = inside.last_mut() {
            last.cache = last.cache.or(cache);
        }
        blocks.append(&mut inside);
        // Who may quote from it is of no use where it is plain text.
        object.take("citations");
        Ok(())
    }

    /// The mark on a block or a tool.
    pub(super) fn cache(&mut self, object: &mut Object<'_>) -> Result<Option<CacheMark>, Fault> {
        let Some(control) = object.some("cache_control") else { return Ok(None) };
        let mut control = control.object()?;
        control.take("type");
        let ttl = control.some("ttl");
        let mark = match ttl.map(|ttl| ttl.text()).transpose()?.as_deref() {
            None | Some("5m") => CacheMark::FiveMinutes,
            Some("1h") => CacheMark::OneHour,
            Some(_) => {
                self.unknown += 1;
                if let Some(ttl) = ttl.filter(|_| !self.same) {
                    self.lost(ttl);
                }
                CacheMark::FiveMinutes
            }
        };
        self.rest_of(control);
        Ok(Some(mark))
    }

    /// A tool's definition that has nothing unknown in it, or the whole as it was written.
    pub(super) fn known_or_opaque<T>(
        &mut self,
        node: Node<'_>,
        kind: &str,
        object: Object<'_>,
        seen: usize,
        known: T,
    ) -> Result<T, Opaque> {
        self.rest_of(object);
        if self.same && self.unknown > seen { Err(opaque(kind, node)) } else { Ok(known) }
    }
}

/// The id of a call that has none: the same each time, and no other's.
pub(super) fn made_id(answer: &str, place: impl std::fmt::Display) -> String {
    format!("toolu_{answer}_{place}")
}

/// A block, or a tool, as it was written.
pub(super) fn opaque(kind: &str, node: Node<'_>) -> Opaque {
    Opaque { dialect: Dialect::Messages, kind: kind.to_owned(), value: node.raw().into() }
}

/// The arguments of a call: they should be an object, but imitations of the API write their text.
pub(super) fn arguments(node: Node<'_>) -> Result<String, Fault> {
    if node.is_text() {
        return Ok(node.text()?.into_owned());
    }
    if !node.is_object() {
        return Err(node.fault("must be an object"));
    }
    Ok(input::arguments(node.raw()))
}

fn thinking(kind: &str, object: &mut Object<'_>) -> Result<Thinking, Fault> {
    if kind == "redacted_thinking" {
        let signature = Some(Signature::unwrap_or_own(&object.need_text("data")?, Maker::Anthropic));
        return Ok(Thinking { text: String::new(), signature, redacted: true });
    }
    let text = object.text("thinking")?.unwrap_or_default();
    let signature = object.text("signature")?.as_deref().and_then(proof);
    Ok(Thinking { text, signature, redacted: false })
}

/// A proof as this dialect's `signature` carries it, if it is one.
pub(super) fn proof(text: &str) -> Option<Signature> {
    (!text.is_empty() && text != UNSIGNED).then(|| Signature::unwrap_or_own(text, Maker::Anthropic))
}

/// Why a whole answer stopped.
pub(super) fn stop(object: &mut Object<'_>) -> Result<Option<crate::canonical::StopReason>, Fault> {
    let (reason, sequence) = (object.text("stop_reason")?, object.text("stop_sequence")?);
    Ok(reason.map(|reason| words::read_stop(&reason, sequence)))
}
