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
}

impl Dialect {
    /// All of them, in a fixed order.
    pub const ALL: [Self; 4] = [Self::Chat, Self::Messages, Self::Responses, Self::Embeddings];

    /// The name used in records, settings and the API.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Chat => "chat",
            Self::Messages => "messages",
            Self::Responses => "responses",
            Self::Embeddings => "embeddings",
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
    /// `POST /v1/embeddings`
    Embeddings,
}

impl Endpoint {
    /// The dialect of its body and its errors.
    pub const fn dialect(self) -> Dialect {
        match self {
            Self::ChatCompletions => Dialect::Chat,
            Self::Messages | Self::CountTokens => Dialect::Messages,
            Self::Responses => Dialect::Responses,
            Self::Embeddings => Dialect::Embeddings,
        }
    }

    /// The endpoint that makes an answer in this dialect.
    pub const fn answering(dialect: Dialect) -> Self {
        match dialect {
            Dialect::Chat => Self::ChatCompletions,
            Dialect::Messages => Self::Messages,
            Dialect::Responses => Self::Responses,
            Dialect::Embeddings => Self::Embeddings,
        }
    }

    /// Whether a provider of another dialect can be asked instead: what is asked for is an answer of a model in words.
    pub const fn is_convertible(self) -> bool {
        matches!(self, Self::ChatCompletions | Self::Messages | Self::Responses)
    }

    /// The path after the version, as both we and the providers name it.
    pub const fn path(self) -> &'static str {
        match self {
            Self::ChatCompletions => "/chat/completions",
            Self::Messages => "/messages",
            Self::CountTokens => "/messages/count_tokens",
            Self::Responses => "/responses",
            Self::Embeddings => "/embeddings",
        }
    }

    /// The name used in records and metrics.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::ChatCompletions => "chat.completions",
            Self::Messages => "messages",
            Self::CountTokens => "messages.count_tokens",
            Self::Responses => "responses",
            Self::Embeddings => "embeddings",
        }
    }
}

/// A set of dialects: what a provider speaks.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct DialectSet(u8);

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
