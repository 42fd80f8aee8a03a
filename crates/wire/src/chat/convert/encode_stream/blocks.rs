//! The blocks of a stream as what a chunk adds.

use super::Encoder;
use crate::canonical::{Delta, Feature, Json, Media, Notes, Opening, Signature, ToolCall, ToolKind};
use crate::chat::convert::encode_answer::{image_url, push_image};
use crate::chat::convert::{annotations, calls, thinking};
use crate::json::write::Writer;

/// A block that is open.
#[derive(Debug)]
pub(super) struct Open {
    pub(super) choice: u32,
    pub(super) block: u32,
    what: What,
}

#[derive(Debug)]
enum What {
    Text,
    Refusal,
    Thinking {
        /// How long it is so far.
        chars: u64,
        proof: Option<Signature>,
        told: bool,
    },
    Call(Call),
    /// All was told when it opened, or nothing will be.
    Nothing,
}

#[derive(Debug)]
struct Call {
    index: u32,
    style: Style,
    /// Whether any arguments were told.
    told: bool,
}

#[derive(Debug)]
enum Style {
    Function,
    Custom,
    /// A custom tool that was lent to the provider as a function: the input can be told when all of it is there.
    Lent(String),
    /// `function_call`, for clients from before tools.
    Older,
    /// A second call, of which such clients know nothing.
    Unknown,
}

impl Encoder {
    pub(super) fn open_block(&mut self, choice: u32, block: u32, what: Opening, notes: &mut Notes, out: &mut Vec<u8>) {
        let what = match what {
            Opening::Text => What::Text,
            Opening::Refusal => {
                if let Some(told) = self.told(choice) {
                    told.refused = true;
                }
                What::Refusal
            }
            Opening::Thinking => {
                let told = notes.keeps_of_answer(Feature::AnswerThinking);
                What::Thinking { chars: 0, proof: None, told }
            }
            Opening::RedactedThinking(proof) => {
                if notes.keeps_of_answer(Feature::AnswerSignature) {
                    self.prove(choice, &proof, true, 0, out);
                }
                What::Nothing
            }
            Opening::ToolCall(call) => What::Call(self.call(choice, &call, notes, out)),
            Opening::Opaque(_) => {
                notes.keeps_of_answer(Feature::AnswerServerTools);
                What::Nothing
            }
            Opening::Media(media) => {
                self.picture(choice, &media, notes, out);
                What::Nothing
            }
        };
        self.open.push(Open { choice, block, what });
    }

    pub(super) fn grow_block(&mut self, choice: u32, block: u32, delta: Delta, notes: &mut Notes, out: &mut Vec<u8>) {
        // Taken out while it is written about; nothing else looks at the list meanwhile.
        let Some(at) = self.open.iter().position(|open| (open.choice, open.block) == (choice, block)) else { return };
        let mut open = self.open.swap_remove(at);
        match (&mut open.what, delta) {
            (What::Text, Delta::Text(text)) => self.delta(choice, out, |delta| add(delta, "content", &text)),
            (What::Refusal, Delta::Text(text)) => self.delta(choice, out, |delta| add(delta, "refusal", &text)),
            (What::Thinking { chars, told: true, .. }, Delta::Text(text)) => {
                *chars += text.chars().count() as u64;
                self.delta(choice, out, |delta| add(delta, "reasoning_content", &text));
            }
            (_, Delta::Signature(_)) if !notes.keeps_of_answer(Feature::AnswerSignature) => {}
            (What::Thinking { proof, .. }, Delta::Signature(signature)) => *proof = Some(signature),
            (What::Text, Delta::Signature(signature)) => {
                self.delta(choice, out, |delta| calls::write_signature(delta, &signature));
            }
            (What::Text, Delta::Citation(citation)) => self.cite(choice, &citation, notes, out),
            (What::Text | What::Refusal, Delta::LogProbs(logprobs)) => {
                self.delta_with(choice, &logprobs, out, |_| {});
            }
            (What::Call(call), Delta::Arguments(text)) => self.arguments(choice, call, text, out),
            (What::Call(Call { style: Style::Older | Style::Unknown, .. }), Delta::Signature(_)) => {}
            (What::Call(call), Delta::Signature(signature)) => {
                self.add_to_call(choice, call.index, out, |object| calls::write_signature(object, &signature));
            }
            _ => {}
        }
        self.open.push(open);
    }

    pub(super) fn close_block(&mut self, choice: u32, block: u32, out: &mut Vec<u8>) {
        let Some(at) = self.open.iter().position(|open| (open.choice, open.block) == (choice, block)) else { return };
        match self.open.swap_remove(at).what {
            What::Thinking { chars, proof: Some(proof), .. } => self.prove(choice, &proof, false, chars, out),
            What::Call(call) => self.close_call(choice, call, out),
            _ => {}
        }
    }

    fn prove(&mut self, choice: u32, proof: &Signature, redacted: bool, chars: u64, out: &mut Vec<u8>) {
        let Some(told) = self.told(choice) else { return };
        let index = told.proofs;
        told.proofs += 1;
        self.delta(choice, out, |delta| {
            thinking::push_proof(&mut delta.list("reasoning_details"), index, proof, redacted, chars);
        });
    }

    fn cite(&self, choice: u32, citation: &Json, notes: &mut Notes, out: &mut Vec<u8>) {
        match annotations::of_citation(citation) {
            Some(annotation) => self.delta(choice, out, |delta| {
                delta.list("annotations").push_raw(&annotation);
            }),
            None => notes.note("citations", "this dialect tells of sources that have an address only"),
        }
    }

    fn picture(&self, choice: u32, media: &Media, notes: &mut Notes, out: &mut Vec<u8>) {
        match image_url(media) {
            Some(url) if media.kind == crate::canonical::block::MediaKind::Image => {
                if notes.keeps_of_answer(Feature::AnswerMedia) {
                    self.delta(choice, out, |delta| push_image(&mut delta.list("images"), &url));
                }
            }
            _ => notes.note("media", "this dialect tells of pictures only in a stream"),
        }
    }

    /// Begins a call: its index, its id, its name.
    fn call(&mut self, choice: u32, call: &ToolCall, notes: &mut Notes, out: &mut Vec<u8>) -> Call {
        let legacy = self.client.request.legacy_functions;
        let custom = self.client.is_custom(&call.name);
        let mut index = 0;
        if let Some(told) = self.told(choice) {
            index = told.calls;
            told.calls += 1;
        }
        let style = match call.kind {
            _ if legacy && index > 0 => {
                notes.note("function_call", "an answer in the words of before tools tells one call only");
                Style::Unknown
            }
            _ if legacy => Style::Older,
            ToolKind::Custom => Style::Custom,
            ToolKind::Function if custom => Style::Lent(String::new()),
            ToolKind::Function => Style::Function,
        };
        match &style {
            Style::Unknown => {}
            Style::Older => self.delta(choice, out, |delta| {
                delta.object("function_call").text("name", &call.name).text("arguments", "");
            }),
            Style::Function => self.begin_call(choice, index, call, ["function", "arguments"], out),
            Style::Custom | Style::Lent(_) => self.begin_call(choice, index, call, ["custom", "input"], out),
        }
        Call { index, style, told: false }
    }

    fn begin_call(&self, choice: u32, index: u32, call: &ToolCall, [kind, text]: [&str; 2], out: &mut Vec<u8>) {
        self.add_to_call(choice, index, out, |object| {
            object.text("id", &call.id).text("type", kind);
            object.object(kind).text("name", &call.name).text(text, "");
            if let Some(signature) = &call.signature {
                calls::write_signature(object, signature);
            }
        });
    }

    fn add_to_call(&self, choice: u32, index: u32, out: &mut Vec<u8>, write: impl FnOnce(&mut Writer<'_>)) {
        self.delta(choice, out, |delta| {
            let mut list = delta.list("tool_calls");
            let mut object = list.push_object();
            object.whole("index", index.into());
            write(&mut object);
        });
    }

    fn arguments(&self, choice: u32, call: &mut Call, text: String, out: &mut Vec<u8>) {
        if text.is_empty() {
            return;
        }
        if let Style::Lent(held) = &mut call.style {
            held.push_str(&text);
            return;
        }
        call.told = true;
        self.tell_arguments(choice, call, &text, out);
    }

    fn tell_arguments(&self, choice: u32, call: &Call, text: &str, out: &mut Vec<u8>) {
        match &call.style {
            Style::Function => {
                self.add_to_call(choice, call.index, out, |object| {
                    add(&mut object.object("function"), "arguments", text)
                });
            }
            Style::Custom | Style::Lent(_) => {
                self.add_to_call(choice, call.index, out, |object| add(&mut object.object("custom"), "input", text));
            }
            Style::Older => self.delta(choice, out, |delta| add(&mut delta.object("function_call"), "arguments", text)),
            Style::Unknown => {}
        }
    }

    fn close_call(&self, choice: u32, call: Call, out: &mut Vec<u8>) {
        match &call.style {
            Style::Lent(held) => {
                let input = calls::input_of(held);
                let input = input.as_deref().unwrap_or(held);
                if !input.is_empty() {
                    self.tell_arguments(choice, &call, input, out);
                }
            }
            Style::Function | Style::Older if !call.told => self.tell_arguments(choice, &call, calls::filled(""), out),
            _ => {}
        }
    }
}

fn add(object: &mut Writer<'_>, name: &str, text: &str) {
    object.text(name, text);
}
