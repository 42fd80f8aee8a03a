//! Rerank as vLLM and Jina have it: the longer document is the better one.

use serde_json::Value;

use crate::json::{Raw, object};
use crate::prompt::{Prompt, count_tokens, note_unknown};
use crate::turn::Turn;

const KNOWN: &[&str] = &["model", "query", "documents", "top_n", "return_documents", "max_tokens_per_doc", "priority"];

/// A checked request.
pub(crate) struct Wanted {
    documents: Vec<String>,
    top: usize,
    quoted: bool,
}

/// Checks a body.
pub(crate) fn check(body: &Value) -> Result<(Prompt, Wanted), String> {
    let mut prompt = Prompt { model: super::text(body, "model", "body")?.to_owned(), ..Prompt::default() };
    note_unknown(body, KNOWN, &mut prompt.notes);
    prompt.conversation.user(super::text(body, "query", "body")?);
    let given = super::list(body, "documents")?;
    let text = |one: &Value| one.as_str().or_else(|| one.get("text")?.as_str()).map(str::to_owned);
    let documents: Option<Vec<String>> = given.iter().map(text).collect();
    let documents = documents.filter(|list| !list.is_empty()).ok_or("documents: must be a non-empty array of texts")?;
    let top = match body.get("top_n") {
        None | Some(Value::Null) => documents.len(),
        Some(top) => top.as_u64().filter(|n| *n > 0).ok_or("top_n: must be a positive integer")? as usize,
    };
    let quoted = super::flag(body, "return_documents")?;
    prompt.input_tokens = count_tokens(&[body.get("query"), body.get("documents")]);
    Ok((prompt, Wanted { documents, top, quoted }))
}

/// The answer.
pub(crate) fn whole(prompt: &Prompt, wanted: &Wanted, turn: &Turn) -> Raw {
    let mut order: Vec<usize> = (0..wanted.documents.len()).collect();
    order.sort_by_key(|place| std::cmp::Reverse(wanted.documents[*place].len()));
    let result = |place: &usize| {
        let score = Raw(format!("0.{:03}", wanted.documents[*place].len().min(999)));
        if wanted.quoted {
            let document = object! { "text": wanted.documents[*place] };
            return object! { "index": place, "document": document, "relevance_score": score };
        }
        object! { "index": place, "relevance_score": score }
    };
    let results: Vec<Raw> = order.iter().take(wanted.top).map(result).collect();
    if turn.no_usage {
        return object! { "id": turn.id("rerank-"), "model": prompt.model, "results": results };
    }
    let usage = object! { "total_tokens": prompt.input_tokens };
    object! { "id": turn.id("rerank-"), "model": prompt.model, "usage": usage, "results": results }
}
