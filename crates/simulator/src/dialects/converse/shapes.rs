//! What Bedrock's Converse knows of, as its published service model lists it.

use crate::dialects::shape::Shape::{Any, Bool, Bytes, Int, List, Map, Number, Object, Of, Text, Word};
use crate::dialects::shape::{Field, Message, may, must};

const fn of(fields: &'static [Field]) -> Message {
    Message { fields, union: false }
}

const fn one(fields: &'static [Field]) -> Message {
    Message { fields, union: true }
}

pub(super) static CONVERSE: Message = of(&[
    must("messages", List(&Of(&MESSAGE))),
    may("system", List(&Of(&SYSTEM))),
    may("inferenceConfig", Of(&INFERENCE)),
    may("toolConfig", Of(&TOOL_CONFIG)),
    may("guardrailConfig", Of(&GUARDRAIL)),
    may("additionalModelRequestFields", Object),
    may("additionalModelResponseFieldPaths", List(&Text)),
    may("promptVariables", Object),
    may("requestMetadata", Map(&Text)),
    may("performanceConfig", Of(&PERFORMANCE)),
    may("serviceTier", Of(&TIER)),
    may("outputConfig", Of(&OUTPUT)),
]);

// The service model has a role `system`, too; no model here takes it.
static MESSAGE: Message = of(&[must("role", Word(&["user", "assistant"])), must("content", List(&Of(&BLOCK)))]);

static BLOCK: Message = one(&[
    may("text", Text),
    may("image", Of(&IMAGE)),
    may("document", Of(&DOCUMENT)),
    may("video", Of(&VIDEO)),
    may("audio", Of(&AUDIO)),
    may("toolUse", Of(&TOOL_USE)),
    may("toolResult", Of(&TOOL_RESULT)),
    may("guardContent", Object),
    may("cachePoint", Of(&CACHE_POINT)),
    may("reasoningContent", Of(&REASONING)),
    may("citationsContent", Object),
    may("searchResult", Of(&SEARCH_RESULT)),
]);

static SYSTEM: Message = one(&[may("text", Text), may("guardContent", Object), may("cachePoint", Of(&CACHE_POINT))]);

static IMAGE: Message = of(&[must("format", Word(&["png", "jpeg", "gif", "webp"])), must("source", Of(&SOURCE))]);

static SOURCE: Message = one(&[may("bytes", Bytes), may("s3Location", Of(&S3))]);

static S3: Message = of(&[must("uri", Text), may("bucketOwner", Text)]);

static DOCUMENT: Message = of(&[
    may("format", Word(&["pdf", "csv", "doc", "docx", "xls", "xlsx", "html", "txt", "md"])),
    must("name", Text),
    must("source", Of(&DOCUMENT_SOURCE)),
    may("context", Text),
    may("citations", Of(&CITATIONS)),
]);

static DOCUMENT_SOURCE: Message =
    one(&[may("bytes", Bytes), may("s3Location", Of(&S3)), may("text", Text), may("content", List(&Of(&ONLY_TEXT)))]);

static ONLY_TEXT: Message = one(&[may("text", Text)]);

static CITATIONS: Message = of(&[must("enabled", Bool)]);

static VIDEO: Message = of(&[
    must("format", Word(&["mkv", "mov", "mp4", "webm", "flv", "mpeg", "mpg", "wmv", "three_gp"])),
    must("source", Of(&SOURCE)),
]);

static AUDIO: Message = of(&[
    must(
        "format",
        Word(&[
            "mp3", "opus", "wav", "aac", "flac", "mp4", "ogg", "mkv", "mka", "x-aac", "m4a", "mpeg", "mpga", "pcm",
            "webm",
        ]),
    ),
    must("source", Of(&SOURCE)),
]);

static TOOL_USE: Message =
    of(&[must("toolUseId", Text), must("name", Text), must("input", Object), may("type", Word(&["server_tool_use"]))]);

static TOOL_RESULT: Message = of(&[
    must("toolUseId", Text),
    must("content", List(&Of(&RESULT_BLOCK))),
    may("status", Word(&["success", "error"])),
    may("type", Text),
]);

static RESULT_BLOCK: Message = one(&[
    may("json", Object),
    may("text", Text),
    may("image", Of(&IMAGE)),
    may("document", Of(&DOCUMENT)),
    may("video", Of(&VIDEO)),
    may("searchResult", Of(&SEARCH_RESULT)),
]);

static SEARCH_RESULT: Message = of(&[
    must("source", Text),
    must("title", Text),
    must("content", List(&Of(&ONLY_TEXT))),
    may("citations", Of(&CITATIONS)),
]);

static CACHE_POINT: Message = of(&[must("type", Word(&["default"])), may("ttl", Word(&["5m", "1h"]))]);

static REASONING: Message = one(&[may("reasoningText", Of(&REASONING_TEXT)), may("redactedContent", Bytes)]);

static REASONING_TEXT: Message = of(&[must("text", Text), may("signature", Text)]);

static INFERENCE: Message =
    of(&[may("maxTokens", Int), may("temperature", Number), may("topP", Number), may("stopSequences", List(&Text))]);

static TOOL_CONFIG: Message = of(&[must("tools", List(&Of(&TOOL))), may("toolChoice", Of(&CHOICE))]);

static TOOL: Message =
    one(&[may("toolSpec", Of(&SPEC)), may("systemTool", Of(&NAMED)), may("cachePoint", Of(&CACHE_POINT))]);

static SPEC: Message =
    of(&[must("name", Text), may("description", Text), must("inputSchema", Of(&INPUT_SCHEMA)), may("strict", Bool)]);

static INPUT_SCHEMA: Message = one(&[may("json", Object)]);

static NAMED: Message = of(&[must("name", Text)]);

static CHOICE: Message = one(&[may("auto", Of(&EMPTY)), may("any", Of(&EMPTY)), may("tool", Of(&NAMED))]);

static EMPTY: Message = of(&[]);

static GUARDRAIL: Message = of(&[
    may("guardrailIdentifier", Text),
    may("guardrailVersion", Text),
    may("trace", Word(&["enabled", "disabled", "enabled_full"])),
    may("streamProcessingMode", Word(&["sync", "async"])),
]);

static PERFORMANCE: Message = of(&[may("latency", Word(&["standard", "optimized"]))]);

static TIER: Message = of(&[must("type", Word(&["priority", "default", "flex", "reserved"]))]);

static OUTPUT: Message = of(&[may("textFormat", Of(&FORMAT)), may("effort", Text)]);

static FORMAT: Message = of(&[must("type", Word(&["json_schema"])), must("structure", Of(&STRUCTURE))]);

static STRUCTURE: Message = one(&[may("jsonSchema", Of(&JSON_SCHEMA))]);

/// The schema is JSON in a string.
static JSON_SCHEMA: Message = of(&[must("schema", Text), may("name", Text), may("description", Text)]);

/// What Claude takes beside what Converse knows of.
pub(super) static CLAUDE: Message = of(&[
    may("thinking", Object),
    may("top_k", Int),
    may("anthropic_beta", List(&Text)),
    may("anthropic_version", Text),
    may("output_config", Object),
    may("tool_choice", Object),
    may("tools", List(&Any)),
    may("metadata", Object),
    may("context_management", Object),
]);
