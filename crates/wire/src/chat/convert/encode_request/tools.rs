//! The tools, and which of them must be called.

use std::collections::HashSet;

use thinkwatch_policy::dialect::Dialect;

use super::Writing;
use crate::canonical::{ClientTool, Feature, Refusal, Tool, ToolChoice, ToolKind};
use crate::json::node::Node;
use crate::json::write::Writer;

/// The arguments of the function that stands for a custom tool.
const INPUT_SCHEMA: &str = r#"{"type":"object","properties":{"input":{"type":"string"}},"required":["input"]}"#;

impl Writing<'_> {
    pub(super) fn tools(&mut self, root: &mut Writer<'_>) -> Result<(), Refusal> {
        let mut told = Vec::new();
        for tool in &self.request.tools {
            if self.tells(tool)? {
                told.push(tool);
            }
        }
        if !told.is_empty() {
            let mut list = root.list("tools");
            for tool in &told {
                match tool {
                    Tool::Client(tool) => self.tool(tool, &mut list),
                    Tool::Server(tool) => {
                        list.push_raw(&tool.value);
                    }
                }
            }
        }
        // Without tools OpenAI refuses both of these, and both say nothing.
        if !told.is_empty() || self.own {
            self.choice(root)?;
            if self.request.parallel_tool_calls.is_some() && self.keeps(Feature::ParallelToolCalls)? {
                root.boolean_some("parallel_tool_calls", self.request.parallel_tool_calls);
            }
        } else if matches!(self.request.tool_choice, Some(ToolChoice::Any | ToolChoice::Tool(_))) {
            self.notes.lose("tool_choice", "there is no tool that this provider could be told of")?;
        }
        Ok(())
    }

    /// Notes what a tool loses, and whether it can be told at all.
    fn tells(&mut self, tool: &Tool) -> Result<bool, Refusal> {
        match tool {
            Tool::Client(tool) => {
                if tool.namespace.is_some() {
                    self.keeps(Feature::Namespaces)?;
                }
                if tool.deferred.is_some() {
                    self.keeps(Feature::DeferredTools)?;
                }
                if tool.strict.is_some() {
                    self.keeps(Feature::StrictTools)?;
                }
                self.cache_mark(tool.cache)?;
                self.keeps(if tool.kind == ToolKind::Custom { Feature::CustomTools } else { Feature::Functions })
            }
            Tool::Server(tool) if tool.dialect == Dialect::Chat => Ok(true),
            Tool::Server(tool) => {
                self.notes.lose(format!("tools.{}", tool.kind), "only its own provider runs this tool")?;
                Ok(false)
            }
        }
    }

    fn tool(&self, tool: &ClientTool, list: &mut Writer<'_>) {
        let mut object = list.push_object();
        if tool.kind == ToolKind::Custom && self.own {
            object.text("type", "custom");
            let mut inside = object.object("custom");
            inside.text("name", &tool.name).text_some("description", tool.description.as_deref());
            if let Some(format) = &tool.schema {
                write_format(&mut inside, format);
            }
            drop(inside);
            self.write_mark(tool.cache, &mut object);
            return;
        }
        object.text("type", "function");
        let mut inside = object.object("function");
        inside.text("name", &tool.name);
        if tool.kind == ToolKind::Custom {
            inside.text_some("description", with_grammar(tool).as_deref());
            inside.raw("parameters", INPUT_SCHEMA);
        } else {
            inside.text_some("description", tool.description.as_deref());
            inside.raw_some("parameters", tool.schema.as_deref()).boolean_some("strict", tool.strict);
        }
        drop(inside);
        self.write_mark(tool.cache, &mut object);
    }

    fn choice(&mut self, root: &mut Writer<'_>) -> Result<(), Refusal> {
        let feature = match &self.request.tool_choice {
            None => return Ok(()),
            Some(ToolChoice::Auto) => {
                root.text("tool_choice", "auto");
                return Ok(());
            }
            Some(ToolChoice::Any) => Feature::ToolChoiceAny,
            Some(ToolChoice::None) => Feature::ToolChoiceNone,
            Some(ToolChoice::Tool(_)) => Feature::ToolChoiceNamed,
            Some(ToolChoice::Allowed { .. }) => Feature::ToolChoiceAllowed,
        };
        if !self.keeps(feature)? {
            return Ok(());
        }
        match &self.request.tool_choice {
            Some(ToolChoice::Any) => {
                root.text("tool_choice", "required");
            }
            Some(ToolChoice::Tool(name)) => write_name(&mut root.object("tool_choice"), name, &self.told_as_custom()),
            Some(ToolChoice::Allowed { required, names }) => {
                let custom = self.told_as_custom();
                let mut choice = root.object("tool_choice");
                choice.text("type", "allowed_tools");
                let mut allowed = choice.object("allowed_tools");
                allowed.text("mode", if *required { "required" } else { "auto" });
                let mut tools = allowed.list("tools");
                for name in names {
                    write_name(&mut tools.push_object(), name, &custom);
                }
            }
            _ => {
                root.text("tool_choice", "none");
            }
        }
        Ok(())
    }

    /// The names of the tools that are told as custom ones.
    fn told_as_custom(&self) -> HashSet<&str> {
        let custom = |tool| match tool {
            &Tool::Client(ClientTool { ref name, kind: ToolKind::Custom, .. }) => Some(name.as_str()),
            _ => None,
        };
        if self.own { self.request.tools.iter().filter_map(custom).collect() } else { HashSet::new() }
    }
}

/// Names a tool, of the kind it is told as.
fn write_name(object: &mut Writer<'_>, name: &str, custom: &HashSet<&str>) {
    let kind = if custom.contains(name) { "custom" } else { "function" };
    object.text("type", kind);
    object.object(kind).text("name", name);
}

/// A grammar's members as they stand in the format, and those of the object they are in here.
fn grammar(format: &str) -> Option<(String, String)> {
    let mut object = Node::root(format.as_bytes()).ok()?.object().ok()?;
    if let Some(inside) = object.some("grammar") {
        object = inside.object().ok()?;
    }
    Some((object.text("syntax").ok()??, object.text("definition").ok()??))
}

fn write_format(custom: &mut Writer<'_>, format: &str) {
    match grammar(format) {
        Some((syntax, definition)) => {
            let mut object = custom.object("format");
            object.text("type", "grammar");
            object.object("grammar").text("syntax", &syntax).text("definition", &definition);
        }
        None => {
            custom.raw("format", format);
        }
    }
}

/// The description of the function that stands for a custom tool.
fn with_grammar(tool: &ClientTool) -> Option<String> {
    let Some((syntax, definition)) = tool.schema.as_deref().and_then(grammar) else { return tool.description.clone() };
    let described = tool.description.as_deref().map(|text| format!("{text}\n\n")).unwrap_or_default();
    Some(format!("{described}`input` must follow this grammar ({syntax}):\n{definition}"))
}
