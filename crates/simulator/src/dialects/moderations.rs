//! OpenAI Moderations: what says `kill` is flagged.

use serde_json::Value;

use crate::json::{Raw, object};
use crate::prompt::{Prompt, note_unknown};
use crate::turn::Turn;

const CATEGORIES: &[&str] = &[
    "harassment",
    "harassment/threatening",
    "hate",
    "hate/threatening",
    "illicit",
    "illicit/violent",
    "self-harm",
    "self-harm/instructions",
    "self-harm/intent",
    "sexual",
    "sexual/minors",
    "violence",
    "violence/graphic",
];

/// Checks a body; the texts that are looked at.
pub(crate) fn check(body: &Value) -> Result<(Prompt, Vec<String>), String> {
    let model = match body.get("model") {
        None => "omni-moderation-latest",
        Some(model) => model.as_str().ok_or("model: must be a string")?,
    };
    let mut prompt = Prompt { model: model.to_owned(), ..Prompt::default() };
    note_unknown(body, &["model", "input"], &mut prompt.notes);
    let texts = match body.get("input") {
        Some(Value::String(text)) if !text.is_empty() => vec![text.clone()],
        Some(Value::Array(items)) if !items.is_empty() => items.iter().map(said).collect::<Result<_, _>>()?,
        _ => return Err("input: must be a non-empty string or array".to_owned()),
    };
    prompt.conversation.user(&texts.concat());
    Ok((prompt, texts))
}

fn said(item: &Value) -> Result<String, String> {
    if let Value::String(text) = item {
        return Ok(text.clone());
    }
    match super::text(item, "type", "input[]")? {
        "text" => super::text(item, "text", "input[]").map(str::to_owned),
        "image_url" => Ok(String::new()),
        other => Err(format!("input[].type: invalid value '{other}'")),
    }
}

/// The answer.
pub(crate) fn whole(prompt: &Prompt, texts: &[String], turn: &Turn) -> Raw {
    let each = |value: &dyn Fn(&str) -> Value| {
        let members = CATEGORIES.iter().map(|name| ((*name).to_owned(), value(name)));
        Value::Object(members.collect())
    };
    let result = |text: &String| {
        let flagged = text.contains("kill");
        let hit = |name: &str| flagged && name == "violence";
        let categories = each(&|name| Value::from(hit(name)));
        let scores = each(&|name| Value::from(if hit(name) { 0.98 } else { 0.01 }));
        let applied = each(&|_| Value::from(vec!["text"]));
        object! {
            "flagged": flagged, "categories": categories, "category_scores": scores,
            "category_applied_input_types": applied,
        }
    };
    object! { "id": turn.id("modr-"), "model": prompt.model, "results": texts.iter().map(result).collect::<Vec<Raw>>() }
}
