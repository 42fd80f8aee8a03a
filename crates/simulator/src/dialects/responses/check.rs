//! What a Responses body must look like.

use std::collections::BTreeSet;

use serde_json::Value;

use super::kept::items;
use crate::dialects::{check_image_url, check_schema, check_tool_name, list, text};
use crate::prompt::{Prompt, Tool, count_tokens, note_unknown};
use crate::signature::is_ours;

const KNOWN: &[&str] = &[
    "model",
    "input",
    "instructions",
    "stream",
    "stream_options",
    "tools",
    "tool_choice",
    "parallel_tool_calls",
    "max_output_tokens",
    "max_tool_calls",
    "temperature",
    "top_p",
    "reasoning",
    "text",
    "include",
    "store",
    "metadata",
    "previous_response_id",
    "conversation",
    "prompt",
    "prompt_cache_key",
    "prompt_cache_retention",
    "safety_identifier",
    "service_tier",
    "truncation",
    "user",
    "background",
    "top_logprobs",
];

/// What may be counted: nothing that is about the answer.
const COUNTED: &[&str] = &[
    "model",
    "input",
    "instructions",
    "tools",
    "tool_choice",
    "parallel_tool_calls",
    "personality",
    "reasoning",
    "text",
    "previous_response_id",
    "conversation",
    "truncation",
];

/// Checks a body that is only to be counted.
pub(crate) fn check_count(body: &Value) -> Result<Prompt, String> {
    let foreign =
        body.as_object().into_iter().flat_map(|fields| fields.keys()).find(|key| !COUNTED.contains(&key.as_str()));
    match foreign {
        Some(key) => Err(format!("Unknown parameter: '{key}'.")),
        None => check(body, &[]),
    }
}

/// Checks a body and takes from it what the answer depends on.
/// `before` is what was said before, in a call that goes on from another.
pub(crate) fn check(body: &Value, before: &[Value]) -> Result<Prompt, String> {
    let mut prompt = Prompt { model: text(body, "model", "body")?.to_owned(), ..Prompt::default() };
    note_unknown(body, KNOWN, &mut prompt.notes);
    prompt.stream = match body.get("stream") {
        None | Some(Value::Null) => false,
        Some(value) => value.as_bool().ok_or("stream: must be a boolean")?,
    };
    prompt.max_tokens = match body.get("max_output_tokens") {
        None | Some(Value::Null) => None,
        Some(limit) => Some(limit.as_u64().filter(|n| *n > 0).ok_or("max_output_tokens: must be positive")?),
    };
    match body.get("instructions") {
        None | Some(Value::Null | Value::String(_)) => {}
        Some(_) => return Err("instructions: must be a string".to_owned()),
    }
    tools(list(body, "tools")?, None, &mut prompt)?;
    match body.get("input") {
        Some(Value::String(_)) => {}
        Some(Value::Array(items)) if !items.is_empty() => {}
        _ => return Err("input: must be a string or a non-empty array".to_owned()),
    }
    let said: Vec<Value> = before.iter().cloned().chain(items(body)).collect();
    input(&said, before.len(), &mut prompt)?;
    prompt.previous = body.get("previous_response_id").and_then(Value::as_str).map(str::to_owned);
    prompt.stored = match body.get("store") {
        None | Some(Value::Null) => true,
        Some(store) => store.as_bool().ok_or("store: must be a boolean")?,
    };
    prompt.answer_schema = body.pointer("/text/format/schema").cloned();
    prompt.input_tokens = count_tokens(&[body.get("instructions"), body.get("input"), body.get("tools")])
        + before.iter().map(|item| item.to_string().len() as u64 / 4).sum::<u64>();
    Ok(prompt)
}

fn tools(tools_given: &[Value], namespace: Option<&str>, prompt: &mut Prompt) -> Result<(), String> {
    for (at, tool) in tools_given.iter().enumerate() {
        let place = format!("tools[{at}]");
        match text(tool, "type", &place)? {
            "function" => {
                let name = text(tool, "name", &place)?;
                check_tool_name(name, &place)?;
                let schema = check_schema(tool.get("parameters"), &place)?;
                let namespace = namespace.map(str::to_owned);
                if prompt.tools.iter().any(|other| other.name == name && other.namespace == namespace) {
                    return Err(format!("{place}: tool `{name}` given twice"));
                }
                prompt.tools.push(Tool { name: name.to_owned(), namespace, schema });
            }
            "namespace" if namespace.is_none() => {
                tools(list(tool, "tools")?, Some(text(tool, "name", &place)?), prompt)?;
            }
            kind => prompt.notes.push(format!("{place}: {kind} tool")),
        }
    }
    Ok(())
}

fn input(items: &[Value], before: usize, prompt: &mut Prompt) -> Result<(), String> {
    let mut waiting: BTreeSet<&str> = BTreeSet::new();
    for (at, item) in items.iter().enumerate() {
        let place = match at.checked_sub(before) {
            Some(own) => format!("input[{own}]"),
            None => format!("item {at} of the conversation"),
        };
        let kind = match item.get("type") {
            None if item.get("role").is_some() => "message",
            None => return Err(format!("{place}.type: required")),
            Some(kind) => kind.as_str().ok_or_else(|| format!("{place}.type: must be a string"))?,
        };
        match kind {
            "message" => message(item, &place, prompt)?,
            "function_call" | "custom_tool_call" => {
                check_tool_name(text(item, "name", &place)?, &place)?;
                text(item, if kind == "function_call" { "arguments" } else { "input" }, &place)?;
                if !waiting.insert(text(item, "call_id", &place)?) {
                    return Err(format!("{place}: call_id used twice"));
                }
                prompt.conversation.assistant(true);
            }
            "function_call_output" | "custom_tool_call_output" => {
                let id = text(item, "call_id", &place)?;
                if !waiting.remove(id) {
                    return Err(format!("No tool call found for function call output with call_id {id}."));
                }
                let said = output(item, &place)?;
                prompt.conversation.result(&said);
            }
            "reasoning" => {
                let sealed = item.get("encrypted_content").and_then(Value::as_str);
                list(item, "summary")?;
                if sealed.is_some_and(|seal| !is_ours("reasoning", seal, "")) {
                    return Err(format!("{place}: The encrypted content could not be verified."));
                }
            }
            "additional_tools" => {
                if text(item, "role", &place)? != "developer" {
                    return Err(format!("{place}.role: must be 'developer'"));
                }
                tools(list(item, "tools")?, None, prompt)?;
            }
            kind => prompt.notes.push(format!("{place}: {kind} item")),
        }
    }
    match waiting.first() {
        Some(id) => Err(format!("No tool output found for function call {id}.")),
        None => Ok(()),
    }
}

fn message(item: &Value, place: &str, prompt: &mut Prompt) -> Result<(), String> {
    let role = text(item, "role", place)?;
    let kinds: &[&str] = match role {
        "assistant" => &["output_text", "refusal"],
        "user" => &["input_text", "input_image", "input_file", "input_audio"],
        "system" | "developer" => &["input_text"],
        other => return Err(format!("{place}.role: invalid value '{other}'")),
    };
    let mut said = String::new();
    match item.get("content") {
        Some(Value::String(whole)) => said.push_str(whole),
        Some(Value::Array(parts)) => {
            for (at, part) in parts.iter().enumerate() {
                let place = format!("{place}.content[{at}]");
                said.push_str(content(part, kinds, &place)?);
            }
        }
        _ => return Err(format!("{place}.content: must be a string or an array")),
    }
    match role {
        "user" => prompt.conversation.user(&said),
        "assistant" => prompt.conversation.assistant(false),
        _ => {}
    }
    Ok(())
}

fn content<'a>(part: &'a Value, kinds: &[&str], place: &str) -> Result<&'a str, String> {
    let kind = text(part, "type", place)?;
    if !kinds.contains(&kind) {
        return Err(format!("{place}.type: invalid value '{kind}', supported are {kinds:?}"));
    }
    match kind {
        "input_text" | "output_text" => text(part, "text", place),
        "refusal" => text(part, "refusal", place),
        "input_image" => {
            match part.get("image_url").and_then(Value::as_str) {
                Some(url) => check_image_url(url, place)?,
                None => {
                    text(part, "file_id", place)?;
                }
            }
            Ok("")
        }
        _ => Ok(""),
    }
}

fn output(item: &Value, place: &str) -> Result<String, String> {
    match item.get("output") {
        Some(Value::String(said)) => Ok(said.clone()),
        Some(Value::Array(parts)) => {
            let kinds = ["input_text", "input_image", "input_file", "output_text"];
            parts.iter().map(|part| content(part, &kinds, place).map(str::to_owned)).collect()
        }
        _ => Err(format!("{place}.output: must be a string or an array")),
    }
}
