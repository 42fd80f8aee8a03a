//! Writes blocks, which are the same in requests and answers.

use std::borrow::Cow;

use thinkwatch_policy::dialect::Dialect;

use super::{arguments, blob};
use crate::canonical::{CacheMark, Json, Maker, Signature, ToolCall, ids, tool_names};
use crate::json::write::{self, Writer};

/// One object.
pub(super) fn object(members: impl FnOnce(&mut Writer<'_>)) -> Vec<u8> {
    let mut out = Vec::new();
    members(&mut write::object(&mut out));
    out
}

pub(super) fn text(words: &str) -> Vec<u8> {
    object(|block| {
        block.text("text", words);
    })
}

/// Words with citations of this dialect's own.
pub(super) fn cited(words: &str, citations: &[Json]) -> Vec<u8> {
    object(|block| {
        let mut inside = block.object("citationsContent");
        inside.list("content").push_object().text("text", words);
        let mut list = inside.list("citations");
        for citation in citations {
            list.push_raw(citation);
        }
    })
}

pub(super) fn call(call: &ToolCall) -> Vec<u8> {
    object(|block| {
        let mut inside = block.object("toolUse");
        inside.text("toolUseId", &call_id(&call.id)).text("name", &tool_names::fit(Dialect::Converse, &call.name));
        inside.raw("input", &arguments::object(call));
    })
}

/// The id of a call in the characters Converse takes.
pub(super) fn call_id(id: &str) -> Cow<'_, str> {
    ids::fit(id, ids::MAX_CALL_ID)
}

pub(super) fn thought(words: &str, proof: Option<&Signature>) -> Vec<u8> {
    object(|block| {
        let mut inside = block.object("reasoningContent");
        let mut inside = inside.object("reasoningText");
        inside.text("text", words);
        inside.text_some("signature", proof.map(|proof| proof.carried(Maker::Anthropic)).as_deref());
    })
}

pub(super) fn hidden_thought(proof: &Signature) -> Vec<u8> {
    object(|block| {
        block.object("reasoningContent").text("redactedContent", &blob::of_proof(proof));
    })
}

/// The block that marks what stands before it.
pub(super) const fn cache_point(mark: CacheMark) -> &'static str {
    match mark {
        CacheMark::FiveMinutes => r#"{"cachePoint":{"type":"default"}}"#,
        CacheMark::OneHour => r#"{"cachePoint":{"type":"default","ttl":"1h"}}"#,
    }
}
