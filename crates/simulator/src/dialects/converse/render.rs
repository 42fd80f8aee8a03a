//! A turn as a Converse answer.

use base64::Engine;
use base64::prelude::BASE64_STANDARD;

use crate::dialects::Event;
use crate::dialects::chat::pieces;
use crate::json::{Raw, object};
use crate::prompt::Prompt;
use crate::signature::issue;
use crate::turn::{Call, Stop, Turn, words};

fn stop_reason(stop: Stop) -> &'static str {
    match stop {
        Stop::End => "end_turn",
        Stop::Tools => "tool_use",
        Stop::Length => "max_tokens",
    }
}

fn usage(turn: &Turn) -> Raw {
    let usage = &turn.usage;
    object! {
        "cacheReadInputTokens": usage.cached,
        "cacheWriteInputTokens": usage.cache_write,
        "inputTokens": usage.input,
        "outputTokens": usage.output,
        "totalTokens": usage.prompt() + usage.output,
    }
}

fn metrics() -> Raw {
    object! { "latencyMs": 5 }
}

/// What is said of the thinking, and the seal over exactly that.
fn thought(prompt: &Prompt, turn: &Turn) -> Option<(String, String)> {
    let text = turn.thinking.as_ref()?;
    let shown = if prompt.thinking_omitted { String::new() } else { text.clone() };
    let seal = issue("bedrock", turn.nonce, &shown);
    Some((shown, seal))
}

fn hidden(turn: &Turn) -> String {
    BASE64_STANDARD.encode(issue("bedrock-redacted", turn.nonce, ""))
}

fn tool_id(call: &Call) -> String {
    format!("tooluse_{}", call.id)
}

/// The answer in one piece.
pub(crate) fn whole(prompt: &Prompt, turn: &Turn) -> Raw {
    let mut content = Vec::new();
    if let Some((text, seal)) = thought(prompt, turn) {
        let inside = object! { "signature": seal, "text": text };
        content.push(object! { "reasoningContent": object! { "reasoningText": inside } });
    }
    if turn.redacted {
        content.push(object! { "reasoningContent": object! { "redactedContent": hidden(turn) } });
    }
    if !turn.deltas.is_empty() {
        content.push(object! { "text": turn.text() });
    }
    for call in &turn.calls {
        let input = Raw(call.arguments.clone());
        let used = object! { "input": input, "name": call.name, "toolUseId": tool_id(call) };
        content.push(object! { "toolUse": used });
    }
    let output = object! { "message": object! { "content": content, "role": "assistant" } };
    if turn.no_usage {
        return object! { "metrics": metrics(), "output": output, "stopReason": stop_reason(turn.stop) };
    }
    object! {
        "metrics": metrics(), "output": output, "stopReason": stop_reason(turn.stop), "usage": usage(turn),
    }
}

/// Numbers the blocks as they are added.
struct Writer {
    events: Vec<Event>,
    index: u64,
}

impl Writer {
    /// Adds an event with the fields given. Bedrock pads each with `p`, so that its length tells nothing.
    fn add(&mut self, name: &'static str, fields: Raw) {
        let padding = &"abcdefghijklmnopqrstuvwxyz"[..self.events.len() * 7 % 26];
        let fields = fields.0.strip_suffix('}').map(str::to_owned).unwrap_or_default();
        self.events.push(Event::named(name, Raw(format!("{fields},\"p\":\"{padding}\"}}"))));
    }

    /// One block; only those of tools are opened.
    fn block(&mut self, start: Option<Raw>, deltas: impl Iterator<Item = Raw>) {
        let index = self.index;
        self.index += 1;
        if let Some(start) = start {
            self.add("contentBlockStart", object! { "contentBlockIndex": index, "start": start });
        }
        for delta in deltas {
            self.add("contentBlockDelta", object! { "contentBlockIndex": index, "delta": delta });
        }
        self.add("contentBlockStop", object! { "contentBlockIndex": index });
    }

    fn end(&mut self, name: &'static str, fields: Raw) {
        self.add(name, fields);
        if let Some(last) = self.events.last_mut() {
            last.terminal = true;
        }
    }
}

/// The answer as a stream.
pub(crate) fn events(prompt: &Prompt, turn: &Turn) -> Vec<Event> {
    let mut out = Writer { events: Vec::new(), index: 0 };
    out.add("messageStart", object! { "role": "assistant" });
    if let Some((text, seal)) = thought(prompt, turn) {
        let reasoning = |inside: Raw| object! { "reasoningContent": inside };
        let pieces = words(&text).into_iter().map(|piece| reasoning(object! { "text": piece }));
        let sealed = reasoning(object! { "signature": seal });
        out.block(None, pieces.chain(std::iter::once(sealed)));
    }
    if turn.redacted {
        let delta = object! { "reasoningContent": object! { "redactedContent": hidden(turn) } };
        out.block(None, std::iter::once(delta));
    }
    if !turn.deltas.is_empty() {
        out.block(None, turn.deltas.iter().map(|piece| object! { "text": piece }));
    }
    for call in &turn.calls {
        let start = object! { "toolUse": object! { "name": call.name, "toolUseId": tool_id(call) } };
        let delta = |piece: String| object! { "toolUse": object! { "input": piece } };
        out.block(Some(start), pieces(&call.arguments).into_iter().map(delta));
    }
    out.end("messageStop", object! { "stopReason": stop_reason(turn.stop) });
    if !turn.no_usage {
        out.end("metadata", object! { "metrics": metrics(), "usage": usage(turn) });
    }
    out.events
}

/// An error in the middle of a stream.
pub(crate) fn error_event() -> Event {
    let data = object! { "message": "The model is overloaded. Try again later." };
    Event { failure: true, ..Event::named("throttlingException", data) }
}
