//! What this dialect has words for.

use crate::canonical::{Feature, Support};

/// What a client of this dialect calls it.
pub(crate) const fn field(feature: Feature) -> Option<&'static str> {
    Some(match feature {
        Feature::SystemPrompt => "systemInstruction",
        Feature::Prefill => "contents[].role",
        Feature::ImageBase64 | Feature::AudioInput | Feature::VideoInput | Feature::FileInline => {
            "contents[].parts[].inlineData"
        }
        Feature::ImageUrl | Feature::FileUrl | Feature::FileId => "contents[].parts[].fileData",
        Feature::Citations => "candidates[].citationMetadata",
        Feature::Functions => "tools[].functionDeclarations",
        Feature::ServerTools => "tools",
        Feature::StrictTools | Feature::ToolChoiceAny | Feature::ToolChoiceNone => {
            "toolConfig.functionCallingConfig.mode"
        }
        Feature::ToolChoiceNamed | Feature::ToolChoiceAllowed => {
            "toolConfig.functionCallingConfig.allowedFunctionNames"
        }
        Feature::ToolResultMedia => "functionResponse.parts",
        Feature::ToolResultError => "functionResponse.response.error",
        Feature::MaxOutputTokens => "generationConfig.maxOutputTokens",
        Feature::Temperature => "generationConfig.temperature",
        Feature::TopP => "generationConfig.topP",
        Feature::TopK => "generationConfig.topK",
        Feature::FrequencyPenalty => "generationConfig.frequencyPenalty",
        Feature::PresencePenalty => "generationConfig.presencePenalty",
        Feature::Seed => "generationConfig.seed",
        Feature::StopSequences => "generationConfig.stopSequences",
        Feature::SeveralChoices => "generationConfig.candidateCount",
        Feature::LogProbs => "generationConfig.responseLogprobs",
        Feature::JsonMode => "generationConfig.responseMimeType",
        Feature::JsonSchema => "generationConfig.responseJsonSchema",
        Feature::ThinkingSwitch | Feature::ThinkingBudget | Feature::AdaptiveThinking => {
            "generationConfig.thinkingConfig.thinkingBudget"
        }
        Feature::ReasoningEffort => "generationConfig.thinkingConfig.thinkingLevel",
        Feature::ReasoningSummary => "generationConfig.thinkingConfig.includeThoughts",
        Feature::ThinkingHistory | Feature::ForeignThinking | Feature::AnswerSignature => "thoughtSignature",
        Feature::UnsignedThinking | Feature::AnswerThinking => "thought",
        Feature::ServiceTier => "serviceTier",
        Feature::AnswerMedia => "inlineData",
        Feature::AnswerServerTools => "executableCode",
        Feature::SystemInTheMiddle
        | Feature::DeveloperRole
        | Feature::ParticipantName
        | Feature::ItemIds
        | Feature::ImageDetail
        | Feature::DocumentContext
        | Feature::DocumentCitations
        | Feature::CustomTools
        | Feature::Namespaces
        | Feature::DeferredTools
        | Feature::ParallelToolCalls
        | Feature::LogitBias
        | Feature::Verbosity
        | Feature::User
        | Feature::Metadata
        | Feature::PromptCacheKey
        | Feature::CacheMarks
        | Feature::CacheMarksOneHour
        | Feature::Store
        | Feature::PreviousResponse
        | Feature::UnknownFields
        | Feature::AnswerRefusal
        | Feature::AnswerStopSequence
        | Feature::AnswerPause
        | Feature::AnswerServiceTier
        | Feature::AnswerFingerprint => return None,
    })
}

/// What becomes of it when it is written in this dialect.
pub(crate) const fn support(feature: Feature) -> Support {
    use Support::{Dropped, Emulated, Kept, Refused};
    match feature {
        Feature::SystemPrompt
        | Feature::Prefill
        | Feature::ImageBase64
        | Feature::ImageUrl
        | Feature::AudioInput
        | Feature::VideoInput
        | Feature::FileInline
        | Feature::FileUrl
        | Feature::Functions
        | Feature::ToolChoiceAny
        | Feature::ToolChoiceNone
        | Feature::ToolChoiceNamed
        | Feature::MaxOutputTokens
        | Feature::Temperature
        | Feature::TopP
        | Feature::TopK
        | Feature::FrequencyPenalty
        | Feature::PresencePenalty
        | Feature::Seed
        | Feature::StopSequences
        | Feature::SeveralChoices
        | Feature::LogProbs
        | Feature::JsonMode
        | Feature::JsonSchema
        | Feature::ThinkingBudget
        | Feature::ThinkingHistory
        | Feature::UnsignedThinking
        | Feature::AnswerThinking
        | Feature::AnswerSignature
        | Feature::AnswerMedia => Kept,
        Feature::SystemInTheMiddle => Emulated("a text of the user's, where it stands"),
        Feature::DeveloperRole => Emulated("the system"),
        Feature::ItemIds => Emulated("turns are known by their place"),
        Feature::DocumentContext => Emulated("a text before the document"),
        Feature::CustomTools => Emulated("a function with one argument, `input`"),
        Feature::Namespaces => Emulated("tools by their names alone"),
        Feature::StrictTools => Emulated("mode VALIDATED, for all functions"),
        Feature::DeferredTools => Emulated("tools that are there from the start"),
        Feature::ToolChoiceAllowed => Emulated("allowedFunctionNames, with mode VALIDATED unless one must be called"),
        Feature::ToolResultMedia => Emulated("parts of the result, or parts after it for models before Gemini 3"),
        Feature::ToolResultError => Emulated("`error` instead of `output` in the response"),
        Feature::ThinkingSwitch => Emulated("a budget of 0, or the lowest level from Gemini 3 on"),
        Feature::ReasoningEffort => Emulated("thinkingLevel, or a budget for models before Gemini 3"),
        Feature::AdaptiveThinking => Emulated("a budget of -1"),
        Feature::ReasoningSummary => Emulated("includeThoughts"),
        Feature::CacheMarks => Emulated("Gemini keeps common beginnings of prompts by itself"),
        Feature::ServiceTier => Emulated("serviceTier, for the classes Gemini knows"),
        Feature::AnswerRefusal => Emulated("text, and the finish reason SAFETY"),
        Feature::FileId => Refused("the file is kept with another provider"),
        Feature::PreviousResponse => Refused("Gemini keeps no answers to go on from"),
        Feature::ParticipantName => Dropped("Gemini has no names of participants"),
        Feature::ImageDetail => Dropped("Gemini decides by itself how closely to look"),
        Feature::DocumentCitations => Dropped("Gemini does not quote from documents"),
        Feature::Citations => Dropped("citations have another shape in Gemini"),
        Feature::ServerTools => Dropped("the tool runs at another provider"),
        Feature::ParallelToolCalls => Dropped("Gemini cannot be told to call one tool at a time"),
        Feature::LogitBias => Dropped("Gemini has no such parameter"),
        Feature::ForeignThinking => Dropped("only the provider that thought it can read it"),
        Feature::Verbosity => Dropped("Gemini has no such parameter"),
        Feature::User => Dropped("Gemini is not told who the end user is"),
        Feature::Metadata => Dropped("Gemini's labels take other values"),
        Feature::PromptCacheKey => Dropped("Gemini chooses its cache by itself"),
        Feature::CacheMarksOneHour => Emulated("Gemini keeps common beginnings of prompts, for as long as it decides"),
        Feature::Store => Dropped("Gemini keeps no answers"),
        Feature::UnknownFields => Dropped("only the client's dialect knows it"),
        Feature::AnswerServerTools => Dropped("only the dialect of the provider knows it"),
        Feature::AnswerStopSequence => Dropped("Gemini does not tell which stop sequence came"),
        Feature::AnswerPause => Dropped("Gemini has no pauses"),
        Feature::AnswerServiceTier => Dropped("Gemini does not tell it"),
        Feature::AnswerFingerprint => Dropped("Gemini does not tell it"),
    }
}
