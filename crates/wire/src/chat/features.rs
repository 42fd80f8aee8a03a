//! What this dialect has words for.
//!
//! "This dialect" is more than OpenAI: most providers that speak it are imitations (DeepSeek, vLLM, OpenRouter, Google's
//! own), which refuse or ignore what is new or rare in it. What is written into it for a client of another dialect is
//! therefore what all of them understand; a Chat client's own words go back as they came.

use crate::canonical::{Feature, Support};

/// What a client of this dialect calls it.
pub(crate) const fn field(feature: Feature) -> Option<&'static str> {
    Some(match feature {
        Feature::SystemPrompt | Feature::SystemInTheMiddle => "messages.role: system",
        Feature::DeveloperRole => "messages.role: developer",
        Feature::ParticipantName => "messages.name",
        Feature::Prefill => "messages (an assistant turn at the end)",
        Feature::ImageBase64 | Feature::ImageUrl => "image_url",
        Feature::ImageDetail => "image_url.detail",
        Feature::AudioInput => "input_audio",
        Feature::VideoInput => "video_url",
        Feature::FileInline | Feature::FileUrl => "file.file_data",
        Feature::FileId => "file.file_id",
        Feature::Citations => "annotations",
        Feature::Functions => "tools",
        Feature::CustomTools => "tools.custom",
        Feature::ServerTools => "tools.type",
        Feature::StrictTools => "tools.function.strict",
        Feature::ToolChoiceAny => "tool_choice: required",
        Feature::ToolChoiceNone => "tool_choice: none",
        Feature::ToolChoiceNamed => "tool_choice",
        Feature::ToolChoiceAllowed => "tool_choice.allowed_tools",
        Feature::ParallelToolCalls => "parallel_tool_calls",
        Feature::ToolResultMedia => "messages.role: tool (media)",
        Feature::MaxOutputTokens => "max_completion_tokens",
        Feature::Temperature => "temperature",
        Feature::TopP => "top_p",
        Feature::TopK => "top_k",
        Feature::FrequencyPenalty => "frequency_penalty",
        Feature::PresencePenalty => "presence_penalty",
        Feature::Seed => "seed",
        Feature::StopSequences => "stop",
        Feature::SeveralChoices => "n",
        Feature::LogProbs => "logprobs",
        Feature::LogitBias => "logit_bias",
        Feature::JsonMode => "response_format: json_object",
        Feature::JsonSchema => "response_format: json_schema",
        Feature::ThinkingSwitch => "reasoning.enabled",
        Feature::ReasoningEffort => "reasoning_effort",
        Feature::ThinkingBudget => "reasoning.max_tokens",
        Feature::AdaptiveThinking => "thinking",
        Feature::ReasoningSummary => "reasoning.exclude",
        Feature::ThinkingHistory | Feature::ForeignThinking | Feature::AnswerSignature => "reasoning_details",
        Feature::UnsignedThinking | Feature::AnswerThinking => "reasoning_content",
        Feature::Verbosity => "verbosity",
        Feature::ServiceTier | Feature::AnswerServiceTier => "service_tier",
        Feature::User => "user",
        Feature::Metadata => "metadata",
        Feature::PromptCacheKey => "prompt_cache_key",
        Feature::CacheMarks | Feature::CacheMarksOneHour => "prompt_cache_breakpoint",
        Feature::Store => "store",
        Feature::AnswerRefusal => "refusal",
        Feature::AnswerMedia => "audio",
        Feature::AnswerStopSequence => "stop_reason",
        Feature::AnswerFingerprint => "system_fingerprint",
        Feature::ItemIds
        | Feature::DocumentContext
        | Feature::DocumentCitations
        | Feature::Namespaces
        | Feature::DeferredTools
        | Feature::ToolResultError
        | Feature::PreviousResponse
        | Feature::UnknownFields
        | Feature::AnswerServerTools
        | Feature::AnswerPause => return None,
    })
}

/// What becomes of it when it is written in this dialect.
pub(crate) const fn support(feature: Feature) -> Support {
    match feature {
        Feature::SystemPrompt
        | Feature::SystemInTheMiddle
        | Feature::ParticipantName
        | Feature::ImageBase64
        | Feature::ImageUrl
        | Feature::ImageDetail
        | Feature::AudioInput
        | Feature::FileId
        | Feature::Functions
        | Feature::StrictTools
        | Feature::ToolChoiceAny
        | Feature::ToolChoiceNone
        | Feature::ToolChoiceNamed
        | Feature::ToolChoiceAllowed
        | Feature::ParallelToolCalls
        | Feature::MaxOutputTokens
        | Feature::Temperature
        | Feature::TopP
        | Feature::FrequencyPenalty
        | Feature::PresencePenalty
        | Feature::Seed
        | Feature::StopSequences
        | Feature::SeveralChoices
        | Feature::LogProbs
        | Feature::LogitBias
        | Feature::JsonMode
        | Feature::JsonSchema
        | Feature::ReasoningEffort
        | Feature::UnsignedThinking
        | Feature::Verbosity
        | Feature::ServiceTier
        | Feature::User
        | Feature::Metadata
        | Feature::PromptCacheKey
        | Feature::Store
        | Feature::AnswerThinking
        | Feature::AnswerRefusal
        | Feature::AnswerServiceTier
        | Feature::AnswerFingerprint => Support::Kept,
        Feature::DeveloperRole => Support::Emulated("a system turn, which every compatible server knows"),
        Feature::ItemIds => Support::Emulated("the whole conversation is sent, so nothing refers to them"),
        Feature::Prefill => {
            Support::Emulated("the last turn; whether it is continued or answered is the provider's choice")
        }
        Feature::VideoInput => Support::Emulated("`video_url`, which some compatible servers know"),
        Feature::FileInline => Support::Emulated("text documents become text; others are kept"),
        Feature::FileUrl => Support::Refused("this provider takes files inline or by id, not by address"),
        Feature::DocumentContext => Support::Emulated("text before the document"),
        Feature::DocumentCitations => Support::Dropped("this provider does not quote from documents"),
        Feature::Citations => Support::Emulated("those with an address become annotations of the answer"),
        Feature::CustomTools => {
            Support::Emulated("a function with one string, `input`; its grammar is told in the description")
        }
        Feature::ServerTools => Support::Dropped("only its own provider runs this tool"),
        Feature::Namespaces => Support::Emulated("names without them, or joined to them where two tools share a name"),
        Feature::DeferredTools => Support::Emulated("the tools are sent at once"),
        Feature::ToolResultMedia => Support::Emulated("a user turn after the results"),
        Feature::ToolResultError => Support::Emulated("the text of the result begins with `Error:`"),
        Feature::TopK => Support::Dropped("this dialect has no such parameter"),
        Feature::ThinkingSwitch => Support::Emulated("`reasoning_effort`: `none`, or `medium`"),
        Feature::ThinkingBudget => Support::Emulated("`reasoning_effort`: the word for so many tokens"),
        Feature::AdaptiveThinking => Support::Emulated("the model thinks as it does by itself"),
        Feature::ReasoningSummary => Support::Dropped("the provider decides how its thoughts are told"),
        Feature::ThinkingHistory => {
            Support::Emulated("`reasoning_details` for models of Anthropic, `extra_content` for models of Google")
        }
        Feature::ForeignThinking => Support::Dropped("only the provider that signed a thought takes it back"),
        Feature::CacheMarks => Support::Emulated("the provider caches the beginnings of prompts by itself"),
        Feature::CacheMarksOneHour => Support::Emulated("the provider caches by itself, for as long as it decides"),
        Feature::PreviousResponse => Support::Refused("this provider keeps no conversations: all turns must be sent"),
        Feature::UnknownFields => Support::Dropped("only its own dialect knows it"),
        Feature::AnswerSignature => Support::Emulated("`reasoning_details`, and `extra_content` of a tool call"),
        Feature::AnswerMedia => Support::Emulated("`images` and `audio` beside the content"),
        Feature::AnswerServerTools => Support::Dropped("this dialect does not tell of tools the provider ran"),
        Feature::AnswerStopSequence => Support::Emulated("`stop_reason` beside `finish_reason`"),
        Feature::AnswerPause => Support::Emulated("`finish_reason`: `length`"),
    }
}
