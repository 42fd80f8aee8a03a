use std::collections::HashMap;

use proptest::prelude::*;

use super::*;
use crate::catalogue::Provider;
use crate::conduct::ModelRouting;
use crate::dialect::DialectSet;
use crate::pricing::PriceBook;

pub(crate) fn provider(id: &str, kind: ProviderKind, priority: i32, created_at_us: i64) -> Arc<Provider> {
    Arc::new(Provider {
        id: id.into(),
        name: id.into(),
        kind,
        base_url: "http://upstream".into(),
        credential: None,
        api_version: None,
        region: None,
        aws_keys: None,
        headers: Vec::new(),
        dialects: DialectSet::of([Dialect::Chat]),
        ask_usage: true,
        keeps_responses: true,
        allow_private_network: false,
        priority,
        created_at_us,
        config_hash: 0,
    })
}

pub(crate) fn route(id: &str, provider: &Arc<Provider>, priority: i32, weight: u32) -> Route {
    Route {
        id: id.into(),
        provider: Arc::clone(provider),
        upstream_model: "upstream".into(),
        weight,
        priority,
        enabled: true,
        dialect: None,
        routing: None,
        stand_in: None,
    }
}

pub(crate) fn model(name: &str, routes: Vec<Route>) -> Arc<Model> {
    Arc::new(Model {
        id: name.into(),
        name: name.into(),
        display_name: name.into(),
        created_at_us: 0,
        token_weight_milli: 1000,
        max_output_tokens: None,
        cache_ttl_s: 0,
        aliases: Vec::new(),
        routing: ModelRouting::default(),
        routes,
        fallbacks: Vec::new(),
        larger: Vec::new(),
    })
}

/// Where a name leads: `explicit` or the providers in order, each with the upstream name.
fn leads(catalogue: &Catalogue, name: &str) -> String {
    match resolve(catalogue, name) {
        None => "nowhere".into(),
        Some(Resolved::Explicit(model)) => format!("explicit {}", model.name),
        Some(Resolved::Prefix(routes)) => {
            let one = |r: &Route| format!("{}:{}", r.provider.id, r.upstream_model);
            routes.iter().map(one).collect::<Vec<_>>().join(" ")
        }
    }
}

#[test]
fn default_prefixes_lead_to_providers_of_the_type() {
    let providers = ProviderKind::ALL.map(|kind| provider(kind.as_str(), kind, 0, 0)).to_vec();
    let catalogue = Catalogue::build(providers, [], PriceBook::default());
    for (name, expected) in [
        ("gpt-4o", "openai"),
        ("o1", "openai"),
        ("o3", "openai"),
        ("o4", "openai"),
        ("o1-mini", "openai"),
        ("o3-pro", "openai"),
        ("o4-mini", "openai"),
        ("chatgpt-4o-latest", "openai"),
        ("text-embedding-3-small", "openai"),
        ("omni-moderation-latest", "openai"),
        ("text-moderation-stable", "openai"),
        ("davinci-002", "openai"),
        ("babbage-002", "openai"),
        ("whisper-1", "openai"),
        ("dall-e-3", "openai"),
        ("gpt-image-1", "openai"),
        ("tts-1", "openai"),
        ("claude-sonnet-4", "anthropic"),
        ("gpt", "nowhere"),
        ("gpt-", "nowhere"),
        ("gpt4", "nowhere"),
        ("GPT-4o", "nowhere"),
        ("o2", "nowhere"),
        ("o1mini", "nowhere"),
        ("claude", "nowhere"),
        ("my-gpt-4o", "nowhere"),
        ("gemini-2.5-pro", "google"),
        ("gemini-", "nowhere"),
        ("gemini", "nowhere"),
        ("my-gemini-2.5-pro", "nowhere"),
        ("llama3", "nowhere"),
        ("", "nowhere"),
    ] {
        let expected = if expected == "nowhere" { expected.into() } else { format!("{expected}:{name}") };
        assert_eq!(leads(&catalogue, name), expected, "{name}");
    }
}

#[test]
fn an_explicit_model_wins_and_ends_the_prefixes_of_its_provider() {
    let (a, b) = (provider("a", ProviderKind::Openai, 0, 0), provider("b", ProviderKind::Openai, 5, 0));
    let registered = model("gpt-4", vec![Route { enabled: false, ..route("r", &a, 0, 1) }]);
    let only_a = Catalogue::build(vec![Arc::clone(&a)], [Arc::clone(&registered)], PriceBook::default());
    assert_eq!(leads(&only_a, "gpt-4"), "explicit gpt-4");
    assert_eq!(leads(&only_a, "gpt-4-turbo"), "nowhere", "no accidental prefix match");
    assert_eq!(leads(&only_a, "gpt-4o"), "nowhere");
    let empty = model("gpt-5", vec![]);
    let both = Catalogue::build(vec![a, b], [registered, empty], PriceBook::default());
    assert_eq!(leads(&both, "gpt-4"), "explicit gpt-4");
    assert_eq!(leads(&both, "gpt-5"), "explicit gpt-5", "even without a route");
    assert_eq!(leads(&both, "gpt-4-turbo"), "b:gpt-4-turbo");
}

#[test]
fn lower_priority_numbers_then_older_providers_come_first() {
    let openai = |id: &str, priority, created| provider(id, ProviderKind::Openai, priority, created);
    let providers = vec![openai("d", 1, 5), openai("c", 1, 5), openai("b", 1, 3), openai("a", 0, 9)];
    let catalogue = Catalogue::build(providers, [], PriceBook::default());
    assert_eq!(leads(&catalogue, "gpt-4o"), "a:gpt-4o b:gpt-4o c:gpt-4o d:gpt-4o");
    let resolved = resolve(&catalogue, "gpt-4o").expect("a prefix");
    for pick in 0..100 {
        assert_eq!(
            order(resolved.routes(), pick),
            ["rte_default_a", "rte_default_b", "rte_default_c", "rte_default_d"]
        );
    }
    assert!(catalogue.provider(&"c".into()).is_some() && catalogue.provider(&"x".into()).is_none());
}

fn order(routes: &[Route], pick: u64) -> Vec<String> {
    plan(routes, Endpoint::ChatCompletions, pick).candidates.iter().map(|r| r.id.to_string()).collect()
}

#[test]
fn a_provider_is_asked_in_the_callers_dialect_or_in_the_one_that_keeps_most() {
    let asked =
        |dialects: &[Dialect], endpoint| spoken(&route("r", &speaking(ProviderKind::Custom, dialects), 0, 1), endpoint);
    use Dialect::{Chat, Embeddings, Messages, Responses};
    assert_eq!(asked(&[Chat, Responses], Endpoint::ChatCompletions), Some(Chat));
    assert_eq!(asked(&[Chat, Responses, Embeddings], Endpoint::Messages), Some(Responses));
    assert_eq!(asked(&[Chat, Embeddings], Endpoint::Messages), Some(Chat));
    assert_eq!(asked(&[Messages], Endpoint::Responses), Some(Messages));
    assert_eq!(asked(&[Messages], Endpoint::Embeddings), None);
    assert_eq!(asked(&[Chat], Endpoint::CountTokens), None);
    assert_eq!(asked(&[Chat, Dialect::Gemini], Endpoint::Embeddings), Some(Dialect::Gemini));
    assert_eq!(asked(&[Chat, Embeddings], Endpoint::EmbedContent), Some(Embeddings));
    assert_eq!(asked(&[Embeddings, Dialect::Gemini], Endpoint::BatchEmbedContents), Some(Dialect::Gemini));
    assert_eq!(asked(&[Chat, Dialect::Converse], Endpoint::EmbedContent), None);
    assert_eq!(asked(&[Embeddings], Endpoint::ChatCompletions), None);
}

fn speaking(kind: ProviderKind, dialects: &[Dialect]) -> Arc<Provider> {
    let plain = provider("a", kind, 0, 0);
    Arc::new(Provider { dialects: DialectSet::of(dialects.iter().copied()), ..(*plain).clone() })
}

#[test]
fn the_model_decides_which_of_openais_formats_is_better() {
    use Dialect::{Chat, Embeddings, Messages, Responses};
    let all = [Chat, Responses, Embeddings];
    let check = |kind, dialects: &[Dialect], model: &str, endpoint, expected| {
        let route = Route { upstream_model: model.into(), ..route("r", &speaking(kind, dialects), 0, 1) };
        assert_eq!(spoken(&route, endpoint), expected, "{kind:?} {model} {endpoint:?}");
    };
    for kind in [ProviderKind::Openai, ProviderKind::Azure] {
        for (model, chat, responses, messages) in [
            ("gpt-5", Chat, Responses, Responses),
            ("o3", Chat, Responses, Responses),
            ("gpt-4-turbo", Chat, Responses, Chat),
            ("gpt-5-pro", Responses, Responses, Responses),
            ("gpt-4o-search-preview", Chat, Chat, Chat),
        ] {
            check(kind, &all, model, Endpoint::ChatCompletions, Some(chat));
            check(kind, &all, model, Endpoint::Responses, Some(responses));
            check(kind, &all, model, Endpoint::Messages, Some(messages));
        }
        // What the operator said of the provider holds, whatever the name.
        check(kind, &[Chat], "gpt-5-pro", Endpoint::Messages, Some(Chat));
        check(kind, &[Responses], "gpt-4", Endpoint::ChatCompletions, Some(Responses));
        check(kind, &all, "gpt-5-pro", Endpoint::Embeddings, Some(Embeddings));
        check(kind, &all, "gpt-5", Endpoint::CountTokens, None);
    }
    // Names are not looked at where the models are others.
    check(ProviderKind::Custom, &all, "gpt-4", Endpoint::Messages, Some(Responses));
    check(ProviderKind::Custom, &[Messages, Chat], "gpt-5-codex", Endpoint::ChatCompletions, Some(Chat));
}

#[test]
fn a_route_says_in_what_its_provider_is_asked() {
    use Dialect::{Chat, Embeddings, Messages, Responses};
    let asked = |dialects: &[Dialect], said, endpoint| {
        let provider = speaking(ProviderKind::Openai, dialects);
        spoken(&Route { dialect: Some(said), ..route("r", &provider, 0, 1) }, endpoint)
    };
    let all = [Chat, Responses, Embeddings];
    assert_eq!(asked(&all, Responses, Endpoint::ChatCompletions), Some(Responses));
    assert_eq!(asked(&all, Chat, Endpoint::Responses), Some(Chat));
    assert_eq!(asked(&all, Chat, Endpoint::Messages), Some(Chat));
    assert_eq!(asked(&all, Chat, Endpoint::Embeddings), Some(Embeddings), "there is no other way");
    assert_eq!(asked(&[Chat], Responses, Endpoint::ChatCompletions), None, "what was said cannot be done");
    assert_eq!(asked(&all, Messages, Endpoint::Messages), None);
}

#[test]
fn what_cannot_be_used_is_left_out_with_the_reason() {
    let chat = provider("a", ProviderKind::Openai, 0, 0);
    let messages = Arc::new(Provider { dialects: DialectSet::of([Dialect::Messages]), ..(*chat).clone() });
    let off = |route| Route { enabled: false, ..route };
    let routes = [
        route("1", &chat, 0, 1),
        off(route("2", &chat, 0, 1)),
        route("3", &messages, 0, 1),
        off(route("4", &messages, 0, 1)),
    ];
    let check = |endpoint, candidates: &[&str], excluded: &[(&str, &str)]| {
        let plan = plan(&routes, endpoint, 7);
        assert_eq!(plan.candidates.iter().map(|r| r.id.as_str()).collect::<Vec<_>>(), candidates);
        assert_eq!(plan.excluded.iter().map(|(r, why)| (r.id.as_str(), why.as_str())).collect::<Vec<_>>(), excluded);
    };
    let off = [("2", "disabled"), ("4", "disabled")];
    let of_both = plan(&routes, Endpoint::ChatCompletions, 7);
    assert_eq!(of_both.candidates.len(), 2, "a call is converted for a provider of another dialect");
    check(Endpoint::CountTokens, &["3"], &[("1", "dialect"), off[0], off[1]]);
    check(Endpoint::Embeddings, &[], &[("1", "dialect"), ("2", "disabled"), ("3", "dialect"), ("4", "disabled")]);
    check(Endpoint::Rerank, &[], &[("1", "dialect"), ("2", "disabled"), ("3", "dialect"), ("4", "disabled")]);
}

#[test]
fn an_endpoint_that_a_type_lacks_is_a_reason_of_its_own() {
    let kind = |kind: ProviderKind| {
        let plain = provider("a", kind, 0, 0);
        let dialects = DialectSet::of(kind.usual().iter().copied());
        let routes = [route("1", &Arc::new(Provider { dialects, ..(*plain).clone() }), 0, 1)];
        Endpoint::ALL
            .map(|endpoint| (endpoint, plan(&routes, endpoint, 7).excluded.first().map(|(_, why)| why.as_str())))
    };
    let left_out = |of: ProviderKind, why: &str| -> Vec<Endpoint> {
        kind(of).into_iter().filter(|(_, given)| *given == Some(why)).map(|(endpoint, _)| endpoint).collect()
    };
    assert_eq!(left_out(ProviderKind::Azure, "endpoint"), [Endpoint::ImageVariations]);
    assert!(left_out(ProviderKind::Azure, "dialect").contains(&Endpoint::Moderations));
    assert!(left_out(ProviderKind::Openai, "dialect").contains(&Endpoint::Rerank));
    for endpoint in Endpoint::ALL.into_iter().filter(|endpoint| !endpoint.has_model_in_path()) {
        // Neither Messages nor Responses are asked of a server that is not said to speak them.
        let served = !endpoint.only_counts();
        assert_eq!(!left_out(ProviderKind::Custom, "dialect").contains(&endpoint), served, "{endpoint:?}");
    }
}

#[test]
fn tokens_are_counted_where_the_call_would_go_if_that_provider_counts() {
    let chat = provider("a", ProviderKind::Openai, 0, 0);
    let speaks = |kind, dialect| Arc::new(Provider { kind, dialects: DialectSet::of([dialect]), ..(*chat).clone() });
    let messages = speaks(ProviderKind::Anthropic, Dialect::Messages);
    let azure = speaks(ProviderKind::Azure, Dialect::Responses);
    let responses = speaks(ProviderKind::Openai, Dialect::Responses);
    let check = |first, second, endpoint, expected: Option<&[&str]>, excluded: &[(&str, &str)]| {
        let routes = [route("1", first, 0, 1), route("2", second, 1, 1)];
        let (found, left_out) = match plan_count(&routes, endpoint, 7) {
            Counting::There(plan) => (Some(plan.candidates), plan.excluded),
            Counting::Here(excluded) => (None, excluded),
        };
        let ids = found.as_ref().map(|routes| routes.iter().map(|r| r.id.as_str()).collect::<Vec<_>>());
        assert_eq!(ids.as_deref(), expected, "{endpoint:?}");
        assert_eq!(left_out.iter().map(|(r, why)| (r.id.as_str(), why.as_str())).collect::<Vec<_>>(), excluded);
    };
    use Endpoint::{CountTokens, GeminiCountTokens, InputTokens};
    check(&messages, &messages, CountTokens, Some(&["1", "2"]), &[]);
    check(&messages, &chat, CountTokens, Some(&["1"]), &[("2", "dialect")]);
    // The one that counts would only be asked if the first one fails.
    check(&chat, &messages, CountTokens, None, &[]);
    check(&messages, &messages, GeminiCountTokens, None, &[]);
    check(&responses, &azure, InputTokens, Some(&["1"]), &[("2", "dialect")]);
    check(&azure, &responses, InputTokens, None, &[]);
    let embeds = speaks(ProviderKind::Custom, Dialect::Embeddings);
    check(&embeds, &embeds, CountTokens, Some(&[]), &[("1", "dialect"), ("2", "dialect")]);
}

#[test]
fn traffic_is_shared_by_weight() {
    let p = provider("a", ProviderKind::Openai, 0, 0);
    let routes = [route("a", &p, 0, 70), route("b", &p, 0, 30), route("z", &p, 0, 0), route("later", &p, 1, 1000)];
    let mut first: HashMap<String, u32> = HashMap::new();
    for pick in 0..20_000 {
        let order = order(&routes, pick);
        assert_eq!(order[2..], ["z", "later"], "weight 0 is the last of its priority");
        *first.entry(order[0].clone()).or_default() += 1;
    }
    // 14000 expected, standard deviation about 65.
    assert!((13_600..14_400).contains(&first["a"]), "{first:?}");
    assert_eq!(first["a"] + first["b"], 20_000);
}

proptest! {
    #[test]
    fn a_plan_keeps_every_route_ordered_and_can_be_replayed(
        rows in prop::collection::vec((0..3_i32, prop_oneof![Just(0), Just(u32::MAX), any::<u32>()], any::<bool>()), 0..8),
        pick in any::<u64>(),
    ) {
        let p = provider("a", ProviderKind::Openai, 0, 0);
        let routes: Vec<_> = rows.iter().enumerate()
            .map(|(n, (priority, weight, enabled))| Route { enabled: *enabled, ..route(&n.to_string(), &p, *priority, *weight) })
            .collect();
        let plan = plan(&routes, Endpoint::ChatCompletions, pick);
        prop_assert_eq!(plan.candidates.len(), rows.iter().filter(|r| r.2).count());
        prop_assert_eq!(plan.candidates.len() + plan.excluded.len(), rows.len());
        for pair in plan.candidates.windows(2) {
            prop_assert!(pair[0].priority <= pair[1].priority);
            prop_assert!(pair[0].priority < pair[1].priority || pair[0].weight > 0 || pair[1].weight == 0);
        }
        let names: Vec<_> = plan.candidates.iter().map(|r| r.id.to_string()).collect();
        let mut reversed = routes;
        reversed.reverse();
        prop_assert_eq!(order(&reversed, pick), names);
    }
}

#[test]
fn types_of_providers_have_names_and_dialects() {
    for kind in ProviderKind::ALL {
        assert_eq!(ProviderKind::parse(kind.as_str()), Some(kind));
        assert!(!kind.usual().is_empty() && kind.usual().iter().all(|dialect| kind.speakable().contains(dialect)));
    }
    assert_eq!(ProviderKind::parse("azure_openai"), Some(ProviderKind::Azure));
    assert_eq!(ProviderKind::parse("Google"), None);
}
