//! Google's embeddings, one at a time or many.

use serde_json::Value;

use super::check::{fields, same_model};
use super::shapes::{EMBED, EMBED_BATCH};
use crate::dialects::embeddings::values;
use crate::dialects::list;
use crate::json::{Raw, object};
use crate::prompt::{Prompt, count_tokens};

/// A checked request.
pub(crate) struct Wanted {
    pub(crate) prompt: Prompt,
    /// Each text, and how long its vector is.
    texts: Vec<(String, usize)>,
    many: bool,
}

/// Checks a request for one vector.
pub(crate) fn check(body: &Value, model: &str) -> Result<Wanted, String> {
    wanted(&[fields(&EMBED, body)?], model, false)
}

/// Checks a request for many; each names the model again.
pub(crate) fn check_batch(body: &Value, model: &str) -> Result<Wanted, String> {
    let body = fields(&EMBED_BATCH, body)?;
    let requests = list(&body, "requests")?;
    if requests.is_empty() || requests.len() > 100 {
        return Err("BatchEmbedContentsRequest.requests: at least one and at most 100 requests".to_owned());
    }
    if requests.iter().any(|request| request.get("model").is_none()) {
        return Err("BatchEmbedContentsRequest.requests.model: model is required".to_owned());
    }
    wanted(requests, model, true)
}

fn wanted(requests: &[Value], model: &str, many: bool) -> Result<Wanted, String> {
    let mut prompt = Prompt { model: model.to_owned(), ..Prompt::default() };
    let mut texts = Vec::with_capacity(requests.len());
    for request in requests {
        same_model(request, model)?;
        let parts = list(&request["content"], "parts")?;
        let said: Option<Vec<&str>> = parts.iter().map(|part| part.get("text")?.as_str()).collect();
        let said = said.map(|said| said.concat()).filter(|said| !said.is_empty());
        let said = said.ok_or("EmbedContentRequest.content: must be text, and not empty")?;
        let dimensions = match request.get("outputDimensionality") {
            None => 8,
            Some(given) => {
                let fits = given.as_u64().filter(|number| (1..=3072).contains(number));
                fits.ok_or("output_dimensionality: out of range")? as usize
            }
        };
        let titled = request.get("title").is_some();
        if titled && request.get("taskType").and_then(Value::as_str) != Some("RETRIEVAL_DOCUMENT") {
            return Err("title: only allowed when task_type is RETRIEVAL_DOCUMENT".to_owned());
        }
        prompt.input_tokens += count_tokens(&[request.get("content")]);
        prompt.conversation.user(&said);
        texts.push((said, dimensions));
    }
    Ok(Wanted { prompt, texts, many })
}

/// The answer.
pub(crate) fn whole(wanted: &Wanted, no_usage: bool) -> Raw {
    let vector = |(text, dimensions): &(String, usize)| {
        let values: Vec<f32> = values(text, *dimensions).collect();
        object! { "values": Value::from(values) }
    };
    let vectors: Vec<Raw> = wanted.texts.iter().map(vector).collect();
    let usage = object! { "promptTokenCount": wanted.prompt.input_tokens };
    match (wanted.many, no_usage) {
        (true, false) => object! { "embeddings": vectors, "usageMetadata": usage },
        (true, true) => object! { "embeddings": vectors },
        (false, false) => object! { "embedding": vectors[0], "usageMetadata": usage },
        (false, true) => object! { "embedding": vectors[0] },
    }
}
