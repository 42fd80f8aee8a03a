//! Reads a request. The model and whether the answer is a stream stand in the path, not in the body.

use thinkwatch_policy::dialect::Dialect;

use super::read::{Reader, cache_mark, sole};
use crate::canonical::{
    ClientTool, Effort, Format, Json, Message, Notes, Opaque, Reasoning, Request, Role, Tool, ToolChoice, ids,
};
use crate::json::node::{Fault, Node, Object};
use crate::json::{is_object, write};

const EXTRA: &str = "additionalModelRequestFields";

pub(crate) fn decode(body: &[u8], notes: &mut Notes) -> Result<Request, Fault> {
    let mut root = Node::root(body)?.object()?;
    let mut reader = Reader { root: body, notes, of_request: true };
    let mut request = Request::new(Dialect::Converse, String::new());
    let system = reader.blocks(root.list("system")?)?;
    if !system.is_empty() {
        request.messages.push(Message::new(Role::System, system));
    }
    let messages = root.need("messages")?;
    for message in messages.list()? {
        request.messages.push(turn(message, &mut reader)?);
    }
    if messages.list()?.is_empty() {
        return Err(messages.fault("must hold at least one message"));
    }
    tools(&mut root, &mut request, &mut reader)?;
    if let Some(settings) = root.some("inferenceConfig") {
        let mut settings = settings.object()?;
        request.max_output_tokens = settings.whole("maxTokens")?;
        request.temperature = settings.number("temperature")?;
        request.top_p = settings.number("topP")?;
        for stop in settings.list("stopSequences")? {
            request.stop.push(stop.text()?.into_owned());
        }
        reader.rest(settings);
    }
    output(&mut root, &mut request, &mut reader)?;
    extra(&mut root, &mut request)?;
    if let Some(tier) = root.some("serviceTier") {
        let mut tier = tier.object()?;
        request.service_tier = Some(tier.need_text("type")?.into_owned());
        reader.rest(tier);
    }
    request.metadata = match root.some("requestMetadata") {
        Some(labels) if labels.is_object() => Some(Json::from(labels.raw())),
        Some(other) => return Err(other.fault("must be an object of strings")),
        None => None,
    };
    request.others.extend(root.rest().map(|(name, value)| (name.into_owned(), Json::from(value.raw()))));
    Ok(request)
}

fn turn<'a>(message: Node<'a>, reader: &mut Reader<'a, '_>) -> Result<Message, Fault> {
    let mut object = message.object()?;
    let role = object.need("role")?;
    let role = match role.text()?.as_ref() {
        "user" => Role::User,
        "assistant" => Role::Assistant,
        "system" => Role::System,
        _ => return Err(role.fault("must be 'user', 'assistant' or 'system'")),
    };
    let content = reader.blocks(object.need("content")?.list()?)?;
    reader.rest(object);
    Ok(Message::new(role, content))
}

fn tools<'a>(root: &mut Object<'a>, request: &mut Request, reader: &mut Reader<'a, '_>) -> Result<(), Fault> {
    let Some(config) = root.some("toolConfig") else { return Ok(()) };
    let mut config = config.object()?;
    for node in config.list("tools")? {
        let Some((kind, value)) = sole(node)? else {
            return Err(node.fault("must have one of: toolSpec, systemTool, cachePoint"));
        };
        if kind == "cachePoint"
            && let Some(mark) = cache_mark(value)?
            && let Some(Tool::Client(marked)) = request.tools.last_mut()
            && marked.cache.is_none()
        {
            marked.cache = Some(mark);
            continue;
        }
        request.tools.push(if kind == "toolSpec" {
            Tool::Client(spec(value, reader)?)
        } else {
            Tool::Server(Opaque { dialect: Dialect::Converse, kind, value: Json::from(node.raw()) })
        });
    }
    if let Some(choice) = config.some("toolChoice") {
        request.tool_choice = Some(match sole(choice)? {
            Some((kind, _)) if kind == "auto" => ToolChoice::Auto,
            Some((kind, _)) if kind == "any" => ToolChoice::Any,
            Some((kind, one)) if kind == "tool" => {
                ToolChoice::Tool(ids::restore(&one.object()?.need_text("name")?).into_owned())
            }
            _ => return Err(choice.fault("must have one of: auto, any, tool")),
        });
    }
    reader.rest(config);
    Ok(())
}

fn spec<'a>(value: Node<'a>, reader: &mut Reader<'a, '_>) -> Result<ClientTool, Fault> {
    let mut object = value.object()?;
    let tool = ClientTool {
        name: ids::restore(&object.need_text("name")?).into_owned(),
        description: object.text("description")?,
        schema: Some(Json::from(object.need("inputSchema")?.object()?.need("json")?.schema()?)),
        strict: object.boolean("strict")?,
        ..ClientTool::default()
    };
    reader.rest(object);
    Ok(tool)
}

fn output<'a>(root: &mut Object<'a>, request: &mut Request, reader: &mut Reader<'a, '_>) -> Result<(), Fault> {
    let Some(config) = root.some("outputConfig") else { return Ok(()) };
    let mut config = config.object()?;
    if let Some(format) = config.some("textFormat") {
        let mut format = format.object()?;
        let kind = format.need("type")?;
        if kind.text()? != "json_schema" {
            return Err(kind.fault("must be 'json_schema'"));
        }
        let mut structure = format.need("structure")?.object()?.need("jsonSchema")?.object()?;
        let schema = structure.need("schema")?;
        let text = schema.text()?;
        if !is_object(text.as_bytes()) {
            return Err(schema.fault("must be the text of a JSON Schema"));
        }
        request.format = Some(Format::JsonSchema {
            name: structure.text("name")?,
            description: structure.text("description")?,
            schema: Json::from(text),
            strict: None,
        });
        reader.rest(structure);
        reader.rest(format);
    }
    if let Some(effort) = config.some("effort") {
        let word = Effort::parse(&effort.text()?);
        let word = word.ok_or_else(|| effort.fault("must be one of: low, medium, high, xhigh, max"))?;
        request.reasoning.get_or_insert_default().effort = Some(word);
    }
    reader.rest(config);
    Ok(())
}

/// What goes to the model as it is. Of that, Claude's words for what the model in the middle knows are read; the rest stays.
fn extra(root: &mut Object<'_>, request: &mut Request) -> Result<(), Fault> {
    let Some(fields) = root.some(EXTRA) else { return Ok(()) };
    let Ok(mut object) = fields.object() else {
        request.others.push((EXTRA.to_owned(), Json::from(fields.raw())));
        return Ok(());
    };
    if let Some(read) = object.peek("thinking").and_then(thinking) {
        object.take("thinking");
        let effort = request.reasoning.take().and_then(|reasoning| reasoning.effort);
        request.reasoning = Some(Reasoning { effort, ..read });
    }
    if let Some(top_k) = object.peek("top_k").and_then(|top_k| top_k.whole().ok()) {
        object.take("top_k");
        request.top_k = Some(top_k);
    }
    if let Some(choice) = object.peek("tool_choice").and_then(one_at_a_time) {
        object.take("tool_choice");
        request.parallel_tool_calls = Some(false);
        request.tool_choice = choice.or_else(|| request.tool_choice.take());
    }
    let mut rest = object.rest().peekable();
    if rest.peek().is_some() {
        let mut out = Vec::new();
        {
            let mut kept = write::object(&mut out);
            for (name, value) in rest {
                kept.raw(&name, value.raw());
            }
        }
        request.others.push((EXTRA.to_owned(), Json::from(String::from_utf8_lossy(&out))));
    }
    Ok(())
}

/// `None`: something else than what is known, which stays as it is.
fn thinking(node: Node<'_>) -> Option<Reasoning> {
    let mut object = node.object().ok()?;
    let kind = object.text("type").ok()??;
    let mut reasoning = Reasoning { budget_tokens: object.whole("budget_tokens").ok()?, ..Reasoning::default() };
    match kind.as_str() {
        "enabled" => reasoning.enabled = Some(true),
        "disabled" => reasoning.enabled = Some(false),
        "adaptive" => (reasoning.enabled, reasoning.adaptive) = (Some(true), true),
        _ => return None,
    }
    reasoning.summary = match object.text("display").ok()?.as_deref() {
        None => None,
        Some("omitted") => Some("none".to_owned()),
        Some("summarized") => Some("auto".to_owned()),
        Some(_) => return None,
    };
    object.rest().next().is_none().then_some(reasoning)
}

/// Claude's way to say that tools are called one at a time, and what else it says. `None`: it says something else.
fn one_at_a_time(node: Node<'_>) -> Option<Option<ToolChoice>> {
    let mut object = node.object().ok()?;
    if !object.boolean("disable_parallel_tool_use").ok()?? {
        return None;
    }
    let choice = match object.text("type").ok()??.as_str() {
        "auto" => None,
        "any" => Some(ToolChoice::Any),
        "tool" => Some(ToolChoice::Tool(ids::restore(&object.text("name").ok()??).into_owned())),
        _ => return None,
    };
    object.rest().next().is_none().then_some(choice)
}
