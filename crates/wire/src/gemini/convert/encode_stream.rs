//! Events as Gemini's stream: each piece a chunk of its own, calls whole, and the reason to stop with the usage in the
//! last one.

use std::collections::BTreeMap;

use super::decode_answer::MAX_CHOICES;
use super::encode_answer::{carry, note_stop, part_of, write_citations};
use super::part::Part;
use super::{logprobs, proofs, stop};
use crate::canonical::sequence::{Sequence, TooMuchOverlap};
use crate::canonical::{
    Block, Client, Delta, Event, Feature, Json, Notes, Opening, Signature, StopReason, Thinking, ToolCall,
};
use crate::error::StreamPlace;
use crate::gemini::usage;
use crate::json::write::{self, Writer};
use thinkwatch_policy::dialect::Dialect;
use thinkwatch_policy::usage::Usage;

/// How the chunks are told apart.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) enum Framing {
    /// As events, for who asks with `alt=sse`.
    #[default]
    Events,
    /// As the elements of one list in JSON.
    List,
}

/// Writes the stream of one answer.
#[derive(Debug)]
pub(crate) struct Encoder {
    client: Client,
    framing: Framing,
    id: String,
    created_at_s: u64,
    written: u64,
    choices: BTreeMap<u32, State>,
    usage: Option<Usage>,
}

#[derive(Debug, Default)]
struct State {
    sequence: Sequence,
    open: Option<Open>,
    citations: Vec<Json>,
    stop: Option<StopReason>,
    /// What was thought since the last call, for the next one to carry.
    thoughts: Vec<Thinking>,
    /// The bytes of it.
    thought_bytes: usize,
}

/// Longer thoughts are not kept for a call to carry.
const MAX_THOUGHT_BYTES: usize = 1 << 20;

impl State {
    /// Keeps what was thought.
    fn think(&mut self, text: &str, proof: Option<&Signature>) {
        self.thought_bytes += text.len();
        if let Some(last) = self.thoughts.last_mut() {
            if self.thought_bytes <= MAX_THOUGHT_BYTES {
                last.text.push_str(text);
                last.signature = proof.cloned().or(last.signature.take());
            } else {
                // A part of a thought is of no use to anybody.
                self.thoughts.clear();
            }
        }
    }
}

/// The block that is open.
#[derive(Debug)]
enum Open {
    Words {
        thought: bool,
    },
    /// Gemini's calls are whole: arguments wait until all are there.
    Call(ToolCall),
    /// Something that came whole with its opening.
    Done,
}

impl Encoder {
    #[cfg(test)]
    pub(crate) fn new(client: Client) -> Self {
        Self::framed(client, Framing::Events)
    }

    /// The same with the other way of telling chunks apart.
    pub(crate) fn framed(client: Client, framing: Framing) -> Self {
        let (id, created_at_s) = (client.request_id.clone(), client.now_s);
        Self { client, framing, id, created_at_s, written: 0, choices: BTreeMap::new(), usage: None }
    }

    /// Where the stream stands, for an error event.
    pub(crate) fn place(&self) -> StreamPlace {
        StreamPlace {
            id: Some(self.id.clone()),
            created_at_s: self.created_at_s,
            sequence: self.written,
            model: self.client.model.clone(),
        }
    }

    pub(crate) fn write(&mut self, event: Event, notes: &mut Notes, out: &mut Vec<u8>) -> Result<(), TooMuchOverlap> {
        match event {
            Event::Start { id, created_at_s, .. } => {
                if !id.is_empty() {
                    self.id = id;
                }
                if created_at_s > 0 {
                    self.created_at_s = created_at_s;
                }
            }
            Event::Open { choice, .. }
            | Event::Delta { choice, .. }
            | Event::Close { choice, .. }
            | Event::Stop { choice, .. } => {
                if u64::from(choice) >= MAX_CHOICES {
                    return Err(TooMuchOverlap);
                }
                // Parts have no numbers: those of a choice must come one after the other, whatever other choices do.
                let mut ordered = Vec::new();
                self.choices.entry(choice).or_default().sequence.take(event, &mut ordered)?;
                for event in ordered {
                    self.of_choice(event, notes, out);
                }
            }
            Event::Usage(usage) => self.usage = Some(usage),
            Event::End => self.last(notes, out),
            // The gateway tells the error itself.
            Event::Failed(_) => {}
        }
        Ok(())
    }

    fn of_choice(&mut self, event: Event, notes: &mut Notes, out: &mut Vec<u8>) {
        match event {
            Event::Open { choice, what, .. } => self.open(choice, what, notes, out),
            Event::Delta { choice, delta, .. } => self.delta(choice, delta, notes, out),
            Event::Close { choice, .. } => {
                let open = self.choices.entry(choice).or_default().open.take();
                if let Some(Open::Call(call)) = open {
                    self.block(choice, &Block::ToolCall(call), notes, out);
                }
            }
            Event::Stop { choice, reason } => self.choices.entry(choice).or_default().stop = Some(reason),
            Event::Start { .. } | Event::Usage(_) | Event::End | Event::Failed(_) => {}
        }
    }

    fn open(&mut self, choice: u32, what: Opening, notes: &mut Notes, out: &mut Vec<u8>) {
        let open = match what {
            Opening::Text => Open::Words { thought: false },
            Opening::Refusal => {
                notes.keeps_of_answer(Feature::AnswerRefusal);
                Open::Words { thought: false }
            }
            Opening::Thinking => {
                let state = self.choices.entry(choice).or_default();
                // The proof would be of less than was thought.
                if state.thought_bytes <= MAX_THOUGHT_BYTES {
                    state.thoughts.push(Thinking::default());
                }
                Open::Words { thought: true }
            }
            Opening::ToolCall(call) => Open::Call(call),
            Opening::RedactedThinking(signature) => {
                let thinking = Thinking { signature: Some(signature), redacted: true, ..Thinking::default() };
                self.choices.entry(choice).or_default().thoughts.push(thinking.clone());
                self.block(choice, &Block::Thinking(thinking), notes, out);
                Open::Done
            }
            Opening::Opaque(opaque) => {
                self.block(choice, &Block::Opaque(opaque), notes, out);
                Open::Done
            }
            Opening::Media(media) => {
                self.block(choice, &Block::Media(media), notes, out);
                Open::Done
            }
        };
        self.choices.entry(choice).or_default().open = Some(open);
    }

    fn delta(&mut self, choice: u32, delta: Delta, notes: &mut Notes, out: &mut Vec<u8>) {
        let state = self.choices.entry(choice).or_default();
        let thought = matches!(state.open, Some(Open::Words { thought: true }));
        match (delta, &mut state.open) {
            (Delta::Text(text), Some(Open::Words { .. })) if !text.is_empty() => {
                if thought {
                    state.think(&text, None);
                }
                self.part(choice, &Part::Text { text: text.into(), thought, signature: None }, None, out);
            }
            (Delta::Arguments(text), Some(Open::Call(call))) => call.arguments.push_str(&text),
            (Delta::Signature(signature), Some(Open::Call(call))) => call.signature = Some(signature),
            (Delta::Signature(signature), Some(Open::Words { .. })) => {
                if thought {
                    state.think("", Some(&signature));
                }
                self.proof(choice, thought, &signature, out);
            }
            (Delta::Citation(citation), _) => {
                if notes.source == Dialect::Gemini {
                    state.citations.push(citation);
                } else {
                    notes.keeps_of_answer(Feature::Citations);
                }
            }
            (Delta::LogProbs(told), _) => self.part(choice, &Part::text(""), Some(&told), out),
            (Delta::Text(_) | Delta::Arguments(_) | Delta::Signature(_), _) => {}
        }
    }

    /// The proof of words that have been told already: a part of its own, without words.
    fn proof(&mut self, choice: u32, thought: bool, signature: &Signature, out: &mut Vec<u8>) {
        let signature = Some(proofs::carried(signature, false).into_owned().into());
        self.part(choice, &Part::Text { text: "".into(), thought, signature }, None, out);
    }

    fn block(&mut self, choice: u32, block: &Block, notes: &mut Notes, out: &mut Vec<u8>) {
        if let Some(mut part) = part_of(block, notes) {
            let state = self.choices.entry(choice).or_default();
            carry(&mut state.thoughts, &mut part);
            if state.thoughts.is_empty() {
                state.thought_bytes = 0;
            }
            self.part(choice, &part, None, out);
        }
    }

    /// A chunk with one part.
    fn part(&mut self, choice: u32, part: &Part<'_>, told: Option<&Json>, out: &mut Vec<u8>) {
        self.begin(out);
        {
            let mut root = write::object(out);
            {
                let mut candidates = root.list("candidates");
                let mut candidate = candidates.push_object();
                content(part, &mut candidate);
                candidate.whole("index", u64::from(choice));
                if let Some(told) = told {
                    logprobs::write(told, &mut candidate.object("logprobsResult"));
                }
            }
            self.identity(&mut root);
        }
        self.end(out);
    }

    /// The chunk that ends the answer: why each choice stopped, and what was consumed.
    fn last(&mut self, notes: &mut Notes, out: &mut Vec<u8>) {
        self.begin(out);
        {
            let mut root = write::object(out);
            {
                let mut candidates = root.list("candidates");
                for (choice, state) in &self.choices {
                    let mut candidate = candidates.push_object();
                    content(&Part::text(""), &mut candidate);
                    let reason = state.stop.as_ref().unwrap_or(&StopReason::End);
                    note_stop(reason, notes);
                    candidate.text("finishReason", stop::word(reason)).whole("index", u64::from(*choice));
                    write_citations(&state.citations.iter().collect::<Vec<_>>(), &mut candidate);
                }
            }
            if let Some(told) = &self.usage {
                usage::write(told, &mut root.object("usageMetadata"));
            }
            self.identity(&mut root);
        }
        self.end(out);
        if self.framing == Framing::List {
            out.push(b']');
        }
    }

    fn identity(&self, root: &mut Writer<'_>) {
        root.text("modelVersion", &self.client.model).text("responseId", &self.id);
    }

    /// What stands before a chunk.
    fn begin(&self, out: &mut Vec<u8>) {
        out.extend_from_slice(match (self.framing, self.written) {
            (Framing::Events, _) => b"data: ",
            (Framing::List, 0) => b"[",
            (Framing::List, _) => b",\r\n",
        });
    }

    fn end(&mut self, out: &mut Vec<u8>) {
        self.written += 1;
        if self.framing == Framing::Events {
            out.extend_from_slice(b"\r\n\r\n");
        }
    }
}

fn content(part: &Part<'_>, candidate: &mut Writer<'_>) {
    let mut content = candidate.object("content");
    part.write(&mut content.list("parts"));
    content.text("role", "model");
}
