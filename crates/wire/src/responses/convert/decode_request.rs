//! Reads a call.

use thinkwatch_policy::dialect::Dialect;

use super::content;
use super::items::{self, Item, Reading};
use super::names::Names;
use crate::canonical::{Block, Effort, Format, Json, LogProbs, Message, Notes, Reasoning, Request, Role};
use crate::json::node::{Fault, Node, Object};
use crate::json::text::quote_into;

mod tools;

/// Reads the body of a call.
pub(crate) fn decode(body: &[u8], notes: &mut Notes) -> Result<Request, Fault> {
    decode_after(None, body, notes)
}

/// Reads the body of a call that goes on from `history`, a JSON list of the items that were said before.
pub(crate) fn decode_after(history: Option<&str>, body: &[u8], notes: &mut Notes) -> Result<Request, Fault> {
    let mut object = Node::root(body)?.object()?;
    let mut request = Request::new(Dialect::Responses, object.need_text("model")?);
    let elsewhere = notes.target != Dialect::Responses;
    if elsewhere {
        needs_its_own_provider(&object)?;
    }
    request.stream = object.boolean("stream")?.unwrap_or(false);
    request.include_usage = true;
    request.tools = tools::read(&mut object, notes)?;
    if elsewhere {
        tools::read_additional(&object, &mut request.tools, notes)?;
    }
    let names = Names::settle(&mut request.tools);
    if let Some(instructions) = object.text("instructions")?.filter(|text| !text.is_empty()) {
        request.messages.push(Message::new(Role::System, vec![Block::text(instructions)]));
    }
    request.previous_response_id = object.text("previous_response_id")?;
    input(&mut object, history, &mut request, &mut Reading::request(notes, names))?;
    request.tool_choice = tools::choice(&mut object, &mut request.others, notes)?;
    request.parallel_tool_calls = object.boolean("parallel_tool_calls")?;
    request.max_output_tokens = object.whole("max_output_tokens")?;
    request.temperature = object.number("temperature")?;
    request.top_p = object.number("top_p")?;
    text(&mut object, &mut request, notes)?;
    reasoning(&mut object, &mut request, notes)?;
    include(&mut object, &mut request)?;
    request.service_tier = object.text("service_tier")?;
    request.user = match object.text("safety_identifier")? {
        Some(user) => Some(user),
        None => object.text("user")?,
    };
    if let Some(metadata) = object.some("metadata") {
        metadata.object()?;
        request.metadata = Some(metadata.raw().into());
    }
    request.prompt_cache_key = object.text("prompt_cache_key")?;
    request.store = object.boolean("store")?;
    let rest = object.rest().filter(|(_, value)| !value.is_null());
    request.others.extend(rest.map(|(key, value)| (key.into_owned(), Json::from(value.raw()))));
    Ok(request)
}

/// What a provider of this API keeps cannot be had from another: the call would be about something else.
fn needs_its_own_provider(object: &Object<'_>) -> Result<(), Fault> {
    for key in ["conversation", "prompt"] {
        if let Some(value) = object.peek(key) {
            return Err(value.fault("is kept by a provider of the Responses API, and this model is served by another"));
        }
    }
    match object.peek("background") {
        Some(value) if value.boolean()? => {
            Err(value.fault("must be false: this model is served by a provider that cannot answer later"))
        }
        _ => Ok(()),
    }
}

fn input(
    object: &mut Object<'_>,
    history: Option<&str>,
    request: &mut Request,
    reading: &mut Reading<'_>,
) -> Result<(), Fault> {
    let stands_alone = request.previous_response_id.is_none()
        && request.messages.is_empty()
        && object.peek("prompt").is_none()
        && object.peek("conversation").is_none();
    let mut turns = Turns { messages: std::mem::take(&mut request.messages), open: Open::No };
    let before = match (history, object.peek("previous_response_id")) {
        (Some(history), Some(id)) => said_before(history, id, reading, &mut turns)?,
        _ => 0,
    };
    let Some(input) = object.some("input") else {
        request.messages = turns.messages;
        return if stands_alone { object.need("input").map(drop) } else { Ok(()) };
    };
    if input.is_text() {
        turns.messages.push(Message::new(Role::User, content::read(Some(input), reading)?));
        request.messages = turns.messages;
        return Ok(());
    }
    if !input.is_list() {
        return Err(input.fault("must be a string or a list of items"));
    }
    let items = input.list()?;
    if items.is_empty() && stands_alone {
        return Err(input.fault("must have at least one item"));
    }
    for (index, item) in items.into_iter().enumerate() {
        turns.take(items::read(item, before + index, reading)?, reading);
    }
    request.messages = turns.messages;
    Ok(())
}

/// Reads what was kept of the conversation, and says how many items it was. A fault in it is one of the id that led to it.
fn said_before(history: &str, id: Node<'_>, reading: &mut Reading<'_>, turns: &mut Turns) -> Result<usize, Fault> {
    let unreadable = |fault: Fault| id.fault(format!("leads to a conversation that cannot be read: {}", fault.message));
    let items = Node::root(history.as_bytes()).and_then(|list| list.list()).map_err(unreadable)?;
    let count = items.len();
    for (index, item) in items.into_iter().enumerate() {
        turns.take(items::read(item, index, reading).map_err(unreadable)?, reading);
    }
    Ok(count)
}

/// Whether the last turn goes on with the next item.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Open {
    No,
    /// The model's, whose last item was a message.
    ModelAfterMessage,
    /// The model's.
    Model,
    /// The user's, made of results of tools.
    User,
}

struct Turns {
    messages: Vec<Message>,
    open: Open,
}

impl Turns {
    fn take(&mut self, item: Item, reading: &mut Reading<'_>) {
        match item {
            Item::Message(message) if message.role == Role::Assistant => self.say(message, reading),
            Item::Message(message) => {
                self.messages.push(message);
                self.open = Open::No;
            }
            Item::OfModel(block) => {
                let goes_on = matches!(self.open, Open::Model | Open::ModelAfterMessage);
                self.add(Role::Assistant, goes_on, block);
                self.open = Open::Model;
            }
            Item::OfUser(block) => {
                self.add(Role::User, self.open == Open::User, block);
                self.open = Open::User;
            }
            Item::Proof(of, signature) => {
                if let Some(message) = self.messages.last_mut() {
                    items::prove(&mut message.content, &of, signature);
                }
            }
            Item::Nothing => {}
        }
    }

    /// A message of the model joins its turn. Two in a row are two turns, so that both keep their ids.
    fn say(&mut self, message: Message, reading: &mut Reading<'_>) {
        match self.messages.last_mut() {
            Some(turn) if self.open == Open::Model => {
                turn.content.extend(message.content);
                match &turn.id {
                    None => turn.id = message.id,
                    Some(_) if message.id.is_some() => {
                        reading.notes.note("input[].id", "a turn of the model keeps the id of its first message only");
                    }
                    Some(_) => {}
                }
            }
            _ => self.messages.push(message),
        }
        self.open = Open::ModelAfterMessage;
    }

    fn add(&mut self, role: Role, goes_on: bool, block: Block) {
        match self.messages.last_mut() {
            Some(turn) if goes_on => turn.content.push(block),
            _ => self.messages.push(Message::new(role, vec![block])),
        }
    }
}

fn text(object: &mut Object<'_>, request: &mut Request, notes: &mut Notes) -> Result<(), Fault> {
    let Some(text) = object.some("text") else { return Ok(()) };
    let mut text = text.object()?;
    request.verbosity = text.text("verbosity")?;
    if let Some(format) = text.some("format") {
        let mut format = format.object()?;
        let kind = format.need("type")?;
        request.format = match kind.text()?.as_ref() {
            "text" => Some(Format::Text),
            "json_object" => Some(Format::JsonObject),
            "json_schema" => Some(Format::JsonSchema {
                name: format.text("name")?,
                description: format.text("description")?,
                schema: format.need("schema")?.schema()?.into(),
                strict: format.boolean("strict")?,
            }),
            _ => return Err(kind.fault("must be \"text\", \"json_object\" or \"json_schema\"")),
        };
        leftovers(format, "text.format.", notes);
    }
    leftovers(text, "text.", notes);
    Ok(())
}

fn reasoning(object: &mut Object<'_>, request: &mut Request, notes: &mut Notes) -> Result<(), Fault> {
    let Some(told) = object.some("reasoning") else { return Ok(()) };
    let mut told = told.object()?;
    let mut reasoning = Reasoning::default();
    if let Some(word) = told.text("effort")? {
        reasoning.effort = Effort::parse(&word);
        if reasoning.effort.is_none() {
            notes.note("reasoning.effort", "unknown effort");
        }
    }
    // The second is what it was called before.
    let (summary, before) = (told.text("summary")?, told.text("generate_summary")?);
    reasoning.summary = summary.or(before);
    leftovers(told, "reasoning.", notes);
    if reasoning != Reasoning::default() {
        request.reasoning = Some(reasoning);
    }
    Ok(())
}

/// What the answer is to have beside the usual. What only this API knows stays as it is.
fn include(object: &mut Object<'_>, request: &mut Request) -> Result<(), Fault> {
    let top = object.whole("top_logprobs")?;
    if top.is_some_and(|top| top > 0) {
        request.logprobs = Some(LogProbs { top });
    }
    let mut others = Vec::new();
    for wish in object.list("include")? {
        match wish.text()?.as_ref() {
            "reasoning.encrypted_content" => request.reasoning.get_or_insert_default().encrypted = true,
            "message.output_text.logprobs" => request.logprobs = Some(LogProbs { top }),
            other => {
                others.push(if others.is_empty() { b'[' } else { b',' });
                quote_into(other, &mut others);
            }
        }
    }
    if !others.is_empty() {
        others.push(b']');
        request.others.push(("include".to_owned(), String::from_utf8(others).unwrap_or_default().into()));
    }
    Ok(())
}

/// Names the members that nobody took.
fn leftovers(object: Object<'_>, within: &str, notes: &mut Notes) {
    for (key, value) in object.rest() {
        if !value.is_null() {
            notes.note(format!("{within}{key}"), "unknown field");
        }
    }
}
