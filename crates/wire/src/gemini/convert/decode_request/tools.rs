//! `tools` and `toolConfig`.

use thinkwatch_policy::dialect::Dialect;

use crate::canonical::{ClientTool, Opaque, Request, Tool, ToolChoice};
use crate::gemini::convert::names::{self, Strangers};
use crate::gemini::convert::schema;
use crate::json::node::{Fault, Node};
use crate::json::write;

/// Reads one of the `tools`: functions, and what the provider itself can do, which may stand in one object.
pub(super) fn read(node: Node<'_>, request: &mut Request, strangers: &mut Strangers<'_>) -> Result<(), Fault> {
    let mut tool = node.object()?;
    if let Some(functions) = names::take(&mut tool, "functionDeclarations")? {
        for function in functions.list()? {
            request.tools.push(Tool::Client(function_of(function, strangers)?));
        }
    }
    for (kind, value) in tool.rest() {
        let mut own = Vec::new();
        write::object(&mut own).raw(&kind, value.raw());
        let value = String::from_utf8(own).unwrap_or_default().into();
        request.tools.push(Tool::Server(Opaque { dialect: Dialect::Gemini, kind: kind.into_owned(), value }));
    }
    Ok(())
}

fn function_of(node: Node<'_>, strangers: &mut Strangers<'_>) -> Result<ClientTool, Fault> {
    let mut function = node.object()?;
    let name = function.need_text("name")?.into_owned();
    let description = function.text("description")?;
    let json_schema = names::take(&mut function, "parametersJsonSchema")?;
    let schema = match (json_schema, function.some("parameters")) {
        (Some(_), Some(second)) => return Err(second.fault("is given beside parametersJsonSchema: give one of them")),
        (Some(schema), None) => Some(schema.schema()?.into()),
        (None, Some(parameters)) => Some(schema::to_json_schema(parameters)?),
        (None, None) => None,
    };
    strangers.rest(function);
    Ok(ClientTool { name, description, schema, ..ClientTool::default() })
}

pub(super) fn choice(node: Node<'_>, request: &mut Request, strangers: &mut Strangers<'_>) -> Result<(), Fault> {
    let mut config = node.object()?;
    if let Some(calling) = names::take(&mut config, "functionCallingConfig")? {
        let mut calling = calling.object()?;
        let mut allowed = Vec::new();
        if let Some(names) = names::take(&mut calling, "allowedFunctionNames")? {
            for name in names.list()? {
                allowed.push(name.text()?.into_owned());
            }
        }
        let mode = calling.some("mode");
        let word = mode.map(|mode| mode.text()).transpose()?.unwrap_or_default().to_ascii_uppercase();
        request.tool_choice = match word.as_str() {
            "" | "MODE_UNSPECIFIED" => None,
            "AUTO" => Some(ToolChoice::Auto),
            "NONE" => Some(ToolChoice::None),
            "ANY" => Some(match allowed.len() {
                0 => ToolChoice::Any,
                1 => ToolChoice::Tool(std::mem::take(&mut allowed[0])),
                _ => ToolChoice::Allowed { required: true, names: allowed },
            }),
            "VALIDATED" if !allowed.is_empty() => Some(ToolChoice::Allowed { required: false, names: allowed }),
            "VALIDATED" => {
                for tool in &mut request.tools {
                    if let Tool::Client(tool) = tool {
                        tool.strict = Some(true);
                    }
                }
                Some(ToolChoice::Auto)
            }
            _ => {
                let fault = "must be AUTO, ANY, NONE or VALIDATED";
                return Err(mode.map_or_else(|| node.fault(fault), |mode| mode.fault(fault)));
            }
        };
        strangers.rest(calling);
    }
    let rest = config.rest().map(|(name, value)| (format!("toolConfig.{name}"), value.raw().into()));
    request.others.extend(rest);
    Ok(())
}
