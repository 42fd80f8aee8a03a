//! Writes responses and the items of their output.

use thinkwatch_policy::usage::Usage;

use super::encode_request::{write_choice, write_format};
use super::names::Known;
use crate::canonical::block::MediaKind;
use crate::canonical::{Client, Effort, Format, Json, Media, MediaSource, ToolKind};
use crate::json::write::{self, Writer};

/// Writes one object.
pub(super) fn object(fill: impl FnOnce(&mut Writer<'_>)) -> Vec<u8> {
    let mut out = Vec::new();
    fill(&mut write::object(&mut out));
    out
}

fn list(out: &mut Writer<'_>, key: &str, elements: &[Vec<u8>]) {
    let mut list = out.list(key);
    for element in elements {
        // Written by the functions below, so it is text.
        list.push_raw(std::str::from_utf8(element).unwrap_or("null"));
    }
}

/// Stands in ids of items that a provider never knew.
const MINTED: &str = "_tw_";

/// The id of an item that has none of its own: the same whenever the same answer is written.
pub(super) fn minted(prefix: &str, client: &Client, index: usize) -> String {
    minted_for(prefix, &client.request_id, index)
}

/// The same for what is made of another name than a client's call.
pub(crate) fn minted_for(prefix: &str, seed: &str, index: usize) -> String {
    format!("{prefix}{MINTED}{seed}_{index}")
}

/// Whether a client tells back an id that was made here: the provider would look for it in vain.
pub(crate) fn is_minted(id: &str) -> bool {
    id.split_once('_').is_some_and(|(prefix, _)| id[prefix.len()..].starts_with(MINTED))
}

/// The id of a response: the provider's own where it speaks this API (`own`) and may know it again, else the gateway's.
pub(super) fn response_id(client: &Client, told: &str, own: bool) -> String {
    if own && !told.is_empty() { told.to_owned() } else { format!("resp_{}", client.request_id) }
}

/// A part that is words; `logprobs` are the elements of a list.
pub(super) fn text_part(text: &str, annotations: &[Json], logprobs: &str) -> Vec<u8> {
    object(|out| {
        out.text("type", "output_text").text("text", text);
        let mut list = out.list("annotations");
        for annotation in annotations {
            list.push_raw(annotation);
        }
        drop(list);
        out.raw("logprobs", &format!("[{logprobs}]"));
    })
}

/// A part that says no.
pub(super) fn refusal_part(text: &str) -> Vec<u8> {
    object(|out| {
        out.text("type", "refusal").text("refusal", text);
    })
}

/// A message of these parts.
pub(super) fn message(id: &str, status: &str, parts: &[Vec<u8>]) -> Vec<u8> {
    object(|out| {
        out.text("id", id).text("type", "message").text("status", status).text("role", "assistant");
        list(out, "content", parts);
    })
}

/// A thought.
pub(super) fn reasoning(id: &str, text: &str, proof: Option<&str>) -> Vec<u8> {
    object(|out| {
        out.text("id", id).text("type", "reasoning");
        let mut summary = out.list("summary");
        if !text.is_empty() {
            summary.push_object().text("type", "summary_text").text("text", text);
        }
        drop(summary);
        out.text_some("encrypted_content", proof);
    })
}

/// A call of a tool.
pub(super) fn call(id: &str, status: &str, call_id: &str, known: &Known, arguments: &str) -> Vec<u8> {
    object(|out| {
        let custom = known.kind == ToolKind::Custom;
        out.text("id", id).text("type", if custom { "custom_tool_call" } else { "function_call" });
        out.text("status", status).text("call_id", call_id).text("name", &known.name);
        out.text_some("namespace", known.namespace.as_deref());
        out.text(if custom { "input" } else { "arguments" }, arguments);
    })
}

/// A picture that the model made. `None`: there is no item for such media.
pub(super) fn picture(id: &str, media: &Media) -> Option<Vec<u8>> {
    let MediaSource::Base64(data) = &media.source else { return None };
    let format = media.media_type.as_deref().and_then(|kind| kind.strip_prefix("image/"));
    (media.kind == MediaKind::Image).then(|| {
        object(|out| {
            out.text("id", id).text("type", "image_generation_call").text("status", "completed").text("result", data);
            out.text_some("output_format", format.filter(|format| ["png", "webp", "jpeg", "gif"].contains(format)));
        })
    })
}

/// What of a response changes from event to event.
#[derive(Debug)]
pub(super) struct Envelope<'a> {
    pub(super) id: &'a str,
    pub(super) created_at_s: u64,
    pub(super) status: &'a str,
    pub(super) incomplete: Option<&'a str>,
    pub(super) service_tier: Option<&'a str>,
    pub(super) usage: Option<&'a Usage>,
    pub(super) output: &'a [Vec<u8>],
}

/// Writes the members of a response. The client's prompt and tools, which may be long, are not told back to it.
pub(super) fn envelope(out: &mut Writer<'_>, client: &Client, told: &Envelope<'_>) {
    let request = &*client.request;
    out.text("id", told.id).text("object", "response").whole("created_at", told.created_at_s);
    out.text("status", told.status).boolean("background", false).raw("error", "null");
    match told.incomplete {
        Some(reason) => {
            out.object("incomplete_details").text("reason", reason);
        }
        None => {
            out.raw("incomplete_details", "null");
        }
    }
    out.raw("instructions", "null");
    let most = request.max_output_tokens.map(|most| most.to_string());
    out.raw("max_output_tokens", most.as_deref().unwrap_or("null")).text("model", &client.model);
    list(out, "output", told.output);
    out.boolean("parallel_tool_calls", request.parallel_tool_calls.unwrap_or(true));
    out.text_or_null("previous_response_id", request.previous_response_id.as_deref());
    out.text_some("prompt_cache_key", request.prompt_cache_key.as_deref());
    {
        let reasoning = request.reasoning.as_ref();
        let mut echo = out.object("reasoning");
        echo.text_or_null("effort", reasoning.and_then(|r| r.effort).map(Effort::as_str));
        echo.text_or_null("summary", reasoning.and_then(|r| r.summary.as_deref()));
    }
    out.text_or_null("service_tier", told.service_tier);
    out.boolean("store", request.store.unwrap_or(true));
    out.raw("temperature", request.temperature.as_deref().unwrap_or("null"));
    {
        let mut text = out.object("text");
        write_format(&mut text.object("format"), request.format.as_ref().unwrap_or(&Format::Text));
        text.text_some("verbosity", request.verbosity.as_deref());
    }
    match &request.tool_choice {
        Some(choice) => write_choice(out, choice, &request.tools),
        None => {
            out.text("tool_choice", "auto");
        }
    }
    out.list("tools");
    out.whole("top_logprobs", request.logprobs.and_then(|logprobs| logprobs.top).unwrap_or(0));
    out.raw("top_p", request.top_p.as_deref().unwrap_or("null")).text("truncation", "disabled");
    match told.usage {
        Some(usage) => write_usage(&mut out.object("usage"), usage),
        None => {
            out.raw("usage", "null");
        }
    }
    out.text_or_null("safety_identifier", request.user.as_deref());
    out.raw("user", "null").raw("metadata", request.metadata.as_deref().unwrap_or("{}"));
}

/// The API counts cached tokens, read or written, in its input.
fn write_usage(out: &mut Writer<'_>, usage: &Usage) {
    let audio = |tokens: u64| (tokens > 0).then_some(tokens);
    out.whole("input_tokens", usage.total_input());
    let written = usage.cache_write_5m.saturating_add(usage.cache_write_1h);
    out.object("input_tokens_details")
        .whole("cached_tokens", usage.cache_read)
        .whole("cache_write_tokens", written)
        .whole_some("audio_tokens", audio(usage.audio_input));
    out.whole("output_tokens", usage.output);
    out.object("output_tokens_details")
        .whole("reasoning_tokens", usage.reasoning)
        .whole_some("audio_tokens", audio(usage.audio_output));
    out.whole("total_tokens", usage.total_input().saturating_add(usage.output));
}

/// The text that a custom tool is given. Where the provider knows no such tools, the model was given a function with one
/// argument for it, whatever its name.
pub(super) fn free_text(arguments: &str) -> String {
    let inside = || {
        let object = crate::json::node::Node::root(arguments.as_bytes()).ok()?.object().ok()?;
        let mut members = object.rest();
        let (_, value) = members.next()?;
        if members.next().is_some() { None } else { value.text().ok().map(std::borrow::Cow::into_owned) }
    };
    inside().unwrap_or_else(|| arguments.to_owned())
}

/// The class of service in this API's words.
pub(super) fn service_tier(tier: &str) -> Option<&str> {
    match tier {
        "standard" => Some("default"),
        "auto" | "default" | "flex" | "scale" | "priority" | "fast" | "ultrafast" => Some(tier),
        _ => None,
    }
}
