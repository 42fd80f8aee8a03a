//! What a Chat Completions body must look like.

use std::collections::BTreeSet;

use serde_json::Value;

use crate::dialects::{check_image_url, check_schema, check_tool_name, flag, list, text};
use crate::prompt::{Prompt, Tool, count_tokens, note_unknown};

const KNOWN: &[&str] = &[
    "model",
    "messages",
    "stream",
    "stream_options",
    "tools",
    "tool_choice",
    "parallel_tool_calls",
    "max_tokens",
    "max_completion_tokens",
    "temperature",
    "top_p",
    "n",
    "stop",
    "seed",
    "user",
    "response_format",
    "logprobs",
    "top_logprobs",
    "presence_penalty",
    "frequency_penalty",
    "logit_bias",
    "metadata",
    "store",
    "reasoning_effort",
    "modalities",
    "audio",
    "prediction",
    "service_tier",
    "web_search_options",
    "verbosity",
    "prompt_cache_key",
    "prompt_cache_retention",
    "safety_identifier",
    "functions",
    "function_call",
];

/// Checks a body and takes from it what the answer depends on.
pub(crate) fn check(body: &Value) -> Result<Prompt, String> {
    let mut prompt = Prompt { model: text(body, "model", "body")?.to_owned(), ..Prompt::default() };
    note_unknown(body, KNOWN, &mut prompt.notes);
    prompt.stream = flag(body, "stream")?;
    match body.get("stream_options") {
        None | Some(Value::Null) => {}
        Some(_) if !prompt.stream => {
            return Err("The 'stream_options' parameter is only allowed when 'stream' is enabled.".to_owned());
        }
        Some(options) => prompt.include_usage = flag(options, "include_usage")?,
    }
    let given = ["max_completion_tokens", "max_tokens"].iter().find_map(|key| body.get(*key).filter(|v| !v.is_null()));
    prompt.max_tokens = match given {
        None => None,
        Some(limit) => Some(limit.as_u64().filter(|n| *n > 0).ok_or("max_tokens: must be a positive integer")?),
    };
    tools(body, &mut prompt)?;
    messages(body, &mut prompt)?;
    prompt.answer_schema = body.pointer("/response_format/json_schema/schema").cloned();
    prompt.input_tokens = count_tokens(&[body.get("messages"), body.get("tools")]);
    Ok(prompt)
}

fn tools(body: &Value, prompt: &mut Prompt) -> Result<(), String> {
    for (place, tool) in list(body, "tools")?.iter().enumerate() {
        let place = format!("tools[{place}]");
        match text(tool, "type", &place)? {
            "function" => {
                let function = tool.get("function").ok_or_else(|| format!("{place}.function: required"))?;
                let name = text(function, "name", &place)?;
                check_tool_name(name, &place)?;
                let schema = check_schema(function.get("parameters"), &place)?;
                if prompt.tools.iter().any(|other| other.name == name) {
                    return Err(format!("{place}: tool `{name}` given twice"));
                }
                prompt.tools.push(Tool { name: name.to_owned(), namespace: None, schema });
            }
            "custom" => prompt.notes.push(format!("{place}: custom tool")),
            other => return Err(format!("{place}.type: invalid value '{other}'")),
        }
    }
    if prompt.tools.is_empty()
        && list(body, "tools")?.is_empty()
        && body.get("tool_choice").is_some_and(|c| !c.is_null())
    {
        return Err("'tool_choice' is only allowed when 'tools' are specified.".to_owned());
    }
    Ok(())
}

fn messages(body: &Value, prompt: &mut Prompt) -> Result<(), String> {
    let messages = body.get("messages").and_then(Value::as_array).ok_or("messages: must be an array")?;
    if messages.is_empty() {
        return Err("messages: must not be empty".to_owned());
    }
    let mut waiting: BTreeSet<&str> = BTreeSet::new();
    for (place, message) in messages.iter().enumerate() {
        let place = format!("messages[{place}]");
        let role = text(message, "role", &place)?;
        if role != "tool" && !waiting.is_empty() {
            return Err(format!(
                "An assistant message with 'tool_calls' must be followed by tool messages responding to each \
                 'tool_call_id'. The following tool_call_ids did not have response messages: {waiting:?}"
            ));
        }
        match role {
            "system" | "developer" => {
                content(message, &place, &["text"])?;
            }
            "user" => {
                let said = content(message, &place, &["text", "image_url", "input_audio", "file"])?;
                prompt.conversation.user(&said);
            }
            "assistant" => waiting = assistant(message, &place, prompt)?,
            "tool" => {
                let id = text(message, "tool_call_id", &place)?;
                if !waiting.remove(id) {
                    return Err(format!(
                        "{place}: messages with role 'tool' must be a response to a preceding message with 'tool_calls'"
                    ));
                }
                let said = content(message, &place, &["text"])?;
                prompt.conversation.result(&said);
            }
            other => return Err(format!("{place}.role: invalid value '{other}'")),
        }
    }
    if waiting.is_empty() { Ok(()) } else { Err(format!("tool calls without an answer: {waiting:?}")) }
}

fn assistant<'a>(message: &'a Value, place: &str, prompt: &mut Prompt) -> Result<BTreeSet<&'a str>, String> {
    let mut ids = BTreeSet::new();
    for call in list(message, "tool_calls")? {
        let id = text(call, "id", place)?;
        match text(call, "type", place)? {
            "function" => {
                let function = call.get("function").ok_or_else(|| format!("{place}.tool_calls.function: required"))?;
                check_tool_name(text(function, "name", place)?, place)?;
                text(function, "arguments", place)?;
            }
            "custom" => {}
            other => return Err(format!("{place}.tool_calls.type: invalid value '{other}'")),
        }
        if !ids.insert(id) {
            return Err(format!("{place}: tool call id `{id}` used twice"));
        }
    }
    let silent = message.get("content").is_none_or(Value::is_null);
    if silent && ids.is_empty() && message.get("refusal").is_none_or(Value::is_null) {
        return Err(format!("{place}: an assistant message needs content or tool_calls"));
    }
    if !silent {
        content(message, place, &["text", "refusal"])?;
    }
    prompt.conversation.assistant(!ids.is_empty());
    Ok(ids)
}

fn content(message: &Value, place: &str, kinds: &[&str]) -> Result<String, String> {
    let parts = match message.get("content") {
        Some(Value::String(said)) => return Ok(said.clone()),
        Some(Value::Array(parts)) if !parts.is_empty() => parts,
        _ => return Err(format!("{place}.content: must be a string or a non-empty array")),
    };
    let mut said = String::new();
    for (at, part) in parts.iter().enumerate() {
        let place = format!("{place}.content[{at}]");
        let kind = text(part, "type", &place)?;
        if !kinds.contains(&kind) {
            return Err(format!("{place}.type: invalid value '{kind}'"));
        }
        match kind {
            "text" => said.push_str(text(part, "text", &place)?),
            "image_url" => {
                let url = part.pointer("/image_url/url").and_then(Value::as_str);
                check_image_url(url.ok_or_else(|| format!("{place}.image_url.url: required"))?, &place)?;
            }
            _ => {}
        }
    }
    Ok(said)
}
