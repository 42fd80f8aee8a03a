//! Pictures, sounds and files as parts of a user's turn.

use std::borrow::Cow;

use super::Writing;
use crate::canonical::block::MediaKind;
use crate::canonical::{Feature, Media, MediaSource, Refusal};
use crate::json::write::Writer;

impl Writing<'_> {
    /// Appends the part, unless it must be left out, which is noted.
    pub(super) fn media(&mut self, media: &Media, parts: &mut Writer<'_>) -> Result<(), Refusal> {
        self.cache_mark(media.cache)?;
        if media.citations == Some(true) {
            self.notes.keeps(Feature::DocumentCitations)?;
        }
        if let Some(context) = &media.context
            && self.keeps(Feature::DocumentContext)?
        {
            parts.push_object().text("type", "text").text("text", context);
        }
        match media.kind {
            MediaKind::Image => self.image(media, parts),
            MediaKind::Audio => self.audio(media, parts),
            MediaKind::Video => {
                if let Some(url) = address(media, "video/mp4")
                    && self.keeps(Feature::VideoInput)?
                {
                    let mut part = parts.push_object();
                    part.text("type", "video_url").object("video_url").text("url", &url);
                    return Ok(());
                }
                self.notes.lose("video", "this dialect takes videos inline or by address only")
            }
            MediaKind::File => self.file(media, parts),
        }
    }

    fn image(&mut self, media: &Media, parts: &mut Writer<'_>) -> Result<(), Refusal> {
        let feature =
            if matches!(media.source, MediaSource::Base64(_)) { Feature::ImageBase64 } else { Feature::ImageUrl };
        let Some(url) = address(media, "image/png") else {
            return self.notes.lose("image", "this dialect takes pictures inline or by address only");
        };
        if self.keeps(feature)? {
            let mut part = parts.push_object();
            let mut inside = part.text("type", "image_url").object("image_url");
            inside.text("url", &url);
            if media.detail.is_some() && self.keeps(Feature::ImageDetail)? {
                inside.text_some("detail", media.detail.as_deref());
            }
            drop(inside);
            self.write_mark(media.cache, &mut part);
        }
        Ok(())
    }

    fn audio(&mut self, media: &Media, parts: &mut Writer<'_>) -> Result<(), Refusal> {
        let MediaSource::Base64(data) = &media.source else {
            return self.notes.lose("audio", "this dialect takes sounds inline only");
        };
        if self.keeps(Feature::AudioInput)? {
            let mut part = parts.push_object();
            let mut inside = part.text("type", "input_audio").object("input_audio");
            inside.text("data", data).text("format", audio_format(media.media_type.as_deref()));
        }
        Ok(())
    }

    fn file(&mut self, media: &Media, parts: &mut Writer<'_>) -> Result<(), Refusal> {
        let (feature, data) = match &media.source {
            MediaSource::Text(text) => {
                if self.keeps(Feature::FileInline)? {
                    let titled = media.name.as_ref().map(|name| format!("{name}:\n\n{text}"));
                    parts.push_object().text("type", "text").text("text", titled.as_deref().unwrap_or(text));
                }
                return Ok(());
            }
            MediaSource::FileId(id) => (Feature::FileId, Err(id)),
            MediaSource::Url(url) => (Feature::FileUrl, Ok(Cow::Borrowed(url.as_str()))),
            // OpenAI wants the address form, but a Chat client may have left it out.
            MediaSource::Base64(data) if media.media_type.is_none() && self.own => {
                (Feature::FileInline, Ok(Cow::Borrowed(data.as_str())))
            }
            MediaSource::Base64(_) => (Feature::FileInline, Ok(address(media, "application/pdf").unwrap_or_default())),
        };
        if !self.keeps(feature)? {
            return Ok(());
        }
        let mut part = parts.push_object();
        let mut inside = part.text("type", "file").object("file");
        // OpenAI takes no data without a name.
        let unnamed = (data.is_ok() && !self.own).then_some("document.pdf");
        inside.text_some("filename", media.name.as_deref().or(unnamed));
        match data {
            Ok(data) => inside.text("file_data", &data),
            Err(id) => inside.text("file_id", id),
        };
        drop(inside);
        self.write_mark(media.cache, &mut part);
        Ok(())
    }
}

/// The address of a thing, or the thing as an address (RFC 2397).
pub(super) fn address<'m>(media: &'m Media, usual: &'m str) -> Option<Cow<'m, str>> {
    match &media.source {
        MediaSource::Url(url) => Some(Cow::Borrowed(url)),
        MediaSource::Base64(data) => {
            let media_type = media.media_type.as_deref().unwrap_or_else(|| guess(data).unwrap_or(usual));
            Some(Cow::Owned(format!("data:{media_type};base64,{data}")))
        }
        MediaSource::Text(_) | MediaSource::FileId(_) => None,
    }
}

/// The media type of a picture by its first bytes, in base64.
fn guess(base64: &str) -> Option<&'static str> {
    [("/9j/", "image/jpeg"), ("iVBOR", "image/png"), ("R0lG", "image/gif"), ("UklG", "image/webp")]
        .into_iter()
        .find(|(start, _)| base64.starts_with(start))
        .map(|(_, media_type)| media_type)
}

/// The word for a sound's format. Others than OpenAI take more than its two.
fn audio_format(media_type: Option<&str>) -> &str {
    let format = media_type.unwrap_or("audio/wav").strip_prefix("audio/").unwrap_or("wav");
    match format {
        "mpeg" | "mp3" | "x-mp3" => "mp3",
        "wave" | "x-wav" | "vnd.wave" => "wav",
        other => other,
    }
}
