//! What the model said in one message: the same in a turn of the past and in an answer.

use thinkwatch_policy::dialect::Dialect;

use super::reading::Reading;
use super::{calls, content, thinking};
use crate::canonical::block::MediaKind;
use crate::canonical::{Block, Media, MediaSource, Text, ToolKind};
use crate::json::node::{Fault, Node, Object};

/// Reads it: thoughts, words, refusal, media, calls. `made` makes the id of a call that has none, of its place.
pub(super) fn read(
    message: &mut Object<'_>,
    made: impl Fn(usize) -> String,
    reading: &mut Reading<'_>,
) -> Result<Vec<Block>, Fault> {
    let mut blocks = thinking::read(message, reading)?;
    let first = blocks.len();
    blocks.extend(content::read(message.some("content"), reading)?);
    if let Some(refusal) = message.text("refusal")?.filter(|refusal| !refusal.is_empty()) {
        blocks.push(Block::Refusal(refusal));
    }
    if let Some(node) = message.some("audio") {
        audio(node, &mut blocks, reading)?;
    }
    for image in message.list("images")? {
        blocks.extend(picture(image).map(Block::Media));
    }
    annotate(message, first, &mut blocks)?;
    sign(message, first, &mut blocks, reading);
    for (ordinal, node) in message.list("tool_calls")?.into_iter().enumerate() {
        blocks.push(Block::ToolCall(calls::read(node, || made(ordinal), reading)?));
    }
    if let Some(node) = message.some("function_call") {
        let mut call = calls::read_inside(node, ToolKind::Function, reading)?;
        call.id = made(0);
        blocks.push(Block::ToolCall(call));
    }
    Ok(blocks)
}

/// A sound the model made, or the id of one it made before.
fn audio(node: Node<'_>, blocks: &mut Vec<Block>, reading: &mut Reading<'_>) -> Result<(), Fault> {
    let mut inside = node.object()?;
    inside.take("expires_at");
    let id = inside.text("id")?;
    if let Some(transcript) = inside.text("transcript")?.filter(|transcript| !transcript.is_empty()) {
        blocks.push(Block::text(transcript));
    }
    let source = inside.text("data")?.map(MediaSource::Base64).or(id.map(MediaSource::FileId));
    if let Some(source) = source {
        blocks.push(Block::Media(Media::new(MediaKind::Audio, source)));
    }
    reading.leftover(inside);
    Ok(())
}

/// A picture the model made, as OpenRouter gives it.
pub(super) fn picture(node: Node<'_>) -> Option<Media> {
    let image = node.object().ok()?.some("image_url")?;
    let url = if image.is_text() { image.text().ok()? } else { image.object().ok()?.need_text("url").ok()? };
    Some(content::of_address(&url, MediaKind::Image))
}

/// Annotations belong to the message; the last words of it carry them.
fn annotate(message: &mut Object<'_>, first: usize, blocks: &mut [Block]) -> Result<(), Fault> {
    let annotations = message.list("annotations")?;
    if !annotations.is_empty()
        && let Some(text) = last_text(first, blocks)
    {
        text.citations = annotations.iter().map(|node| node.raw().into()).collect();
        text.citations_of = Some(Dialect::Chat);
    }
    Ok(())
}

/// So does a proof that came with the words.
fn sign(message: &mut Object<'_>, first: usize, blocks: &mut [Block], reading: &mut Reading<'_>) {
    if let Some(text) = last_text(first, blocks) {
        text.signature = calls::signature(message, reading);
    }
}

fn last_text(first: usize, blocks: &mut [Block]) -> Option<&mut Text> {
    blocks.get_mut(first..)?.iter_mut().rev().find_map(|block| match block {
        Block::Text(text) => Some(text),
        _ => None,
    })
}
