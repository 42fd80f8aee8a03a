//! Reads a whole answer.

use super::reading::Reading;
use super::{calls, finish, said};
use crate::canonical::{Answer, Block, Choice, Notes};
use crate::chat::usage;
use crate::json::node::{Fault, Node, Object};
use crate::usage::told;

pub(crate) fn decode(body: &[u8], notes: &mut Notes) -> Result<Answer, Fault> {
    let mut object = Node::root(body)?.object()?;
    let mut reading = Reading::new(body, notes);
    let mut answer = Answer {
        id: object.text("id").ok().flatten().unwrap_or_default(),
        model: object.text("model").ok().flatten().unwrap_or_default(),
        created_at_s: object.some("created").and_then(|created| created.whole().ok()).unwrap_or(0),
        usage: object.some("usage").and_then(|usage| told(usage::read(usage.raw().as_bytes()))),
        service_tier: object.text("service_tier").ok().flatten(),
        fingerprint: object.text("system_fingerprint").ok().flatten(),
        ..Answer::default()
    };
    let mut choices = Vec::new();
    for (at, node) in object.need("choices")?.list()?.into_iter().enumerate() {
        let mut choice = node.object()?;
        let index =
            choice.some("index").and_then(|index| index.whole().ok()).and_then(|index| u32::try_from(index).ok());
        let index = index.unwrap_or(u32::try_from(at).unwrap_or(u32::MAX));
        choices.push((index, read_choice(&mut choice, index, &answer.id, &mut reading)?));
    }
    choices.sort_by_key(|(index, _)| *index);
    answer.choices = choices.into_iter().map(|(_, choice)| choice).collect();
    Ok(answer)
}

fn read_choice(
    choice: &mut Object<'_>,
    index: u32,
    answer_id: &str,
    reading: &mut Reading<'_>,
) -> Result<Choice, Fault> {
    // Where a filter took all of it away, some servers leave the message out.
    let content = match choice.some("message") {
        Some(message) => {
            said::read(&mut message.object()?, |ordinal| calls::made_id(answer_id, index, ordinal), reading)?
        }
        None => Vec::new(),
    };
    let called = content.iter().any(|block| matches!(block, Block::ToolCall(_)));
    let refused = content.iter().any(|block| matches!(block, Block::Refusal(_)));
    let sequence = choice.some("stop_reason").filter(Node::is_text).map(|text| text.text()).transpose()?;
    let sequence = sequence.map(std::borrow::Cow::into_owned);
    let stop = choice
        .text("finish_reason")?
        .filter(|word| !word.is_empty())
        .map(|word| finish::read(&word, sequence, called, refused));
    let logprobs = choice.some("logprobs").filter(Node::is_object).map(|node| node.raw().into());
    Ok(Choice { content, stop, logprobs })
}
