//! The wire formats that clients and providers speak, and the endpoints that carry them.

use serde::{Deserialize, Serialize};

/// A wire format. Errors, streams and usage have its shape.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Dialect {
    /// OpenAI Chat Completions.
    Chat,
    /// Anthropic Messages.
    Messages,
    /// OpenAI Responses.
    Responses,
    /// OpenAI Embeddings.
    Embeddings,
    /// AWS Bedrock's Converse and ConverseStream. Spoken to providers only.
    Converse,
    /// Google Gemini `generateContent`.
    Gemini,
    /// OpenAI's legacy Completions.
    Completions,
    /// OpenAI Moderations.
    Moderations,
    /// OpenAI Images.
    Images,
    /// OpenAI Audio: speech, transcriptions, translations.
    Audio,
    /// Rerank, as Cohere, Jina and vLLM have it.
    Rerank,
}

impl Dialect {
    /// All of them, in a fixed order.
    pub const ALL: [Self; 11] = [
        Self::Chat,
        Self::Messages,
        Self::Responses,
        Self::Embeddings,
        Self::Converse,
        Self::Gemini,
        Self::Completions,
        Self::Moderations,
        Self::Images,
        Self::Audio,
        Self::Rerank,
    ];

    /// The name used in records, settings and the API.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Chat => "chat",
            Self::Messages => "messages",
            Self::Responses => "responses",
            Self::Embeddings => "embeddings",
            Self::Converse => "converse",
            Self::Gemini => "gemini",
            Self::Completions => "completions",
            Self::Moderations => "moderations",
            Self::Images => "images",
            Self::Audio => "audio",
            Self::Rerank => "rerank",
        }
    }

    /// Reads the name written by [`Self::as_str`].
    pub fn parse(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|d| d.as_str() == name)
    }
}

/// What a client asked for: one per path of the gateway that calls a provider.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Endpoint {
    /// `POST /v1/chat/completions`
    ChatCompletions,
    /// `POST /v1/messages`
    Messages,
    /// `POST /v1/messages/count_tokens`
    CountTokens,
    /// `POST /v1/responses`
    Responses,
    /// `POST /v1/responses/input_tokens`
    InputTokens,
    /// `POST /v1/embeddings`
    Embeddings,
    /// `POST /v1beta/models/{model}:generateContent`
    GenerateContent,
    /// `POST /v1beta/models/{model}:streamGenerateContent`
    StreamGenerateContent,
    /// `POST /v1beta/models/{model}:countTokens`
    GeminiCountTokens,
    /// `POST /v1beta/models/{model}:embedContent`
    EmbedContent,
    /// `POST /v1beta/models/{model}:batchEmbedContents`, which Google's own libraries call even for one text.
    BatchEmbedContents,
    /// Bedrock's `POST /model/{model}/converse`. Asked of providers only.
    Converse,
    /// Bedrock's `POST /model/{model}/converse-stream`. Asked of providers only.
    ConverseStream,
    /// `POST /v1/completions`, the legacy one
    Completions,
    /// `POST /v1/moderations`
    Moderations,
    /// `POST /v1/images/generations`
    ImageGenerations,
    /// `POST /v1/images/edits`, a form or JSON
    ImageEdits,
    /// `POST /v1/images/variations`, a form
    ImageVariations,
    /// `POST /v1/audio/speech`
    Speech,
    /// `POST /v1/audio/transcriptions`, a form
    Transcriptions,
    /// `POST /v1/audio/translations`, a form
    Translations,
    /// `POST /v1/rerank`
    Rerank,
}

impl Endpoint {
    /// All that a client can ask for, in a fixed order.
    pub const ALL: [Self; 20] = [
        Self::ChatCompletions,
        Self::Messages,
        Self::CountTokens,
        Self::Responses,
        Self::InputTokens,
        Self::Embeddings,
        Self::GenerateContent,
        Self::StreamGenerateContent,
        Self::GeminiCountTokens,
        Self::EmbedContent,
        Self::BatchEmbedContents,
        Self::Completions,
        Self::Moderations,
        Self::ImageGenerations,
        Self::ImageEdits,
        Self::ImageVariations,
        Self::Speech,
        Self::Transcriptions,
        Self::Translations,
        Self::Rerank,
    ];

    /// The dialect of its body and its errors.
    pub const fn dialect(self) -> Dialect {
        match self {
            Self::ChatCompletions => Dialect::Chat,
            Self::Messages | Self::CountTokens => Dialect::Messages,
            Self::Responses | Self::InputTokens => Dialect::Responses,
            Self::Embeddings => Dialect::Embeddings,
            Self::GenerateContent
            | Self::StreamGenerateContent
            | Self::GeminiCountTokens
            | Self::EmbedContent
            | Self::BatchEmbedContents => Dialect::Gemini,
            Self::Converse | Self::ConverseStream => Dialect::Converse,
            Self::Completions => Dialect::Completions,
            Self::Moderations => Dialect::Moderations,
            Self::ImageGenerations | Self::ImageEdits | Self::ImageVariations => Dialect::Images,
            Self::Speech | Self::Transcriptions | Self::Translations => Dialect::Audio,
            Self::Rerank => Dialect::Rerank,
        }
    }

    /// The endpoint that makes an answer in this dialect, whole or as a stream.
    pub const fn answering(dialect: Dialect, stream: bool) -> Self {
        match dialect {
            Dialect::Chat => Self::ChatCompletions,
            Dialect::Messages => Self::Messages,
            Dialect::Responses => Self::Responses,
            Dialect::Embeddings => Self::Embeddings,
            Dialect::Gemini if stream => Self::StreamGenerateContent,
            Dialect::Gemini => Self::GenerateContent,
            Dialect::Converse if stream => Self::ConverseStream,
            Dialect::Converse => Self::Converse,
            Dialect::Completions => Self::Completions,
            Dialect::Moderations => Self::Moderations,
            Dialect::Images => Self::ImageGenerations,
            Dialect::Audio => Self::Speech,
            Dialect::Rerank => Self::Rerank,
        }
    }

    /// Whether a provider of another dialect can be asked instead: what is asked for is an answer of a model in words.
    pub const fn is_convertible(self) -> bool {
        matches!(
            self,
            Self::ChatCompletions
                | Self::Messages
                | Self::Responses
                | Self::GenerateContent
                | Self::StreamGenerateContent
        )
    }

    /// The path after the version, as both we and the providers name it. Where the model stands in the path
    /// ([`Self::has_model_in_path`]) it is what follows the model: the whole is `/models/{model}` and then this.
    pub const fn path(self) -> &'static str {
        match self {
            Self::ChatCompletions => "/chat/completions",
            Self::Messages => "/messages",
            Self::CountTokens => "/messages/count_tokens",
            Self::Responses => "/responses",
            Self::InputTokens => "/responses/input_tokens",
            Self::Embeddings => "/embeddings",
            Self::GenerateContent => ":generateContent",
            Self::StreamGenerateContent => ":streamGenerateContent",
            Self::GeminiCountTokens => ":countTokens",
            Self::EmbedContent => ":embedContent",
            Self::BatchEmbedContents => ":batchEmbedContents",
            Self::Converse => "/converse",
            Self::ConverseStream => "/converse-stream",
            Self::Completions => "/completions",
            Self::Moderations => "/moderations",
            Self::ImageGenerations => "/images/generations",
            Self::ImageEdits => "/images/edits",
            Self::ImageVariations => "/images/variations",
            Self::Speech => "/audio/speech",
            Self::Transcriptions => "/audio/transcriptions",
            Self::Translations => "/audio/translations",
            Self::Rerank => "/rerank",
        }
    }

    /// The endpoint at this path after the version, of those whose body names the model.
    pub fn at_path(path: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|endpoint| !endpoint.has_model_in_path() && endpoint.path() == path)
    }

    /// Whether the path names the model, and not the body.
    pub const fn has_model_in_path(self) -> bool {
        matches!(self.dialect(), Dialect::Gemini | Dialect::Converse)
    }

    /// The endpoint whose path ends with this after the model (`:generateContent`).
    pub fn after_model(suffix: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|endpoint| endpoint.has_model_in_path() && endpoint.path() == suffix)
    }

    /// Whether it only counts tokens, which costs nothing.
    pub const fn only_counts(self) -> bool {
        self.counted().is_some()
    }

    /// The call whose tokens it counts, if it only counts.
    pub const fn counted(self) -> Option<Self> {
        match self {
            Self::CountTokens => Some(Self::Messages),
            Self::InputTokens => Some(Self::Responses),
            Self::GeminiCountTokens => Some(Self::GenerateContent),
            _ => None,
        }
    }

    /// Whether it makes vectors of texts, which OpenAI and Google both do, in words of their own.
    pub const fn makes_vectors(self) -> bool {
        matches!(self, Self::Embeddings | Self::EmbedContent | Self::BatchEmbedContents)
    }

    /// Whether its body may be a form (`multipart/form-data`), because files are sent in it.
    pub const fn takes_forms(self) -> bool {
        matches!(self, Self::ImageEdits | Self::ImageVariations | Self::Transcriptions | Self::Translations)
    }

    /// Whether what it reads is text that is paid for, so that the bytes of the body are a fair guess at the input tokens
    /// where the provider tells none. Of pictures and sounds they are not, and moderations cost nothing.
    pub const fn reads_text(self) -> bool {
        !self.only_counts() && !matches!(self.dialect(), Dialect::Moderations | Dialect::Images | Dialect::Audio)
    }

    /// The same of what it writes. Vectors and orders are no text.
    pub const fn writes_text(self) -> bool {
        self.reads_text() && !self.makes_vectors() && !matches!(self.dialect(), Dialect::Rerank)
    }

    /// Whether what it gives back is a judgement of what it reads, and nothing that is paid for by its length.
    pub const fn only_judges(self) -> bool {
        matches!(self.dialect(), Dialect::Moderations | Dialect::Rerank)
    }

    /// Whether its answers are streams: `None` where the body says.
    pub const fn streams(self) -> Option<bool> {
        match self {
            Self::ChatCompletions
            | Self::Messages
            | Self::Responses
            | Self::Completions
            | Self::ImageGenerations
            | Self::ImageEdits
            | Self::Speech
            | Self::Transcriptions => None,
            Self::StreamGenerateContent | Self::ConverseStream => Some(true),
            Self::CountTokens
            | Self::InputTokens
            | Self::Embeddings
            | Self::GenerateContent
            | Self::GeminiCountTokens
            | Self::EmbedContent
            | Self::BatchEmbedContents
            | Self::Converse
            | Self::Moderations
            | Self::ImageVariations
            | Self::Translations
            | Self::Rerank => Some(false),
        }
    }

    /// The name used in records and metrics.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::ChatCompletions => "chat.completions",
            Self::Messages => "messages",
            Self::CountTokens => "messages.count_tokens",
            Self::Responses => "responses",
            Self::InputTokens => "responses.input_tokens",
            Self::Embeddings => "embeddings",
            Self::GenerateContent => "generate_content",
            Self::StreamGenerateContent => "generate_content.stream",
            Self::GeminiCountTokens => "generate_content.count_tokens",
            Self::EmbedContent => "embed_content",
            Self::BatchEmbedContents => "embed_content.batch",
            Self::Converse => "converse",
            Self::ConverseStream => "converse.stream",
            Self::Completions => "completions",
            Self::Moderations => "moderations",
            Self::ImageGenerations => "images.generations",
            Self::ImageEdits => "images.edits",
            Self::ImageVariations => "images.variations",
            Self::Speech => "audio.speech",
            Self::Transcriptions => "audio.transcriptions",
            Self::Translations => "audio.translations",
            Self::Rerank => "rerank",
        }
    }
}

/// A set of dialects: what a provider speaks.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct DialectSet(u16);

impl DialectSet {
    /// The set of the given dialects.
    pub fn of(dialects: impl IntoIterator<Item = Dialect>) -> Self {
        Self(dialects.into_iter().fold(0, |set, d| set | 1 << d as u8))
    }

    /// Whether the dialect is in the set.
    pub const fn contains(self, dialect: Dialect) -> bool {
        self.0 & (1 << dialect as u8) != 0
    }

    /// The members, in the order of [`Dialect::ALL`].
    pub fn iter(self) -> impl Iterator<Item = Dialect> {
        Dialect::ALL.into_iter().filter(move |d| self.contains(*d))
    }
}
