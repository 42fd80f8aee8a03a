//! Writes a whole answer.

use super::{annotations, calls, finish, thinking};
use crate::canonical::block::MediaKind;
use crate::canonical::{Answer, Block, Choice, Client, Feature, Media, MediaSource, Notes, Text, Thinking, ToolCall};
use crate::chat::usage;
use crate::json::write::{self, Writer};

pub(crate) fn encode(answer: &Answer, client: &Client, notes: &mut Notes) -> Vec<u8> {
    let mut out = Vec::new();
    let mut root = write::object(&mut out);
    root.text("id", &answer_id(&answer.id, client)).text("object", "chat.completion");
    root.whole("created", if answer.created_at_s == 0 { client.now_s } else { answer.created_at_s });
    root.text("model", &client.model);
    {
        let mut choices = root.list("choices");
        for (choice, index) in answer.choices.iter().zip(0..) {
            write_choice(choice, index, client, notes, &mut choices.push_object());
        }
    }
    if let Some(told) = &answer.usage {
        usage::write(told, &mut root.object("usage"));
    }
    if let Some(tier) = answer.service_tier.as_deref().and_then(service_tier) {
        root.text("service_tier", tier);
    }
    root.text_some("system_fingerprint", answer.fingerprint.as_deref());
    drop(root);
    out
}

/// The provider's id, or one made of the call's.
pub(super) fn answer_id(id: &str, client: &Client) -> String {
    if id.is_empty() { format!("chatcmpl-{}", client.request_id) } else { id.to_owned() }
}

/// The class of service in OpenAI's words. Those of others it has no word for are left out: clients check them.
fn service_tier(tier: &str) -> Option<&str> {
    match tier {
        "standard" => Some("default"),
        "auto" | "default" | "flex" | "scale" | "priority" | "fast" => Some(tier),
        _ => None,
    }
}

fn write_choice(choice: &Choice, index: u64, client: &Client, notes: &mut Notes, object: &mut Writer<'_>) {
    object.whole("index", index);
    let said = Said::sort(&choice.content, notes);
    said.write(client, notes, &mut object.object("message"));
    object.raw("logprobs", choice.logprobs.as_deref().unwrap_or("null"));
    let stop = choice.stop.as_ref();
    let (called, refused) = (!said.calls.is_empty(), !said.refusals.is_empty());
    object.text("finish_reason", finish::word(stop, called, refused, client.request.legacy_functions));
    object.text_some("stop_reason", finish::sequence(stop));
}

/// The blocks of an answer, by where they go.
#[derive(Default)]
struct Said<'a> {
    texts: Vec<&'a Text>,
    refusals: Vec<&'a str>,
    thoughts: Vec<&'a Thinking>,
    calls: Vec<&'a ToolCall>,
    images: Vec<String>,
    audio: Option<&'a str>,
}

impl<'a> Said<'a> {
    fn sort(content: &'a [Block], notes: &mut Notes) -> Self {
        let mut said = Self::default();
        for block in content {
            match block {
                Block::Text(text) => said.texts.push(text),
                Block::Refusal(text) if notes.keeps_of_answer(Feature::AnswerRefusal) => said.refusals.push(text),
                Block::Thinking(thought) if notes.keeps_of_answer(Feature::AnswerThinking) => {
                    said.thoughts.push(thought)
                }
                Block::ToolCall(call) => said.calls.push(call),
                Block::Media(media) if notes.keeps_of_answer(Feature::AnswerMedia) => match (media.kind, &media.source)
                {
                    (MediaKind::Audio, MediaSource::Base64(data)) => said.audio = Some(data),
                    (MediaKind::Image, _) if image_url(media).is_some() => said.images.extend(image_url(media)),
                    _ => notes.note("media", "this dialect tells of pictures and sounds only"),
                },
                Block::Opaque(_) | Block::ToolResult(_) => {
                    notes.keeps_of_answer(Feature::AnswerServerTools);
                }
                _ => {}
            }
        }
        said
    }

    fn write(&self, client: &Client, notes: &mut Notes, message: &mut Writer<'_>) {
        message.text("role", "assistant");
        let words: String = self.texts.iter().map(|text| text.text.as_str()).collect();
        let elsewhere = !(self.calls.is_empty() && self.refusals.is_empty() && self.audio.is_none());
        message.text_or_null("content", (!words.is_empty() || !elsewhere).then_some(words.as_str()));
        let refusal = self.refusals.concat();
        message.text_or_null("refusal", (!refusal.is_empty()).then_some(refusal.as_str()));
        self.write_thoughts(notes, message);
        let (annotations, lost) = annotations::of_texts(self.texts.iter().copied());
        if lost {
            notes.note("citations", "this dialect tells of sources that have an address only");
        }
        if !annotations.is_empty() {
            let mut list = message.list("annotations");
            for annotation in &annotations {
                list.push_raw(annotation);
            }
        }
        if let Some(signature) = self.texts.iter().rev().find_map(|text| text.signature.as_ref()) {
            calls::write_signature(message, signature);
        }
        if !self.images.is_empty() {
            let mut list = message.list("images");
            for url in &self.images {
                push_image(&mut list, url);
            }
        }
        if let Some(data) = self.audio {
            let mut audio = message.object("audio");
            audio.text("id", &format!("audio_{}", client.request_id)).text("data", data);
            audio.whole("expires_at", client.now_s).text("transcript", "");
        }
        if let (Some(call), true) = (self.calls.first(), client.request.legacy_functions) {
            calls::Written::for_client(call, client).function(&mut message.object("function_call"));
        } else if !self.calls.is_empty() {
            let mut list = message.list("tool_calls");
            for call in &self.calls {
                calls::Written::for_client(call, client).push(&mut list);
            }
        }
    }

    fn write_thoughts(&self, notes: &mut Notes, message: &mut Writer<'_>) {
        let text: String = self.thoughts.iter().map(|thought| thought.text.as_str()).collect();
        message.text_some("reasoning_content", (!text.is_empty()).then_some(text.as_str()));
        let signed = self.thoughts.iter().any(|thought| thought.signature.is_some());
        if signed && notes.keeps_of_answer(Feature::AnswerSignature) {
            let mut list = message.list("reasoning_details");
            let proofs = self.thoughts.iter().filter_map(|thought| Some((thought, thought.signature.as_ref()?)));
            for ((thought, proof), index) in proofs.zip(0..) {
                thinking::push_proof(&mut list, index, proof, thought.redacted, thought.text.chars().count() as u64);
            }
        }
    }
}

/// The address of a picture, or the picture as one.
pub(super) fn image_url(media: &Media) -> Option<String> {
    match &media.source {
        MediaSource::Url(url) => Some(url.clone()),
        MediaSource::Base64(data) => {
            Some(format!("data:{};base64,{data}", media.media_type.as_deref().unwrap_or("image/png")))
        }
        MediaSource::Text(_) | MediaSource::FileId(_) => None,
    }
}

/// Appends a picture as OpenRouter gives it.
pub(super) fn push_image(list: &mut Writer<'_>, url: &str) {
    let mut image = list.push_object();
    image.text("type", "image_url").object("image_url").text("url", url);
}
