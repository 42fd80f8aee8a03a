//! `systemInstruction` and `contents`.

use std::collections::HashMap;

use thinkwatch_policy::dialect::Dialect;

use super::Context;
use super::tools::cache_mark;
use crate::canonical::block::MediaKind;
use crate::canonical::{
    Block, Feature, Maker, Media, MediaSource, Message, Notes, Refusal, Role, Signature, Text, Thinking, ToolCall,
    ToolKind, ToolResult,
};
use crate::gemini::convert::part::{Part, coat, media_of_result};
use crate::gemini::convert::proofs;
use crate::json::write::Writer;

/// What stands where Gemini wants words and there are none.
const FILLER: &str = " ";

/// All turns, ready to be written.
#[derive(Debug, Default)]
pub(super) struct Turns<'a> {
    system: Vec<Part<'a>>,
    turns: Vec<Turn<'a>>,
}

#[derive(Debug)]
struct Turn<'a> {
    by_model: bool,
    /// Each with its place in a turn of results; other parts come after those.
    parts: Vec<(usize, Part<'a>)>,
}

/// Where parts stand that are no results.
const BEHIND: usize = usize::MAX;

/// The name of each call by its id, and its place among all calls.
type Calls<'a> = HashMap<&'a str, (&'a str, usize)>;

pub(super) fn prepare<'a>(context: &Context<'a>, notes: &mut Notes) -> Result<Turns<'a>, Refusal> {
    let request = context.request;
    let mut turns = Turns::default();
    let leading = request.system_length();
    let mut calls = Calls::new();
    if let Some(Message { role: Role::Assistant, .. }) = request.messages.last() {
        notes.keeps(Feature::Prefill)?;
    }
    for (place, message) in request.messages.iter().enumerate() {
        if message.name.is_some() {
            notes.keeps(Feature::ParticipantName)?;
        }
        if message.id.is_some() {
            notes.keeps(Feature::ItemIds)?;
        }
        if message.role == Role::Developer {
            notes.keeps(Feature::DeveloperRole)?;
        }
        if matches!(message.role, Role::System | Role::Developer) {
            notes.keeps(if place < leading { Feature::SystemPrompt } else { Feature::SystemInTheMiddle })?;
        }
        let mut parts = Vec::with_capacity(message.content.len());
        for block in &message.content {
            if let Block::ToolCall(call) = block {
                let place = calls.len();
                calls.insert(&call.id, (&call.name, place));
            }
            let place = match block {
                Block::ToolResult(result) => calls.get(result.call_id.as_str()).map_or(BEHIND - 1, |(_, place)| *place),
                _ => BEHIND,
            };
            let mut of_block = Vec::new();
            block_parts(context, block, &calls, notes, &mut of_block)?;
            parts.extend(of_block.into_iter().map(|part| (place, part)));
        }
        if place < leading {
            system(context, parts, notes, &mut turns.system)?;
        } else if !parts.is_empty() {
            turns.add(message.role == Role::Assistant, parts);
        }
    }
    if !context.own {
        turns.repair();
    }
    if !context.generation.old {
        turns.excuse();
    }
    Ok(turns)
}

fn system<'a>(
    context: &Context<'a>,
    parts: Vec<(usize, Part<'a>)>,
    notes: &mut Notes,
    out: &mut Vec<Part<'a>>,
) -> Result<(), Refusal> {
    for (_, part) in parts {
        if context.own || matches!(part, Part::Text { .. }) {
            out.push(part);
        } else {
            notes.lose("system", "Gemini takes only words in the system's turn")?;
        }
    }
    Ok(())
}

impl<'a> Turns<'a> {
    /// Adds a turn: to the last one, if that was the same one's.
    fn add(&mut self, by_model: bool, parts: Vec<(usize, Part<'a>)>) {
        match self.turns.last_mut() {
            Some(last) if last.by_model == by_model => last.parts.extend(parts),
            _ => self.turns.push(Turn { by_model, parts }),
        }
    }

    /// Makes of turns that another dialect allows what Gemini allows.
    fn repair(&mut self) {
        // The user speaks first.
        if self.turns.first().is_none_or(|first| first.by_model) {
            self.turns.insert(0, Turn { by_model: false, parts: vec![(BEHIND, Part::text(FILLER))] });
        }
        for turn in self.turns.iter_mut().filter(|turn| !turn.by_model) {
            // Results come first, in the order of their calls, because those without ids are matched by it.
            turn.parts.sort_by_key(|(place, _)| *place);
        }
    }

    /// Newer models want a proof with the first call of each of their turns, which others' calls have not.
    fn excuse(&mut self) {
        for turn in self.turns.iter_mut().filter(|turn| turn.by_model) {
            let first = turn.parts.iter_mut().find_map(|(_, part)| match part {
                Part::Call { signature, .. } => Some(signature),
                _ => None,
            });
            if let Some(signature @ None) = first {
                *signature = Some(proofs::NO_PROOF.into());
            }
        }
    }

    /// Whether there is no turn beside the system prompt.
    pub(super) const fn is_empty(&self) -> bool {
        self.turns.is_empty()
    }

    pub(super) fn write_system(&self, root: &mut Writer<'_>) {
        if !self.system.is_empty() {
            write_parts(self.system.iter(), &mut root.object("systemInstruction"));
        }
    }

    pub(super) fn write_contents(&self, root: &mut Writer<'_>) {
        let mut contents = root.list("contents");
        for turn in &self.turns {
            let mut content = contents.push_object();
            content.text("role", if turn.by_model { "model" } else { "user" });
            write_parts(turn.parts.iter().map(|(_, part)| part), &mut content);
        }
    }
}

fn write_parts<'p, 'a: 'p>(parts: impl Iterator<Item = &'p Part<'a>>, out: &mut Writer<'_>) {
    let mut list = out.list("parts");
    for part in parts {
        part.write(&mut list);
    }
}

/// The parts of a block: none where it says nothing or cannot stay.
fn block_parts<'a>(
    context: &Context<'a>,
    block: &'a Block,
    calls: &Calls<'a>,
    notes: &mut Notes,
    out: &mut Vec<Part<'a>>,
) -> Result<(), Refusal> {
    match block {
        Block::Text(text) => words(text, notes, out),
        Block::Refusal(text) => {
            if !text.is_empty() {
                out.push(Part::text(text));
            }
            Ok(())
        }
        Block::Thinking(thinking) => thought(thinking, notes, out),
        Block::Media(media) => out_of_media(context, media, notes, out),
        Block::ToolCall(call) => {
            if let Some(mark) = call.cache {
                cache_mark(mark, notes)?;
            }
            out.push(called(call, own_proof(call.signature.as_ref(), notes)?, notes)?);
            Ok(())
        }
        Block::ToolResult(result) => answered(context, result, calls, notes, out),
        Block::Opaque(opaque) if opaque.dialect == Dialect::Gemini => {
            out.push(Part::Raw(&opaque.value));
            Ok(())
        }
        Block::Opaque(opaque) => notes.lose(opaque.kind.as_str(), "only the client's dialect knows it"),
    }
}

/// The proof, if it is Google's.
fn own_proof<'a>(proof: Option<&'a Signature>, notes: &mut Notes) -> Result<Option<&'a Signature>, Refusal> {
    match proof {
        Some(proof) if proof.maker != Maker::Google => {
            notes.keeps(Feature::ForeignThinking)?;
            Ok(None)
        }
        Some(proof) => Ok(notes.keeps(Feature::ThinkingHistory)?.then_some(proof)),
        None => Ok(None),
    }
}

fn words<'a>(text: &'a Text, notes: &mut Notes, out: &mut Vec<Part<'a>>) -> Result<(), Refusal> {
    if let Some(mark) = text.cache {
        cache_mark(mark, notes)?;
    }
    if !text.citations.is_empty() {
        notes.keeps(Feature::Citations)?;
    }
    let proof = own_proof(text.signature.as_ref(), notes)?;
    if !text.text.is_empty() || proof.is_some() {
        let signature = proof.map(|proof| proofs::carried(proof, false));
        out.push(Part::Text { text: text.text.as_str().into(), thought: false, signature });
    }
    Ok(())
}

fn thought<'a>(thinking: &'a Thinking, notes: &mut Notes, out: &mut Vec<Part<'a>>) -> Result<(), Refusal> {
    let proof = own_proof(thinking.signature.as_ref(), notes)?;
    let kept = match &thinking.signature {
        Some(_) => proof.is_some(),
        None => !thinking.text.is_empty() && notes.keeps(Feature::UnsignedThinking)?,
    };
    if kept {
        let signature = proof.map(|proof| proofs::carried(proof, false));
        out.push(Part::Text { text: thinking.text.as_str().into(), thought: true, signature });
    }
    Ok(())
}

fn called<'a>(call: &'a ToolCall, proof: Option<&'a Signature>, notes: &mut Notes) -> Result<Part<'a>, Refusal> {
    if call.namespace.is_some() {
        notes.keeps(Feature::Namespaces)?;
    }
    let mut part = Part::call(&call.id, &call.name, &call.arguments, proof);
    if call.kind == ToolKind::Custom {
        notes.keeps(Feature::CustomTools)?;
        if let Part::Call { arguments, .. } = &mut part {
            *arguments = coat("input", &call.arguments).into();
        }
    }
    Ok(part)
}

fn answered<'a>(
    context: &Context<'a>,
    result: &'a ToolResult,
    calls: &Calls<'a>,
    notes: &mut Notes,
    out: &mut Vec<Part<'a>>,
) -> Result<(), Refusal> {
    if let Some(mark) = result.cache {
        cache_mark(mark, notes)?;
    }
    if result.is_error == Some(true) {
        notes.keeps(Feature::ToolResultError)?;
    }
    let mut media = Vec::new();
    for one in media_of_result(result) {
        if notes.keeps(Feature::ToolResultMedia)? {
            out_of_media(context, one, notes, &mut media)?;
        }
    }
    for block in &result.content {
        match block {
            Block::Opaque(opaque) if opaque.kind != "tool_reference" => {
                notes.lose(opaque.kind.as_str(), "only the client's dialect knows it")?;
            }
            Block::Text(Text { cache: Some(mark), .. }) => cache_mark(*mark, notes)?,
            _ => {}
        }
    }
    let known = calls.get(result.call_id.as_str()).map(|(name, _)| *name);
    let name = result.name.as_deref().or(known).unwrap_or(&result.call_id);
    // Older models have no media in a result: it stands behind it.
    let inside = !context.generation.old || context.own;
    let (inside, behind) = if inside { (media, Vec::new()) } else { (Vec::new(), media) };
    out.push(Part::result(result, name, inside));
    out.extend(behind);
    Ok(())
}

fn out_of_media<'a>(
    context: &Context<'a>,
    media: &'a Media,
    notes: &mut Notes,
    out: &mut Vec<Part<'a>>,
) -> Result<(), Refusal> {
    if let Some(mark) = media.cache {
        cache_mark(mark, notes)?;
    }
    if media.detail.as_deref().is_some_and(|detail| detail != "auto") {
        notes.keeps(Feature::ImageDetail)?;
    }
    if media.citations == Some(true) {
        notes.keeps(Feature::DocumentCitations)?;
    }
    let inline = matches!(media.source, MediaSource::Base64(_) | MediaSource::Text(_));
    let feature = match (media.kind, &media.source) {
        // Google's own files are nobody else's business.
        (_, MediaSource::FileId(_)) if context.own => Feature::FileUrl,
        (_, MediaSource::FileId(_)) => Feature::FileId,
        (MediaKind::Image, MediaSource::Base64(_)) => Feature::ImageBase64,
        (MediaKind::Image, MediaSource::Url(_)) => Feature::ImageUrl,
        (MediaKind::Audio, _) => Feature::AudioInput,
        (MediaKind::Video, _) => Feature::VideoInput,
        _ if inline => Feature::FileInline,
        _ => Feature::FileUrl,
    };
    if !notes.keeps(feature)? {
        return Ok(());
    }
    if media.context.is_some() {
        notes.keeps(Feature::DocumentContext)?;
    }
    // Only a client of Google's knows where names are taken; elsewhere they are told in words.
    let name = media.name.as_deref().filter(|_| !context.own);
    let about = [name, media.context.as_deref()].into_iter().flatten().collect::<Vec<_>>().join("\n");
    if !about.is_empty() {
        out.push(Part::text(about));
    }
    if let MediaSource::Text(text) = &media.source {
        out.push(Part::text(text));
    }
    let mut part = Part::media(media, !context.own);
    if let Some(Part::Media { name, .. }) = &mut part {
        *name = media.name.as_deref().filter(|_| context.own);
    }
    out.extend(part);
    own_proof(media.signature.as_ref(), notes)?;
    Ok(())
}
