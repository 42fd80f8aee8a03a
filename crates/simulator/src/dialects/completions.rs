//! OpenAI's legacy Completions.

use serde_json::Value;

use super::chat::usage;
use crate::dialects::Event;
use crate::json::{Null, Raw, object};
use crate::prompt::{Prompt, count_tokens, note_unknown};
use crate::turn::{Stop, Turn};

const KNOWN: &[&str] = &[
    "model",
    "prompt",
    "best_of",
    "echo",
    "frequency_penalty",
    "logit_bias",
    "logprobs",
    "max_tokens",
    "n",
    "presence_penalty",
    "seed",
    "stop",
    "stream",
    "stream_options",
    "suffix",
    "temperature",
    "top_p",
    "user",
];

/// Checks a body.
pub(crate) fn check(body: &Value) -> Result<Prompt, String> {
    let mut prompt = Prompt { model: super::text(body, "model", "body")?.to_owned(), ..Prompt::default() };
    note_unknown(body, KNOWN, &mut prompt.notes);
    match body.get("prompt") {
        None | Some(Value::Null) => {}
        Some(Value::String(text)) => prompt.conversation.user(text),
        Some(Value::Array(items)) if !items.is_empty() => {
            prompt.conversation.user(&items.iter().filter_map(Value::as_str).collect::<String>());
        }
        Some(_) => return Err("prompt: must be a string or a non-empty array".to_owned()),
    }
    prompt.stream = super::flag(body, "stream")?;
    match body.get("stream_options") {
        None | Some(Value::Null) => {}
        Some(_) if !prompt.stream => {
            return Err("The 'stream_options' parameter is only allowed when 'stream' is enabled.".to_owned());
        }
        Some(options) => prompt.include_usage = super::flag(options, "include_usage")?,
    }
    prompt.max_tokens = match body.get("max_tokens") {
        None | Some(Value::Null) => None,
        Some(limit) => Some(limit.as_u64().filter(|n| *n > 0).ok_or("max_tokens: must be a positive integer")?),
    };
    prompt.input_tokens = count_tokens(&[body.get("prompt")]);
    Ok(prompt)
}

fn finish(turn: &Turn) -> &'static str {
    if turn.stop == Stop::Length { "length" } else { "stop" }
}

/// The answer in one piece.
pub(crate) fn whole(prompt: &Prompt, turn: &Turn) -> Raw {
    let choice = object! { "text": turn.text(), "index": 0, "logprobs": Null, "finish_reason": finish(turn) };
    let (id, model, choices) = (turn.id("cmpl-"), &prompt.model, vec![choice]);
    let kind = "text_completion";
    if turn.no_usage {
        return object! { "id": id, "object": kind, "created": 1_700_000_000, "model": model, "choices": choices };
    }
    let usage = usage(&turn.usage);
    object! {
        "id": id, "object": kind, "created": 1_700_000_000, "model": model, "choices": choices, "usage": usage,
    }
}

/// The answer as a stream.
pub(crate) fn events(prompt: &Prompt, turn: &Turn) -> Vec<Event> {
    let asked = prompt.include_usage && !turn.no_usage;
    let chunk = |choices: Vec<Raw>, usage: Option<Raw>| {
        let (id, model) = (turn.id("cmpl-"), &prompt.model);
        let kind = "text_completion";
        Event::plain(if prompt.include_usage {
            object! {
                "id": id, "object": kind, "created": 1_700_000_000, "choices": choices, "model": model, "usage": usage,
            }
        } else {
            object! { "id": id, "object": kind, "created": 1_700_000_000, "choices": choices, "model": model }
        })
    };
    let say = |text: &str, why: Option<&str>| {
        chunk(vec![object! { "text": text, "index": 0, "logprobs": Null, "finish_reason": why }], None)
    };
    let mut events: Vec<Event> = turn.deltas.iter().map(|piece| say(piece, None)).collect();
    events.push(say("", Some(finish(turn))));
    if asked {
        events.push(chunk(Vec::new(), Some(usage(&turn.usage))));
    }
    events.push(Event { name: None, data: "[DONE]".to_owned(), terminal: true, failure: false });
    events
}
