//! Reads the events about items and their parts.

use super::super::decode_answer::in_chats_words;
use super::super::items::{self, Item, Reading};
use super::slot::{Kind, Slot};
use super::{At, Decoder, MAX_ITEMS, silent};
use crate::canonical::{Block, Delta, Event, Json, Opening};
use crate::json::node::{Fault, Node, Object};

impl Decoder {
    /// Takes an event whose type, without `response.`, is `kind`.
    pub(super) fn about_an_item(
        &mut self,
        kind: &str,
        event: &mut Object<'_>,
        out: &mut Vec<Event>,
    ) -> Result<(), Fault> {
        let part = event.whole("content_index")?.or(event.whole("summary_index")?).unwrap_or(0);
        let id = event.text("item_id")?.filter(|id| !id.is_empty());
        let at = At { index: event.whole("output_index")?.unwrap_or(0), part, id };
        let Some((what, step)) = kind.rsplit_once('.') else { return Ok(()) };
        let done = step == "done";
        let words = |event: &mut Object<'_>, whole: &str| {
            event.text(if done { whole } else { "delta" }).map(Option::unwrap_or_default)
        };
        match (what, step) {
            ("output_item", "added" | "done") => {
                let Some(item) = event.some("item") else { return Ok(()) };
                if done { self.item_done(&at, item, out) } else { self.item_added(&at, item, out) }
            }
            ("content_part", "added" | "done") => match event.some("part") {
                Some(told) => self.part(&at, done, told, out),
                None => Ok(()),
            },
            ("output_text", "delta" | "done") => {
                let logprobs = if done { None } else { logprobs(event)? };
                let text = words(event, "text")?;
                self.words(&at, &Opening::Text, out, |slot, out| {
                    if let Some(logprobs) = logprobs {
                        slot.say(at.part, Delta::LogProbs(logprobs), out);
                    }
                    slot.say_or_fill(at.part, text, done, out);
                })
            }
            ("refusal", "delta" | "done") => {
                let text = words(event, "refusal")?;
                self.words(&at, &Opening::Refusal, out, |slot, out| slot.say_or_fill(at.part, text, done, out))
            }
            ("output_text.annotation", "added") => match event.some("annotation") {
                Some(annotation) => {
                    self.words(&at, &Opening::Text, out, |slot, out| slot.cite(at.part, annotation.raw(), out))
                }
                None => Ok(()),
            },
            ("reasoning_summary_text" | "reasoning_text", "delta" | "done") => {
                let text = words(event, "text")?;
                self.thought(&at, what == "reasoning_summary_text", done, text, out)
            }
            ("function_call_arguments" | "custom_tool_call_input", "delta" | "done") => {
                let text = words(event, if what == "function_call_arguments" { "arguments" } else { "input" })?;
                if let Some(slot) = self.slot(&at, Kind::Call, false)? {
                    slot.say_or_fill(0, text, done, out);
                }
                Ok(())
            }
            _ => Ok(()),
        }
    }

    /// The item that an event is about, made if it was not announced; `None` if it is complete or something else. Some
    /// servers do not count, others give an item another id each time: the id is believed first, then the place. `fresh`:
    /// the event begins an item, so another id is another item.
    fn slot(&mut self, at: &At, kind: Kind, fresh: bool) -> Result<Option<&mut Slot>, Fault> {
        let other = |slot: &Slot| slot.id.is_some() && at.id.is_some() && slot.id != at.id;
        let by_id = self.slots.iter().position(|slot| !slot.done && at.id.is_some() && slot.id == at.id);
        let by_place = || {
            let mut places = self.slots.iter();
            places.position(|slot| slot.index == at.index && !(other(slot) && (fresh || slot.done)))
        };
        let place = match by_id.or_else(by_place) {
            Some(place) => place,
            None if self.slots.len() < MAX_ITEMS => {
                self.slots.push(Slot::new(at.index, at.id.clone(), kind));
                self.slots.len() - 1
            }
            None => {
                let message = format!("has more than {MAX_ITEMS} items");
                return Err(Fault { at: 0, missing: None, message });
            }
        };
        Ok(self.slots.get_mut(place).filter(|slot| slot.kind == kind && !slot.done))
    }

    /// Says something in a part of a message, which is opened if it was not.
    fn words(
        &mut self,
        at: &At,
        what: &Opening,
        out: &mut Vec<Event>,
        say: impl FnOnce(&mut Slot, &mut Vec<Event>),
    ) -> Result<(), Fault> {
        let mut next = self.next_block;
        if let Some(slot) = self.slot(at, Kind::Message, false)? {
            slot.open(at.part, what, &mut next, out);
            say(slot, out);
        }
        self.next_block = next;
        self.content.refuses |= *what == Opening::Refusal;
        Ok(())
    }

    fn part(&mut self, at: &At, done: bool, told: Node<'_>, out: &mut Vec<Event>) -> Result<(), Fault> {
        let mut told = told.object()?;
        let (what, key) = match told.text("type")?.as_deref() {
            Some("output_text" | "text") => (Opening::Text, "text"),
            Some("refusal") => (Opening::Refusal, "refusal"),
            _ => return Ok(()),
        };
        let text = told.text(key)?.unwrap_or_default();
        let annotations = told.list("annotations")?;
        self.words(at, &what, out, |slot, out| {
            slot.fill(at.part, text, out);
            slot.cite_rest(at.part, annotations.iter().map(Node::raw), out);
            if done {
                slot.close_part(at.part, out);
            }
        })
    }

    fn thought(&mut self, at: &At, summary: bool, done: bool, text: String, out: &mut Vec<Event>) -> Result<(), Fault> {
        let mut next = self.next_block;
        if let Some(slot) = self.slot(at, Kind::Thought, false)?
            && slot.speaks(summary, at.part, done, &text)
        {
            slot.open(0, &Opening::Thinking, &mut next, out);
            slot.think(summary, at.part, text, out);
        }
        self.next_block = next;
        Ok(())
    }

    fn item_added(&mut self, at: &At, item: Node<'_>, out: &mut Vec<Event>) -> Result<(), Fault> {
        let mut object = item.object()?;
        let kind = Kind::of(object.text("type")?.as_deref());
        let named = object.peek("name").is_some();
        let at = At { id: object.text("id")?.filter(|id| !id.is_empty()), ..*at };
        let mut next = self.next_block;
        if let Some(slot) = self.slot(&at, kind, true)?
            && kind == Kind::Call
            && named
        {
            let mut notes = silent();
            let read = items::read(item, place(at.index), &mut Reading::answer(&mut notes))?;
            if let Item::OfModel(Block::ToolCall(mut call)) = read {
                let arguments = std::mem::take(&mut call.arguments);
                slot.open(0, &Opening::ToolCall(call), &mut next, out);
                // Some servers begin with the arguments `{}` and tell the real ones later.
                if arguments != "{}" {
                    slot.say_text(0, arguments, out);
                }
            }
        }
        self.content.calls |= kind == Kind::Call;
        self.next_block = next;
        Ok(())
    }

    pub(super) fn item_done(&mut self, at: &At, item: Node<'_>, out: &mut Vec<Event>) -> Result<(), Fault> {
        let mut object = item.object()?;
        let kind = Kind::of(object.text("type")?.as_deref());
        let at = At { id: object.text("id")?.filter(|id| !id.is_empty()), ..*at };
        let mut notes = silent();
        let mut reading = Reading::answer(&mut notes);
        let whole = items::read(item, place(at.index), &mut reading)?;
        let logprobs = reading.logprobs.take().map(|logprobs| in_chats_words(&logprobs));
        let mut next = self.next_block;
        let mut refuses = false;
        if let Some(slot) = self.slot(&at, kind, false)? {
            refuses = slot.complete(whole, logprobs, &mut next, out);
            slot.done = true;
        }
        self.content.refuses |= refuses;
        self.content.calls |= kind == Kind::Call;
        self.next_block = next;
        Ok(())
    }
}

/// The log probabilities of an event, in Chat's words.
fn logprobs(event: &mut Object<'_>) -> Result<Option<Json>, Fault> {
    let list = event.list("logprobs")?;
    let all = list.iter().map(Node::raw).collect::<Vec<_>>().join(",");
    Ok((!all.is_empty()).then(|| in_chats_words(&all)))
}

fn place(index: u64) -> usize {
    usize::try_from(index).unwrap_or(usize::MAX)
}
