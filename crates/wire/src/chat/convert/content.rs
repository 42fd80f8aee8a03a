//! The parts of a message's content: words, pictures, sounds, files.

use thinkwatch_policy::dialect::Dialect;

use super::reading::Reading;
use crate::canonical::block::MediaKind;
use crate::canonical::{Block, CacheMark, Media, MediaSource, Opaque, Text, Thinking};
use crate::json::node::{Fault, Node, Object};

/// Reads a `content`: a string, a list of parts, or nothing.
pub(super) fn read(node: Option<Node<'_>>, reading: &mut Reading<'_>) -> Result<Vec<Block>, Fault> {
    let Some(node) = node else { return Ok(Vec::new()) };
    if node.is_text() {
        let text = node.text()?;
        return Ok(if text.is_empty() { Vec::new() } else { vec![Block::text(text)] });
    }
    if !node.is_list() {
        return Err(node.fault("must be a string or a list of parts"));
    }
    node.list()?.into_iter().map(|part| read_part(part, reading)).collect()
}

fn read_part(node: Node<'_>, reading: &mut Reading<'_>) -> Result<Block, Fault> {
    if node.is_text() {
        return Ok(Block::text(node.text()?));
    }
    let mut part = node.object()?;
    let kind = part.need_text("type")?;
    let mut block = match kind.as_ref() {
        "text" => Block::Text(Text::new(part.need_text("text")?)),
        "image_url" => Block::Media(at_address(part.need("image_url")?, MediaKind::Image, reading)?),
        "video_url" => Block::Media(at_address(part.need("video_url")?, MediaKind::Video, reading)?),
        "input_audio" => Block::Media(audio(part.need("input_audio")?, reading)?),
        "file" => Block::Media(file(part.need("file")?, reading)?),
        "refusal" => Block::Refusal(part.need_text("refusal")?.into_owned()),
        // Mistral's.
        "thinking" => Block::Thinking(Thinking { text: thought(part.need("thinking")?)?, ..Thinking::default() }),
        other => {
            let opaque = Opaque { dialect: Dialect::Chat, kind: other.to_owned(), value: node.raw().into() };
            return Ok(Block::Opaque(opaque));
        }
    };
    let mark = cache_mark(&mut part)?;
    match &mut block {
        Block::Text(text) => text.cache = mark,
        Block::Media(media) => media.cache = mark,
        _ => {}
    }
    reading.leftover(part);
    Ok(block)
}

/// `prompt_cache_breakpoint` as OpenAI names it, `cache_control` as OpenRouter and others do.
pub(super) fn cache_mark(object: &mut Object<'_>) -> Result<Option<CacheMark>, Fault> {
    // OpenAI's usual life is short, and the only other one it has is longer.
    let (node, is_long): (_, fn(&str) -> bool) = match object.some("prompt_cache_breakpoint") {
        Some(node) => (node, |_| true),
        None => match object.some("cache_control") {
            Some(node) => (node, |life| life.ends_with('h')),
            None => return Ok(None),
        },
    };
    let long = node.object()?.text("ttl")?.as_deref().is_some_and(is_long);
    Ok(Some(if long { CacheMark::OneHour } else { CacheMark::FiveMinutes }))
}

fn at_address(node: Node<'_>, kind: MediaKind, reading: &mut Reading<'_>) -> Result<Media, Fault> {
    if node.is_text() {
        return Ok(of_address(&node.text()?, kind));
    }
    let mut inside = node.object()?;
    let mut media = of_address(&inside.need_text("url")?, kind);
    media.detail = inside.text("detail")?;
    reading.leftover(inside);
    Ok(media)
}

/// What is at an address, or, with `data:`, in it (RFC 2397).
pub(super) fn of_address(address: &str, kind: MediaKind) -> Media {
    let inline = address.strip_prefix("data:").and_then(|rest| rest.split_once(','));
    if let Some((head, data)) = inline
        && let Some(media_type) = head.strip_suffix(";base64")
    {
        let mut media = Media::new(kind, MediaSource::Base64(data.to_owned()));
        media.media_type = (!media_type.is_empty()).then(|| media_type.to_owned());
        return media;
    }
    Media::new(kind, MediaSource::Url(address.to_owned()))
}

fn audio(node: Node<'_>, reading: &mut Reading<'_>) -> Result<Media, Fault> {
    let mut inside = node.object()?;
    let data = inside.need_text("data")?.into_owned();
    let mut media = Media::new(MediaKind::Audio, MediaSource::Base64(data));
    media.media_type = inside.text("format")?.map(|format| match format.as_str() {
        "mp3" => "audio/mpeg".to_owned(),
        other => format!("audio/{other}"),
    });
    reading.leftover(inside);
    Ok(media)
}

fn file(node: Node<'_>, reading: &mut Reading<'_>) -> Result<Media, Fault> {
    let mut inside = node.object()?;
    let name = inside.text("filename")?;
    let id = inside.text("file_id")?;
    let mut media = match inside.text("file_data")? {
        Some(data) if data.starts_with("data:") || data.starts_with("http:") || data.starts_with("https:") => {
            of_address(&data, MediaKind::File)
        }
        Some(data) => Media::new(MediaKind::File, MediaSource::Base64(data)),
        None => match id {
            Some(id) => Media::new(MediaKind::File, MediaSource::FileId(id)),
            None => return Err(node.fault("must have file_data or file_id")),
        },
    };
    media.name = name;
    reading.leftover(inside);
    Ok(media)
}

/// Mistral's thoughts: a string, or a list of text parts.
fn thought(node: Node<'_>) -> Result<String, Fault> {
    if node.is_text() {
        return Ok(node.text()?.into_owned());
    }
    let mut all = String::new();
    for part in node.list()? {
        if let Some(text) = part.object()?.text("text")? {
            all.push_str(&text);
        }
    }
    Ok(all)
}
