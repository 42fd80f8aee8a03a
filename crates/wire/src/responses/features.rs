//! What this dialect has words for.

use crate::canonical::{Feature, Support};

/// What a client of this dialect calls it.
pub(crate) const fn field(feature: Feature) -> Option<&'static str> {
    Some(match feature {
        Feature::SystemPrompt => "instructions",
        Feature::SystemInTheMiddle | Feature::DeveloperRole => "input[].role",
        Feature::ItemIds => "input[].id",
        Feature::Prefill => "input",
        Feature::ImageBase64 | Feature::ImageUrl => "input[].content[].image_url",
        Feature::ImageDetail => "input[].content[].detail",
        Feature::AudioInput => "input[].content[].input_audio",
        Feature::FileInline => "input[].content[].file_data",
        Feature::FileUrl => "input[].content[].file_url",
        Feature::FileId => "input[].content[].file_id",
        Feature::Citations => "input[].content[].annotations",
        Feature::Functions | Feature::CustomTools | Feature::ServerTools | Feature::Namespaces => "tools",
        Feature::StrictTools => "tools[].strict",
        Feature::DeferredTools => "tools[].defer_loading",
        Feature::ToolChoiceAny | Feature::ToolChoiceNone | Feature::ToolChoiceNamed | Feature::ToolChoiceAllowed => {
            "tool_choice"
        }
        Feature::ParallelToolCalls => "parallel_tool_calls",
        Feature::ToolResultMedia => "input[].output",
        Feature::MaxOutputTokens => "max_output_tokens",
        Feature::Temperature => "temperature",
        Feature::TopP => "top_p",
        Feature::LogProbs => "top_logprobs",
        Feature::JsonMode | Feature::JsonSchema => "text.format",
        Feature::ReasoningEffort => "reasoning.effort",
        Feature::ReasoningSummary => "reasoning.summary",
        Feature::ThinkingHistory | Feature::UnsignedThinking | Feature::ForeignThinking => "input[].encrypted_content",
        Feature::Verbosity => "text.verbosity",
        Feature::ServiceTier => "service_tier",
        Feature::User => "safety_identifier",
        Feature::Metadata => "metadata",
        Feature::PromptCacheKey => "prompt_cache_key",
        Feature::CacheMarks | Feature::CacheMarksOneHour => "input[].content[].prompt_cache_breakpoint",
        Feature::Store => "store",
        Feature::PreviousResponse => "previous_response_id",
        Feature::AnswerThinking => "output.reasoning",
        Feature::AnswerSignature => "output.reasoning.encrypted_content",
        Feature::AnswerRefusal => "output.content.refusal",
        Feature::AnswerServiceTier => "service_tier",
        Feature::UnknownFields
        | Feature::ParticipantName
        | Feature::VideoInput
        | Feature::DocumentContext
        | Feature::DocumentCitations
        | Feature::ToolResultError
        | Feature::TopK
        | Feature::FrequencyPenalty
        | Feature::PresencePenalty
        | Feature::Seed
        | Feature::StopSequences
        | Feature::SeveralChoices
        | Feature::LogitBias
        | Feature::ThinkingSwitch
        | Feature::ThinkingBudget
        | Feature::AdaptiveThinking
        | Feature::AnswerMedia
        | Feature::AnswerServerTools
        | Feature::AnswerStopSequence
        | Feature::AnswerPause
        | Feature::AnswerFingerprint => return None,
    })
}

/// What becomes of it when it is written in this dialect.
pub(crate) const fn support(feature: Feature) -> Support {
    match feature {
        Feature::SystemPrompt
        | Feature::SystemInTheMiddle
        | Feature::DeveloperRole
        | Feature::ItemIds
        | Feature::ImageBase64
        | Feature::ImageUrl
        | Feature::ImageDetail
        | Feature::FileUrl
        | Feature::FileId
        | Feature::Functions
        | Feature::CustomTools
        | Feature::Namespaces
        | Feature::StrictTools
        | Feature::ToolChoiceAny
        | Feature::ToolChoiceNone
        | Feature::ToolChoiceNamed
        | Feature::ToolChoiceAllowed
        | Feature::ParallelToolCalls
        | Feature::ToolResultMedia
        | Feature::MaxOutputTokens
        | Feature::Temperature
        | Feature::TopP
        | Feature::LogProbs
        | Feature::JsonSchema
        | Feature::ReasoningEffort
        | Feature::ReasoningSummary
        | Feature::ThinkingHistory
        | Feature::Verbosity
        | Feature::ServiceTier
        | Feature::Metadata
        | Feature::PromptCacheKey
        | Feature::Store
        | Feature::PreviousResponse
        | Feature::AnswerThinking
        | Feature::AnswerSignature
        | Feature::AnswerRefusal
        | Feature::AnswerServiceTier => Support::Kept,
        Feature::JsonMode => Support::Emulated("where the first turns do not say JSON, one is added that does"),
        Feature::FileInline => Support::Emulated("plain text documents become words of the message"),
        Feature::DocumentContext => Support::Emulated("said in words before the document"),
        Feature::Citations => {
            Support::Emulated("of the web, as url_citation; places in documents are left out and named")
        }
        Feature::ToolResultError => Support::Emulated("the result begins with \"[error] \""),
        Feature::User => Support::Emulated("more than 64 bytes become their hash"),
        Feature::ThinkingBudget => Support::Emulated("the largest reasoning.effort whose budget is not above it"),
        Feature::AdaptiveThinking => Support::Emulated("no effort is named, so the model decides"),
        Feature::AnswerMedia => {
            Support::Emulated("pictures become image_generation_call items; others are left out and named")
        }
        Feature::ParticipantName => Support::Dropped("messages of the Responses API have no names"),
        Feature::Prefill => Support::Dropped("the model begins a new message after the given one"),
        Feature::DocumentCitations => Support::Dropped("the Responses API cannot be asked to quote from a document"),
        Feature::ServerTools => Support::Dropped("another provider's server-side tools do not exist here"),
        Feature::DeferredTools => Support::Emulated("the model is shown the whole tool at once"),
        Feature::TopK => Support::Dropped("the Responses API has no top_k"),
        Feature::FrequencyPenalty | Feature::PresencePenalty => Support::Dropped("the Responses API has no penalties"),
        Feature::Seed => Support::Dropped("the Responses API has no seed"),
        Feature::StopSequences => Support::Dropped("the Responses API has no stop sequences"),
        Feature::SeveralChoices => Support::Refused("the Responses API gives one answer"),
        Feature::LogitBias => Support::Dropped("the Responses API has no logit_bias"),
        Feature::ThinkingSwitch => Support::Dropped("not every model of the Responses API can do without reasoning"),
        Feature::UnsignedThinking => Support::Dropped("reasoning is taken back only with its proof"),
        Feature::ForeignThinking => Support::Dropped("reasoning is taken back only by the provider that made it"),
        Feature::CacheMarks => Support::Emulated("the provider caches the beginnings of prompts by itself"),
        Feature::CacheMarksOneHour => Support::Emulated("the provider caches by itself, for as long as it decides"),
        Feature::UnknownFields => Support::Dropped("only the client's own dialect knows it"),
        Feature::AnswerServerTools => Support::Dropped("another provider's server-side tools have no item here"),
        Feature::AnswerStopSequence => Support::Dropped("the Responses API has no stop sequences"),
        Feature::AnswerPause => Support::Dropped("the Responses API has no word for a paused turn"),
        Feature::AnswerFingerprint => Support::Dropped("the Responses API has no fingerprint"),
        Feature::AudioInput => Support::Refused("the Responses API takes no sounds"),
        Feature::VideoInput => Support::Refused("the Responses API takes no moving pictures"),
    }
}
