//! A turn as a Responses answer.

use crate::dialects::Event;
use crate::dialects::chat::pieces;
use crate::json::{Null, Raw, object};
use crate::prompt::Prompt;
use crate::signature::issue;
use crate::turn::{Call, Stop, Turn, Usage, words};

const CREATED: u64 = 1_700_000_000;

fn usage(usage: &Usage) -> Raw {
    object! {
        "input_tokens": usage.prompt(),
        "input_tokens_details": object! { "cached_tokens": usage.cached, "cache_write_tokens": usage.cache_write },
        "output_tokens": usage.output,
        "output_tokens_details": object! { "reasoning_tokens": usage.reasoning },
        "total_tokens": usage.prompt() + usage.output,
    }
}

/// The response object with whatever output there is by now.
fn response(prompt: &Prompt, turn: &Turn, status: &str, output: Vec<Raw>, error: Option<Raw>) -> Raw {
    let over = status == "completed" || status == "incomplete";
    let incomplete = (status == "incomplete").then(|| object! { "reason": "max_output_tokens" });
    object! {
        "id": turn.id("resp_"), "object": "response", "created_at": CREATED, "status": status, "background": false,
        "error": error, "incomplete_details": incomplete, "instructions": Null,
        "max_output_tokens": prompt.max_tokens, "model": prompt.model, "output": output,
        "parallel_tool_calls": true, "previous_response_id": prompt.previous.as_deref(),
        "reasoning": object! { "effort": Null, "summary": Null }, "service_tier": "default", "store": prompt.stored,
        "temperature": 1, "text": object! { "format": object! { "type": "text" } }, "tool_choice": "auto",
        "tools": Vec::<Raw>::new(), "top_p": 1, "truncation": "disabled",
        "usage": (over && !turn.no_usage).then(|| usage(&turn.usage)), "user": Null, "metadata": object! {},
    }
}

fn final_status(turn: &Turn) -> &'static str {
    if turn.stop == Stop::Length { "incomplete" } else { "completed" }
}

fn reasoning(turn: &Turn, done: bool) -> Option<Raw> {
    let text = turn.thinking.as_ref()?;
    let summary = if done { vec![summary_part(text)] } else { Vec::new() };
    let sealed = done.then(|| issue("reasoning", turn.nonce, ""));
    Some(object! { "id": turn.id("rs_"), "type": "reasoning", "summary": summary, "encrypted_content": sealed })
}

fn summary_part(text: &str) -> Raw {
    object! { "type": "summary_text", "text": text }
}

fn text_part(text: &str) -> Raw {
    object! { "type": "output_text", "annotations": Vec::<Raw>::new(), "logprobs": Vec::<Raw>::new(), "text": text }
}

fn message(turn: &Turn, status: &str, content: Vec<Raw>) -> Raw {
    object! { "id": turn.id("msg_"), "type": "message", "status": status, "content": content, "role": "assistant" }
}

fn call_item(call: &Call, status: &str, arguments: &str) -> Raw {
    let (id, call_id) = (format!("fc_{}", call.id), format!("call_{}", call.id));
    match &call.namespace {
        None => object! {
            "id": id, "type": "function_call", "status": status, "arguments": arguments, "call_id": call_id,
            "name": call.name,
        },
        Some(namespace) => object! {
            "id": id, "type": "function_call", "status": status, "arguments": arguments, "call_id": call_id,
            "name": call.name, "namespace": namespace,
        },
    }
}

fn output(turn: &Turn) -> Vec<Raw> {
    let mut items: Vec<Raw> = reasoning(turn, true).into_iter().collect();
    if !turn.deltas.is_empty() {
        items.push(message(turn, "completed", vec![text_part(&turn.text())]));
    }
    items.extend(turn.calls.iter().map(|call| call_item(call, "completed", &call.arguments)));
    items
}

/// The answer in one piece.
pub(crate) fn whole(prompt: &Prompt, turn: &Turn) -> Raw {
    response(prompt, turn, final_status(turn), output(turn), None)
}

/// Numbers the events as they are added.
struct Writer {
    events: Vec<Event>,
    index: u64,
}

impl Writer {
    /// Adds an event whose fields after `type` and `sequence_number` are those of `rest`.
    fn add(&mut self, name: &'static str, rest: Raw) {
        let number = self.events.len();
        let head = format!("{{\"type\":\"{name}\",\"sequence_number\":{number}");
        let rest = rest.0.trim_start_matches('{').to_owned();
        self.events.push(Event::named(name, Raw(format!("{head},{rest}"))));
    }

    fn item(&mut self, opened: Raw, done: Raw, inside: impl FnOnce(&mut Self, u64)) {
        let index = self.index;
        self.index += 1;
        self.add("response.output_item.added", object! { "output_index": index, "item": opened });
        inside(self, index);
        self.add("response.output_item.done", object! { "output_index": index, "item": done });
    }
}

/// The answer as a stream.
pub(crate) fn events(prompt: &Prompt, turn: &Turn) -> Vec<Event> {
    let mut out = Writer { events: Vec::new(), index: 0 };
    for name in ["response.created", "response.in_progress"] {
        let going = response(prompt, turn, "in_progress", Vec::new(), None);
        out.add(name, object! { "response": going });
    }
    if let (Some(text), Some(opened), Some(done)) = (&turn.thinking, reasoning(turn, false), reasoning(turn, true)) {
        out.item(opened, done, |out, index| summary(out, index, &turn.id("rs_"), text));
    }
    if !turn.deltas.is_empty() {
        let done = message(turn, "completed", vec![text_part(&turn.text())]);
        out.item(message(turn, "in_progress", Vec::new()), done, |out, index| text(out, index, turn));
    }
    for call in &turn.calls {
        let done = call_item(call, "completed", &call.arguments);
        out.item(call_item(call, "in_progress", ""), done, |out, index| arguments(out, index, call));
    }
    let name = if turn.stop == Stop::Length { "response.incomplete" } else { "response.completed" };
    out.add(name, object! { "response": whole(prompt, turn) });
    if let Some(last) = out.events.last_mut() {
        last.terminal = true;
    }
    out.events
}

fn summary(out: &mut Writer, index: u64, id: &str, text: &str) {
    let part = summary_part("");
    out.add(
        "response.reasoning_summary_part.added",
        object! { "item_id": id, "output_index": index, "summary_index": 0, "part": part },
    );
    for piece in words(text) {
        out.add(
            "response.reasoning_summary_text.delta",
            object! { "item_id": id, "output_index": index, "summary_index": 0, "delta": piece },
        );
    }
    out.add(
        "response.reasoning_summary_text.done",
        object! { "item_id": id, "output_index": index, "summary_index": 0, "text": text },
    );
    let part = summary_part(text);
    out.add(
        "response.reasoning_summary_part.done",
        object! { "item_id": id, "output_index": index, "summary_index": 0, "part": part },
    );
}

fn text(out: &mut Writer, index: u64, turn: &Turn) {
    let id = turn.id("msg_");
    let none = Vec::<Raw>::new();
    let part = text_part("");
    out.add(
        "response.content_part.added",
        object! { "item_id": id, "output_index": index, "content_index": 0, "part": part },
    );
    for piece in &turn.deltas {
        out.add(
            "response.output_text.delta",
            object! { "item_id": id, "output_index": index, "content_index": 0, "delta": piece, "logprobs": none },
        );
    }
    let whole = turn.text();
    out.add(
        "response.output_text.done",
        object! { "item_id": id, "output_index": index, "content_index": 0, "text": whole, "logprobs": none },
    );
    let part = text_part(&whole);
    out.add(
        "response.content_part.done",
        object! { "item_id": id, "output_index": index, "content_index": 0, "part": part },
    );
}

fn arguments(out: &mut Writer, index: u64, call: &Call) {
    let id = format!("fc_{}", call.id);
    for piece in pieces(&call.arguments) {
        out.add(
            "response.function_call_arguments.delta",
            object! { "item_id": id, "output_index": index, "delta": piece },
        );
    }
    out.add(
        "response.function_call_arguments.done",
        object! { "item_id": id, "output_index": index, "arguments": call.arguments, "name": call.name },
    );
}

/// An error in the middle of a stream.
pub(crate) fn error_event(prompt: &Prompt, turn: &Turn, after: usize) -> Event {
    let error = object! { "code": "server_error", "message": "The model failed to answer." };
    let failed = response(prompt, turn, "failed", Vec::new(), Some(error));
    let data = object! { "type": "response.failed", "sequence_number": after, "response": failed };
    Event::named("response.failed", data)
}
