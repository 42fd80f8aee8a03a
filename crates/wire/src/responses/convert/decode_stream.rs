//! Reads a stream.
//!
//! A provider tells everything twice or thrice: in small events, in whole items, in the last event. What comes first is
//! taken; the later ones fill what earlier ones left out, which servers that imitate this API do in many ways.

use thinkwatch_policy::dialect::Dialect;

use super::decode_answer::created_at;
use super::stops::{self, Content};
use crate::canonical::{Event, Notes, StopReason};
use crate::error::upstream_message;
use crate::json::node::{Fault, Node, Object};
use crate::responses::usage;
use crate::stream::Failure;
use crate::usage::told;

mod pieces;
mod slot;

use slot::Slot;

/// More items than any answer has.
const MAX_ITEMS: usize = 4096;

/// What an event is about.
#[derive(Debug)]
struct At {
    /// The place of the item in the output.
    index: u64,
    /// The place of the part in the item.
    part: u64,
    /// The id of the item.
    id: Option<String>,
}

/// Reads events, one after the other.
#[derive(Debug, Default)]
pub(crate) struct Decoder {
    started: bool,
    ended: bool,
    /// Whether the answer came to its end.
    complete: bool,
    next_block: u32,
    slots: Vec<Slot>,
    content: Content,
}

impl Decoder {
    /// At the beginning of a stream.
    pub(crate) fn new() -> Self {
        Self::default()
    }

    /// Takes the name and the data of an event and appends what it says.
    pub(crate) fn read(&mut self, name: Option<&[u8]>, data: &[u8], out: &mut Vec<Event>) -> Result<(), Fault> {
        if self.ended || data.trim_ascii() == b"[DONE]" || data.trim_ascii().is_empty() {
            return Ok(());
        }
        let mut event = Node::root(data)?.object()?;
        let told = event.text("type")?;
        let named = name.and_then(|name| std::str::from_utf8(name).ok());
        let Some(kind) = told.as_deref().or(named) else { return Ok(()) };
        match kind {
            "response.created" | "response.in_progress" | "response.queued" => self.start(&mut event, out)?,
            "response.completed" | "response.incomplete" => self.end(&mut event, out)?,
            "response.failed" | "error" => {
                let told = upstream_message(data).unwrap_or_default();
                let code = told.code.or(told.kind).filter(|code| code != "error");
                self.ended = true;
                out.push(Event::Failed(Failure { message: told.message, code }));
            }
            _ if kind.starts_with("response.") => {
                self.started_at_least(out);
                self.about_an_item(&kind["response.".len()..], &mut event, out)?;
            }
            _ => {}
        }
        Ok(())
    }

    /// The upstream has closed. Why an answer stopped is told by its last event only, so without that it is cut short.
    pub(crate) fn finish(&mut self, _out: &mut Vec<Event>) -> bool {
        self.complete
    }

    fn start(&mut self, event: &mut Object<'_>, out: &mut Vec<Event>) -> Result<(), Fault> {
        if self.started {
            return Ok(());
        }
        let Some(response) = event.some("response") else {
            self.started_at_least(out);
            return Ok(());
        };
        let mut response = response.object()?;
        self.started = true;
        out.push(Event::Start {
            id: response.text("id")?.unwrap_or_default(),
            model: response.text("model")?.unwrap_or_default(),
            created_at_s: created_at(&mut response)?,
        });
        Ok(())
    }

    fn started_at_least(&mut self, out: &mut Vec<Event>) {
        if !std::mem::replace(&mut self.started, true) {
            out.push(Event::Start { id: String::new(), model: String::new(), created_at_s: 0 });
        }
    }

    fn end(&mut self, event: &mut Object<'_>, out: &mut Vec<Event>) -> Result<(), Fault> {
        if let Some(response) = event.peek("response") {
            // It has all that a beginning would have.
            if !self.started {
                self.start(event, out)?;
            }
            let mut response = response.object()?;
            let silent = self.slots.is_empty();
            for (index, item) in response.list("output")?.into_iter().enumerate() {
                let index = index as u64;
                if silent || self.slots.iter().any(|slot| slot.index == index && slot.unfinished(item)) {
                    self.item_done(&At { index, part: 0, id: None }, item, out)?;
                }
            }
            self.close_all(out);
            if let Some(usage) = told(response.some("usage").and_then(|object| usage::read(object.raw().as_bytes()))) {
                out.push(Event::Usage(usage));
            }
            let reason = stops::read(&mut response, self.content)?.unwrap_or(StopReason::End);
            out.push(Event::Stop { choice: 0, reason });
        } else {
            self.started_at_least(out);
            self.close_all(out);
            out.push(Event::Stop { choice: 0, reason: StopReason::End });
        }
        out.push(Event::End);
        self.ended = true;
        self.complete = true;
        Ok(())
    }

    fn close_all(&mut self, out: &mut Vec<Event>) {
        for slot in &mut self.slots {
            slot.close(out);
        }
    }
}

/// Notes of which nothing comes: what is unknown in an answer is nobody's wish.
const fn silent() -> Notes {
    Notes::new(Dialect::Responses, Dialect::Responses, false)
}
