//! The tools, and which of them must be called.

use thinkwatch_policy::dialect::Dialect;

use super::super::content;
use super::super::reading::Reading;
use crate::canonical::{ClientTool, Json, Opaque, Request, Tool, ToolChoice, ToolKind};
use crate::json::node::{Fault, Node, Object};
use crate::json::write;

pub(super) fn read(object: &mut Object<'_>, request: &mut Request, reading: &mut Reading<'_>) -> Result<(), Fault> {
    for node in object.list("tools")? {
        request.tools.push(tool(node, reading)?);
    }
    // What there was before tools.
    for node in object.list("functions")? {
        request.legacy_functions = true;
        request.tools.push(Tool::Client(function(node, reading)?));
    }
    request.parallel_tool_calls = object.boolean("parallel_tool_calls")?;
    if let Some(node) = object.some("function_call") {
        request.tool_choice = Some(choice(node)?);
    }
    if let Some(node) = object.some("tool_choice") {
        request.tool_choice = Some(choice(node)?);
    }
    Ok(())
}

fn tool(node: Node<'_>, reading: &mut Reading<'_>) -> Result<Tool, Fault> {
    let mut object = node.object()?;
    let kind = object.need_text("type")?;
    let mut tool = match kind.as_ref() {
        "function" => function(object.need("function")?, reading)?,
        "custom" => custom(object.need("custom")?, reading)?,
        other => {
            let opaque = Opaque { dialect: Dialect::Chat, kind: other.to_owned(), value: node.raw().into() };
            return Ok(Tool::Server(opaque));
        }
    };
    tool.cache = content::cache_mark(&mut object)?;
    reading.leftover(object);
    Ok(Tool::Client(tool))
}

fn function(node: Node<'_>, reading: &mut Reading<'_>) -> Result<ClientTool, Fault> {
    let mut inside = node.object()?;
    let schema = inside.some("parameters");
    let tool = ClientTool {
        name: inside.need_text("name")?.into_owned(),
        description: inside.text("description")?,
        schema: schema.map(|schema| schema.schema()).transpose()?.map(Into::into),
        strict: inside.boolean("strict")?,
        ..ClientTool::default()
    };
    reading.leftover(inside);
    Ok(tool)
}

fn custom(node: Node<'_>, reading: &mut Reading<'_>) -> Result<ClientTool, Fault> {
    let mut inside = node.object()?;
    let tool = ClientTool {
        name: inside.need_text("name")?.into_owned(),
        description: inside.text("description")?,
        kind: ToolKind::Custom,
        schema: inside.some("format").map(flat_format).transpose()?,
        ..ClientTool::default()
    };
    reading.leftover(inside);
    Ok(tool)
}

/// The format of a custom tool as Responses writes it, which is also how the model in the middle keeps it: the grammar's
/// members stand beside its type, not in an object of their own.
fn flat_format(node: Node<'_>) -> Result<Json, Fault> {
    let mut object = node.object()?;
    let Some(grammar) = object.some("grammar") else { return Ok(node.raw().into()) };
    let mut grammar = grammar.object()?;
    let mut out = Vec::new();
    {
        let mut flat = write::object(&mut out);
        flat.text("type", "grammar");
        flat.text_some("syntax", grammar.text("syntax")?.as_deref());
        flat.text_some("definition", grammar.text("definition")?.as_deref());
    }
    Ok(String::from_utf8_lossy(&out).into())
}

fn choice(node: Node<'_>) -> Result<ToolChoice, Fault> {
    if node.is_text() {
        return match node.text()?.as_ref() {
            "auto" => Ok(ToolChoice::Auto),
            // "any" is Mistral's.
            "required" | "any" => Ok(ToolChoice::Any),
            "none" => Ok(ToolChoice::None),
            _ => Err(node.fault("must be \"auto\", \"required\", \"none\" or an object that names a tool")),
        };
    }
    let mut object = node.object()?;
    if let Some(allowed) = object.some("allowed_tools") {
        let mut allowed = allowed.object()?;
        let required = allowed.text("mode")?.as_deref() == Some("required");
        let names = allowed.need("tools")?.list()?.into_iter().map(name_of).collect::<Result<_, _>>()?;
        return Ok(ToolChoice::Allowed { required, names });
    }
    name_of(node).map(ToolChoice::Tool)
}

/// The name in `{"type": "function", "function": {"name": ...}}`, its custom kind, or the older `{"name": ...}`.
fn name_of(node: Node<'_>) -> Result<String, Fault> {
    let mut object = node.object()?;
    let inside = object.some("function").or_else(|| object.some("custom"));
    match inside {
        Some(inside) => Ok(inside.object()?.need_text("name")?.into_owned()),
        None => Ok(object.need_text("name")?.into_owned()),
    }
}
