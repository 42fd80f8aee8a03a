//! What a call asks for.

use thinkwatch_policy::dialect::Dialect;

use super::{Block, CacheMark, Json, Opaque, ToolKind};

/// A call in no particular dialect. Numbers that a provider judges (`temperature` and the like) are kept as they were
/// written.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Request {
    /// The dialect it came in.
    pub source: Dialect,
    /// The model as the client names it. An encoder is told the upstream's name for it.
    pub model: String,
    /// Whether the answer is to be a stream.
    pub stream: bool,
    /// Whether the client wants the usage in its stream (Chat asks; the others always tell).
    pub include_usage: bool,
    /// All turns in order, those of the system and the developer included, where they stood. Leading ones of the system
    /// are the system prompt.
    pub messages: Vec<Message>,
    /// The tools the model may call, in the order they were given.
    pub tools: Vec<Tool>,
    /// Whether and which tool it must call.
    pub tool_choice: Option<ToolChoice>,
    /// Whether it may call several at once.
    pub parallel_tool_calls: Option<bool>,
    /// Whether the client asked in the words Chat had before tools (`functions`), so that a call must be told in them too.
    pub legacy_functions: bool,
    /// The most tokens it may write, thinking included.
    pub max_output_tokens: Option<u64>,
    /// 0 to 1 or 2, by provider.
    pub temperature: Option<String>,
    /// Nucleus sampling, 0 to 1.
    pub top_p: Option<String>,
    /// Sample among this many tokens.
    pub top_k: Option<u64>,
    /// -2 to 2.
    pub frequency_penalty: Option<String>,
    /// -2 to 2.
    pub presence_penalty: Option<String>,
    /// For answers that can be had again.
    pub seed: Option<String>,
    /// Texts at which to stop.
    pub stop: Vec<String>,
    /// How many answers to write (`n`).
    pub choices: Option<u64>,
    /// Log probabilities of the tokens.
    pub logprobs: Option<LogProbs>,
    /// Likelihoods to change by token, an object (Chat).
    pub logit_bias: Option<Json>,
    /// What shape the answer must have.
    pub format: Option<Format>,
    /// How much to think.
    pub reasoning: Option<Reasoning>,
    /// How long to answer: `low`, `medium`, `high` (OpenAI).
    pub verbosity: Option<String>,
    /// Which class of service the provider is asked for.
    pub service_tier: Option<String>,
    /// Who the end user is, in the client's words (Chat's `user` or `safety_identifier`, Anthropic's `metadata.user_id`).
    pub user: Option<String>,
    /// Other labels, an object of strings (OpenAI's `metadata`).
    pub metadata: Option<Json>,
    /// What prompts share a cache (OpenAI).
    pub prompt_cache_key: Option<String>,
    /// Whether the provider is to keep the answer.
    pub store: Option<bool>,
    /// The kept answer this call goes on from (Responses).
    pub previous_response_id: Option<String>,
    /// What only the dialect it came in knows, by its name there. Goes back into that dialect whole, and is named as lost in
    /// another.
    pub others: Vec<(String, Json)>,
}

impl Request {
    /// An empty call.
    pub fn new(source: Dialect, model: impl Into<String>) -> Self {
        Self {
            source,
            model: model.into(),
            stream: false,
            include_usage: false,
            messages: Vec::new(),
            tools: Vec::new(),
            tool_choice: None,
            parallel_tool_calls: None,
            legacy_functions: false,
            max_output_tokens: None,
            temperature: None,
            top_p: None,
            top_k: None,
            frequency_penalty: None,
            presence_penalty: None,
            seed: None,
            stop: Vec::new(),
            choices: None,
            logprobs: None,
            logit_bias: None,
            format: None,
            reasoning: None,
            verbosity: None,
            service_tier: None,
            user: None,
            metadata: None,
            prompt_cache_key: None,
            store: None,
            previous_response_id: None,
            others: Vec::new(),
        }
    }

    /// How many of the first messages are the system prompt.
    pub fn system_length(&self) -> usize {
        self.messages.iter().take_while(|message| matches!(message.role, Role::System | Role::Developer)).count()
    }

    /// The call of a tool with this id, for those dialects that want its name beside the result.
    pub fn tool_call(&self, id: &str) -> Option<&super::ToolCall> {
        self.messages.iter().flat_map(|message| &message.content).find_map(|block| match block {
            Block::ToolCall(call) if call.id == id => Some(call),
            _ => None,
        })
    }
}

/// Who speaks.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Role {
    /// The one who set the model up.
    System,
    /// The same, as newer OpenAI models call it.
    Developer,
    /// The one who asks. Results of tools are blocks of this role.
    User,
    /// The model.
    Assistant,
}

/// A turn.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Message {
    /// Who speaks.
    pub role: Role,
    /// What is said. May be empty: some dialects have turns of nothing.
    pub content: Vec<Block>,
    /// The name of this participant (Chat).
    pub name: Option<String>,
    /// The id of the item (Responses).
    pub id: Option<String>,
}

impl Message {
    /// A turn of somebody who has neither name nor id.
    pub const fn new(role: Role, content: Vec<Block>) -> Self {
        Self { role, content, name: None, id: None }
    }
}

/// A tool the model may call.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Tool {
    /// One that the client runs.
    Client(ClientTool),
    /// One that the provider runs (web search, code execution): only its own dialect knows it.
    Server(Opaque),
}

/// A tool that the client runs.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct ClientTool {
    /// Its name.
    pub name: String,
    /// The namespace it stands in, and that namespace's description (Responses).
    pub namespace: Option<Namespace>,
    /// What it does.
    pub description: Option<String>,
    /// What kind it is.
    pub kind: ToolKind,
    /// The JSON Schema of its arguments; for a custom tool its grammar, if any.
    pub schema: Option<Json>,
    /// Whether the arguments must follow the schema to the letter.
    pub strict: Option<bool>,
    /// Whether the model gets to see it only after it asked for it (Anthropic's `defer_loading`).
    pub deferred: Option<bool>,
    /// Whether the prompt up to here is worth keeping.
    pub cache: Option<CacheMark>,
}

/// A namespace of tools.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Namespace {
    /// Its name.
    pub name: String,
    /// What its tools are for.
    pub description: Option<String>,
}

/// Whether and which tool must be called.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum ToolChoice {
    /// As the model likes.
    Auto,
    /// Some tool.
    Any,
    /// No tool.
    None,
    /// This tool.
    Tool(String),
    /// One of these, or, unless `required`, none.
    Allowed {
        /// Whether one of them must be called.
        required: bool,
        /// Their names.
        names: Vec<String>,
    },
}

/// Log probabilities.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct LogProbs {
    /// How many of the likeliest tokens to tell at each place.
    pub top: Option<u64>,
}

/// What shape the answer must have.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Format {
    /// Words.
    Text,
    /// Some JSON object.
    JsonObject,
    /// JSON by this schema.
    JsonSchema {
        /// The schema's name, where one was given.
        name: Option<String>,
        /// What it is for.
        description: Option<String>,
        /// The schema.
        schema: Json,
        /// Whether it must be followed to the letter.
        strict: Option<bool>,
    },
}

/// How much to think.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Reasoning {
    /// Whether at all. `None`: as the model does by itself.
    pub enabled: Option<bool>,
    /// Whether the model decides how much (Anthropic's `adaptive`, Gemini's budget of -1).
    pub adaptive: bool,
    /// In words.
    pub effort: Option<Effort>,
    /// In tokens.
    pub budget_tokens: Option<u64>,
    /// Whether and how the thought is to be told: OpenAI's `summary` (`auto`, `concise`, `detailed`), Gemini's `includeThoughts`
    /// (`auto`), Anthropic's `display` (`omitted` is `none`, `summarized` is `auto`).
    pub summary: Option<String>,
    /// Whether the thought is to be given to the client in encrypted form, so that nobody has to keep it
    /// (`include: ["reasoning.encrypted_content"]`).
    pub encrypted: bool,
}

/// How much to think, in words.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Effort {
    /// Not at all.
    None,
    /// As little as possible.
    Minimal,
    /// A little.
    Low,
    /// The usual.
    Medium,
    /// Much.
    High,
    /// Very much.
    XHigh,
    /// As much as possible.
    Max,
}

impl Effort {
    /// All of them, the smallest first.
    pub const ALL: [Self; 7] = [Self::None, Self::Minimal, Self::Low, Self::Medium, Self::High, Self::XHigh, Self::Max];

    /// The word of the dialects that have one.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::None => "none",
            Self::Minimal => "minimal",
            Self::Low => "low",
            Self::Medium => "medium",
            Self::High => "high",
            Self::XHigh => "xhigh",
            Self::Max => "max",
        }
    }

    /// Reads the word.
    pub fn parse(word: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|effort| effort.as_str() == word)
    }

    /// The tokens a provider that counts is given for the word.
    pub const fn budget_tokens(self) -> u64 {
        match self {
            Self::None => 0,
            Self::Minimal => 1024,
            Self::Low => 4096,
            Self::Medium => 8192,
            Self::High => 16_384,
            Self::XHigh => 32_768,
            Self::Max => 65_536,
        }
    }

    /// The word for so many tokens: the largest whose own budget is not above them, and at least the smallest that thinks
    /// when there are any.
    pub fn of_budget(tokens: u64) -> Self {
        let fitting = Self::ALL.into_iter().rev().find(|effort| effort.budget_tokens() <= tokens);
        let least = if tokens == 0 { Self::None } else { Self::Minimal };
        fitting.unwrap_or(least).max(least)
    }
}
