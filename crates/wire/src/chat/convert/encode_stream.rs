//! Writes a stream as a client of this dialect expects it: chunks, a chunk with the usage for those who asked, `[DONE]`.

mod blocks;

use blocks::Open;

use thinkwatch_policy::usage::Usage;

use super::{encode_answer, finish};
use crate::canonical::sequence::TooMuchOverlap;
use crate::canonical::{Client, Event, Notes, StopReason};
use crate::chat::usage;
use crate::error::StreamPlace;
use crate::json::write::{self, Writer};
use crate::sse;

/// Writes the events of one stream. Blocks may overlap here, as calls have an index of their own; so nothing is held
/// back but the proof of a thought, and the input of a custom tool that comes as a function's arguments.
#[derive(Debug)]
pub(crate) struct Encoder {
    client: Client,
    id: String,
    created_at_s: u64,
    choices: Vec<Told>,
    open: Vec<Open>,
    usage: Option<Usage>,
}

/// What one of the answers has told.
#[derive(Debug, Default)]
struct Told {
    index: u32,
    calls: u32,
    proofs: u64,
    refused: bool,
    stop: Option<StopReason>,
}

impl Encoder {
    pub(crate) fn new(client: Client) -> Self {
        let id = encode_answer::answer_id("", &client);
        let created_at_s = client.now_s;
        Self { client, id, created_at_s, choices: Vec::new(), open: Vec::new(), usage: None }
    }

    /// Where the stream stands, for the event that ends it with an error.
    pub(crate) fn place(&self) -> StreamPlace {
        StreamPlace {
            id: Some(self.id.clone()),
            created_at_s: self.created_at_s,
            sequence: 0,
            model: self.client.model.clone(),
        }
    }

    /// Appends what the event is in this dialect.
    pub(crate) fn write(&mut self, event: Event, notes: &mut Notes, out: &mut Vec<u8>) -> Result<(), TooMuchOverlap> {
        match event {
            Event::Start { id, created_at_s, .. } => {
                if !id.is_empty() {
                    self.id = id;
                }
                if created_at_s != 0 {
                    self.created_at_s = created_at_s;
                }
                self.begin(0, out);
            }
            Event::Open { choice, block, what } => {
                self.begin(choice, out);
                self.open_block(choice, block, what, notes, out);
            }
            Event::Delta { choice, block, delta } => self.grow_block(choice, block, delta, notes, out),
            Event::Close { choice, block } => self.close_block(choice, block, out),
            Event::Stop { choice, reason } => {
                self.begin(choice, out);
                if let Some(told) = self.told(choice) {
                    told.stop = Some(reason);
                }
            }
            Event::Usage(usage) => self.usage = Some(usage),
            Event::End => self.end(out),
            // The gateway tells the error.
            Event::Failed(_) => {}
        }
        Ok(())
    }

    fn told(&mut self, choice: u32) -> Option<&mut Told> {
        self.choices.iter_mut().find(|told| told.index == choice)
    }

    /// The first chunk of an answer says who speaks.
    fn begin(&mut self, choice: u32, out: &mut Vec<u8>) {
        if self.told(choice).is_none() {
            self.choices.push(Told { index: choice, ..Told::default() });
            self.delta(choice, out, |delta| {
                delta.text("role", "assistant").text("content", "");
            });
        }
    }

    fn end(&mut self, out: &mut Vec<u8>) {
        self.begin(0, out);
        let open: Vec<_> = self.open.iter().map(|open| (open.choice, open.block)).collect();
        for (choice, block) in open {
            self.close_block(choice, block, out);
        }
        for told in &self.choices {
            let stop = told.stop.as_ref();
            let word = finish::word(stop, told.calls > 0, told.refused, self.client.request.legacy_functions);
            self.chunk(out, |choices| {
                let mut choice = choices.push_object();
                choice.whole("index", told.index.into());
                choice.object("delta");
                choice.raw("logprobs", "null").text("finish_reason", word);
                choice.text_some("stop_reason", finish::sequence(stop));
            });
        }
        if self.client.request.include_usage {
            event(out, |root| {
                self.head(root);
                root.list("choices");
                usage::write(&self.usage.unwrap_or_default(), &mut root.object("usage"));
            });
        }
        out.extend_from_slice(b"data: [DONE]\n\n");
    }

    /// A chunk that adds something to an answer.
    fn delta(&self, choice: u32, out: &mut Vec<u8>, write: impl FnOnce(&mut Writer<'_>)) {
        self.delta_with(choice, "null", out, write);
    }

    fn delta_with(&self, choice: u32, logprobs: &str, out: &mut Vec<u8>, write: impl FnOnce(&mut Writer<'_>)) {
        self.chunk(out, |choices| {
            let mut object = choices.push_object();
            object.whole("index", choice.into());
            write(&mut object.object("delta"));
            object.raw("logprobs", logprobs).raw("finish_reason", "null");
        });
    }

    fn chunk(&self, out: &mut Vec<u8>, write: impl FnOnce(&mut Writer<'_>)) {
        event(out, |root| {
            self.head(root);
            write(&mut root.list("choices"));
            if self.client.request.include_usage {
                root.raw("usage", "null");
            }
        });
    }

    fn head(&self, root: &mut Writer<'_>) {
        root.text("id", &self.id).text("object", "chat.completion.chunk");
        root.whole("created", self.created_at_s).text("model", &self.client.model);
    }
}

/// Appends an event.
fn event(out: &mut Vec<u8>, write: impl FnOnce(&mut Writer<'_>)) {
    out.extend_from_slice(b"data: ");
    let start = out.len();
    write(&mut write::object(out));
    sse::on_one_line(&mut out[start..]);
    out.extend_from_slice(b"\n\n");
}
