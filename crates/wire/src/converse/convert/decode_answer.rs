//! Reads a whole answer.

use super::read::Reader;
use super::stop;
use crate::canonical::{Answer, Block, Choice, Notes};
use crate::converse::usage;
use crate::json::node::{Fault, Node};
use crate::usage::told;

pub(crate) fn decode(body: &[u8], notes: &mut Notes) -> Result<Answer, Fault> {
    let mut root = Node::root(body)?.object()?;
    let mut reader = Reader { root: body, notes, of_request: false };
    let mut output = root.need("output")?.object()?;
    let content = match output.some("message") {
        Some(message) => reader.blocks(message.object()?.list("content")?)?,
        None => Vec::new(),
    };
    let called = content.iter().any(|block| matches!(block, Block::ToolCall(_)));
    let stop = stop::of(&mut root, called);
    let tier = root.some("serviceTier").and_then(|tier| tier.object().ok()?.text("type").ok()?);
    Ok(Answer {
        usage: root.some("usage").and_then(|usage| told(usage::read(usage.raw().as_bytes()))),
        service_tier: tier,
        choices: vec![Choice { content, stop, logprobs: None }],
        ..Answer::default()
    })
}
