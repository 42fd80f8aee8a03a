//! Google's own schemas (`parameters`, `responseSchema`) as JSON Schema, which everybody else understands: types in
//! small letters, `nullable` as a type, counts as numbers.

use std::borrow::Cow;

use crate::canonical::Json;
use crate::json::node::{Fault, Node};
use crate::json::text;
use crate::json::write::{self, Writer};

/// Deeper ones are left as they are.
const MAX_DEPTH: usize = 64;

/// The JSON Schema that means the same.
pub(super) fn to_json_schema(schema: Node<'_>) -> Result<Json, Fault> {
    let mut out = Vec::with_capacity(schema.schema()?.len());
    rewrite(schema, 0, &mut out)?;
    Ok(String::from_utf8(out).unwrap_or_default().into())
}

fn rewrite(schema: Node<'_>, depth: usize, out: &mut Vec<u8>) -> Result<(), Fault> {
    if !schema.is_object() || depth == MAX_DEPTH {
        out.extend_from_slice(schema.raw().as_bytes());
        return Ok(());
    }
    let object = schema.object()?;
    let nullable = object.peek("nullable").is_some_and(|nullable| nullable.raw() == "true");
    let has_type = object.peek("type").is_some();
    let mut writer = write::object(out);
    for (key, value) in object.rest() {
        member(&key, value, nullable && (key == "type" || !has_type), depth, &mut writer)?;
    }
    Ok(())
}

/// Writes one member of a schema. `or_null`: this member is to say that `null` is allowed.
fn member(key: &str, value: Node<'_>, or_null: bool, depth: usize, out: &mut Writer<'_>) -> Result<(), Fault> {
    let mut inner = Vec::new();
    match key {
        "nullable" | "propertyOrdering" | "property_ordering" | "example" => return Ok(()),
        "type" if value.is_text() => {
            let word = text::quote(&value.text()?.to_ascii_lowercase());
            if or_null {
                inner.extend_from_slice(b"[");
                inner.extend_from_slice(&word);
                inner.extend_from_slice(b",\"null\"]");
            } else {
                inner = word;
            }
        }
        "properties" | "defs" | "$defs" if value.is_object() => {
            let mut properties = write::object(&mut inner);
            for (name, property) in value.object()?.rest() {
                let mut one = Vec::new();
                rewrite(property, depth + 1, &mut one)?;
                properties.raw(&name, &String::from_utf8_lossy(&one));
            }
        }
        "items" | "additionalProperties" | "additional_properties" => rewrite(value, depth + 1, &mut inner)?,
        "anyOf" | "any_of" | "prefixItems" if value.is_list() => {
            let mut list = write::list(&mut inner);
            for one in value.list()? {
                let mut schema = Vec::new();
                rewrite(one, depth + 1, &mut schema)?;
                list.push_raw(&String::from_utf8_lossy(&schema));
            }
            if or_null && key != "prefixItems" {
                list.push_object().text("type", "null");
            }
        }
        _ => inner.extend_from_slice(count(key, value).as_bytes()),
    }
    out.raw(&camel(key), &String::from_utf8_lossy(&inner));
    Ok(())
}

/// Counts are written as strings, because they may have 64 bits.
fn count<'a>(key: &str, value: Node<'a>) -> &'a str {
    let raw = value.raw();
    match raw.strip_prefix('"').and_then(|rest| rest.strip_suffix('"')) {
        Some(digits)
            if matches!(
                &*camel(key),
                "minItems" | "maxItems" | "minLength" | "maxLength" | "minProperties" | "maxProperties"
            ) && crate::json::whole(digits.as_bytes()).is_some() =>
        {
            digits
        }
        _ => raw,
    }
}

fn camel(key: &str) -> Cow<'_, str> {
    Cow::Borrowed(match key {
        "any_of" => "anyOf",
        "additional_properties" => "additionalProperties",
        "min_items" => "minItems",
        "max_items" => "maxItems",
        "min_length" => "minLength",
        "max_length" => "maxLength",
        "min_properties" => "minProperties",
        "max_properties" => "maxProperties",
        "defs" => "$defs",
        other => return Cow::Borrowed(other),
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn googles_schemas_become_json_schema() {
        let cases = [
            (r#"{"type":"STRING"}"#, r#"{"type":"string"}"#),
            (r#"{"type":"INTEGER","nullable":true,"minimum":1.50}"#, r#"{"type":["integer","null"],"minimum":1.50}"#),
            (
                r#"{"any_of":[{"type":"STRING"},{"type":"ARRAY","items":{"type":"NUMBER"},"maxItems":"3"}],"nullable":true}"#,
                r#"{"anyOf":[{"type":"string"},{"type":"array","items":{"type":"number"},"maxItems":3},{"type":"null"}]}"#,
            ),
            (
                r#"{"type":"OBJECT","properties":{"type":{"type":"STRING","enum":["A"]}},"required":["type"],"propertyOrdering":["type"]}"#,
                r#"{"type":"object","properties":{"type":{"type":"string","enum":["A"]}},"required":["type"]}"#,
            ),
            (r#"{"properties":{"a":true}}"#, r#"{"properties":{"a":true}}"#),
        ];
        for (schema, expected) in cases {
            let told = to_json_schema(Node::root(schema.as_bytes()).unwrap()).unwrap();
            assert_eq!(&*told, expected);
            let again = to_json_schema(Node::root(told.as_bytes()).unwrap()).unwrap();
            assert_eq!(again, told, "JSON Schema stays as it is");
        }
    }

    #[test]
    fn depth_is_bounded() {
        let deep = format!("{}{}", "{\"items\":".repeat(400), "{}".to_owned() + &"}".repeat(400));
        assert_eq!(to_json_schema(Node::root(deep.as_bytes()).unwrap()).unwrap().len(), deep.len());
    }
}
