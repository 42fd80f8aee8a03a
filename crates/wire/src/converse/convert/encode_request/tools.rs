//! The tools, and which of them must be called.

use std::collections::HashSet;

use thinkwatch_policy::dialect::Dialect;

use super::super::arguments::INPUT;
use super::super::family::Family;
use super::super::write as blocks;
use super::pieces::{Kind, cache_point};
use super::turns::Turn;
use super::{Call, write_list};
use crate::canonical::{ClientTool, Feature, Refusal, Tool, ToolChoice, ToolKind, tool_names};
use crate::json::text::quote;
use crate::json::write::Writer;
use crate::json::{get, is_object};

/// Which tool must be called.
#[derive(Clone, Debug, PartialEq, Eq)]
enum Choice {
    /// As the model likes; said only where the client said it in these words.
    Auto(bool),
    /// Some tool.
    Any,
    /// This one.
    Named(String),
}

/// The tools of a call.
#[derive(Debug)]
pub(super) struct Tools {
    specs: Vec<Vec<u8>>,
    choice: Choice,
    /// Whether the tools are there only because earlier turns called some.
    silenced: bool,
    one_at_a_time: bool,
}

impl Tools {
    pub(super) fn of(call: &mut Call<'_, '_>, turns: &[Turn]) -> Result<Self, Refusal> {
        let request = call.request;
        let mut pieces = turns.iter().flat_map(|turn| &turn.pieces);
        let used = pieces.any(|piece| matches!(piece.kind, Kind::Call(_) | Kind::Result));
        let mut tools = Self { specs: Vec::new(), choice: Choice::Auto(false), silenced: false, one_at_a_time: false };
        let mut allowed = None;
        match &request.tool_choice {
            None => {}
            Some(ToolChoice::Auto) => tools.choice = Choice::Auto(call.own),
            Some(ToolChoice::Any) if call.notes.keeps(Feature::ToolChoiceAny)? => tools.choice = Choice::Any,
            Some(ToolChoice::Tool(name)) if call.notes.keeps(Feature::ToolChoiceNamed)? => {
                tools.choice = Choice::Named(tool_names::fit(Dialect::Converse, name).into_owned());
            }
            Some(ToolChoice::Allowed { required, names }) if call.notes.keeps(Feature::ToolChoiceAllowed)? => {
                allowed = Some(names.as_slice());
                if *required {
                    tools.choice = Choice::Any;
                }
            }
            Some(ToolChoice::None) if call.notes.keeps(Feature::ToolChoiceNone)? => {
                if !used {
                    return Ok(tools);
                }
                tools.silenced = true;
                call.lose(
                    Feature::ToolChoiceNone,
                    "earlier turns called tools, so the model is only told to call none",
                )?;
            }
            Some(_) => {}
        }
        let mut known = HashSet::new();
        for tool in &request.tools {
            if let Tool::Client(tool) = tool
                && !known.insert(tool.name.as_str())
                && !call.own
            {
                call.lose(Feature::Functions, "Converse takes no two tools of one name")?;
                continue;
            }
            if let Some(spec) = spec(tool, allowed, call)? {
                tools.specs.push(spec);
            }
        }
        if tools.specs.is_empty() && used {
            tools.specs = seen(turns);
        }
        if tools.specs.is_empty() {
            tools.choice = Choice::Auto(false);
        } else if request.parallel_tool_calls == Some(false) && !tools.silenced {
            tools.one_at_a_time = call.claude_takes(Feature::ParallelToolCalls)?;
        }
        Ok(tools)
    }

    /// Whether the model has to be told in words that it may call none.
    pub(super) const fn must_not_be_called(&self) -> bool {
        self.silenced
    }

    /// Whether some tool must be called.
    pub(super) fn is_forced(&self) -> bool {
        !matches!(self.choice, Choice::Auto(_))
    }

    pub(super) fn write(&self, root: &mut Writer<'_>) {
        if self.specs.is_empty() {
            return;
        }
        let mut config = root.object("toolConfig");
        write_list(&mut config, "tools", &self.specs);
        // Said in Claude's own words instead, see below: said twice it is refused.
        if self.one_at_a_time {
            return;
        }
        match &self.choice {
            Choice::Auto(false) => {}
            Choice::Auto(true) => drop(config.object("toolChoice").object("auto")),
            Choice::Any => drop(config.object("toolChoice").object("any")),
            Choice::Named(name) => {
                config.object("toolChoice").object("tool").text("name", name);
            }
        }
    }

    /// Claude's own words for calls that come one at a time, beside which the choice must stand too.
    pub(super) fn write_extra(&self, fields: &mut Writer<'_>) {
        if !self.one_at_a_time {
            return;
        }
        let mut choice = fields.object("tool_choice");
        match &self.choice {
            Choice::Auto(_) => choice.text("type", "auto"),
            Choice::Any => choice.text("type", "any"),
            Choice::Named(name) => choice.text("type", "tool").text("name", name),
        };
        choice.boolean("disable_parallel_tool_use", true);
    }

    /// Whether [`Self::write_extra`] writes anything.
    pub(super) const fn has_extra(&self) -> bool {
        self.one_at_a_time
    }
}

fn spec(tool: &Tool, allowed: Option<&[String]>, call: &mut Call<'_, '_>) -> Result<Option<Vec<u8>>, Refusal> {
    let tool = match tool {
        Tool::Client(tool) => tool,
        Tool::Server(own) if own.dialect == Dialect::Converse => return Ok(Some(own.value.as_bytes().to_vec())),
        Tool::Server(_) => return call.notes.keeps(Feature::ServerTools).map(|_| None),
    };
    if allowed.is_some_and(|names| !names.contains(&tool.name)) || !call.notes.keeps(Feature::Functions)? {
        return Ok(None);
    }
    if tool.kind == ToolKind::Custom {
        call.notes.keeps(Feature::CustomTools)?;
    }
    if tool.namespace.is_some() {
        call.notes.keeps(Feature::Namespaces)?;
    }
    if tool.deferred.is_some() {
        call.notes.keeps(Feature::DeferredTools)?;
    }
    // Not to be strict is what is meant without a word.
    let strict = match tool.strict {
        Some(true) => call.notes.keeps(Feature::StrictTools)?.then_some(true),
        Some(false) if call.own => Some(false),
        _ => None,
    };
    let mut json = blocks::object(|block| {
        let mut inside = block.object("toolSpec");
        inside.text("name", &tool_names::fit(Dialect::Converse, &tool.name));
        inside.text_some("description", tool.description.as_deref().filter(|words| !words.is_empty()));
        inside.object("inputSchema").raw("json", &schema(tool, call.own));
        inside.boolean_some("strict", strict);
    });
    // Nova takes marks in the system prompt and the messages only.
    let mark = tool.cache;
    if mark.is_some() && call.family == Family::Nova && !call.own {
        call.lose(Feature::CacheMarks, "this model takes no mark on tools")?;
    } else if let Some(point) = cache_point(mark, call)? {
        json.push(b',');
        json.extend_from_slice(point.as_bytes());
    }
    Ok(Some(json))
}

/// The schema of the arguments: that of an object, whatever the client gave.
fn schema(tool: &ClientTool, own: bool) -> String {
    if tool.kind == ToolKind::Custom {
        // A grammar that nobody enforces can still be read.
        let about = tool.schema.as_deref().map(|grammar| {
            let told = quote(&format!("Free text, in this format: {grammar}"));
            format!(r#","description":{}"#, String::from_utf8_lossy(&told))
        });
        let about = about.unwrap_or_default();
        return format!(
            r#"{{"type":"object","properties":{{"{INPUT}":{{"type":"string"{about}}}}},"required":["{INPUT}"]}}"#
        );
    }
    let given = tool.schema.as_deref().unwrap_or_default().trim();
    if own && !given.is_empty() {
        return given.to_owned();
    }
    if !is_object(given.as_bytes()) {
        return r#"{"type":"object","properties":{}}"#.to_owned();
    }
    if get(given.as_bytes(), b"type").is_some() {
        return given.to_owned();
    }
    let rest = given.get(1..).unwrap_or("}");
    let comma = if rest.trim_start().starts_with('}') { "" } else { "," };
    format!(r#"{{"type":"object"{comma}{rest}"#)
}

/// Tools made up for calls of earlier turns: Converse wants tools wherever calls or results are.
fn seen(turns: &[Turn]) -> Vec<Vec<u8>> {
    let mut names: Vec<&str> = Vec::new();
    for piece in turns.iter().flat_map(|turn| &turn.pieces) {
        if let Kind::Call(name) = &piece.kind
            && !names.contains(&name.as_str())
        {
            names.push(name);
        }
    }
    if names.is_empty() {
        names.push("earlier_tool");
    }
    let spec = |name: &&str| {
        blocks::object(|block| {
            let mut inside = block.object("toolSpec");
            inside.text("name", name).text("description", "A tool that was there in earlier turns.");
            inside.object("inputSchema").raw("json", r#"{"type":"object","properties":{}}"#);
        })
    };
    names.iter().map(spec).collect()
}
