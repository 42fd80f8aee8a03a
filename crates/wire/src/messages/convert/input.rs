//! The `input` of a tool call, which must be an object, and the arguments that models write, which are any text.

use std::borrow::Cow;

use crate::canonical::{ToolCall, ToolKind};
use crate::json::node::Node;
use crate::json::{self, text};

/// The only member of an input that stands for arguments which are no object.
const RAW: &str = "_raw";
/// The only member of the input of a custom tool, whose input is free text.
pub(super) const CUSTOM: &str = "input";

/// The arguments of a call as an object.
pub(super) fn of(call: &ToolCall) -> Cow<'_, str> {
    match call.kind {
        ToolKind::Custom => Cow::Owned(wrapped(CUSTOM, &call.arguments)),
        ToolKind::Function if call.arguments.trim_ascii().is_empty() => Cow::Borrowed("{}"),
        ToolKind::Function if json::is_object(call.arguments.as_bytes()) => Cow::Borrowed(&call.arguments),
        ToolKind::Function => Cow::Owned(raw(&call.arguments)),
    }
}

/// The object that stands for arguments which are none.
pub(super) fn raw(arguments: &str) -> String {
    wrapped(RAW, arguments)
}

/// The object with this one text in it.
pub(super) fn wrapped(name: &str, arguments: &str) -> String {
    let mut object = format!("{{\"{name}\":").into_bytes();
    text::quote_into(arguments, &mut object);
    object.push(b'}');
    // Made of text and of quotes.
    String::from_utf8(object).unwrap_or_default()
}

/// The arguments that an input stands for.
pub(super) fn arguments(input: &str) -> String {
    original(input).unwrap_or_else(|| input.to_owned())
}

fn original(input: &str) -> Option<String> {
    // Few inputs need a closer look.
    if !input.contains(RAW) {
        return None;
    }
    let mut object = Node::root(input.as_bytes()).ok()?.object().ok()?;
    let arguments = object.take(RAW)?.text().ok()?.into_owned();
    object.rest().next().is_none().then_some(arguments)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn arguments_of_every_kind_become_objects_and_come_back() {
        for (written, input, back) in [
            ("", "{}", "{}"),
            (" \n", "{}", "{}"),
            (r#"{"a":1.50}"#, r#"{"a":1.50}"#, r#"{"a":1.50}"#),
            (r#"{"a":"#, r#"{"_raw":"{\"a\":"}"#, r#"{"a":"#),
            ("[1]", r#"{"_raw":"[1]"}"#, "[1]"),
            (r#"{"_raw":"x","b":1}"#, r#"{"_raw":"x","b":1}"#, r#"{"_raw":"x","b":1}"#),
        ] {
            let call = ToolCall { arguments: written.to_owned(), ..ToolCall::default() };
            assert_eq!(of(&call), input);
            assert_eq!(arguments(input), back);
        }
        let custom = ToolCall { arguments: "*** \"x\"".to_owned(), kind: ToolKind::Custom, ..ToolCall::default() };
        assert_eq!(of(&custom), r#"{"input":"*** \"x\""}"#);
    }
}
