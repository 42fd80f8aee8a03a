//! A turn as Google's answer. Every chunk of a stream is such an answer, with what came since the last.

use base64::Engine;
use base64::prelude::BASE64_STANDARD;
use serde_json::Value;

use super::{is_new, seal_call};
use crate::dialects::Event;
use crate::errors::{Provider, Refusal, body};
use crate::json::{Raw, field, object};
use crate::prompt::Prompt;
use crate::signature::issue;
use crate::turn::{Call, Stop, Turn, words};

/// Google says STOP for calls, too.
fn finish(stop: Stop) -> &'static str {
    match stop {
        Stop::End | Stop::Tools => "STOP",
        Stop::Length => "MAX_TOKENS",
    }
}

/// Usage when so much of the answer has been told.
fn usage(turn: &Turn, told: u64) -> Raw {
    let usage = &turn.usage;
    let details = |count: u64| vec![object! { "modality": "TEXT", "tokenCount": count }];
    let mut out = String::from("{");
    field(&mut out, "promptTokenCount", &usage.prompt());
    if told > 0 {
        field(&mut out, "candidatesTokenCount", &told);
    }
    field(&mut out, "totalTokenCount", &(usage.prompt() + told + usage.reasoning));
    if usage.cached > 0 {
        field(&mut out, "cachedContentTokenCount", &usage.cached);
    }
    field(&mut out, "promptTokensDetails", &details(usage.prompt()));
    if usage.cached > 0 {
        field(&mut out, "cacheTokensDetails", &details(usage.cached));
    }
    if usage.reasoning > 0 {
        field(&mut out, "thoughtsTokenCount", &usage.reasoning);
    }
    out.push('}');
    Raw(out)
}

/// One answer: the parts, why it ends if it does, and usage.
fn answer(prompt: &Prompt, turn: &Turn, parts: Vec<Raw>, end: Option<&'static str>, told: u64) -> Raw {
    let content = object! { "parts": parts, "role": "model" };
    let candidate = match end {
        Some(end) => object! { "content": content, "finishReason": end, "index": 0 },
        None => object! { "content": content, "index": 0 },
    };
    let mut out = String::from("{");
    field(&mut out, "candidates", &vec![candidate]);
    if !turn.no_usage {
        field(&mut out, "usageMetadata", &usage(turn, told));
    }
    field(&mut out, "modelVersion", &prompt.model);
    field(&mut out, "responseId", &turn.id("sim"));
    out.push('}');
    Raw(out)
}

fn proof(turn: &Turn) -> String {
    BASE64_STANDARD.encode(issue("gemini-part", turn.nonce, ""))
}

fn thought(text: &str) -> Raw {
    object! { "text": text, "thought": true }
}

/// Whether the turn carries signatures: new models always think, old ones when asked.
fn signs(prompt: &Prompt, turn: &Turn) -> bool {
    turn.thinking.is_some() || (is_new(&prompt.model) && !turn.calls.is_empty())
}

fn call_part(prompt: &Prompt, turn: &Turn, call: &Call, first: bool) -> Raw {
    let (name, args) = (&call.name, Raw(call.arguments.clone()));
    let call_object = if is_new(&prompt.model) {
        object! { "id": call.id, "name": name, "args": args }
    } else {
        object! { "name": name, "args": args }
    };
    if !(first && signs(prompt, turn)) {
        return object! { "functionCall": call_object };
    }
    let args: Value = serde_json::from_str(&call.arguments).unwrap_or_default();
    object! { "functionCall": call_object, "thoughtSignature": BASE64_STANDARD.encode(seal_call(turn.nonce, name, &args)) }
}

fn calls(prompt: &Prompt, turn: &Turn) -> Vec<Raw> {
    turn.calls.iter().enumerate().map(|(at, call)| call_part(prompt, turn, call, at == 0)).collect()
}

/// The answer in one piece.
pub(crate) fn whole(prompt: &Prompt, turn: &Turn) -> Raw {
    let mut parts: Vec<Raw> = Vec::new();
    if let Some(text) = turn.thinking.as_ref().filter(|_| !prompt.thinking_omitted) {
        parts.push(thought(text));
    }
    if !turn.deltas.is_empty() {
        let text = turn.text();
        parts.push(if turn.calls.is_empty() && signs(prompt, turn) {
            object! { "text": text, "thoughtSignature": proof(turn) }
        } else {
            object! { "text": text }
        });
    }
    parts.extend(calls(prompt, turn));
    answer(prompt, turn, parts, Some(finish(turn.stop)), turn.usage.output - turn.usage.reasoning)
}

/// The answer as a stream: the last chunk says why it ends, and carries the signature of a text.
pub(crate) fn events(prompt: &Prompt, turn: &Turn) -> Vec<Event> {
    let mut events = Vec::new();
    let mut told = 0;
    if let Some(text) = turn.thinking.as_ref().filter(|_| !prompt.thinking_omitted) {
        events
            .extend(words(text).iter().map(|piece| Event::plain(answer(prompt, turn, vec![thought(piece)], None, 0))));
    }
    for piece in &turn.deltas {
        told += 1;
        let part = object! { "text": piece };
        events.push(Event::plain(answer(prompt, turn, vec![part], None, told)));
    }
    for part in calls(prompt, turn) {
        told += 1;
        events.push(Event::plain(answer(prompt, turn, vec![part], None, told)));
    }
    let last = if turn.calls.is_empty() && signs(prompt, turn) {
        object! { "text": "", "thoughtSignature": proof(turn) }
    } else {
        object! { "text": "" }
    };
    let output = turn.usage.output - turn.usage.reasoning;
    let mut end = Event::plain(answer(prompt, turn, vec![last], Some(finish(turn.stop)), output));
    end.terminal = true;
    events.push(end);
    events
}

/// An error in the middle of a stream.
pub(crate) fn error_event() -> Event {
    let refusal = Refusal {
        status: http::StatusCode::SERVICE_UNAVAILABLE,
        message: "The model is overloaded. Please try again later.".to_owned(),
        code: None,
    };
    Event::plain(body(Provider::Google, &refusal, ""))
}

/// What counting tokens gives.
pub(crate) fn counted(prompt: &Prompt) -> Raw {
    let details = vec![object! { "modality": "TEXT", "tokenCount": prompt.input_tokens }];
    object! { "totalTokens": prompt.input_tokens, "promptTokensDetails": details }
}
