//! What a Messages body must look like.

use std::collections::BTreeSet;

use serde_json::Value;

use crate::dialects::{check_image, check_schema, check_tool_name, list, text};
use crate::prompt::{Prompt, Tool, count_tokens, note_unknown};
use crate::signature::is_ours;

const KNOWN: &[&str] = &[
    "model",
    "messages",
    "max_tokens",
    "system",
    "stream",
    "tools",
    "tool_choice",
    "thinking",
    "metadata",
    "stop_sequences",
    "temperature",
    "top_p",
    "top_k",
    "service_tier",
    "container",
    "context_management",
    "output_config",
    "output_format",
    "mcp_servers",
    "cache_control",
    "inference_geo",
    "speed",
    "betas",
];

/// Checks a body and takes from it what the answer depends on.
pub(crate) fn check(body: &Value) -> Result<Prompt, String> {
    let mut prompt = check_count(body)?;
    let limit = body.get("max_tokens").ok_or("max_tokens: Field required")?;
    let limit = limit.as_u64().filter(|n| *n > 0).ok_or("max_tokens: Input should be greater than or equal to 1")?;
    prompt.max_tokens = Some(limit);
    prompt.stream = match body.get("stream") {
        None | Some(Value::Null) => false,
        Some(value) => value.as_bool().ok_or("stream: Input should be a valid boolean")?,
    };
    if let Some(budget) = body.pointer("/thinking/budget_tokens").and_then(Value::as_u64)
        && budget >= limit
    {
        return Err("`max_tokens` must be greater than `thinking.budget_tokens`.".to_owned());
    }
    Ok(prompt)
}

/// Checks what token counting shares with a call.
pub(crate) fn check_count(body: &Value) -> Result<Prompt, String> {
    let mut prompt = Prompt { model: text(body, "model", "body")?.to_owned(), ..Prompt::default() };
    note_unknown(body, KNOWN, &mut prompt.notes);
    let mut marks = 0;
    match body.get("system") {
        None | Some(Value::String(_)) => {}
        Some(Value::Array(blocks)) => {
            for (at, block) in blocks.iter().enumerate() {
                if text(block, "type", "system")? != "text" {
                    return Err(format!("system.{at}: only text blocks"));
                }
                filled(text(block, "text", "system")?, "system")?;
                marks += mark(block, "system")?;
            }
        }
        Some(_) => return Err("system: Input should be a valid string or list".to_owned()),
    }
    thinking(body, &mut prompt)?;
    marks += tools(body, &mut prompt)?;
    marks += messages(body, &mut prompt)?;
    if marks > 4 {
        return Err(format!("A maximum of 4 blocks with cache_control may be provided. Found {marks}."));
    }
    prompt.answer_schema =
        ["/output_config/format/schema", "/output_format/schema"].iter().find_map(|place| body.pointer(place)).cloned();
    prompt.input_tokens = count_tokens(&[body.get("system"), body.get("messages"), body.get("tools")]);
    Ok(prompt)
}

fn filled(said: &str, place: &str) -> Result<(), String> {
    if said.is_empty() { Err(format!("{place}: text content blocks must be non-empty")) } else { Ok(()) }
}

fn mark(block: &Value, place: &str) -> Result<usize, String> {
    match block.get("cache_control") {
        None | Some(Value::Null) => Ok(0),
        Some(control) if control.get("type").and_then(Value::as_str) == Some("ephemeral") => Ok(1),
        Some(_) => Err(format!("{place}.cache_control.type: Input should be 'ephemeral'")),
    }
}

fn thinking(body: &Value, prompt: &mut Prompt) -> Result<(), String> {
    let Some(thinking) = body.get("thinking").filter(|given| !given.is_null()) else { return Ok(()) };
    prompt.thinking_omitted = thinking.get("display").and_then(Value::as_str) == Some("omitted");
    match text(thinking, "type", "thinking")? {
        "adaptive" | "disabled" => Ok(()),
        "enabled" => match thinking.get("budget_tokens").and_then(Value::as_u64) {
            Some(1024..) => Ok(()),
            _ => Err("thinking.enabled.budget_tokens: Input should be greater than or equal to 1024".to_owned()),
        },
        other => Err(format!("thinking.type: unexpected value '{other}'")),
    }
}

fn tools(body: &Value, prompt: &mut Prompt) -> Result<usize, String> {
    let mut marks = 0;
    for (at, tool) in list(body, "tools")?.iter().enumerate() {
        let place = format!("tools.{at}");
        marks += mark(tool, &place)?;
        match tool.get("type").and_then(Value::as_str) {
            None | Some("custom") => {
                let name = text(tool, "name", &place)?;
                check_tool_name(name, &place)?;
                if tool.get("input_schema").is_none() {
                    return Err(format!("{place}.custom.input_schema: Field required"));
                }
                let schema = check_schema(tool.get("input_schema"), &place)?;
                if prompt.tools.iter().any(|other| other.name == name) {
                    return Err("tools: Tool names must be unique.".to_owned());
                }
                prompt.tools.push(Tool { name: name.to_owned(), namespace: None, schema });
            }
            Some(kind) => prompt.notes.push(format!("{place}: server tool {kind}")),
        }
    }
    Ok(marks)
}

fn messages(body: &Value, prompt: &mut Prompt) -> Result<usize, String> {
    let messages = body.get("messages").and_then(Value::as_array).ok_or("messages: Field required")?;
    if messages.is_empty() {
        return Err("messages: at least one message is required".to_owned());
    }
    let mut marks = 0;
    let mut waiting: BTreeSet<&str> = BTreeSet::new();
    for (at, message) in messages.iter().enumerate() {
        let place = format!("messages.{at}");
        let role = text(message, "role", &place)?;
        if !["user", "assistant", "system"].contains(&role) {
            return Err(format!("{place}.role: Input should be 'user' or 'assistant'"));
        }
        if at == 0 && role == "assistant" {
            return Err("messages: first message must use the \"user\" role".to_owned());
        }
        let blocks = match message.get("content") {
            Some(Value::String(said)) => {
                unanswered(&waiting, role, &place)?;
                match role {
                    "user" => prompt.conversation.user(said),
                    "assistant" => prompt.conversation.assistant(false),
                    _ => {}
                }
                continue;
            }
            Some(Value::Array(blocks)) => blocks,
            _ => return Err(format!("{place}.content: Input should be a valid string or list")),
        };
        if blocks.is_empty() && at + 1 < messages.len() {
            return Err(format!("{place}: all messages must have non-empty content"));
        }
        for (place_in, block) in blocks.iter().enumerate() {
            marks += mark(block, &format!("{place}.content.{place_in}"))?;
        }
        match role {
            "assistant" => {
                unanswered(&waiting, role, &place)?;
                waiting = assistant(blocks, &place, prompt)?;
            }
            "user" => user(blocks, &place, &mut waiting, prompt)?,
            _ => {
                for block in blocks {
                    filled(text(block, "text", &place)?, &place)?;
                }
            }
        }
    }
    unanswered(&waiting, "user", "messages")?;
    if let Some(last) = messages.last().filter(|last| last["role"] == "assistant") {
        prompt.prefill = prefill(&last["content"])?;
    }
    Ok(marks)
}

/// The beginning of an answer in a last turn of the assistant's.
fn prefill(content: &Value) -> Result<Option<String>, String> {
    let said = match content {
        Value::String(said) => said.clone(),
        Value::Array(blocks) => blocks.iter().filter_map(|block| block["text"].as_str()).collect(),
        _ => String::new(),
    };
    if said.ends_with(char::is_whitespace) {
        return Err("messages: final assistant content cannot end with trailing whitespace".to_owned());
    }
    Ok(Some(said).filter(|said| !said.is_empty()))
}

fn unanswered(waiting: &BTreeSet<&str>, role: &str, place: &str) -> Result<(), String> {
    if waiting.is_empty() || role == "system" {
        return Ok(());
    }
    let ids = waiting.iter().copied().collect::<Vec<_>>().join(", ");
    Err(format!(
        "{place}: `tool_use` ids were found without `tool_result` blocks immediately after: {ids}. Each `tool_use` \
         block must have a corresponding `tool_result` block in the next message."
    ))
}

fn assistant<'a>(blocks: &'a [Value], place: &str, prompt: &mut Prompt) -> Result<BTreeSet<&'a str>, String> {
    let mut ids = BTreeSet::new();
    for (at, block) in blocks.iter().enumerate() {
        let place = format!("{place}.content.{at}");
        match text(block, "type", &place)? {
            "text" => filled(text(block, "text", &place)?, &place)?,
            "tool_use" => {
                check_tool_name(text(block, "name", &place)?, &place)?;
                if !block.get("input").is_some_and(Value::is_object) {
                    return Err(format!("{place}.tool_use.input: Input should be a valid dictionary"));
                }
                if !ids.insert(text(block, "id", &place)?) {
                    return Err(format!("{place}: `tool_use` ids must be unique"));
                }
            }
            "thinking" => {
                let (thought, seal) = (text(block, "thinking", &place)?, text(block, "signature", &place)?);
                if !is_ours("think", seal, thought) {
                    return Err(format!("{place}: Invalid `signature` in `thinking` block"));
                }
            }
            "redacted_thinking" => {
                if !is_ours("redacted", text(block, "data", &place)?, "") {
                    return Err(format!("{place}: Invalid `data` in `redacted_thinking` block"));
                }
            }
            kind @ ("image" | "tool_result") => {
                return Err(format!("{place}: `{kind}` blocks are not allowed in assistant messages"));
            }
            kind => prompt.notes.push(format!("{place}: {kind} block")),
        }
    }
    prompt.conversation.assistant(!ids.is_empty());
    Ok(ids)
}

fn user(blocks: &[Value], place: &str, waiting: &mut BTreeSet<&str>, prompt: &mut Prompt) -> Result<(), String> {
    let mut texts: Vec<&str> = Vec::new();
    let mut results = 0;
    for (at, block) in blocks.iter().enumerate() {
        let place = format!("{place}.content.{at}");
        match text(block, "type", &place)? {
            "tool_result" => {
                let id = text(block, "tool_use_id", &place)?;
                if !waiting.remove(id) {
                    return Err(format!("{place}: unexpected `tool_use_id` found in `tool_result` blocks: {id}."));
                }
                let said = result(block, &place, prompt)?;
                prompt.conversation.result(&said);
                results += 1;
            }
            kind @ ("tool_use" | "thinking" | "redacted_thinking") => {
                return Err(format!("{place}: `{kind}` blocks are not allowed in user messages"));
            }
            _ => texts.extend(part(block, &place, prompt)?),
        }
    }
    unanswered(waiting, "user", place)?;
    if results > 0 {
        prompt.conversation.beside_results(&texts.concat());
    } else {
        prompt.conversation.user(&texts.concat());
    }
    Ok(())
}

/// A block that may stand in a user message and in a tool result alike.
fn part<'a>(block: &'a Value, place: &str, prompt: &mut Prompt) -> Result<Option<&'a str>, String> {
    match text(block, "type", place)? {
        "text" => {
            let said = text(block, "text", place)?;
            filled(said, place)?;
            return Ok(Some(said));
        }
        "image" => image(block, place)?,
        "document" | "search_result" | "container_upload" => {}
        "tool_reference" => {
            text(block, "tool_name", place)?;
        }
        kind => prompt.notes.push(format!("{place}: {kind} block")),
    }
    Ok(None)
}

fn image(block: &Value, place: &str) -> Result<(), String> {
    let source = block.get("source").ok_or_else(|| format!("{place}.image.source: Field required"))?;
    match text(source, "type", place)? {
        "base64" => check_image(text(source, "media_type", place)?, text(source, "data", place)?, place),
        "url" => {
            let url = text(source, "url", place)?;
            if url.starts_with("http") { Ok(()) } else { Err(format!("{place}.image.source.url: not a web address")) }
        }
        "file" => text(source, "file_id", place).map(|_| ()),
        other => Err(format!("{place}.image.source.type: unexpected value '{other}'")),
    }
}

fn result(block: &Value, place: &str, prompt: &mut Prompt) -> Result<String, String> {
    let parts = match block.get("content") {
        None => return Ok(String::new()),
        Some(Value::String(said)) => return Ok(said.clone()),
        Some(Value::Array(parts)) => parts,
        Some(_) => return Err(format!("{place}.content: Input should be a valid string or list")),
    };
    let mut said = String::new();
    for (at, block) in parts.iter().enumerate() {
        said.push_str(part(block, &format!("{place}.content.{at}"), prompt)?.unwrap_or_default());
    }
    Ok(said)
}
