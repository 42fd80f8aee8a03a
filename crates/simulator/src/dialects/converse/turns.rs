//! The turns of a Converse body: who speaks, which blocks may stand where, and that uses and results belong together.

use base64::Engine;
use base64::prelude::BASE64_STANDARD;
use serde_json::Value;

use super::check::{check_pattern, marks};
use super::is_claude;
use crate::dialects::{list, text};
use crate::prompt::Prompt;
use crate::signature::is_ours;

/// Checks the turns and takes the conversation from them; counts the cache points.
pub(super) fn check(messages: &[Value], has_tools: bool, prompt: &mut Prompt) -> Result<usize, String> {
    if messages.first().is_none_or(|first| first["role"] != "user") {
        return Err("A conversation must start with a user message. Try again with a conversation that starts with a \
                    user message."
            .to_owned());
    }
    let mut waiting: Vec<&str> = Vec::new();
    let mut count = 0;
    for (at, message) in messages.iter().enumerate() {
        let place = format!("messages.{at}");
        let role = message["role"].as_str().unwrap_or_default();
        if at > 0 && messages[at - 1]["role"] == role {
            return Err("A conversation must alternate between user and assistant roles. Make sure the conversation \
                        alternates between user and assistant roles and try again."
                .to_owned());
        }
        let blocks = list(message, "content")?;
        if blocks.is_empty() {
            return Err(format!(
                "The content field in the Message object at {place} is empty. Add a ContentBlock object to the \
                 content field and try again."
            ));
        }
        let uses_tools = |block: &Value| block.get("toolUse").or_else(|| block.get("toolResult")).is_some();
        if !has_tools && blocks.iter().any(uses_tools) {
            return Err(
                "The toolConfig field must be defined when using toolUse and toolResult content blocks.".to_owned()
            );
        }
        count += marks(blocks, &format!("{place}.content"))?;
        if role == "user" {
            user(blocks, &place, &mut waiting, prompt)?;
        } else {
            waiting = assistant(blocks, &place, prompt)?;
        }
    }
    if waiting.is_empty() { Ok(count) } else { Err(unanswered(&waiting, &format!("messages.{}", messages.len()))) }
}

fn unanswered(waiting: &[&str], place: &str) -> String {
    format!("Expected toolResult blocks at {place}.content for the following Ids: {}", waiting.join(", "))
}

fn misplaced(kind: &str, role: &str, place: &str) -> String {
    format!("{place}: a {kind} block is not allowed in a message with the role {role}")
}

fn blank(place: &str) -> String {
    format!("The text field in the ContentBlock object at {place} is blank. Add text to the text field, and try again.")
}

/// The only field of a block.
fn kind(block: &Value) -> (&str, &Value) {
    let field = block.as_object().and_then(|fields| fields.iter().next());
    field.map_or(("", &Value::Null), |(name, value)| (name.as_str(), value))
}

fn assistant<'a>(blocks: &'a [Value], place: &str, prompt: &mut Prompt) -> Result<Vec<&'a str>, String> {
    let mut ids: Vec<&str> = Vec::new();
    for (at, block) in blocks.iter().enumerate() {
        let place = format!("{place}.content.{at}");
        match kind(block) {
            ("text", said) if said.as_str().is_none_or(|said| said.trim().is_empty()) => return Err(blank(&place)),
            ("text" | "cachePoint" | "citationsContent", _) => {}
            ("toolUse", used) => {
                let id = text(used, "toolUseId", &place)?;
                check_pattern(id, b"_.:-", &format!("{place}.toolUse.toolUseId"))?;
                check_pattern(text(used, "name", &place)?, b"_-", &format!("{place}.toolUse.name"))?;
                if ids.contains(&id) {
                    return Err(format!("The toolUse blocks at {place} contain duplicate Ids: {id}"));
                }
                ids.push(id);
            }
            ("reasoningContent", thought) => check_thought(thought, &prompt.model, &place)?,
            (kind, _) => return Err(misplaced(kind, "assistant", &place)),
        }
    }
    prompt.conversation.assistant(!ids.is_empty());
    Ok(ids)
}

fn check_thought(thought: &Value, model: &str, place: &str) -> Result<(), String> {
    if let Some(hidden) = thought.get("redactedContent").and_then(Value::as_str) {
        let seal = BASE64_STANDARD.decode(hidden).ok().and_then(|seal| String::from_utf8(seal).ok());
        return match seal.filter(|seal| is_ours("bedrock-redacted", seal, "")) {
            Some(_) => Ok(()),
            None => Err(format!("{place}: Invalid `data` in `redacted_thinking` block")),
        };
    }
    let inside = &thought["reasoningText"];
    match inside.get("signature").and_then(Value::as_str) {
        Some(seal) if is_ours("bedrock", seal, text(inside, "text", place)?) => Ok(()),
        Some(_) => Err(format!("{place}: Invalid `signature` in `thinking` block")),
        None if is_claude(model) => Err(format!("{place}.thinking.signature: Field required")),
        None => Ok(()),
    }
}

fn user(blocks: &[Value], place: &str, waiting: &mut Vec<&str>, prompt: &mut Prompt) -> Result<(), String> {
    let mut said = String::new();
    let mut results = 0;
    let mut documents = 0;
    for (at, block) in blocks.iter().enumerate() {
        let place = format!("{place}.content.{at}");
        match kind(block) {
            ("toolResult", result) => {
                let id = text(result, "toolUseId", &place)?;
                let Some(found) = waiting.iter().position(|other| *other == id) else {
                    return Err(format!(
                        "The number of toolResult blocks at {place} exceeds the number of toolUse blocks of previous \
                         turn: {id}"
                    ));
                };
                waiting.remove(found);
                let told = told(result, &place)?;
                prompt.conversation.result(&told);
                results += 1;
            }
            (kind @ ("toolUse" | "reasoningContent" | "citationsContent"), _) => {
                return Err(misplaced(kind, "user", &place));
            }
            (kind, value) => {
                documents += usize::from(kind == "document");
                said.push_str(part(kind, value, &place)?);
            }
        }
    }
    if !waiting.is_empty() {
        return Err(unanswered(waiting, place));
    }
    if documents > 0 && said.is_empty() {
        return Err(format!("{place}: a text block must be included beside documents"));
    }
    if results > 0 {
        prompt.conversation.beside_results(&said);
    } else {
        prompt.conversation.user(&said);
    }
    Ok(())
}

/// What a tool result says.
fn told(result: &Value, place: &str) -> Result<String, String> {
    let mut told = String::new();
    for (at, block) in list(result, "content")?.iter().enumerate() {
        match kind(block) {
            ("json", json) => told.push_str(&json.to_string()),
            (kind, value) => told.push_str(part(kind, value, &format!("{place}.toolResult.content.{at}"))?),
        }
    }
    Ok(told)
}

/// A block that may stand in a message and in a result alike.
fn part<'a>(kind: &str, value: &'a Value, place: &str) -> Result<&'a str, String> {
    match kind {
        "text" => {
            let said = value.as_str().unwrap_or_default();
            if said.trim().is_empty() { Err(blank(place)) } else { Ok(said) }
        }
        "image" | "video" | "audio" | "document" => {
            if kind == "document" {
                document_name(text(value, "name", place)?, place)?;
            }
            match value.pointer("/source/bytes").and_then(Value::as_str) {
                Some("") => Err(format!("{place}.{kind}.source.bytes: must not be empty")),
                _ => Ok(""),
            }
        }
        _ => Ok(""),
    }
}

fn document_name(name: &str, place: &str) -> Result<(), String> {
    let fits = |letter: char| letter.is_ascii_alphanumeric() || " \t\n-()[]".contains(letter);
    let spaced = name.as_bytes().windows(2).any(|pair| pair.iter().all(u8::is_ascii_whitespace));
    if !spaced && (1..=200).contains(&name.len()) && name.chars().all(fits) {
        return Ok(());
    }
    Err(format!(
        "{place}: The document file name can only contain alphanumeric characters, whitespace characters, hyphens, \
         parentheses, and square brackets. The name can't contain more than one consecutive whitespace character."
    ))
}
