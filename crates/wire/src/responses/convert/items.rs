//! Reads items, of which the input and the output are made.

use thinkwatch_policy::dialect::Dialect;

use super::content;
use super::names::Names;
use super::output::is_minted;
use super::proofs::{self, Of};
use crate::canonical::block::MediaKind;
use crate::canonical::{
    Block, Maker, Media, MediaSource, Message, Notes, Opaque, Role, Signature, Thinking, ToolCall, ToolKind, ToolResult,
};
use crate::json::node::{Fault, Node, Object};

/// The kind of the items that hold tools.
pub(super) const ADDITIONAL_TOOLS: &str = "additional_tools";

/// What is known while items are read.
#[derive(Debug)]
pub(super) struct Reading<'n> {
    pub(super) notes: &'n mut Notes,
    pub(super) names: Names,
    /// Whether it is an answer: its unknown fields are nobody's wishes, and its log probabilities are wanted.
    pub(super) answer: bool,
    /// The log probabilities so far, one after the other.
    pub(super) logprobs: Option<String>,
}

impl<'n> Reading<'n> {
    /// Reads a call's input.
    pub(super) const fn request(notes: &'n mut Notes, names: Names) -> Self {
        Self { notes, names, answer: false, logprobs: None }
    }

    /// Reads an answer's output.
    pub(super) fn answer(notes: &'n mut Notes) -> Self {
        Self { notes, names: Names::default(), answer: true, logprobs: None }
    }

    /// Names the members that nobody took.
    pub(super) fn leftovers(&mut self, object: Object<'_>, within: &str) {
        if self.answer {
            return;
        }
        for (key, value) in object.rest() {
            if !value.is_null() {
                self.notes.note(format!("input[].{within}{key}"), "unknown field");
            }
        }
    }

    pub(super) fn logprob(&mut self, raw: &str) {
        if self.answer {
            let all = self.logprobs.get_or_insert_default();
            if !all.is_empty() {
                all.push(',');
            }
            all.push_str(raw);
        }
    }

    /// Whether it goes back into this dialect.
    pub(super) fn own(&self) -> bool {
        self.notes.target == Dialect::Responses
    }
}

/// An item.
#[derive(Debug)]
pub(super) enum Item {
    /// A message of anybody.
    Message(Message),
    /// A piece of the model's turn.
    OfModel(Block),
    /// A piece of the user's turn.
    OfUser(Block),
    /// A proof of something before it.
    Proof(Of, Signature),
    /// Nothing.
    Nothing,
}

/// Reads an item; `index` is its place, for calls that lack an id.
pub(super) fn read(node: Node<'_>, index: usize, reading: &mut Reading<'_>) -> Result<Item, Fault> {
    let mut object = node.object()?;
    let kind = match object.text("type")? {
        Some(kind) => kind,
        None if object.peek("role").is_some() => "message".to_owned(),
        None => object.need("type")?.raw().to_owned(),
    };
    // Whether an item is complete is no news in the input, and in an answer the answer itself tells it.
    object.take("status");
    let item = match kind.as_str() {
        "message" => Item::Message(message(&mut object, reading)?),
        "reasoning" => reasoning(&mut object, reading)?,
        "function_call" => Item::OfModel(Block::ToolCall(call(&mut object, index, ToolKind::Function, reading)?)),
        "custom_tool_call" => Item::OfModel(Block::ToolCall(call(&mut object, index, ToolKind::Custom, reading)?)),
        "function_call_output" => Item::OfUser(Block::ToolResult(result(&mut object, ToolKind::Function, reading)?)),
        "custom_tool_call_output" => Item::OfUser(Block::ToolResult(result(&mut object, ToolKind::Custom, reading)?)),
        // Its tools are among those of the call.
        ADDITIONAL_TOOLS if !reading.own() && !reading.answer => return Ok(Item::Nothing),
        "item_reference" if !reading.own() => {
            return Err(node.fault("refers to an item that another provider keeps: send the item itself"));
        }
        "image_generation_call" if reading.answer && object.peek("result").is_some_and(|result| result.is_text()) => {
            Item::OfModel(Block::Media(picture(&mut object)?))
        }
        _ => return Ok(opaque(node, kind)),
    };
    reading.leftovers(object, "");
    Ok(item)
}

fn message(object: &mut Object<'_>, reading: &mut Reading<'_>) -> Result<Message, Fault> {
    let role = object.need("role")?;
    let role = match role.text()?.as_ref() {
        "user" => Role::User,
        "assistant" => Role::Assistant,
        "system" => Role::System,
        "developer" => Role::Developer,
        _ => return Err(role.fault("must be \"user\", \"assistant\", \"system\" or \"developer\"")),
    };
    let content = content::read(object.some("content"), reading)?;
    Ok(Message { role, content, name: None, id: object.text("id")? })
}

/// The words of a thought: its summary, or the thought itself where there is no summary.
fn thought(object: &mut Object<'_>) -> Result<String, Fault> {
    let mut told = String::new();
    for key in ["summary", "content"] {
        let parts = object.list(key)?;
        if !told.is_empty() {
            continue;
        }
        for part in parts {
            let Some(text) = part.object()?.text("text")? else { continue };
            if !told.is_empty() {
                told.push_str("\n\n");
            }
            told.push_str(&text);
        }
    }
    Ok(told)
}

fn reasoning(object: &mut Object<'_>, reading: &Reading<'_>) -> Result<Item, Fault> {
    let text = thought(object)?;
    let id = object.text("id")?;
    let mut thinking = Thinking { text, signature: None, redacted: false };
    match object.text("encrypted_content")?.filter(|proof| !proof.is_empty()) {
        Some(proof) => {
            let (of, signature) = proofs::read(&proof, id);
            match of {
                Of::Thought => {}
                Of::HiddenThought => thinking.redacted = true,
                Of::Words | Of::Call(_) => return Ok(Item::Proof(of, signature)),
            }
            thinking.signature = Some(signature);
        }
        // A thought that the provider keeps has nothing but its id.
        None if reading.own() && !reading.answer && id.as_deref().is_some_and(|id| !is_minted(id)) => {
            thinking.signature = Some(Signature { maker: Maker::OpenAi, item_id: id, data: String::new() });
        }
        None if thinking.text.is_empty() => return Ok(Item::Nothing),
        None => {}
    }
    Ok(Item::OfModel(Block::Thinking(thinking)))
}

fn call(object: &mut Object<'_>, index: usize, kind: ToolKind, reading: &Reading<'_>) -> Result<ToolCall, Fault> {
    let item_id = object.text("id")?;
    let id = match object.text("call_id")?.filter(|id| !id.is_empty()) {
        Some(id) => id,
        None if reading.answer => item_id.clone().unwrap_or_else(|| format!("call_{index}")),
        None => match &item_id {
            Some(id) => id.clone(),
            None => object.need_text("call_id")?.into_owned(),
        },
    };
    let namespace = object.text("namespace")?;
    let name = object.need_text("name")?.into_owned();
    let arguments = match object.some(if kind == ToolKind::Custom { "input" } else { "arguments" }) {
        Some(value) if value.is_text() => value.text()?.into_owned(),
        // Some servers write the object itself.
        Some(value) => value.raw().to_owned(),
        None => String::new(),
    };
    let name = reading.names.flat(namespace.as_deref(), name);
    Ok(ToolCall { id, name, namespace, kind, arguments, signature: None, item_id, cache: None })
}

fn result(object: &mut Object<'_>, kind: ToolKind, reading: &mut Reading<'_>) -> Result<ToolResult, Fault> {
    let call_id = object.need_text("call_id")?.into_owned();
    let content = content::read(object.some("output"), reading)?;
    // The call that is answered says it too.
    object.take("namespace");
    Ok(ToolResult {
        call_id,
        name: object.text("name")?,
        kind,
        content,
        is_error: None,
        item_id: object.text("id")?,
        cache: None,
    })
}

fn picture(object: &mut Object<'_>) -> Result<Media, Fault> {
    let mut media = Media::new(MediaKind::Image, MediaSource::Base64(object.need_text("result")?.into_owned()));
    media.media_type = Some(format!("image/{}", object.text("output_format")?.as_deref().unwrap_or("png")));
    Ok(media)
}

/// What only this dialect knows. Results of what the client ran are its turn, all else is the model's.
fn opaque(node: Node<'_>, kind: String) -> Item {
    let of_user = matches!(
        kind.as_str(),
        "computer_call_output"
            | "local_shell_call_output"
            | "shell_call_output"
            | "apply_patch_call_output"
            | "mcp_approval_response"
    );
    let block = Block::Opaque(Opaque { dialect: Dialect::Responses, kind, value: node.raw().into() });
    if of_user { Item::OfUser(block) } else { Item::OfModel(block) }
}

/// Gives a proof to what it belongs to, the nearest before it.
pub(super) fn prove(blocks: &mut [Block], of: &Of, signature: Signature) {
    let place = blocks.iter_mut().rev().find_map(|block| match (block, of) {
        (Block::Text(text), Of::Words) => Some(&mut text.signature),
        (Block::ToolCall(call), Of::Call(id)) if call.id == *id => Some(&mut call.signature),
        _ => None,
    });
    if let Some(place) = place {
        *place = Some(signature);
    }
}
