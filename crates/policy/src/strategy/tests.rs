use std::collections::HashMap;

use proptest::prelude::{any, prop_assert_eq, proptest};

use super::*;
use crate::catalogue::ProviderKind;
use crate::routing::tests::{provider, route};

fn routes(many: usize) -> Vec<Route> {
    let provider = provider("p", ProviderKind::Custom, 0, 0);
    (0_i32..).take(many).map(|place| route(&format!("rte_{place}"), &provider, place, 1)).collect()
}

fn number(route: &Route) -> usize {
    route.id.as_str().trim_start_matches("rte_").parse().unwrap()
}

fn first(strategy: Strategy, scores: &[Option<i64>], picks: Picks) -> String {
    let mut candidates = routes(scores.len());
    order(strategy, &mut candidates, |route| scores[number(route)], picks);
    candidates[0].id.to_string()
}

fn shares(scores: &[Option<i64>], picks: impl Fn(u64) -> Picks) -> HashMap<String, usize> {
    let mut shares = HashMap::new();
    for call in 0..10_000_u64 {
        *shares
            .entry(first(Strategy::Latency, scores, picks(call.wrapping_mul(0x9e37_79b9_7f4a_7c15))))
            .or_default() += 1;
    }
    shares
}

#[test]
fn the_cheapest_goes_first_and_what_has_no_price_last() {
    let picks = Picks { call: 1, conversation: None };
    assert_eq!(first(Strategy::Cost, &[None, Some(9), Some(3)], picks), "rte_2");
    assert_eq!(first(Strategy::Cost, &[None, None], picks), "rte_0");
    assert_eq!(first(Strategy::Cost, &[Some(3), Some(3)], picks), "rte_0", "priority decides among equals");
}

#[test]
fn the_fastest_goes_first_and_the_others_are_explored_within_bounds() {
    // The second was never measured: it is not instant, and not forgotten.
    let shares = shares(&[Some(900), None, Some(100)], |call| Picks { call, conversation: None });
    let of = |id: &str| shares.get(id).copied().unwrap_or(0);
    assert!((9_300..=9_700).contains(&of("rte_2")), "{shares:?}");
    assert!(of("rte_0") > 150 && of("rte_1") > 150, "{shares:?}");
}

#[test]
fn a_conversation_stays_with_one_of_the_routes_that_are_as_fast() {
    let scores = [Some(100), Some(140), Some(400)];
    let mut chosen = HashMap::new();
    for conversation in 0..200_u64 {
        let conversation = conversation.wrapping_mul(0xbf58_476d_1ce4_e5b9);
        let shares = shares_of(&scores, conversation);
        let (most, many) = shares.into_iter().max_by_key(|(_, many)| *many).unwrap();
        assert!(many > 85, "{many} of 100 calls stay");
        *chosen.entry(most).or_insert(0) += 1;
    }
    assert!(chosen["rte_0"] > 50 && chosen["rte_1"] > 50 && !chosen.contains_key("rte_2"), "{chosen:?}");
}

fn shares_of(scores: &[Option<i64>], conversation: u64) -> HashMap<String, usize> {
    let mut shares = HashMap::new();
    for call in 0..100_u64 {
        let picks = Picks { call: call.wrapping_mul(0x94d0_49bb_1331_11eb), conversation: Some(conversation) };
        *shares.entry(first(Strategy::Latency, scores, picks)).or_default() += 1;
    }
    shares
}

proptest! {
    #[test]
    fn no_route_is_lost_and_the_same_picks_give_the_same_order(
        strategy in 0usize..4, scores in proptest::collection::vec(proptest::option::of(0i64..1_000_000), 0..6),
        call: u64, conversation in proptest::option::of(any::<u64>()),
    ) {
        let strategy = Strategy::ALL[strategy];
        let picks = Picks { call, conversation };
        let mut candidates = routes(scores.len());
        order(strategy, &mut candidates, |route| scores[number(route)], picks);
        let ranked: Vec<_> = candidates.iter().map(|route| route.id.to_string()).collect();
        // Whatever order they are kept in.
        let kept = |route: &Route| Kept {
            id: route.id.to_string(), priority: route.priority, weight: route.weight, score: scores[number(route)], behind: false,
            place: 0, spare: false,
        };
        let mut kept: Vec<_> = candidates.iter().map(kept).collect();
        kept.reverse();
        let replayed: Vec<_> = replay(strategy, kept, picks).into_iter().map(|one| one.id).collect();
        prop_assert_eq!(&ranked, &replayed);
        let mut sorted = ranked;
        sorted.sort();
        prop_assert_eq!(sorted, routes(scores.len()).iter().map(|route| route.id.to_string()).collect::<Vec<_>>());
    }
}

#[test]
fn a_chain_is_found_again_from_what_was_kept() {
    let kept = |id: &str, place, behind, spare| Kept {
        id: id.to_owned(),
        priority: 0,
        weight: 1,
        score: None,
        behind,
        place,
        spare,
    };
    let all = vec![
        kept("spare", 1, false, true),
        kept("second", 3, false, false),
        kept("own, broken", 0, true, false),
        kept("first", 2, false, false),
        kept("first, broken", 2, true, false),
    ];
    for strategy in Strategy::ALL {
        let again = replay(strategy, all.clone(), Picks { call: 7, conversation: Some(7) });
        let ids: Vec<_> = again.into_iter().map(|one| one.id).collect();
        // Latency explores within a model, and here none has more than two.
        assert_eq!(ids[0], "first", "{strategy:?}");
        assert_eq!(ids, ["first", "second", "own, broken", "first, broken", "spare"], "{strategy:?}");
    }
}
