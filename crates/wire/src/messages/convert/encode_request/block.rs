//! Content blocks.

use std::borrow::Cow;

use thinkwatch_policy::dialect::Dialect;

use super::{Encoder, plain};
use crate::canonical::block::MediaKind;
use crate::canonical::{
    Block, Feature, Maker, Media, MediaSource, Refusal, Text, Thinking, ToolCall, ToolKind, ToolResult, ids, tool_names,
};
use crate::json::write::Writer;
use crate::messages::convert::input;

/// The words, if there is nothing else to say than words.
pub(super) fn bare<'b>(blocks: &'b [Cow<'_, Block>]) -> Option<&'b str> {
    match blocks {
        [block] => words_of(block),
        _ => None,
    }
}

fn words_of(block: &Block) -> Option<&str> {
    match block {
        Block::Text(Text { text, citations, cache: None, .. }) if citations.is_empty() => Some(text),
        _ => None,
    }
}

impl Encoder<'_, '_> {
    pub(super) fn write_block(&mut self, block: &Block, list: &mut Writer<'_>) -> Result<(), Refusal> {
        match block {
            Block::Text(text) => self.write_text(text, list),
            Block::Refusal(text) => self.write_text(&Text::new(text.clone()), list),
            Block::Media(media) => self.write_media(media, list),
            Block::ToolCall(call) => self.write_call(call, list),
            Block::ToolResult(result) => self.write_result(result, list),
            Block::Thinking(thinking) => {
                write_thinking(thinking, list);
                Ok(())
            }
            Block::Opaque(opaque) => {
                list.push_raw(&opaque.value);
                Ok(())
            }
        }
    }

    fn write_text(&mut self, text: &Text, list: &mut Writer<'_>) -> Result<(), Refusal> {
        let mut object = list.push_object();
        object.text("type", "text").text("text", &text.text);
        if text.citations_of == Some(Dialect::Messages) {
            let mut citations = object.list("citations");
            for citation in &text.citations {
                citations.push_raw(citation);
            }
        } else if !text.citations.is_empty() {
            self.keeps(Feature::Citations)?;
        }
        self.cache(text.cache, &mut object)
    }

    fn write_call(&mut self, call: &ToolCall, list: &mut Writer<'_>) -> Result<(), Refusal> {
        if call.kind == ToolKind::Custom {
            self.keeps(Feature::CustomTools)?;
        }
        let mut object = list.push_object();
        object
            .text("type", "tool_use")
            .text("id", &ids::fit(&call.id, ids::MAX_CALL_ID))
            .text("name", &tool_names::fit(Dialect::Messages, &call.name))
            .raw("input", &input::of(call));
        self.cache(call.cache, &mut object)
    }

    fn write_result(&mut self, result: &ToolResult, list: &mut Writer<'_>) -> Result<(), Refusal> {
        let mut object = list.push_object();
        object.text("type", "tool_result").text("tool_use_id", &ids::fit(&result.call_id, ids::MAX_CALL_ID));
        match result.content.as_slice() {
            [] => {}
            [one] if words_of(one).is_some() => {
                object.text_some("content", words_of(one));
            }
            blocks => {
                let mut content = object.list("content");
                for block in blocks {
                    self.write_inside(block, &mut content)?;
                }
            }
        }
        if let Some(failed) = result.is_error
            && self.keeps(Feature::ToolResultError)?
        {
            object.boolean("is_error", failed);
        }
        self.cache(result.cache, &mut object)
    }

    /// What a tool answered, piece by piece.
    fn write_inside(&mut self, block: &Block, content: &mut Writer<'_>) -> Result<(), Refusal> {
        match block {
            Block::Text(text) if !self.faithful && text.text.trim().is_empty() => Ok(()),
            Block::Text(text) => self.write_text(text, content),
            Block::Media(media) if self.keeps(Feature::ToolResultMedia)? && self.media_fits(media)? => {
                self.write_media(media, content)
            }
            Block::Media(_) => Ok(()),
            Block::Opaque(opaque) if opaque.dialect == Dialect::Messages => {
                content.push_raw(&opaque.value);
                Ok(())
            }
            Block::Opaque(_) => self.keeps(Feature::ServerTools).map(drop),
            Block::Refusal(text) => self.write_text(&Text::new(text.clone()), content),
            Block::ToolCall(_) | Block::ToolResult(_) | Block::Thinking(_) => {
                self.lose(Feature::ToolResultMedia, "a result of Messages holds text, images and documents only")
            }
        }
    }

    /// Whether Messages takes it, which is asked before it is written.
    pub(super) fn media_fits(&mut self, media: &Media) -> Result<bool, Refusal> {
        let image = media.kind == MediaKind::Image;
        let feature = match (media.kind, &media.source) {
            (MediaKind::Audio, _) => Feature::AudioInput,
            (MediaKind::Video, _) => Feature::VideoInput,
            (MediaKind::Image, MediaSource::Base64(_) | MediaSource::Text(_)) => Feature::ImageBase64,
            (MediaKind::Image, MediaSource::Url(_)) => Feature::ImageUrl,
            (MediaKind::File, MediaSource::Base64(_) | MediaSource::Text(_)) => Feature::FileInline,
            (MediaKind::File, MediaSource::Url(_)) => Feature::FileUrl,
            // It may well be the right provider's: the client says so in its words.
            (MediaKind::Image | MediaKind::File, MediaSource::FileId(_)) if self.faithful => return Ok(true),
            (MediaKind::Image | MediaKind::File, MediaSource::FileId(_)) => Feature::FileId,
        };
        if !self.keeps(feature)? {
            return Ok(false);
        }
        if self.faithful {
            return Ok(true);
        }
        for (feature, there) in [
            (Feature::ImageDetail, media.detail.as_deref().is_some_and(|detail| detail != "auto")),
            (Feature::DocumentContext, media.context.is_some()),
            (Feature::DocumentCitations, media.citations.is_some()),
        ] {
            if there {
                self.keeps(feature)?;
            }
        }
        let media_type = media.media_type.as_deref();
        match &media.source {
            MediaSource::Url(address) if !address.starts_with("https://") && !address.starts_with("http://") => {
                self.refuse(feature, "Messages fetches from the web only (https)")
            }
            MediaSource::Base64(_) if image && !media_type.is_none_or(is_picture) => {
                self.refuse(feature, "Messages takes pictures as JPEG, PNG, GIF or WebP")
            }
            MediaSource::Text(_) if image => self.refuse(feature, "a picture is no text"),
            MediaSource::Base64(data)
                if !image && !media_type.is_none_or(is_pdf) && plain::words_of(media_type, data).is_none() =>
            {
                self.refuse(feature, "Messages takes documents as PDF or plain text")
            }
            _ => Ok(true),
        }
    }

    fn write_media(&mut self, media: &Media, list: &mut Writer<'_>) -> Result<(), Refusal> {
        let image = media.kind == MediaKind::Image;
        let mut object = list.push_object();
        object.text("type", if image { "image" } else { "document" });
        {
            let mut source = object.object("source");
            let words = match &media.source {
                MediaSource::Base64(data) if !image => plain::words_of(media.media_type.as_deref(), data),
                _ => None,
            };
            match (&media.source, &words) {
                (_, Some(words)) | (MediaSource::Text(words), None) => {
                    source.text("type", "text").text("media_type", "text/plain").text("data", words)
                }
                (MediaSource::Base64(data), None) => {
                    let usual = if image { "image/png" } else { "application/pdf" };
                    let told = media.media_type.as_deref().unwrap_or(usual);
                    source.text("type", "base64").text("media_type", told).text("data", data)
                }
                (MediaSource::Url(address), None) => source.text("type", "url").text("url", address),
                (MediaSource::FileId(id), None) => source.text("type", "file").text("file_id", id),
            };
        }
        if !image {
            object.text_some("title", media.name.as_deref()).text_some("context", media.context.as_deref());
            if let Some(enabled) = media.citations {
                object.object("citations").boolean("enabled", enabled);
            }
        }
        self.cache(media.cache, &mut object)
    }
}

fn is_picture(media_type: &str) -> bool {
    matches!(media_type, "image/jpeg" | "image/png" | "image/gif" | "image/webp")
}

fn is_pdf(media_type: &str) -> bool {
    media_type == "application/pdf"
}

fn write_thinking(thinking: &Thinking, list: &mut Writer<'_>) {
    let proof = thinking.signature.as_ref().filter(|signature| signature.maker == Maker::Anthropic);
    let Some(proof) = proof else { return };
    if thinking.redacted {
        list.push_object().text("type", "redacted_thinking").text("data", &proof.data);
    } else {
        list.push_object().text("type", "thinking").text("thinking", &thinking.text).text("signature", &proof.data);
    }
}
