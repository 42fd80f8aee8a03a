//! `generationConfig` and what stands beside it.

use super::{Context, others_in};
use crate::canonical::feature;
use crate::canonical::{Effort, Feature, Format, Notes, Reasoning, Refusal, Request, Tool};
use crate::json::write::{self, Writer};

/// Google takes no more of them.
const MAX_STOP_SEQUENCES: usize = 5;

pub(super) fn write(context: &Context<'_>, notes: &mut Notes, root: &mut Writer<'_>) -> Result<(), Refusal> {
    let mut config = Vec::new();
    {
        let mut config = write::object(&mut config);
        sampling(context.request, notes, &mut config)?;
        limits(context, notes, &mut config)?;
        format(context, notes, &mut config)?;
        if let Some(reasoning) = &context.request.reasoning {
            thinking(context, reasoning, notes, &mut config)?;
        }
        for (name, value) in others_in(context, "generationConfig") {
            config.raw(name, value);
        }
    }
    if config != b"{}" {
        root.raw("generationConfig", &String::from_utf8(config).unwrap_or_default());
    }
    if let Some(tier) = &context.request.service_tier
        && notes.keeps(Feature::ServiceTier)?
    {
        match tier.as_str() {
            "auto" => {}
            "default" | "standard" | "standard_only" => {
                root.text("serviceTier", "standard");
            }
            "flex" | "priority" => {
                root.text("serviceTier", tier);
            }
            _ => notes.lose(name(notes, Feature::ServiceTier), "Gemini knows standard, flex and priority")?,
        }
    }
    Ok(())
}

/// What the client calls it.
fn name(notes: &Notes, feature: Feature) -> &'static str {
    feature::field(notes.source, feature).unwrap_or_else(|| feature.as_str())
}

fn sampling(request: &Request, notes: &mut Notes, out: &mut Writer<'_>) -> Result<(), Refusal> {
    for (value, key, feature) in [
        (&request.temperature, "temperature", Feature::Temperature),
        (&request.top_p, "topP", Feature::TopP),
        (&request.presence_penalty, "presencePenalty", Feature::PresencePenalty),
        (&request.frequency_penalty, "frequencyPenalty", Feature::FrequencyPenalty),
    ] {
        if let Some(value) = value
            && notes.keeps(feature)?
        {
            out.raw(key, value);
        }
    }
    if let Some(top) = request.top_k
        && notes.keeps(Feature::TopK)?
    {
        out.whole("topK", top);
    }
    if let Some(seed) = &request.seed
        && notes.keeps(Feature::Seed)?
    {
        if seed.parse::<i32>().is_ok() {
            out.raw("seed", seed);
        } else {
            notes.lose(name(notes, Feature::Seed), "Gemini's seeds have 32 bits")?;
        }
    }
    if let Some(logprobs) = request.logprobs
        && notes.keeps(Feature::LogProbs)?
    {
        out.boolean("responseLogprobs", true).whole_some("logprobs", logprobs.top);
    }
    Ok(())
}

fn limits(context: &Context<'_>, notes: &mut Notes, out: &mut Writer<'_>) -> Result<(), Refusal> {
    let request = context.request;
    if let Some(choices) = request.choices
        && (choices < 2 || notes.keeps(Feature::SeveralChoices)?)
        && (choices != 1 || context.own)
    {
        out.whole("candidateCount", choices);
    }
    if let Some(most) = request.max_output_tokens
        && notes.keeps(Feature::MaxOutputTokens)?
    {
        out.whole("maxOutputTokens", most);
    }
    if request.stop.is_empty() || !notes.keeps(Feature::StopSequences)? {
        return Ok(());
    }
    if request.stop.len() > MAX_STOP_SEQUENCES && !context.own {
        notes.lose(name(notes, Feature::StopSequences), "Gemini takes at most five")?;
    }
    let most = if context.own { usize::MAX } else { MAX_STOP_SEQUENCES };
    let mut list = out.list("stopSequences");
    for text in request.stop.iter().take(most) {
        list.push_text(text);
    }
    Ok(())
}

fn format(context: &Context<'_>, notes: &mut Notes, out: &mut Writer<'_>) -> Result<(), Refusal> {
    const WHY: &str = "models before Gemini 3 take no format beside tools";
    let Some(format) = &context.request.format else { return Ok(()) };
    let has_tools = context.request.tools.iter().any(|tool| matches!(tool, Tool::Client(_)));
    let impossible = context.generation.old && has_tools && !context.own;
    match format {
        Format::Text => {
            if context.own {
                out.text("responseMimeType", "text/plain");
            }
        }
        Format::JsonObject => {
            if impossible {
                notes.lose(name(notes, Feature::JsonMode), WHY)?;
            } else if notes.keeps(Feature::JsonMode)? {
                out.text("responseMimeType", "application/json");
            }
        }
        Format::JsonSchema { schema, .. } => {
            if impossible {
                notes.lose(name(notes, Feature::JsonSchema), WHY)?;
            } else if notes.keeps(Feature::JsonSchema)? {
                out.text("responseMimeType", "application/json").raw("responseJsonSchema", schema);
            }
        }
    }
    Ok(())
}

fn thinking(
    context: &Context<'_>,
    reasoning: &Reasoning,
    notes: &mut Notes,
    out: &mut Writer<'_>,
) -> Result<(), Refusal> {
    for (asked, feature) in [
        (reasoning.enabled.is_some(), Feature::ThinkingSwitch),
        (reasoning.effort.is_some(), Feature::ReasoningEffort),
        (reasoning.budget_tokens.is_some(), Feature::ThinkingBudget),
        (reasoning.adaptive, Feature::AdaptiveThinking),
        (reasoning.summary.is_some(), Feature::ReasoningSummary),
    ] {
        if asked {
            notes.keeps(feature)?;
        }
    }
    let amount = if context.own { own_amount(reasoning) } else { amount(context, reasoning, notes)? };
    let tell = match reasoning.summary.as_deref() {
        Some(summary) => Some(summary != "none"),
        // Where thinking was asked for, other dialects tell it without another word.
        None if !context.own && (reasoning.enabled == Some(true) || reasoning.adaptive) => Some(true),
        None => None,
    };
    let tell = tell.filter(|_| context.own || !amount.is_off());
    if tell.is_none() && amount == Amount::default() {
        return Ok(());
    }
    let mut config = out.object("thinkingConfig");
    config.boolean_some("includeThoughts", tell);
    if let Some(budget) = amount.budget {
        config.raw("thinkingBudget", &budget.to_string());
    }
    config.text_some("thinkingLevel", amount.level);
    Ok(())
}

/// How much to think, in Gemini's words.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
struct Amount {
    budget: Option<i64>,
    level: Option<&'static str>,
}

impl Amount {
    fn tokens(tokens: u64) -> Self {
        Self { budget: Some(i64::try_from(tokens).unwrap_or(i64::MAX)), level: None }
    }

    const fn level(level: &'static str) -> Self {
        Self { budget: None, level: Some(level) }
    }

    fn is_off(self) -> bool {
        self.budget == Some(0)
    }
}

/// As the client said it, whatever the model.
fn own_amount(reasoning: &Reasoning) -> Amount {
    let budget = match (reasoning.enabled, reasoning.budget_tokens) {
        (Some(false), _) => Some(0),
        (_, Some(tokens)) => Amount::tokens(tokens).budget,
        _ if reasoning.adaptive => Some(-1),
        _ => None,
    };
    Amount { budget, level: reasoning.effort.map(level) }
}

const fn level(effort: Effort) -> &'static str {
    match effort {
        Effort::None | Effort::Minimal => "MINIMAL",
        Effort::Low => "LOW",
        Effort::Medium => "MEDIUM",
        Effort::High => "HIGH",
        Effort::XHigh | Effort::Max => "XHIGH",
    }
}

/// As this model takes it.
fn amount(context: &Context<'_>, reasoning: &Reasoning, notes: &mut Notes) -> Result<Amount, Refusal> {
    let generation = context.generation;
    let (least, most) = generation.budgets();
    if reasoning.enabled == Some(false) || reasoning.effort == Some(Effort::None) {
        return Ok(match (generation.old, generation.pro) {
            (true, false) => Amount::tokens(0),
            (true, true) => Amount::tokens(least),
            (false, false) => Amount::level("MINIMAL"),
            (false, true) => Amount::level("LOW"),
        });
    }
    if let Some(effort) = reasoning.effort
        && (!generation.old || reasoning.budget_tokens.is_none())
    {
        if generation.old {
            return Ok(Amount::tokens(effort.budget_tokens().clamp(least, most)));
        }
        return Ok(Amount::level(match effort {
            Effort::Minimal if generation.pro => "LOW",
            Effort::XHigh | Effort::Max => {
                notes.note(name(notes, Feature::ReasoningEffort), "the most that Gemini's models take is high");
                "HIGH"
            }
            effort => level(effort),
        }));
    }
    if let Some(tokens) = reasoning.budget_tokens {
        let fitting = tokens.clamp(least, most);
        if fitting != tokens {
            notes.note(name(notes, Feature::ThinkingBudget), "changed to the nearest budget the model takes");
        }
        return Ok(Amount::tokens(fitting));
    }
    let free = reasoning.adaptive || reasoning.enabled == Some(true);
    Ok(if free { Amount { budget: Some(-1), level: None } } else { Amount::default() })
}
