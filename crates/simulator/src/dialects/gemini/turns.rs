//! The turns: who speaks, what parts are, and that calls, responses and signatures belong together.

use serde_json::Value;

use super::check::check_name;
use super::shapes::DATA;
use super::{is_call_sealed, is_new};
use crate::dialects::shape::{Manners, bytes};
use crate::dialects::{list, text};
use crate::prompt::Prompt;
use crate::signature::is_ours;

/// What Google takes in place of a signature that nobody has.
const NO_PROOF: &[&str] = &["skip_thought_signature_validator", "context_engineering_is_the_way_to_go"];

/// A call that waits for its response.
struct Waiting<'a> {
    id: Option<&'a str>,
    name: &'a str,
}

/// Checks the turns and takes the conversation from them.
pub(super) fn check(contents: &[Value], prompt: &mut Prompt) -> Result<(), String> {
    if contents.is_empty() {
        return Err("* GenerateContentRequest.contents: contents is not specified\n".to_owned());
    }
    // Signatures are due since the user's last words; before that nobody asks.
    let current = contents.iter().rposition(is_question).unwrap_or(0);
    let mut waiting: Vec<Waiting<'_>> = Vec::new();
    let mut before = "";
    for (at, content) in contents.iter().enumerate() {
        let place = format!("contents[{at}]");
        let role = match content.get("role").and_then(Value::as_str) {
            None if contents.len() == 1 => "user",
            Some(role @ ("user" | "model")) => role,
            _ => return Err("Please use a valid role: user, model.".to_owned()),
        };
        let parts = list(content, "parts")?;
        if parts.is_empty() {
            return Err(format!("* GenerateContentRequest.{place}.parts: contents.parts must not be empty.\n"));
        }
        for (index, part) in parts.iter().enumerate() {
            check_part(part, role, &format!("{place}.parts[{index}]"))?;
        }
        if role == "user" {
            answers(parts, &mut waiting, prompt)?;
        } else {
            if !waiting.is_empty() {
                return Err(unanswered());
            }
            waiting = calls(parts, &place, at > current && is_new(&prompt.model))?;
            if !waiting.is_empty() && before != "user" {
                return Err("Please ensure that function call turn comes immediately after a user turn or after a \
                            function response turn."
                    .to_owned());
            }
            prompt.conversation.assistant(!waiting.is_empty());
        }
        before = role;
    }
    if waiting.is_empty() { Ok(()) } else { Err(unanswered()) }
}

fn unanswered() -> String {
    "Please ensure that the number of function response parts is equal to the number of function call parts of the \
     function call turn."
        .to_owned()
}

fn is_question(content: &Value) -> bool {
    let parts = content.get("parts").and_then(Value::as_array);
    content.get("role").and_then(Value::as_str) != Some("model")
        && parts.is_some_and(|parts| parts.iter().all(|part| part.get("functionResponse").is_none()))
}

fn check_part(part: &Value, role: &str, place: &str) -> Result<(), String> {
    let given: Vec<&str> = DATA.iter().copied().filter(|name| part.get(name).is_some()).collect();
    let [kind] = given[..] else {
        return Err(match given.len() {
            0 => format!(
                "* GenerateContentRequest.{place}.data: required oneof field 'data' must have one initialized field\n"
            ),
            _ => format!(
                "Invalid value at '{place}' (oneof), oneof field 'data' is already set. Cannot set '{}'",
                given[1]
            ),
        });
    };
    let misplaced = match kind {
        "functionCall" | "executableCode" | "toolCall" => role != "model",
        "functionResponse" => role != "user",
        _ => false,
    };
    if misplaced {
        return Err(format!("{place}: {kind} is not allowed for role {role}"));
    }
    match kind {
        "inlineData" => check_blob(&part["inlineData"], place)?,
        "functionResponse" => {
            for part in list(&part["functionResponse"], "parts")? {
                if let Some(blob) = part.get("inlineData") {
                    check_blob(blob, place)?;
                }
            }
        }
        _ => {}
    }
    let Some(proof) = part.get("thoughtSignature").and_then(Value::as_str).filter(|proof| !NO_PROOF.contains(proof))
    else {
        return Ok(());
    };
    if role != "model" {
        return Err(format!("{place}: thought_signature is not allowed for role {role}"));
    }
    let seal = bytes(proof, Manners::Google).and_then(|proof| String::from_utf8(proof).ok()).unwrap_or_default();
    let good = match part.get("functionCall") {
        Some(call) => is_call_sealed(&seal, call["name"].as_str().unwrap_or_default(), &arguments(call)),
        None => is_ours("gemini-part", &seal, ""),
    };
    if good { Ok(()) } else { Err(format!("{place}: Thought signature is not valid")) }
}

fn arguments(call: &Value) -> Value {
    call.get("args").cloned().unwrap_or_else(|| serde_json::json!({}))
}

fn check_blob(blob: &Value, place: &str) -> Result<(), String> {
    let (kind, data) = (text(blob, "mimeType", place)?, text(blob, "data", place)?);
    let (family, _) = kind.split_once('/').unwrap_or_default();
    if !["image", "audio", "video", "text", "application"].contains(&family) || kind == "application/octet-stream" {
        return Err(format!("Unsupported MIME type: {kind}"));
    }
    if data.is_empty() {
        return Err(format!("{place}: Unable to process input image. Please retry or report"));
    }
    Ok(())
}

/// The calls of a model's turn. The first of them carries the signature of all.
fn calls<'a>(parts: &'a [Value], place: &str, must_be_signed: bool) -> Result<Vec<Waiting<'a>>, String> {
    let mut calls: Vec<Waiting<'a>> = Vec::new();
    for (at, part) in parts.iter().enumerate() {
        let Some(call) = part.get("functionCall") else { continue };
        let name = text(call, "name", place)?;
        check_name(name, place)?;
        if calls.is_empty() && must_be_signed && part.get("thoughtSignature").is_none() {
            return Err(format!(
                "Function call is missing a thought_signature in functionCall parts. This is required for tools to \
                 work correctly, and missing thought_signature may lead to degraded model performance. Additional \
                 data, function call `{name}` , position {at}."
            ));
        }
        let id = call.get("id").and_then(Value::as_str);
        if id.is_some() && calls.iter().any(|other| other.id == id) {
            return Err(format!("{place}: function call id used twice"));
        }
        calls.push(Waiting { id, name });
    }
    Ok(calls)
}

fn answers(parts: &[Value], waiting: &mut Vec<Waiting<'_>>, prompt: &mut Prompt) -> Result<(), String> {
    let mut said = String::new();
    let mut answered = false;
    for part in parts {
        said.push_str(part.get("text").and_then(Value::as_str).unwrap_or_default());
        let Some(response) = part.get("functionResponse") else { continue };
        let (id, name) = (response.get("id").and_then(Value::as_str), response["name"].as_str().unwrap_or_default());
        if waiting.is_empty() && !answered {
            return Err(
                "Please ensure that function response turn comes immediately after a function call turn.".to_owned()
            );
        }
        answered = true;
        let fits = |call: &Waiting<'_>| call.name == name && (id.is_none() || call.id == id);
        let Some(place) = waiting.iter().position(fits) else {
            return Err(match id {
                Some(id) => format!("function response `{name}` with id {id} matches no function call"),
                None => unanswered(),
            });
        };
        waiting.remove(place);
        let body = &response["response"];
        let told = ["output", "result", "error"].iter().find_map(|key| body.get(key)).unwrap_or(body);
        prompt.conversation.result(&told.as_str().map_or_else(|| told.to_string(), str::to_owned));
    }
    if !waiting.is_empty() {
        return Err(unanswered());
    }
    if answered {
        prompt.conversation.beside_results(&said)
    } else {
        prompt.conversation.user(&said)
    }
    Ok(())
}
