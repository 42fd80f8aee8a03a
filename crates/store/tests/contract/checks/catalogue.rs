use serde_json::json;
use thinkwatch_policy::ids::{ModelId, ProviderId};
use thinkwatch_policy::pricing::{Rates, Tier};
use thinkwatch_store::{
    AuditFilter, Json, ModelPatch, PriceFilter, PriceRow, ProviderPatch, ProviderRow, RouteRow, RoutesThere, StoreError,
};

use crate::backends::Database;
use crate::rows::{entry, model, price, provider, route};

pub(crate) async fn providers_are_edited_under_a_version(db: Database) {
    let store = &db.store;
    let id = ProviderId::from("prov_a");
    store.create_provider(provider("a", 1), &entry("provider.created", 1)).await.unwrap();
    store.create_provider(provider("b", 1), &entry("provider.created", 1)).await.unwrap();
    let twice = ProviderRow { id: "prov_other".to_owned(), ..provider("a", 1) };
    let twice = store.create_provider(twice, &entry("provider.created", 1)).await;
    assert!(matches!(twice, Err(StoreError::Conflict { resource: "provider", field: "name" })), "{twice:?}");
    assert_eq!(store.get_provider(&id).await.unwrap(), provider("a", 1));

    let patch = ProviderPatch {
        display_name: Some("New".to_owned()),
        credential_encrypted: Some(None),
        headers_encrypted: Some(Some(vec![7])),
        secrets_encrypted: Some(Some(vec![0, 9])),
        config: Some(json!({"x": [1, null]})),
        priority: Some(-5),
        ..ProviderPatch::default()
    };
    let changed = store.update_provider(&id, Some(1), patch, &entry("provider.updated", 9)).await.unwrap();
    let expected = ProviderRow {
        display_name: "New".to_owned(),
        credential_encrypted: None,
        headers_encrypted: Some(vec![7]),
        secrets_encrypted: Some(vec![0, 9]),
        config: Json(json!({"x": [1, null]})),
        priority: -5,
        version: 2,
        updated_at_us: 9,
        ..provider("a", 1)
    };
    assert_eq!(changed, expected);
    assert_eq!(store.get_provider(&id).await.unwrap(), expected);
    let late = store.update_provider(&id, Some(1), ProviderPatch::default(), &entry("provider.updated", 10)).await;
    assert!(matches!(late, Err(StoreError::VersionMismatch("provider"))));
    assert!(matches!(
        store.delete_provider(&id, Some(1), RoutesThere::Refuse, &entry("x.x", 10)).await,
        Err(StoreError::VersionMismatch(_))
    ));
    let taken = ProviderPatch { name: Some("b".to_owned()), ..ProviderPatch::default() };
    let taken = store.update_provider(&id, None, taken, &entry("provider.updated", 10)).await;
    assert!(matches!(taken, Err(StoreError::Conflict { field: "name", .. })));

    store.create_model(model("m", 1), &[route("m", "a", 1)], &entry("model.created", 1)).await.unwrap();
    let used = store.delete_provider(&id, Some(2), RoutesThere::Refuse, &entry("provider.deleted", 11)).await;
    assert!(matches!(used, Err(StoreError::InUse { .. })), "{used:?}");
    store.delete_model(&ModelId::from("mod_m"), None, &entry("model.deleted", 12)).await.unwrap();
    store.delete_provider(&id, Some(2), RoutesThere::Refuse, &entry("provider.deleted", 13)).await.unwrap();
    assert!(matches!(store.get_provider(&id).await, Err(StoreError::NotFound("provider"))));
    let names: Vec<String> = store.list_providers().await.unwrap().into_iter().map(|p| p.name).collect();
    assert_eq!(names, ["b"]);
    // The name is free again.
    let again = ProviderRow { id: "prov_a2".to_owned(), ..provider("a", 14) };
    store.create_provider(again, &entry("provider.created", 14)).await.unwrap();
}

pub(crate) async fn models_replace_their_routes_at_once(db: Database) {
    let store = &db.store;
    let id = ModelId::from("mod_m");
    store.create_provider(provider("a", 1), &entry("provider.created", 1)).await.unwrap();
    let nowhere = store.create_model(model("m", 1), &[route("1", "nobody", 1)], &entry("model.created", 1)).await;
    assert!(matches!(nowhere, Err(StoreError::NotFound("provider"))), "{nowhere:?}");
    assert_eq!(store.list_models().await.unwrap(), []);
    let routes = [route("1", "a", 2), route("2", "a", 1)];
    store.create_model(model("m", 1), &routes, &entry("model.created", 1)).await.unwrap();
    store.create_model(model("z", 1), &[route("z", "a", 1)], &entry("model.created", 1)).await.unwrap();
    let of_m = |row: RouteRow| RouteRow { model_id: "mod_m".to_owned(), ..row };
    let found = store.get_model(&id).await.unwrap();
    assert_eq!(found.model, model("m", 1));
    assert_eq!(found.routes, [of_m(route("2", "a", 1)), of_m(route("1", "a", 2))]);

    // A bad route among the new ones leaves the old ones.
    let patch =
        |routes| ModelPatch { routes: Some(routes), display_name: Some("D".to_owned()), ..ModelPatch::default() };
    let bad = patch(vec![route("3", "a", 1), route("4", "nobody", 1)]);
    assert!(store.update_model(&id, None, bad, &entry("model.updated", 2)).await.is_err());
    assert_eq!(store.get_model(&id).await.unwrap(), found);
    // An id may stay, and another model's cannot be taken.
    let stolen = store.update_model(&id, None, patch(vec![route("z", "a", 1)]), &entry("model.updated", 2)).await;
    assert!(matches!(stolen, Err(StoreError::Conflict { resource: "route", .. })), "{stolen:?}");
    let changed =
        store.update_model(&id, Some(1), patch(vec![route("1", "a", 7)]), &entry("model.updated", 3)).await.unwrap();
    assert_eq!(changed.routes, [of_m(route("1", "a", 7))]);
    assert_eq!((changed.model.version, changed.model.display_name.as_str()), (2, "D"));
    for ttl_s in [Some(60), None] {
        let patch = ModelPatch { cache_ttl_s: Some(ttl_s), ..ModelPatch::default() };
        let changed = store.update_model(&id, None, patch, &entry("model.updated", 3)).await.unwrap();
        assert_eq!(changed.model.cache_ttl_s, ttl_s);
    }
    let rename = ModelPatch { model_id: Some("z".to_owned()), ..ModelPatch::default() };
    let taken = store.update_model(&id, Some(4), rename, &entry("model.updated", 4)).await;
    assert!(matches!(taken, Err(StoreError::Conflict { field: "model_id", .. })), "{taken:?}");
    let late = store.update_model(&id, Some(1), ModelPatch::default(), &entry("model.updated", 4)).await;
    assert!(matches!(late, Err(StoreError::VersionMismatch("model"))));
    assert_eq!(store.list_models().await.unwrap().len(), 2);
    store.delete_model(&id, Some(4), &entry("model.deleted", 5)).await.unwrap();
    assert_eq!(store.load_catalogue().await.unwrap().routes.len(), 1);
}

pub(crate) async fn prices_are_only_added_and_imports_repeat(db: Database) {
    let store = &db.store;
    store.create_provider(provider("a", 1), &entry("provider.created", 1)).await.unwrap();
    let mut own = price("own", Some("a"), "gpt", 2_500_000_000, 10);
    let tier = Tier { above_input_tokens: 200_000, rates: Rates { output: Some(i64::MAX), ..Rates::default() } };
    own.tiers = Json(vec![tier]);
    store.add_price(own.clone(), &entry("price.added", 10)).await.unwrap();
    let same_time = PriceRow { id: "prc_x".to_owned(), ..own.clone() };
    let same_time = store.add_price(same_time, &entry("price.added", 10)).await;
    assert!(matches!(same_time, Err(StoreError::Conflict { resource: "price", .. })), "{same_time:?}");
    let nobody = store.add_price(price("y", Some("nobody"), "gpt", 1, 1), &entry("price.added", 10)).await;
    assert!(matches!(nobody, Err(StoreError::NotFound("provider"))));

    let list: Vec<PriceRow> =
        (0..1200).map(|n| price(&format!("l{n}"), None, &format!("model-{n}"), 37_500_000, 5)).collect();
    let before = store.versions().await.unwrap().catalogue;
    assert_eq!(store.import_prices(&list, &entry("price.imported", 20)).await.unwrap(), 1200);
    let later = |n: usize, input| price(&format!("later{n}"), None, &format!("model-{n}"), input, 30);
    // The same again with new ids and times: nothing. One that changed: one row.
    let repeated: Vec<PriceRow> = (0..1200).map(|n| later(n, 37_500_000)).collect();
    assert_eq!(store.import_prices(&repeated, &entry("price.imported", 30)).await.unwrap(), 0);
    assert_eq!(store.versions().await.unwrap().catalogue, before + 1);
    assert_eq!(store.import_prices(&[later(3, 40)], &entry("price.imported", 30)).await.unwrap(), 1);
    let of_3 = PriceFilter { upstream_model: Some("model-3".to_owned()), ..PriceFilter::default() };
    let found: Vec<_> = store.list_prices(&of_3).await.unwrap().into_iter().map(|p| (p.id, p.rates.input)).collect();
    assert_eq!(found, [("prc_later3".to_owned(), Some(40)), ("prc_l3".to_owned(), Some(37_500_000))]);
    let of_a = PriceFilter { provider_id: Some(ProviderId::from("prov_a")), ..PriceFilter::default() };
    assert_eq!(store.list_prices(&of_a).await.unwrap(), [own]);
    assert_eq!(store.load_catalogue().await.unwrap().prices.len(), 1202);
}

pub(crate) async fn loads_one_version(db: Database) {
    let store = &db.store;
    assert_eq!(store.load_catalogue().await.unwrap().version, 0);
    store.create_provider(provider("a", 1), &entry("provider.created", 1)).await.unwrap();
    let off = ProviderRow { enabled: false, ..provider("off", 1) };
    store.create_provider(off.clone(), &entry("provider.created", 1)).await.unwrap();
    store.create_model(model("m", 1), &[route("1", "a", 1)], &entry("model.created", 1)).await.unwrap();
    let loaded = store.load_catalogue().await.unwrap();
    assert_eq!(loaded.version, 3);
    assert_eq!(loaded.version, store.versions().await.unwrap().catalogue);
    assert_eq!(loaded.providers, [provider("a", 1), off]);
    assert_eq!(loaded.models, [model("m", 1)]);
    assert_eq!(loaded.routes, [RouteRow { model_id: "mod_m".to_owned(), ..route("1", "a", 1) }]);
    assert_eq!(loaded.prices, []);
}

pub(crate) async fn a_provider_goes_with_its_routes(db: Database) {
    let store = &db.store;
    for name in ["a", "b"] {
        store.create_provider(provider(name, 1), &entry("provider.created", 1)).await.unwrap();
    }
    for (name, routes) in [
        ("both", vec![route("1", "a", 1), route("2", "a", 1), route("3", "b", 1)]),
        ("only_a", vec![route("4", "a", 1)]),
        ("only_b", vec![route("5", "b", 1)]),
    ] {
        store.create_model(model(name, 1), &routes, &entry("model.created", 1)).await.unwrap();
    }
    let a = ProviderId::from("prov_a");
    let (changed, deleted) = (entry("model.updated", 9), entry("model.deleted", 9));
    let with = RoutesThere::Remove { of_model: &changed, last_of_model: &deleted };
    let before = store.versions().await.unwrap().catalogue;
    let late = store.delete_provider(&a, Some(7), with, &entry("provider.deleted", 9)).await;
    assert!(matches!(late, Err(StoreError::VersionMismatch("provider"))));
    assert_eq!(store.list_models().await.unwrap().len(), 3, "nothing was done");
    store.delete_provider(&a, Some(1), with, &entry("provider.deleted", 9)).await.unwrap();
    assert_eq!(store.versions().await.unwrap().catalogue, before + 1);
    assert!(matches!(store.get_provider(&a).await, Err(StoreError::NotFound("provider"))));
    let mut left: Vec<_> = store
        .list_models()
        .await
        .unwrap()
        .into_iter()
        .map(|one| (one.model.id, one.model.version, one.routes.into_iter().map(|r| r.id).collect::<Vec<_>>()))
        .collect();
    left.sort();
    let expected = [("mod_both", 2, "rte_3"), ("mod_only_b", 1, "rte_5")];
    assert_eq!(left, expected.map(|(id, version, route)| (id.to_owned(), version, vec![route.to_owned()])));
    // A row for each, beside the provider's own.
    let all = AuditFilter { limit: 100, ..AuditFilter::default() };
    let mut told: Vec<_> = store
        .list_audit(&all)
        .await
        .unwrap()
        .items
        .into_iter()
        .filter(|row| row.timestamp_us == 9)
        .map(|row| (row.action, row.resource_id))
        .collect();
    told.sort();
    let of = |id: &str| Some(id.to_owned());
    let own = told.iter().filter(|(action, _)| action == "provider.deleted").count();
    assert_eq!((own, told.len()), (1, 3), "{told:?}");
    assert!(told.contains(&("model.deleted".to_owned(), of("mod_only_a"))), "{told:?}");
    assert!(told.contains(&("model.updated".to_owned(), of("mod_both"))), "{told:?}");
}
