//! Writes a call for a provider of this API.

use std::collections::HashSet;

use thinkwatch_policy::dialect::Dialect;

use super::shorten::shorten;
use crate::canonical::{
    Block, CacheMark, Effort, Feature, Format, Json, Notes, Reasoning, Refusal, Request, Role, Target, ToolKind,
    feature,
};
use crate::json::node::Node;
use crate::json::write::{self, Writer};

mod input;
mod media;
mod tools;

pub(super) use tools::write_choice;

/// What is known while a call is written.
#[derive(Debug)]
struct Writing<'a, 'n> {
    request: &'a Request,
    /// Whether it came in this dialect, and so goes back into its own words.
    own: bool,
    /// The ids of those calls in the history of another dialect that were of custom tools.
    custom_calls: HashSet<&'a str>,
    notes: &'n mut Notes,
}

impl Writing<'_, '_> {
    /// Whether this stays: everything of its own does, of another dialect's what this one declares.
    fn keeps(&mut self, feature: Feature) -> Result<bool, Refusal> {
        if self.own { Ok(true) } else { self.notes.keeps(feature) }
    }

    /// A value that does not stay although the dialect has a word for the thing.
    fn lose(&mut self, feature: Feature, why: &'static str) -> Result<(), Refusal> {
        let name = feature::field(self.notes.source, feature).unwrap_or(feature.as_str());
        self.notes.lose(name, why)
    }

    /// The mark for the provider's cache that is written: a client's own. Another dialect's moves on with every turn, and what
    /// the provider caches by itself must not change with it.
    fn cache(&mut self, mark: Option<CacheMark>) -> Result<Option<CacheMark>, Refusal> {
        match mark {
            None => return Ok(None),
            Some(CacheMark::FiveMinutes) => self.keeps(Feature::CacheMarks)?,
            Some(CacheMark::OneHour) => self.keeps(Feature::CacheMarksOneHour)?,
        };
        Ok(mark.filter(|_| self.own))
    }
}

/// Writes the body of a call. The input comes last and grows at its end, so that the next turn begins with the same bytes.
pub(crate) fn encode(request: &Request, target: &Target<'_>, notes: &mut Notes) -> Result<Vec<u8>, Refusal> {
    let own = request.source == Dialect::Responses;
    let custom_calls = if own { HashSet::new() } else { custom_calls(request) };
    let mut writing = Writing { request, own, custom_calls, notes };
    let mut body = Vec::new();
    let mut root = write::object(&mut body);
    root.text("model", target.model);
    if request.stream {
        root.boolean("stream", true);
    }
    let json = request.format == Some(Format::JsonObject) && !writing.own;
    let instructions = if json { None } else { instructions(request) };
    root.text_some("instructions", instructions);
    tools::tools(&mut root, &mut writing)?;
    limits(&mut root, &mut writing)?;
    text(&mut root, &mut writing)?;
    reasoning(&mut root, &mut writing)?;
    include(&mut root, &mut writing)?;
    account(&mut root, &mut writing)?;
    no_words(&mut writing)?;
    others(&mut root, &mut writing)?;
    let mut items = root.list("input");
    if json && !says_json(request) {
        let mut item = items.push_object();
        item.text("type", "message").text("role", "developer").text("content", "Answer with a JSON object.");
    }
    for message in request.messages.iter().skip(usize::from(instructions.is_some())) {
        input::turn(&mut items, message, &mut writing)?;
    }
    writing.notes.wrote_a_turn(!items.is_empty());
    drop(items);
    let last = request.messages.last().filter(|message| message.role == Role::Assistant);
    if last.is_some_and(|message| matches!(message.content.last(), Some(Block::Text(_)))) {
        // It is sent as a turn of its own; what is lost is that the answer goes on where it ends.
        writing.keeps(Feature::Prefill)?;
    }
    drop(root);
    Ok(body)
}

fn custom_calls(request: &Request) -> HashSet<&str> {
    let blocks = request.messages.iter().flat_map(|message| &message.content);
    let custom = blocks.filter_map(|block| match block {
        Block::ToolCall(call) if call.kind == ToolKind::Custom => Some(call.id.as_str()),
        _ => None,
    });
    custom.collect()
}

/// The first turn, if it is the system's and just words: more of them keep their shape as items of the input.
fn instructions(request: &Request) -> Option<&str> {
    let first = request.messages.first()?;
    match first.content.as_slice() {
        [Block::Text(text)]
            if first.role == Role::System
                && first.id.is_none()
                && first.name.is_none()
                // Another dialect's mark is not written, and moves from turn to turn.
                && (text.cache.is_none() || request.source != Dialect::Responses)
                && !text.text.is_empty() =>
        {
            Some(&text.text)
        }
        _ => None,
    }
}

/// Whether the beginning says JSON, without which the API refuses its JSON mode. It does not look at the instructions. What
/// follows the first question is not looked at here: it would change what the next turn begins with.
fn says_json(request: &Request) -> bool {
    let first = request.messages.iter().position(|message| message.role == Role::User);
    let beginning = request.messages.iter().take(first.map_or(usize::MAX, |first| first + 1));
    beginning.flat_map(|message| &message.content).any(|block| match block {
        Block::Text(text) => text.text.as_bytes().windows(4).any(|word| word.eq_ignore_ascii_case(b"json")),
        _ => false,
    })
}

fn limits(root: &mut Writer<'_>, writing: &mut Writing<'_, '_>) -> Result<(), Refusal> {
    const LEAST: u64 = 16;
    let request = writing.request;
    if let Some(parallel) = request.parallel_tool_calls
        && writing.keeps(Feature::ParallelToolCalls)?
    {
        root.boolean("parallel_tool_calls", parallel);
    }
    if let Some(mut most) = request.max_output_tokens
        && writing.keeps(Feature::MaxOutputTokens)?
    {
        if most < LEAST && !writing.own {
            writing.lose(Feature::MaxOutputTokens, "the Responses API allows no fewer than 16 tokens")?;
            most = LEAST;
        }
        root.whole("max_output_tokens", most);
    }
    if let Some(temperature) = &request.temperature
        && writing.keeps(Feature::Temperature)?
    {
        root.raw("temperature", temperature);
    }
    if let Some(top_p) = &request.top_p
        && writing.keeps(Feature::TopP)?
    {
        root.raw("top_p", top_p);
    }
    Ok(())
}

fn text(root: &mut Writer<'_>, writing: &mut Writing<'_, '_>) -> Result<(), Refusal> {
    let request = writing.request;
    let format = match &request.format {
        Some(Format::JsonObject) if !writing.keeps(Feature::JsonMode)? => None,
        Some(Format::JsonSchema { .. }) if !writing.keeps(Feature::JsonSchema)? => None,
        told => told.as_ref(),
    };
    let verbosity = match &request.verbosity {
        Some(verbosity) if writing.keeps(Feature::Verbosity)? => Some(verbosity.as_str()),
        _ => None,
    };
    if format.is_none() && verbosity.is_none() {
        return Ok(());
    }
    let mut text = root.object("text");
    if let Some(format) = format {
        write_format(&mut text.object("format"), format);
    }
    text.text_some("verbosity", verbosity);
    Ok(())
}

/// Writes the members of a format; the answer tells it back.
pub(super) fn write_format(out: &mut Writer<'_>, format: &Format) {
    match format {
        Format::Text => {
            out.text("type", "text");
        }
        Format::JsonObject => {
            out.text("type", "json_object");
        }
        Format::JsonSchema { name, description, schema, strict } => {
            out.text("type", "json_schema").text("name", name.as_deref().unwrap_or("answer"));
            out.text_some("description", description.as_deref()).raw("schema", schema).boolean_some("strict", *strict);
        }
    }
}

fn reasoning(root: &mut Writer<'_>, writing: &mut Writing<'_, '_>) -> Result<(), Refusal> {
    let Some(reasoning) = &writing.request.reasoning else { return Ok(()) };
    if reasoning.enabled == Some(false) && reasoning.effort != Some(Effort::None) {
        writing.keeps(Feature::ThinkingSwitch)?;
    }
    if reasoning.adaptive {
        writing.keeps(Feature::AdaptiveThinking)?;
    }
    let effort = match (reasoning.effort, reasoning.budget_tokens) {
        (Some(effort), _) if writing.keeps(Feature::ReasoningEffort)? => Some(effort),
        (None, Some(tokens)) if reasoning.enabled != Some(false) && writing.keeps(Feature::ThinkingBudget)? => {
            Some(Effort::of_budget(tokens))
        }
        _ => None,
    };
    let summary = match reasoning.summary.as_deref() {
        None | Some("none") => None,
        Some(summary @ ("auto" | "concise" | "detailed")) => {
            writing.keeps(Feature::ReasoningSummary)?.then_some(summary)
        }
        Some(other) if writing.own => Some(other),
        Some(_) => {
            writing.lose(Feature::ReasoningSummary, "a summary is auto, concise or detailed")?;
            None
        }
    };
    if effort.is_some() || summary.is_some() {
        let mut out = root.object("reasoning");
        out.text_some("effort", effort.map(Effort::as_str)).text_some("summary", summary);
    }
    Ok(())
}

/// Whether the model is asked to think. Other models refuse to be asked for encrypted thoughts.
fn thinks(reasoning: &Reasoning) -> bool {
    reasoning.enabled != Some(false) && reasoning.effort != Some(Effort::None)
}

fn include(root: &mut Writer<'_>, writing: &mut Writing<'_, '_>) -> Result<(), Refusal> {
    let request = writing.request;
    // Clients of other dialects cannot ask for the proof, and yet send it back: nobody keeps the answer for them.
    let encrypted =
        request.reasoning.as_ref().is_some_and(|reasoning| reasoning.encrypted || (!writing.own && thinks(reasoning)));
    let logprobs = match request.logprobs {
        Some(logprobs) if writing.keeps(Feature::LogProbs)? => Some(logprobs),
        _ => None,
    };
    root.whole_some("top_logprobs", logprobs.and_then(|logprobs| logprobs.top));
    let others = writing.own.then(|| others_of(request, "include")).flatten();
    if !encrypted && logprobs.is_none() && others.is_none() {
        return Ok(());
    }
    let mut include = root.list("include");
    if encrypted {
        include.push_text("reasoning.encrypted_content");
    }
    if logprobs.is_some() {
        include.push_text("message.output_text.logprobs");
    }
    let wishes = others.and_then(|raw| Node::root(raw.as_bytes()).ok()?.list().ok());
    for wish in wishes.unwrap_or_default() {
        include.push_raw(wish.raw());
    }
    Ok(())
}

fn others_of<'a>(request: &'a Request, name: &str) -> Option<&'a Json> {
    request.others.iter().find(|(key, _)| key == name).map(|(_, raw)| raw)
}

fn account(root: &mut Writer<'_>, writing: &mut Writing<'_, '_>) -> Result<(), Refusal> {
    let request = writing.request;
    if let Some(tier) = &request.service_tier
        && writing.keeps(Feature::ServiceTier)?
    {
        root.text("service_tier", tier);
    }
    if let Some(user) = &request.user
        && writing.keeps(Feature::User)?
    {
        if writing.own {
            root.text("safety_identifier", user);
        } else {
            root.text("safety_identifier", &shorten("user_", user));
        }
    }
    if let Some(metadata) = &request.metadata
        && writing.keeps(Feature::Metadata)?
    {
        root.raw("metadata", metadata);
    }
    if let Some(key) = &request.prompt_cache_key
        && writing.keeps(Feature::PromptCacheKey)?
    {
        root.text("prompt_cache_key", key);
    }
    // The API keeps answers unless told not to; the others do not.
    let store = match request.store {
        Some(store) if writing.keeps(Feature::Store)? => Some(store),
        _ => (!writing.own).then_some(false),
    };
    root.boolean_some("store", store);
    if let Some(id) = &request.previous_response_id
        && writing.keeps(Feature::PreviousResponse)?
    {
        root.text("previous_response_id", id);
    }
    Ok(())
}

/// What the API has no words for.
fn no_words(writing: &mut Writing<'_, '_>) -> Result<(), Refusal> {
    let request = writing.request;
    let asked = [
        (request.top_k.is_some(), Feature::TopK),
        (request.frequency_penalty.is_some(), Feature::FrequencyPenalty),
        (request.presence_penalty.is_some(), Feature::PresencePenalty),
        (request.seed.is_some(), Feature::Seed),
        (!request.stop.is_empty(), Feature::StopSequences),
        (request.choices.is_some_and(|choices| choices > 1), Feature::SeveralChoices),
        (request.logit_bias.is_some(), Feature::LogitBias),
    ];
    for (asked, feature) in asked {
        if asked {
            writing.notes.keeps(feature)?;
        }
    }
    Ok(())
}

/// What only the client's dialect knows.
fn others(root: &mut Writer<'_>, writing: &mut Writing<'_, '_>) -> Result<(), Refusal> {
    for (name, raw) in &writing.request.others {
        if !writing.own {
            writing.notes.lose(name, "only the client's own dialect knows it")?;
        } else if !matches!(name.as_str(), "include" | "tool_choice") {
            root.raw(name, raw);
        }
    }
    Ok(())
}
