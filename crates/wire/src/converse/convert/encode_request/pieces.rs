//! The blocks of a turn, each as the text it becomes.

use thinkwatch_policy::dialect::Dialect;

use super::super::family::Family;
use super::super::media::{self, DocumentNames};
use super::super::{blob, write as blocks};
use super::Call;
use crate::canonical::block::MediaKind;
use crate::canonical::{
    Block, CacheMark, Feature, Maker, Media, MediaSource, Opaque, Refusal, Signature, Text, Thinking, ToolCall,
    ToolKind, ToolResult, tool_names,
};
use crate::json::node::Node;

/// What matters of a block once it is text.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Kind {
    Words,
    Thought,
    /// The name of the tool that is called.
    Call(String),
    Result,
    Document,
    Other,
}

/// A block, and the cache mark after it.
#[derive(Debug)]
pub(super) struct Piece {
    pub(super) kind: Kind,
    pub(super) json: Vec<u8>,
}

impl Piece {
    pub(super) const fn new(kind: Kind, json: Vec<u8>) -> Self {
        Self { kind, json }
    }

    /// A mark stands behind what it marks, and moves with it.
    pub(super) fn mark(&mut self, point: &str) {
        self.json.push(b',');
        self.json.extend_from_slice(point.as_bytes());
    }
}

/// The block of a mark, if the model takes marks.
pub(super) fn cache_point(mark: Option<CacheMark>, call: &mut Call<'_, '_>) -> Result<Option<&'static str>, Refusal> {
    let Some(mark) = mark else { return Ok(None) };
    let feature = match mark {
        CacheMark::FiveMinutes => Feature::CacheMarks,
        CacheMark::OneHour => Feature::CacheMarksOneHour,
    };
    if !call.notes.keeps(feature)? {
        return Ok(None);
    }
    if !call.marks.next_stays() && !call.own {
        return Ok(None);
    }
    // Models that do not know the mark refuse the whole call for it.
    if call.family == Family::Other && !call.own {
        return call.lose(feature, "this model keeps no prompts").map(|()| None);
    }
    Ok(Some(blocks::cache_point(mark)))
}

/// Writes blocks. Remembers what documents are called.
#[derive(Debug, Default)]
pub(super) struct Pieces {
    documents: DocumentNames,
}

impl Pieces {
    /// What a block becomes, its mark left out; `None` where nothing is left of it.
    pub(super) fn piece(&mut self, block: &Block, call: &mut Call<'_, '_>) -> Result<Option<Piece>, Refusal> {
        let piece = |kind, json| Some(Piece::new(kind, json));
        Ok(match block {
            Block::Text(text) => words(text, call)?.map(|json| Piece::new(Kind::Words, json)),
            Block::Refusal(words) if words.trim().is_empty() => None,
            Block::Refusal(words) => piece(Kind::Words, blocks::text(words)),
            Block::Media(one) => {
                let kind = if one.kind == MediaKind::File { Kind::Document } else { Kind::Other };
                self.media(one, call)?.map(|json| Piece::new(kind, json))
            }
            Block::ToolCall(one) => Some(tool_call(one, call)?),
            Block::ToolResult(result) => piece(Kind::Result, self.tool_result(result, call)?),
            Block::Thinking(thought) => thinking(thought, call)?.map(|json| Piece::new(Kind::Thought, json)),
            Block::Opaque(own) if own.dialect == Dialect::Converse => piece(Kind::Other, own.value.as_bytes().to_vec()),
            Block::Opaque(other) => {
                let referred = referred_tool(other);
                if referred.is_none() {
                    call.notes.keeps(Feature::ServerTools)?;
                }
                referred.map(|json| Piece::new(Kind::Words, json))
            }
        })
    }

    fn media(&mut self, one: &Media, call: &mut Call<'_, '_>) -> Result<Option<Vec<u8>>, Refusal> {
        let known = match one.kind {
            MediaKind::Image => Feature::ImageBase64,
            MediaKind::Audio => Feature::AudioInput,
            MediaKind::Video => Feature::VideoInput,
            MediaKind::File => Feature::FileInline,
        };
        let kept = match &one.source {
            MediaSource::FileId(_) => call.notes.keeps(Feature::FileId)?,
            MediaSource::Url(address) if !media::is_in_s3(address) => {
                let at_address = if one.kind == MediaKind::Image { Feature::ImageUrl } else { Feature::FileUrl };
                call.notes.keeps(at_address)?
            }
            _ => call.notes.keeps(known)?,
        };
        if !kept {
            return Ok(None);
        }
        // How closely to look is the model's own choice here, too.
        if one.detail.as_deref().is_some_and(|detail| detail != "auto") {
            call.notes.keeps(Feature::ImageDetail)?;
        }
        if one.context.is_some() {
            call.notes.keeps(Feature::DocumentContext)?;
        }
        if one.citations.is_some() {
            call.notes.keeps(Feature::DocumentCitations)?;
        }
        let format = media::format(one);
        if format.is_none() && !(call.own && one.media_type.is_none()) {
            return call.lose(known, "Converse has no word for its media type").map(|()| None);
        }
        let name = (one.kind == MediaKind::File).then(|| self.documents.of(one.name.as_deref(), format));
        let format = if call.own && one.media_type.is_none() { None } else { format };
        Ok(Some(blocks::object(|block| media::write(one, format, name.as_deref(), block))))
    }

    fn tool_result(&mut self, result: &ToolResult, call: &mut Call<'_, '_>) -> Result<Vec<u8>, Refusal> {
        if result.item_id.is_some() {
            call.notes.keeps(Feature::ItemIds)?;
        }
        let mut content = Vec::with_capacity(result.content.len());
        for block in &result.content {
            let json = match block {
                Block::Media(one) => match call.notes.keeps(Feature::ToolResultMedia)? {
                    true if one.kind == MediaKind::Audio => {
                        call.lose(Feature::ToolResultMedia, "the result of a tool holds no sounds")?;
                        None
                    }
                    true => self.media(one, call)?,
                    false => None,
                },
                Block::Text(_) | Block::Refusal(_) | Block::Opaque(_) => {
                    self.piece(block, call)?.map(|piece| piece.json)
                }
                Block::ToolCall(_) | Block::ToolResult(_) | Block::Thinking(_) => {
                    call.lose(Feature::ToolResultMedia, "the result of a tool holds words and media only")?;
                    None
                }
            };
            content.extend(json);
        }
        // Success is what is meant without a word, and only some models take the word.
        let status = match result.is_error {
            Some(true) => Some("error"),
            Some(false) if call.own => Some("success"),
            _ => None,
        };
        if result.is_error.is_some() {
            call.notes.keeps(Feature::ToolResultError)?;
        }
        Ok(blocks::object(|block| {
            let mut inside = block.object("toolResult");
            inside.text("toolUseId", &blocks::call_id(&result.call_id));
            super::write_list(&mut inside, "content", &content);
            inside.text_some("status", status);
        }))
    }
}

fn words(text: &Text, call: &mut Call<'_, '_>) -> Result<Option<Vec<u8>>, Refusal> {
    foreign(text.signature.as_ref(), call)?;
    // Blank words make Bedrock refuse the whole call.
    if text.text.trim().is_empty() {
        return Ok(None);
    }
    if text.citations_of == Some(Dialect::Converse) {
        return Ok(Some(blocks::cited(&text.text, &text.citations)));
    }
    if !text.citations.is_empty() {
        call.notes.keeps(Feature::Citations)?;
    }
    Ok(Some(blocks::text(&text.text)))
}

fn tool_call(one: &ToolCall, call: &mut Call<'_, '_>) -> Result<Piece, Refusal> {
    call.notes.keeps(Feature::Functions)?;
    if one.kind == ToolKind::Custom {
        call.notes.keeps(Feature::CustomTools)?;
    }
    if one.namespace.is_some() {
        call.notes.keeps(Feature::Namespaces)?;
    }
    if one.item_id.is_some() {
        call.notes.keeps(Feature::ItemIds)?;
    }
    foreign(one.signature.as_ref(), call)?;
    Ok(Piece::new(Kind::Call(tool_names::fit(Dialect::Converse, &one.name).into_owned()), blocks::call(one)))
}

/// Notes a proof that has no place here.
fn foreign(proof: Option<&Signature>, call: &mut Call<'_, '_>) -> Result<(), Refusal> {
    if proof.is_some() {
        call.notes.keeps(Feature::ForeignThinking)?;
    }
    Ok(())
}

fn thinking(thought: &Thinking, call: &mut Call<'_, '_>) -> Result<Option<Vec<u8>>, Refusal> {
    let Some(proof) = &thought.signature else {
        // A client of this dialect knows whether its model wants its thoughts back.
        let kept = call.own || call.notes.keeps(Feature::UnsignedThinking)?;
        return Ok(kept.then(|| blocks::thought(&thought.text, None)));
    };
    if proof.maker != Maker::Anthropic || !(call.own || call.family.may_be_claude()) {
        call.notes.keeps(Feature::ForeignThinking)?;
        return Ok(None);
    }
    if !call.notes.keeps(Feature::ThinkingHistory)? {
        return Ok(None);
    }
    if !thought.redacted {
        return Ok(Some(blocks::thought(&thought.text, Some(proof))));
    }
    if !blob::is_base64(&proof.data) {
        return call.lose(Feature::ThinkingHistory, "this hidden thought is none of the provider's").map(|()| None);
    }
    Ok(Some(blocks::hidden_thought(proof)))
}

/// The name of a tool that another one found (Anthropic's `tool_reference`), in words: the tool itself is in the list.
fn referred_tool(block: &Opaque) -> Option<Vec<u8>> {
    if block.kind != "tool_reference" {
        return None;
    }
    let name = Node::root(block.value.as_bytes()).ok()?.object().ok()?.text("tool_name").ok()??;
    Some(blocks::text(&format!("Tool found: {name}")))
}
