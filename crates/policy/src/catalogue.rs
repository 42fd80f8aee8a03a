//! Providers, models and routes as the data plane sees them.

use std::collections::HashSet;
use std::fmt;
use std::sync::Arc;

use secrecy::SecretString;
use serde::{Deserialize, Serialize};

use crate::breaker;
use crate::chain::{self, StandIn};
use crate::conduct::{ModelRouting, RouteRouting, Timeouts};
use crate::dialect::{Dialect, DialectSet, Endpoint};
use crate::ids::{ModelId, ProviderId, RouteId};
use crate::map::Map;
use crate::pricing::PriceBook;
use crate::principal::KeyPrincipal;

/// What kind of API a provider has.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum ProviderKind {
    /// api.openai.com and exact copies of it.
    Openai,
    /// api.anthropic.com and exact copies of it.
    Anthropic,
    /// Google's Gemini API.
    Google,
    /// OpenAI's models in Azure: the same formats at other addresses, below a deployment's name.
    #[serde(alias = "azure_openai")]
    Azure,
    /// AWS Bedrock: calls are signed, and the model stands in the path.
    Bedrock,
    /// Anything OpenAI-compatible: vLLM, Ollama, OpenRouter, ...
    Custom,
}

impl ProviderKind {
    /// All kinds this version can call.
    pub const ALL: [Self; 6] = [Self::Openai, Self::Anthropic, Self::Google, Self::Azure, Self::Bedrock, Self::Custom];

    /// The name in the API and the store.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Openai => "openai",
            Self::Anthropic => "anthropic",
            Self::Google => "google",
            Self::Azure => "azure",
            Self::Bedrock => "bedrock",
            Self::Custom => "custom",
        }
    }

    /// Reads the name written by [`Self::as_str`], and the longer one that Azure goes by elsewhere.
    pub fn parse(name: &str) -> Option<Self> {
        let name = if name == "azure_openai" { "azure" } else { name };
        Self::ALL.into_iter().find(|k| k.as_str() == name)
    }

    /// All that a provider of this type can be asked in. What it is not asked in here has no address there.
    pub const fn speakable(self) -> &'static [Dialect] {
        match self {
            Self::Openai => &[
                Dialect::Chat,
                Dialect::Responses,
                Dialect::Embeddings,
                Dialect::Completions,
                Dialect::Moderations,
                Dialect::Images,
                Dialect::Audio,
            ],
            Self::Azure => &[
                Dialect::Chat,
                Dialect::Responses,
                Dialect::Embeddings,
                Dialect::Completions,
                Dialect::Images,
                Dialect::Audio,
            ],
            Self::Anthropic => &[Dialect::Messages],
            Self::Google => &[Dialect::Gemini],
            Self::Bedrock => &[Dialect::Converse],
            Self::Custom => &[
                Dialect::Chat,
                Dialect::Messages,
                Dialect::Responses,
                Dialect::Embeddings,
                Dialect::Completions,
                Dialect::Moderations,
                Dialect::Images,
                Dialect::Audio,
                Dialect::Rerank,
            ],
        }
    }

    /// What it is asked in when nothing else is said: all it can. Of compatible servers, what every one of them has, and
    /// what is only ever passed on as it came: a server without it says so itself.
    pub const fn usual(self) -> &'static [Dialect] {
        match self {
            Self::Custom => &[
                Dialect::Chat,
                Dialect::Embeddings,
                Dialect::Completions,
                Dialect::Moderations,
                Dialect::Images,
                Dialect::Audio,
                Dialect::Rerank,
            ],
            other => other.speakable(),
        }
    }

    /// Whether providers of this type that speak the endpoint's dialect have the endpoint.
    pub const fn has(self, endpoint: Endpoint) -> bool {
        !matches!((self, endpoint), (Self::Azure, Endpoint::ImageVariations))
    }
}

/// Keys that sign calls to AWS.
#[derive(Clone)]
pub struct AwsKeys {
    /// Which key it is; not a secret.
    pub access_key_id: String,
    /// The key.
    pub secret_access_key: SecretString,
    /// Of temporary keys, the token that belongs to them.
    pub session_token: Option<SecretString>,
}

impl fmt::Debug for AwsKeys {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("AwsKeys").field("access_key_id", &self.access_key_id).finish_non_exhaustive()
    }
}

/// A provider with its decrypted credential. Never serialised, never printed.
#[derive(Clone, Debug)]
pub struct Provider {
    /// The row.
    pub id: ProviderId,
    /// Its unique name.
    pub name: Arc<str>,
    /// What API it has.
    pub kind: ProviderKind,
    /// Where it is, without a trailing slash and without `/v1`: endpoints add their own version.
    pub base_url: Arc<str>,
    /// The credential sent upstream, if it needs one.
    pub credential: Option<SecretString>,
    /// Of Azure, the version of its API; the usual one when absent.
    pub api_version: Option<Arc<str>>,
    /// Of Bedrock, the region that calls are signed for; the one in its address when absent.
    pub region: Option<Arc<str>>,
    /// Of Bedrock, what calls are signed with; without it the credential is sent.
    pub aws_keys: Option<AwsKeys>,
    /// Extra headers sent with each call (lower-case name, value).
    pub headers: Vec<(String, SecretString)>,
    /// What it speaks.
    pub dialects: DialectSet,
    /// Whether it accepts `stream_options.include_usage` that the client did not send.
    pub ask_usage: bool,
    /// Whether, where it speaks Responses, it keeps them, so that a call can go on from an earlier one.
    pub keeps_responses: bool,
    /// Whether private and loopback addresses may be connected to.
    pub allow_private_network: bool,
    /// Lower is preferred when several providers serve a default prefix.
    pub priority: i32,
    /// Creation time (microseconds): the older one wins among equals.
    pub created_at_us: i64,
    /// Changes when anything about connecting changes; connection pools are kept per (id, hash).
    pub config_hash: u64,
}

impl Provider {
    /// Whether calls in Responses can go on from what it has kept itself.
    pub fn has_responses_state(&self) -> bool {
        self.keeps_responses && self.dialects.contains(Dialect::Responses)
    }
}

/// One way from a model to a provider.
#[derive(Clone, Debug)]
pub struct Route {
    /// The row; of a default-prefix route, `rte_default_<provider id>`.
    pub id: RouteId,
    /// Where it leads.
    pub provider: Arc<Provider>,
    /// The name the provider knows the model by.
    pub upstream_model: Arc<str>,
    /// Share among routes of the same priority; 0 is only used when nothing else is left.
    pub weight: u32,
    /// Lower is tried first.
    pub priority: i32,
    /// Disabled routes are planned (with the reason) but never used.
    pub enabled: bool,
    /// The dialect its provider is asked in; `None` chooses by the caller's and the model.
    pub dialect: Option<Dialect>,
    /// What it says for itself, with what its model says where it says nothing; `None` where both say nothing.
    pub routing: Option<Arc<RouteRouting>>,
    /// Where it belongs to a model that stands in for the one it is listed with. Set by [`Catalogue::build`].
    pub stand_in: Option<Arc<StandIn>>,
}

impl Route {
    /// Its place in the chain of models: 0 for the routes of the model that was asked for.
    pub fn place(&self) -> u32 {
        self.stand_in.as_ref().map_or(0, |stand_in| stand_in.place)
    }

    /// Its own time limits.
    pub fn timeouts(&self) -> Option<&Timeouts> {
        self.routing.as_ref().map(|own| &own.timeout)
    }

    /// The rules of its breaker, with what it says for itself.
    pub fn breaker(&self, usual: breaker::Rules) -> breaker::Rules {
        self.routing.as_ref().map_or(usual, |own| own.breaker.over(usual))
    }

    /// How many tokens a call may have there, where an operator has said so.
    pub fn context_tokens(&self) -> Option<u64> {
        self.routing.as_ref().and_then(|own| own.context_tokens)
    }
}

/// A model as clients name it.
#[derive(Clone, Debug)]
pub struct Model {
    /// The row.
    pub id: ModelId,
    /// The exact name clients use.
    pub name: Arc<str>,
    /// For people.
    pub display_name: Arc<str>,
    /// Creation time (microseconds).
    pub created_at_us: i64,
    /// What one of its tokens counts in limits and budgets of tokens, in thousandths: 1000 is one.
    pub token_weight_milli: u32,
    /// The most output tokens it gives, where an operator has said so.
    pub max_output_tokens: Option<u64>,
    /// For how many seconds its answers are kept to be given again; 0 never.
    pub cache_ttl_s: u32,
    /// Further names under which it is called.
    pub aliases: Vec<Arc<str>>,
    /// What it says of routing for itself.
    pub routing: ModelRouting,
    /// Where it can go.
    pub routes: Vec<Route>,
    /// The routes of its fallback models, in the order of the chain. Set by [`Catalogue::build`].
    pub fallbacks: Vec<Route>,
    /// The routes of the model that takes calls which are too long. Set by [`Catalogue::build`].
    pub larger: Vec<Route>,
}

/// Everything about where calls can go and what they cost. Made by [`Catalogue::build`].
#[derive(Clone, Debug, Default)]
pub struct Catalogue {
    /// Enabled providers.
    pub providers: Vec<Arc<Provider>>,
    /// Explicit models by name.
    pub models: Map<Arc<str>, Arc<Model>>,
    /// The same by their further names.
    pub aliases: Map<Arc<str>, Arc<Model>>,
    /// Providers that have at least one explicit model: default prefixes do not apply to them.
    pub explicit_providers: HashSet<ProviderId>,
    /// What calls cost.
    pub prices: PriceBook,
    /// Whether answers of any model are kept to be given again.
    pub caches: bool,
    /// Routes of the default prefixes, best first; without the model's name, which only a call knows.
    default_openai: Vec<Route>,
    default_anthropic: Vec<Route>,
    default_google: Vec<Route>,
}

impl Catalogue {
    /// Puts enabled providers, models and prices together and derives what calls need to know of them.
    ///
    /// A route, even a disabled one, makes its provider explicit.
    pub fn build(
        providers: Vec<Arc<Provider>>,
        models: impl IntoIterator<Item = Arc<Model>>,
        prices: PriceBook,
    ) -> Self {
        let models = chain::link(models.into_iter().collect());
        let of_aliases = models.iter().flat_map(|m| m.aliases.iter().map(|alias| (Arc::clone(alias), Arc::clone(m))));
        let aliases = of_aliases.collect();
        let models: Map<_, _> = models.into_iter().map(|m| (Arc::clone(&m.name), m)).collect();
        let routes = models.values().flat_map(|m| &m.routes);
        let explicit_providers: HashSet<_> = routes.map(|r| r.provider.id.clone()).collect();
        let defaults = |kind| default_routes(&providers, &explicit_providers, kind);
        Self {
            caches: models.values().any(|m| m.cache_ttl_s > 0),
            default_openai: defaults(ProviderKind::Openai),
            default_anthropic: defaults(ProviderKind::Anthropic),
            default_google: defaults(ProviderKind::Google),
            providers,
            models,
            aliases,
            explicit_providers,
            prices,
        }
    }

    /// A model by its name or one of its further names.
    pub fn model(&self, name: &str) -> Option<&Arc<Model>> {
        self.models.get(name).or_else(|| self.aliases.get(name))
    }

    /// The routes that a default prefix of this kind leads to, best first. Their `upstream_model` is empty.
    pub fn default_routes(&self, kind: ProviderKind) -> &[Route] {
        match kind {
            ProviderKind::Openai => &self.default_openai,
            ProviderKind::Anthropic => &self.default_anthropic,
            ProviderKind::Google => &self.default_google,
            // Deployments, inference profiles and served models have names of their operator's choice.
            ProviderKind::Azure | ProviderKind::Bedrock | ProviderKind::Custom => &[],
        }
    }

    /// The ids of all routes, those of the default prefixes included.
    pub fn route_ids(&self) -> HashSet<&RouteId> {
        let defaults = [&self.default_openai, &self.default_anthropic, &self.default_google];
        let explicit = self.models.values().flat_map(|model| &model.routes);
        explicit.chain(defaults.into_iter().flatten()).map(|route| &route.id).collect()
    }

    /// For how many seconds an answer of this model is kept for this key, if it is: the key's word counts before the model's.
    pub fn cache_ttl_s(&self, key: Option<&KeyPrincipal>, model: &str) -> Option<u32> {
        let of_model = || self.model(model).filter(|_| self.caches).map(|model| model.cache_ttl_s);
        key.and_then(|key| key.cache_ttl_s).or_else(of_model).filter(|ttl_s| *ttl_s > 0)
    }

    /// A provider by id.
    pub fn provider(&self, id: &ProviderId) -> Option<&Arc<Provider>> {
        self.providers.iter().find(|p| p.id == *id)
    }
}

/// One route per provider of the kind that has no explicit model: lower priority number first, then the older one.
/// Numbered through, so that planning keeps the order and never draws by chance.
fn default_routes(providers: &[Arc<Provider>], explicit: &HashSet<ProviderId>, kind: ProviderKind) -> Vec<Route> {
    let mut fitting: Vec<_> = providers.iter().filter(|p| p.kind == kind && !explicit.contains(&p.id)).collect();
    fitting.sort_by(|a, b| {
        (a.priority, a.created_at_us).cmp(&(b.priority, b.created_at_us)).then_with(|| a.id.cmp(&b.id))
    });
    let route = |(priority, provider): (i32, &Arc<Provider>)| Route {
        id: RouteId::new(format!("rte_default_{}", provider.id)),
        provider: Arc::clone(provider),
        upstream_model: "".into(),
        weight: 1,
        priority,
        enabled: true,
        dialect: None,
        routing: None,
        stand_in: None,
    };
    (0..).zip(fitting).map(route).collect()
}
