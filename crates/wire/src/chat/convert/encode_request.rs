//! Writes a call.
//!
//! What comes from a client of this dialect goes back in its own words where it can; what comes from another is written
//! in those that imitations of the API understand too. The turns stand last, so that the bytes of the next turn begin
//! with those of this one.

mod assistant;
mod media;
mod messages;
mod model;
mod results;
mod tools;

use thinkwatch_policy::dialect::Dialect;

use crate::canonical::feature;
use crate::canonical::{Effort, Feature, Format, Maker, Notes, Reasoning, Refusal, Request, Target};
use crate::json::write::{self, Writer};

pub(crate) fn encode(request: &Request, target: &Target<'_>, notes: &mut Notes) -> Result<Vec<u8>, Refusal> {
    let mut out = Vec::new();
    let mut writing =
        Writing { request, own: request.source == Dialect::Chat, maker: model::maker_of(target.model), notes };
    let mut root = write::object(&mut out);
    root.text("model", target.model);
    if request.stream {
        root.boolean("stream", true);
        if target.ask_usage {
            root.object("stream_options").boolean("include_usage", true);
        }
    }
    writing.limits(&mut root, target)?;
    writing.sampling(&mut root)?;
    writing.format(&mut root)?;
    writing.labels(&mut root)?;
    writing.others(&mut root)?;
    writing.tools(&mut root)?;
    let mut messages = root.list("messages");
    writing.messages(&mut messages)?;
    writing.notes.wrote_a_turn(!messages.is_empty());
    drop(messages);
    drop(root);
    Ok(out)
}

/// What all parts of the writer share.
struct Writing<'w> {
    request: &'w Request,
    /// Whether the client speaks this dialect too.
    own: bool,
    /// Whose proofs the provider takes back.
    maker: Option<Maker>,
    notes: &'w mut Notes,
}

impl Writing<'_> {
    /// Whether the thing is to be written: a Chat client's own words always are.
    fn keeps(&mut self, feature: Feature) -> Result<bool, Refusal> {
        if self.own { Ok(true) } else { self.notes.keeps(feature) }
    }

    fn limits(&mut self, root: &mut Writer<'_>, target: &Target<'_>) -> Result<(), Refusal> {
        let effort = match self.effort()? {
            Some(effort) if !self.own => self.fitted(effort, target.model)?,
            asked => asked,
        };
        if let Some(limit) = self.request.max_output_tokens
            && self.keeps(Feature::MaxOutputTokens)?
        {
            let thinks = effort.is_some_and(|effort| effort != Effort::None);
            root.whole(model::limit_word(target.model, thinks), limit);
        }
        root.text_some("reasoning_effort", effort.map(Effort::as_str));
        Ok(())
    }

    /// The effort as the model takes it; what becomes of it otherwise is noted.
    fn fitted(&mut self, effort: Effort, model: &str) -> Result<Option<Effort>, Refusal> {
        let name = feature::field(self.notes.source, Feature::ReasoningEffort).unwrap_or("reasoning effort");
        if model::never_thinks(model) {
            if effort != Effort::None {
                self.notes.lose(name, "this model does not think")?;
            }
            return Ok(None);
        }
        let nearest = model::nearest_effort(model, effort);
        if nearest != effort {
            self.notes.note(name, "changed to the nearest that this model takes");
        }
        Ok(Some(nearest))
    }

    fn effort(&mut self) -> Result<Option<Effort>, Refusal> {
        let Some(reasoning) = &self.request.reasoning else { return Ok(None) };
        let Reasoning { enabled, adaptive, effort, budget_tokens, summary, encrypted: _ } = reasoning;
        // Whoever wants no thoughts told is not harmed by them.
        if summary.as_deref().is_some_and(|summary| !matches!(summary, "auto" | "none")) {
            self.notes.keeps(Feature::ReasoningSummary)?;
        }
        if *enabled == Some(false) {
            return Ok(self.keeps(Feature::ThinkingSwitch)?.then_some(Effort::None));
        }
        if let Some(effort) = effort {
            return Ok(self.keeps(Feature::ReasoningEffort)?.then_some(*effort));
        }
        if let Some(tokens) = budget_tokens {
            return Ok(self.keeps(Feature::ThinkingBudget)?.then(|| Effort::of_budget(*tokens)));
        }
        if *adaptive {
            self.keeps(Feature::AdaptiveThinking)?;
            return Ok(None);
        }
        Ok((*enabled == Some(true) && self.keeps(Feature::ThinkingSwitch)?).then_some(Effort::Medium))
    }

    fn sampling(&mut self, root: &mut Writer<'_>) -> Result<(), Refusal> {
        let request = self.request;
        for (feature, name, value) in [
            (Feature::Temperature, "temperature", &request.temperature),
            (Feature::TopP, "top_p", &request.top_p),
            (Feature::FrequencyPenalty, "frequency_penalty", &request.frequency_penalty),
            (Feature::PresencePenalty, "presence_penalty", &request.presence_penalty),
            (Feature::Seed, "seed", &request.seed),
        ] {
            if let Some(value) = value
                && self.keeps(feature)?
            {
                root.raw(name, value);
            }
        }
        if request.top_k.is_some() && self.keeps(Feature::TopK)? {
            root.whole_some("top_k", request.top_k);
        }
        if !request.stop.is_empty() && self.keeps(Feature::StopSequences)? {
            let mut list = root.list("stop");
            for text in &request.stop {
                list.push_text(text);
            }
        }
        if request.choices.is_some() && self.keeps(Feature::SeveralChoices)? {
            root.whole_some("n", request.choices);
        }
        if let Some(logprobs) = request.logprobs
            && self.keeps(Feature::LogProbs)?
        {
            root.boolean("logprobs", true).whole_some("top_logprobs", logprobs.top);
        }
        if request.logit_bias.is_some() && self.keeps(Feature::LogitBias)? {
            root.raw_some("logit_bias", request.logit_bias.as_deref());
        }
        Ok(())
    }

    fn format(&mut self, root: &mut Writer<'_>) -> Result<(), Refusal> {
        let Some(format) = &self.request.format else { return Ok(()) };
        let kept = match format {
            Format::Text => true,
            Format::JsonObject => self.keeps(Feature::JsonMode)?,
            Format::JsonSchema { .. } => self.keeps(Feature::JsonSchema)?,
        };
        if !kept {
            return Ok(());
        }
        let mut object = root.object("response_format");
        match format {
            Format::Text => object.text("type", "text"),
            Format::JsonObject => object.text("type", "json_object"),
            Format::JsonSchema { name, description, schema, strict } => {
                object.text("type", "json_schema");
                let mut inside = object.object("json_schema");
                // It has to have a name.
                inside.text("name", name.as_deref().unwrap_or("answer"));
                inside.text_some("description", description.as_deref());
                inside.raw("schema", schema).boolean_some("strict", *strict);
                return Ok(());
            }
        };
        Ok(())
    }

    fn labels(&mut self, root: &mut Writer<'_>) -> Result<(), Refusal> {
        let request = self.request;
        if request.verbosity.is_some() && self.keeps(Feature::Verbosity)? {
            root.text_some("verbosity", request.verbosity.as_deref());
        }
        if let Some(tier) = &request.service_tier
            && self.keeps(Feature::ServiceTier)?
        {
            // Anthropic's word for "not the priority tier".
            root.text("service_tier", if tier == "standard_only" { "default" } else { tier });
        }
        if request.user.is_some() && self.keeps(Feature::User)? {
            root.text_some("user", request.user.as_deref());
        }
        if request.metadata.is_some() && self.keeps(Feature::Metadata)? {
            root.raw_some("metadata", request.metadata.as_deref());
        }
        if request.prompt_cache_key.is_some() && self.keeps(Feature::PromptCacheKey)? {
            root.text_some("prompt_cache_key", request.prompt_cache_key.as_deref());
        }
        // Not to keep the answer is what happens without the word, which some imitations refuse.
        if let Some(store) = request.store
            && self.keeps(Feature::Store)?
            && (store || self.own)
        {
            root.boolean("store", store);
        }
        if request.previous_response_id.is_some() {
            self.notes.keeps(Feature::PreviousResponse)?;
        }
        Ok(())
    }

    fn others(&mut self, root: &mut Writer<'_>) -> Result<(), Refusal> {
        for (name, value) in &self.request.others {
            if self.own {
                root.raw(name, value);
            } else {
                self.notes.lose(name, "only its own dialect knows it")?;
            }
        }
        Ok(())
    }
}
