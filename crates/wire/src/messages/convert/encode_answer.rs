//! Writes a whole answer.

use thinkwatch_policy::dialect::Dialect;

use super::{carrier, input, words};
use crate::canonical::signature::UNSIGNED;
use crate::canonical::{Answer, Block, Client, Feature, Maker, Notes, StopReason, Text, Thinking, ToolCall, ids};
use crate::json::write::{self, Writer};

/// The answer as a client of Messages reads it.
pub(crate) fn encode(answer: &Answer, client: &Client, notes: &mut Notes) -> Vec<u8> {
    let mut out = Vec::with_capacity(1024);
    let mut root = write::object(&mut out);
    root.text("id", &message_id(&answer.id, client)).text("type", "message").text("role", "assistant");
    root.text("model", &client.model);
    let choice = answer.choices.first();
    if answer.choices.len() > 1 {
        notes.note("content", "Messages has one answer per call");
    }
    let content = choice.map(|choice| choice.content.as_slice()).unwrap_or_default();
    {
        let mut list = root.list("content");
        let (content, last) = last_words(content);
        for one in content {
            block(one, &mut list, notes);
        }
        if let Some((proof, words)) = last {
            redacted(&proof, &mut list);
            text(&Text { signature: None, ..words.clone() }, &mut list, notes);
        }
    }
    let reason = choice.and_then(|choice| choice.stop.as_ref()).unwrap_or(&StopReason::End);
    stop(reason, words::has_calls(content), &mut root, notes);
    root.raw("container", "null").raw("stop_details", "null");
    let tier = answer.service_tier.as_deref().and_then(|tier| given_tier(tier, notes));
    if answer.fingerprint.is_some() {
        notes.keeps_of_answer(Feature::AnswerFingerprint);
    }
    words::usage(&answer.usage.unwrap_or_default(), tier, &mut root);
    drop(root);
    out
}

/// Takes the last words with a proof off the end. It has to stand before them: clients take the last block for the answer.
fn last_words(content: &[Block]) -> (&[Block], Option<(String, &Text)>) {
    match content {
        [before @ .., Block::Text(words @ Text { signature: Some(proof), .. })] if !words.text.is_empty() => {
            (before, Some((carrier::before(proof), words)))
        }
        [before @ .., Block::Text(words @ Text { signature: None, .. }), Block::Text(nothing)]
            if nothing.text.is_empty() =>
        {
            match &nothing.signature {
                Some(proof) => (before, Some((carrier::instead(proof), words))),
                None => (content, None),
            }
        }
        _ => (content, None),
    }
}

/// An id as Messages writes them. Those of other dialects are not unique everywhere, and clients tell messages apart by
/// them.
pub(super) fn message_id(id: &str, client: &Client) -> String {
    if id.starts_with("msg_") { id.to_owned() } else { format!("msg_{}", client.request_id) }
}

/// Why it stopped.
pub(super) fn stop(reason: &StopReason, calls: bool, into: &mut Writer<'_>, notes: &mut Notes) {
    let own = notes.source == Dialect::Messages;
    if let StopReason::Other(_) = reason
        && !own
    {
        notes.note("stop_reason", "Messages has no word for the reason the provider gave");
    }
    into.text("stop_reason", words::stop_word(reason, calls, own));
    into.text_or_null("stop_sequence", words::stop_sequence(reason));
}

fn given_tier(tier: &str, notes: &mut Notes) -> Option<&'static str> {
    let word = words::given_tier(tier);
    if word.is_none() {
        notes.note("service_tier", "Messages has no such class of service");
    }
    word
}

fn block(block: &Block, list: &mut Writer<'_>, notes: &mut Notes) {
    match block {
        Block::Text(told) => text(told, list, notes),
        Block::Refusal(told) => text(&Text::new(told.clone()), list, notes),
        Block::Thinking(told) => thinking(told, list),
        Block::ToolCall(call) => {
            if let Some(signature) = &call.signature {
                redacted(&carrier::before(signature), list);
            }
            begin_call(call, list).raw("input", &input::of(call));
        }
        Block::Opaque(opaque) if opaque.dialect == Dialect::Messages => {
            list.push_raw(&opaque.value);
        }
        Block::Opaque(_) => {
            notes.keeps_of_answer(Feature::AnswerServerTools);
        }
        Block::Media(_) => {
            notes.keeps_of_answer(Feature::AnswerMedia);
        }
        Block::ToolResult(_) => notes.note("content: tool_result", "an answer of Messages holds no results of tools"),
    }
}

fn text(told: &Text, list: &mut Writer<'_>, notes: &mut Notes) {
    let mut citations: &[_] = &told.citations;
    if !citations.is_empty() && told.citations_of != Some(Dialect::Messages) {
        notes.keeps_of_answer(Feature::Citations);
        citations = &[];
    }
    // Messages takes back no empty text.
    if !told.text.is_empty() || !citations.is_empty() {
        let mut object = list.push_object();
        object.text("type", "text").text("text", &told.text);
        if !citations.is_empty() {
            let mut list = object.list("citations");
            for citation in citations {
                list.push_raw(citation);
            }
        }
    }
    if let Some(signature) = &told.signature {
        let empty = told.text.is_empty() && citations.is_empty();
        redacted(&if empty { carrier::instead(signature) } else { carrier::after(signature) }, list);
    }
}

fn thinking(told: &Thinking, list: &mut Writer<'_>) {
    let carried = told.signature.as_ref().map(|signature| signature.carried(Maker::Anthropic));
    match carried {
        Some(data) if told.redacted => redacted(&data, list),
        None if told.text.is_empty() => {}
        carried => {
            let mut object = list.push_object();
            object.text("type", "thinking").text("thinking", &told.text);
            object.text("signature", carried.as_deref().unwrap_or(UNSIGNED));
        }
    }
}

pub(super) fn redacted(data: &str, list: &mut Writer<'_>) {
    list.push_object().text("type", "redacted_thinking").text("data", data);
}

/// A call up to its input.
pub(super) fn begin_call<'w>(call: &ToolCall, list: &'w mut Writer<'_>) -> Writer<'w> {
    let mut object = list.push_object();
    object.text("type", "tool_use").text("id", &ids::fit(&call.id, ids::MAX_CALL_ID)).text("name", &call.name);
    object
}
