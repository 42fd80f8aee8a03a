//! A turn as a Messages answer.

use crate::dialects::Event;
use crate::dialects::chat::pieces;
use crate::json::{Null, Raw, object};
use crate::prompt::Prompt;
use crate::signature::issue;
use crate::turn::{Call, Stop, Turn, Usage, words};

fn stop_reason(stop: Stop) -> &'static str {
    match stop {
        Stop::End => "end_turn",
        Stop::Tools => "tool_use",
        Stop::Length => "max_tokens",
    }
}

fn usage(usage: &Usage, output: u64) -> Raw {
    let creation = object! { "ephemeral_5m_input_tokens": usage.cache_write, "ephemeral_1h_input_tokens": 0 };
    object! {
        "input_tokens": usage.input,
        "cache_creation_input_tokens": usage.cache_write,
        "cache_read_input_tokens": usage.cached,
        "cache_creation": creation,
        "output_tokens": output,
        "service_tier": "standard",
    }
}

fn message(prompt: &Prompt, turn: &Turn, content: Vec<Raw>, stop: Option<&'static str>, usage: Option<Raw>) -> Raw {
    let id = turn.id("msg_");
    match usage {
        Some(usage) => object! {
            "id": id, "type": "message", "role": "assistant", "model": prompt.model, "content": content,
            "stop_reason": stop, "stop_sequence": Null, "usage": usage,
        },
        None => object! {
            "id": id, "type": "message", "role": "assistant", "model": prompt.model, "content": content,
            "stop_reason": stop, "stop_sequence": Null,
        },
    }
}

/// What is said of the thinking, and the seal over exactly that.
fn thought(prompt: &Prompt, turn: &Turn) -> Option<(String, String)> {
    let text = turn.thinking.as_ref()?;
    let shown = if prompt.thinking_omitted { String::new() } else { text.clone() };
    let seal = issue("think", turn.nonce, &shown);
    Some((shown, seal))
}

fn tool_id(call: &Call) -> String {
    format!("toolu_{}", call.id)
}

/// The answer in one piece.
pub(crate) fn whole(prompt: &Prompt, turn: &Turn) -> Raw {
    let mut content = Vec::new();
    if let Some((text, seal)) = thought(prompt, turn) {
        content.push(object! { "type": "thinking", "thinking": text, "signature": seal });
    }
    if turn.redacted {
        content.push(object! { "type": "redacted_thinking", "data": issue("redacted", turn.nonce, "") });
    }
    if !turn.deltas.is_empty() {
        content.push(object! { "type": "text", "text": turn.text() });
    }
    for call in &turn.calls {
        let input = Raw(call.arguments.clone());
        content.push(object! { "type": "tool_use", "id": tool_id(call), "name": call.name, "input": input });
    }
    let usage = (!turn.no_usage).then(|| usage(&turn.usage, turn.usage.output));
    message(prompt, turn, content, Some(stop_reason(turn.stop)), usage)
}

/// Opens, fills and closes one block.
fn block(events: &mut Vec<Event>, index: &mut u64, opened: Raw, deltas: impl Iterator<Item = Raw>) {
    let at = *index;
    *index += 1;
    let start = object! { "type": "content_block_start", "index": at, "content_block": opened };
    events.push(Event::named("content_block_start", start));
    if at == 0 {
        events.push(Event::named("ping", object! { "type": "ping" }));
    }
    for delta in deltas {
        let data = object! { "type": "content_block_delta", "index": at, "delta": delta };
        events.push(Event::named("content_block_delta", data));
    }
    events.push(Event::named("content_block_stop", object! { "type": "content_block_stop", "index": at }));
}

/// The answer as a stream.
pub(crate) fn events(prompt: &Prompt, turn: &Turn) -> Vec<Event> {
    let first = (!turn.no_usage).then(|| usage(&turn.usage, 1));
    // The SDKs need a usage object at the start even where none is told.
    let first = first.unwrap_or_else(|| object! { "input_tokens": 0, "output_tokens": 0 });
    let opened = message(prompt, turn, Vec::new(), None, Some(first));
    let mut events = vec![Event::named("message_start", object! { "type": "message_start", "message": opened })];
    let mut index = 0;
    if let Some((text, seal)) = thought(prompt, turn) {
        let pieces = words(&text).into_iter().map(|piece| object! { "type": "thinking_delta", "thinking": piece });
        let sealed = object! { "type": "signature_delta", "signature": seal };
        let start = object! { "type": "thinking", "thinking": "", "signature": "" };
        block(&mut events, &mut index, start, pieces.chain(std::iter::once(sealed)));
    }
    if turn.redacted {
        let start = object! { "type": "redacted_thinking", "data": issue("redacted", turn.nonce, "") };
        block(&mut events, &mut index, start, std::iter::empty());
    }
    if !turn.deltas.is_empty() {
        let pieces = turn.deltas.iter().map(|piece| object! { "type": "text_delta", "text": piece });
        block(&mut events, &mut index, object! { "type": "text", "text": "" }, pieces);
    }
    for call in &turn.calls {
        let start = object! { "type": "tool_use", "id": tool_id(call), "name": call.name, "input": object! {} };
        let first = std::iter::once(String::new());
        let pieces = first.chain(pieces(&call.arguments));
        let pieces = pieces.map(|piece| object! { "type": "input_json_delta", "partial_json": piece });
        block(&mut events, &mut index, start, pieces);
    }
    let delta = object! { "stop_reason": stop_reason(turn.stop), "stop_sequence": Null };
    let told = if turn.no_usage {
        object! { "output_tokens": 0 }
    } else {
        object! {
            "input_tokens": turn.usage.input,
            "cache_creation_input_tokens": turn.usage.cache_write,
            "cache_read_input_tokens": turn.usage.cached,
            "output_tokens": turn.usage.output,
        }
    };
    let end = object! { "type": "message_delta", "delta": delta, "usage": told };
    events.push(Event::named("message_delta", end));
    let mut stop = Event::named("message_stop", object! { "type": "message_stop" });
    stop.terminal = true;
    events.push(stop);
    events
}

/// An error in the middle of a stream.
pub(crate) fn error_event() -> Event {
    let error = object! { "type": "overloaded_error", "message": "Overloaded" };
    Event::named("error", object! { "type": "error", "error": error })
}
