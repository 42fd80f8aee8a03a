//! Writes pictures and files.

use super::Writing;
use super::input::write_cache;
use crate::canonical::block::MediaKind;
use crate::canonical::{Feature, Media, MediaSource, Refusal, feature};
use crate::json::write::Writer;

/// Writes the parts that show it: usually one, with words before it where something is said about it.
pub(super) fn write(list: &mut Writer<'_>, media: &Media, writing: &mut Writing<'_, '_>) -> Result<(), Refusal> {
    let cache = writing.cache(media.cache)?;
    if media.citations == Some(true) {
        writing.keeps(Feature::DocumentCitations)?;
    }
    if let Some(context) = &media.context
        && writing.keeps(Feature::DocumentContext)?
    {
        list.push_object().text("type", "input_text").text("text", context);
    }
    let feature = match (media.kind, &media.source) {
        (MediaKind::Audio, _) => Feature::AudioInput,
        (MediaKind::Video, _) => Feature::VideoInput,
        (_, MediaSource::FileId(_)) => Feature::FileId,
        (MediaKind::Image, MediaSource::Url(_)) => Feature::ImageUrl,
        (MediaKind::Image, _) => Feature::ImageBase64,
        (MediaKind::File, MediaSource::Url(_)) => Feature::FileUrl,
        (MediaKind::File, _) => Feature::FileInline,
    };
    if !writing.keeps(feature)? {
        return Ok(());
    }
    if let MediaSource::Url(url) = &media.source
        && !writing.own
        && !url.starts_with("https://")
        && !url.starts_with("http://")
    {
        let field = feature::field(writing.notes.source, feature).unwrap_or_else(|| feature.as_str());
        return Err(Refusal { field: field.to_owned(), why: "the Responses API fetches from the web only".to_owned() });
    }
    if let (MediaKind::Audio, MediaSource::Base64(data)) = (media.kind, &media.source) {
        // A client's own, which its provider may take: only some models of this API hear.
        let format = match media.media_type.as_deref() {
            Some("audio/mpeg") => "mp3",
            other => other.and_then(|kind| kind.strip_prefix("audio/")).unwrap_or("wav"),
        };
        let mut part = list.push_object();
        part.text("type", "input_audio").object("input_audio").text("data", data).text("format", format);
        return Ok(());
    }
    let detail = match &media.detail {
        Some(detail) if writing.keeps(Feature::ImageDetail)? => Some(detail.as_str()),
        _ => None,
    };
    let mut part = list.push_object();
    match (&media.source, media.kind) {
        (MediaSource::Text(text), _) => {
            let words = match &media.name {
                Some(name) => format!("{name}\n\n{text}"),
                None => text.clone(),
            };
            part.text("type", "input_text").text("text", &words);
        }
        (source, MediaKind::Image) => {
            part.text("type", "input_image");
            match source {
                MediaSource::FileId(id) => part.text("file_id", id),
                MediaSource::Base64(data) => part.text("image_url", &address(media, data, "image/png")),
                MediaSource::Url(url) | MediaSource::Text(url) => part.text("image_url", url),
            };
            // The types want it, and this is what its absence means.
            part.text("detail", detail.unwrap_or("auto"));
        }
        (source, _) => {
            part.text("type", "input_file");
            match source {
                MediaSource::FileId(id) => part.text("file_id", id),
                MediaSource::Base64(data) => {
                    // It is refused without a name.
                    let name = media.name.as_deref().unwrap_or_else(|| default_name(media));
                    part.text("filename", name).text("file_data", &address(media, data, "application/pdf"))
                }
                MediaSource::Url(url) | MediaSource::Text(url) => part.text("file_url", url),
            };
            if !matches!(source, MediaSource::Base64(_)) {
                part.text_some("filename", media.name.as_deref().filter(|_| writing.own));
            }
            part.text_some("detail", detail);
        }
    }
    write_cache(&mut part, cache);
    Ok(())
}

/// The `data:` address of base64 (RFC 2397).
fn address(media: &Media, data: &str, default: &str) -> String {
    format!("data:{};base64,{data}", media.media_type.as_deref().unwrap_or(default))
}

fn default_name(media: &Media) -> &'static str {
    match media.media_type.as_deref() {
        None | Some("application/pdf") => "document.pdf",
        Some("text/plain") => "document.txt",
        Some(_) => "document",
    }
}
