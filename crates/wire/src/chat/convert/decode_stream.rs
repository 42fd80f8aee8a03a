//! Reads a stream, and keeps the order the model in the middle promises whatever the upstream does.

mod choice;
mod likeness;
mod tools;

use choice::Choice;
use likeness::Likeness;

use crate::canonical::{Delta, Event, StopReason};
use crate::chat::usage;
use crate::error::upstream_message;
use crate::json::node::{Fault, Node, Object};
use crate::stream::Failure;
use crate::usage::told;

/// More answers at once nobody can ask for.
const MAX_CHOICES: usize = 128;

/// Reads the events of one stream.
#[derive(Debug, Default)]
pub(crate) struct Decoder {
    id: String,
    model: String,
    created_at_s: u64,
    started: bool,
    ended: bool,
    failed: bool,
    choices: Vec<Choice>,
    /// The last chunk, if it was of nothing but words, with their choice and block.
    alike: Option<(Likeness, u32, u32)>,
    /// How many such were kept since one was of use.
    in_vain: u32,
}

/// Where so many chunks were all different, the next ones will be.
const MAX_IN_VAIN: u32 = 8;

impl Decoder {
    pub(crate) fn new() -> Self {
        Self::default()
    }

    /// Reads one event. After a fault, which is JSON that is none, the next one can be read.
    pub(crate) fn read(&mut self, name: Option<&[u8]>, data: &[u8], out: &mut Vec<Event>) -> Result<(), Fault> {
        let data = data.trim_ascii();
        if self.ended || self.failed || data.is_empty() {
            return Ok(());
        }
        if data == b"[DONE]" {
            self.end(out);
            return Ok(());
        }
        if let Some((likeness, choice, block)) = &self.alike
            && name != Some(b"error")
            && let Some(words) = likeness.words(data)
        {
            let delta = Delta::Text(words.to_owned());
            out.push(Event::Delta { choice: *choice, block: *block, delta });
            self.in_vain = 0;
            return Ok(());
        }
        self.alike = None;
        let before = out.len();
        let mut chunk = Node::root(data)?.object()?;
        if name == Some(b"error") || chunk.peek("error").is_some() {
            self.fail(data, out);
            return Ok(());
        }
        self.introduce(&mut chunk, out);
        for (place, node) in chunk.list("choices").unwrap_or_default().into_iter().enumerate() {
            let Ok(mut choice) = node.object() else { continue };
            // OpenRouter's, when the provider behind it fails.
            if choice.peek("error").is_some() {
                self.fail(node.raw().as_bytes(), out);
                return Ok(());
            }
            let index = choice.some("index").and_then(|index| index.whole().ok());
            let index = index.and_then(|index| u32::try_from(index).ok()).or(u32::try_from(place).ok()).unwrap_or(0);
            self.start(out);
            if let Some(mine) = self.choice(index) {
                mine.read(&mut choice, out);
            }
        }
        let grok = chunk.some("x_groq").and_then(|groq| groq.object().ok()?.some("usage"));
        if let Some(usage) = chunk.some("usage").or(grok).and_then(|usage| told(usage::read(usage.raw().as_bytes()))) {
            self.start(out);
            out.push(Event::Usage(usage));
        }
        self.keep(data, &out[before..]);
        Ok(())
    }

    /// Keeps a chunk that said words and nothing else: the next one will be like it.
    fn keep(&mut self, data: &[u8], said: &[Event]) {
        let [Event::Delta { choice, block, delta: Delta::Text(_) }] = said else { return };
        if self.in_vain >= MAX_IN_VAIN {
            return;
        }
        let words = self.choices.iter().find(|one| one.index() == *choice).and_then(Choice::words_at);
        self.alike = words.and_then(|words| Likeness::of(data, words)).map(|likeness| (likeness, *choice, *block));
        self.in_vain += 1;
    }

    /// The upstream has closed. Whether the answer is complete: its reasons to stop came, though `[DONE]` did not.
    pub(crate) fn finish(&mut self, out: &mut Vec<Event>) -> bool {
        if !self.ended && !self.failed && !self.choices.is_empty() && self.choices.iter().all(Choice::stopped) {
            self.end(out);
        }
        self.ended
    }

    /// Takes what a chunk says of the answer, which some servers say only in later chunks (Azure's first one is empty).
    fn introduce(&mut self, chunk: &mut Object<'_>, out: &mut Vec<Event>) {
        if self.started {
            return;
        }
        if let Some(id) = chunk.text("id").ok().flatten() {
            self.id = id;
        }
        if let Some(model) = chunk.text("model").ok().flatten() {
            self.model = model;
        }
        self.created_at_s = chunk.whole("created").ok().flatten().unwrap_or(self.created_at_s);
        if !self.id.is_empty() {
            self.start(out);
        }
    }

    fn start(&mut self, out: &mut Vec<Event>) {
        if !std::mem::replace(&mut self.started, true) {
            out.push(Event::Start { id: self.id.clone(), model: self.model.clone(), created_at_s: self.created_at_s });
        }
    }

    fn choice(&mut self, index: u32) -> Option<&mut Choice> {
        let at = match self.choices.iter().position(|choice| choice.index() == index) {
            Some(at) => at,
            None if self.choices.len() == MAX_CHOICES => return None,
            None => {
                self.choices.push(Choice::new(index, self.id.clone()));
                self.choices.len() - 1
            }
        };
        self.choices.get_mut(at)
    }

    /// The last word came. What has not stopped by then stops now: some servers never say why.
    fn end(&mut self, out: &mut Vec<Event>) {
        self.start(out);
        for choice in &mut self.choices {
            choice.stop(StopReason::End, out);
        }
        self.ended = true;
        out.push(Event::End);
    }

    fn fail(&mut self, data: &[u8], out: &mut Vec<Event>) {
        let told = upstream_message(data).unwrap_or_default();
        self.start(out);
        self.failed = true;
        out.push(Event::Failed(Failure { message: told.message, code: told.code.or(told.kind) }));
    }
}
