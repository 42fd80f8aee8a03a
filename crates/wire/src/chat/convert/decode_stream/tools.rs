//! The calls of a stream: several may grow at the same time, told apart by `index`, which some servers get wrong.

use super::super::calls;
use crate::canonical::{Delta, Event, Opening, Signature, ToolCall, ToolKind};
use crate::json::node::{Node, Object};

/// A server that opens more calls than this in one answer is broken.
const MAX_CALLS: usize = 1024;
/// The most of a call's arguments that is held back until its name comes.
const MAX_HELD: usize = 1 << 20;

#[derive(Debug)]
pub(super) struct Calls {
    choice: u32,
    answer_id: String,
    calls: Vec<Call>,
    any: bool,
}

#[derive(Debug)]
struct Call {
    key: Option<u64>,
    /// The id the server gave; empty until then.
    given: String,
    kind: ToolKind,
    name: String,
    signature: Option<Signature>,
    /// Its block, once it is open: that takes a name.
    block: Option<u32>,
    held: String,
    closed: bool,
}

/// What a chunk says of a call.
struct Told<'a> {
    key: Option<u64>,
    id: String,
    kind: ToolKind,
    name: String,
    arguments: String,
    extra: Option<Node<'a>>,
}

impl<'a> Told<'a> {
    fn read(mut object: Object<'a>) -> Self {
        let key = object.whole("index").ok().flatten();
        let id = object.text("id").ok().flatten().unwrap_or_default();
        let extra = object.some("extra_content");
        let (kind, inside) = match object.some("custom") {
            Some(inside) => (ToolKind::Custom, Some(inside)),
            None => (ToolKind::Function, object.some("function")),
        };
        let mut told = Self { key, id, kind, name: String::new(), arguments: String::new(), extra };
        told.inside(inside);
        told
    }

    fn inside(&mut self, inside: Option<Node<'a>>) {
        if let Some(mut inside) = inside.and_then(|inside| inside.object().ok()) {
            self.name = inside.text("name").ok().flatten().unwrap_or_default();
            let arguments = inside.some("arguments").or_else(|| inside.some("input"));
            self.arguments = arguments.map(calls::arguments).unwrap_or_default();
        }
    }
}

impl Calls {
    pub(super) const fn new(choice: u32, answer_id: String) -> Self {
        Self { choice, answer_id, calls: Vec::new(), any: false }
    }

    /// Whether any call was opened.
    pub(super) const fn any(&self) -> bool {
        self.any
    }

    /// Reads an element of `tool_calls`.
    pub(super) fn read(&mut self, node: Node<'_>, next: &mut u32, out: &mut Vec<Event>) {
        if let Ok(object) = node.object() {
            self.take(Told::read(object), next, out);
        }
    }

    /// Reads a `function_call`, of which an answer has one.
    pub(super) fn read_older(&mut self, node: Node<'_>, next: &mut u32, out: &mut Vec<Event>) {
        let mut told = Told {
            key: Some(0),
            id: String::new(),
            kind: ToolKind::Function,
            name: String::new(),
            arguments: String::new(),
            extra: None,
        };
        told.inside(Some(node));
        self.take(told, next, out);
    }

    fn take(&mut self, told: Told<'_>, next: &mut u32, out: &mut Vec<Event>) {
        let at = match self.find(&told) {
            Some(at) => at,
            None if self.calls.len() == MAX_CALLS => return,
            None => {
                self.calls.push(Call {
                    key: told.key,
                    given: String::new(),
                    kind: told.kind,
                    name: String::new(),
                    signature: None,
                    block: None,
                    held: String::new(),
                    closed: false,
                });
                self.calls.len() - 1
            }
        };
        let choice = self.choice;
        let Some(call) = self.calls.get_mut(at) else { return };
        if call.closed {
            return;
        }
        if call.given.is_empty() {
            call.given = told.id;
        }
        if call.block.is_none() {
            if call.name.is_empty() {
                call.name = told.name;
                call.kind = told.kind;
            }
            call.signature = told.extra.and_then(calls::thought_signature).or(call.signature.take());
            if call.held.len() + told.arguments.len() <= MAX_HELD {
                call.held.push_str(&told.arguments);
            }
            if !call.name.is_empty() {
                self.open(at, next, out);
            }
            return;
        }
        let Some(block) = call.block else { return };
        if let Some(proof) = told.extra.and_then(calls::thought_signature) {
            out.push(Event::Delta { choice, block, delta: Delta::Signature(proof) });
        }
        if !told.arguments.is_empty() {
            out.push(Event::Delta { choice, block, delta: Delta::Arguments(told.arguments) });
        }
    }

    /// Which call a chunk goes on with. `None`: it begins one.
    fn find(&self, told: &Told<'_>) -> Option<usize> {
        let at = match told.key {
            Some(key) => self.calls.iter().rposition(|call| call.key == Some(key))?,
            None if !told.id.is_empty() => self.calls.iter().rposition(|call| call.given == told.id)?,
            None => self.calls.len().checked_sub(1)?,
        };
        let call = self.calls.get(at)?;
        // Servers that number all calls 0, or none, tell the next one by its id, or at least by its name.
        let other_id = !told.id.is_empty() && !call.given.is_empty() && told.id != call.given;
        let other_name = told.id.is_empty() && !told.name.is_empty() && !call.name.is_empty() && told.name != call.name;
        (!(other_id || other_name)).then_some(at)
    }

    fn open(&mut self, at: usize, next: &mut u32, out: &mut Vec<Event>) {
        let Some(call) = self.calls.get_mut(at) else { return };
        let block = *next;
        *next += 1;
        call.block = Some(block);
        self.any = true;
        let id = match call.given.as_str() {
            "" => calls::made_id(&self.answer_id, self.choice, at),
            given => given.to_owned(),
        };
        let what = ToolCall {
            id,
            name: call.name.clone(),
            kind: call.kind,
            signature: call.signature.take(),
            ..ToolCall::default()
        };
        out.push(Event::Open { choice: self.choice, block, what: Opening::ToolCall(what) });
        let held = std::mem::take(&mut call.held);
        if !held.is_empty() {
            out.push(Event::Delta { choice: self.choice, block, delta: Delta::Arguments(held) });
        }
    }

    /// Closes all calls, in order. One that never got a name nobody could answer, so there is none.
    pub(super) fn close(&mut self, out: &mut Vec<Event>) {
        for call in &mut self.calls {
            if let Some(block) = call.block
                && !std::mem::replace(&mut call.closed, true)
            {
                out.push(Event::Close { choice: self.choice, block });
            }
        }
    }
}
