//! What makes two calls the same: whose they are, where they could go, and all that they say.

use http::header::HeaderName;
use thinkwatch_identity::encryption::HashKey;
use thinkwatch_policy::catalogue::{Catalogue, Route};
use thinkwatch_policy::dialect::{Dialect, Endpoint};
use thinkwatch_policy::ports::CacheKey;
use thinkwatch_policy::routing::Plan;
use thinkwatch_wire::json::canonical;

use super::Asking;
use crate::caller::Caller;
use crate::conversion::is_strict;
use crate::{dry_run, wish};

/// Changes with what an entry holds or what its key is made of, so that versions do not read each other's.
const FORMAT: &[u8] = b"1";
/// A larger request is not looked up: it is hashed while its caller waits.
const MAX_REQUEST_BYTES: usize = 1 << 20;

/// Headers that change what a provider answers. The others that pass to it say which program calls, or keep a conversation
/// near its prompt cache.
static HEADERS: [HeaderName; 4] = [
    HeaderName::from_static("anthropic-beta"),
    HeaderName::from_static("anthropic-version"),
    HeaderName::from_static("openai-beta"),
    HeaderName::from_static("content-type"),
];

/// The name of the call's answer; `None` where there is none that could be given to another call.
pub(super) fn of(names: &HashKey, asking: &Asking<'_>) -> Option<CacheKey> {
    let Asking { endpoint, caller, head, body, peek, .. } = asking;
    if !stands_alone(asking) || body.len() > MAX_REQUEST_BYTES {
        return None;
    }
    let said = canonical::form(body, names_the_caller(endpoint.dialect()))?;
    let flags = [u8::from(peek.stream), u8::from(is_strict(caller, &head.headers))];
    let asked = head.uri.query().unwrap_or_default().split('&').filter(|pair| !pair.starts_with("key="));
    let asked = asked.collect::<Vec<_>>().join("&");
    let way = way(asking.plan, asking.catalogue, asking.arrival.timestamp_us);
    let (kind, scope) = scope(caller);
    let mut parts: Vec<&[u8]> = vec![
        FORMAT,
        kind,
        scope.as_bytes(),
        endpoint.as_str().as_bytes(),
        peek.model.as_bytes(),
        flags.as_slice(),
        asked.as_bytes(),
        way.as_slice(),
        said.as_slice(),
    ];
    for name in &HEADERS {
        parts.push(name.as_str().as_bytes());
        parts.extend(head.headers.get_all(name).iter().map(http::HeaderValue::as_bytes));
    }
    Some(CacheKey(names.hash(parts)))
}

/// Answers are shared within a team, and by nobody else than the user where there is none.
fn scope(caller: &Caller) -> (&'static [u8], &str) {
    match caller {
        Caller::Key(key) => match &key.team {
            Some(team) => (b"team", team.as_str()),
            None => (b"user", key.user.id.as_str()),
        },
        Caller::Session(user) => (b"user", user.id.as_str()),
    }
}

/// Whether the answer is all that comes of the call: nothing that a provider or the gateway keeps for later, and nothing that
/// the caller asks for beside an answer.
fn stands_alone(asking: &Asking<'_>) -> bool {
    let Asking { endpoint, head, peek, turn, .. } = asking;
    let kept = match endpoint {
        Endpoint::Responses => !turn.is_some_and(|turn| turn.stands_alone()),
        Endpoint::ChatCompletions => peek.store == Some(true),
        Endpoint::Messages
        | Endpoint::GenerateContent
        | Endpoint::StreamGenerateContent
        | Endpoint::Embeddings
        | Endpoint::EmbedContent
        | Endpoint::BatchEmbedContents
        | Endpoint::Completions
        | Endpoint::Moderations
        | Endpoint::Rerank => false,
        // Counts cost nothing, and images and sound are large: those would drive out all else.
        _ => return false,
    };
    !kept && !peek.is_form && !wish::names_route(&head.headers) && !dry_run::is_wanted(&head.headers)
}

/// Members that only say who is calling. Whom an answer may be given to is decided by its scope, so these need not be the same.
/// Responses repeats what it was told in its answers, so there everything counts.
const fn names_the_caller(dialect: Dialect) -> &'static [&'static str] {
    match dialect {
        Dialect::Messages => &["metadata"],
        Dialect::Chat => &["user", "safety_identifier", "prompt_cache_key"],
        Dialect::Embeddings | Dialect::Completions => &["user"],
        _ => &[],
    }
}

/// Where the call could go, as it is configured: after a change of the model, its routes, its providers or their prices the
/// answers of before are not found any more.
fn way(plan: &Plan, catalogue: &Catalogue, now_us: i64) -> Vec<u8> {
    let open = plan.candidates.iter().chain(&plan.larger).map(|route| (route, ""));
    // A route that is not open to this caller makes another way: what came from there is not given to them.
    let mut routes: Vec<(&Route, &str)> =
        open.chain(plan.excluded.iter().map(|(route, why)| (route, why.as_str()))).collect();
    routes.sort_by(|(a, _), (b, _)| a.id.cmp(&b.id));
    let mut way = Vec::with_capacity(256);
    let mut push = |text: &str| {
        way.extend_from_slice(&(text.len() as u64).to_be_bytes());
        way.extend_from_slice(text.as_bytes());
    };
    for (route, excluded) in routes {
        let provider = &route.provider;
        push(route.id.as_str());
        push(excluded);
        push(&route.upstream_model);
        push(route.dialect.map_or("", Dialect::as_str));
        push(&format!("{} {} {}", route.enabled, route.priority, route.weight));
        push(&format!("{} {:x} {}", provider.id, provider.config_hash, provider.keeps_responses));
        push(&provider.dialects.iter().map(Dialect::as_str).collect::<Vec<_>>().join(" "));
        let price = catalogue.prices.find(&provider.id, provider.kind.as_str(), &route.upstream_model, now_us);
        push(price.map_or("", |price| price.id.as_str()));
    }
    way
}
