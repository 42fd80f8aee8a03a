//! `systemInstruction` and `contents`.

use std::collections::{HashMap, HashSet, VecDeque};

use crate::canonical::{Block, Maker, Message, Request, Role, Signature, Thinking};
use crate::gemini::convert::names::Strangers;
use crate::gemini::convert::{ids, part};
use crate::json::node::{Fault, Node};

/// The system's turn: one, whatever role it names.
pub(super) fn system(node: Node<'_>, request: &mut Request, strangers: &mut Strangers<'_>) -> Result<(), Fault> {
    let mut turn = node.object()?;
    turn.text("role")?;
    let mut content = Vec::new();
    for one in turn.list("parts")? {
        content.extend(part::read(one, strangers)?);
    }
    strangers.rest(turn);
    if !content.is_empty() {
        request.messages.push(Message::new(Role::System, content));
    }
    Ok(())
}

pub(super) fn read(node: Node<'_>, request: &mut Request, strangers: &mut Strangers<'_>) -> Result<(), Fault> {
    let contents = node.list()?;
    if contents.is_empty() {
        return Err(node.fault("must be a list with at least one turn"));
    }
    let mut calls = Calls::default();
    for content in contents {
        let mut turn = content.object()?;
        let role = match turn.some("role") {
            None => Role::User,
            Some(role) => match role.text()?.as_ref() {
                // What results were once sent as.
                "user" | "function" | "" => Role::User,
                "model" => Role::Assistant,
                _ => return Err(role.fault("must be `user` or `model`")),
            },
        };
        let (mut blocks, mut carried) = (Vec::new(), Vec::new());
        for one in turn.list("parts")? {
            let Some(mut block) = part::read(one, strangers)? else { continue };
            match &mut block {
                Block::ToolCall(call) if call.name.is_empty() => {
                    return Err(one.fault("must have a functionCall with a name"));
                }
                Block::ToolCall(call) => {
                    calls.called(&mut call.id, &call.name);
                    carried.extend(part::thoughts(one).into_iter().map(|thought| (blocks.len(), thought)));
                }
                Block::ToolResult(result) => {
                    calls.answered(&mut result.call_id, result.name.as_deref().unwrap_or_default());
                }
                _ => {}
            }
            blocks.push(block);
        }
        strangers.rest(turn);
        add(request, role, blocks, carried);
    }
    Ok(())
}

/// Adds a turn. Clients keep what a stream told as turns of a few words each: those of the model become one again.
/// `carried`: thoughts that calls carry, each with the place of its call.
fn add(request: &mut Request, role: Role, blocks: Vec<Block>, carried: Vec<(usize, Thinking)>) {
    if role != Role::Assistant {
        request.messages.push(Message::new(role, blocks));
        return;
    }
    if request.messages.last().is_none_or(|last| last.role != role) {
        request.messages.push(Message::new(role, Vec::with_capacity(blocks.len())));
    }
    let Some(Message { content, .. }) = request.messages.last_mut() else { return };
    let mut carried = carried.into_iter().peekable();
    for (place, block) in blocks.into_iter().enumerate() {
        let mut thoughts = Vec::new();
        while let Some((_, thought)) = carried.next_if(|(of, _)| *of == place) {
            thoughts.push(thought);
        }
        if !thoughts.is_empty() {
            add_thoughts(content, thoughts);
        }
        add_block(content, block);
    }
}

/// Puts back the thoughts that led to a call, unless the client has kept them itself: before all that was said since the
/// call before.
fn add_thoughts(content: &mut Vec<Block>, thoughts: Vec<Thinking>) {
    let since = content.iter().rposition(|block| matches!(block, Block::ToolCall(_))).map_or(0, |place| place + 1);
    let is_kept = |proof: &Option<Signature>| {
        content[since..].iter().any(|block| matches!(block, Block::Thinking(kept) if kept.signature == *proof))
    };
    let lost: Vec<Block> =
        thoughts.into_iter().filter(|thought| !is_kept(&thought.signature)).map(Block::Thinking).collect();
    content.splice(since..since, lost);
}

/// Adds a block of the model's, joining what a stream took apart: words that follow words, thoughts that follow thoughts,
/// and the proof that came after them from a provider that proves a thought as a whole. Google's proofs are of their very
/// part, which is joined with no other.
fn add_block(content: &mut Vec<Block>, block: Block) {
    match (content.last_mut(), block) {
        (Some(Block::Text(last)), Block::Text(next)) if last.signature.is_none() && next.signature.is_none() => {
            last.text.push_str(&next.text);
        }
        (Some(Block::Thinking(last)), Block::Thinking(next))
            if last.signature.is_none()
                && !next.redacted
                && next.signature.as_ref().is_none_or(|proof| proof.maker != Maker::Google) =>
        {
            last.text.push_str(&next.text);
            last.signature = next.signature;
        }
        (_, block) => content.push(block),
    }
}

/// Which call a result without an id belongs to: the first of its name that has no result yet.
#[derive(Default)]
struct Calls {
    waiting: HashMap<String, VecDeque<String>>,
    answered: HashSet<String>,
    made: usize,
    orphans: usize,
}

impl Calls {
    fn called(&mut self, id: &mut String, name: &str) {
        if id.is_empty() {
            *id = ids::in_request(self.made);
            self.made += 1;
        }
        self.waiting.entry(name.to_owned()).or_default().push_back(id.clone());
    }

    fn answered(&mut self, id: &mut String, name: &str) {
        if id.is_empty() {
            let waiting = self.waiting.entry(name.to_owned()).or_default();
            while let Some(next) = waiting.pop_front() {
                if !self.answered.contains(&next) {
                    *id = next;
                    break;
                }
            }
        }
        if id.is_empty() {
            *id = ids::of_nothing(self.orphans);
            self.orphans += 1;
        }
        self.answered.insert(id.clone());
    }
}
