//! What a Converse body must look like, beyond its fields.

use serde_json::Value;

use super::shapes::{CLAUDE, CONVERSE};
use super::{is_claude, turns};
use crate::dialects::shape::{Manners, Shape, read};
use crate::dialects::{list, text};
use crate::prompt::{Prompt, Tool, count_tokens};

/// Checks a body and takes from it what the answer depends on.
pub(crate) fn check(body: &Value, model: &str, stream: bool) -> Result<Prompt, String> {
    let body = read(Shape::Of(&CONVERSE), body, "", Manners::Aws)?;
    let mut prompt = Prompt { model: model.to_owned(), stream, ..Prompt::default() };
    let mut marks = system(&body)?;
    marks += tools(&body, &mut prompt)?;
    inference(&body, &mut prompt)?;
    extra(&body, &mut prompt)?;
    marks += turns::check(list(&body, "messages")?, body.get("toolConfig").is_some(), &mut prompt)?;
    if marks > 4 {
        return Err(format!("A maximum of 4 blocks with cache_control may be provided. Found {marks}."));
    }
    if let Some(schema) = body.pointer("/outputConfig/textFormat/structure/jsonSchema/schema").and_then(Value::as_str) {
        let schema: Value = serde_json::from_str(schema).map_err(|why| format!("outputConfig: schema: {why}"))?;
        if !schema.is_object() {
            return Err("outputConfig: schema: must be an object".to_owned());
        }
        prompt.answer_schema = Some(schema);
    }
    prompt.input_tokens = count_tokens(&[body.get("system"), body.get("messages"), body.get("toolConfig")]);
    Ok(prompt)
}

/// A cache point needs something before it to keep.
pub(super) fn check_mark(before: Option<&Value>, place: &str) -> Result<(), String> {
    match before {
        None => Err(format!("{place}: cachePoint cannot be the first block")),
        Some(before) if before.get("cachePoint").is_some() => Err(format!("{place}: cachePoint follows a cachePoint")),
        Some(before) if before.get("reasoningContent").is_some() => {
            Err(format!("{place}: cachePoint cannot be inserted after reasoning block."))
        }
        Some(_) => Ok(()),
    }
}

/// Checks the cache points of a list, and counts them.
pub(super) fn marks(blocks: &[Value], place: &str) -> Result<usize, String> {
    let mut count = 0;
    for (at, block) in blocks.iter().enumerate() {
        if block.get("cachePoint").is_some() {
            check_mark(at.checked_sub(1).and_then(|before| blocks.get(before)), &format!("{place}.{at}"))?;
            count += 1;
        }
    }
    Ok(count)
}

/// A name or an id, as the service model's patterns have them.
pub(super) fn check_pattern(value: &str, more: &[u8], place: &str) -> Result<(), String> {
    let fits = value.bytes().all(|byte| byte.is_ascii_alphanumeric() || more.contains(&byte));
    if fits && (1..=64).contains(&value.len()) {
        return Ok(());
    }
    let more = String::from_utf8_lossy(more);
    Err(format!(
        "1 validation error detected: Value '{value}' at '{place}' failed to satisfy constraint: Member must satisfy \
         regular expression pattern: [a-zA-Z0-9{more}]+ and have length between 1 and 64"
    ))
}

fn system(body: &Value) -> Result<usize, String> {
    let blocks = list(body, "system")?;
    if body.get("system").is_some() && blocks.is_empty() {
        return Err("system: must have length greater than or equal to 1".to_owned());
    }
    for (at, block) in blocks.iter().enumerate() {
        if block.get("text").and_then(Value::as_str).is_some_and(|text| text.trim().is_empty()) {
            return Err(format!("The text field in the SystemContentBlock object at system.{at} is blank."));
        }
    }
    marks(blocks, "system")
}

fn tools(body: &Value, prompt: &mut Prompt) -> Result<usize, String> {
    let Some(config) = body.get("toolConfig") else { return Ok(0) };
    let tools = list(config, "tools")?;
    if tools.iter().all(|tool| tool.get("cachePoint").is_some()) {
        return Err("The number of tools at toolConfig.tools must be greater than or equal to 1.".to_owned());
    }
    for (at, tool) in tools.iter().enumerate() {
        let Some(spec) = tool.get("toolSpec") else { continue };
        let place = format!("toolConfig.tools.{at}.toolSpec");
        let name = text(spec, "name", &place)?;
        check_pattern(name, b"_-", &format!("{place}.name"))?;
        if spec.get("description").and_then(Value::as_str) == Some("") {
            return Err(format!("{place}.description: must have length greater than or equal to 1"));
        }
        let schema = spec.pointer("/inputSchema/json").cloned().unwrap_or_default();
        if schema.get("type").and_then(Value::as_str) != Some("object") {
            return Err(format!("The value at {place}.inputSchema.json.type must be one of the following: object."));
        }
        if prompt.tools.iter().any(|other| other.name == name) {
            return Err(format!("The tool name {name} at {place}.name is already defined."));
        }
        prompt.tools.push(Tool { name: name.to_owned(), namespace: None, schema });
    }
    if let Some(name) = config.pointer("/toolChoice/tool/name").and_then(Value::as_str)
        && !prompt.tools.iter().any(|tool| tool.name == name)
    {
        return Err(format!("toolConfig.toolChoice.tool.name: `{name}` is not among the tools"));
    }
    marks(tools, "toolConfig.tools")
}

fn inference(body: &Value, prompt: &mut Prompt) -> Result<(), String> {
    let Some(config) = body.get("inferenceConfig") else { return Ok(()) };
    for (name, least, most) in [("maxTokens", 1.0, 1e9), ("temperature", 0.0, 1.0), ("topP", 0.0, 1.0)] {
        if let Some(value) = config.get(name).and_then(Value::as_f64)
            && !(least..=most).contains(&value)
        {
            return Err(format!(
                "1 validation error detected: Value '{value}' at 'inferenceConfig.{name}' failed to satisfy \
                 constraint: Member must have value between {least} and {most}"
            ));
        }
    }
    if list(config, "stopSequences")?.iter().any(|text| text.as_str().is_none_or(|text| text.trim().is_empty())) {
        return Err("stop_sequences: each stop sequence must contain non-whitespace".to_owned());
    }
    prompt.max_tokens = config.get("maxTokens").and_then(Value::as_u64);
    Ok(())
}

/// What is meant for the model itself. Only Claude's is known here.
fn extra(body: &Value, prompt: &mut Prompt) -> Result<(), String> {
    let Some(extra) = body.get("additionalModelRequestFields") else { return Ok(()) };
    if !is_claude(&prompt.model) {
        let names = extra.as_object().into_iter().flat_map(|fields| fields.keys());
        prompt.notes.extend(names.map(|name| format!("additionalModelRequestFields: {name}")));
        return Ok(());
    }
    let extra = read(Shape::Of(&CLAUDE), extra, "additionalModelRequestFields", Manners::Aws)?;
    let Some(thinking) = extra.get("thinking") else { return Ok(()) };
    prompt.thinking_omitted = thinking.get("display").and_then(Value::as_str) == Some("omitted");
    let budget = thinking.get("budget_tokens").and_then(Value::as_u64);
    match text(thinking, "type", "thinking")? {
        "adaptive" => {}
        "disabled" => return Ok(()),
        "enabled" if budget.is_some_and(|budget| budget >= 1024) => {}
        "enabled" => return Err("thinking.enabled.budget_tokens: Input should be greater than or equal to 1024".into()),
        other => return Err(format!("thinking.type: unexpected value '{other}'")),
    }
    if budget.zip(prompt.max_tokens).is_some_and(|(budget, most)| budget >= most) {
        return Err("`max_tokens` must be greater than `thinking.budget_tokens`.".to_owned());
    }
    let number = |name: &str| body.pointer(&format!("/inferenceConfig/{name}")).and_then(Value::as_f64);
    if number("temperature").is_some_and(|value| value < 1.0) {
        return Err("`temperature` may only be set to 1 when thinking is enabled.".to_owned());
    }
    if number("topP").is_some_and(|value| value < 0.95) || extra.get("top_k").is_some() {
        return Err("`top_p` must be at least 0.95 and `top_k` unset when thinking is enabled.".to_owned());
    }
    let choice = body.pointer("/toolConfig/toolChoice");
    if choice.is_some_and(|choice| choice.get("auto").is_none()) {
        return Err("Thinking may not be enabled when tool_choice forces tool use.".to_owned());
    }
    Ok(())
}
