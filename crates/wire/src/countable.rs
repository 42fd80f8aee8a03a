//! What of a call is counted where its provider does not count: its texts, and for what is no text a flat number of tokens.
//!
//! A request is read into the model in the middle, so that the same rules hold for every dialect. They are those by which
//! OpenAI's models are known to be fed (three tokens around each turn), and flat numbers where the providers' own rules ask
//! for what only they know (the size of a picture, the pages of a document). `docs/GATEWAY.md` has them as a table.

use thinkwatch_policy::dialect::{Dialect, Endpoint};

use crate::canonical::block::{MediaKind, MediaSource};
use crate::canonical::{Block, Format, Media, Message, Notes, Request, Role, Tool};
use crate::convert::{decode_answer, decode_request, told};
use crate::error::{ApiError, ErrorKind};
use crate::json::{self, Elements, Members};

/// Around each turn.
pub const TURN: u64 = 3;
/// Before the answer.
pub const ANSWER: u64 = 3;
/// Around each definition of a tool, and each call of one.
pub const TOOL: u64 = 8;
/// A picture: between what Gemini (258 and more), OpenAI (765) and Anthropic (about 1,400) take for 1024 by 1024 pixels.
pub const IMAGE: u64 = 1000;
/// A picture that is to be looked at roughly (OpenAI's `detail: low`).
pub const ROUGH_IMAGE: u64 = 85;
/// A sound: half a minute, as Gemini counts it.
pub const AUDIO: u64 = 1000;
/// A moving picture: twenty seconds, as Gemini counts it.
pub const VIDEO: u64 = 5000;
/// A document that is no text: two pages, as Anthropic counts them.
pub const DOCUMENT: u64 = 4000;

/// Something to count.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Countable<'a> {
    /// A text.
    Text(&'a str),
    /// So many tokens for something that is none.
    Flat(u64),
}

/// Shows what the input of a call consists of. The error is the client's fault and names the field; `here`: the call is
/// counted for a provider that has none of what others keep (earlier answers, stored prompts), so that a call for these
/// cannot be counted.
pub fn request(
    endpoint: Endpoint,
    body: &[u8],
    here: bool,
    show: &mut dyn FnMut(Countable<'_>),
) -> Result<(), ApiError> {
    let dialect = endpoint.dialect();
    if !endpoint.is_convertible() && !endpoint.only_counts() {
        strings(body, show);
        return Ok(());
    }
    // Nothing is written, so nothing can be lost on the way.
    let target = if here && dialect == Dialect::Responses { Dialect::Chat } else { dialect };
    let read = decode_request(dialect, body, &mut Notes::new(dialect, target, false));
    let request = read.map_err(|fault| told(&fault, body))?;
    if here && request.previous_response_id.is_some() {
        let message = "`previous_response_id` names turns that are not here to be counted: send them all";
        return Err(ApiError::new(ErrorKind::InvalidRequest, message).with_param("previous_response_id"));
    }
    of_request(&request, show);
    Ok(())
}

/// Shows what a whole answer of this endpoint consists of. False if it cannot be read.
pub fn answer(endpoint: Endpoint, body: &[u8], show: &mut dyn FnMut(Countable<'_>)) -> bool {
    let dialect = endpoint.dialect();
    if !endpoint.is_convertible() {
        // Vectors and orders are numbers and no tokens; of others nothing is known.
        return match endpoint {
            Endpoint::Completions => completions(body, show),
            Endpoint::Rerank => true,
            endpoint => endpoint.makes_vectors(),
        };
    }
    let Ok(answer) = decode_answer(dialect, body, &mut Notes::new(dialect, dialect, false)) else { return false };
    for block in answer.choices.iter().flat_map(|choice| &choice.content) {
        of_block(block, true, show);
    }
    true
}

/// The texts of an answer of Completions. False if it has none.
fn completions(body: &[u8], show: &mut dyn FnMut(Countable<'_>)) -> bool {
    let Some(choices) = json::get(body, b"choices").and_then(Elements::of) else { return false };
    for choice in choices {
        let inside = json::get(choice, b"text").and_then(|text| text.strip_prefix(b"\"")?.strip_suffix(b"\""));
        show(Countable::Text(&json::text::unescape(inside.unwrap_or_default())));
    }
    true
}

fn of_request(request: &Request, show: &mut dyn FnMut(Countable<'_>)) {
    // Of earlier turns the thoughts are left out by the providers themselves.
    let asked = request.messages.iter().rposition(|message| message.role == Role::User && !only_results(message));
    for (index, message) in request.messages.iter().enumerate() {
        show(Countable::Flat(TURN));
        if let Some(name) = &message.name {
            show(Countable::Text(name));
        }
        for block in &message.content {
            of_block(block, asked.is_none_or(|asked| index > asked), show);
        }
    }
    for tool in &request.tools {
        show(Countable::Flat(TOOL));
        match tool {
            Tool::Client(tool) => {
                let space = tool.namespace.as_ref().and_then(|space| space.description.as_deref());
                let texts = [Some(tool.name.as_str()), tool.description.as_deref(), space, tool.schema.as_deref()];
                texts.into_iter().flatten().for_each(|text| show(Countable::Text(text)));
            }
            Tool::Server(tool) => show(Countable::Text(&tool.value)),
        }
    }
    if let Some(Format::JsonSchema { schema, .. }) = &request.format {
        show(Countable::Text(schema));
    }
    show(Countable::Flat(ANSWER));
}

fn only_results(message: &Message) -> bool {
    !message.content.is_empty() && message.content.iter().all(|block| matches!(block, Block::ToolResult(_)))
}

fn of_block(block: &Block, thoughts: bool, show: &mut dyn FnMut(Countable<'_>)) {
    match block {
        Block::Text(text) => show(Countable::Text(&text.text)),
        Block::Refusal(text) => show(Countable::Text(text)),
        // Proofs are no tokens, and what is encrypted cannot be counted.
        Block::Thinking(thinking) if thoughts => show(Countable::Text(&thinking.text)),
        Block::Thinking(_) => {}
        Block::Media(media) => of_media(media, show),
        Block::ToolCall(call) => {
            show(Countable::Flat(TOOL));
            show(Countable::Text(&call.name));
            show(Countable::Text(&call.arguments));
        }
        Block::ToolResult(result) => result.content.iter().for_each(|block| of_block(block, thoughts, show)),
        Block::Opaque(opaque) => show(Countable::Text(&opaque.value)),
    }
}

fn of_media(media: &Media, show: &mut dyn FnMut(Countable<'_>)) {
    if let Some(context) = &media.context {
        show(Countable::Text(context));
    }
    if let MediaSource::Text(text) = &media.source {
        return show(Countable::Text(text));
    }
    show(Countable::Flat(match media.kind {
        MediaKind::Image if media.detail.as_deref() == Some("low") => ROUGH_IMAGE,
        MediaKind::Image => IMAGE,
        MediaKind::Audio => AUDIO,
        MediaKind::Video => VIDEO,
        MediaKind::File => DOCUMENT,
    }));
}

/// Everything in a body that is a string, but for what is always a name of something.
fn strings(body: &[u8], show: &mut dyn FnMut(Countable<'_>)) {
    let Ok(mut members) = Members::of(body) else { return };
    while let Ok(Some(member)) = members.next() {
        if !matches!(member.key, b"model" | b"user" | b"metadata" | b"encoding_format") {
            json::each_text(body, member.value.start, |text| show(Countable::Text(&json::text::unescape(text))));
        }
    }
}
