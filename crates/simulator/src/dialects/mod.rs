//! The request formats spoken here: each checks a body strictly and renders a turn in the provider's own shape.

pub(crate) mod audio;
pub(crate) mod azure;
pub(crate) mod chat;
pub(crate) mod completions;
pub(crate) mod converse;
pub(crate) mod embeddings;
pub(crate) mod gemini;
pub(crate) mod images;
pub(crate) mod messages;
pub(crate) mod moderations;
pub(crate) mod rerank;
pub(crate) mod responses;
pub(crate) mod shape;

use serde_json::Value;

use crate::json::Raw;

/// One event of a stream.
#[derive(Clone, Debug)]
pub(crate) struct Event {
    pub(crate) name: Option<&'static str>,
    pub(crate) data: String,
    /// The event by which a client knows that the answer is whole.
    pub(crate) terminal: bool,
    /// It ends the answer with an error; only AWS frames such an event otherwise.
    pub(crate) failure: bool,
}

impl Event {
    pub(crate) fn named(name: &'static str, data: Raw) -> Self {
        Self { name: Some(name), data: data.0, terminal: false, failure: false }
    }

    pub(crate) fn plain(data: Raw) -> Self {
        Self { name: None, data: data.0, terminal: false, failure: false }
    }

    /// Its bytes as a server-sent event.
    pub(crate) fn frame(&self, crlf: bool) -> String {
        let end = if crlf { "\r\n" } else { "\n" };
        let name = self.name.map(|name| format!("event: {name}{end}")).unwrap_or_default();
        format!("{name}data: {}{end}{end}", self.data)
    }
}

/// A field that must be a text.
pub(crate) fn text<'a>(object: &'a Value, key: &str, place: &str) -> Result<&'a str, String> {
    object.get(key).and_then(Value::as_str).ok_or_else(|| format!("{place}.{key}: must be a string"))
}

/// A field that, when there and not null, must be true or false.
pub(crate) fn flag(object: &Value, key: &str) -> Result<bool, String> {
    match object.get(key) {
        None | Some(Value::Null) => Ok(false),
        Some(value) => value.as_bool().ok_or_else(|| format!("{key}: must be a boolean")),
    }
}

/// The same of a form, where all values are texts.
pub(crate) fn form_flag(fields: &Value, key: &str) -> Result<bool, String> {
    match fields.get(key).map(Value::as_str) {
        None | Some(Some("false")) => Ok(false),
        Some(Some("true")) => Ok(true),
        Some(_) => Err(format!("{key}: must be `true` or `false`")),
    }
}

/// A field that, when there and not null, must be a list.
pub(crate) fn list<'a>(object: &'a Value, key: &str) -> Result<&'a [Value], String> {
    match object.get(key) {
        None | Some(Value::Null) => Ok(&[]),
        Some(Value::Array(items)) => Ok(items),
        Some(_) => Err(format!("{key}: must be an array")),
    }
}

/// An image address: fetched from the web or carried along.
pub(crate) fn check_image_url(url: &str, place: &str) -> Result<(), String> {
    if url.starts_with("http://") || url.starts_with("https://") {
        return Ok(());
    }
    let carried = url.strip_prefix("data:").and_then(|rest| rest.split_once(";base64,"));
    let Some((kind, data)) = carried else { return Err(format!("{place}: neither a web address nor a data URL")) };
    check_image(kind, data, place)
}

/// Image data that is carried along.
pub(crate) fn check_image(kind: &str, data: &str, place: &str) -> Result<(), String> {
    use base64::Engine;
    if !["image/png", "image/jpeg", "image/gif", "image/webp"].contains(&kind) {
        return Err(format!("{place}: unsupported image type `{kind}`"));
    }
    match base64::prelude::BASE64_STANDARD.decode(data) {
        Ok(bytes) if !bytes.is_empty() => Ok(()),
        _ => Err(format!("{place}: invalid base64 image data")),
    }
}

/// A tool name as providers allow it.
pub(crate) fn check_tool_name(name: &str, place: &str) -> Result<(), String> {
    let fits = !name.is_empty() && name.len() <= 128;
    if fits && name.bytes().all(|byte| byte.is_ascii_alphanumeric() || byte == b'_' || byte == b'-') {
        return Ok(());
    }
    Err(format!("{place}.name: `{name}` does not match ^[a-zA-Z0-9_-]{{1,128}}$"))
}

/// The parameters of a tool must be an object schema.
pub(crate) fn check_schema(schema: Option<&Value>, place: &str) -> Result<Value, String> {
    match schema {
        None | Some(Value::Null) => Ok(serde_json::json!({"type": "object"})),
        Some(schema) if schema.get("type").and_then(Value::as_str) == Some("object") => Ok(schema.clone()),
        Some(_) => Err(format!("{place}: schema must have type object")),
    }
}
