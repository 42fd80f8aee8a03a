//! What Converse has words for.

use crate::canonical::{Feature, Support};

/// What a client of this dialect calls it.
pub(crate) const fn field(feature: Feature) -> Option<&'static str> {
    use Feature as F;
    Some(match feature {
        F::SystemPrompt => "system",
        F::SystemInTheMiddle => "messages.role",
        F::Prefill => "messages",
        F::ImageBase64 => "image.source.bytes",
        F::ImageUrl => "image.source.s3Location",
        F::AudioInput => "audio",
        F::VideoInput => "video",
        F::FileInline => "document",
        F::FileUrl => "document.source.s3Location",
        F::DocumentContext => "document.context",
        F::DocumentCitations => "document.citations",
        F::Citations => "citationsContent",
        F::Functions => "toolConfig.tools",
        F::ServerTools => "systemTool",
        F::StrictTools => "toolSpec.strict",
        F::ToolChoiceAny => "toolChoice.any",
        F::ToolChoiceNamed => "toolChoice.tool",
        F::ParallelToolCalls => "additionalModelRequestFields.tool_choice",
        F::ToolResultMedia => "toolResult.content",
        F::ToolResultError => "toolResult.status",
        F::MaxOutputTokens => "inferenceConfig.maxTokens",
        F::Temperature => "inferenceConfig.temperature",
        F::TopP => "inferenceConfig.topP",
        F::TopK => "additionalModelRequestFields.top_k",
        F::StopSequences => "inferenceConfig.stopSequences",
        F::JsonSchema => "outputConfig.textFormat",
        F::ThinkingSwitch | F::AdaptiveThinking => "additionalModelRequestFields.thinking",
        F::ThinkingBudget => "additionalModelRequestFields.thinking.budget_tokens",
        F::ReasoningSummary => "additionalModelRequestFields.thinking.display",
        F::ReasoningEffort => "outputConfig.effort",
        F::ThinkingHistory | F::UnsignedThinking | F::AnswerThinking => "reasoningContent",
        F::AnswerSignature => "reasoningContent.reasoningText.signature",
        F::ServiceTier | F::AnswerServiceTier => "serviceTier",
        F::Metadata => "requestMetadata",
        F::CacheMarks => "cachePoint",
        F::CacheMarksOneHour => "cachePoint.ttl",
        F::UnknownFields => "additionalModelRequestFields",
        F::AnswerMedia => "image",
        F::AnswerServerTools => "toolResult",
        F::AnswerStopSequence => "additionalModelResponseFields.stop_sequence",
        F::DeveloperRole
        | F::ParticipantName
        | F::ItemIds
        | F::ImageDetail
        | F::FileId
        | F::CustomTools
        | F::Namespaces
        | F::DeferredTools
        | F::ToolChoiceNone
        | F::ToolChoiceAllowed
        | F::FrequencyPenalty
        | F::PresencePenalty
        | F::Seed
        | F::SeveralChoices
        | F::LogProbs
        | F::LogitBias
        | F::JsonMode
        | F::ForeignThinking
        | F::Verbosity
        | F::User
        | F::PromptCacheKey
        | F::Store
        | F::PreviousResponse
        | F::AnswerRefusal
        | F::AnswerPause
        | F::AnswerFingerprint => return None,
    })
}

/// What becomes of it when it is written in this dialect.
///
/// Bedrock is many models behind one dialect: where only some of them know a thing, it is declared as kept here, and
/// noted as lost when the model is known to be none of those.
pub(crate) const fn support(feature: Feature) -> Support {
    use Feature as F;
    use Support::{Dropped, Emulated, Kept, Refused};
    const NO_WORD: Support = Dropped("Converse has no word for it");
    match feature {
        F::SystemPrompt
        | F::Prefill
        | F::ImageBase64
        | F::AudioInput
        | F::VideoInput
        | F::FileInline
        | F::DocumentContext
        | F::DocumentCitations
        | F::Functions
        | F::StrictTools
        | F::ToolChoiceAny
        | F::ToolChoiceNamed
        | F::ParallelToolCalls
        | F::ToolResultMedia
        | F::ToolResultError
        | F::MaxOutputTokens
        | F::Temperature
        | F::TopP
        | F::TopK
        | F::StopSequences
        | F::JsonSchema
        | F::ThinkingSwitch
        | F::ThinkingBudget
        | F::AdaptiveThinking
        | F::ThinkingHistory
        | F::ServiceTier
        | F::Metadata
        | F::CacheMarks
        | F::CacheMarksOneHour
        | F::AnswerThinking
        | F::AnswerSignature
        | F::AnswerMedia
        | F::AnswerStopSequence
        | F::AnswerServiceTier => Kept,
        F::SystemInTheMiddle => Emulated("as words of the user between <system> and </system>"),
        F::DeveloperRole => Emulated("as the system"),
        F::ItemIds => Emulated("left out: they are names for the client only"),
        F::CustomTools => Emulated("as a function with one argument, `input`"),
        F::Namespaces => Emulated("the tools stand side by side under their names"),
        F::DeferredTools => Emulated("the model sees the tool from the start"),
        F::ToolChoiceNone => Emulated(
            "the tools are left out; where earlier turns called some they must stay, and the model is told not to call any",
        ),
        F::ToolChoiceAllowed => Emulated("the other tools are left out"),
        F::JsonMode => Emulated("the system prompt asks for one JSON object"),
        F::ReasoningEffort => Emulated("for Claude models before 4.6 as a thinking budget, where the client gave none"),
        F::ReasoningSummary => Emulated("the thought is told as the model does by itself"),
        F::AnswerRefusal => Emulated("as words, and `content_filtered` as the reason to stop"),
        F::ImageUrl | F::FileUrl => Refused("Converse takes only bytes and addresses in S3"),
        F::FileId => Refused("Bedrock keeps no files"),
        F::SeveralChoices => Refused("Converse writes one answer"),
        F::PreviousResponse => Refused("Bedrock keeps no answers"),
        F::Citations => Dropped("citations of another provider are of no use to this one"),
        F::ServerTools | F::AnswerServerTools => Dropped("only the provider that offers it can run it"),
        F::UnsignedThinking => Dropped("thinking without its provider's proof would be refused"),
        F::ForeignThinking => Dropped("another provider's proof would be refused"),
        F::UnknownFields => Dropped("only the dialect it came in knows it"),
        F::ParticipantName
        | F::ImageDetail
        | F::FrequencyPenalty
        | F::PresencePenalty
        | F::Seed
        | F::LogProbs
        | F::LogitBias
        | F::Verbosity
        | F::User
        | F::PromptCacheKey
        | F::Store
        | F::AnswerPause
        | F::AnswerFingerprint => NO_WORD,
    }
}
