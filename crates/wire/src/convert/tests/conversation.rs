//! Generated calls: whatever a client of a dialect can ask, in valid conversations. Every word is another, so that what became
//! of each can be told.

use proptest::collection::vec;
use proptest::option::of;
use proptest::prelude::*;
use proptest::sample::{select, subsequence};

use super::*;
use crate::canonical::block::MediaKind;
use crate::canonical::request::{ClientTool, Namespace};
use crate::canonical::{
    Block, CacheMark, Effort, Format, LogProbs, Media, MediaSource, Message, Reasoning, Role, Signature, Text,
    Thinking, Tool, ToolCall, ToolChoice, ToolKind, ToolResult,
};

/// What a user shows or says.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Said {
    Words,
    Marked(CacheMark),
    Shown(Feature),
}

/// What a model does.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Done {
    Words,
    Thought(Feature),
    Call { custom: bool, failed: Option<bool>, shows: bool },
}

/// A turn of each.
#[derive(Clone, Debug)]
pub(super) struct Round {
    user: Vec<Said>,
    model: Vec<Done>,
    /// The system says something before the next round.
    middle: bool,
}

/// A call in outline, from which it is built for a dialect.
#[derive(Clone, Debug)]
pub(super) struct Outline {
    system: Option<Role>,
    rounds: Vec<Round>,
    /// Whether the last turn is the model's.
    prefill: bool,
    marked_system: bool,
    tools: Vec<Feature>,
    choice: Option<Feature>,
    settings: Vec<Feature>,
    /// What texts begin with.
    spice: String,
}

impl Outline {
    /// How many rounds it has.
    pub(super) const fn rounds(&self) -> usize {
        self.rounds.len()
    }

    /// The same as a conversation that goes on: no marks that move, no turn that is begun for the model, and no tools that may
    /// not be called, which Converse is told of only when some were called.
    pub(super) fn growing(&self) -> Self {
        let choice = self.choice.filter(|choice| *choice != Feature::ToolChoiceNone);
        let mut outline = Self { prefill: false, choice, ..self.clone() };
        for said in outline.rounds.iter_mut().flat_map(|round| &mut round.user) {
            if matches!(said, Said::Marked(_)) {
                *said = Said::Words;
            }
        }
        outline
    }
}

/// The settings of a call, each of which is drawn or not.
const SETTINGS: &[Feature] = &[
    Feature::ParticipantName,
    Feature::ItemIds,
    Feature::ParallelToolCalls,
    Feature::MaxOutputTokens,
    Feature::Temperature,
    Feature::TopP,
    Feature::TopK,
    Feature::FrequencyPenalty,
    Feature::PresencePenalty,
    Feature::Seed,
    Feature::StopSequences,
    Feature::SeveralChoices,
    Feature::LogProbs,
    Feature::LogitBias,
    Feature::JsonMode,
    Feature::JsonSchema,
    Feature::ThinkingSwitch,
    Feature::ReasoningEffort,
    Feature::ThinkingBudget,
    Feature::AdaptiveThinking,
    Feature::Verbosity,
    Feature::ServiceTier,
    Feature::User,
    Feature::Metadata,
    Feature::PromptCacheKey,
    Feature::Store,
    Feature::PreviousResponse,
    Feature::UnknownFields,
];

const SHOWN: &[Feature] = &[
    Feature::ImageBase64,
    Feature::ImageUrl,
    Feature::ImageDetail,
    Feature::AudioInput,
    Feature::VideoInput,
    Feature::FileInline,
    Feature::FileUrl,
    Feature::FileId,
    Feature::DocumentContext,
    Feature::DocumentCitations,
];

const THOUGHTS: &[Feature] = &[Feature::ThinkingHistory, Feature::UnsignedThinking, Feature::ForeignThinking];

const TOOLS: &[Feature] = &[
    Feature::Functions,
    Feature::Functions,
    Feature::CustomTools,
    Feature::Namespaces,
    Feature::StrictTools,
    Feature::DeferredTools,
    Feature::CacheMarks,
];

const CHOICES: &[Feature] =
    &[Feature::ToolChoiceAny, Feature::ToolChoiceNone, Feature::ToolChoiceNamed, Feature::ToolChoiceAllowed];

/// Those of a list that a client of the dialect has words for.
fn words_of(dialect: Dialect, features: &[Feature]) -> Vec<Feature> {
    features.iter().copied().filter(|feature| can_ask(dialect, *feature)).collect()
}

fn mark() -> impl Strategy<Value = CacheMark> {
    select(vec![CacheMark::FiveMinutes, CacheMark::OneHour])
}

fn round(source: Dialect) -> impl Strategy<Value = Round> {
    let shown = words_of(source, SHOWN);
    let marks = can_ask(source, Feature::CacheMarks);
    let said = prop_oneof![
        6 => Just(Said::Words),
        1 => mark().prop_map(move |mark| if marks { Said::Marked(mark) } else { Said::Words }),
        1 => select(shown).prop_map(Said::Shown),
    ];
    let thoughts = words_of(source, THOUGHTS);
    let customs = can_ask(source, Feature::CustomTools);
    let errors = can_ask(source, Feature::ToolResultError);
    let shows = can_ask(source, Feature::ToolResultMedia) && source != Dialect::Chat;
    let call =
        (any::<bool>(), of(any::<bool>()), prop::bool::weighted(0.2)).prop_map(move |(custom, failed, media)| {
            // Nobody tells that a tool did not fail but Messages.
            let failed = failed.filter(|failed| errors && (*failed || source == Dialect::Messages));
            Done::Call { custom: custom && customs, failed, shows: media && shows }
        });
    let done = prop_oneof![3 => Just(Done::Words), 1 => select(thoughts).prop_map(Done::Thought), 3 => call];
    let middle = prop::bool::weighted(if can_ask(source, Feature::SystemInTheMiddle) { 0.15 } else { 0.0 });
    (vec(said, 1..4), vec(done, 0..3), any::<bool>(), middle).prop_map(|(user, mut model, begins, middle)| {
        // A turn of thoughts alone is no turn.
        if !model.iter().any(|done| !matches!(done, Done::Thought(_))) {
            model.push(Done::Words);
        }
        if begins {
            model.rotate_left(1);
        }
        Round { user, model, middle }
    })
}

pub(super) fn outline(source: Dialect) -> impl Strategy<Value = Outline> {
    let settings = words_of(source, SETTINGS);
    let most = settings.len().min(6);
    let developer = if can_ask(source, Feature::DeveloperRole) { Role::Developer } else { Role::System };
    let prefill = prop::bool::weighted(0.1);
    (
        of(select(vec![Role::System, developer])),
        (vec(round(source), 1..4), prefill, any::<bool>()),
        subsequence(words_of(source, TOOLS), 0..=words_of(source, TOOLS).len()),
        of(select(words_of(source, CHOICES))),
        subsequence(settings, 0..=most),
        "[a-z \"\\\\\n\u{1}\u{e9}\u{1f980}]{0,4}",
    )
        .prop_map(move |(system, (rounds, prefill, marked), tools, choice, settings, spice)| Outline {
            system,
            rounds,
            prefill,
            marked_system: marked && can_ask(source, Feature::CacheMarks),
            tools,
            choice,
            settings,
            spice,
        })
}

/// Builds calls; all words and ids are numbered.
struct Builder<'o> {
    source: Dialect,
    outline: &'o Outline,
    count: usize,
}

impl Builder<'_> {
    fn number(&mut self) -> usize {
        self.count += 1;
        self.count
    }

    fn words(&mut self) -> String {
        format!("{}w{}", self.outline.spice, self.number())
    }

    fn text(&mut self, cache: Option<CacheMark>) -> Block {
        Block::Text(Text { cache, ..Text::new(self.words()) })
    }

    fn media(&mut self, feature: Feature) -> Block {
        let n = self.number();
        let data = MediaSource::Base64(format!("AAAA{:04}", n % 10_000));
        let address =
            MediaSource::Url(format!("https://e.com/{n}.{}", if feature == Feature::ImageUrl { "png" } else { "pdf" }));
        let (kind, source, media_type) = match feature {
            Feature::ImageUrl => (MediaKind::Image, address, None),
            Feature::ImageBase64 | Feature::ImageDetail => (MediaKind::Image, data, Some("image/png")),
            Feature::AudioInput => (MediaKind::Audio, data, Some("audio/wav")),
            Feature::VideoInput => (MediaKind::Video, data, Some("video/mp4")),
            Feature::FileUrl => (MediaKind::File, address, Some("application/pdf")),
            Feature::FileId => (
                MediaKind::File,
                MediaSource::FileId(format!("{}{n}", if self.source == Dialect::Gemini { "files/" } else { "file-" })),
                None,
            ),
            _ => (MediaKind::File, data, Some("application/pdf")),
        };
        let mut media = Media { media_type: media_type.map(str::to_owned), ..Media::new(kind, source) };
        media.detail = (feature == Feature::ImageDetail).then(|| "low".to_owned());
        media.context = (feature == Feature::DocumentContext).then(|| format!("context {n}"));
        media.citations = (feature == Feature::DocumentCitations).then_some(true);
        Block::Media(media)
    }

    fn thought(&mut self, feature: Feature) -> Block {
        let n = self.number();
        let of = match feature {
            Feature::ThinkingHistory => Some(maker(self.source)),
            Feature::ForeignThinking if maker(self.source) == Maker::Google => Some(Maker::Anthropic),
            Feature::ForeignThinking => Some(Maker::Google),
            _ => None,
        };
        let signature = of.map(|maker| Signature {
            maker,
            item_id: (maker == Maker::OpenAi).then(|| format!("rs_{n}")),
            data: format!("QUJD{n:04}"),
        });
        Block::Thinking(Thinking { text: self.words(), signature, redacted: false })
    }

    /// A turn of the model and the results of its calls.
    fn model(&mut self, round: &Round, messages: &mut Vec<Message>) {
        let mut turn = Vec::new();
        let mut results = Vec::new();
        for done in &round.model {
            match *done {
                Done::Words => turn.push(self.text(None)),
                Done::Thought(feature) => turn.push(self.thought(feature)),
                Done::Call { custom, failed, shows } => {
                    let n = self.number();
                    let kind = if custom { ToolKind::Custom } else { ToolKind::Function };
                    let arguments = if custom { self.words() } else { format!("{{\"a\":\"w{n}\",\"n\":[1.50,null]}}") };
                    let name = if custom { "custom" } else { "plain" }.to_owned();
                    let id = format!("call-{n}");
                    turn.push(Block::ToolCall(ToolCall {
                        id: id.clone(),
                        name,
                        kind,
                        arguments,
                        ..ToolCall::default()
                    }));
                    let mut content = vec![self.text(None)];
                    if shows {
                        content.push(self.media(Feature::ImageBase64));
                    }
                    let is_error = failed;
                    let result = ToolResult { call_id: id, kind, content, is_error, ..ToolResult::default() };
                    results.push(Block::ToolResult(result));
                }
            }
        }
        messages.push(Message::new(Role::Assistant, turn));
        if !results.is_empty() {
            messages.push(Message::new(Role::User, results));
        }
    }

    fn tool(&mut self, place: usize, feature: Feature) -> Tool {
        let n = self.number();
        let schema = format!(
            r#"{{"type":"object","properties":{{"p{n}":{{"type":"string"}}}},"required":["p{n}"],"additionalProperties":false}}"#
        );
        let mut tool = ClientTool {
            name: format!("tool{place}"),
            description: Some(self.words()),
            schema: Some(schema.into()),
            ..ClientTool::default()
        };
        match feature {
            Feature::CustomTools => {
                tool.kind = ToolKind::Custom;
                let grammar = r#"{"type":"grammar","syntax":"regex","definition":"a+"}"#;
                tool.schema = (place.is_multiple_of(2)).then(|| grammar.into());
            }
            Feature::Namespaces => {
                tool.namespace = Some(Namespace { name: "ns".to_owned(), description: Some("d".to_owned()) });
            }
            Feature::StrictTools => tool.strict = Some(true),
            Feature::DeferredTools => tool.deferred = Some(true),
            Feature::CacheMarks => tool.cache = Some(CacheMark::FiveMinutes),
            _ => {}
        }
        Tool::Client(tool)
    }
}

/// The call of an outline, in the model in the middle. `rounds`: how many of its rounds.
pub(super) fn built(source: Dialect, outline: &Outline, rounds: usize) -> Request {
    let mut builder = Builder { source, outline, count: 0 };
    let mut request = Request::new(source, "m");
    for (place, feature) in outline.tools.iter().enumerate() {
        let tool = builder.tool(place, *feature);
        request.tools.push(tool);
    }
    // Whoever's tools were called has them.
    let calls = |custom: bool| {
        let mut done = outline.rounds.iter().flat_map(|round| &round.model);
        done.any(|done| matches!(done, Done::Call { custom: one, .. } if *one == custom))
    };
    for (custom, name, feature) in [(false, "plain", Feature::Functions), (true, "custom", Feature::CustomTools)] {
        if calls(custom)
            && let Tool::Client(tool) = builder.tool(0, feature)
        {
            request.tools.push(Tool::Client(ClientTool { name: name.to_owned(), ..tool }));
        }
    }
    if let Some(role) = outline.system {
        let cache = outline.marked_system.then_some(CacheMark::FiveMinutes);
        let text = builder.text(cache);
        request.messages.push(Message::new(role, vec![text]));
    }
    for (place, round) in outline.rounds.iter().take(rounds).enumerate() {
        let said = round.user.iter().map(|said| match *said {
            Said::Words => builder.text(None),
            Said::Marked(mark) => builder.text(Some(mark)),
            Said::Shown(feature) => builder.media(feature),
        });
        let turn = Message::new(Role::User, said.collect());
        request.messages.push(turn);
        let last = place + 1 == outline.rounds.len().min(rounds);
        if !last {
            builder.model(round, &mut request.messages);
        } else if outline.prefill {
            let text = builder.text(None);
            request.messages.push(Message::new(Role::Assistant, vec![text]));
        }
        if round.middle && !last {
            let text = builder.text(None);
            request.messages.push(Message::new(Role::System, vec![text]));
        }
    }
    if let Some(feature) = outline.choice.filter(|_| !request.tools.is_empty()) {
        let mut names = request.tools.iter().filter_map(|tool| match tool {
            Tool::Client(tool) => Some(tool.name.clone()),
            Tool::Server(_) => None,
        });
        let first = names.next().unwrap_or_default();
        let names = [first.clone()].into_iter().chain(names.next()).collect();
        request.tool_choice = Some(match feature {
            Feature::ToolChoiceAny => ToolChoice::Any,
            Feature::ToolChoiceNone => ToolChoice::None,
            Feature::ToolChoiceNamed => ToolChoice::Tool(first.clone()),
            _ if request.tools.len() < 3 => ToolChoice::Auto,
            _ => ToolChoice::Allowed { required: true, names },
        });
    }
    for feature in &outline.settings {
        set(&mut request, *feature);
    }
    request
}

fn set(request: &mut Request, feature: Feature) {
    let word = |text: &str| Some(text.to_owned());
    let thinks = |request: &mut Request, change: fn(&mut Reasoning)| {
        // One way to say it.
        let mut reasoning = Reasoning::default();
        change(&mut reasoning);
        request.reasoning = Some(reasoning);
    };
    match feature {
        Feature::ParticipantName => {
            for message in request.messages.iter_mut().filter(|message| message.role == Role::User) {
                if !message.content.iter().any(|block| matches!(block, Block::ToolResult(_))) {
                    message.name = word("ann");
                }
            }
        }
        Feature::ItemIds => {
            for (place, message) in request.messages.iter_mut().enumerate() {
                if message.content.iter().all(|block| matches!(block, Block::Text(_))) {
                    message.id = Some(format!("msg_{place}"));
                }
            }
        }
        Feature::ParallelToolCalls if !request.tools.is_empty() => request.parallel_tool_calls = Some(false),
        Feature::MaxOutputTokens => request.max_output_tokens = Some(40_000),
        Feature::Temperature => request.temperature = word("0.50"),
        Feature::TopP => request.top_p = word("0.9"),
        Feature::TopK => request.top_k = Some(7),
        Feature::FrequencyPenalty => request.frequency_penalty = word("0.25"),
        Feature::PresencePenalty => request.presence_penalty = word("-1"),
        Feature::Seed => request.seed = word("42"),
        Feature::StopSequences => request.stop = vec!["END".to_owned(), "\n\n#".to_owned()],
        Feature::SeveralChoices => request.choices = Some(2),
        Feature::LogProbs => request.logprobs = Some(LogProbs { top: Some(3) }),
        Feature::LogitBias => request.logit_bias = Some(r#"{"1":-100}"#.into()),
        Feature::JsonMode => request.format = Some(Format::JsonObject),
        Feature::JsonSchema => {
            let schema = r#"{"type":"object","properties":{"z":{"type":"integer"},"a":{"type":"string"}},"required":["z","a"],"additionalProperties":false}"#;
            let name =
                (request.source != Dialect::Messages && request.source != Dialect::Gemini).then(|| "shape".to_owned());
            request.format = Some(Format::JsonSchema { name, description: None, schema: schema.into(), strict: None });
        }
        Feature::ThinkingSwitch => thinks(request, |reasoning| reasoning.enabled = Some(false)),
        Feature::ReasoningEffort => thinks(request, |reasoning| reasoning.effort = Some(Effort::High)),
        Feature::ThinkingBudget => thinks(request, |reasoning| {
            (reasoning.enabled, reasoning.budget_tokens) = (Some(true), Some(9000));
        }),
        Feature::AdaptiveThinking => thinks(request, |reasoning| {
            (reasoning.enabled, reasoning.adaptive) = (Some(true), true);
        }),
        Feature::Verbosity => request.verbosity = word("low"),
        Feature::ServiceTier => request.service_tier = word("default"),
        Feature::User => request.user = word("user-1"),
        Feature::Metadata => request.metadata = Some(r#"{"k":"v"}"#.into()),
        Feature::PromptCacheKey => request.prompt_cache_key = word("key-1"),
        Feature::Store => request.store = Some(true),
        Feature::PreviousResponse => request.previous_response_id = word("resp_9"),
        Feature::UnknownFields => request.others = vec![("brand_new".to_owned(), r#"{"x":[1.0]}"#.into())],
        _ => {}
    }
}

/// The call of an outline as its client's dialect says it, read for itself: what the client can say of it.
pub(super) fn said(source: Dialect, outline: &Outline) -> (Vec<u8>, Request) {
    let request = built(source, outline, usize::MAX);
    let body = encoded(source, &request, false).unwrap_or_else(|refusal| panic!("{refusal}: {request:?}")).0;
    let (read, lost) = decoded(source, source, &body);
    assert_eq!(lost, [], "a call of its own");
    // More than the dialect takes (marks), or words that a stream took apart: what was read once is the same each time.
    let body = encoded(source, &read, true).unwrap().0;
    let (read, _) = decoded(source, source, &body);
    (body, read)
}
