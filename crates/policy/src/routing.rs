//! From a model name to the routes a call may take, in the order they are tried, with a reason for each.

use std::sync::Arc;

use crate::catalogue::{Catalogue, Model, Provider, ProviderKind, Route};
use crate::dialect::{Dialect, Endpoint};
use crate::openai_models;
use crate::strategy::Candidate;

/// Why a route is not used for a call.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Excluded {
    /// The route is switched off.
    Disabled,
    /// The provider does not speak the caller's dialect, nor one the call could be converted to, nor what the route says.
    Dialect,
    /// The provider speaks the caller's dialect, but providers of its type do not have this endpoint.
    Endpoint,
    /// The call goes on from a response that another provider keeps.
    KeptElsewhere,
    /// The call asks for something that only a provider which keeps responses has.
    KeepsNothing,
    /// A limit or a budget of the route or its provider does not let the call through.
    Limit,
    /// The call asks for another route.
    NotAskedFor,
    /// It belongs to a model that stands in for the one asked for, and that the caller may not use.
    NotAllowed,
    /// The call has more tokens than the route takes.
    ContextLength,
}

impl Excluded {
    /// The word used in records.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Disabled => "disabled",
            Self::Dialect => "dialect",
            Self::Endpoint => "endpoint",
            Self::KeptElsewhere => "kept_elsewhere",
            Self::KeepsNothing => "keeps_nothing",
            Self::Limit => "limit",
            Self::NotAskedFor => "not_asked_for",
            Self::NotAllowed => "not_allowed",
            Self::ContextLength => "context_length",
        }
    }
}

/// The routes of one call.
#[derive(Clone, Debug, Default)]
pub struct Plan {
    /// Tried in this order.
    pub candidates: Vec<Route>,
    /// Tried only after a provider has said that the call is too long for it.
    pub larger: Vec<Route>,
    /// Left out, and why.
    pub excluded: Vec<(Route, Excluded)>,
}

impl Plan {
    /// Leaves out the candidates for which `stays` does not hold.
    pub fn narrow(&mut self, why: Excluded, stays: impl Fn(&Route) -> bool) {
        for routes in [&mut self.candidates, &mut self.larger] {
            let (stay, go) = std::mem::take(routes).into_iter().partition(|route| stays(route));
            *routes = stay;
            self.excluded.extend(Vec::into_iter(go).map(|route| (route, why)));
        }
    }

    /// Adds the routes of the models that stand in for the one asked for, as far as the caller may use them (`allowed`, by the
    /// model's name) and they can take the call.
    pub fn add_stand_ins(&mut self, model: &Model, endpoint: Endpoint, allowed: impl Fn(&str) -> bool) {
        for (routes, larger) in [(&model.fallbacks, false), (&model.larger, true)] {
            for route in routes {
                let may = route.stand_in.as_ref().is_none_or(|stand_in| allowed(&stand_in.model.name));
                match if may { unfit(route, endpoint) } else { Some(Excluded::NotAllowed) } {
                    Some(why) => self.excluded.push((route.clone(), why)),
                    None if larger => self.larger.push(route.clone()),
                    None => self.candidates.push(route.clone()),
                }
            }
        }
    }

    /// Leaves out the candidates that do not take so many tokens, by what operators have said of them. If none of the routes of
    /// the model asked for is left, the larger ones take their place. Where nothing would be left, all stay: it is a guess.
    pub fn fit_context(&mut self, tokens: u64) {
        let fits = |route: &Route| route.context_tokens().is_none_or(|most| tokens <= most);
        let any = |routes: &[Route]| routes.iter().any(fits);
        if self.candidates.iter().all(fits) || !(any(&self.candidates) || any(&self.larger)) {
            return;
        }
        self.narrow(Excluded::ContextLength, fits);
        if !self.candidates.iter().any(|route| route.place() == 0) {
            // Before the fallbacks, by their place.
            self.candidates.append(&mut self.larger);
        }
    }

    /// After `refused` said that the call is too long for it: which of the routes that are left may be better.
    pub fn is_larger(refused: &Route, other: &Route) -> bool {
        matches!((refused.context_tokens(), other.context_tokens()), (Some(had), Some(has)) if has > had)
    }
}

/// How a model name was found.
#[derive(Clone, Debug)]
pub enum Resolved {
    /// A model that an operator made.
    Explicit(Arc<Model>),
    /// A default prefix: routes to the providers of that type, best first (their priorities are 0, 1, 2, ...).
    Prefix(Vec<Route>),
}

impl Resolved {
    /// Where a call can go, before anything is left out.
    pub fn routes(&self) -> &[Route] {
        match self {
            Self::Explicit(model) => &model.routes,
            Self::Prefix(routes) => routes,
        }
    }

    /// The model, if an operator has made one.
    pub fn model(&self) -> Option<&Arc<Model>> {
        match self {
            Self::Explicit(model) => Some(model),
            Self::Prefix(_) => None,
        }
    }
}

/// What names begin with, and whose they are. Providers of other types have none: they need explicit models.
pub const DEFAULT_PREFIXES: &[(&str, ProviderKind)] = &[
    ("gpt-", ProviderKind::Openai),
    ("claude-", ProviderKind::Anthropic),
    ("gemini-", ProviderKind::Google),
    ("o1-", ProviderKind::Openai),
    ("o3-", ProviderKind::Openai),
    ("o4-", ProviderKind::Openai),
    ("chatgpt-", ProviderKind::Openai),
    ("text-embedding-", ProviderKind::Openai),
    ("whisper-", ProviderKind::Openai),
    ("dall-e-", ProviderKind::Openai),
    ("gpt-image-", ProviderKind::Openai),
    ("tts-", ProviderKind::Openai),
    ("omni-moderation-", ProviderKind::Openai),
    ("text-moderation-", ProviderKind::Openai),
    ("babbage-", ProviderKind::Openai),
    ("davinci-", ProviderKind::Openai),
];

/// Names that are whole without anything after the prefix.
pub const DEFAULT_NAMES: &[(&str, ProviderKind)] =
    &[("o1", ProviderKind::Openai), ("o3", ProviderKind::Openai), ("o4", ProviderKind::Openai)];

/// Whose model it is by its name alone.
pub fn default_kind(name: &str) -> Option<ProviderKind> {
    let by_prefix = DEFAULT_PREFIXES.iter().find(|(prefix, _)| name.len() > prefix.len() && name.starts_with(prefix));
    by_prefix.or_else(|| DEFAULT_NAMES.iter().find(|(whole, _)| *whole == name)).map(|(_, kind)| *kind)
}

/// Finds a model by its exact name or one of its further names, else by a default prefix. An explicit model always wins, even without routes.
pub fn resolve(catalogue: &Catalogue, name: &str) -> Option<Resolved> {
    if let Some(model) = catalogue.model(name) {
        return Some(Resolved::Explicit(Arc::clone(model)));
    }
    by_prefix(catalogue, name).map(Resolved::Prefix)
}

/// The routes that a default prefix leads a name to, which is that of no model.
pub fn by_prefix(catalogue: &Catalogue, name: &str) -> Option<Vec<Route>> {
    let defaults = catalogue.default_routes(default_kind(name)?);
    if defaults.is_empty() {
        return None;
    }
    let name: Arc<str> = name.into();
    let named = |route: &Route| Route { upstream_model: Arc::clone(&name), ..route.clone() };
    Some(defaults.iter().map(named).collect())
}

/// What a call is converted to for a provider that does not speak its dialect, the one that keeps most first.
pub const CONVERTED_TO: [Dialect; 5] =
    [Dialect::Responses, Dialect::Messages, Dialect::Gemini, Dialect::Converse, Dialect::Chat];

/// The dialect in which a route's provider is asked: what the route says; else the caller's own where the provider has it
/// for this model; else the best of those that it has. Calls that cannot be converted are asked as they are, or not at all.
pub fn spoken(route: &Route, endpoint: Endpoint) -> Option<Dialect> {
    let speaks = |dialect: &Dialect| route.provider.dialects.contains(*dialect);
    let own = endpoint.dialect();
    if endpoint.makes_vectors() {
        return [own, Dialect::Embeddings, Dialect::Gemini].into_iter().find(speaks);
    }
    if !endpoint.is_convertible() {
        return Some(own).filter(speaks);
    }
    if let Some(said) = route.dialect {
        return Some(said).filter(speaks);
    }
    let of_model = match route.provider.kind {
        ProviderKind::Openai | ProviderKind::Azure => openai_models::formats(&route.upstream_model),
        _ => &CONVERTED_TO,
    };
    let has = || of_model.iter().copied().filter(speaks);
    // What the provider is said to speak counts for more than what is known of the model's name.
    has().find(|dialect| *dialect == own).or_else(|| has().next()).or_else(|| CONVERTED_TO.into_iter().find(speaks))
}

/// The routes that can take the call. In the order they are tried: by priority, and by chance (in proportion to weight) within one.
/// Weight 0 comes last of its priority. `pick` is a random number; the same one gives the same plan.
pub fn plan(routes: &[Route], endpoint: Endpoint, pick: u64) -> Plan {
    let mut plan = Plan { candidates: Vec::with_capacity(routes.len()), ..Plan::default() };
    for route in routes {
        match unfit(route, endpoint) {
            Some(why) => plan.excluded.push((route.clone(), why)),
            None => plan.candidates.push(route.clone()),
        }
    }
    by_priority(&mut plan.candidates, pick);
    plan
}

/// A plain guess at the tokens that a call of text takes of a context: four bytes a token of input, and all output that it allows.
pub fn context_of(input_bytes: u64, asked_output: Option<u64>) -> u64 {
    input_bytes.div_ceil(4).saturating_add(asked_output.unwrap_or(0))
}

/// Why a route cannot take calls of this endpoint.
fn unfit(route: &Route, endpoint: Endpoint) -> Option<Excluded> {
    if !route.enabled {
        Some(Excluded::Disabled)
    } else if spoken(route, endpoint).is_none() {
        Some(Excluded::Dialect)
    } else if !route.provider.kind.has(endpoint) {
        Some(Excluded::Endpoint)
    } else {
        None
    }
}

/// Where the tokens of a call are counted.
#[derive(Clone, Debug)]
pub enum Counting {
    /// By providers that count: these routes are tried, as a call's are.
    There(Plan),
    /// By the gateway: the provider that the call would go to first has no counting in the caller's dialect. What was left
    /// out of that call's plan, and why.
    Here(Vec<(Route, Excluded)>),
}

/// Where to count for `endpoint`, which only counts: at the provider that the call itself would go to first, if that one
/// does. The number is of no use from another one.
pub fn plan_count(routes: &[Route], endpoint: Endpoint, pick: u64) -> Counting {
    let Plan { candidates, mut excluded, .. } = plan(routes, endpoint.counted().unwrap_or(endpoint), pick);
    match candidates.first() {
        Some(first) if !counts(&first.provider, endpoint) => Counting::Here(excluded),
        _ => {
            let (counting, others) = candidates.into_iter().partition(|route| counts(&route.provider, endpoint));
            excluded.extend(Vec::into_iter(others).map(|route| (route, Excluded::Dialect)));
            Counting::There(Plan { candidates: counting, excluded, ..Plan::default() })
        }
    }
}

/// Whether a provider counts tokens in the dialect of this endpoint. Azure has no such thing.
fn counts(provider: &Provider, endpoint: Endpoint) -> bool {
    provider.dialects.contains(endpoint.dialect()) && provider.kind != ProviderKind::Azure
}

/// By priority, and by chance in proportion to weight within one.
pub(crate) fn by_priority<T: Candidate>(candidates: &mut [T], pick: u64) {
    if candidates.len() > 1 {
        // By id where equal, so that a plan can be replayed whatever order the store gave.
        candidates.sort_by(|a, b| a.priority().cmp(&b.priority()).then_with(|| a.id().cmp(b.id())));
        let mut draws = Draws(pick);
        for equals in candidates.chunk_by_mut(|a, b| a.priority() == b.priority()) {
            shuffle_by_weight(equals, &mut draws);
        }
    }
}

/// Draws one after the other, each with a chance of its weight among those that are left.
pub(crate) fn shuffle_by_weight<T: Candidate>(mut rest: &mut [T], draws: &mut Draws) {
    while rest.len() > 1 {
        let total: u64 = rest.iter().map(|one| u64::from(one.weight())).sum();
        if total == 0 {
            return;
        }
        let mut ticket = draws.below(total);
        let chosen = rest.iter().position(|one| match ticket.checked_sub(u64::from(one.weight())) {
            Some(left) => {
                ticket = left;
                false
            }
            None => true,
        });
        rest.swap(0, chosen.unwrap_or(0));
        rest = &mut rest[1..];
    }
}

/// A stream of numbers from one random number (SplitMix64).
pub(crate) struct Draws(pub(crate) u64);

impl Draws {
    pub(crate) fn below(&mut self, bound: u64) -> u64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut z = self.0;
        z = (z ^ (z >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        z ^= z >> 31;
        // The high half of the product: unbiased for any weights that fit in 32 bits.
        u64::try_from((u128::from(z) * u128::from(bound)) >> 64).unwrap_or(0)
    }
}

#[cfg(test)]
pub(crate) mod tests;
