//! Cuts turns into items.

use thinkwatch_policy::dialect::Dialect;

use super::super::citations::annotation;
use super::super::content::OPAQUE_PART;
use super::super::names::bare;
use super::super::output::is_minted;
use super::super::shorten::shorten;
use super::{Writing, media};
use crate::canonical::{
    Block, CacheMark, Feature, Maker, Message, Opaque, Refusal, Role, Signature, Text, Thinking, ToolCall, ToolKind,
    ToolResult,
};
use crate::json::node::Node;
use crate::json::write::Writer;

/// Writes the items of a turn, in the order of its blocks: neighbours that belong into a message are one.
pub(super) fn turn(items: &mut Writer<'_>, turn: &Message, writing: &mut Writing<'_, '_>) -> Result<(), Refusal> {
    if turn.name.is_some() {
        writing.keeps(Feature::ParticipantName)?;
    }
    let mut id = match &turn.id {
        Some(id) if writing.keeps(Feature::ItemIds)? => known_id(Some(id)),
        _ => None,
    };
    if turn.content.is_empty() {
        return message(items, turn.role, id, &[], writing);
    }
    // What an answer is made of has an id by the API's types. Other dialects have none, but words alone can do without.
    let alone = turn.role == Role::Assistant && id.is_none() && !writing.own;
    let mut rest = turn.content.as_slice();
    while let Some((first, after)) = rest.split_first() {
        let mut length = rest.iter().take_while(|block| is_part(block)).count();
        if alone && length > 1 {
            length = rest.iter().take(length).take_while(|block| !is_plain(block, writing.own)).count().max(1);
        }
        if length > 0 {
            let (parts, after) = rest.split_at(length);
            message(items, turn.role, id.take(), parts, writing)?;
            rest = after;
            continue;
        }
        rest = after;
        match first {
            Block::Thinking(thinking) => self::thinking(items, thinking, writing)?,
            Block::ToolCall(call) => self::call(items, call, writing)?,
            Block::ToolResult(result) => self::result(items, result, writing)?,
            Block::Opaque(opaque) if opaque.dialect == Dialect::Responses => {
                items.push_raw(&opaque.value);
            }
            Block::Opaque(_) => {
                writing.notes.keeps(Feature::ServerTools)?;
            }
            Block::Text(_) | Block::Media(_) | Block::Refusal(_) => {}
        }
    }
    Ok(())
}

/// The id of an item, unless the provider cannot know it.
fn known_id(id: Option<&str>) -> Option<&str> {
    id.filter(|id| !is_minted(id))
}

/// Whether it stands in a message, and not as an item of its own.
fn is_part(block: &Block) -> bool {
    match block {
        Block::Text(_) | Block::Media(_) | Block::Refusal(_) => true,
        Block::Opaque(opaque) => opaque.dialect == Dialect::Responses && opaque.kind.starts_with(OPAQUE_PART),
        _ => false,
    }
}

fn message(
    items: &mut Writer<'_>,
    role: Role,
    id: Option<&str>,
    parts: &[Block],
    writing: &mut Writing<'_, '_>,
) -> Result<(), Refusal> {
    let mut out = items.push_object();
    out.text("type", "message").text_some("id", id);
    out.text(
        "role",
        match role {
            Role::System => "system",
            Role::Developer => "developer",
            Role::User => "user",
            Role::Assistant => "assistant",
        },
    );
    let answer = role == Role::Assistant;
    match parts {
        [] => {
            out.text("content", "");
        }
        [Block::Refusal(text)] if answer && id.is_none() && !writing.own => {
            out.text("content", text);
        }
        // What an answer said is told back with its id, and then as it was; words alone are a string, which every server
        // understands.
        [Block::Text(text)] if plain(text, writing.own) && !(answer && id.is_some()) => {
            own_proof(text.signature.as_ref(), writing)?;
            writing.cache(text.cache)?;
            out.text("content", &text.text);
        }
        _ => {
            let mut list = out.list("content");
            for block in parts {
                part(&mut list, block, answer, writing)?;
            }
        }
    }
    if answer && id.is_some() {
        out.text("status", "completed");
    }
    Ok(())
}

fn is_plain(block: &Block, own: bool) -> bool {
    match block {
        Block::Text(text) => plain(text, own),
        Block::Refusal(_) => true,
        _ => false,
    }
}

/// Whether a text is words alone. Marks of other dialects are not written, so they must not change how the words are: a client
/// moves them on with every turn, and what the provider has cached begins with the same bytes only if nothing else moves.
const fn plain(text: &Text, own: bool) -> bool {
    text.citations.is_empty() && (text.cache.is_none() || !own)
}

fn part(list: &mut Writer<'_>, block: &Block, answer: bool, writing: &mut Writing<'_, '_>) -> Result<(), Refusal> {
    match block {
        Block::Text(text) => {
            own_proof(text.signature.as_ref(), writing)?;
            let cache = writing.cache(text.cache)?;
            let mut out = list.push_object();
            out.text("type", if answer { "output_text" } else { "input_text" }).text("text", &text.text);
            if answer {
                let mut annotations = out.list("annotations");
                let characters = text.text.chars().count();
                for citation in &text.citations {
                    match text.citations_of.and_then(|of| annotation(of, citation, characters)) {
                        Some(annotation) => {
                            annotations.push_raw(&annotation);
                        }
                        None => writing.lose(Feature::Citations, "the Responses API cites the web and files only")?,
                    }
                }
            } else {
                write_cache(&mut out, cache);
            }
        }
        Block::Refusal(text) if answer => {
            list.push_object().text("type", "refusal").text("refusal", text);
        }
        Block::Refusal(text) => {
            list.push_object().text("type", "input_text").text("text", text);
        }
        Block::Media(_) if answer => {
            writing.lose(Feature::AnswerMedia, "media that a model made cannot be sent back to it here")?;
        }
        Block::Media(media) => media::write(list, media, writing)?,
        Block::Opaque(opaque) => {
            list.push_raw(&opaque.value);
        }
        Block::Thinking(_) | Block::ToolCall(_) | Block::ToolResult(_) => {}
    }
    Ok(())
}

/// Writes a mark that the client itself gave in this dialect.
pub(super) fn write_cache(out: &mut Writer<'_>, mark: Option<CacheMark>) {
    if let Some(mark) = mark {
        let mut out = out.object("prompt_cache_breakpoint");
        out.text("mode", "explicit").text_some("ttl", (mark == CacheMark::OneHour).then_some("30m"));
    }
}

/// Names the loss of a proof on something that has no field for one here.
fn own_proof(signature: Option<&Signature>, writing: &mut Writing<'_, '_>) -> Result<(), Refusal> {
    if signature.is_some() {
        writing.notes.keeps(Feature::ForeignThinking)?;
    }
    Ok(())
}

fn thinking(items: &mut Writer<'_>, thinking: &Thinking, writing: &mut Writing<'_, '_>) -> Result<(), Refusal> {
    let signature = match &thinking.signature {
        None if thinking.text.is_empty() => return Ok(()),
        None => return writing.notes.keeps(Feature::UnsignedThinking).map(drop),
        Some(signature) if signature.maker != Maker::OpenAi => {
            return writing.notes.keeps(Feature::ForeignThinking).map(drop);
        }
        Some(signature) => signature,
    };
    if !writing.keeps(Feature::ThinkingHistory)? {
        return Ok(());
    }
    let mut out = items.push_object();
    out.text("type", "reasoning").text_some("id", known_id(signature.item_id.as_deref()));
    {
        let mut summary = out.list("summary");
        if !thinking.text.is_empty() {
            summary.push_object().text("type", "summary_text").text("text", &thinking.text);
        }
    }
    if !signature.data.is_empty() {
        out.text("encrypted_content", &signature.data);
    }
    Ok(())
}

fn call(items: &mut Writer<'_>, call: &ToolCall, writing: &mut Writing<'_, '_>) -> Result<(), Refusal> {
    own_proof(call.signature.as_ref(), writing)?;
    writing.cache(call.cache)?;
    let custom = call.kind == ToolKind::Custom;
    let mut out = items.push_object();
    out.text("type", if custom { "custom_tool_call" } else { "function_call" });
    out.text_some("id", known_id(call.item_id.as_deref()));
    out.text("call_id", &shorten("call_", &call.id));
    out.text("name", bare(call.namespace.as_deref(), &call.name));
    out.text_some("namespace", call.namespace.as_deref());
    if custom {
        out.text("input", &call.arguments);
    } else {
        out.text("arguments", if call.arguments.is_empty() { "{}" } else { &call.arguments });
    }
    Ok(())
}

fn result(items: &mut Writer<'_>, result: &ToolResult, writing: &mut Writing<'_, '_>) -> Result<(), Refusal> {
    const FAILED: &str = "[error] ";
    writing.cache(result.cache)?;
    let failed = result.is_error == Some(true) && writing.keeps(Feature::ToolResultError)?;
    let mut out = items.push_object();
    // Not every dialect says it with the result, and the API wants the two to match.
    let custom = result.kind == ToolKind::Custom || writing.custom_calls.contains(result.call_id.as_str());
    out.text("type", if custom { "custom_tool_call_output" } else { "function_call_output" });
    out.text_some("id", known_id(result.item_id.as_deref()));
    out.text("call_id", &shorten("call_", &result.call_id));
    out.text_some("name", result.name.as_deref().filter(|_| writing.own && !custom));
    match result.content.as_slice() {
        [] => {
            out.text("output", if failed { FAILED } else { "" });
        }
        [Block::Text(text)] if !writing.own || plain(text, true) => {
            writing.cache(text.cache)?;
            let words = if failed { format!("{FAILED}{}", text.text) } else { text.text.clone() };
            out.text("output", &words);
        }
        blocks => {
            let mut list = out.list("output");
            if failed {
                list.push_object().text("type", "input_text").text("text", FAILED.trim_ascii_end());
            }
            for block in blocks {
                result_part(&mut list, block, writing)?;
            }
        }
    }
    Ok(())
}

fn result_part(list: &mut Writer<'_>, block: &Block, writing: &mut Writing<'_, '_>) -> Result<(), Refusal> {
    match block {
        Block::Media(_) if !writing.keeps(Feature::ToolResultMedia)? => {}
        Block::Opaque(opaque) if !is_part(block) => {
            list.push_object().text("type", "input_text").text("text", &as_words(opaque));
        }
        block => part(list, block, false, writing)?,
    }
    Ok(())
}

/// What a tool answered in another dialect's words is still worth reading. A reference to a tool says that it is there now.
fn as_words(opaque: &Opaque) -> String {
    let name = (opaque.kind == "tool_reference")
        .then(|| Node::root(opaque.value.as_bytes()).ok()?.object().ok()?.text("tool_name").ok()?)
        .flatten();
    match name {
        Some(name) => format!("The tool {name} can be called now."),
        None => String::from(&*opaque.value),
    }
}
