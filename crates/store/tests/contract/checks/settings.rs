use std::collections::BTreeMap;

use thinkwatch_store::StoreError;

use crate::backends::Database;
use crate::rows::entry;

fn changes(list: &[(&str, Option<&str>)]) -> BTreeMap<String, Option<String>> {
    list.iter().map(|(name, value)| ((*name).to_owned(), value.map(str::to_owned))).collect()
}

pub(crate) async fn are_kept_replaced_and_forgotten_at_once(db: Database) {
    let store = &db.store;
    let before = store.load_settings().await.unwrap();
    assert!(before.values.is_empty());
    let first = changes(&[("a.b", Some("1")), ("a.c", Some("x"))]);
    store.change_settings(&first, Some(before.version), &entry("settings.update", 1)).await.unwrap();
    let second = changes(&[("a.b", Some("2")), ("a.c", None), ("never.there", None)]);
    store.change_settings(&second, None, &entry("settings.update", 2)).await.unwrap();
    let after = store.load_settings().await.unwrap();
    assert_eq!(after.version, before.version + 2);
    assert_eq!(after.values, BTreeMap::from([("a.b".to_owned(), "2".to_owned())]));
    assert_eq!(store.versions().await.unwrap().settings, after.version);
}

pub(crate) async fn are_not_changed_under_an_old_version(db: Database) {
    let store = &db.store;
    let seen = store.load_settings().await.unwrap().version;
    let one = changes(&[("a.b", Some("1"))]);
    store.change_settings(&one, Some(seen), &entry("settings.update", 1)).await.unwrap();
    let late = store.change_settings(&changes(&[("a.b", Some("2"))]), Some(seen), &entry("settings.update", 2)).await;
    assert!(matches!(late, Err(StoreError::VersionMismatch("settings"))), "{late:?}");
    assert_eq!(store.load_settings().await.unwrap().values["a.b"], "1");
}
