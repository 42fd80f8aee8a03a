//! The results of tools.

use std::borrow::Cow;

use super::Writing;
use crate::canonical::block::MediaKind;
use crate::canonical::{Block, Feature, Media, MediaSource, Refusal, ToolResult};
use crate::json::node::Node;
use crate::json::write::Writer;

impl Writing<'_> {
    /// Writes the message of one result. What can stand only in a user's turn is left in `shown`, with the call's id.
    pub(super) fn result<'r>(
        &mut self,
        result: &'r ToolResult,
        shown: &mut Vec<(&'r str, &'r Media)>,
        list: &mut Writer<'_>,
    ) -> Result<(), Refusal> {
        self.cache_mark(result.cache)?;
        let mut texts: Vec<Cow<'_, str>> = Vec::new();
        for block in &result.content {
            match block {
                Block::Text(text) => {
                    self.cache_mark(text.cache)?;
                    texts.push(Cow::Borrowed(&text.text));
                }
                Block::Refusal(text) => texts.push(Cow::Borrowed(text)),
                Block::Media(media) => match &media.source {
                    MediaSource::Text(text) => texts.push(Cow::Borrowed(text)),
                    _ => {
                        if self.keeps(Feature::ToolResultMedia)? {
                            texts.push(Cow::Borrowed(place_of(media)));
                            shown.push((&result.call_id, media));
                        }
                    }
                },
                Block::Opaque(opaque) => match tool_reference(&opaque.kind, &opaque.value) {
                    Some(text) => texts.push(Cow::Owned(text)),
                    None => self.notes.lose(&*opaque.kind, "only its own dialect knows it")?,
                },
                Block::ToolCall(_) | Block::ToolResult(_) | Block::Thinking(_) => {}
            }
        }
        if result.is_error == Some(true) && self.keeps(Feature::ToolResultError)? {
            match texts.first_mut() {
                Some(first) if !says_error(first) => *first = Cow::Owned(format!("Error: {first}")),
                Some(_) => {}
                None => texts.push(Cow::Borrowed("Error")),
            }
        }
        let mut object = list.push_object();
        object.text("role", "tool").text("tool_call_id", &self.call_id(&result.call_id));
        if self.own {
            object.text_some("name", result.name.as_deref());
        }
        self.write_texts(&texts, "\n\n", &mut object);
        Ok(())
    }

    /// The id of a call. OpenAI takes at most 40 characters; nobody sends the id of an earlier turn back, so a longer one
    /// of another dialect's is replaced by its hash, the same in the call and in its result.
    pub(super) fn call_id<'i>(&self, id: &'i str) -> Cow<'i, str> {
        const LONGEST: usize = 40;
        if self.own || id.len() <= LONGEST {
            return Cow::Borrowed(id);
        }
        // FNV-1a, of 128 bits.
        let hash = id.bytes().fold(0x6c62_272e_07bb_0142_62b8_2175_6295_c58d_u128, |hash, byte| {
            (hash ^ u128::from(byte)).wrapping_mul(0x0000_0000_0100_0000_0000_0000_0000_013B)
        });
        Cow::Owned(format!("call_{hash:032x}"))
    }
}

/// What stands in a result for a thing that follows it.
const fn place_of(media: &Media) -> &'static str {
    match media.kind {
        MediaKind::Image => "[the image is in the next message]",
        MediaKind::Audio => "[the audio is in the next message]",
        MediaKind::Video => "[the video is in the next message]",
        MediaKind::File => "[the file is in the next message]",
    }
}

fn says_error(text: &str) -> bool {
    text.get(..5).is_some_and(|start| start.eq_ignore_ascii_case("error"))
}

/// Anthropic's word that a deferred tool may now be called, which is so all the time here.
fn tool_reference(kind: &str, value: &str) -> Option<String> {
    if kind != "tool_reference" {
        return None;
    }
    let mut object = Node::root(value.as_bytes()).ok()?.object().ok()?;
    Some(format!("The tool {} can be called now.", object.text("tool_name").ok()??))
}
