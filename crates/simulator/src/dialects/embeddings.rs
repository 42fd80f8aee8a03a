//! OpenAI embeddings: vectors that depend on the text alone.

use base64::Engine;
use serde_json::Value;

use crate::json::{Put, Raw, object};
use crate::prompt::{Prompt, count_tokens, note_unknown};
use crate::signature::digest;

const KNOWN: &[&str] = &["model", "input", "encoding_format", "dimensions", "user"];

/// A checked embeddings request.
pub(crate) struct Wanted {
    pub(crate) prompt: Prompt,
    texts: Vec<String>,
    dimensions: usize,
    as_base64: bool,
}

/// Checks a body.
pub(crate) fn check(body: &Value) -> Result<Wanted, String> {
    let mut prompt = Prompt { model: super::text(body, "model", "body")?.to_owned(), ..Prompt::default() };
    note_unknown(body, KNOWN, &mut prompt.notes);
    let texts = match body.get("input") {
        Some(Value::String(text)) if !text.is_empty() => vec![text.clone()],
        Some(Value::Array(items)) if !items.is_empty() && items.iter().all(Value::is_u64) => {
            vec![Value::Array(items.clone()).to_string()]
        }
        Some(Value::Array(items)) if !items.is_empty() && items.iter().all(|i| i.is_string() || i.is_array()) => {
            items.iter().map(|item| item.as_str().map_or_else(|| item.to_string(), str::to_owned)).collect()
        }
        _ => return Err("input: must be a non-empty string or array".to_owned()),
    };
    let dimensions = match body.get("dimensions").filter(|given| !given.is_null()) {
        None => 8,
        Some(given) => given.as_u64().filter(|n| (1..=3072).contains(n)).ok_or("dimensions: out of range")? as usize,
    };
    let as_base64 = match body.get("encoding_format").and_then(Value::as_str) {
        None | Some("float") => false,
        Some("base64") => true,
        Some(other) => return Err(format!("encoding_format: invalid value '{other}'")),
    };
    prompt.input_tokens = count_tokens(&[body.get("input")]);
    prompt.conversation.user(&texts.concat());
    Ok(Wanted { prompt, texts, dimensions, as_base64 })
}

/// The answer.
pub(crate) fn whole(wanted: &Wanted, no_usage: bool) -> Raw {
    let data: Vec<Raw> = wanted.texts.iter().enumerate().map(|(index, text)| item(wanted, index, text)).collect();
    let tokens = wanted.prompt.input_tokens;
    if no_usage {
        return object! { "object": "list", "data": data, "model": wanted.prompt.model };
    }
    let usage = object! { "prompt_tokens": tokens, "total_tokens": tokens };
    object! { "object": "list", "data": data, "model": wanted.prompt.model, "usage": usage }
}

/// The vector of a text.
pub(crate) fn values(text: &str, dimensions: usize) -> impl Iterator<Item = f32> {
    (0..dimensions).map(move |place| (digest(&format!("{place}/{text}")) % 2000) as f32 / 1000.0 - 1.0)
}

fn item(wanted: &Wanted, index: usize, text: &str) -> Raw {
    let values = values(text, wanted.dimensions);
    let vector = if wanted.as_base64 {
        let bytes: Vec<u8> = values.flat_map(f32::to_le_bytes).collect();
        let mut out = String::new();
        base64::prelude::BASE64_STANDARD.encode(bytes).put(&mut out);
        Raw(out)
    } else {
        Raw(serde_json::Value::from(values.collect::<Vec<f32>>()).to_string())
    };
    object! { "object": "embedding", "index": index, "embedding": vector }
}
