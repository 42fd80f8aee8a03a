//! What a call or an answer may contain, and what becomes of each in each dialect: the one declaration that the encoders
//! act by and the published table is made of.

use thinkwatch_policy::dialect::Dialect;

use crate::{chat, converse, gemini, messages, responses};

/// What becomes of a thing in a dialect it is written in.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Support {
    /// The dialect has a word for it.
    Kept,
    /// It has none, but its meaning is kept in this way.
    Emulated(&'static str),
    /// It is left out, for this reason, and named to the client; where nothing may be lost the call is refused.
    Dropped(&'static str),
    /// Without it the call would be another one, so the call is refused, for this reason.
    Refused(&'static str),
}

macro_rules! features {
    ($($(#[doc = $doc:literal])+ $variant:ident = $name:literal,)+) => {
        /// A thing that a call or an answer may contain.
        #[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
        pub enum Feature {
            $($(#[doc = $doc])+ $variant,)+
        }

        impl Feature {
            /// All of them, in the order of the published table.
            pub const ALL: &[Self] = &[$(Self::$variant,)+];

            /// Its name in the published table.
            pub const fn as_str(self) -> &'static str {
                match self {
                    $(Self::$variant => $name,)+
                }
            }
        }
    };
}

features! {
    /// Turns of the system before all others.
    SystemPrompt = "system prompt",
    /// Turns of the system or the developer between others.
    SystemInTheMiddle = "system turns in the middle",
    /// The developer as somebody else than the system.
    DeveloperRole = "developer role",
    /// Names of participants.
    ParticipantName = "participant names",
    /// Ids of the items of the input.
    ItemIds = "item ids",
    /// The last turn is the model's own, to be continued.
    Prefill = "prefill",
    /// Pictures, in base64.
    ImageBase64 = "images in base64",
    /// Pictures at an address.
    ImageUrl = "images by address",
    /// How closely to look at a picture.
    ImageDetail = "image detail",
    /// Sounds, in base64.
    AudioInput = "audio input",
    /// Moving pictures.
    VideoInput = "video input",
    /// Documents, in base64 or as text.
    FileInline = "inline files",
    /// Documents at an address.
    FileUrl = "files by address",
    /// Files and pictures kept with the provider.
    FileId = "file ids",
    /// What is said about a document beside its content.
    DocumentContext = "document context",
    /// Leave to quote from a document.
    DocumentCitations = "document citations",
    /// Citations and annotations on text.
    Citations = "citations",
    /// Functions to call.
    Functions = "function tools",
    /// Tools whose input is free text.
    CustomTools = "custom tools",
    /// Tools the provider runs, their calls and their results.
    ServerTools = "server-side tools",
    /// Namespaces of tools.
    Namespaces = "tool namespaces",
    /// Arguments that must follow their schema.
    StrictTools = "strict tools",
    /// Tools the model gets to see only when it asks.
    DeferredTools = "deferred tools",
    /// Some tool must be called.
    ToolChoiceAny = "tool choice: any",
    /// No tool may be called.
    ToolChoiceNone = "tool choice: none",
    /// One tool must be called.
    ToolChoiceNamed = "tool choice: one named",
    /// Some of the tools may be called.
    ToolChoiceAllowed = "tool choice: an allowed subset",
    /// Whether several tools may be called at once.
    ParallelToolCalls = "parallel tool calls",
    /// Pictures in the results of tools.
    ToolResultMedia = "media in tool results",
    /// Whether a tool failed.
    ToolResultError = "failed tool results",
    /// The most tokens to write.
    MaxOutputTokens = "output token limit",
    /// How freely to choose.
    Temperature = "temperature",
    /// Nucleus sampling.
    TopP = "top_p",
    /// Sampling among the likeliest.
    TopK = "top_k",
    /// Penalty for what is frequent.
    FrequencyPenalty = "frequency penalty",
    /// Penalty for what was said at all.
    PresencePenalty = "presence penalty",
    /// Answers that can be had again.
    Seed = "seed",
    /// Texts at which to stop.
    StopSequences = "stop sequences",
    /// Several answers.
    SeveralChoices = "several choices",
    /// Log probabilities.
    LogProbs = "log probabilities",
    /// Likelihoods changed by token.
    LogitBias = "logit bias",
    /// Some JSON object as the answer.
    JsonMode = "JSON mode",
    /// JSON by a schema as the answer.
    JsonSchema = "structured output by schema",
    /// Thinking switched on or off.
    ThinkingSwitch = "thinking on or off",
    /// How much to think, in words.
    ReasoningEffort = "reasoning effort",
    /// How much to think, in tokens.
    ThinkingBudget = "thinking budget",
    /// The model decides how much to think.
    AdaptiveThinking = "adaptive thinking",
    /// How the thought is to be told.
    ReasoningSummary = "reasoning summary",
    /// Thoughts of earlier turns, with the proof of the provider that is called.
    ThinkingHistory = "signed thinking of earlier turns",
    /// Thoughts of earlier turns without a proof.
    UnsignedThinking = "unsigned thinking of earlier turns",
    /// Thoughts of earlier turns that another provider has signed.
    ForeignThinking = "thinking signed by another provider",
    /// How long to answer.
    Verbosity = "verbosity",
    /// A class of service.
    ServiceTier = "service tier",
    /// Who the end user is.
    User = "end user",
    /// Other labels.
    Metadata = "metadata",
    /// Which prompts share a cache.
    PromptCacheKey = "prompt cache key",
    /// Marks up to which a prompt is worth keeping.
    CacheMarks = "cache marks",
    /// Such marks for an hour.
    CacheMarksOneHour = "one-hour cache marks",
    /// Whether the provider keeps the answer.
    Store = "store",
    /// Going on from a kept answer.
    PreviousResponse = "previous response",
    /// Fields and blocks that only the client's dialect knows.
    UnknownFields = "unknown fields",
    /// The thoughts of the answer.
    AnswerThinking = "answer: thinking",
    /// The proof of the answer's thoughts.
    AnswerSignature = "answer: thinking signatures",
    /// The model's refusal as something else than text.
    AnswerRefusal = "answer: refusals",
    /// Media that the model made.
    AnswerMedia = "answer: media",
    /// Calls and results of tools the provider ran.
    AnswerServerTools = "answer: server-side tools",
    /// Which stop sequence came.
    AnswerStopSequence = "answer: stop sequence",
    /// A long turn was paused.
    AnswerPause = "answer: pause",
    /// Which class of service was given.
    AnswerServiceTier = "answer: service tier",
    /// Which build of the provider answered.
    AnswerFingerprint = "answer: fingerprint",
}

/// What becomes of it when it is written in this dialect.
pub const fn support(target: Dialect, feature: Feature) -> Support {
    match target {
        Dialect::Chat => chat::features::support(feature),
        Dialect::Messages => messages::features::support(feature),
        Dialect::Responses => responses::features::support(feature),
        Dialect::Embeddings
        | Dialect::Completions
        | Dialect::Moderations
        | Dialect::Images
        | Dialect::Audio
        | Dialect::Rerank => Support::Refused("only answers of a model in words are converted"),
        Dialect::Converse => converse::features::support(feature),
        Dialect::Gemini => gemini::features::support(feature),
    }
}

/// What the gateway does itself for clients of a dialect, whatever the provider's dialect has no word for.
pub const fn by_gateway(source: Dialect, target: Dialect, feature: Feature) -> Option<&'static str> {
    match (source, target, feature) {
        (Dialect::Responses, Dialect::Responses, _) => None,
        (Dialect::Responses, _, Feature::Store) => {
            Some("the gateway keeps the answer, as `gateway.responses.state` allows")
        }
        (Dialect::Responses, _, Feature::PreviousResponse) => {
            Some("the gateway sends the conversation that it has kept; what it has not kept is refused")
        }
        _ => None,
    }
}

/// What becomes of it on the way from one dialect to another, the gateway's own doing included.
pub const fn outcome(source: Dialect, target: Dialect, feature: Feature) -> Support {
    match by_gateway(source, target, feature) {
        Some(how) => Support::Emulated(how),
        None => support(target, feature),
    }
}

/// What this dialect calls it. `None`: it has no word for it, so nobody can ask for it in this dialect.
pub const fn field(source: Dialect, feature: Feature) -> Option<&'static str> {
    match source {
        Dialect::Chat => chat::features::field(feature),
        Dialect::Messages => messages::features::field(feature),
        Dialect::Responses => responses::features::field(feature),
        Dialect::Embeddings
        | Dialect::Completions
        | Dialect::Moderations
        | Dialect::Images
        | Dialect::Audio
        | Dialect::Rerank => None,
        Dialect::Converse => converse::features::field(feature),
        Dialect::Gemini => gemini::features::field(feature),
    }
}
