//! The pieces of a turn: `parts`.

use std::borrow::Cow;

use crate::canonical::block::MediaKind;
use crate::canonical::{Media, MediaSource, Signature};
use crate::json;
use crate::json::node::Node;
use crate::json::write::{self, Writer};

mod read;
mod result;

pub(super) use read::{read, thoughts};
pub(super) use result::media as media_of_result;

use super::{ids, proofs};

/// A part that is to be written.
#[derive(Clone, Debug)]
pub(super) enum Part<'a> {
    /// Words or thoughts.
    Text { text: Cow<'a, str>, thought: bool, signature: Option<Cow<'a, str>> },
    /// Media, in base64 or at an address.
    Media { mime: Option<Cow<'a, str>>, source: Source<'a>, name: Option<&'a str>, signature: Option<Cow<'a, str>> },
    Call {
        id: Option<&'a str>,
        name: &'a str,
        /// A JSON object.
        arguments: Cow<'a, str>,
        signature: Option<Cow<'a, str>>,
    },
    Result {
        id: Option<&'a str>,
        name: &'a str,
        /// A JSON object.
        response: Cow<'a, str>,
        media: Vec<Self>,
    },
    /// A part of Google's own, as it was.
    Raw(&'a str),
}

/// Where the bytes of media are.
#[derive(Clone, Copy, Debug)]
pub(super) enum Source<'a> {
    Inline(&'a str),
    Uri(&'a str),
}

impl<'a> Part<'a> {
    /// Bare words.
    pub(super) fn text(text: impl Into<Cow<'a, str>>) -> Self {
        Self::Text { text: text.into(), thought: false, signature: None }
    }

    /// A call whose arguments are whatever the model wrote.
    pub(super) fn call(id: &'a str, name: &'a str, arguments: &'a str, proof: Option<&'a Signature>) -> Self {
        let signature = proof.map(|proof| proofs::carried(proof, false));
        Self::Call { id: ids::told(id), name, arguments: object_of(arguments), signature }
    }

    /// Media whose bytes are here or at an address. `None` for plain text.
    pub(super) fn media(media: &'a Media, guess: bool) -> Option<Self> {
        let source = match &media.source {
            MediaSource::Base64(data) => Source::Inline(data),
            MediaSource::Url(uri) | MediaSource::FileId(uri) => Source::Uri(uri),
            MediaSource::Text(_) => return None,
        };
        let guessed = || match source {
            Source::Inline(_) => Some(usual_mime(media.kind)),
            Source::Uri(uri) => mime_of_name(uri),
        };
        let known = media.media_type.as_deref();
        Some(Self::Media {
            mime: known.or_else(|| if guess { guessed() } else { None }).map(Cow::Borrowed),
            source,
            name: None,
            signature: media.signature.as_ref().map(|proof| proofs::carried(proof, false)),
        })
    }

    /// Appends it to a list of parts.
    pub(super) fn write(&self, list: &mut Writer<'_>) {
        match self {
            Self::Text { text, thought, signature } => {
                let mut part = list.push_object();
                part.text("text", text);
                if *thought {
                    part.boolean("thought", true);
                }
                part.text_some("thoughtSignature", signature.as_deref());
            }
            Self::Media { mime, source, name, signature } => {
                let mut part = list.push_object();
                match source {
                    Source::Inline(data) => {
                        let mut inline = part.object("inlineData");
                        inline.text_some("mimeType", mime.as_deref()).text("data", data);
                        inline.text_some("displayName", *name);
                    }
                    Source::Uri(uri) => {
                        let mut file = part.object("fileData");
                        file.text_some("mimeType", mime.as_deref()).text("fileUri", uri);
                        file.text_some("displayName", *name);
                    }
                }
                part.text_some("thoughtSignature", signature.as_deref());
            }
            Self::Call { id, name, arguments, signature } => {
                let mut part = list.push_object();
                part.object("functionCall").text_some("id", *id).text("name", name).raw("args", arguments);
                part.text_some("thoughtSignature", signature.as_deref());
            }
            Self::Result { id, name, response, media } => {
                let mut part = list.push_object();
                let mut result = part.object("functionResponse");
                result.text_some("id", *id).text("name", name).raw("response", response);
                if !media.is_empty() {
                    let mut parts = result.list("parts");
                    for one in media {
                        one.write(&mut parts);
                    }
                }
            }
            Self::Raw(raw) => {
                list.push_raw(raw);
            }
        }
    }
}

/// The arguments as the object that Gemini wants: themselves if they are one, else the text in a coat.
pub(super) fn object_of(arguments: &str) -> Cow<'_, str> {
    let trimmed = arguments.trim();
    if trimmed.is_empty() {
        return Cow::Borrowed("{}");
    }
    if is_plain_object(trimmed) {
        return Cow::Borrowed(trimmed);
    }
    Cow::Owned(coat("_raw", arguments))
}

/// An object with one member, a string.
pub(super) fn coat(key: &str, value: &str) -> String {
    let mut out = Vec::with_capacity(value.len() + 16);
    write::object(&mut out).text(key, value);
    String::from_utf8(out).unwrap_or_default()
}

/// The string in an object with one member of this name.
fn coated(object: Node<'_>, key: &str) -> Option<String> {
    let mut object = object.object().ok()?;
    let inside = object.take(key)?.text().ok()?.into_owned();
    object.rest().next().is_none().then_some(inside)
}

/// Whether it is one JSON object in which no name stands twice, which Google's parser refuses.
pub(super) fn is_plain_object(text: &str) -> bool {
    text.starts_with('{')
        && json::is_object(text.as_bytes())
        && Node::root(text.as_bytes()).is_ok_and(|node| node.object().is_ok())
}

/// The kind of thing a media type names.
pub(super) fn kind_of(mime: &str) -> MediaKind {
    let family = mime.split('/').next().unwrap_or_default();
    match family.to_ascii_lowercase().as_str() {
        "image" => MediaKind::Image,
        "audio" => MediaKind::Audio,
        "video" => MediaKind::Video,
        _ => MediaKind::File,
    }
}

const fn usual_mime(kind: MediaKind) -> &'static str {
    match kind {
        MediaKind::Image => "image/jpeg",
        MediaKind::Audio => "audio/wav",
        MediaKind::Video => "video/mp4",
        MediaKind::File => "application/pdf",
    }
}

/// The media type that the end of an address tells.
pub(super) fn mime_of_name(uri: &str) -> Option<&'static str> {
    let path = uri.split(['?', '#']).next().unwrap_or_default();
    let (_, ending) = path.rsplit_once('.')?;
    Some(match ending.to_ascii_lowercase().as_str() {
        "png" => "image/png",
        "jpg" | "jpeg" => "image/jpeg",
        "webp" => "image/webp",
        "gif" => "image/gif",
        "heic" => "image/heic",
        "pdf" => "application/pdf",
        "txt" | "md" => "text/plain",
        "csv" => "text/csv",
        "html" | "htm" => "text/html",
        "mp3" => "audio/mp3",
        "wav" => "audio/wav",
        "ogg" => "audio/ogg",
        "flac" => "audio/flac",
        "mp4" => "video/mp4",
        "mov" => "video/quicktime",
        "webm" => "video/webm",
        _ => return None,
    })
}

/// Base64 in the standard alphabet and with its padding; Google's libraries write the URL's.
fn standard_base64(mut data: String) -> String {
    if data.bytes().any(|byte| byte == b'-' || byte == b'_') {
        data = data.replace('-', "+").replace('_', "/");
    }
    while data.len() % 4 > 1 {
        data.push('=');
    }
    data
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn arguments_become_objects_and_texts_again() {
        let cases = [
            ("", "{}"),
            ("{}", "{}"),
            (r#" {"a":1e400} "#, r#"{"a":1e400}"#),
            (r#"{"a":1"#, r#"{"_raw":"{\"a\":1"}"#),
            (r#"{"a":1,"a":2}"#, r#"{"_raw":"{\"a\":1,\"a\":2}"}"#),
            ("[1]", r#"{"_raw":"[1]"}"#),
        ];
        for (arguments, expected) in cases {
            let object = object_of(arguments);
            assert_eq!(object, expected);
            let node = Node::root(object.as_bytes()).unwrap();
            let again = coated(node, "_raw").unwrap_or_else(|| object.to_string());
            assert!(again == arguments.trim() || arguments.is_empty());
        }
        assert_eq!(standard_base64("a_-b-_".to_owned()), "a/+b+/==");
    }
}
