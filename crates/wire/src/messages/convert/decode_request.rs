//! Reads a call.

use std::borrow::Cow;

use thinkwatch_policy::dialect::Dialect;

use super::blocks::{MESSAGE, Reader, opaque};
use super::{carrier, words};
use crate::canonical::{Block, Message, Notes, Request, Role, ids};
use crate::json::node::{Fault, Node, Object};

mod thinking;
mod tools;

/// What the body of a call asks for.
pub(crate) fn decode(body: &[u8], notes: &mut Notes) -> Result<Request, Fault> {
    let mut root = Node::root(body)?.object()?;
    let mut request = Request::new(Dialect::Messages, root.need_text("model")?);
    let mut reader = Reader::new(body, notes);
    request.stream = root.boolean("stream")?.unwrap_or(false);
    request.include_usage = true;
    if let Some(system) = root.some("system") {
        request.messages.extend(reader.system(system)?);
    }
    let messages = root.need("messages")?;
    let turns = messages.list()?;
    if turns.is_empty() {
        return Err(messages.fault("must hold at least one message"));
    }
    for turn in turns {
        request.messages.push(reader.turn(turn)?);
    }
    tools::read(&mut root, &mut request, &mut reader)?;
    thinking::read(&mut root, &mut request, &mut reader)?;
    request.max_output_tokens = root.whole("max_tokens")?;
    request.temperature = root.number("temperature")?;
    request.top_p = root.number("top_p")?;
    request.top_k = root.whole("top_k")?;
    request.stop = texts(&mut root, "stop_sequences")?;
    request.service_tier = root.text("service_tier")?.map(|word| words::read_asked_tier(&word).to_owned());
    if let Some(metadata) = root.some("metadata") {
        let mut metadata = metadata.object()?;
        request.user = metadata.text("user_id")?;
        others(metadata, "metadata.", &mut request);
    }
    if !reader.same && root.peek("context_management").is_some_and(|edits| keeps_all(&edits)) {
        root.take("context_management");
    }
    others(root, "", &mut request);
    Ok(request)
}

/// Whether these edits of the context take nothing away: Claude Code always asks for one that keeps all thoughts, and nothing
/// is lost without it where nobody takes any away.
fn keeps_all(edits: &Node<'_>) -> bool {
    let read = || -> Result<bool, Fault> {
        let mut management = edits.object()?;
        let edits = management.need("edits")?.list()?;
        let mut all = management.rest().next().is_none();
        for edit in edits {
            let mut edit = edit.object()?;
            let (kind, keep) = (edit.need_text("type")?, edit.some("keep"));
            all &= kind.starts_with("clear_thinking") && edit.rest().next().is_none();
            all &= keep.is_some_and(|keep| keep.text().is_ok_and(|keep| keep == "all"));
        }
        Ok(all)
    };
    read().unwrap_or(false)
}

fn texts(object: &mut Object<'_>, key: &str) -> Result<Vec<String>, Fault> {
    object.list(key)?.into_iter().map(|element| Ok(element.text()?.into_owned())).collect()
}

/// Keeps what only this dialect knows, by its path.
fn others(object: Object<'_>, parent: &str, request: &mut Request) {
    let rest = object.rest().filter(|(_, value)| !value.is_null());
    request.others.extend(rest.map(|(key, value)| (format!("{parent}{key}"), value.raw().into())));
}

/// The line that Claude Code tells its own version in.
const BILLING: &str = "x-anthropic-billing-header:";

impl Reader<'_> {
    /// The system prompt. A line that is of use to Anthropic only is not there for others, and nothing is lost by it.
    fn system(&mut self, node: Node<'_>) -> Result<Option<Message>, Fault> {
        let mut content = self.content(node)?;
        if let Some(other) = content.iter().find(|block| !matches!(block, Block::Text(_)))
            && !matches!(other, Block::Opaque(_) if self.same)
        {
            return Err(node.fault("must be a string or a list of text blocks"));
        }
        if !self.same
            && let Some(Block::Text(first)) = content.first_mut()
            && first.text.starts_with(BILLING)
        {
            match first.text.split_once('\n') {
                Some((_, rest)) => first.text = rest.to_owned(),
                None => drop(content.remove(0)),
            }
        }
        Ok((!content.is_empty()).then(|| Message::new(Role::System, content)))
    }

    fn turn(&mut self, node: Node<'_>) -> Result<Message, Fault> {
        let mut object = node.object()?;
        let role = object.need("role")?;
        let role = match &*role.text()? {
            "user" => Role::User,
            "assistant" => Role::Assistant,
            "system" => Role::System,
            _ => return Err(role.fault("must be user, assistant or system")),
        };
        // A turn of the system may hold nothing but settings.
        let content = if role == Role::System { object.some("content") } else { Some(object.need("content")?) };
        let mut content = content.map_or_else(|| Ok(Vec::new()), |content| self.content(content))?;
        for block in &mut content {
            match block {
                Block::ToolCall(call) => original(&mut call.id),
                Block::ToolResult(result) => original(&mut result.call_id),
                _ => {}
            }
        }
        if role == Role::System && self.passes_whole(&object) {
            content = vec![Block::Opaque(opaque(MESSAGE, node))];
        } else {
            self.lost_of(object);
        }
        Ok(Message::new(role, carrier::settle(content)))
    }
}

/// The id as the provider that made it wrote it, before it was fitted into the alphabet of Messages.
fn original(id: &mut String) {
    if let Cow::Owned(original) = ids::restore(id) {
        *id = original;
    }
}
