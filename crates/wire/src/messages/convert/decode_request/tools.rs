//! The tools of a call, and whether one must be called.

use super::Reader;
use crate::canonical::{ClientTool, Request, Tool, ToolChoice, ToolKind};
use crate::json::node::{Fault, Node, Object};
use crate::messages::convert::blocks::opaque;

pub(super) fn read(root: &mut Object<'_>, request: &mut Request, reader: &mut Reader<'_>) -> Result<(), Fault> {
    for tool in root.list("tools")? {
        request.tools.push(tool_of(tool, reader)?);
    }
    for definition in std::mem::take(&mut reader.defined) {
        request.tools.push(tool_of(Node::root(definition.as_bytes())?, reader)?);
    }
    if let Some(choice) = root.some("tool_choice") {
        choose(choice, request, reader)?;
    }
    Ok(())
}

fn tool_of(node: Node<'_>, reader: &mut Reader<'_>) -> Result<Tool, Fault> {
    let mut object = node.object()?;
    let kind = object.text("type")?.unwrap_or_else(|| "custom".to_owned());
    if kind != "custom" {
        return Ok(Tool::Server(opaque(&kind, node)));
    }
    let schema = object.need("input_schema")?;
    let seen = reader.unknown;
    let tool = ClientTool {
        name: object.need_text("name")?.into_owned(),
        namespace: None,
        description: object.text("description")?,
        kind: ToolKind::Function,
        schema: Some(schema.schema()?.into()),
        strict: object.boolean("strict")?,
        deferred: object.boolean("defer_loading")?,
        cache: reader.cache(&mut object)?,
    };
    Ok(match reader.known_or_opaque(node, &kind, object, seen, tool) {
        Ok(tool) => Tool::Client(tool),
        Err(whole) => Tool::Server(whole),
    })
}

fn choose(node: Node<'_>, request: &mut Request, reader: &mut Reader<'_>) -> Result<(), Fault> {
    let mut object = node.object()?;
    let kind = object.need("type")?;
    request.tool_choice = Some(match &*kind.text()? {
        "auto" => ToolChoice::Auto,
        "any" => ToolChoice::Any,
        "none" => ToolChoice::None,
        "tool" => ToolChoice::Tool(object.need_text("name")?.into_owned()),
        _ if reader.same => {
            request.others.push(("tool_choice".to_owned(), node.raw().into()));
            return Ok(());
        }
        _ => return Err(kind.fault("must be auto, any, tool or none")),
    });
    request.parallel_tool_calls = object.boolean("disable_parallel_tool_use")?.map(|disabled| !disabled);
    reader.lost_of(object);
    Ok(())
}
