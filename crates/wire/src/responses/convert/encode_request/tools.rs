//! Writes the tools of a call and which of them must be called.

use std::collections::HashSet;

use thinkwatch_policy::dialect::Dialect;

use super::super::names::bare;
use super::{Writing, others_of};
use crate::canonical::request::Namespace;
use crate::canonical::{ClientTool, Feature, Refusal, Tool, ToolChoice, ToolKind};
use crate::json::node::Node;
use crate::json::write::Writer;

/// Writes `tools` and `tool_choice`, if there is a tool that the provider can be told of.
pub(super) fn tools(root: &mut Writer<'_>, writing: &mut Writing<'_, '_>) -> Result<(), Refusal> {
    let request = writing.request;
    let told = |tool: &Tool| match tool {
        Tool::Client(_) => true,
        Tool::Server(tool) => tool.dialect == Dialect::Responses,
    };
    if !request.tools.iter().all(told) {
        writing.notes.keeps(Feature::ServerTools)?;
    }
    let any = request.tools.iter().any(told);
    if any {
        let mut list = root.list("tools");
        let mut rest = request.tools.as_slice();
        while let Some((first, after)) = rest.split_first() {
            rest = after;
            match first {
                Tool::Server(tool) if tool.dialect == Dialect::Responses => {
                    list.push_raw(&tool.value);
                }
                Tool::Server(_) => {}
                Tool::Client(ClientTool { namespace: Some(namespace), .. })
                    if writing.keeps(Feature::Namespaces)? =>
                {
                    let others = after.iter().take_while(|tool| within(tool, namespace)).count();
                    let (tools, after) = after.split_at(others);
                    rest = after;
                    let mut out = list.push_object();
                    out.text("type", "namespace").text("name", &namespace.name);
                    out.text("description", namespace.description.as_deref().unwrap_or_default());
                    let mut inside = out.list("tools");
                    for tool in std::iter::once(first).chain(tools) {
                        if let Tool::Client(tool) = tool {
                            client_tool(&mut inside.push_object(), tool, writing)?;
                        }
                    }
                }
                Tool::Client(tool) => client_tool(&mut list.push_object(), tool, writing)?,
            }
        }
    }
    if any || writing.own {
        choice(root, writing)?;
    }
    Ok(())
}

fn within(tool: &Tool, namespace: &Namespace) -> bool {
    matches!(tool, Tool::Client(ClientTool { namespace: Some(other), .. }) if other == namespace)
}

fn client_tool(out: &mut Writer<'_>, tool: &ClientTool, writing: &mut Writing<'_, '_>) -> Result<(), Refusal> {
    writing.cache(tool.cache)?;
    let name = bare(tool.namespace.as_ref().map(|namespace| namespace.name.as_str()), &tool.name);
    match tool.kind {
        ToolKind::Function => {
            writing.keeps(Feature::Functions)?;
            out.text("type", "function").text("name", name).text_some("description", tool.description.as_deref());
            match tool.schema.as_ref().filter(|schema| writing.own || &***schema != "{}") {
                Some(schema) => out.raw("parameters", schema),
                None if writing.own => out.raw("parameters", "null"),
                // Anything is not enough: the API wants an object.
                None => out.raw("parameters", r#"{"type":"object","properties":{}}"#),
            };
            let strict = match tool.strict {
                Some(strict) if writing.keeps(Feature::StrictTools)? => Some(strict),
                // Left out, the API would try to make the schema a strict one, which makes all arguments required.
                _ => (!writing.own).then_some(false),
            };
            out.boolean_some("strict", strict);
        }
        ToolKind::Custom => {
            writing.keeps(Feature::CustomTools)?;
            out.text("type", "custom").text("name", name).text_some("description", tool.description.as_deref());
            match &tool.schema {
                Some(format) if writing.own => {
                    out.raw("format", format);
                }
                Some(format) => custom_format(out, format),
                None => {}
            }
        }
    }
    // Only a client of this API brings the search by which the model finds such a tool.
    if let Some(deferred) = tool.deferred
        && writing.keeps(Feature::DeferredTools)?
        && writing.own
    {
        out.boolean("defer_loading", deferred);
    }
    Ok(())
}

/// Chat puts the grammar into a member of its own.
fn custom_format(out: &mut Writer<'_>, format: &str) {
    let inner = Node::root(format.as_bytes())
        .and_then(|format| format.object()?.need("grammar"))
        .ok()
        .filter(Node::is_object)
        .and_then(|grammar| {
            let mut grammar = grammar.object().ok()?;
            Some((grammar.text("syntax").ok()??, grammar.text("definition").ok()??))
        });
    match inner {
        Some((syntax, definition)) => {
            let mut format = out.object("format");
            format.text("type", "grammar").text("syntax", &syntax).text("definition", &definition);
        }
        None => {
            out.raw("format", format);
        }
    }
}

fn choice(root: &mut Writer<'_>, writing: &mut Writing<'_, '_>) -> Result<(), Refusal> {
    if writing.own
        && let Some(raw) = others_of(writing.request, "tool_choice")
    {
        root.raw("tool_choice", raw);
        return Ok(());
    }
    let Some(choice) = &writing.request.tool_choice else { return Ok(()) };
    let feature = match choice {
        ToolChoice::Auto => None,
        ToolChoice::Any => Some(Feature::ToolChoiceAny),
        ToolChoice::None => Some(Feature::ToolChoiceNone),
        ToolChoice::Tool(_) => Some(Feature::ToolChoiceNamed),
        ToolChoice::Allowed { .. } => Some(Feature::ToolChoiceAllowed),
    };
    if let Some(feature) = feature
        && !writing.keeps(feature)?
    {
        return Ok(());
    }
    write_choice(root, choice, &writing.request.tools);
    Ok(())
}

/// Writes `tool_choice`; the answer tells it back.
pub(in crate::responses::convert) fn write_choice(out: &mut Writer<'_>, choice: &ToolChoice, tools: &[Tool]) {
    let custom: HashSet<&str> = tools
        .iter()
        .filter_map(|tool| match tool {
            Tool::Client(tool) if tool.kind == ToolKind::Custom => Some(tool.name.as_str()),
            _ => None,
        })
        .collect();
    match choice {
        ToolChoice::Auto => {
            out.text("tool_choice", "auto");
        }
        ToolChoice::Any => {
            out.text("tool_choice", "required");
        }
        ToolChoice::None => {
            out.text("tool_choice", "none");
        }
        ToolChoice::Tool(name) => write_name(&mut out.object("tool_choice"), name, &custom),
        ToolChoice::Allowed { required, names } => {
            let mut choice = out.object("tool_choice");
            choice.text("type", "allowed_tools").text("mode", if *required { "required" } else { "auto" });
            let mut list = choice.list("tools");
            for name in names {
                write_name(&mut list.push_object(), name, &custom);
            }
        }
    }
}

fn write_name(out: &mut Writer<'_>, name: &str, custom: &HashSet<&str>) {
    out.text("type", if custom.contains(name) { "custom" } else { "function" }).text("name", name);
}
