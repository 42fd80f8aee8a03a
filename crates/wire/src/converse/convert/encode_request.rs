//! Writes a request. The turns come last, so that what a conversation adds stands at the end.

use thinkwatch_policy::dialect::Dialect;

use super::family::Family;
use super::write as blocks;
use crate::canonical::claude::Version;
use crate::canonical::marks::{self, Marks};
use crate::canonical::{Block, Feature, Format, Message, Notes, Refusal, Request, Role, Target, Tool, feature};
use crate::json::write::{self, Writer};

mod pieces;
mod settings;
mod thinking;
mod tools;
mod turns;

use thinking::Plan;
use tools::Tools;

/// What every part of a request is written with.
struct Call<'r, 'n> {
    request: &'r Request,
    notes: &'n mut Notes,
    family: Family,
    /// Which of Anthropic's models it is, if it is one.
    version: Version,
    marks: Marks,
    /// Whether the client speaks this dialect: then it knows what its model takes, and nothing is mended.
    own: bool,
}

impl Call<'_, '_> {
    /// Notes a loss under the client's name for the thing.
    fn lose(&mut self, feature: Feature, why: &'static str) -> Result<(), Refusal> {
        let field = feature::field(self.notes.source, feature).unwrap_or_else(|| feature.as_str());
        self.notes.lose(field, why)
    }

    /// Whether a thing may be written that only Claude takes.
    fn claude_takes(&mut self, feature: Feature) -> Result<bool, Refusal> {
        if !self.notes.keeps(feature)? {
            return Ok(false);
        }
        if self.own || self.family.may_be_claude() {
            return Ok(true);
        }
        self.lose(feature, "this model has no word for it").map(|()| false)
    }
}

pub(crate) fn encode(request: &Request, target: &Target<'_>, notes: &mut Notes) -> Result<Vec<u8>, Refusal> {
    let own = request.source == Dialect::Converse;
    let (family, version) = (Family::of(target.model), Version::of(target.model));
    let mut call = Call { request, notes, family, version, marks: Marks::of(marked(request)), own };
    if call.marks.some_are_left_out() && !own {
        call.lose(Feature::CacheMarks, "models of Bedrock take at most four")?;
    }
    settings::refuse_or_note(&mut call)?;
    let system = system(&mut call)?;
    let mut turns = turns::gather(&mut call)?;
    let tools = Tools::of(&mut call, &turns)?;
    let thinking = Plan::of(&mut call, &tools, &turns)?;
    turns::finish(&mut turns, tools.must_not_be_called(), own);

    let mut out = Vec::new();
    let mut root = write::object(&mut out);
    tools.write(&mut root);
    if !system.is_empty() {
        write_list(&mut root, "system", &system);
    }
    settings::inference(&mut call, &thinking, &mut root)?;
    settings::output(&mut call, &thinking, &mut root)?;
    settings::extra(&mut call, &thinking, &tools, &mut root)?;
    settings::others(&mut call, &mut root)?;
    {
        call.notes.wrote_a_turn(!turns.is_empty());
        let mut messages = root.list("messages");
        for turn in &turns {
            let mut message = messages.push_object();
            message.text("role", turn.speaker.as_str());
            let pieces: Vec<&[u8]> = turn.pieces.iter().map(|piece| piece.json.as_slice()).collect();
            write_list(&mut message, "content", &pieces);
        }
    }
    drop(root);
    Ok(out)
}

/// How many cache marks it has.
fn marked(request: &Request) -> usize {
    let in_tools =
        request.tools.iter().filter(|tool| matches!(tool, Tool::Client(tool) if tool.cache.is_some())).count();
    let blocks = request.messages.iter().flat_map(|message| &message.content);
    in_tools + blocks.map(marks::on).sum::<usize>()
}

/// The blocks of the system prompt.
fn system(call: &mut Call<'_, '_>) -> Result<Vec<Vec<u8>>, Refusal> {
    let mut list = Vec::new();
    let request = call.request;
    for message in request.messages.iter().take(request.system_length()) {
        call.notes.keeps(Feature::SystemPrompt)?;
        if message.role == Role::Developer {
            call.notes.keeps(Feature::DeveloperRole)?;
        }
        names_and_ids(message, call)?;
        for block in &message.content {
            let mark = match block {
                Block::Text(text) => {
                    if !text.text.trim().is_empty() {
                        list.push(blocks::text(&text.text));
                    }
                    text.cache
                }
                Block::Opaque(own) if own.dialect == Dialect::Converse => {
                    list.push(own.value.as_bytes().to_vec());
                    None
                }
                _ => {
                    call.lose(Feature::SystemPrompt, "a system prompt holds only words")?;
                    None
                }
            };
            if let Some(point) = pieces::cache_point(mark, call)?
                && !list.is_empty()
            {
                list.push(point.as_bytes().to_vec());
            }
        }
    }
    if call.request.format == Some(Format::JsonObject) {
        call.notes.keeps(Feature::JsonMode)?;
        list.push(blocks::text(
            "Answer with one JSON object and nothing else: no words before or after it, no code fence.",
        ));
    }
    Ok(list)
}

fn names_and_ids(message: &Message, call: &mut Call<'_, '_>) -> Result<(), Refusal> {
    if message.name.is_some() {
        call.notes.keeps(Feature::ParticipantName)?;
    }
    if message.id.is_some() {
        call.notes.keeps(Feature::ItemIds)?;
    }
    Ok(())
}

fn write_list<T: AsRef<[u8]>>(object: &mut Writer<'_>, name: &str, list: &[T]) {
    let mut all = Vec::with_capacity(list.iter().map(|one| one.as_ref().len() + 1).sum::<usize>() + 2);
    all.push(b'[');
    all.extend(list.iter().map(AsRef::as_ref).collect::<Vec<_>>().join(&b','));
    all.push(b']');
    object.raw(name, &String::from_utf8_lossy(&all));
}
