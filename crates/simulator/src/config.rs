//! What a simulator is told before it starts. Also readable as a JSON file by the binary.

use std::collections::BTreeMap;
use std::net::SocketAddr;

use serde::Deserialize;

use crate::errors::Provider;

/// How a simulator behaves.
#[derive(Clone, Debug, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct SimulatorConfig {
    /// Where to listen; port 0 picks a free one.
    pub addr: SocketAddr,
    /// The only Bearer token the OpenAI endpoints take, and the only `api-key` of the Azure endpoints.
    pub openai_key: String,
    /// The only `x-api-key` the Anthropic endpoints take.
    pub anthropic_key: String,
    /// The only `x-goog-api-key` (or `?key=`) the Google endpoints take.
    pub google_key: String,
    /// Whose signatures the Bedrock endpoints take.
    pub bedrock_access_key_id: String,
    /// What they must be made with.
    pub bedrock_secret_access_key: String,
    /// The region they must be made for.
    pub bedrock_region: String,
    /// The role that the simulated instance has; none without.
    pub instance_role: Option<String>,
    /// How long credentials of that role hold.
    pub instance_credentials_seconds: i64,
    /// What the simulated container's agent wants to be shown.
    pub container_token: String,
    /// The only Bearer token the Bedrock endpoints take.
    pub bedrock_api_key: String,
    /// Models served beside the built-in ones.
    pub models: Vec<String>,
    /// Per model, directives applied to every call (`{"gpt-broken": "status=500"}`); the model is served too.
    pub behaviours: BTreeMap<String, String>,
    /// Named conversations for `[[sim: script=NAME]]`.
    pub scenarios: BTreeMap<String, Scenario>,
    /// How many exchanges the journal keeps; 0 switches it off.
    pub journal: usize,
    /// An SDK talks to the simulator directly: its `connection: keep-alive` is no leak, nor an Anthropic key as Bearer.
    pub direct: bool,
    /// Pre-rendered answers, nothing checked, nothing kept: for the bench.
    pub fast: bool,
    /// Pause before each streamed event when the prompt does not say.
    pub delay_ms: u64,
    /// Whether responses are kept and can be gone on from, as OpenAI's are; other servers refuse it.
    pub responses_state: bool,
}

impl Default for SimulatorConfig {
    fn default() -> Self {
        Self {
            addr: SocketAddr::from(([127, 0, 0, 1], 0)),
            openai_key: "sk-sim-openai".to_owned(),
            anthropic_key: "sk-ant-sim".to_owned(),
            google_key: "AIza-sim-google".to_owned(),
            bedrock_access_key_id: "AKIASIM".to_owned(),
            bedrock_secret_access_key: "sim-secret".to_owned(),
            bedrock_region: "us-east-1".to_owned(),
            instance_role: Some("sim-role".to_owned()),
            instance_credentials_seconds: 21_600,
            container_token: "container-sim-token".to_owned(),
            bedrock_api_key: "bedrock-sim-key".to_owned(),
            models: Vec::new(),
            behaviours: BTreeMap::new(),
            scenarios: BTreeMap::new(),
            journal: 4096,
            direct: false,
            fast: false,
            delay_ms: 0,
            responses_state: true,
        }
    }
}

/// An ordered list of assistant turns; the number of tool results since the last user text picks one.
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(transparent)]
pub struct Scenario(
    /// The turns; past the end, the tool result is quoted.
    pub Vec<Step>,
);

/// One assistant turn of a scenario.
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Step {
    /// Thought before anything else.
    pub thinking: Option<String>,
    /// Said before the calls.
    pub text: Option<String>,
    /// Tools called.
    pub calls: Vec<Call>,
}

/// One tool call of a scenario.
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Call {
    /// The tool's name, as the client offers it.
    pub name: String,
    /// Arguments; absent, they are made up from the tool's schema.
    #[serde(default)]
    pub args: Option<serde_json::Value>,
}

const BUILT_IN: &[&str] = &[
    "gpt-sim",
    "gpt-4o-mini",
    "gpt-4o",
    "gpt-4.1",
    "gpt-5",
    "gpt-5-codex",
    "o3",
    "o4-mini",
    "text-embedding-3-small",
    "text-embedding-3-large",
    "gpt-3.5-turbo-instruct",
    "omni-moderation-latest",
    "gpt-image-1.5",
    "dall-e-2",
    "tts-1",
    "gpt-4o-mini-tts",
    "whisper-1",
    "gpt-4o-transcribe",
    "rerank-sim",
    "claude-sim",
    "claude-sonnet-4-5",
    "claude-sonnet-4-5-20250929",
    "claude-opus-4-5",
    "claude-haiku-4-5",
    "claude-haiku-4-5-20251001",
    "gemini-sim",
    "gemini-2.5-flash",
    "gemini-2.5-pro",
    "gemini-3-pro-preview",
    "gemini-embedding-001",
    "anthropic.claude-sim-v1:0",
    "anthropic.claude-sonnet-4-5-20250929-v1:0",
    "us.anthropic.claude-sonnet-4-5-20250929-v1:0",
    "amazon.nova-lite-v1:0",
    "us.amazon.nova-lite-v1:0",
    "meta.llama3-3-70b-instruct-v1:0",
];

/// Whose model it is, by its name; Azure has what OpenAI has.
fn maker(name: &str) -> Provider {
    if name.starts_with("claude") {
        Provider::Anthropic
    } else if name.starts_with("gemini") {
        Provider::Google
    } else if name.contains(':') {
        Provider::Bedrock
    } else {
        Provider::OpenAi
    }
}

impl SimulatorConfig {
    /// Every model served, of one provider where the name tells.
    pub(crate) fn models_of(&self, provider: Provider) -> Vec<String> {
        let given = self.models.iter().chain(self.behaviours.keys());
        let provider = if provider == Provider::Azure { Provider::OpenAi } else { provider };
        let built_in = BUILT_IN.iter().filter(|name| maker(name) == provider).map(|n| (*n).to_owned());
        built_in.chain(given.cloned()).collect()
    }

    pub(crate) fn serves(&self, model: &str) -> bool {
        BUILT_IN.contains(&model) || self.models.iter().any(|name| name == model) || self.behaviours.contains_key(model)
    }
}
