use std::collections::BTreeMap;

use thinkwatch_policy::ids::{KeyId, LineageId, PriceId, ProviderId, RouteId, TeamId, UserId};
use thinkwatch_store::{Applied, SpoolCursor, UsageDelta, UsageDimensions, UsageGroup, UsageQuery, UsageSums};
use tokio::task::JoinSet;

use crate::backends::Database;
use crate::rows::{DAY, entry, key, user};

const HOUR: i64 = 3_600_000_000;

fn at(segment: i64, offset: i64) -> SpoolCursor {
    SpoolCursor { writer: "w".to_owned(), segment, offset }
}

fn delta(hour: i64, model: &str, change: impl FnOnce(&mut UsageDimensions)) -> UsageDelta {
    let mut dimensions = UsageDimensions {
        hour_us: hour * HOUR,
        model: model.to_owned(),
        outcome: "ok".to_owned(),
        ..UsageDimensions::default()
    };
    change(&mut dimensions);
    UsageDelta {
        dimensions,
        sums: UsageSums { calls: 1, input: 10, output: 5, cost_nano: 37_500, ..UsageSums::default() },
    }
}

fn everything() -> UsageQuery {
    UsageQuery { from_us: 0, to_us: i64::MAX, ..UsageQuery::default() }
}

pub(crate) async fn applies_each_batch_once(db: Database) {
    let store = &db.store;
    store.create_user(user("ann", 1), &[], &entry("user.created", 1)).await.unwrap();
    store.create_api_key(key("a", "ann", 1), &entry("api_key.created", 1)).await.unwrap();
    let used = [(KeyId::from("key_a"), 77), (KeyId::from("key_gone"), 78)];
    // Rows that meet in one batch, and rows that met in an earlier one, are added up.
    let batch = [delta(1, "m", |_| ()), delta(1, "m", |_| ()), delta(2, "m", |_| ())];
    assert_eq!(store.apply_usage_batch("ledger", &batch, &[], &at(1, 100), &used).await.unwrap(), Applied::Applied);
    let mut calls = 3;
    for (cursor, applied) in [
        (at(1, 100), Applied::AlreadyApplied),
        (at(1, 99), Applied::AlreadyApplied),
        (at(0, 900), Applied::AlreadyApplied),
        (at(1, 101), Applied::Applied),
        (at(2, 0), Applied::Applied),
        (at(1, 500), Applied::AlreadyApplied),
    ] {
        assert_eq!(store.apply_usage_batch("ledger", &batch, &[], &cursor, &[]).await.unwrap(), applied, "{cursor:?}");
        calls += if applied == Applied::Applied { 3 } else { 0 };
        let expected = UsageSums {
            calls,
            input: 10 * calls,
            output: 5 * calls,
            cost_nano: 37_500 * calls,
            ..UsageSums::default()
        };
        assert_eq!(store.usage_total(&everything()).await.unwrap(), expected);
    }
    assert_eq!(store.get_api_key(&KeyId::from("key_a")).await.unwrap().last_used_at_us, Some(77));
    // An empty batch moves the cursor; other writers and consumers have their own.
    let other = SpoolCursor { writer: "v".to_owned(), ..at(0, 5) };
    assert_eq!(store.apply_usage_batch("ledger", &[], &[], &other, &[]).await.unwrap(), Applied::Applied);
    assert_eq!(store.apply_usage_batch("other", &[], &[], &at(0, 0), &[]).await.unwrap(), Applied::Applied);
    assert_eq!(store.cursors("ledger").await.unwrap(), [other, at(2, 0)]);
    assert_eq!(store.cursor("ledger", "w").await.unwrap(), Some(at(2, 0)));
    assert_eq!(store.cursor("nobody", "w").await.unwrap(), None);
}

pub(crate) async fn applies_a_raced_batch_once(db: Database) {
    // Two processes that believe themselves to be the consumer; more rows than fit one statement.
    let batch: Vec<UsageDelta> = (0..1100).map(|n| delta(n % 7, &format!("m{n}"), |_| ())).collect();
    let mut racers = JoinSet::new();
    for n in 0..10 {
        let (store, batch) = (db.store.clone(), batch.clone());
        racers.spawn(
            async move { store.apply_usage_batch("ledger", &batch, &[], &at(0, 10 * (1 + n % 2)), &[]).await.unwrap() },
        );
    }
    let applied = racers.join_all().await.into_iter().filter(|a| *a == Applied::Applied).count();
    // Either the smaller cursor came first and both count, or the larger one did and swallowed the smaller.
    assert!((1..=2).contains(&applied), "{applied}");
    assert_eq!(db.store.usage_total(&everything()).await.unwrap().calls, 1100 * i64::try_from(applied).unwrap());
    assert_eq!(db.store.cursor("ledger", "w").await.unwrap(), Some(at(0, 20)));
}

pub(crate) async fn sums_by_every_group(db: Database) {
    let store = &db.store;
    let full = |hour: i64, who: &str, model: &str, app: Option<&str>| {
        delta(hour, model, |d| {
            d.user_id = Some(UserId::from(format!("usr_{who}")));
            d.user_email = Some(format!("{who}@example.com"));
            d.key_id = Some(KeyId::from(format!("key_{who}")));
            d.key_lineage_id = Some(LineageId::from(format!("lin_{who}")));
            d.team_id = Some(TeamId::from("team_a"));
            d.provider_id = Some(ProviderId::from("prov_a"));
            d.provider_name = Some("A".to_owned());
            d.upstream_model = Some(format!("up-{model}"));
            d.route_id = Some(RouteId::from("rte_a"));
            d.price_version = Some(PriceId::from("prc_a"));
            d.cost_center = Some("R&D".to_owned());
            d.tags = app.map(|app| BTreeMap::from([("app".to_owned(), app.to_owned())])).unwrap_or_default();
        })
    };
    let mut large = full(30, "bob", "big", Some("cli"));
    // Sums beyond 2^53 stay exact.
    large.sums = UsageSums {
        calls: 2,
        input: 3,
        cache_read: 4,
        cache_write_5m: 5,
        cache_write_1h: 6,
        output: 7,
        reasoning: 8,
        audio_in: 9,
        audio_out: 10,
        images: 11,
        cost_nano: 9_007_199_254_740_993,
        estimated_calls: 12,
        unpriced_calls: 13,
    };
    // Dimensions that differ only in where a text stands are not the same.
    let tricky = [
        delta(1, "m", |d| d.cost_center = Some(String::new())),
        delta(1, "m", |d| d.upstream_model = Some(String::new())),
        delta(1, "m", |_| ()),
    ];
    let mut batch = vec![
        full(1, "ann", "m", Some("web")),
        full(1, "ann", "m", None),
        full(2, "ann", "m", Some("web")),
        full(25, "bob", "m", Some("cli")),
        large.clone(),
    ];
    batch.extend(tricky);
    store.apply_usage_batch("ledger", &batch, &[], &at(0, 1), &[]).await.unwrap();

    let by_app = UsageGroup::Tag("app".to_owned());
    let day = |n: i64| Some((n * DAY).to_string());
    let text = |s: &str| Some(s.to_owned());
    for (group_by, expected) in [
        (vec![], vec![(vec![], 9)]),
        (vec![UsageGroup::User], vec![(vec![None], 3), (vec![text("usr_ann")], 3), (vec![text("usr_bob")], 3)]),
        (
            vec![UsageGroup::UserEmail],
            vec![(vec![None], 3), (vec![text("ann@example.com")], 3), (vec![text("bob@example.com")], 3)],
        ),
        (vec![UsageGroup::KeyLineage], vec![(vec![None], 3), (vec![text("lin_ann")], 3), (vec![text("lin_bob")], 3)]),
        (vec![UsageGroup::Team], vec![(vec![None], 3), (vec![text("team_a")], 6)]),
        (vec![UsageGroup::Model], vec![(vec![text("big")], 2), (vec![text("m")], 7)]),
        (vec![UsageGroup::Provider], vec![(vec![None], 3), (vec![text("prov_a")], 6)]),
        (vec![UsageGroup::ProviderName], vec![(vec![None], 3), (vec![text("A")], 6)]),
        (
            vec![UsageGroup::UpstreamModel],
            vec![(vec![None], 2), (vec![text("")], 1), (vec![text("up-big")], 2), (vec![text("up-m")], 4)],
        ),
        (vec![UsageGroup::CostCenter], vec![(vec![None], 2), (vec![text("")], 1), (vec![text("R&D")], 6)]),
        (vec![UsageGroup::Outcome], vec![(vec![text("ok")], 9)]),
        (vec![UsageGroup::Day], vec![(vec![day(0)], 6), (vec![day(1)], 3)]),
        (vec![by_app.clone()], vec![(vec![None], 4), (vec![text("cli")], 3), (vec![text("web")], 2)]),
        (
            vec![UsageGroup::Day, UsageGroup::User],
            vec![(vec![day(0), None], 3), (vec![day(0), text("usr_ann")], 3), (vec![day(1), text("usr_bob")], 3)],
        ),
        (
            vec![UsageGroup::Hour, by_app],
            vec![
                (vec![text("108000000000"), text("cli")], 2),
                (vec![text("3600000000"), None], 4),
                (vec![text("3600000000"), text("web")], 1),
                (vec![text("7200000000"), text("web")], 1),
                (vec![text("90000000000"), text("cli")], 1),
            ],
        ),
    ] {
        let rows = store.usage(&UsageQuery { group_by: group_by.clone(), ..everything() }).await.unwrap();
        let found: Vec<_> = rows.into_iter().map(|r| (r.keys, r.sums.calls)).collect();
        assert_eq!(found, expected, "{group_by:?}");
    }
    for (query, calls) in [
        (UsageQuery { from_us: HOUR, to_us: 2 * HOUR, ..everything() }, 5),
        (UsageQuery { user_id: Some(UserId::from("usr_ann")), ..everything() }, 3),
        (UsageQuery { key_lineage_id: Some(LineageId::from("lin_bob")), ..everything() }, 3),
        (UsageQuery { team_id: Some(TeamId::from("team_b")), ..everything() }, 0),
        (UsageQuery { provider_id: Some(ProviderId::from("prov_a")), model: text("m"), ..everything() }, 4),
    ] {
        assert_eq!(store.usage_total(&query).await.unwrap().calls, calls, "{query:?}");
    }
    let big = UsageQuery { model: text("big"), ..everything() };
    assert_eq!(store.usage_total(&big).await.unwrap(), large.sums);
}

pub(crate) async fn tells_cost_and_callers_from_an_index(db: Database) {
    let store = &db.store;
    let of = |hour: i64, user: &str, lineage: &str, model: &str| {
        delta(hour, model, |dimensions| {
            dimensions.user_id = (!user.is_empty()).then(|| UserId::from(user));
            dimensions.key_lineage_id = (!lineage.is_empty()).then(|| LineageId::from(lineage));
        })
    };
    let batch = [
        of(1, "usr_a", "lin_1", "m"),
        of(2, "usr_a", "lin_1", "n"),
        of(2, "usr_a", "lin_2", "m"),
        of(2, "usr_b", "lin_3", "m"),
        of(3, "usr_b", "lin_3", "m"),
        of(2, "", "", "m"),
    ];
    store.apply_usage_batch("ledger", &batch, &[], &at(1, 1), &[]).await.unwrap();
    let mut rows = store.usage_by_caller(HOUR, 3 * HOUR, None).await.unwrap();
    let of_b = store.usage_by_caller(0, i64::MAX, Some(&UserId::from("usr_b"))).await.unwrap();
    assert_eq!(of_b.iter().map(|row| row.calls).collect::<Vec<_>>(), [2]);
    rows.sort_by(|a, b| (&a.user_id, &a.key_lineage_id).cmp(&(&b.user_id, &b.key_lineage_id)));
    let shown: Vec<_> = rows
        .iter()
        .map(|row| {
            (
                row.user_id.as_deref().unwrap_or("-"),
                row.key_lineage_id.as_deref().unwrap_or("-"),
                row.calls,
                row.cost_nano,
            )
        })
        .collect();
    assert_eq!(
        shown,
        [
            ("-", "-", 1, 37_500),
            ("usr_a", "lin_1", 2, 75_000),
            ("usr_a", "lin_2", 1, 37_500),
            ("usr_b", "lin_3", 1, 37_500)
        ]
    );
    for (from, to, user, calls) in [
        (0, i64::MAX, None, 6),
        (2 * HOUR, 3 * HOUR, None, 4),
        (0, i64::MAX, Some("usr_b"), 2),
        (0, HOUR, None, 0),
        (0, i64::MAX, Some("usr_none"), 0),
    ] {
        let user = user.map(UserId::from);
        assert_eq!(store.cost_between(from, to, user.as_ref()).await.unwrap(), 37_500 * calls, "{from} {to} {user:?}");
    }
}
