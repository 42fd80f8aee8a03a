//! The converters at their border, with the corpus in `tests/convert/chat`.

mod answers;
mod hostile;
mod properties;
mod requests;
mod streams;

use std::sync::Arc;

use thinkwatch_policy::dialect::Dialect;

use super::{decode_request, encode_request};
use crate::canonical::{Client, Message, Notes, Request, Target};

macro_rules! corpus {
    ($folder:literal, $ending:literal, $($name:literal)+) => {
        &[$(($name, include_str!(concat!("../../../../tests/convert/chat/", $folder, "/", $name, $ending)))),+]
    };
}

/// Calls in the form they have after conversion, so that there and back is the same.
const REQUESTS: &[(&str, &str)] = corpus!("requests", ".json",
    "plain" "sampling" "labels" "tools" "tool_turns" "custom_tools" "named_choice" "named_custom_choice" "media"
    "structured" "json_mode" "roles" "refusal" "thinking" "gemini_compatible" "openrouter_claude" "others");

const ANSWERS: &[(&str, &str)] = corpus!("answers", ".json",
    "text" "calls" "several" "thinking" "annotations" "images" "none" "empty_calls");

const STREAMS: &[(&str, &str)] =
    corpus!("streams", ".sse", "text" "calls" "thinking" "several" "custom" "azure" "images");

fn notes() -> Notes {
    Notes::new(Dialect::Chat, Dialect::Chat, false)
}

fn target<'a>(request: &'a Request) -> Target<'a> {
    Target { model: &request.model, default_max_output_tokens: 4096, ask_usage: request.include_usage }
}

fn read(body: &str) -> Request {
    decode_request::decode(body.as_bytes(), &mut notes()).unwrap()
}

/// The call as it is written for its own dialect.
fn written(request: &Request, notes: &mut Notes) -> String {
    String::from_utf8(encode_request::encode(request, &target(request), notes).unwrap()).unwrap()
}

/// A call of another dialect's client.
fn foreign(messages: Vec<Message>) -> Request {
    let mut request = Request::new(Dialect::Messages, "m");
    request.messages = messages;
    request
}

fn foreign_notes(strict: bool) -> Notes {
    Notes::new(Dialect::Messages, Dialect::Chat, strict)
}

fn client(request: Request, model: &str) -> Client {
    Client {
        request: Arc::new(request),
        model: model.to_owned(),
        request_id: "req-1".to_owned(),
        now_s: 1_800_000_000,
        as_list: false,
    }
}

fn json(text: &str) -> serde_json::Value {
    serde_json::from_str(text).unwrap()
}
