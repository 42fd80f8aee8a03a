//! For how long answers are kept: by model, by key, and forgetting them all.

use serde_json::{Value, json};

use crate::app::App;

#[tokio::test]
async fn models_and_keys_say_how_long_answers_are_kept() {
    let (app, root) = App::set_up().await;
    let model = json!({ "model_id": "m", "routes": [{ "provider": "local" }], "cache_ttl_s": 60 });
    let made = app.post("/api/admin/models", &root, model).await.expect(201);
    assert_eq!(made.body["cache_ttl_s"], 60);
    let patch = async |path: &str, body: Value| app.call("PATCH", path, &root, Some(body.to_string()), &[]).await;
    let in_force = || {
        let catalogue = app.snapshot.catalogue.load();
        (catalogue.caches, catalogue.cache_ttl_s(None, "m"), catalogue.cache_ttl_s(None, "other"))
    };
    assert_eq!(in_force(), (true, Some(60), None));
    let key = app.post("/api/keys", &root, json!({ "name": "k", "cache_ttl_s": 0 })).await.expect(201);
    assert_eq!(key.body["cache_ttl_s"], 0);
    let of_key = |key: &str| {
        let principals = app.snapshot.principals.load();
        let known = principals.keys.values().find(|known| known.id.as_str() == key).cloned().unwrap();
        app.snapshot.catalogue.load().cache_ttl_s(Some(&known), "m")
    };
    let (id, model) = (key.text("/id"), format!("/api/admin/models/{}", made.text("/id")));
    assert_eq!(of_key(&id), None, "the key's word counts first");
    let path = format!("/api/keys/{id}");
    let changed = patch(&path, json!({ "cache_ttl_s": 5 })).await.expect(200);
    assert_eq!((&changed.body["cache_ttl_s"], of_key(&id)), (&json!(5), Some(5)));
    let renamed = patch(&path, json!({ "name": "l" })).await.expect(200);
    assert_eq!(renamed.body["cache_ttl_s"], 5, "what is not said stays");
    let changed = patch(&path, json!({ "cache_ttl_s": null })).await.expect(200);
    assert_eq!((&changed.body["cache_ttl_s"], of_key(&id)), (&Value::Null, Some(60)));
    let changed = patch(&model, json!({ "cache_ttl_s": null })).await.expect(200);
    assert_eq!((&changed.body["cache_ttl_s"], in_force()), (&Value::Null, (false, None, None)));
    for path in [&model, &path] {
        let got = patch(path, json!({ "cache_ttl_s": 604_801 })).await.expect(400);
        assert_eq!(got.text("/error/field"), "cache_ttl_s");
        assert!(got.text("/error/message").contains("from 0 (never) to 604800"), "{got:?}");
        patch(path, json!({ "cache_ttl_s": 604_800 })).await.expect(200);
    }
}

#[tokio::test]
async fn who_may_change_models_may_purge() {
    let (app, root) = App::set_up().await;
    let (_, operator) = app.user(&root, "operator").await;
    let (_, developer) = app.user(&root, "developer").await;
    let purged = app.post("/api/admin/cache/purge", &operator, json!({})).await.expect(200);
    assert_eq!(purged.body["purged"], 0);
    app.post("/api/admin/cache/purge", &developer, json!({})).await.expect(403);
}
