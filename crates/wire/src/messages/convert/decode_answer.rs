//! Reads a whole answer.

use super::blocks::{self, Reader};
use super::words;
use crate::canonical::{Answer, Choice, Notes};
use crate::json::node::{Fault, Node};
use crate::messages::usage;

/// What a provider answered.
pub(crate) fn decode(body: &[u8], notes: &mut Notes) -> Result<Answer, Fault> {
    let mut root = Node::root(body)?.object()?;
    if let Some(kind) = root.some("type")
        && kind.text()? != "message"
    {
        return Err(kind.fault("must be message"));
    }
    root.take("role");
    let mut answer = Answer {
        id: root.text("id")?.unwrap_or_default(),
        model: root.text("model")?.unwrap_or_default(),
        ..Answer::default()
    };
    if let Some(told) = root.some("usage") {
        answer.usage = usage::read(told.raw().as_bytes());
        // What was answered is worth more than what is told about it.
        let tier = told.object().and_then(|mut told| told.text("service_tier")).unwrap_or_default();
        answer.service_tier = tier.map(|tier| words::read_given_tier(&tier).to_owned());
    }
    let mut reader = Reader::new(body, notes);
    reader.answer = Some(answer.id.clone());
    let content = root.some("content").map(|content| reader.content(content));
    let content = content.transpose()?.unwrap_or_default();
    let stop = blocks::stop(&mut root)?;
    reader.lost_of(root);
    answer.choices.push(Choice { content, stop, logprobs: None });
    Ok(answer)
}
