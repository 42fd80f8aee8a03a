use proptest::prelude::{any, prop_assert, prop_assert_eq, proptest};

use super::*;
use crate::catalogue::{Catalogue, ProviderKind};
use crate::conduct::{ModelRouting, Timeouts};
use crate::dialect::Endpoint;
use crate::pricing::PriceBook;
use crate::routing::tests::{model, provider, route};
use crate::routing::{self, Excluded, Plan};
use crate::strategy::{Picks, Strategy, order};

fn naming(name: &str, fallbacks: &[&str], larger: Option<&str>) -> Arc<Model> {
    let there = provider("p", ProviderKind::Custom, 0, 0);
    let routes = vec![route(&format!("rte_{name}_1"), &there, 0, 1), route(&format!("rte_{name}_2"), &there, 1, 1)];
    let routing = ModelRouting {
        fallbacks: fallbacks.iter().map(|id| ModelId::new(*id)).collect(),
        larger_context: larger.map(ModelId::new),
        ..ModelRouting::default()
    };
    Arc::new(Model { routing, ..Model::clone(&model(name, routes)) })
}

fn catalogue(models: Vec<Arc<Model>>) -> Catalogue {
    let providers = models.iter().flat_map(|m| &m.routes).map(|r| Arc::clone(&r.provider)).take(1).collect();
    Catalogue::build(providers, models, PriceBook::default())
}

fn with_context(model: &Arc<Model>, tokens: &[u64]) -> Arc<Model> {
    let own = |tokens: u64| RouteRouting { context_tokens: Some(tokens), ..RouteRouting::default() };
    let routes = model.routes.iter().zip(tokens);
    let routes = routes.map(|(route, tokens)| Route { routing: Some(Arc::new(own(*tokens))), ..route.clone() });
    Arc::new(Model { routes: routes.collect(), ..Model::clone(model) })
}

fn planned(catalogue: &Catalogue, name: &str, allowed: impl Fn(&str) -> bool) -> Plan {
    let model = catalogue.model(name).unwrap();
    let mut plan = routing::plan(&model.routes, Endpoint::ChatCompletions, 0);
    plan.add_stand_ins(model, Endpoint::ChatCompletions, allowed);
    plan
}

fn ids(routes: &[Route]) -> Vec<&str> {
    routes.iter().map(|route| route.id.as_str()).collect()
}

#[test]
fn a_chain_is_flat_and_keeps_its_order() {
    let book = catalogue(vec![
        naming("a", &["c", "b", "gone", "a"], Some("d")),
        naming("b", &["d"], None),
        naming("c", &[], None),
        naming("d", &[], None),
    ]);
    let mut plan = planned(&book, "a", |_| true);
    assert_eq!(ids(&plan.larger), ["rte_d_1", "rte_d_2"]);
    order(Strategy::Priority, &mut plan.candidates, |_| None, Picks { call: 3, conversation: None });
    let all = ["rte_a_1", "rte_a_2", "rte_c_1", "rte_c_2", "rte_b_1", "rte_b_2"];
    assert_eq!(ids(&plan.candidates), all);
    assert_eq!(plan.candidates[2].stand_in.as_ref().unwrap().model.name.as_ref(), "c");
    assert!(plan.candidates[0].stand_in.is_none() && plan.candidates[1].place() == 0);
    assert_eq!(ids(&planned(&book, "b", |_| true).candidates), ["rte_b_1", "rte_b_2", "rte_d_1", "rte_d_2"]);
    assert!(planned(&book, "c", |_| true).candidates.len() == 2);
}

#[test]
fn nobody_is_served_by_a_model_that_they_may_not_use() {
    let book = catalogue(vec![naming("a", &["b", "c"], Some("b")), naming("b", &[], None), naming("c", &[], None)]);
    let plan = planned(&book, "a", |name| name != "b");
    assert_eq!(ids(&plan.candidates), ["rte_a_1", "rte_a_2", "rte_c_1", "rte_c_2"]);
    assert!(plan.larger.is_empty());
    let left_out: Vec<_> = plan.excluded.iter().map(|(route, why)| (route.id.as_str(), *why)).collect();
    let b = [("rte_b_1", Excluded::NotAllowed), ("rte_b_2", Excluded::NotAllowed)];
    assert_eq!(left_out, [b, b].concat());
}

#[test]
fn there_is_a_bound_to_all_candidates() {
    let there = provider("p", ProviderKind::Custom, 0, 0);
    let many = |name: &str| (0..32).map(|n| route(&format!("{name}_{n}"), &there, 0, 1)).collect();
    let wide = |name: &str, fallbacks: &[&str]| {
        Arc::new(Model { routes: many(name), ..Model::clone(&naming(name, fallbacks, None)) })
    };
    let book = catalogue(vec![wide("a", &["b", "c"]), wide("b", &[]), wide("c", &[])]);
    assert_eq!(planned(&book, "a", |_| true).candidates.len(), MOST_CANDIDATES);
}

#[test]
fn what_does_not_fit_goes_to_a_larger_context_and_nothing_is_left_without_a_route() {
    let build = |a: [u64; 2], b: [u64; 2]| {
        catalogue(vec![
            with_context(&naming("a", &["c"], Some("b")), &a),
            with_context(&naming("b", &[], None), &b),
            naming("c", &[], None),
        ])
    };
    let fitted = |book: &Catalogue, tokens| {
        let mut plan = planned(book, "a", |_| true);
        plan.fit_context(tokens);
        order(Strategy::Priority, &mut plan.candidates, |_| None, Picks { call: 3, conversation: None });
        plan
    };
    let book = build([100, 200], [1000, 1000]);
    let plan = fitted(&book, 100);
    assert_eq!(ids(&plan.candidates), ["rte_a_1", "rte_a_2", "rte_c_1", "rte_c_2"]);
    let plan = fitted(&book, 101);
    assert_eq!(ids(&plan.candidates), ["rte_a_2", "rte_c_1", "rte_c_2"], "its own larger route");
    assert_eq!((ids(&plan.larger), plan.excluded[0].1), (vec!["rte_b_1", "rte_b_2"], Excluded::ContextLength));
    let plan = fitted(&book, 201);
    assert_eq!(ids(&plan.candidates), ["rte_b_1", "rte_b_2", "rte_c_1", "rte_c_2"], "before the fallbacks");
    assert!(plan.larger.is_empty());
    let plan = fitted(&build([100, 200], [300, 400]), 401);
    assert_eq!(ids(&plan.candidates), ["rte_c_1", "rte_c_2"], "nobody said how much those take");
    let alone = catalogue(vec![with_context(&naming("a", &[], None), &[1, 2])]);
    assert_eq!(fitted(&alone, 3).candidates.len(), 2, "an estimate refuses nothing");
    let plan = fitted(&book, 1);
    let (small, large) = (&plan.candidates[0], &plan.candidates[1]);
    assert!(Plan::is_larger(small, large) && !Plan::is_larger(large, small) && !Plan::is_larger(small, small));
    assert!(!Plan::is_larger(small, &plan.candidates[2]), "nothing is said of it");
}

#[test]
fn routes_take_from_their_model_what_they_do_not_say() {
    let own = |total_s| Timeouts { total_s, ..Timeouts::default() };
    let routing = ModelRouting { timeout: own(Some(9)), ..ModelRouting::default() };
    let mut routes = naming("a", &[], None).routes.clone();
    routes[1].routing = Some(Arc::new(RouteRouting { timeout: own(Some(4)), ..RouteRouting::default() }));
    let named = Arc::new(Model { routes, routing, ..Model::clone(&naming("a", &[], None)) });
    let plain = naming("b", &["a"], None);
    let book = catalogue(vec![named, plain]);
    let totals = |name: &str| -> Vec<_> {
        let plan = planned(&book, name, |_| true);
        plan.candidates.iter().map(|route| route.timeouts().and_then(|own| own.total_s)).collect()
    };
    assert_eq!(totals("a"), [Some(9), Some(4)]);
    assert_eq!(totals("b"), [None, None, Some(9), Some(4)], "also where they stand in for others");
    assert!(book.models["b"].routes.iter().all(|route| route.routing.is_none()));
}

#[test]
fn aliases_lead_to_their_model_and_names_win() {
    let with_aliases = |name: &str, aliases: &[&str]| {
        let aliases = aliases.iter().map(|alias| (*alias).into()).collect();
        Arc::new(Model { aliases, ..Model::clone(&naming(name, &[], None)) })
    };
    let book = catalogue(vec![with_aliases("a", &["fast", "b"]), with_aliases("b", &[])]);
    let name = |asked: &str| book.model(asked).map(|model| model.name.to_string());
    assert_eq!(name("fast").as_deref(), Some("a"));
    assert_eq!(name("b").as_deref(), Some("b"));
    assert_eq!(name("fas"), None);
    assert!(routing::resolve(&book, "fast").unwrap().model().is_some_and(|model| &*model.name == "a"));
}

#[test]
fn loops_are_found_and_told() {
    let named = |edges: &[(&'static str, &[&'static str])]| -> HashMap<&str, Vec<&str>> {
        edges.iter().map(|(from, to)| (*from, to.to_vec())).collect()
    };
    let straight = named(&[("a", &["b", "c"]), ("b", &["c"]), ("c", &["d"])]);
    assert_eq!(find_loop(&straight, "a"), None);
    let ring = named(&[("a", &["c", "b"]), ("b", &["d"]), ("d", &["a"]), ("c", &["d"])]);
    assert_eq!(find_loop(&ring, "a").unwrap(), ["a", "c", "d", "a"]);
    assert_eq!(find_loop(&named(&[("a", &["a"])]), "a").unwrap(), ["a", "a"]);
    // A loop elsewhere is somebody else's.
    assert_eq!(find_loop(&named(&[("a", &["b"]), ("b", &["c"]), ("c", &["b"])]), "a"), None);
}

proptest! {
    #[test]
    fn a_loop_is_found_exactly_where_there_is_one(edges in proptest::collection::vec((0_usize..6, 0_usize..6), 0..14), call in any::<u64>()) {
        const NAMES: [&str; 6] = ["a", "b", "c", "d", "e", "f"];
        let mut named: HashMap<&str, Vec<&str>> = HashMap::new();
        for (from, to) in &edges {
            named.entry(NAMES[*from]).or_default().push(NAMES[*to]);
        }
        // What can be reached, by going on until nothing is new.
        let mut reached: Vec<&str> = named.get("a").cloned().unwrap_or_default();
        let mut at = 0;
        while let Some(name) = reached.get(at).copied() {
            let more: Vec<_> = named.get(name).into_iter().flatten().filter(|n| !reached.contains(n)).copied().collect();
            reached.extend(more);
            at += 1;
        }
        let found = find_loop(&named, "a");
        prop_assert_eq!(found.is_some(), reached.contains(&"a"));
        if let Some(way) = found {
            prop_assert!(way.windows(2).all(|pair| named[pair[0]].contains(&pair[1])));
        }

        // Whatever the strategy draws, no model is tried before its turn.
        let models = NAMES.map(|name| naming(name, &["b", "c", "d"], None));
        let book = catalogue(models.to_vec());
        for strategy in Strategy::ALL {
            let mut plan = planned(&book, "a", |_| true);
            let score = |route: &Route| Some(i64::from(route.id.as_str().as_bytes()[4] % 3));
            order(strategy, &mut plan.candidates, score, Picks { call, conversation: Some(call) });
            prop_assert!(plan.candidates.is_sorted_by_key(Route::place));
            prop_assert_eq!(plan.candidates.len(), 8);
        }
    }
}
