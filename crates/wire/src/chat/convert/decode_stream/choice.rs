//! One of the answers of a stream.

use std::ops::Range;

use super::super::{calls, finish, said, thinking};
use super::tools::Calls;
use crate::canonical::{Delta, Event, Json, Opening, Signature, StopReason};
use crate::json::node::{Node, Object};

/// What can be open one at a time. Calls can be open together, and beside these.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Plain {
    Thinking,
    Text,
    Refusal,
}

#[derive(Debug)]
pub(super) struct Choice {
    index: u32,
    /// The number of the next block.
    next: u32,
    open: Option<(Plain, u32)>,
    calls: Calls,
    /// Whether anything was said, so that a whole message in place of a delta says it again.
    begun: bool,
    refused: bool,
    stopped: bool,
    /// Where the words of the last chunk stood in it, if it said some in one string.
    words_at: Option<Range<usize>>,
}

impl Choice {
    pub(super) fn new(index: u32, answer_id: String) -> Self {
        let calls = Calls::new(index, answer_id);
        Self { index, next: 0, open: None, calls, begun: false, refused: false, stopped: false, words_at: None }
    }

    pub(super) const fn index(&self) -> u32 {
        self.index
    }

    pub(super) fn words_at(&self) -> Option<Range<usize>> {
        self.words_at.clone()
    }

    pub(super) const fn stopped(&self) -> bool {
        self.stopped
    }

    /// Reads an element of `choices`. What is not of the type it should be is passed over.
    pub(super) fn read(&mut self, choice: &mut Object<'_>, out: &mut Vec<Event>) {
        self.words_at = None;
        if self.stopped {
            return;
        }
        let whole = if self.begun { None } else { choice.some("message") };
        if let Some(mut delta) = choice.some("delta").or(whole).and_then(|delta| delta.object().ok()) {
            self.thoughts(&mut delta, out);
            self.words(&mut delta, out);
            self.media(&mut delta, out);
            self.hangings(&mut delta, out);
            self.tools(&mut delta, out);
        }
        if let Some(logprobs) = choice.some("logprobs").filter(Node::is_object)
            && let Some((Plain::Text | Plain::Refusal, block)) = self.open
        {
            self.delta(block, Delta::LogProbs(logprobs.raw().into()), out);
        }
        let sequence = choice.some("stop_reason").and_then(|text| text.text().ok()).map(std::borrow::Cow::into_owned);
        if let Some(word) = choice.text("finish_reason").ok().flatten().filter(|word| !word.is_empty()) {
            // The calls first: one that was held back counts too.
            self.close_all(out);
            let reason = finish::read(&word, sequence, self.calls.any(), self.refused);
            self.stop(reason, out);
        }
    }

    /// Ends the answer, once.
    pub(super) fn stop(&mut self, reason: StopReason, out: &mut Vec<Event>) {
        if std::mem::replace(&mut self.stopped, true) {
            return;
        }
        self.close_all(out);
        let reason = match reason {
            StopReason::End if self.calls.any() => StopReason::ToolUse,
            StopReason::End if self.refused => StopReason::Refusal,
            other => other,
        };
        out.push(Event::Stop { choice: self.index, reason });
    }

    fn close_all(&mut self, out: &mut Vec<Event>) {
        self.close(out);
        self.calls.close(out);
    }

    fn delta(&self, block: u32, delta: Delta, out: &mut Vec<Event>) {
        out.push(Event::Delta { choice: self.index, block, delta });
    }

    /// Opens the block, unless it is open; another one that is not a call is closed for it.
    fn plain(&mut self, kind: Plain, out: &mut Vec<Event>) -> u32 {
        if let Some((open, block)) = self.open
            && open == kind
        {
            return block;
        }
        self.close(out);
        let what = match kind {
            Plain::Thinking => Opening::Thinking,
            Plain::Text => Opening::Text,
            Plain::Refusal => Opening::Refusal,
        };
        let block = self.begin(what, out);
        self.open = Some((kind, block));
        block
    }

    fn begin(&mut self, what: Opening, out: &mut Vec<Event>) -> u32 {
        let block = self.next;
        self.next += 1;
        self.begun = true;
        out.push(Event::Open { choice: self.index, block, what });
        block
    }

    fn close(&mut self, out: &mut Vec<Event>) {
        if let Some((_, block)) = self.open.take() {
            out.push(Event::Close { choice: self.index, block });
        }
    }

    fn say(&mut self, kind: Plain, text: String, out: &mut Vec<Event>) {
        if !text.is_empty() {
            let block = self.plain(kind, out);
            self.delta(block, Delta::Text(text), out);
        }
    }

    fn thoughts(&mut self, delta: &mut Object<'_>, out: &mut Vec<Event>) {
        let words = thinking::words(delta);
        // Where both are given, the details say the words a second time.
        let twice = words.is_some();
        self.say(Plain::Thinking, words.unwrap_or_default(), out);
        for node in delta.list("reasoning_details").unwrap_or_default() {
            let Some(detail) = thinking::detail(node) else { continue };
            if !twice {
                self.say(Plain::Thinking, detail.text, out);
            }
            match detail.proof {
                Some(proof) if detail.redacted => {
                    self.close(out);
                    self.at_once(Opening::RedactedThinking(proof), out);
                }
                Some(proof) => self.prove(proof, out),
                None => {}
            }
        }
    }

    /// A proof is the last of a thought: what is thought after it is another one.
    fn prove(&mut self, proof: Signature, out: &mut Vec<Event>) {
        let block = self.plain(Plain::Thinking, out);
        self.delta(block, Delta::Signature(proof), out);
        self.close(out);
    }

    fn at_once(&mut self, what: Opening, out: &mut Vec<Event>) {
        let block = self.begin(what, out);
        out.push(Event::Close { choice: self.index, block });
    }

    fn words(&mut self, delta: &mut Object<'_>, out: &mut Vec<Event>) {
        match delta.some("content") {
            Some(content) if content.is_list() => {
                for part in content.list().unwrap_or_default() {
                    self.part(part, out);
                }
            }
            Some(content) => {
                let text = text_of(content);
                self.words_at = (!text.is_empty()).then(|| content.at()..content.at() + content.raw().len());
                self.say(Plain::Text, text, out);
            }
            None => {}
        }
        let refusal = delta.some("refusal").map(text_of).unwrap_or_default();
        self.refused |= !refusal.is_empty();
        self.say(Plain::Refusal, refusal, out);
    }

    /// Mistral's parts.
    fn part(&mut self, part: Node<'_>, out: &mut Vec<Event>) {
        let Ok(mut object) = part.object() else { return };
        if let Some(text) = object.some("text") {
            self.say(Plain::Text, text_of(text), out);
        }
        match object.some("thinking") {
            Some(thought) if thought.is_list() => {
                for one in thought.list().unwrap_or_default() {
                    let text = one.object().ok().and_then(|mut one| one.some("text")).map(text_of);
                    self.say(Plain::Thinking, text.unwrap_or_default(), out);
                }
            }
            Some(thought) => self.say(Plain::Thinking, text_of(thought), out),
            None => {}
        }
    }

    fn media(&mut self, delta: &mut Object<'_>, out: &mut Vec<Event>) {
        for image in delta.list("images").unwrap_or_default() {
            if let Some(media) = said::picture(image) {
                self.close(out);
                self.at_once(Opening::Media(media), out);
            }
        }
        // A sound comes in pieces and is asked for in words that only this dialect has; what is spoken is told.
        let spoken = delta.some("audio").and_then(|audio| audio.object().ok()?.some("transcript"));
        self.say(Plain::Text, spoken.map(text_of).unwrap_or_default(), out);
    }

    /// What hangs on the words.
    fn hangings(&mut self, delta: &mut Object<'_>, out: &mut Vec<Event>) {
        let proof = delta.some("extra_content").and_then(calls::thought_signature);
        let annotations: Vec<Json> =
            delta.list("annotations").unwrap_or_default().iter().map(|node| node.raw().into()).collect();
        if proof.is_none() && annotations.is_empty() {
            return;
        }
        let block = self.plain(Plain::Text, out);
        for annotation in annotations {
            self.delta(block, Delta::Citation(annotation), out);
        }
        if let Some(proof) = proof {
            self.delta(block, Delta::Signature(proof), out);
        }
    }

    fn tools(&mut self, delta: &mut Object<'_>, out: &mut Vec<Event>) {
        let called = delta.list("tool_calls").unwrap_or_default();
        let before_tools = delta.some("function_call");
        if called.is_empty() && before_tools.is_none() {
            return;
        }
        self.close(out);
        self.begun = true;
        for node in called {
            self.calls.read(node, &mut self.next, out);
        }
        if let Some(node) = before_tools {
            self.calls.read_older(node, &mut self.next, out);
        }
    }
}

fn text_of(node: Node<'_>) -> String {
    node.text().map(std::borrow::Cow::into_owned).unwrap_or_default()
}
