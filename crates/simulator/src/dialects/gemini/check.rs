//! What a GenerateContent body must look like, beyond its fields.

use serde_json::Value;

use super::shapes::{COUNT, GENERATE};
use super::{is_new, turns};
use crate::dialects::shape::{Manners, Message, Shape, read};
use crate::dialects::{list, text};
use crate::prompt::{Prompt, Tool, count_tokens};

const NONE: &[Value] = &[];

/// Reads a body by a table.
pub(super) fn fields(message: &'static Message, body: &Value) -> Result<Value, String> {
    read(Shape::Of(message), body, "", Manners::Google)
}

/// The model named in a body must be the one of the path.
pub(super) fn same_model(body: &Value, model: &str) -> Result<(), String> {
    match body.get("model").and_then(Value::as_str) {
        Some(named) if named.strip_prefix("models/") != Some(model) => {
            Err(format!("model: `{named}` does not match the model in the URL, models/{model}"))
        }
        _ => Ok(()),
    }
}

/// Checks a body and takes from it what the answer depends on.
pub(crate) fn check(body: &Value, model: &str, stream: bool) -> Result<Prompt, String> {
    generate(&fields(&GENERATE, body)?, model, stream)
}

/// Checks a body whose tokens are to be counted.
pub(crate) fn check_count(body: &Value, model: &str) -> Result<Prompt, String> {
    let body = fields(&COUNT, body)?;
    match (body.get("contents"), body.get("generateContentRequest")) {
        (None, Some(request)) => {
            if request.get("model").is_none() {
                return Err("generateContentRequest.model: model is not specified".to_owned());
            }
            generate(request, model, false)
        }
        (Some(_), None) => generate(&body, model, false),
        _ => Err("exactly one of contents and generateContentRequest must be set".to_owned()),
    }
}

fn generate(body: &Value, model: &str, stream: bool) -> Result<Prompt, String> {
    let mut prompt = Prompt { model: model.to_owned(), stream, thinking_omitted: true, ..Prompt::default() };
    same_model(body, model)?;
    if let Some(system) = body.get("systemInstruction") {
        let parts = list(system, "parts")?;
        if parts.is_empty() || parts.iter().any(|part| part.get("text").is_none()) {
            return Err("systemInstruction: must have parts, and only text".to_owned());
        }
    }
    tools(body, &mut prompt)?;
    generation(body, &mut prompt)?;
    turns::check(list(body, "contents")?, &mut prompt)?;
    prompt.input_tokens = count_tokens(&[body.get("systemInstruction"), body.get("contents"), body.get("tools")]);
    Ok(prompt)
}

/// As Google allows names of functions.
pub(super) fn check_name(name: &str, place: &str) -> Result<(), String> {
    let begins = name.starts_with(|letter: char| letter.is_ascii_alphabetic() || letter == '_');
    let fits = name.len() <= 64 && name.bytes().all(|byte| byte.is_ascii_alphanumeric() || b"_.:-".contains(&byte));
    if begins && fits {
        return Ok(());
    }
    Err(format!(
        "{place}.name: Invalid function name. Must start with a letter or an underscore. Must be alphanumeric (a-z, \
         A-Z, 0-9), underscores (_), dots (.), colons (:), or dashes (-), with a maximum length of 64."
    ))
}

fn tools(body: &Value, prompt: &mut Prompt) -> Result<(), String> {
    for (at, tool) in list(body, "tools")?.iter().enumerate() {
        if tool.as_object().is_none_or(serde_json::Map::is_empty) {
            return Err(format!("tools[{at}].tool_type: required one_of 'tool_type' must have one initialized field"));
        }
        for (place, declared) in list(tool, "functionDeclarations")?.iter().enumerate() {
            let place = format!("tools[{at}].function_declarations[{place}]");
            let name = text(declared, "name", &place)?;
            check_name(name, &place)?;
            let schema = match (declared.get("parameters"), declared.get("parametersJsonSchema")) {
                (Some(_), Some(_)) => {
                    return Err(format!("{place}: only one of parameters and parameters_json_schema can be set"));
                }
                (Some(own), None) => {
                    check_schema(own, &format!("{place}.parameters"))?;
                    if own.get("type").and_then(Value::as_str) != Some("object") {
                        return Err(format!("{place}.parameters schema should be of type OBJECT."));
                    }
                    own.clone()
                }
                (None, Some(json)) if json.get("type").and_then(Value::as_str) == Some("object") => json.clone(),
                (None, Some(_)) => return Err(format!("{place}.parameters_json_schema: must have type object")),
                (None, None) => serde_json::json!({"type": "object"}),
            };
            if prompt.tools.iter().any(|other| other.name == name) {
                return Err(format!("Duplicate function declaration found: {name}"));
            }
            prompt.tools.push(Tool { name: name.to_owned(), namespace: None, schema });
        }
    }
    let Some(config) = body.pointer("/toolConfig/functionCallingConfig") else { return Ok(()) };
    let mode = config.get("mode").and_then(Value::as_str).unwrap_or("AUTO");
    let allowed = list(config, "allowedFunctionNames")?;
    if !allowed.is_empty() && !["ANY", "VALIDATED"].contains(&mode) {
        return Err(
            "Allowed function names should only be set when the function calling mode is ANY or VALIDATED.".to_owned()
        );
    }
    if prompt.tools.is_empty() && ["ANY", "VALIDATED"].contains(&mode) {
        return Err("Function calling config is set without function_declarations.".to_owned());
    }
    let unknown = allowed.iter().filter_map(Value::as_str).find(|name| !prompt.tools.iter().any(|t| t.name == *name));
    match unknown {
        Some(name) => {
            Err(format!("tool_config.function_calling_config.allowed_function_names: `{name}` is not declared"))
        }
        None => Ok(()),
    }
}

/// What the table cannot say of a schema.
fn check_schema(schema: &Value, place: &str) -> Result<(), String> {
    let kind = schema.get("type").and_then(Value::as_str);
    if kind.is_none() && schema.get("anyOf").is_none() {
        return Err(format!("{place}.type: must be specified"));
    }
    let properties = schema.get("properties").and_then(Value::as_object);
    match kind {
        Some("array") if schema.get("items").is_none() => return Err(format!("{place}.items: missing field.")),
        Some("string") | None => {}
        Some(_) if schema.get("enum").is_some() => return Err(format!("{place}.enum: only allowed for STRING type")),
        Some(_) => {}
    }
    if list(schema, "enum")?.iter().any(|word| word.as_str() == Some("")) {
        return Err(format!("{place}.enum: cannot be empty"));
    }
    for name in list(schema, "required")?.iter().filter_map(Value::as_str) {
        if !properties.is_some_and(|properties| properties.contains_key(name)) {
            return Err(format!("{place}.required: property `{name}` is not defined"));
        }
    }
    for (name, inner) in properties.into_iter().flatten() {
        check_schema(inner, &format!("{place}.properties[{name}]"))?;
    }
    if let Some(items) = schema.get("items") {
        check_schema(items, &format!("{place}.items"))?;
    }
    let choices = schema.get("anyOf").and_then(Value::as_array).map_or(NONE, Vec::as_slice);
    choices.iter().enumerate().try_for_each(|(at, inner)| check_schema(inner, &format!("{place}.any_of[{at}]")))
}

fn generation(body: &Value, prompt: &mut Prompt) -> Result<(), String> {
    let Some(config) = body.get("generationConfig") else { return Ok(()) };
    let number = |name: &str| config.get(name).and_then(Value::as_f64);
    for (name, least, most) in [
        ("temperature", 0.0, 2.0),
        ("topP", 0.0, 1.0),
        ("topK", 1.0, 1e9),
        ("candidateCount", 1.0, 8.0),
        ("maxOutputTokens", 1.0, 1e9),
        ("logprobs", 0.0, 20.0),
        ("seed", -2_147_483_648.0, 2_147_483_647.0),
        ("presencePenalty", -2.0, 2.0),
        ("frequencyPenalty", -2.0, 2.0),
    ] {
        if let Some(value) = number(name)
            && !(least..=most).contains(&value)
        {
            return Err(format!("generation_config.{name}: {value} is out of range [{least}, {most}]"));
        }
    }
    if config.get("logprobs").is_some() && config.get("responseLogprobs") != Some(&Value::Bool(true)) {
        return Err("Logprobs can only be set when response_logprobs is true.".to_owned());
    }
    if list(config, "stopSequences")?.len() > 5 {
        return Err("generation_config.stop_sequences: at most 5 are allowed".to_owned());
    }
    prompt.max_tokens = config.get("maxOutputTokens").and_then(Value::as_u64);
    format(config, prompt)?;
    thinking(config, prompt)
}

fn format(config: &Value, prompt: &mut Prompt) -> Result<(), String> {
    let kind = config.get("responseMimeType").and_then(Value::as_str).unwrap_or("text/plain");
    if !["text/plain", "application/json", "text/x.enum"].contains(&kind) {
        return Err(format!("generation_config.response_mime_type: `{kind}` is not allowed"));
    }
    // Google made this possible with Gemini 3.
    if kind != "text/plain" && !prompt.tools.is_empty() && !is_new(&prompt.model) {
        return Err(format!("Function calling with a response mime type: '{kind}' is unsupported"));
    }
    let (own, json) = (config.get("responseSchema"), config.get("responseJsonSchema"));
    if own.is_some() && json.is_some() {
        return Err("only one of response_schema and response_json_schema can be set".to_owned());
    }
    if let Some(own) = own {
        check_schema(own, "generation_config.response_schema")?;
    }
    prompt.answer_schema = own.or(json).cloned();
    if prompt.answer_schema.is_some() && kind == "text/plain" {
        return Err("Response schema with response mime type: 'text/plain' is unsupported".to_owned());
    }
    if kind == "application/json" && prompt.answer_schema.is_none() {
        prompt.answer_schema = Some(serde_json::json!({"type": "object"}));
    }
    Ok(())
}

fn thinking(config: &Value, prompt: &mut Prompt) -> Result<(), String> {
    let Some(thinking) = config.get("thinkingConfig") else { return Ok(()) };
    prompt.thinking_omitted = thinking.get("includeThoughts") != Some(&Value::Bool(true));
    let budget = thinking.get("thinkingBudget").and_then(Value::as_i64);
    let level = thinking.get("thinkingLevel").and_then(Value::as_str);
    if budget.is_some() && level.is_some() {
        return Err("You can only set only one of thinking budget and thinking level.".to_owned());
    }
    if level.is_some() && !is_new(&prompt.model) {
        return Err("Thinking level is not supported for this model.".to_owned());
    }
    let pro = prompt.model.contains("-pro");
    match budget {
        Some(0) if pro => Err("Budget 0 is invalid. This model only works in thinking mode.".to_owned()),
        Some(budget) if !(-1..=32_768).contains(&budget) => {
            Err(format!("The thinking budget {budget} is invalid. Please choose a value between 0 and 32768."))
        }
        _ => Ok(()),
    }
}
