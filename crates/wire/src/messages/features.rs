//! What this dialect has words for.

use crate::canonical::{Feature, Support};

/// What a client of this dialect calls it.
pub(crate) const fn field(feature: Feature) -> Option<&'static str> {
    Some(match feature {
        Feature::SystemPrompt => "system",
        Feature::SystemInTheMiddle => "messages[].role: system",
        Feature::Prefill => "messages: assistant turn at the end",
        Feature::ImageBase64 | Feature::ImageUrl => "image",
        Feature::FileInline | Feature::FileUrl => "document",
        Feature::FileId => "source.file_id",
        Feature::DocumentContext => "document.context",
        Feature::DocumentCitations => "document.citations",
        Feature::Citations => "text.citations",
        Feature::Functions => "tools",
        Feature::ServerTools => "server-side tools",
        Feature::StrictTools => "tools[].strict",
        Feature::DeferredTools => "tools[].defer_loading",
        Feature::ToolChoiceAny => "tool_choice: any",
        Feature::ToolChoiceNone => "tool_choice: none",
        Feature::ToolChoiceNamed => "tool_choice: tool",
        Feature::ParallelToolCalls => "tool_choice.disable_parallel_tool_use",
        Feature::ToolResultMedia => "tool_result.content",
        Feature::ToolResultError => "tool_result.is_error",
        Feature::MaxOutputTokens => "max_tokens",
        Feature::Temperature => "temperature",
        Feature::TopP => "top_p",
        Feature::TopK => "top_k",
        Feature::StopSequences => "stop_sequences",
        Feature::JsonSchema => "output_config.format",
        Feature::ThinkingSwitch => "thinking",
        Feature::ReasoningEffort => "output_config.effort",
        Feature::ThinkingBudget => "thinking.budget_tokens",
        Feature::AdaptiveThinking => "thinking: adaptive",
        Feature::ReasoningSummary => "thinking.display",
        Feature::ThinkingHistory | Feature::UnsignedThinking | Feature::ForeignThinking => {
            "messages[].content: thinking"
        }
        Feature::ServiceTier => "service_tier",
        Feature::User => "metadata.user_id",
        Feature::CacheMarks => "cache_control",
        Feature::CacheMarksOneHour => "cache_control.ttl",
        Feature::UnknownFields => "unknown fields",
        Feature::AnswerThinking => "content: thinking",
        Feature::AnswerSignature => "content: thinking.signature",
        Feature::AnswerRefusal => "stop_reason: refusal",
        Feature::AnswerServerTools => "content: server-side tools",
        Feature::AnswerStopSequence => "stop_sequence",
        Feature::AnswerPause => "stop_reason: pause_turn",
        Feature::AnswerServiceTier => "usage.service_tier",
        Feature::DeveloperRole
        | Feature::ParticipantName
        | Feature::ItemIds
        | Feature::ImageDetail
        | Feature::AudioInput
        | Feature::VideoInput
        | Feature::CustomTools
        | Feature::Namespaces
        | Feature::ToolChoiceAllowed
        | Feature::FrequencyPenalty
        | Feature::PresencePenalty
        | Feature::Seed
        | Feature::SeveralChoices
        | Feature::LogProbs
        | Feature::LogitBias
        | Feature::JsonMode
        | Feature::Verbosity
        | Feature::Metadata
        | Feature::PromptCacheKey
        | Feature::Store
        | Feature::PreviousResponse
        | Feature::AnswerMedia
        | Feature::AnswerFingerprint => return None,
    })
}

/// What becomes of it when it is written in this dialect.
pub(crate) const fn support(feature: Feature) -> Support {
    match feature {
        Feature::SystemPrompt
        | Feature::Prefill
        | Feature::ImageBase64
        | Feature::ImageUrl
        | Feature::FileInline
        | Feature::FileUrl
        | Feature::DocumentContext
        | Feature::DocumentCitations
        | Feature::Functions
        | Feature::StrictTools
        | Feature::DeferredTools
        | Feature::ToolChoiceAny
        | Feature::ToolChoiceNone
        | Feature::ToolChoiceNamed
        | Feature::ParallelToolCalls
        | Feature::ToolResultMedia
        | Feature::ToolResultError
        | Feature::MaxOutputTokens
        | Feature::Temperature
        | Feature::TopP
        | Feature::TopK
        | Feature::StopSequences
        | Feature::JsonSchema
        | Feature::ThinkingSwitch
        | Feature::ReasoningEffort
        | Feature::ThinkingBudget
        | Feature::AdaptiveThinking
        | Feature::ThinkingHistory
        | Feature::User
        | Feature::CacheMarks
        | Feature::CacheMarksOneHour
        | Feature::AnswerThinking
        | Feature::AnswerSignature
        | Feature::AnswerStopSequence
        | Feature::AnswerPause
        | Feature::AnswerServiceTier => Support::Kept,

        Feature::SystemInTheMiddle => Support::Emulated("as text of the user, in its place"),
        Feature::DeveloperRole => Support::Emulated("as the system"),
        Feature::ItemIds => Support::Emulated("the whole conversation is sent, so nothing refers to them"),
        Feature::CustomTools => Support::Emulated("as a function with one string, `input`"),
        Feature::Namespaces => Support::Emulated("the tools stand under their own names"),
        Feature::ToolChoiceAllowed => Support::Emulated("only the allowed tools are sent"),
        Feature::JsonMode => Support::Emulated("by a sentence at the end of the system prompt"),
        Feature::ReasoningSummary => Support::Emulated("as `display`, which is `summarized` or `omitted`"),
        Feature::ServiceTier => Support::Emulated("`auto` and `priority` as `auto`, `default` as `standard_only`"),
        Feature::AnswerRefusal => Support::Emulated("as text, with the stop reason `refusal`"),

        Feature::ParticipantName => Support::Dropped("Messages has no names of participants"),
        Feature::ImageDetail => Support::Dropped("Messages has no level of detail"),
        Feature::Citations => Support::Dropped("Messages takes back its own citations only"),
        Feature::ServerTools => Support::Dropped("only the API that defines them can run them"),
        Feature::FrequencyPenalty | Feature::PresencePenalty => Support::Dropped("Messages has no penalties"),
        Feature::Seed => Support::Dropped("Messages has no seed"),
        Feature::LogProbs => Support::Dropped("Messages has no log probabilities"),
        Feature::LogitBias => Support::Dropped("Messages has no token biases"),
        Feature::UnsignedThinking => Support::Dropped("Messages takes back signed thinking only"),
        Feature::ForeignThinking => Support::Dropped("a provider takes back only its own thinking"),
        Feature::Verbosity => Support::Dropped("Messages has no verbosity"),
        Feature::Metadata => Support::Dropped("Messages has no labels beside `metadata.user_id`"),
        Feature::PromptCacheKey => Support::Dropped("Messages has cache marks instead"),
        Feature::Store => Support::Dropped("Messages keeps no answers"),
        Feature::UnknownFields => Support::Dropped("only the client's API knows it"),
        Feature::AnswerMedia => Support::Dropped("an answer of Messages holds no media"),
        Feature::AnswerServerTools => Support::Dropped("only the API that defines them has words for them"),
        Feature::AnswerFingerprint => Support::Dropped("Messages has no fingerprint"),

        Feature::AudioInput => Support::Refused("Messages takes no sound"),
        Feature::VideoInput => Support::Refused("Messages takes no moving pictures"),
        Feature::FileId => Support::Refused("the id of a file is known only where it was uploaded"),
        Feature::SeveralChoices => Support::Refused("Messages writes one answer per call"),
        Feature::PreviousResponse => Support::Refused("Messages keeps no answers"),
    }
}
