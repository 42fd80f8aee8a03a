//! What a provider answers.

use thinkwatch_policy::usage::Usage;

use super::{Block, Json};

/// A whole answer.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Answer {
    /// The id the provider gave it; empty if it gave none.
    pub id: String,
    /// The model that answered, in the provider's words.
    pub model: String,
    /// When it was made, seconds since the epoch; 0 if the provider does not say.
    pub created_at_s: u64,
    /// The answers: one, unless more were asked for.
    pub choices: Vec<Choice>,
    /// What it consumed, if the provider tells.
    pub usage: Option<Usage>,
    /// Which class of service it got.
    pub service_tier: Option<String>,
    /// Which build of the provider's made it (OpenAI).
    pub fingerprint: Option<String>,
}

/// One of the answers.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Choice {
    /// What the model says: text, thinking, calls of tools, in order.
    pub content: Vec<Block>,
    /// Why it stopped. `None` where the provider leaves it out.
    pub stop: Option<StopReason>,
    /// Log probabilities in Chat's words (`{"content": [...], "refusal": ...}`).
    pub logprobs: Option<Json>,
}

/// Why a model stopped.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum StopReason {
    /// It has said all.
    End,
    /// It wants tools called.
    ToolUse,
    /// It may not write more (`max_tokens`).
    MaxTokens,
    /// The context is full.
    ContextLength,
    /// A stop sequence came; which, where the provider tells.
    StopSequence(Option<String>),
    /// A filter of the provider's took the answer, or the rest of it, away.
    ContentFilter,
    /// The model refuses.
    Refusal,
    /// The provider stopped a long turn; the client sends it back to go on (Anthropic's `pause_turn`).
    Pause,
    /// Something new, in the provider's word.
    Other(String),
}
