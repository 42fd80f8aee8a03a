//! Calls of tools, as they stand in a message.

use std::borrow::Cow;

use super::reading::Reading;
use crate::canonical::{Client, Maker, Signature, ToolCall, ToolKind};
use crate::json::node::{Fault, Node, Object};
use crate::json::text::quote;
use crate::json::write::Writer;

/// The id of a call that came without one: made of where it stands, so that it is the same each time it is read.
pub(super) fn made_id(answer: &str, choice: u32, ordinal: usize) -> String {
    if answer.is_empty() { format!("call_{choice}_{ordinal}") } else { format!("call_{answer}_{choice}_{ordinal}") }
}

/// Reads an element of `tool_calls`. `made`: its id if it has none.
pub(super) fn read(
    node: Node<'_>,
    made: impl FnOnce() -> String,
    reading: &mut Reading<'_>,
) -> Result<ToolCall, Fault> {
    let mut object = node.object()?;
    object.take("index");
    let id = object.text("id")?.filter(|id| !id.is_empty()).unwrap_or_else(made);
    let kind = object.text("type")?;
    let signature = signature(&mut object, reading);
    let (kind, inside) = if kind.as_deref() == Some("custom") || object.peek("custom").is_some() {
        (ToolKind::Custom, object.need("custom")?)
    } else {
        (ToolKind::Function, object.need("function")?)
    };
    let mut call = read_inside(inside, kind, reading)?;
    reading.leftover(object);
    call.id = id;
    call.signature = signature;
    Ok(call)
}

/// Reads what is in `function`, `custom` or the older `function_call`.
pub(super) fn read_inside(node: Node<'_>, kind: ToolKind, reading: &mut Reading<'_>) -> Result<ToolCall, Fault> {
    let mut inside = node.object()?;
    let name = inside.need_text("name")?.into_owned();
    let word = if kind == ToolKind::Custom { "input" } else { "arguments" };
    let arguments = inside.some(word).map(arguments).unwrap_or_default();
    reading.leftover(inside);
    Ok(ToolCall { name, kind, arguments, ..ToolCall::default() })
}

/// The text of arguments, which some servers give as the object itself.
pub(super) fn arguments(node: Node<'_>) -> String {
    match node.text() {
        Ok(text) => text.into_owned(),
        Err(_) => node.raw().to_owned(),
    }
}

/// The proof in `extra_content.google.thought_signature`, Google's bare or another's wrapped.
pub(super) fn signature(object: &mut Object<'_>, reading: &mut Reading<'_>) -> Option<Signature> {
    let extra = object.some("extra_content")?;
    let found = thought_signature(extra);
    if found.is_none() {
        reading.unknown(extra);
    }
    found
}

/// The same, of the value of `extra_content`.
pub(super) fn thought_signature(extra: Node<'_>) -> Option<Signature> {
    let google = extra.object().ok()?.some("google")?;
    let proof = google.object().ok()?.text("thought_signature").ok()??;
    Some(Signature::unwrap_or_own(&proof, Maker::Google))
}

/// Writes `extra_content`.
pub(super) fn write_signature(object: &mut Writer<'_>, signature: &Signature) {
    object.object("extra_content").object("google").text("thought_signature", &signature.carried(Maker::Google));
}

/// How a call is written: with the name and the arguments as `Cow`s, since both may have been fitted.
pub(super) struct Written<'c> {
    pub(super) id: &'c str,
    pub(super) name: &'c str,
    pub(super) kind: ToolKind,
    pub(super) arguments: Cow<'c, str>,
    pub(super) signature: Option<&'c Signature>,
}

impl<'c> Written<'c> {
    /// The call as the client knows its tools: one that was lent to the provider as a function is a custom one again.
    pub(super) fn for_client(call: &'c ToolCall, client: &Client) -> Self {
        let custom = client.is_custom(&call.name);
        let lent = if custom && call.kind == ToolKind::Function { input_of(&call.arguments) } else { None };
        let kind = if custom { ToolKind::Custom } else { call.kind };
        let arguments = lent.map_or(Cow::Borrowed(call.arguments.as_str()), Cow::Owned);
        Self { id: &call.id, name: &call.name, kind, arguments, signature: call.signature.as_ref() }
    }

    /// Appends it to `tool_calls`.
    pub(super) fn push(&self, list: &mut Writer<'_>) {
        let mut call = list.push_object();
        call.text("id", self.id);
        match self.kind {
            ToolKind::Function => {
                call.text("type", "function");
                self.function(&mut call.object("function"));
            }
            ToolKind::Custom => {
                call.text("type", "custom");
                call.object("custom").text("name", self.name).text("input", &self.arguments);
            }
        }
        if let Some(signature) = self.signature {
            write_signature(&mut call, signature);
        }
    }

    /// Writes what `function` and the older `function_call` hold.
    pub(super) fn function(&self, inside: &mut Writer<'_>) {
        inside.text("name", self.name).text("arguments", filled(&self.arguments));
    }
}

/// Arguments that whoever parses them can parse: none are an empty object.
pub(super) fn filled(arguments: &str) -> &str {
    if arguments.trim().is_empty() { "{}" } else { arguments }
}

/// The input of a custom tool as the arguments of the function that stands for it.
pub(super) fn as_input(text: &str) -> String {
    let quoted = quote(text);
    format!("{{\"input\":{}}}", String::from_utf8_lossy(&quoted))
}

/// The input in the arguments of the function that stands for a custom tool. `None`: they are something else.
pub(super) fn input_of(arguments: &str) -> Option<String> {
    let mut object = Node::root(arguments.as_bytes()).ok()?.object().ok()?;
    let input = object.need_text("input").ok()?.into_owned();
    object.rest().next().is_none().then_some(input)
}
