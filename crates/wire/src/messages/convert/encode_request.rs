//! Writes a call.

use std::borrow::{Borrow, Cow};

use thinkwatch_policy::dialect::Dialect;

use super::blocks::MESSAGE;
use super::words;
use crate::canonical::marks::{self, Marks};
use crate::canonical::{
    Block, CacheMark, Feature, Format, Notes, Refusal, Request, Target, Text, Tool, ToolChoice, feature,
};
use crate::json::write::{self, Writer};

mod block;
mod plain;
mod sampling;
mod schema;
mod thinking;
mod tools;
mod turns;

use turns::Turn;

/// The body that asks a provider for it. What may change from turn to turn stands before the messages, and they are last,
/// so that a longer conversation only adds to a shorter one's text.
pub(crate) fn encode(request: &Request, target: &Target<'_>, notes: &mut Notes) -> Result<Vec<u8>, Refusal> {
    let mut encoder = Encoder::new(request, notes);
    encoder.wordless()?;
    let tools = encoder.tools()?;
    let system = encoder.system()?;
    let turns = encoder.turns()?;
    let in_tools = tools.iter().filter(|tool| matches!(tool, Tool::Client(tool) if tool.cache.is_some())).count();
    let blocks = system.iter().chain(turns.iter().flat_map(|turn| &turn.blocks));
    encoder.marks = Marks::of(in_tools + blocks.map(|block| marks::on(block)).sum::<usize>());
    if encoder.marks.some_are_left_out() {
        encoder.lose(Feature::CacheMarks, "Messages takes at most four")?;
    }
    let max_tokens = match request.max_output_tokens {
        Some(max) if encoder.keeps(Feature::MaxOutputTokens)? => max,
        _ => target.default_max_output_tokens,
    };
    let plan = encoder.thinking(target.model, max_tokens, &turns, !tools.is_empty())?;

    let mut out = Vec::with_capacity(4096);
    let mut root = write::object(&mut out);
    root.text("model", target.model).whole("max_tokens", max_tokens);
    if request.stream {
        root.boolean("stream", true);
    }
    encoder.write_sampling(target.model, plan.is_on(), &mut root)?;
    encoder.write_labels(&mut root)?;
    plan.write(&mut root);
    encoder.write_output_config(&plan, &mut root)?;
    encoder.write_others(&plan, &mut root)?;
    encoder.write_tool_choice(&tools, &mut root)?;
    encoder.write_tools(&tools, &mut root)?;
    encoder.write_system(&system, &mut root)?;
    encoder.write_turns(&turns, &mut root)?;
    drop(root);
    Ok(out)
}

struct Encoder<'a, 'n> {
    request: &'a Request,
    notes: &'n mut Notes,
    /// Whether the client spoke Messages: then nothing is rearranged for it.
    faithful: bool,
    marks: Marks,
}

/// Where what only Messages knows stands inside of an object that others know too.
const METADATA: &str = "metadata.";
const OUTPUT_CONFIG: &str = "output_config.";

/// What stands for a format that Messages does not have.
const JSON_MODE: &str = "Answer with one JSON object and nothing else: no words before or after it, no code fence.";

/// The text of a turn that passes as a whole.
fn whole<B: Borrow<Block>>(content: &[B]) -> Option<&str> {
    let [block] = content else { return None };
    match block.borrow() {
        Block::Opaque(whole) if whole.kind == MESSAGE => Some(&whole.value),
        _ => None,
    }
}

impl<'a, 'n> Encoder<'a, 'n> {
    fn new(request: &'a Request, notes: &'n mut Notes) -> Self {
        Self { request, notes, faithful: request.source == Dialect::Messages, marks: Marks::default() }
    }

    fn keeps(&mut self, feature: Feature) -> Result<bool, Refusal> {
        self.notes.keeps(feature)
    }

    /// What a client calls it.
    fn name(&self, feature: Feature) -> &'static str {
        feature::field(self.notes.source, feature).unwrap_or_else(|| feature.as_str())
    }

    /// A value that cannot be kept although there is a word for such values.
    fn lose(&mut self, feature: Feature, why: &'static str) -> Result<(), Refusal> {
        self.notes.lose(self.name(feature), why)
    }

    /// A value without which the call would be another one.
    fn refuse<T>(&self, feature: Feature, why: &str) -> Result<T, Refusal> {
        Err(Refusal { field: self.name(feature).to_owned(), why: why.to_owned() })
    }

    /// What Messages has no word for at all. A value that says what would be so anyway is no loss.
    fn wordless(&mut self) -> Result<(), Refusal> {
        let request = self.request;
        let says = |number: &Option<String>| number.as_deref().is_some_and(|text| text.parse() != Ok(0.0_f64));
        let asked = [
            (Feature::FrequencyPenalty, says(&request.frequency_penalty)),
            (Feature::PresencePenalty, says(&request.presence_penalty)),
            (Feature::Seed, request.seed.is_some()),
            (Feature::SeveralChoices, request.choices.is_some_and(|choices| choices > 1)),
            (Feature::LogProbs, request.logprobs.is_some()),
            (Feature::LogitBias, request.logit_bias.as_deref().is_some_and(|bias| bias != "{}")),
            (Feature::Verbosity, request.verbosity.as_deref().is_some_and(|word| word != "medium")),
            (Feature::Metadata, request.metadata.as_deref().is_some_and(|labels| labels != "{}")),
            (Feature::PromptCacheKey, request.prompt_cache_key.is_some()),
            (Feature::Store, request.store == Some(true)),
            (Feature::PreviousResponse, request.previous_response_id.is_some()),
        ];
        for (feature, asked) in asked {
            if asked {
                self.keeps(feature)?;
            }
        }
        Ok(())
    }

    /// The blocks of the system prompt.
    fn system(&mut self) -> Result<Vec<Cow<'a, Block>>, Refusal> {
        let mut blocks = Vec::new();
        for message in self.request.messages.iter().take(self.system_length()) {
            self.keeps(Feature::SystemPrompt)?;
            self.speaker(message)?;
            for block in &message.content {
                match block {
                    Block::Text(text) if self.faithful || !text.text.trim().is_empty() => {
                        blocks.push(Cow::Borrowed(block));
                    }
                    Block::Opaque(opaque) if opaque.dialect == Dialect::Messages => blocks.push(Cow::Borrowed(block)),
                    Block::Text(_) => {}
                    _ => self.lose(Feature::SystemPrompt, "the system prompt of Messages is text only")?,
                }
            }
        }
        if self.request.format == Some(Format::JsonObject) && self.keeps(Feature::JsonMode)? {
            blocks.push(Cow::Owned(Block::Text(Text::new(JSON_MODE))));
        }
        Ok(blocks)
    }

    /// How many of the first messages are the system prompt: not all of them, since Messages wants a turn, and none that passes
    /// as the turn it was.
    fn system_length(&self) -> usize {
        let messages = &self.request.messages;
        let most = self.request.system_length().min(messages.len().saturating_sub(1));
        messages[..most].iter().take_while(|message| whole(&message.content).is_none()).count()
    }

    fn write_system(&mut self, system: &[Cow<'a, Block>], root: &mut Writer<'_>) -> Result<(), Refusal> {
        if let Some(words) = block::bare(system) {
            root.text("system", words);
        } else if !system.is_empty() {
            let mut list = root.list("system");
            for one in system {
                self.write_block(one, &mut list)?;
            }
        }
        Ok(())
    }

    fn write_turns(&mut self, turns: &[Turn<'a>], root: &mut Writer<'_>) -> Result<(), Refusal> {
        self.notes.wrote_a_turn(!turns.is_empty());
        let mut list = root.list("messages");
        for turn in turns {
            if let Some(turn) = whole(&turn.blocks) {
                list.push_raw(turn);
                continue;
            }
            let mut object = list.push_object();
            object.text("role", turn.role());
            if let Some(words) = block::bare(&turn.blocks) {
                object.text("content", words);
                continue;
            }
            let mut content = object.list("content");
            for one in &turn.blocks {
                self.write_block(one, &mut content)?;
            }
        }
        Ok(())
    }

    /// Who asks, and for which class of service.
    fn write_labels(&mut self, root: &mut Writer<'_>) -> Result<(), Refusal> {
        let user = match &self.request.user {
            Some(user) if self.keeps(Feature::User)? => Some(user.as_str()),
            _ => None,
        };
        let others = self.others_in(METADATA);
        if user.is_some() || !others.is_empty() {
            let mut metadata = root.object("metadata");
            metadata.text_some("user_id", user);
            for (name, value) in others {
                metadata.raw(name, value);
            }
        }
        if let Some(asked) = &self.request.service_tier
            && self.keeps(Feature::ServiceTier)?
        {
            match words::asked_tier(asked) {
                Some(word) => {
                    root.text("service_tier", word);
                }
                None => self.lose(Feature::ServiceTier, "Messages has no such class of service")?,
            }
        }
        Ok(())
    }

    fn write_output_config(&mut self, plan: &thinking::Plan, root: &mut Writer<'_>) -> Result<(), Refusal> {
        let request = self.request;
        let schema = match &request.format {
            Some(Format::JsonSchema { schema, .. }) if self.keeps(Feature::JsonSchema)? => Some(schema),
            _ => None,
        };
        let others = self.others_in(OUTPUT_CONFIG);
        if plan.effort.is_none() && schema.is_none() && others.is_empty() {
            return Ok(());
        }
        let mut config = root.object("output_config");
        config.text_some("effort", plan.effort);
        if let Some(schema) = schema {
            config.object("format").text("type", "json_schema").raw("schema", schema);
        }
        for (name, value) in others {
            config.raw(name, value);
        }
        Ok(())
    }

    /// What only Messages knows, in this object of the body.
    fn others_in(&self, parent: &str) -> Vec<(&'a str, &'a str)> {
        if !self.faithful {
            return Vec::new();
        }
        let inside = |(name, value): &'a (String, Box<str>)| Some((name.strip_prefix(parent)?, &**value));
        self.request.others.iter().filter_map(inside).collect()
    }

    fn write_others(&mut self, plan: &thinking::Plan, root: &mut Writer<'_>) -> Result<(), Refusal> {
        for (name, value) in &self.request.others {
            if *name == "context_management" && plan.is_off() && value.contains("clear_thinking") {
                // Refused where there is no thinking.
                self.notes.lose(name.clone(), "thinking had to be switched off")?;
            } else if !self.faithful {
                if let feature::Support::Dropped(why) | feature::Support::Refused(why) =
                    crate::messages::features::support(Feature::UnknownFields)
                {
                    self.notes.lose(name.clone(), why)?;
                }
            } else if !name.starts_with(METADATA) && !name.starts_with(OUTPUT_CONFIG) {
                root.raw(name, value);
            }
        }
        Ok(())
    }

    /// Whether some tool must be called.
    fn must_call(&self) -> bool {
        matches!(
            self.request.tool_choice,
            Some(ToolChoice::Any | ToolChoice::Tool(_) | ToolChoice::Allowed { required: true, .. })
        )
    }

    fn cache(&mut self, mark: Option<CacheMark>, into: &mut Writer<'_>) -> Result<(), Refusal> {
        let Some(mut mark) = mark else { return Ok(()) };
        let feature = if mark == CacheMark::OneHour { Feature::CacheMarksOneHour } else { Feature::CacheMarks };
        if !self.marks.next_stays() || !self.keeps(feature)? {
            return Ok(());
        }
        if mark == CacheMark::OneHour && self.marks.short_seen && !self.faithful {
            self.lose(
                feature,
                "Messages takes an hour's marks before those of five minutes only, so five minutes it is",
            )?;
            mark = CacheMark::FiveMinutes;
        }
        self.marks.short_seen |= mark == CacheMark::FiveMinutes;
        words::cache_control(mark, into);
        Ok(())
    }
}
