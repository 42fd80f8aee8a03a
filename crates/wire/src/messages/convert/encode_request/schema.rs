//! Schemas of tools as Messages accepts them: an object at the top, and no union there.

use std::borrow::Cow;

use crate::json::node::Node;
use crate::json::write;

/// What an object without any property looks like.
const EMPTY: &str = r#"{"type":"object","properties":{}}"#;
const UNIONS: [&str; 3] = ["anyOf", "oneOf", "allOf"];

/// The schema, and whether something had to be left out of it.
pub(super) fn of(schema: Option<&str>) -> (Cow<'_, str>, bool) {
    let Some(schema) = schema else { return (Cow::Borrowed(EMPTY), false) };
    let Ok(mut object) = Node::root(schema.as_bytes()).and_then(|node| node.object()) else {
        // `true` and `{}` mean the same; anything else is no schema.
        return (Cow::Borrowed(EMPTY), !matches!(schema, "true" | "null"));
    };
    let kind = object.take("type");
    let has_union = UNIONS.iter().any(|union| object.take(union).is_some());
    if !has_union && kind.is_some_and(|kind| kind.raw() == r#""object""#) {
        return (Cow::Borrowed(schema), false);
    }
    for union in UNIONS {
        object.take(union);
    }
    let mut out = Vec::with_capacity(schema.len() + 32);
    let mut writer = write::object(&mut out);
    writer.text("type", "object");
    for (key, value) in object.rest() {
        writer.raw(&key, value.raw());
    }
    drop(writer);
    (String::from_utf8(out).map_or(Cow::Borrowed(EMPTY), Cow::Owned), has_union)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_schema_becomes_one_of_an_object() {
        for (given, written, lost) in [
            (None, EMPTY, false),
            (Some("true"), EMPTY, false),
            (Some("[1]"), EMPTY, true),
            (Some("{}"), r#"{"type":"object"}"#, false),
            (Some(r#"{"properties":{"a":{}}}"#), r#"{"type":"object","properties":{"a":{}}}"#, false),
            (Some(r#"{"b":1e400,"type":"object"}"#), r#"{"b":1e400,"type":"object"}"#, false),
            (Some(r#"{"type":["object","null"],"x":1}"#), r#"{"type":"object","x":1}"#, false),
            (Some(r#"{"type":"object","anyOf":[{}],"oneOf":[]}"#), r#"{"type":"object"}"#, true),
        ] {
            assert_eq!(of(given), (Cow::Borrowed(written), lost));
        }
    }
}
