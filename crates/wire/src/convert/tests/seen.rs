//! What can be seen of each thing in a call, so that two calls can be compared thing by thing.

use serde_json::Value;

use super::*;
use crate::canonical::block::MediaKind;
use crate::canonical::{
    Block, CacheMark, Effort, Format, MediaSource, Message, Role, Tool, ToolChoice, ToolKind, ToolResult,
};

/// Each place where the thing is. Empty: the call has none of it. `provider`: whose proofs are the called one's own.
pub(super) fn seen(request: &Request, feature: Feature, provider: Dialect) -> Vec<String> {
    let some = |value: Option<String>| value.into_iter().collect::<Vec<_>>();
    let tools = |keeps: fn(&crate::canonical::ClientTool) -> bool| -> Vec<String> {
        let tools = request.tools.iter().filter_map(|tool| match tool {
            Tool::Client(tool) if keeps(tool) => Some(tool.name.clone()),
            _ => None,
        });
        tools.collect()
    };
    let reasoning = request.reasoning.clone().unwrap_or_default();
    match feature {
        Feature::SystemPrompt => {
            let prompt = &request.messages[..request.system_length()];
            prompt.iter().flat_map(|message| tokens_of(&message.content)).collect()
        }
        Feature::SystemInTheMiddle => {
            let rest = &request.messages[request.system_length()..];
            let middle = rest.iter().filter(|message| matches!(message.role, Role::System | Role::Developer));
            middle.flat_map(|message| tokens_of(&message.content)).collect()
        }
        Feature::DeveloperRole => {
            let all = request.messages.iter().filter(|message| message.role == Role::Developer);
            all.flat_map(|message| tokens_of(&message.content)).collect()
        }
        Feature::ParticipantName => request.messages.iter().filter_map(|message| message.name.clone()).collect(),
        Feature::ItemIds => request.messages.iter().filter_map(|message| message.id.clone()).collect(),
        Feature::Prefill => {
            let last = request.messages.last().filter(|message| message.role == Role::Assistant);
            let last = last.filter(|message| matches!(message.content.last(), Some(Block::Text(_))));
            last.into_iter().flat_map(|message| tokens_of(&message.content)).collect()
        }
        Feature::ImageBase64 => media(request, MediaKind::Image, |source| matches!(source, MediaSource::Base64(_))),
        Feature::ImageUrl => media(request, MediaKind::Image, |source| matches!(source, MediaSource::Url(_))),
        Feature::AudioInput => media(request, MediaKind::Audio, |_| true),
        Feature::VideoInput => media(request, MediaKind::Video, |_| true),
        Feature::FileInline => media(request, MediaKind::File, |source| matches!(source, MediaSource::Base64(_))),
        Feature::FileUrl => media(request, MediaKind::File, |source| matches!(source, MediaSource::Url(_))),
        Feature::FileId => media(request, MediaKind::File, |source| matches!(source, MediaSource::FileId(_))),
        Feature::ImageDetail => {
            // `auto` is what is meant where nothing is said.
            shown(request).filter_map(|media| media.detail.clone()).filter(|detail| detail != "auto").collect()
        }
        Feature::DocumentContext => shown(request).filter_map(|media| media.context.clone()).collect(),
        Feature::DocumentCitations => shown(request)
            .filter_map(|media| media.citations.filter(|cites| *cites))
            .map(|cites| cites.to_string())
            .collect(),
        Feature::Functions => {
            let tools = request.tools.iter().filter_map(|tool| match tool {
                Tool::Client(tool) if tool.kind == ToolKind::Function => Some(format!(
                    "{} {:?} {}",
                    tool.name,
                    tool.description,
                    tool.schema.as_deref().map_or(Value::Null, json)
                )),
                _ => None,
            });
            tools.collect()
        }
        Feature::CustomTools => tools(|tool| tool.kind == ToolKind::Custom),
        Feature::ServerTools => {
            let all = request.tools.iter().filter_map(|tool| match tool {
                Tool::Server(tool) => Some(tool.kind.clone()),
                Tool::Client(_) => None,
            });
            all.collect()
        }
        Feature::Namespaces => tools(|tool| tool.namespace.is_some()),
        Feature::StrictTools => tools(|tool| tool.strict == Some(true)),
        Feature::DeferredTools => tools(|tool| tool.deferred == Some(true)),
        Feature::ToolChoiceAny => some((request.tool_choice == Some(ToolChoice::Any)).then(|| "any".to_owned())),
        Feature::ToolChoiceNone => some((request.tool_choice == Some(ToolChoice::None)).then(|| "none".to_owned())),
        Feature::ToolChoiceNamed => some(match &request.tool_choice {
            Some(ToolChoice::Tool(name)) => Some(name.clone()),
            _ => None,
        }),
        Feature::ToolChoiceAllowed => some(match &request.tool_choice {
            Some(ToolChoice::Allowed { required, names }) => Some(format!("{required} {names:?}")),
            _ => None,
        }),
        Feature::ParallelToolCalls => {
            some(request.parallel_tool_calls.filter(|at_once| !at_once).map(|no| no.to_string()))
        }
        Feature::ToolResultMedia => {
            let results =
                results(request).filter(|result| result.content.iter().any(|block| matches!(block, Block::Media(_))));
            results.map(|result| result.call_id.clone()).collect()
        }
        Feature::ToolResultError => results(request)
            .filter(|result| result.is_error == Some(true))
            .map(|result| result.call_id.clone())
            .collect(),
        Feature::MaxOutputTokens => some(request.max_output_tokens.map(|most| most.to_string())),
        Feature::Temperature => some(request.temperature.clone()),
        Feature::TopP => some(request.top_p.clone()),
        Feature::TopK => some(request.top_k.map(|top| top.to_string())),
        Feature::FrequencyPenalty => some(request.frequency_penalty.clone()),
        Feature::PresencePenalty => some(request.presence_penalty.clone()),
        Feature::Seed => some(request.seed.clone()),
        Feature::StopSequences => request.stop.clone(),
        Feature::SeveralChoices => some(request.choices.filter(|n| *n > 1).map(|n| n.to_string())),
        Feature::LogProbs => some(request.logprobs.map(|told| format!("{told:?}"))),
        Feature::LogitBias => some(request.logit_bias.as_deref().map(str::to_owned)),
        Feature::JsonMode => some((request.format == Some(Format::JsonObject)).then(|| "json".to_owned())),
        Feature::JsonSchema => some(match &request.format {
            Some(Format::JsonSchema { schema, .. }) => Some(json(schema).to_string()),
            _ => None,
        }),
        Feature::ThinkingSwitch => some((reasoning.enabled == Some(false)).then(|| "off".to_owned())),
        Feature::ReasoningEffort => {
            // Not to think at all is the switch.
            let effort = reasoning.effort.filter(|effort| *effort != Effort::None);
            some(effort.map(|effort| effort.as_str().to_owned()))
        }
        Feature::ThinkingBudget => some(reasoning.budget_tokens.map(|tokens| tokens.to_string())),
        Feature::AdaptiveThinking => some(reasoning.adaptive.then(|| "adaptive".to_owned())),
        Feature::ReasoningSummary => some(reasoning.summary.filter(|summary| summary != "none")),
        Feature::ThinkingHistory | Feature::ForeignThinking => {
            let proofs = thoughts(request).filter_map(|thought| {
                let proof = thought.signature.as_ref()?;
                let own = proof.maker == maker(provider) && provider != Dialect::Chat;
                (own == (feature == Feature::ThinkingHistory)).then(|| format!("{:?} {}", thought.text, proof.data))
            });
            proofs.collect()
        }
        Feature::UnsignedThinking => {
            let unsigned = thoughts(request).filter(|thought| thought.signature.is_none());
            let texts: Vec<_> = unsigned.map(|thought| thought.text.clone()).collect();
            // Chat has one text for all thoughts of a message.
            if provider == Dialect::Chat { some(Some(texts.concat()).filter(|text| !text.is_empty())) } else { texts }
        }
        Feature::Verbosity => some(request.verbosity.clone()),
        Feature::ServiceTier => some(request.service_tier.clone()),
        Feature::User => some(request.user.clone()),
        Feature::Metadata => some(request.metadata.as_deref().map(str::to_owned)),
        Feature::PromptCacheKey => some(request.prompt_cache_key.clone()),
        Feature::CacheMarks => marks(request, CacheMark::FiveMinutes),
        Feature::CacheMarksOneHour => marks(request, CacheMark::OneHour),
        Feature::Store => some(request.store.filter(|store| *store).map(|store| store.to_string())),
        Feature::PreviousResponse => some(request.previous_response_id.clone()),
        Feature::UnknownFields => request.others.iter().map(|(name, _)| name.clone()).collect(),
        Feature::Citations
        | Feature::AnswerThinking
        | Feature::AnswerSignature
        | Feature::AnswerRefusal
        | Feature::AnswerMedia
        | Feature::AnswerServerTools
        | Feature::AnswerStopSequence
        | Feature::AnswerPause
        | Feature::AnswerServiceTier
        | Feature::AnswerFingerprint => Vec::new(),
    }
}

/// What is never lost, whatever the pair: who said what, who called what and what came of it, each in its order.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Spoken {
    /// The words of users and the system, in order.
    pub(super) heard: Vec<String>,
    /// The words of the model.
    pub(super) said: Vec<String>,
    /// Name, arguments and place of each call.
    pub(super) calls: Vec<String>,
    /// The place of the call that each result is of, and its words.
    pub(super) results: Vec<String>,
    /// Whether each call's id is that of one result.
    pub(super) answered: bool,
}

pub(super) fn spoken(request: &Request) -> Spoken {
    let mut spoken =
        Spoken { heard: Vec::new(), said: Vec::new(), calls: Vec::new(), results: Vec::new(), answered: true };
    let mut ids = Vec::new();
    for Message { role, content, .. } in &request.messages {
        for block in content {
            match block {
                Block::Text(text) if *role == Role::Assistant => spoken.said.extend(tokens(&text.text)),
                Block::Text(text) => spoken.heard.extend(tokens(&text.text)),
                Block::ToolCall(call) => {
                    let value = json(&call.arguments);
                    // A custom tool's input, or that of the function that stands for it.
                    let input = value.get("input").and_then(Value::as_str).map(str::to_owned);
                    let arguments = match call.kind {
                        ToolKind::Custom => format!("{:?}", call.arguments),
                        ToolKind::Function => input.map_or_else(|| value.to_string(), |input| format!("{input:?}")),
                    };
                    spoken.calls.push(format!("{} {arguments}", call.name));
                    ids.push(call.id.clone());
                }
                Block::ToolResult(result) => {
                    let of = ids.iter().position(|id| *id == result.call_id);
                    spoken.answered &= of.is_some();
                    spoken.results.push(format!("{of:?} {:?}", tokens_of(&result.content)));
                }
                _ => {}
            }
        }
    }
    ids.sort();
    ids.dedup();
    spoken.answered &= ids.len() == spoken.calls.len();
    spoken
}

fn json(text: &str) -> Value {
    serde_json::from_str(text).unwrap_or_else(|_| Value::String(text.to_owned()))
}

/// The numbered words in a text.
fn tokens(text: &str) -> Vec<String> {
    let mut found = Vec::new();
    let mut rest = text;
    while let Some(at) = rest.find('w') {
        rest = &rest[at + 1..];
        let digits = rest.len() - rest.trim_start_matches(|c: char| c.is_ascii_digit()).len();
        if digits > 0 {
            found.push(format!("w{}", &rest[..digits]));
        }
    }
    found
}

fn tokens_of(content: &[Block]) -> Vec<String> {
    let texts = content.iter().filter_map(|block| match block {
        Block::Text(text) => Some(tokens(&text.text)),
        _ => None,
    });
    texts.flatten().collect()
}

fn blocks(request: &Request) -> impl Iterator<Item = &Block> {
    request.messages.iter().flat_map(|message| &message.content)
}

fn results(request: &Request) -> impl Iterator<Item = &ToolResult> {
    blocks(request).filter_map(|block| match block {
        Block::ToolResult(result) => Some(result),
        _ => None,
    })
}

fn thoughts(request: &Request) -> impl Iterator<Item = &crate::canonical::Thinking> {
    blocks(request).filter_map(|block| match block {
        Block::Thinking(thought) => Some(thought),
        _ => None,
    })
}

/// All media, those in results of tools too.
fn shown(request: &Request) -> impl Iterator<Item = &crate::canonical::Media> {
    blocks(request)
        .flat_map(|block| match block {
            Block::Media(_) => std::slice::from_ref(block),
            Block::ToolResult(result) => &result.content,
            _ => &[],
        })
        .filter_map(|block| match block {
            Block::Media(media) => Some(media),
            _ => None,
        })
}

fn media(request: &Request, kind: MediaKind, source: fn(&MediaSource) -> bool) -> Vec<String> {
    let all = shown(request).filter(|media| media.kind == kind && source(&media.source));
    // Not every dialect says of what kind the thing at an address is.
    let inline = |media: &crate::canonical::Media| match media.source {
        MediaSource::Base64(_) => media.media_type.clone(),
        _ => None,
    };
    all.map(|media| format!("{:?} {:?}", media.source, inline(media))).collect()
}

/// The last word before each mark.
fn marks(request: &Request, mark: CacheMark) -> Vec<String> {
    let mut found = Vec::new();
    for tool in &request.tools {
        if let Tool::Client(tool) = tool
            && tool.cache == Some(mark)
        {
            found.push(tool.name.clone());
        }
    }
    for block in blocks(request) {
        if let Block::Text(text) = block
            && text.cache == Some(mark)
        {
            found.extend(tokens(&text.text).pop());
        }
    }
    found
}
