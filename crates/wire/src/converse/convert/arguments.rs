//! The arguments of a call: text in the model in the middle, an object in Converse.
//!
//! Text that is no object is put into one under a name of ours, and taken out again on the way back, so that a model's
//! slip does not end the conversation.

use std::borrow::Cow;

use crate::canonical::{ToolCall, ToolKind};
use crate::json::node::Node;
use crate::json::{is_object, write};

const RAW: &str = "_raw";
/// The one argument of a custom tool.
pub(super) const INPUT: &str = "input";

/// The object that stands for the arguments.
pub(super) fn object(call: &ToolCall) -> Cow<'_, str> {
    let text = call.arguments.as_str();
    let name = match call.kind {
        ToolKind::Custom => INPUT,
        ToolKind::Function if text.trim().is_empty() => return Cow::Borrowed("{}"),
        ToolKind::Function if is_object(text.as_bytes()) => return Cow::Borrowed(text.trim()),
        ToolKind::Function => RAW,
    };
    let mut out = Vec::with_capacity(text.len() + 16);
    write::object(&mut out).text(name, text);
    Cow::Owned(String::from_utf8(out).unwrap_or_default())
}

/// The arguments that an object stands for.
pub(super) fn text(input: Node<'_>) -> String {
    raw(&input).unwrap_or_else(|| input.raw().to_owned())
}

fn raw(input: &Node<'_>) -> Option<String> {
    // Nearly all are something else, which is seen at once.
    if !input.raw().contains("\"_raw\"") {
        return None;
    }
    let mut object = input.object().ok()?;
    let text = object.take(RAW)?.text().ok()?.into_owned();
    object.rest().next().is_none().then_some(text)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn whatever_a_model_wrote_comes_back() {
        for (arguments, sent) in [
            (r#"{"a":1.50}"#, r#"{"a":1.50}"#),
            ("", "{}"),
            ("{", r#"{"_raw":"{"}"#),
            ("[1]", r#"{"_raw":"[1]"}"#),
            (r#"{"_raw":"x","y":1}"#, r#"{"_raw":"x","y":1}"#),
        ] {
            let call = ToolCall { arguments: arguments.to_owned(), ..ToolCall::default() };
            let object = object(&call).into_owned();
            assert_eq!(object, sent);
            let back = text(Node::root(object.as_bytes()).unwrap());
            assert_eq!(back, if arguments.is_empty() { "{}" } else { arguments });
        }
        let custom = ToolCall { arguments: "a\nb".to_owned(), kind: ToolKind::Custom, ..ToolCall::default() };
        assert_eq!(object(&custom), r#"{"input":"a\nb"}"#);
    }
}
