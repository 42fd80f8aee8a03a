//! What messages and results of tools are made of: a string, or a list of parts.

use thinkwatch_policy::dialect::Dialect;

use super::items::Reading;
use crate::canonical::block::MediaKind;
use crate::canonical::{Block, CacheMark, Json, Media, MediaSource, Opaque, Text};
use crate::json::node::{Fault, Node, Object};

/// The `kind` of a part that only this dialect knows begins with this; an item's has no such beginning.
pub(super) const OPAQUE_PART: &str = "content.";

/// Reads the value of `content` or `output`.
pub(super) fn read(value: Option<Node<'_>>, reading: &mut Reading<'_>) -> Result<Vec<Block>, Fault> {
    let Some(value) = value else { return Ok(Vec::new()) };
    if value.is_text() {
        let text = value.text()?;
        return Ok(if text.is_empty() { Vec::new() } else { vec![Block::text(text)] });
    }
    if !value.is_list() {
        return Err(value.fault("must be a string or a list of parts"));
    }
    value.list()?.into_iter().map(|part| self::part(part, reading)).collect()
}

fn part(node: Node<'_>, reading: &mut Reading<'_>) -> Result<Block, Fault> {
    let mut object = node.object()?;
    let kind = match object.text("type")? {
        Some(kind) => kind,
        None if object.peek("text").is_some() => "input_text".to_owned(),
        None => object.need("type")?.raw().to_owned(),
    };
    let block = match kind.as_str() {
        "input_text" | "output_text" | "text" => Block::Text(text(&mut object, reading)?),
        "refusal" => Block::Refusal(object.need_text("refusal")?.into_owned()),
        "input_image" => Block::Media(image(node, &mut object, reading)?),
        "input_file" => Block::Media(file(node, &mut object, reading)?),
        "input_audio" => Block::Media(audio(&mut object)?),
        _ => {
            let kind = format!("{OPAQUE_PART}{kind}");
            return Ok(Block::Opaque(Opaque { dialect: Dialect::Responses, kind, value: node.raw().into() }));
        }
    };
    reading.leftovers(object, "content[].");
    Ok(block)
}

fn text(object: &mut Object<'_>, reading: &mut Reading<'_>) -> Result<Text, Fault> {
    // What is missing in an answer is not for the client to mend.
    let words =
        if reading.answer { object.text("text")?.unwrap_or_default() } else { object.need_text("text")?.into_owned() };
    let mut text = Text::new(words);
    text.citations = object.list("annotations")?.into_iter().map(|one| Json::from(one.raw())).collect();
    text.citations_of = (!text.citations.is_empty()).then_some(Dialect::Responses);
    // Those of the input are told back by clients, and mean nothing there.
    for logprob in object.list("logprobs")? {
        reading.logprob(logprob.raw());
    }
    text.cache = cache(object, reading)?;
    Ok(text)
}

fn cache(object: &mut Object<'_>, reading: &mut Reading<'_>) -> Result<Option<CacheMark>, Fault> {
    let Some(mark) = object.some("prompt_cache_breakpoint") else { return Ok(None) };
    let mut mark = mark.object()?;
    mark.take("mode");
    let ttl = mark.text("ttl")?;
    reading.leftovers(mark, "content[].prompt_cache_breakpoint.");
    Ok(Some(if ttl.is_some() { CacheMark::OneHour } else { CacheMark::FiveMinutes }))
}

fn image(node: Node<'_>, object: &mut Object<'_>, reading: &mut Reading<'_>) -> Result<Media, Fault> {
    let source = match object.some("image_url") {
        // As Chat writes it; some clients do here too.
        Some(url) if url.is_object() => Some(url.object()?.need_text("url")?.into_owned()),
        Some(url) => Some(url.text()?.into_owned()),
        None => None,
    };
    let (source, media_type) = match (source, object.text("file_id")?) {
        (Some(url), _) => address(url),
        (None, Some(id)) => (MediaSource::FileId(id), None),
        (None, None) => return Err(node.fault("must have an image_url or a file_id")),
    };
    let mut media = Media::new(MediaKind::Image, source);
    media.media_type = media_type;
    media.detail = object.text("detail")?;
    media.cache = cache(object, reading)?;
    Ok(media)
}

fn file(node: Node<'_>, object: &mut Object<'_>, reading: &mut Reading<'_>) -> Result<Media, Fault> {
    let (data, url, id) = (object.text("file_data")?, object.text("file_url")?, object.text("file_id")?);
    let (source, media_type) = match (data, url, id) {
        (Some(data), ..) => match address(data) {
            // Base64 without a word about what it is.
            (MediaSource::Url(data), _) => (MediaSource::Base64(data), None),
            told => told,
        },
        (None, Some(url), _) => (MediaSource::Url(url), None),
        (None, None, Some(id)) => (MediaSource::FileId(id), None),
        (None, None, None) => return Err(node.fault("must have file_data, a file_url or a file_id")),
    };
    let mut media = Media::new(MediaKind::File, source);
    media.media_type = media_type;
    media.name = object.text("filename")?;
    media.detail = object.text("detail")?;
    media.cache = cache(object, reading)?;
    Ok(media)
}

fn audio(object: &mut Object<'_>) -> Result<Media, Fault> {
    let mut inner = object.need("input_audio")?.object()?;
    let mut media = Media::new(MediaKind::Audio, MediaSource::Base64(inner.need_text("data")?.into_owned()));
    media.media_type = inner.text("format")?.map(|format| match format.as_str() {
        "mp3" => "audio/mpeg".to_owned(),
        other => format!("audio/{other}"),
    });
    Ok(media)
}

/// A `data:` address as what it holds (RFC 2397), any other as it is.
fn address(url: String) -> (MediaSource, Option<String>) {
    let Some((head, data)) = url.strip_prefix("data:").and_then(|rest| rest.split_once(',')) else {
        return (MediaSource::Url(url), None);
    };
    match head.strip_suffix(";base64") {
        Some(kind) => {
            let kind = (!kind.is_empty()).then(|| kind.to_owned());
            (MediaSource::Base64(data.to_owned()), kind)
        }
        None => (MediaSource::Url(url), None),
    }
}
