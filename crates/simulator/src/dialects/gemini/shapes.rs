//! What Google's API knows of: the fields of the public Gemini API, not those of Vertex AI.

use crate::dialects::shape::Shape::{Any, AnyCase, Bool, Bytes, Int, List, Map, Number, Object, Of, Text, Word};
use crate::dialects::shape::{Field, Message, may, must};

const fn of(fields: &'static [Field]) -> Message {
    Message { fields, union: false }
}

pub(super) static GENERATE: Message = of(&[
    may("model", Text),
    must("contents", List(&Of(&CONTENT))),
    may("systemInstruction", Of(&CONTENT)),
    may("tools", List(&Of(&TOOL))),
    may("toolConfig", Of(&TOOL_CONFIG)),
    may("safetySettings", List(&Of(&SAFETY))),
    may("generationConfig", Of(&GENERATION)),
    may("cachedContent", Text),
    may("labels", Map(&Text)),
    may("serviceTier", AnyCase(&["unspecified", "standard", "flex", "priority"])),
    may("store", Bool),
    may("continuationToken", Bytes),
]);

pub(super) static COUNT: Message =
    of(&[may("contents", List(&Of(&CONTENT))), may("generateContentRequest", Of(&GENERATE))]);

pub(super) static EMBED: Message = of(&[
    may("model", Text),
    must("content", Of(&CONTENT)),
    may(
        "taskType",
        Word(&[
            "TASK_TYPE_UNSPECIFIED",
            "RETRIEVAL_QUERY",
            "RETRIEVAL_DOCUMENT",
            "SEMANTIC_SIMILARITY",
            "CLASSIFICATION",
            "CLUSTERING",
            "QUESTION_ANSWERING",
            "FACT_VERIFICATION",
            "CODE_RETRIEVAL_QUERY",
        ]),
    ),
    may("title", Text),
    may("outputDimensionality", Int),
]);

pub(super) static EMBED_BATCH: Message = of(&[must("requests", List(&Of(&EMBED)))]);

static CONTENT: Message = of(&[may("role", Text), may("parts", List(&Of(&PART)))]);

/// What a part is; exactly one of these stands in it.
pub(super) const DATA: &[&str] = &[
    "text",
    "inlineData",
    "fileData",
    "functionCall",
    "functionResponse",
    "executableCode",
    "codeExecutionResult",
    "toolCall",
    "toolResponse",
];

static PART: Message = of(&[
    may("text", Text),
    may("inlineData", Of(&BLOB)),
    may("fileData", Of(&FILE)),
    may("functionCall", Of(&CALL)),
    may("functionResponse", Of(&RESPONSE)),
    may("executableCode", Object),
    may("codeExecutionResult", Object),
    may("toolCall", Object),
    may("toolResponse", Object),
    may("thought", Bool),
    may("thoughtSignature", Bytes),
    may("videoMetadata", Object),
    may("mediaResolution", Object),
    may("mediaProcessing", Object),
    may("partMetadata", Object),
    may("speechMetadata", Object),
    may("documentMetadata", Object),
    may("spreadsheetMetadata", Object),
    may("audioMetadata", Object),
    may("audioTranscription", Object),
]);

static BLOB: Message = of(&[must("mimeType", Text), must("data", Bytes), may("displayName", Text)]);

static FILE: Message = of(&[may("mimeType", Text), must("fileUri", Text), may("displayName", Text)]);

static CALL: Message = of(&[may("id", Text), must("name", Text), may("args", Object)]);

static RESPONSE: Message = of(&[
    may("id", Text),
    must("name", Text),
    must("response", Object),
    may("parts", List(&Of(&RESPONSE_PART))),
    may("willContinue", Bool),
    may("scheduling", Word(&["SCHEDULING_UNSPECIFIED", "SILENT", "WHEN_IDLE", "INTERRUPT"])),
]);

static RESPONSE_PART: Message = of(&[
    may("inlineData", Of(&BLOB)),
    may("fileData", Of(&FILE)),
    may("mediaProcessing", Object),
    may("mediaResolution", Object),
    may("videoMetadata", Object),
    may("documentMetadata", Object),
    may("spreadsheetMetadata", Object),
    may("audioMetadata", Object),
]);

static TOOL: Message = of(&[
    may("functionDeclarations", List(&Of(&DECLARATION))),
    may("googleSearch", Object),
    may("googleSearchRetrieval", Object),
    may("googleMaps", Object),
    may("codeExecution", Object),
    may("urlContext", Object),
    may("fileSearch", Object),
    may("computerUse", Object),
    may("mcpServers", List(&Object)),
]);

static DECLARATION: Message = of(&[
    must("name", Text),
    may("description", Text),
    may("parameters", Of(&SCHEMA)),
    may("parametersJsonSchema", Any),
    may("response", Of(&SCHEMA)),
    may("responseJsonSchema", Any),
    may("behavior", Word(&["UNSPECIFIED", "BLOCKING", "NON_BLOCKING"])),
]);

/// Google's own schemas, a part of OpenAPI's: neither `$schema` nor `additionalProperties` nor `$ref`.
static SCHEMA: Message = of(&[
    may("type", AnyCase(&["string", "number", "integer", "boolean", "array", "object", "null"])),
    may("format", Text),
    may("title", Text),
    may("description", Text),
    may("nullable", Bool),
    may("enum", List(&Text)),
    may("items", Of(&SCHEMA)),
    may("minItems", Int),
    may("maxItems", Int),
    may("properties", Map(&Of(&SCHEMA))),
    may("propertyOrdering", List(&Text)),
    may("required", List(&Text)),
    may("minProperties", Int),
    may("maxProperties", Int),
    may("minimum", Number),
    may("maximum", Number),
    may("minLength", Int),
    may("maxLength", Int),
    may("pattern", Text),
    may("anyOf", List(&Of(&SCHEMA))),
    may("default", Any),
    may("example", Any),
]);

static TOOL_CONFIG: Message = of(&[
    may("functionCallingConfig", Of(&CALLING)),
    may("retrievalConfig", Of(&RETRIEVAL)),
    may("includeServerSideToolInvocations", Bool),
]);

static CALLING: Message = of(&[
    may("mode", Word(&["MODE_UNSPECIFIED", "AUTO", "ANY", "NONE", "VALIDATED"])),
    may("allowedFunctionNames", List(&Text)),
]);

static RETRIEVAL: Message = of(&[may("latLng", Object), may("languageCode", Text)]);

static SAFETY: Message = of(&[
    must(
        "category",
        Word(&[
            "HARM_CATEGORY_HARASSMENT",
            "HARM_CATEGORY_HATE_SPEECH",
            "HARM_CATEGORY_SEXUALLY_EXPLICIT",
            "HARM_CATEGORY_DANGEROUS_CONTENT",
            "HARM_CATEGORY_CIVIC_INTEGRITY",
        ]),
    ),
    must(
        "threshold",
        Word(&[
            "HARM_BLOCK_THRESHOLD_UNSPECIFIED",
            "BLOCK_LOW_AND_ABOVE",
            "BLOCK_MEDIUM_AND_ABOVE",
            "BLOCK_ONLY_HIGH",
            "BLOCK_NONE",
            "OFF",
        ]),
    ),
]);

static GENERATION: Message = of(&[
    may("stopSequences", List(&Text)),
    may("responseMimeType", Text),
    may("responseSchema", Of(&SCHEMA)),
    may("responseJsonSchema", Any),
    may("responseFormat", Any),
    may("responseModalities", List(&Word(&["MODALITY_UNSPECIFIED", "TEXT", "IMAGE", "AUDIO", "VIDEO"]))),
    may("candidateCount", Int),
    may("maxOutputTokens", Int),
    may("temperature", Number),
    may("topP", Number),
    may("topK", Number),
    may("seed", Int),
    may("presencePenalty", Number),
    may("frequencyPenalty", Number),
    may("responseLogprobs", Bool),
    may("logprobs", Int),
    may("enableEnhancedCivicAnswers", Bool),
    may("speechConfig", Object),
    may("translationConfig", Object),
    may("audioTranscriptionConfig", Object),
    may("imageConfig", Object),
    may("thinkingConfig", Of(&THINKING)),
    may(
        "mediaResolution",
        Word(&[
            "MEDIA_RESOLUTION_UNSPECIFIED",
            "MEDIA_RESOLUTION_LOW",
            "MEDIA_RESOLUTION_MEDIUM",
            "MEDIA_RESOLUTION_HIGH",
        ]),
    ),
]);

static THINKING: Message = of(&[
    may("includeThoughts", Bool),
    may("thinkingBudget", Int),
    may("thinkingLevel", AnyCase(&["thinking_level_unspecified", "minimal", "low", "medium", "high", "xhigh"])),
]);
