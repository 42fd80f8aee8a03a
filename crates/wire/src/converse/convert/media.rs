//! Pictures, sounds, moving pictures and documents: a format's short name, and bytes, text or an address in S3.

use std::collections::HashSet;

use crate::canonical::block::MediaKind;
use crate::canonical::{Media, MediaSource};
use crate::json::node::{Fault, Node};
use crate::json::write::Writer;

/// The formats of each kind, with the media type of each.
const FORMATS: &[(MediaKind, &str, &str)] = {
    use MediaKind::{Audio, File, Image, Video};
    &[
        (Image, "png", "image/png"),
        (Image, "jpeg", "image/jpeg"),
        (Image, "gif", "image/gif"),
        (Image, "webp", "image/webp"),
        (File, "pdf", "application/pdf"),
        (File, "csv", "text/csv"),
        (File, "doc", "application/msword"),
        (File, "docx", "application/vnd.openxmlformats-officedocument.wordprocessingml.document"),
        (File, "xls", "application/vnd.ms-excel"),
        (File, "xlsx", "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"),
        (File, "html", "text/html"),
        (File, "txt", "text/plain"),
        (File, "md", "text/markdown"),
        (Video, "mkv", "video/x-matroska"),
        (Video, "mov", "video/quicktime"),
        (Video, "mp4", "video/mp4"),
        (Video, "webm", "video/webm"),
        (Video, "flv", "video/x-flv"),
        (Video, "mpeg", "video/mpeg"),
        (Video, "mpg", "video/mpg"),
        (Video, "wmv", "video/x-ms-wmv"),
        (Video, "three_gp", "video/3gpp"),
        (Audio, "mp3", "audio/mpeg"),
        (Audio, "opus", "audio/opus"),
        (Audio, "wav", "audio/wav"),
        (Audio, "aac", "audio/aac"),
        (Audio, "flac", "audio/flac"),
        (Audio, "mp4", "audio/mp4"),
        (Audio, "ogg", "audio/ogg"),
        (Audio, "mkv", "audio/x-matroska"),
        (Audio, "mka", "audio/x-mka"),
        (Audio, "x-aac", "audio/x-aac"),
        (Audio, "m4a", "audio/x-m4a"),
        (Audio, "mpeg", "audio/x-mpeg"),
        (Audio, "mpga", "audio/mpga"),
        (Audio, "pcm", "audio/pcm"),
        (Audio, "webm", "audio/webm"),
    ]
};

/// Other words for the same, as clients write them.
const ALIASES: &[(&str, &str)] = &[
    ("image/jpg", "jpeg"),
    ("audio/mp3", "mp3"),
    ("audio/x-wav", "wav"),
    ("audio/wave", "wav"),
    ("audio/vnd.wave", "wav"),
    ("audio/m4a", "m4a"),
    ("audio/pcm16", "pcm"),
    ("audio/l16", "pcm"),
    ("text/x-markdown", "md"),
    ("application/csv", "csv"),
];

/// What the first bytes of a picture are in base64.
const SNIFFED: &[(&str, &str)] = &[("iVBOR", "png"), ("/9j/", "jpeg"), ("R0lGO", "gif"), ("UklGR", "webp")];

/// The name of the member that holds such a thing.
pub(super) const fn member(kind: MediaKind) -> &'static str {
    match kind {
        MediaKind::Image => "image",
        MediaKind::Audio => "audio",
        MediaKind::Video => "video",
        MediaKind::File => "document",
    }
}

/// What a member of this name holds.
pub(super) fn kind(member: &str) -> Option<MediaKind> {
    [MediaKind::Image, MediaKind::Audio, MediaKind::Video, MediaKind::File]
        .into_iter()
        .find(|one| self::member(*one) == member)
}

/// Reads what such a member holds. `None`: there is more in it than the model in the middle has a place for.
pub(super) fn read(kind: MediaKind, node: Node<'_>) -> Result<Option<Media>, Fault> {
    let mut object = node.object()?;
    let media_type = match object.text("format")? {
        Some(format) => match media_type(kind, &format) {
            Some(known) => Some(known.to_owned()),
            None => return Ok(None),
        },
        None => None,
    };
    let source = object.need("source")?;
    let mut inside = source.object()?;
    let source = if let Some(bytes) = inside.text("bytes")? {
        MediaSource::Base64(bytes)
    } else if let Some(text) = inside.text("text")? {
        MediaSource::Text(text)
    } else if let Some(place) = inside.some("s3Location") {
        let mut place = place.object()?;
        let address = place.need_text("uri")?.into_owned();
        if place.rest().next().is_some() {
            return Ok(None);
        }
        MediaSource::Url(address)
    } else if inside.rest().next().is_some() {
        return Ok(None);
    } else {
        return Err(source.fault("must have one of: bytes, s3Location, text, content"));
    };
    let mut media = Media { media_type, ..Media::new(kind, source) };
    media.name = object.text("name")?;
    media.context = object.text("context")?;
    if let Some(citations) = object.some("citations") {
        media.citations = citations.object()?.boolean("enabled")?;
    }
    Ok(object.rest().next().is_none().then_some(media))
}

/// Writes what such a member holds. `name` is a document's.
pub(super) fn write(media: &Media, format: Option<&str>, name: Option<&str>, object: &mut Writer<'_>) {
    let mut inside = object.object(member(media.kind));
    inside.text_some("format", format).text_some("name", name);
    {
        let mut source = inside.object("source");
        match &media.source {
            MediaSource::Base64(bytes) => source.text("bytes", bytes),
            MediaSource::Text(text) => source.text("text", text),
            MediaSource::Url(address) | MediaSource::FileId(address) => {
                source.object("s3Location").text("uri", address);
                &mut source
            }
        };
    }
    inside.text_some("context", media.context.as_deref());
    if let Some(enabled) = media.citations {
        inside.object("citations").boolean("enabled", enabled);
    }
}

/// Whether it is at an address that Bedrock can read.
pub(super) fn is_in_s3(address: &str) -> bool {
    address.starts_with("s3://")
}

pub(super) fn media_type(kind: MediaKind, format: &str) -> Option<&'static str> {
    FORMATS.iter().find(|row| row.0 == kind && row.1 == format).map(|row| row.2)
}

/// The format of a thing: by its media type, else by its first bytes or the ending of its name.
pub(super) fn format(media: &Media) -> Option<&'static str> {
    let of_kind = |format: &str| FORMATS.iter().find(|row| row.0 == media.kind && row.1 == format).map(|row| row.1);
    let told = media.media_type.as_deref().and_then(|told| {
        let bare = told.split(';').next().unwrap_or_default().trim().to_ascii_lowercase();
        let row = FORMATS.iter().find(|row| row.0 == media.kind && row.2 == bare);
        row.map(|row| row.1).or_else(|| of_kind(ALIASES.iter().find(|alias| alias.0 == bare)?.1))
    });
    told.or_else(|| match (&media.source, media.kind) {
        (MediaSource::Base64(bytes), MediaKind::Image) => {
            SNIFFED.iter().find(|(begin, _)| bytes.starts_with(begin)).map(|(_, format)| *format)
        }
        (MediaSource::Base64(bytes), MediaKind::File) if bytes.starts_with("JVBER") => Some("pdf"),
        (MediaSource::Text(_), MediaKind::File) => Some("txt"),
        (MediaSource::Url(address), _) => of_kind(&ending(address)?),
        _ => None,
    })
    .or_else(|| of_kind(&ending(media.name.as_deref()?)?))
}

fn ending(name: &str) -> Option<String> {
    let ending = name.rsplit_once('.')?.1.to_ascii_lowercase();
    Some(match ending.as_str() {
        "jpg" => "jpeg".to_owned(),
        "htm" => "html".to_owned(),
        "3gp" => "three_gp".to_owned(),
        _ => ending,
    })
}

/// The names of the documents of one call. Converse wants each to have one, of few characters, and no two the same.
#[derive(Debug, Default)]
pub(super) struct DocumentNames(HashSet<String>);

impl DocumentNames {
    const MAX: usize = 200;

    /// A name for a document, as near to its own as can be. The same documents always get the same names.
    pub(super) fn of(&mut self, own: Option<&str>, format: Option<&str>) -> String {
        let own = own.unwrap_or("document");
        let stem = format.and_then(|format| own.strip_suffix(format)?.strip_suffix('.')).unwrap_or(own);
        let mut name = String::with_capacity(stem.len());
        for character in stem.chars().take(Self::MAX - 8) {
            match character {
                c if c.is_ascii_alphanumeric() || matches!(c, '-' | '(' | ')' | '[' | ']') => name.push(c),
                c if c.is_whitespace() && !name.ends_with(' ') => name.push(' '),
                c if c.is_whitespace() => {}
                _ => name.push('-'),
            }
        }
        if name.trim().is_empty() {
            "document".clone_into(&mut name);
        }
        let mut unique = name.clone();
        let mut number = 2;
        while !self.0.insert(unique.clone()) {
            unique = format!("{name}-{number}");
            number += 1;
        }
        unique
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn formats_are_found() {
        let base64 = |text: &str| MediaSource::Base64(text.to_owned());
        let check = |kind, source, media_type: Option<&str>, name: Option<&str>, expected| {
            let mut media = Media::new(kind, source);
            media.media_type = media_type.map(str::to_owned);
            media.name = name.map(str::to_owned);
            assert_eq!(format(&media), expected, "{media:?}");
        };
        check(MediaKind::Image, base64("x"), Some("image/JPG; a=b"), None, Some("jpeg"));
        check(MediaKind::Image, base64("iVBORw0"), Some("application/octet-stream"), None, Some("png"));
        check(MediaKind::Image, base64("x"), Some("image/bmp"), None, None);
        check(MediaKind::Audio, base64("x"), Some("audio/mp3"), None, Some("mp3"));
        check(MediaKind::File, base64("x"), None, Some("a.DOCX"), Some("docx"));
        check(MediaKind::File, base64("JVBERi0"), None, None, Some("pdf"));
        check(MediaKind::File, MediaSource::Text(String::new()), None, None, Some("txt"));
        check(MediaKind::Video, MediaSource::Url("s3://b/a.3gp".to_owned()), None, None, Some("three_gp"));
    }

    #[test]
    fn names_of_documents_are_plain_and_each_its_own() {
        let mut names = DocumentNames::default();
        assert_eq!(names.of(Some("Q3 report.pdf"), Some("pdf")), "Q3 report");
        assert_eq!(names.of(Some("Q3  report"), None), "Q3 report-2");
        assert_eq!(names.of(Some("ü/..\n"), None), "---- ");
        assert_eq!(names.of(None, None), "document");
        assert_eq!(names.of(Some(""), None), "document-2");
        assert_eq!(names.of(Some(&"x".repeat(500)), None).len(), 192);
    }
}
