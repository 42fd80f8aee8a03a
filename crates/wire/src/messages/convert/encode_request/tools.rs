//! The tools, and whether one must be called.

use std::collections::HashSet;

use thinkwatch_policy::dialect::Dialect;

use super::{Encoder, schema};
use crate::canonical::{ClientTool, Feature, Refusal, Tool, ToolChoice, ToolKind, tool_names};
use crate::json::write::Writer;
use crate::messages::convert::input;

impl<'a> Encoder<'a, '_> {
    /// The tools that are written.
    pub(super) fn tools(&mut self) -> Result<Vec<&'a Tool>, Refusal> {
        let request = self.request;
        let allowed = match &request.tool_choice {
            Some(ToolChoice::Allowed { names, .. }) if self.keeps(Feature::ToolChoiceAllowed)? => Some(names),
            _ => None,
        };
        let mut names = HashSet::new();
        let mut tools = Vec::with_capacity(request.tools.len());
        for tool in &request.tools {
            match tool {
                Tool::Client(client) => {
                    if allowed.is_some_and(|allowed| !allowed.contains(&client.name)) {
                        continue;
                    }
                    if !names.insert(client.name.as_str()) && !self.faithful {
                        self.lose(Feature::Namespaces, "Messages takes no two tools of one name")?;
                        continue;
                    }
                    self.declare(client)?;
                    tools.push(tool);
                }
                Tool::Server(opaque) if opaque.dialect == Dialect::Messages => tools.push(tool),
                Tool::Server(_) => {
                    self.keeps(Feature::ServerTools)?;
                }
            }
        }
        Ok(tools)
    }

    fn declare(&mut self, tool: &ClientTool) -> Result<(), Refusal> {
        self.keeps(if tool.kind == ToolKind::Custom { Feature::CustomTools } else { Feature::Functions })?;
        if tool.namespace.is_some() {
            self.keeps(Feature::Namespaces)?;
        }
        Ok(())
    }

    pub(super) fn write_tools(&mut self, tools: &[&'a Tool], root: &mut Writer<'_>) -> Result<(), Refusal> {
        if tools.is_empty() {
            return Ok(());
        }
        let mut list = root.list("tools");
        for tool in tools {
            match tool {
                Tool::Client(tool) => self.write_tool(tool, &mut list)?,
                Tool::Server(opaque) => {
                    list.push_raw(&opaque.value);
                }
            }
        }
        Ok(())
    }

    fn write_tool(&mut self, tool: &ClientTool, list: &mut Writer<'_>) -> Result<(), Refusal> {
        let mut object = list.push_object();
        object.text("name", &tool_names::fit(Dialect::Messages, &tool.name));
        object.text_some("description", tool.description.as_deref());
        if tool.kind == ToolKind::Custom {
            let mut schema = object.object("input_schema");
            schema.text("type", "object");
            {
                let mut text = schema.object("properties");
                let mut text = text.object(input::CUSTOM);
                text.text("type", "string");
                if let Some(grammar) = &tool.schema {
                    text.text("description", &format!("Free text, in this format: {grammar}"));
                }
            }
            schema.list("required").push_text(input::CUSTOM);
        } else if self.faithful {
            object.raw("input_schema", tool.schema.as_deref().unwrap_or(r#"{"type":"object"}"#));
        } else {
            let (schema, lossy) = schema::of(tool.schema.as_deref());
            if lossy {
                self.lose(Feature::Functions, "Messages takes no union at the top of a tool's schema")?;
            }
            object.raw("input_schema", &schema);
        }
        // Imitations of the API may not know the word, and it says nothing where it is false.
        if let Some(strict) = tool.strict.filter(|strict| *strict || self.faithful)
            && self.keeps(Feature::StrictTools)?
        {
            object.boolean("strict", strict);
        }
        if let Some(deferred) = tool.deferred
            && self.keeps(Feature::DeferredTools)?
        {
            object.boolean("defer_loading", deferred);
        }
        self.cache(tool.cache, &mut object)
    }

    /// Messages takes no choice where there are no tools.
    pub(super) fn write_tool_choice(&mut self, tools: &[&'a Tool], root: &mut Writer<'_>) -> Result<(), Refusal> {
        let request = self.request;
        let parallel = match request.parallel_tool_calls {
            Some(parallel) if self.keeps(Feature::ParallelToolCalls)? => Some(parallel),
            _ => None,
        };
        if tools.is_empty() {
            return match &request.tool_choice {
                Some(ToolChoice::Any | ToolChoice::Tool(_) | ToolChoice::Allowed { required: true, .. }) => {
                    self.refuse(Feature::ToolChoiceAny, "there are no tools that could be called")
                }
                _ => Ok(()),
            };
        }
        let (kind, name) = match &request.tool_choice {
            None if parallel == Some(false) => ("auto", None),
            None => return Ok(()),
            Some(ToolChoice::Auto) => ("auto", None),
            Some(ToolChoice::Any) => {
                self.keeps(Feature::ToolChoiceAny)?;
                ("any", None)
            }
            Some(ToolChoice::None) => {
                self.keeps(Feature::ToolChoiceNone)?;
                ("none", None)
            }
            Some(ToolChoice::Tool(name)) => {
                self.keeps(Feature::ToolChoiceNamed)?;
                ("tool", Some(tool_names::fit(Dialect::Messages, name)))
            }
            Some(ToolChoice::Allowed { required, .. }) => (if *required { "any" } else { "auto" }, None),
        };
        let mut choice = root.object("tool_choice");
        choice.text("type", kind).text_some("name", name.as_deref());
        if kind != "none" {
            choice.boolean_some("disable_parallel_tool_use", parallel.map(|parallel| !parallel));
        }
        Ok(())
    }
}
