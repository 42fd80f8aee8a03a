//! A turn as a Chat Completions answer.

use crate::dialects::Event;
use crate::errors::{Refusal, body};
use crate::json::{Null, Raw, object};
use crate::prompt::Prompt;
use crate::turn::{Call, Stop, Turn, Usage};

const CREATED: u64 = 1_700_000_000;

fn finish(stop: Stop) -> &'static str {
    match stop {
        Stop::End => "stop",
        Stop::Tools => "tool_calls",
        Stop::Length => "length",
    }
}

pub(crate) fn usage(usage: &Usage) -> Raw {
    let prompt = object! {
        "cached_tokens": usage.cached,
        "audio_tokens": 0,
        "cache_write_tokens": usage.cache_write,
    };
    let completion = object! {
        "reasoning_tokens": usage.reasoning,
        "audio_tokens": 0,
        "accepted_prediction_tokens": 0,
        "rejected_prediction_tokens": 0,
    };
    object! {
        "prompt_tokens": usage.prompt(),
        "completion_tokens": usage.output,
        "total_tokens": usage.prompt() + usage.output,
        "prompt_tokens_details": prompt,
        "completion_tokens_details": completion,
    }
}

fn call_whole(call: &Call) -> Raw {
    let function = object! { "name": call.name, "arguments": call.arguments };
    object! { "id": format!("call_{}", call.id), "type": "function", "function": function }
}

/// The answer in one piece.
pub(crate) fn whole(prompt: &Prompt, turn: &Turn) -> Raw {
    let text = turn.text();
    let content = (!text.is_empty() || turn.calls.is_empty()).then_some(text);
    let message = if turn.calls.is_empty() {
        object! { "role": "assistant", "content": content, "refusal": Null, "annotations": Vec::<Raw>::new() }
    } else {
        let calls: Vec<Raw> = turn.calls.iter().map(call_whole).collect();
        object! {
            "role": "assistant", "content": content, "tool_calls": calls, "refusal": Null,
            "annotations": Vec::<Raw>::new(),
        }
    };
    let choice = object! { "index": 0, "message": message, "logprobs": Null, "finish_reason": finish(turn.stop) };
    let head = [("id", turn.id("chatcmpl-"))];
    let usage = usage(&turn.usage);
    if turn.no_usage {
        return object! {
            "id": head[0].1, "object": "chat.completion", "created": CREATED, "model": prompt.model,
            "choices": vec![choice], "service_tier": "default", "system_fingerprint": "fp_sim",
        };
    }
    object! {
        "id": head[0].1, "object": "chat.completion", "created": CREATED, "model": prompt.model,
        "choices": vec![choice], "usage": usage, "service_tier": "default", "system_fingerprint": "fp_sim",
    }
}

/// The answer as a stream. The usage chunk comes only when asked for, and then every other chunk says `"usage":null`.
pub(crate) fn events(prompt: &Prompt, turn: &Turn) -> Vec<Event> {
    let asked = prompt.include_usage && !turn.no_usage;
    let chunk = |choices: Vec<Raw>, usage: Option<Raw>| {
        let id = turn.id("chatcmpl-");
        Event::plain(if prompt.include_usage {
            object! {
                "id": id, "object": "chat.completion.chunk", "created": CREATED, "model": prompt.model,
                "service_tier": "default", "system_fingerprint": "fp_sim", "choices": choices, "usage": usage,
            }
        } else {
            object! {
                "id": id, "object": "chat.completion.chunk", "created": CREATED, "model": prompt.model,
                "service_tier": "default", "system_fingerprint": "fp_sim", "choices": choices,
            }
        })
    };
    let delta =
        |delta: Raw| chunk(vec![object! { "index": 0, "delta": delta, "logprobs": Null, "finish_reason": Null }], None);
    let content = if turn.calls.is_empty() { Some(String::new()) } else { None };
    let mut events = vec![delta(object! { "role": "assistant", "content": content, "refusal": Null })];
    events.extend(turn.deltas.iter().map(|piece| delta(object! { "content": piece })));
    for (index, call) in turn.calls.iter().enumerate() {
        let function = object! { "name": call.name, "arguments": "" };
        let opened = object! {
            "index": index, "id": format!("call_{}", call.id), "type": "function", "function": function,
        };
        events.push(delta(object! { "tool_calls": vec![opened] }));
        for piece in pieces(&call.arguments) {
            let more = object! { "index": index, "function": object! { "arguments": piece } };
            events.push(delta(object! { "tool_calls": vec![more] }));
        }
    }
    let end = object! { "index": 0, "delta": object! {}, "logprobs": Null, "finish_reason": finish(turn.stop) };
    events.push(chunk(vec![end], None));
    if asked {
        events.push(chunk(Vec::new(), Some(usage(&turn.usage))));
    }
    events.push(Event { name: None, data: "[DONE]".to_owned(), terminal: true, failure: false });
    events
}

/// An error in the middle of a stream.
pub(crate) fn error_event() -> Event {
    let refusal = Refusal {
        status: http::StatusCode::INTERNAL_SERVER_ERROR,
        message: "The server had an error while processing your request.".to_owned(),
        code: None,
    };
    Event::plain(body(crate::errors::Provider::OpenAi, &refusal, ""))
}

/// A text in pieces of some eight characters, for arguments.
pub(crate) fn pieces(text: &str) -> Vec<String> {
    let letters: Vec<char> = text.chars().collect();
    letters.chunks(8).map(|piece| piece.iter().collect()).collect()
}
