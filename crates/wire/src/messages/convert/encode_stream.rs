//! Writes a stream. Clients of Messages want every event named, `message_start` first, blocks one after the other, each
//! stopped, and the reason and the usage in a `message_delta` before `message_stop`.

use thinkwatch_policy::dialect::Dialect;
use thinkwatch_policy::usage::Usage;

use super::{encode_answer, words};
use crate::canonical::sequence::{Sequence, TooMuchOverlap};
use crate::canonical::{Client, Event, Feature, Notes, StopReason};
use crate::error::StreamPlace;
use crate::json::write::{self, Writer};
use crate::sse;

mod block;

use block::Speaking;

/// Where a stream that is written stands.
#[derive(Debug)]
pub(crate) struct Encoder {
    client: Client,
    sequence: Sequence,
    /// Events of one step; empty between steps.
    told: Vec<Event>,
    /// The id of the message, once the answer has begun.
    id: Option<String>,
    /// Whether `message_start` is written. It waits for one event more, so that it can tell usage that is known by then.
    begun: bool,
    ended: bool,
    usage: Option<Usage>,
    stop: Option<StopReason>,
    calls: bool,
    /// How many blocks are written, the one that speaks included.
    blocks: u64,
    speaking: Option<Speaking>,
    /// Proofs of words, until something follows them: clients take the last block for the answer.
    held: Vec<String>,
    events: u64,
}

impl Encoder {
    pub(crate) fn new(client: Client) -> Self {
        Self {
            client,
            sequence: Sequence::default(),
            told: Vec::new(),
            id: None,
            begun: false,
            ended: false,
            usage: None,
            stop: None,
            calls: false,
            blocks: 0,
            speaking: None,
            held: Vec::new(),
            events: 0,
        }
    }

    /// Appends what the event is for a client of Messages.
    pub(crate) fn write(&mut self, event: Event, notes: &mut Notes, out: &mut Vec<u8>) -> Result<(), TooMuchOverlap> {
        match event {
            Event::Open { choice: 1.., .. } | Event::Stop { choice: 1.., .. } => {
                notes.note("content", "Messages has one answer per call");
            }
            Event::Delta { choice: 1.., .. } | Event::Close { choice: 1.., .. } => {}
            event => {
                let mut told = std::mem::take(&mut self.told);
                let taken = self.sequence.take(event, &mut told);
                for event in told.drain(..) {
                    self.tell(event, notes, out);
                }
                self.told = told;
                taken?;
            }
        }
        Ok(())
    }

    /// Where the stream stands, for an error event.
    pub(crate) fn place(&self) -> StreamPlace {
        StreamPlace { id: self.id.clone(), created_at_s: 0, sequence: self.events, model: self.client.model.clone() }
    }

    fn tell(&mut self, event: Event, notes: &mut Notes, out: &mut Vec<u8>) {
        if self.ended {
            return;
        }
        match event {
            Event::Start { id, .. } => {
                self.id.get_or_insert_with(|| encode_answer::message_id(&id, &self.client));
            }
            Event::Usage(usage) => {
                // The beginning tells the first that is known, the end the last.
                if self.usage.is_some() {
                    self.begin(out);
                }
                self.usage = Some(usage);
            }
            Event::Open { what, .. } => {
                self.begin(out);
                self.open(what, notes, out);
            }
            Event::Delta { delta, .. } => self.delta(delta, notes, out),
            Event::Close { .. } => self.close(out),
            Event::Stop { reason, .. } => self.stop = Some(reason),
            Event::End => self.end(notes, out),
            // The gateway tells the error itself.
            Event::Failed(_) => self.ended = true,
        }
    }

    fn begin(&mut self, out: &mut Vec<u8>) {
        if std::mem::replace(&mut self.begun, true) {
            return;
        }
        let id = self.id.get_or_insert_with(|| encode_answer::message_id("", &self.client)).clone();
        let (model, usage) = (self.client.model.clone(), self.usage.unwrap_or_default());
        self.event("message_start", out, |event| {
            let mut message = event.object("message");
            message.text("id", &id).text("type", "message").text("role", "assistant").text("model", &model);
            message.list("content");
            message.raw("stop_reason", "null").raw("stop_sequence", "null");
            message.raw("container", "null").raw("stop_details", "null");
            words::usage(&usage, None, &mut message);
        });
    }

    fn end(&mut self, notes: &mut Notes, out: &mut Vec<u8>) {
        self.begin(out);
        self.close(out);
        self.last_proofs(notes, out);
        let reason = self.stop.take().unwrap_or(StopReason::End);
        let (calls, usage) = (self.calls, self.usage.unwrap_or_default());
        self.event("message_delta", out, |event| {
            {
                let mut delta = event.object("delta");
                encode_answer::stop(&reason, calls, &mut delta, notes);
                delta.raw("container", "null").raw("stop_details", "null");
            }
            words::final_usage(&usage, event);
        });
        self.event("message_stop", out, |_| {});
        self.ended = true;
    }

    /// Writes one event.
    fn event(&mut self, name: &str, out: &mut Vec<u8>, fill: impl FnOnce(&mut Writer<'_>)) {
        self.events += 1;
        out.extend_from_slice(b"event: ");
        out.extend_from_slice(name.as_bytes());
        out.extend_from_slice(b"\ndata: ");
        let begins = out.len();
        let mut object = write::object(out);
        object.text("type", name);
        fill(&mut object);
        drop(object);
        sse::on_one_line(&mut out[begins..]);
        out.extend_from_slice(b"\n\n");
    }

    /// Whether a block that is no text, no thought and no call may pass.
    fn passes(dialect: Dialect, notes: &mut Notes) -> bool {
        if dialect == Dialect::Messages { true } else { notes.keeps_of_answer(Feature::AnswerServerTools) }
    }
}
