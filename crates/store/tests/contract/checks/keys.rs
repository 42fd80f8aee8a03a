use std::collections::BTreeMap;

use thinkwatch_policy::ids::{KeyId, TeamId, UserId};
use thinkwatch_policy::principal::Surface;
use thinkwatch_store::{
    ApiKeyRow, AuditFilter, Json, KeyFilter, KeyPatch, KeyRotation, KeySort, KeyState, KeysWanted, Sort, Store,
    StoreError,
};

use crate::backends::Database;
use crate::rows::{DAY, entry, key, user};

fn rotation(name: &str, grace_ends_at_us: i64) -> KeyRotation {
    KeyRotation {
        id: KeyId::from(format!("key_{name}")),
        key_hash: format!("hash of {name}").into_bytes(),
        pepper_version: 2,
        key_prefix: format!("tw-{name}"),
        grace_ends_at_us,
        expires_at_us: Some(500),
    }
}

async fn with_owner(store: &Store, names: &[&str]) {
    store.create_user(user("ann", 1), &[], &entry("user.created", 1)).await.unwrap();
    for name in names {
        store.create_api_key(key(name, "ann", 1), &entry("api_key.created", 1)).await.unwrap();
    }
}

async fn get(store: &Store, name: &str) -> ApiKeyRow {
    store.get_api_key(&KeyId::from(format!("key_{name}"))).await.unwrap()
}

pub(crate) async fn rotate_with_grace_and_are_revoked_with_predecessors(db: Database) {
    let store = &db.store;
    with_owner(store, &["a"]).await;
    let id = |name: &str| KeyId::from(format!("key_{name}"));
    let b = store.rotate_api_key(&id("a"), rotation("b", 100), &entry("api_key.rotated", 10)).await.unwrap();
    let expected = ApiKeyRow {
        id: "key_b".to_owned(),
        key_hash: b"hash of b".to_vec(),
        pepper_version: 2,
        key_prefix: "tw-b".to_owned(),
        expires_at_us: Some(500),
        created_at_us: 10,
        updated_at_us: 10,
        ..key("a", "ann", 1)
    };
    assert_eq!(b, expected);
    assert_eq!(get(store, "b").await, b);
    let a = get(store, "a").await;
    assert_eq!((a.grace_ends_at_us, a.replaced_by.as_deref(), a.revoked_at_us), (Some(100), Some("key_b"), None));
    let again = store.rotate_api_key(&id("a"), rotation("x", 100), &entry("api_key.rotated", 11)).await;
    assert!(matches!(again, Err(StoreError::WrongState { state: "already rotated", .. })), "{again:?}");
    let same = store
        .rotate_api_key(&id("b"), KeyRotation { id: id("c"), ..rotation("a", 9) }, &entry("api_key.rotated", 11))
        .await;
    assert!(matches!(same, Err(StoreError::Conflict { field: "secret", .. })), "{same:?}");
    store.rotate_api_key(&id("b"), rotation("c", 200), &entry("api_key.rotated", 20)).await.unwrap();

    // Both old secrets are in their grace. Revoking the one in the middle ends it and the oldest, not the newest.
    store.revoke_api_key(&id("b"), "leaked", &entry("api_key.revoked", 30)).await.unwrap();
    let state = async |name| {
        let key = get(store, name).await;
        (key.revoked_at_us, key.revoke_reason)
    };
    assert_eq!(state("a").await, (Some(30), Some("leaked".to_owned())));
    assert_eq!(state("b").await, (Some(30), Some("leaked".to_owned())));
    assert_eq!(state("c").await, (None, None));
    let keys = store.load_principals().await.unwrap().keys;
    assert_eq!(keys.iter().map(|k| k.id.as_str()).collect::<Vec<_>>(), ["key_c"]);
    for result in [
        store.revoke_api_key(&id("b"), "again", &entry("api_key.revoked", 31)).await,
        store.enable_api_key(&id("b"), &entry("api_key.enabled", 31)).await,
        store.rotate_api_key(&id("b"), rotation("y", 9), &entry("api_key.rotated", 31)).await,
        store.update_api_key(&id("b"), KeyPatch::default(), &entry("api_key.updated", 31)).await,
    ] {
        assert!(matches!(result, Err(StoreError::WrongState { state: "revoked", .. })), "{result:?}");
    }
    let nobody = store.revoke_api_key(&id("nobody"), "x", &entry("api_key.revoked", 31)).await;
    assert!(matches!(nobody, Err(StoreError::NotFound("API key"))));
}

pub(crate) async fn are_patched_disabled_enabled_and_deleted(db: Database) {
    let store = &db.store;
    with_owner(store, &["a"]).await;
    let (a, b) = (KeyId::from("key_a"), KeyId::from("key_b"));
    store.rotate_api_key(&a, rotation("b", 100), &entry("api_key.rotated", 2)).await.unwrap();
    let patch = KeyPatch {
        name: Some("New".to_owned()),
        team_id: Some(Some(TeamId::from("team_a"))),
        surfaces: Some(vec![Surface::Console]),
        allowed_models: Some(Some(Vec::new())),
        allowed_tools: Some(None),
        tags: Some(BTreeMap::new()),
        cost_center: Some(None),
        strict_conversion: Some(true),
        cache_ttl_s: Some(Some(60)),
        expires_at_us: Some(Some(900)),
        rotation_period_days: Some(Some(30)),
        inactivity_timeout_days: Some(Some(90)),
    };
    let changed = store.update_api_key(&b, patch, &entry("api_key.updated", 3)).await.unwrap();
    assert_eq!(changed.allowed_models, Some(Json(Vec::new())), "an empty list is not the same as none");
    assert_eq!(
        (changed.allowed_tools.clone(), changed.cost_center.clone(), changed.team_id.as_deref()),
        (None, None, Some("team_a"))
    );
    assert_eq!(
        (changed.expires_at_us, changed.rotation_period_days, changed.inactivity_timeout_days),
        (Some(900), Some(30), Some(90))
    );
    assert_eq!(get(store, "b").await, changed);
    assert!(changed.strict_conversion);
    assert_eq!(changed.cache_ttl_s, Some(60));
    // What a key may do is taken from its predecessor too.
    let predecessor = get(store, "a").await;
    assert_eq!((predecessor.allowed_models, predecessor.strict_conversion), (Some(Json(Vec::new())), true));
    let same = store.update_api_key(&b, KeyPatch::default(), &entry("api_key.updated", 3)).await.unwrap();
    assert_eq!(same, changed);

    let off = store.disable_api_key(&b, "holiday", &entry("api_key.disabled", 4)).await.unwrap();
    assert_eq!((off.disabled_at_us, off.disabled_reason.as_deref()), (Some(4), Some("holiday")));
    assert_eq!(get(store, "a").await.disabled_at_us, Some(4));
    assert_eq!(
        store.load_principals().await.unwrap().keys.len(),
        2,
        "disabled keys are known, to be refused with a reason"
    );
    let refused = store.rotate_api_key(&b, rotation("c", 9), &entry("api_key.rotated", 5)).await;
    assert!(matches!(refused, Err(StoreError::WrongState { state: "disabled", .. })));
    let on = store.enable_api_key(&b, &entry("api_key.enabled", 6)).await.unwrap();
    assert_eq!((on.disabled_at_us, on.disabled_reason), (None, None));
    store.delete_api_key(&b, &entry("api_key.deleted", 7)).await.unwrap();
    assert!(matches!(store.get_api_key(&b).await, Err(StoreError::NotFound("API key"))));
    assert_eq!(store.load_principals().await.unwrap().keys, []);
}

pub(crate) async fn are_listed_searched_and_expire(db: Database) {
    let store = &db.store;
    with_owner(store, &[]).await;
    store.create_user(user("bob", 1), &[], &entry("user.created", 1)).await.unwrap();
    for (name, owner, at, expires) in [
        ("a", "ann", 10, None),
        ("b", "bob", 11, Some(100)),
        ("c", "ann", 12, Some(200)),
        ("d", "ann", 13, Some(50)),
        ("e", "ann", 14, Some(101)),
    ] {
        let row = ApiKeyRow { expires_at_us: expires, ..key(name, owner, at) };
        store.create_api_key(row, &entry("api_key.created", at)).await.unwrap();
    }
    store.revoke_api_key(&KeyId::from("key_e"), "x", &entry("api_key.revoked", 20)).await.unwrap();
    let ids = |keys: Vec<ApiKeyRow>| keys.into_iter().map(|k| k.id).collect::<Vec<_>>();
    assert_eq!(ids(store.list_expiring_api_keys(50, 200).await.unwrap()), ["key_b", "key_c"]);
    let ann = Some(UserId::from("usr_ann"));
    use KeysWanted::{Current, WithEnded};
    for (owner, search, wanted, expected) in [
        (None, None, Current, vec!["key_d", "key_c", "key_b", "key_a"]),
        (None, None, WithEnded, vec!["key_e", "key_d", "key_c", "key_b", "key_a"]),
        (ann.clone(), None, Current, vec!["key_d", "key_c", "key_a"]),
        (None, Some("KEY B"), Current, vec!["key_b"]),
        (ann.clone(), Some("tw-c"), Current, vec!["key_c"]),
        (ann, Some("tw-b"), Current, vec![]),
        (None, Some("BOB@example"), Current, vec!["key_b"]),
    ] {
        let search = search.map(str::to_owned);
        let mut filter = KeyFilter { owner, search, wanted, limit: 2, ..KeyFilter::default() };
        let mut seen = Vec::new();
        loop {
            let page = store.list_api_keys(&filter).await.unwrap();
            seen.extend(ids(page.items));
            filter.cursor = page.next_cursor;
            if filter.cursor.is_none() {
                break;
            }
        }
        assert_eq!(seen, expected, "{filter:?}");
    }
}

pub(crate) async fn are_found_by_their_state(db: Database) {
    let store = &db.store;
    with_owner(store, &[]).await;
    const NOW: i64 = 1000;
    // Every combination of what makes a state, so that the condition and the row must agree in each.
    for n in 0..81 {
        let pick = |at: u32, values: [Option<i64>; 3]| values[n / 3_usize.pow(at) % 3];
        let row = ApiKeyRow {
            expires_at_us: pick(0, [None, Some(NOW), Some(NOW + 5)]),
            grace_ends_at_us: pick(1, [None, Some(NOW), Some(NOW + 3)]),
            disabled_at_us: pick(2, [None, None, Some(7)]),
            revoked_at_us: pick(3, [None, None, Some(8)]),
            ..key(&format!("{n:02}"), "ann", 1)
        };
        store.create_api_key(row, &entry("api_key.created", 1)).await.unwrap();
    }
    let list = async |wanted| {
        let filter = KeyFilter { wanted, now_us: NOW, limit: 100, ..KeyFilter::default() };
        store.list_api_keys(&filter).await.unwrap().items
    };
    let all = list(KeysWanted::WithEnded).await;
    assert_eq!(all.len(), 81);
    for state in KeyState::ALL {
        let expected: Vec<_> = all.iter().filter(|row| KeyState::of(row, NOW) == state).cloned().collect();
        assert!(!expected.is_empty(), "{state:?}");
        assert_eq!(list(KeysWanted::In(state)).await, expected, "{state:?}");
        assert_eq!(KeyState::parse(state.as_str()), Some(state));
    }
    let ended = |row: &&ApiKeyRow| matches!(KeyState::of(row, NOW), KeyState::Revoked | KeyState::Replaced);
    let current: Vec<_> = all.iter().filter(|row| !ended(row)).cloned().collect();
    assert_eq!(list(KeysWanted::Current).await, current);

    // What works now and ends by then: an expiry, a grace, or the earlier of both.
    for until in [NOW, NOW + 3, NOW + 4, NOW + 5] {
        let works = |row: &&ApiKeyRow| matches!(KeyState::of(row, NOW), KeyState::Active | KeyState::Grace);
        let end = |row: &ApiKeyRow| row.expires_at_us.into_iter().chain(row.grace_ends_at_us).min();
        let mut expected: Vec<_> =
            all.iter().filter(works).filter(|row| end(row).is_some_and(|end| end <= until)).cloned().collect();
        expected.sort_by_key(|row| (end(row), row.id.clone()));
        assert_eq!(expected.is_empty(), until == NOW);
        assert_eq!(store.list_expiring_api_keys(NOW, until).await.unwrap(), expected, "{until}");
    }
}

pub(crate) async fn are_sorted_over_pages(db: Database) {
    let store = &db.store;
    with_owner(store, &[]).await;
    for (id, name, at, expires, used) in [
        ("1", "beta", 10, None, Some(70)),
        ("2", "Alpha", 10, Some(900), None),
        ("3", "alpha", 12, Some(800), Some(60)),
        ("4", "delta~1", 13, None, None),
        ("5", "alpha", 14, Some(900), Some(60)),
    ] {
        let row =
            ApiKeyRow { name: name.to_owned(), expires_at_us: expires, last_used_at_us: used, ..key(id, "ann", at) };
        store.create_api_key(row, &entry("api_key.created", at)).await.unwrap();
    }
    for (by, ascending) in [
        (KeySort::CreatedAt, ["1", "2", "3", "4", "5"]),
        (KeySort::Name, ["2", "3", "5", "1", "4"]),
        (KeySort::ExpiresAt, ["3", "2", "5", "1", "4"]),
        (KeySort::LastUsedAt, ["2", "4", "3", "5", "1"]),
    ] {
        for descending in [false, true] {
            let mut expected = ascending.map(|id| format!("key_{id}"));
            if descending {
                expected.reverse();
            }
            for limit in [1, 2, 4] {
                let mut filter = KeyFilter { sort: Sort { by, descending }, limit, ..KeyFilter::default() };
                let mut seen = Vec::new();
                loop {
                    let page = store.list_api_keys(&filter).await.unwrap();
                    seen.extend(page.items.into_iter().map(|key| key.id));
                    filter.cursor = page.next_cursor;
                    if filter.cursor.is_none() {
                        break;
                    }
                }
                assert_eq!(seen, expected, "{filter:?}");
            }
        }
    }
    for cursor in ["", "x", "-created_at~n5", "name~t61~key_1", "-created_at~t61~key_1~x", "-created_at~nx~key_1"] {
        let filter = KeyFilter { cursor: Some(cursor.to_owned()), limit: 2, ..KeyFilter::default() };
        assert!(matches!(store.list_api_keys(&filter).await, Err(StoreError::BadCursor)), "{cursor}");
    }
    store.delete_api_key(&KeyId::from("key_2"), &entry("api_key.deleted", 20)).await.unwrap();
    let names = store.names_of_keys(&["key_1", "key_2", "key_3", "key_none"].map(str::to_owned)).await.unwrap();
    let expected = [("key_1", "beta"), ("key_3", "alpha")].map(|(id, name)| (id.to_owned(), name.to_owned()));
    assert_eq!(names, expected.into());
    let newest = store.newest_of_lineages(&["lin_1".to_owned(), "lin_none".to_owned()]).await.unwrap();
    assert_eq!(newest.into_iter().map(|key| key.id).collect::<Vec<_>>(), ["key_1"]);
}

pub(crate) async fn are_disabled_when_not_used(db: Database) {
    let store = &db.store;
    with_owner(store, &["no_timeout"]).await;
    for (name, days, used) in [("idle", 3, None), ("used", 3, Some(2 * DAY)), ("long", 30, None)] {
        let row = ApiKeyRow { inactivity_timeout_days: Some(days), ..key(name, "ann", 0) };
        store.create_api_key(row, &entry("api_key.created", 0)).await.unwrap();
        if let Some(at) = used {
            // An earlier use that arrives later changes nothing.
            store.touch_api_keys(&[(KeyId::from(format!("key_{name}")), at)]).await.unwrap();
            store.touch_api_keys(&[(KeyId::from(format!("key_{name}")), at - 5)]).await.unwrap();
        }
    }
    assert_eq!(get(store, "used").await.last_used_at_us, Some(2 * DAY));
    let trail = AuditFilter { action: Some("api_key.disabled".to_owned()), limit: 10, ..AuditFilter::default() };
    let before = store.versions().await.unwrap();
    assert_eq!(store.disable_inactive_api_keys(&entry("api_key.disabled", 3 * DAY - 1)).await.unwrap(), []);
    assert_eq!(store.versions().await.unwrap(), before);
    for (at, expected) in [(3 * DAY, vec!["key_idle"]), (4 * DAY, vec![]), (5 * DAY, vec!["key_used"])] {
        let done = store.disable_inactive_api_keys(&entry("api_key.disabled", at)).await.unwrap();
        assert_eq!(done.iter().map(|k| k.id.as_str()).collect::<Vec<_>>(), expected, "at {at}");
    }
    let rows = store.list_audit(&trail).await.unwrap().items;
    let about: Vec<_> = rows.iter().map(|r| r.resource_id.as_deref()).collect();
    assert_eq!(about, [Some("key_used"), Some("key_idle")]);
    assert_eq!(get(store, "no_timeout").await.disabled_at_us, None);
    // Enabled again, it has its whole timeout before it.
    store.enable_api_key(&KeyId::from("key_idle"), &entry("api_key.enabled", 6 * DAY)).await.unwrap();
    assert_eq!(store.disable_inactive_api_keys(&entry("api_key.disabled", 8 * DAY)).await.unwrap(), []);
    assert_eq!(store.disable_inactive_api_keys(&entry("api_key.disabled", 9 * DAY)).await.unwrap().len(), 1);
}
