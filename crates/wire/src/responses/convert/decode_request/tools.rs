//! Reads the tools of a call and which of them must be called.

use thinkwatch_policy::dialect::Dialect;

use super::super::items::ADDITIONAL_TOOLS;
use super::leftovers;
use crate::canonical::request::Namespace;
use crate::canonical::{ClientTool, Json, Notes, Opaque, Tool, ToolChoice, ToolKind};
use crate::json::node::{Fault, Node, Object};

/// Reads `tools`. Those in namespaces stand with the others, each with its namespace.
pub(super) fn read(object: &mut Object<'_>, notes: &mut Notes) -> Result<Vec<Tool>, Fault> {
    let mut tools = Vec::new();
    each(object, &mut tools, notes)?;
    Ok(tools)
}

/// Adds the tools that stand among the items of the input, where newer clients put all of theirs. Other dialects have no word
/// for a place in the conversation from which a tool is there, so it is there from the beginning; of two of a name the later
/// one holds.
pub(super) fn read_additional(object: &Object<'_>, tools: &mut Vec<Tool>, notes: &mut Notes) -> Result<(), Fault> {
    // Hardly a body has them: one look at its bytes spares all others a second reading.
    let Some(input) = object.peek("input").filter(|input| input.is_list() && input.raw().contains(ADDITIONAL_TOOLS))
    else {
        return Ok(());
    };
    for item in input.list()? {
        let mut item = item.object()?;
        if item.peek("type").filter(Node::is_text).map(|kind| kind.text()).transpose()?.as_deref()
            != Some(ADDITIONAL_TOOLS)
        {
            continue;
        }
        item.need("tools")?;
        let mut more = Vec::new();
        each(&mut item, &mut more, notes)?;
        for tool in more {
            match tools.iter_mut().find(|known| same(known, &tool)) {
                Some(known) => *known = tool,
                None => tools.push(tool),
            }
        }
    }
    Ok(())
}

/// Whether a client could not tell the two apart.
fn same(one: &Tool, other: &Tool) -> bool {
    match (one, other) {
        (Tool::Client(one), Tool::Client(other)) => {
            let namespace = |tool: &ClientTool| tool.namespace.as_ref().map(|namespace| namespace.name.clone());
            one.name == other.name && namespace(one) == namespace(other)
        }
        (Tool::Server(one), Tool::Server(other)) => one.kind == other.kind && one.value == other.value,
        _ => false,
    }
}

fn each(object: &mut Object<'_>, tools: &mut Vec<Tool>, notes: &mut Notes) -> Result<(), Fault> {
    for node in object.list("tools")? {
        let mut tool = node.object()?;
        let kind = tool.need_text("type")?;
        match kind.as_ref() {
            "function" | "custom" => tools.push(Tool::Client(client_tool(tool, &kind, None, notes)?)),
            "namespace" => {
                let name = tool.need_text("name")?.into_owned();
                let namespace = Namespace { name, description: tool.text("description")? };
                for inner in tool.need("tools")?.list()? {
                    let mut inner = inner.object()?;
                    let kind = inner.need("type")?;
                    let word = kind.text()?;
                    if !matches!(word.as_ref(), "function" | "custom") {
                        return Err(kind.fault("must be \"function\" or \"custom\" in a namespace"));
                    }
                    tools.push(Tool::Client(client_tool(inner, &word, Some(namespace.clone()), notes)?));
                }
                leftovers(tool, "tools[].", notes);
            }
            _ => tools.push(Tool::Server(server_tool(node, kind.into_owned()))),
        }
    }
    Ok(())
}

fn server_tool(node: Node<'_>, kind: String) -> Opaque {
    Opaque { dialect: Dialect::Responses, kind, value: node.raw().into() }
}

fn client_tool(
    mut tool: Object<'_>,
    kind: &str,
    namespace: Option<Namespace>,
    notes: &mut Notes,
) -> Result<ClientTool, Fault> {
    // Chat puts them into a member of their own, and so do some clients here.
    if let Some(inner) = tool.peek(kind).filter(|inner| inner.is_object() && tool.peek("name").is_none()) {
        return client_tool(inner.object()?, "", namespace, notes).map(|read| ClientTool {
            kind: if kind == "custom" { ToolKind::Custom } else { ToolKind::Function },
            ..read
        });
    }
    let custom = kind == "custom" || (kind.is_empty() && tool.peek("format").is_some());
    let mut read = ClientTool {
        name: tool.need_text("name")?.into_owned(),
        namespace,
        description: tool.text("description")?,
        kind: if custom { ToolKind::Custom } else { ToolKind::Function },
        strict: tool.boolean("strict")?,
        deferred: tool.boolean("defer_loading")?,
        ..ClientTool::default()
    };
    if let Some(schema) = tool.some(if custom { "format" } else { "parameters" }) {
        read.schema = Some(schema.schema()?.into());
    }
    leftovers(tool, "tools[].", notes);
    Ok(read)
}

/// Reads `tool_choice`. One that names a tool of the provider's goes to `others`.
pub(super) fn choice(
    object: &mut Object<'_>,
    others: &mut Vec<(String, Json)>,
    notes: &mut Notes,
) -> Result<Option<ToolChoice>, Fault> {
    let Some(node) = object.some("tool_choice") else { return Ok(None) };
    if node.is_text() {
        return match node.text()?.as_ref() {
            "auto" => Ok(Some(ToolChoice::Auto)),
            "none" => Ok(Some(ToolChoice::None)),
            "required" => Ok(Some(ToolChoice::Any)),
            _ => Err(node.fault("must be \"auto\", \"none\", \"required\" or an object that names tools")),
        };
    }
    let mut choice = node.object()?;
    let kind = choice.need_text("type")?;
    match kind.as_ref() {
        "function" | "custom" => Ok(Some(ToolChoice::Tool(named(&mut choice, &kind)?))),
        "allowed_tools" => {
            let mode = choice.need("mode")?;
            let required = match mode.text()?.as_ref() {
                "auto" => false,
                "required" => true,
                _ => return Err(mode.fault("must be \"auto\" or \"required\"")),
            };
            let mut names = Vec::new();
            let mut whole = true;
            for tool in choice.need("tools")?.list()? {
                let mut tool = tool.object()?;
                let kind = tool.need_text("type")?;
                if matches!(kind.as_ref(), "function" | "custom") {
                    names.push(named(&mut tool, &kind)?);
                } else {
                    whole = false;
                }
            }
            if !whole {
                others.push(("tool_choice".to_owned(), node.raw().into()));
            }
            leftovers(choice, "tool_choice.", notes);
            Ok((!names.is_empty()).then_some(ToolChoice::Allowed { required, names }))
        }
        _ => {
            others.push(("tool_choice".to_owned(), node.raw().into()));
            Ok(None)
        }
    }
}

/// The name, which some clients put where Chat has it.
fn named(choice: &mut Object<'_>, kind: &str) -> Result<String, Fault> {
    match choice.peek(kind).filter(Node::is_object) {
        Some(inner) if choice.peek("name").is_none() => Ok(inner.object()?.need_text("name")?.into_owned()),
        _ => Ok(choice.need_text("name")?.into_owned()),
    }
}
