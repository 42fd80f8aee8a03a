//! What messages are made of.

use thinkwatch_policy::dialect::Dialect;

use super::{Json, Signature};

/// A piece of a message's content, in the order it stands there.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Block {
    /// Words.
    Text(Text),
    /// A picture, a sound or a file.
    Media(Media),
    /// The model calls a tool.
    ToolCall(ToolCall),
    /// What a tool answered.
    ToolResult(ToolResult),
    /// What the model thought before it spoke.
    Thinking(Thinking),
    /// The model says that it will not.
    Refusal(String),
    /// Something that only its own dialect knows: a server-side tool's call or result, a block from the future.
    Opaque(Opaque),
}

/// Words, and what hangs on them.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Text {
    /// The words.
    pub text: String,
    /// Where they come from: citations and annotations, each in the words of `citations_of`.
    pub citations: Vec<Json>,
    /// The dialect whose words the citations are in. `None` without citations.
    pub citations_of: Option<Dialect>,
    /// Whether the prompt up to here is worth keeping in the provider's cache.
    pub cache: Option<CacheMark>,
    /// A signature that came with the words themselves (Gemini's last part).
    pub signature: Option<Signature>,
}

impl Text {
    /// Bare words.
    pub fn new(text: impl Into<String>) -> Self {
        Self { text: text.into(), ..Self::default() }
    }
}

impl Block {
    /// Bare words.
    pub fn text(text: impl Into<String>) -> Self {
        Self::Text(Text::new(text))
    }
}

/// "Keep the prompt up to here": Anthropic's `cache_control`, Bedrock's `cachePoint`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum CacheMark {
    /// For five minutes, the usual.
    FiveMinutes,
    /// For an hour.
    OneHour,
}

/// What kind of thing a [`Media`] is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum MediaKind {
    /// A picture.
    Image,
    /// A sound.
    Audio,
    /// A moving picture.
    Video,
    /// A document: PDF, plain text and the like.
    File,
}

/// A picture, a sound or a file.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Media {
    /// What it is.
    pub kind: MediaKind,
    /// Where its bytes are.
    pub source: MediaSource,
    /// Its media type (RFC 6838), such as `image/png`, where it is known.
    pub media_type: Option<String>,
    /// A file's name or a document's title.
    pub name: Option<String>,
    /// How closely to look: OpenAI's `detail`.
    pub detail: Option<String>,
    /// What is said about a document beside its content (Anthropic's `context`).
    pub context: Option<String>,
    /// Whether the model may quote from it (Anthropic's `citations.enabled`).
    pub citations: Option<bool>,
    /// Whether the prompt up to here is worth keeping.
    pub cache: Option<CacheMark>,
    /// A signature that came with a picture the model made (Gemini).
    pub signature: Option<Signature>,
}

impl Media {
    /// A thing of which nothing else is known.
    pub const fn new(kind: MediaKind, source: MediaSource) -> Self {
        Self {
            kind,
            source,
            media_type: None,
            name: None,
            detail: None,
            context: None,
            citations: None,
            cache: None,
            signature: None,
        }
    }
}

/// Where the bytes of a [`Media`] are.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum MediaSource {
    /// Here, in base64 (RFC 4648 section 4).
    Base64(String),
    /// Here, as plain text (a text document).
    Text(String),
    /// At an address: `https:`, `gs:`, `s3:`.
    Url(String),
    /// With the provider, under an id that only it knows.
    FileId(String),
}

/// What kind of tool is called.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum ToolKind {
    /// A function: its arguments are a JSON object.
    #[default]
    Function,
    /// A custom tool: its input is free text.
    Custom,
}

/// The model calls a tool.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct ToolCall {
    /// What the result will refer to. Never empty: a decoder whose dialect has none makes one that is the same each time.
    pub id: String,
    /// The name of the tool.
    pub name: String,
    /// The namespace it came from (Responses).
    pub namespace: Option<String>,
    /// What kind of tool it is.
    pub kind: ToolKind,
    /// The arguments as the model wrote them: usually the text of a JSON object, but models err. Empty means none.
    pub arguments: String,
    /// A signature that came with the call (Gemini).
    pub signature: Option<Signature>,
    /// The id of the item that carries the call, where that is not the call's own (Responses).
    pub item_id: Option<String>,
    /// Whether the prompt up to here is worth keeping.
    pub cache: Option<CacheMark>,
}

/// What a tool answered.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct ToolResult {
    /// The id of the call.
    pub call_id: String,
    /// The name of the tool, where it is said (Gemini) or known from the call.
    pub name: Option<String>,
    /// What kind of tool it was.
    pub kind: ToolKind,
    /// The answer: words, media, references to tools.
    pub content: Vec<Block>,
    /// Whether the tool failed. `None`: not said.
    pub is_error: Option<bool>,
    /// The id of the item that carries the result (Responses).
    pub item_id: Option<String>,
    /// Whether the prompt up to here is worth keeping.
    pub cache: Option<CacheMark>,
}

/// What the model thought.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Thinking {
    /// The thought itself, or the provider's summary of it. May be empty although there is a signature.
    pub text: String,
    /// Proof for the provider that it is its own thought, or the thought itself, encrypted. Without one it is of no use to
    /// a provider that wants proof.
    pub signature: Option<Signature>,
    /// Whether the provider hides the thought altogether (Anthropic's `redacted_thinking`): then there is only the
    /// signature.
    pub redacted: bool,
}

/// Something that only its own dialect knows.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Opaque {
    /// Whose word it is.
    pub dialect: Dialect,
    /// Its type there, such as `server_tool_use`.
    pub kind: String,
    /// All of it.
    pub value: Json,
}
