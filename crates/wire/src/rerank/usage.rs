//! Usage of Rerank: Jina, Voyage and vLLM count tokens in `usage`, Cohere in `meta.tokens` beside the searches it bills.

use thinkwatch_policy::usage::Usage;

use crate::json::{Members, get, whole};

/// Of a whole answer. `None` when it tells no tokens.
pub(crate) fn of_answer(body: &[u8]) -> Option<Usage> {
    let mut input = None;
    let mut members = Members::of(body).ok()?;
    while let Some(member) = members.next().ok()? {
        let value = &body[member.value];
        let count = |object: &[u8], key: &[u8]| get(object, key).and_then(whole);
        let told = match member.key {
            b"usage" => count(value, b"prompt_tokens").or_else(|| count(value, b"total_tokens")),
            b"meta" => get(value, b"tokens").and_then(|tokens| count(tokens, b"input_tokens")),
            _ => None,
        };
        input = told.or(input);
    }
    input.map(|input| Usage { input, ..Usage::default() })
}
