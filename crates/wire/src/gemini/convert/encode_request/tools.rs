//! `tools` and `toolConfig`.

use super::{Context, others_in};
use crate::canonical::{CacheMark, ClientTool, Feature, Notes, Refusal, Tool, ToolChoice, ToolKind};
use crate::json::write::Writer;
use thinkwatch_policy::dialect::Dialect;

/// The schema of a function that stands for a custom tool.
const FREE_TEXT: &str = r#"{"type":"object","properties":{"input":{"type":"string"}},"required":["input"]}"#;

/// What a function is written from.
struct Function<'a> {
    tool: &'a ClientTool,
    description: Option<String>,
    schema: Option<&'a str>,
}

pub(super) fn write(context: &Context<'_>, notes: &mut Notes, root: &mut Writer<'_>) -> Result<(), Refusal> {
    // What is refused must be known before anything is written.
    let mut groups: Vec<Result<Vec<Function<'_>>, &str>> = Vec::new();
    for tool in &context.request.tools {
        match tool {
            Tool::Client(tool) => {
                let Some(function) = function_of(tool, notes)? else { continue };
                match groups.last_mut() {
                    Some(Ok(group)) => group.push(function),
                    _ => groups.push(Ok(vec![function])),
                }
            }
            Tool::Server(opaque) if opaque.dialect == Dialect::Gemini => groups.push(Err(&opaque.value)),
            Tool::Server(_) => {
                notes.keeps(Feature::ServerTools)?;
            }
        }
    }
    if !groups.is_empty() {
        let mut tools = root.list("tools");
        for group in &groups {
            match group {
                Ok(functions) => {
                    let mut tool = tools.push_object();
                    let mut list = tool.list("functionDeclarations");
                    for Function { tool, description, schema } in functions {
                        let mut function = list.push_object();
                        function.text("name", &tool.name);
                        function.text_some("description", description.as_deref().or(tool.description.as_deref()));
                        function.raw_some("parametersJsonSchema", *schema);
                    }
                }
                Err(own) => {
                    tools.push_raw(own);
                }
            }
        }
    }
    let has_functions = groups.iter().any(Result::is_ok);
    choice(context, has_functions, notes, root)
}

fn function_of<'a>(tool: &'a ClientTool, notes: &mut Notes) -> Result<Option<Function<'a>>, Refusal> {
    if !notes.keeps(Feature::Functions)? {
        return Ok(None);
    }
    if tool.namespace.is_some() {
        notes.keeps(Feature::Namespaces)?;
    }
    if tool.deferred == Some(true) {
        notes.keeps(Feature::DeferredTools)?;
    }
    if let Some(mark) = tool.cache {
        cache_mark(mark, notes)?;
    }
    if tool.kind == ToolKind::Function {
        return Ok(Some(Function { tool, description: None, schema: tool.schema.as_deref() }));
    }
    notes.keeps(Feature::CustomTools)?;
    // A grammar that nobody enforces can still be read.
    let description = tool.schema.as_deref().map(|grammar| {
        let about = tool.description.as_deref().unwrap_or_default();
        format!("{about}\n\nThe input must be as this says: {grammar}").trim_start().to_owned()
    });
    Ok(Some(Function { tool, description, schema: Some(FREE_TEXT) }))
}

/// A mark up to which the prompt is worth keeping: Gemini needs none.
pub(super) fn cache_mark(mark: CacheMark, notes: &mut Notes) -> Result<(), Refusal> {
    notes.keeps(match mark {
        CacheMark::FiveMinutes => Feature::CacheMarks,
        CacheMark::OneHour => Feature::CacheMarksOneHour,
    })?;
    Ok(())
}

fn choice(context: &Context<'_>, has_functions: bool, notes: &mut Notes, root: &mut Writer<'_>) -> Result<(), Refusal> {
    let strict =
        context.request.tools.iter().any(|tool| matches!(tool, Tool::Client(tool) if tool.strict == Some(true)));
    let strict = strict && notes.keeps(Feature::StrictTools)?;
    let auto = if strict { "VALIDATED" } else { "AUTO" };
    let mut names: &[String] = &[];
    let mode = match &context.request.tool_choice {
        None if strict => Some(auto),
        None => None,
        Some(ToolChoice::Auto) => Some(auto),
        Some(ToolChoice::Any) => notes.keeps(Feature::ToolChoiceAny)?.then_some("ANY"),
        Some(ToolChoice::None) => notes.keeps(Feature::ToolChoiceNone)?.then_some("NONE"),
        Some(ToolChoice::Tool(name)) => {
            names = std::slice::from_ref(name);
            notes.keeps(Feature::ToolChoiceNamed)?.then_some("ANY")
        }
        Some(ToolChoice::Allowed { required, names: allowed }) => {
            names = allowed;
            notes.keeps(Feature::ToolChoiceAllowed)?.then_some(if *required { "ANY" } else { "VALIDATED" })
        }
    };
    // Google refuses a choice where there is nothing to choose from.
    let mode = mode.filter(|_| has_functions || context.own);
    let mut others = others_in(context, "toolConfig").peekable();
    if mode.is_none() && others.peek().is_none() {
        return Ok(());
    }
    let mut config = root.object("toolConfig");
    if let Some(mode) = mode {
        let mut calling = config.object("functionCallingConfig");
        calling.text("mode", mode);
        if !names.is_empty() {
            let mut list = calling.list("allowedFunctionNames");
            for name in names {
                list.push_text(name);
            }
        }
    }
    for (name, value) in others {
        config.raw(name, value);
    }
    Ok(())
}
