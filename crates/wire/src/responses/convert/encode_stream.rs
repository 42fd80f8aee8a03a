//! Writes a stream as clients of this API expect it.
//!
//! Codex builds its turn from whole items (`response.output_item.done`) and from the last event, other clients from the
//! small events in between, so both are told. Items follow each other; a message stays open while words follow words.

use thinkwatch_policy::dialect::Dialect;
use thinkwatch_policy::usage::Usage;

use super::output::{self, Envelope};
use super::stops::{self, Content};
use crate::canonical::sequence::{Sequence, TooMuchOverlap};
use crate::canonical::{Client, Event, Feature, Notes, StopReason};
use crate::error::StreamPlace;
use crate::json::write::{self, Writer};
use crate::sse;

mod blocks;

use blocks::{OpenBlock, OpenMessage};

/// Writes events, one after the other.
#[derive(Debug)]
pub(crate) struct Encoder {
    client: Client,
    sequence: Sequence,
    lined_up: Vec<Event>,
    /// The number of the next event.
    number: u64,
    id: String,
    created_at_s: u64,
    started: bool,
    ended: bool,
    /// The items that are complete; the last event tells them all again.
    output: Vec<Vec<u8>>,
    message: Option<OpenMessage>,
    block: Option<OpenBlock>,
    refuses: bool,
    stop: Option<StopReason>,
    usage: Option<Usage>,
}

impl Encoder {
    /// For this client.
    pub(crate) fn new(client: Client) -> Self {
        Self {
            id: output::response_id(&client, "", false),
            created_at_s: client.now_s,
            client,
            sequence: Sequence::default(),
            lined_up: Vec::new(),
            number: 0,
            started: false,
            ended: false,
            output: Vec::new(),
            message: None,
            block: None,
            refuses: false,
            stop: None,
            usage: None,
        }
    }

    /// Takes an event and appends what the client is to get.
    pub(crate) fn write(&mut self, event: Event, notes: &mut Notes, out: &mut Vec<u8>) -> Result<(), TooMuchOverlap> {
        if self.ended {
            return Ok(());
        }
        if let Event::Open { choice, .. }
        | Event::Delta { choice, .. }
        | Event::Close { choice, .. }
        | Event::Stop { choice, .. } = &event
            && *choice > 0
        {
            notes.keeps_of_answer(Feature::SeveralChoices);
            return Ok(());
        }
        let mut lined_up = std::mem::take(&mut self.lined_up);
        let taken = self.sequence.take(event, &mut lined_up);
        for event in lined_up.drain(..) {
            self.tell(event, notes, out);
        }
        self.lined_up = lined_up;
        taken
    }

    /// Goes on with this number, in the item that the client knows.
    pub(crate) fn stand(&mut self, number: u64, item: Option<&str>) {
        self.number = number;
        if let (Some(message), Some(item)) = (&mut self.message, item) {
            item.clone_into(&mut message.id);
        }
    }

    /// Where the stream stands, for an error event of the gateway's.
    pub(crate) fn place(&self) -> StreamPlace {
        StreamPlace {
            id: Some(self.id.clone()),
            created_at_s: self.created_at_s,
            sequence: self.number,
            model: self.client.model.clone(),
        }
    }

    fn tell(&mut self, event: Event, notes: &mut Notes, out: &mut Vec<u8>) {
        match event {
            Event::Start { id, created_at_s, .. } if !self.started => {
                self.id = output::response_id(&self.client, &id, notes.source == Dialect::Responses);
                if created_at_s > 0 {
                    self.created_at_s = created_at_s;
                }
                self.start(out);
            }
            Event::Start { .. } | Event::Failed(_) => {}
            Event::Open { what, .. } => {
                self.start(out);
                self.close(out);
                self.open(what, notes, out);
            }
            Event::Delta { delta, .. } => self.go_on(delta, notes, out),
            Event::Close { .. } => self.close(out),
            Event::Stop { reason, .. } => self.stop = Some(reason),
            Event::Usage(usage) => self.usage = Some(usage),
            Event::End => {
                self.start(out);
                self.close(out);
                self.end_message(out);
                self.end(notes, out);
            }
        }
    }

    fn start(&mut self, out: &mut Vec<u8>) {
        if !std::mem::replace(&mut self.started, true) {
            self.lifecycle("response.created", "in_progress", None, out);
            self.lifecycle("response.in_progress", "in_progress", None, out);
        }
    }

    fn end(&mut self, notes: &mut Notes, out: &mut Vec<u8>) {
        self.ended = true;
        let content = Content { calls: false, refuses: self.refuses };
        let (status, incomplete) = stops::write(self.stop.as_ref(), content, notes);
        let name = if status == "completed" { "response.completed" } else { "response.incomplete" };
        self.lifecycle(name, status, incomplete, out);
    }

    fn lifecycle(&mut self, name: &str, status: &str, incomplete: Option<&str>, out: &mut Vec<u8>) {
        let (client, id, created_at_s) = (&self.client, self.id.as_str(), self.created_at_s);
        let (service_tier, usage) = (None, self.usage.as_ref().filter(|_| self.ended));
        let output = self.output.as_slice();
        let told = Envelope { id, created_at_s, status, incomplete, service_tier, usage, output };
        event(&mut self.number, name, out, |data| {
            output::envelope(&mut data.object("response"), client, &told);
        });
    }

    /// Writes an event about the item that is being told, which is the one after those that are complete.
    fn about(&mut self, name: &str, out: &mut Vec<u8>, fill: impl FnOnce(&mut Writer<'_>)) {
        let index = self.output.len() as u64;
        event(&mut self.number, name, out, |data| {
            data.whole("output_index", index);
            fill(data);
        });
    }

    /// Begins an item, as far as it is known.
    fn item_added(&mut self, item: &[u8], out: &mut Vec<u8>) {
        self.item_event("response.output_item.added", item, out);
    }

    /// Ends an item.
    fn item_done(&mut self, item: Vec<u8>, out: &mut Vec<u8>) {
        self.item_event("response.output_item.done", &item, out);
        self.output.push(item);
    }

    fn item_event(&mut self, name: &str, item: &[u8], out: &mut Vec<u8>) {
        self.about(name, out, |data| {
            data.raw("item", std::str::from_utf8(item).unwrap_or("null"));
        });
    }
}

/// Appends an event with the next number.
fn event(number: &mut u64, name: &str, out: &mut Vec<u8>, fill: impl FnOnce(&mut Writer<'_>)) {
    out.extend_from_slice(b"event: ");
    out.extend_from_slice(name.as_bytes());
    out.extend_from_slice(b"\ndata: ");
    let begun = out.len();
    {
        let mut data = write::object(out);
        data.text("type", name).whole("sequence_number", *number);
        fill(&mut data);
    }
    sse::on_one_line(&mut out[begun..]);
    out.extend_from_slice(b"\n\n");
    *number += 1;
}
