//! Reads a whole answer.

use super::items::{self, Item, Reading};
use super::stops::{self, Content};
use crate::canonical::{Answer, Block, Choice, Json, Notes};
use crate::json::node::{Fault, Node, Object};
use crate::responses::usage;
use crate::usage::told;

/// Reads the body of an answer. One that says that the call failed is a fault with its reason.
pub(crate) fn decode(body: &[u8], notes: &mut Notes) -> Result<Answer, Fault> {
    let root = Node::root(body)?;
    let mut object = root.object()?;
    if let Some(error) = object.some("error").filter(Node::is_object) {
        let message = error.object()?.text("message")?.unwrap_or_default();
        return Err(error.fault(format!("says that the call failed: {message}")));
    }
    let mut reading = Reading::answer(notes);
    let mut choice = Choice::default();
    for (index, item) in object.need("output")?.list()?.into_iter().enumerate() {
        match items::read(item, index, &mut reading)? {
            Item::Message(message) => choice.content.extend(message.content),
            Item::OfModel(block) | Item::OfUser(block) => choice.content.push(block),
            Item::Proof(of, signature) => items::prove(&mut choice.content, &of, signature),
            Item::Nothing => {}
        }
    }
    choice.logprobs = reading.logprobs.take().map(|logprobs| in_chats_words(&logprobs));
    let content = Content {
        calls: choice.content.iter().any(|block| matches!(block, Block::ToolCall(_))),
        refuses: choice.content.iter().any(|block| matches!(block, Block::Refusal(_))),
    };
    choice.stop = stops::read(&mut object, content)?;
    Ok(Answer {
        id: object.text("id")?.unwrap_or_default(),
        model: object.text("model")?.unwrap_or_default(),
        created_at_s: created_at(&mut object)?,
        choices: vec![choice],
        usage: told(object.some("usage").and_then(|object| usage::read(object.raw().as_bytes()))),
        service_tier: object.text("service_tier")?,
        fingerprint: None,
    })
}

/// The time, which may have a fraction.
pub(super) fn created_at(object: &mut Object<'_>) -> Result<u64, Fault> {
    let number = object.number("created_at")?.unwrap_or_default();
    Ok(number.split('.').next().and_then(|whole| whole.parse().ok()).unwrap_or(0))
}

/// Log probabilities, given as the elements of a list, as Chat words them.
pub(super) fn in_chats_words(logprobs: &str) -> Json {
    format!(r#"{{"content":[{logprobs}],"refusal":null}}"#).into()
}
