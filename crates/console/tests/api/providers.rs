//! Providers, models, prices.

use serde_json::json;

use crate::app::App;

#[tokio::test]
async fn secrets_go_in_and_never_come_out() {
    let (app, root) = App::set_up().await;
    let new = json!({ "name": "p", "provider_type": "openai", "api_key": "sk-real-0123456789abcd",
        "config": { "headers": { "X-Org": "header-secret-0123456789" } } });
    let made = app.post("/api/admin/providers", &root, new).await.expect(201);
    let path = format!("/api/admin/providers/{}", made.text("/id"));
    assert_eq!(made.text("/api_key"), "••••••••abcd");
    let id = made.text("/id").as_str().into();
    let before = app.store.get_provider(&id).await.unwrap();
    assert!(!String::from_utf8_lossy(before.credential_encrypted.as_ref().unwrap()).contains("sk-real"));
    // A form that sends back what it was shown changes nothing.
    let back = json!({ "api_key": made.text("/api_key"), "display_name": "P",
        "config": { "headers": made.body["config"]["headers"] } });
    let got = app.call("PATCH", &path, &root, Some(back.to_string()), &[]).await.expect(200);
    assert_eq!(got.text("/api_key"), "••••••••abcd");
    assert_eq!(got.body["config"]["headers"], made.body["config"]["headers"]);
    let after = app.store.get_provider(&id).await.unwrap();
    assert_eq!(after.credential_encrypted, before.credential_encrypted);
    let got = app.call("PATCH", &path, &root, Some(json!({ "api_key": null }).to_string()), &[]).await.expect(200);
    assert!(got.body["api_key"].is_null());
    let all = app.get("/api/admin/providers", &root).await.expect(200).body.to_string();
    assert!(!all.contains("sk-real") && !all.contains("header-secret") && !all.contains("sk-very"), "{all}");
}

#[tokio::test]
async fn private_addresses_need_permission() {
    let (app, root) = App::set_up().await;
    let new = |allow: bool| json!({ "name": "p", "provider_type": "custom", "base_url": "http://10.1.2.3:8000/v1", "allow_private_network": allow });
    let got = app.post("/api/admin/providers", &root, new(false)).await.expect(400);
    assert_eq!((got.text("/error/code"), got.text("/error/field")), ("private_address".into(), "base_url".into()));
    let made = app.post("/api/admin/providers", &root, new(true)).await.expect(201);
    assert_eq!(made.text("/base_url"), "http://10.1.2.3:8000");
    let path = format!("/api/admin/providers/{}", made.text("/id"));
    let back = json!({ "allow_private_network": false }).to_string();
    app.call("PATCH", &path, &root, Some(back), &[]).await.expect(400);
    app.post("/api/admin/providers", &root, new(true)).await.expect(409);
}

#[tokio::test]
async fn models_have_routes_and_prices() {
    let (app, root) = App::set_up().await;
    let new = json!({ "model_id": "house-model", "routes": [{ "provider": "local", "upstream_model": "llama" }],
        "prices": { "input": "0.0375", "output": "2" } });
    let made = app.post("/api/admin/models", &root, new.clone()).await.expect(201);
    assert_eq!(made.text("/routes/0/provider"), "local");
    app.post("/api/admin/models", &root, new).await.expect(409);
    let prices = app.get("/api/admin/prices?provider=local&upstream_model=llama", &root).await.expect(200);
    assert_eq!(prices.text("/items/0/rates/input"), "0.0375");
    // The same route keeps its id, a new one gets one.
    let path = format!("/api/admin/models/{}", made.text("/id"));
    let edit = json!({ "routes": [{ "provider": "local", "upstream_model": "new" }, { "provider": "local", "upstream_model": "llama", "priority": 1 }] });
    let got = app.call("PATCH", &path, &root, Some(edit.to_string()), &[]).await.expect(200);
    let routes = got.body["routes"].as_array().unwrap();
    assert!(routes.iter().any(|r| r["id"] == made.body["routes"][0]["id"] && r["priority"] == 1), "{got:?}");
    let bad = json!({ "model_id": "x", "routes": [{ "provider": "nobody" }] });
    let got = app.post("/api/admin/models", &root, bad).await.expect(400);
    assert_eq!(got.text("/error/field"), "routes[0].provider");
    let used = app.get("/api/admin/providers", &root).await.text("/items/0/id");
    app.call("DELETE", &format!("/api/admin/providers/{used}"), &root, None, &[]).await.expect(409);
    let stale = app.call("DELETE", &path, &root, None, &[("if-match", "\"1\"")]).await;
    stale.expect(412);
    app.call("DELETE", &path, &root, None, &[]).await.expect(204);
}

#[tokio::test]
async fn a_test_of_a_dead_provider_says_why() {
    let (app, root) = App::set_up().await;
    let id = app.get("/api/admin/providers", &root).await.text("/items/0/id");
    let got = app.post(&format!("/api/admin/providers/{id}/test"), &root, json!({})).await.expect(200);
    assert_eq!(got.body["ok"], false);
    assert!(!got.text("/message").is_empty());
    app.get(&format!("/api/admin/providers/{id}/remote-models"), &root).await.expect(502);
}

#[tokio::test]
async fn the_bundled_prices_are_there_from_the_start() {
    let (app, root) = App::set_up().await;
    let got = app.get("/api/admin/prices?upstream_model=claude-sonnet-4-5", &root).await.expect(200);
    assert_eq!(got.text("/items/0/rates/cache_write_5m"), "3.75");
    let again = app.post("/api/admin/prices/import", &root, json!({})).await.expect(200);
    assert_eq!(again.body["imported"], 0);
}
